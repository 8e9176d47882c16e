// The ways to stop an answer that is not wanted any more.
//
// It teaches:
// - leaving a stream: its connection is closed, and the model stops;
// - a deadline for a call as a whole;
// - `ready`: to read a stream for a while;
// - a cancellation signal, from outside of the coroutine;
// - `shutdown`, which ends everything that a client does.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

hicap::chat::completion_request long_story()
{
    return {.model = "gpt-5", .messages = {hicap::chat::user("Tell me a long story.")}};
}

// [leave
asio::awaitable<std::string> first_words(hicap::client client)
{
    auto const request = long_story();
    std::string words;
    auto stream = co_await client.chat().completions().stream(request);
    while (auto const* chunk = co_await stream.next()) {
        words += chunk->text();
        if (words.size() >= 10)
            break; // the stream is destroyed before its end, and its connection closed
    }
    co_return words;
}

// leave]

// [deadline
asio::awaitable<bool> within(hicap::client client, std::chrono::milliseconds time)
{
    auto const request = long_story();
    hicap::request_options options;
    options.deadlines.total = time;
    try {
        auto const completion = co_await client.chat().completions().create(request, options);
        co_return !completion.text().empty();
    } catch (hicap::error const& error) {
        if (error.code() != hicap::condition::timeout)
            throw;
        co_return false;
    }
}

// deadline]

// [until
asio::awaitable<std::string>
as_far_as_it_comes(hicap::client client, std::chrono::milliseconds time)
{
    using clock = std::chrono::steady_clock;
    auto const until = clock::now() + time;
    auto const request = long_story();
    std::string words;
    auto stream = co_await client.chat().completions().stream(request);
    for (;;) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
        bool const ready = co_await stream.ready(std::max(left, 0ms));
        if (!ready)
            break; // nothing is lost: it might go on
        auto const* chunk = co_await stream.next();
        if (chunk == nullptr)
            break;
        words += chunk->text();
    }
    co_return words;
}

// until]

asio::awaitable<void> show(hicap::client client)
{
    auto const words = co_await first_words(client);
    std::cout << "left after " << words.size() << " characters\n";
    auto const more = co_await as_far_as_it_comes(client, 50ms);
    std::cout << more.size() << " characters within 50 ms\n";
    auto const in_time = co_await within(client, 50ms);
    std::cout << (in_time ? "answered" : "too late") << '\n';
    // [shutdown
    auto const stopped = co_await client.shutdown(5s);
    // shutdown]
    std::cout << "shut down, " << stopped << " calls stopped\n";
}

// [signal
// Stops the story after a while. What cancels a coroutine runs on its thread, or on its strand.
void cancel_after(asio::io_context& context, hicap::client client, std::chrono::milliseconds time)
{
    asio::cancellation_signal stop;
    asio::steady_timer timer(context, time);
    timer.async_wait([&stop](boost::system::error_code const&) {
        stop.emit(asio::cancellation_type::terminal);
    });
    auto report = [](std::exception_ptr failure, std::string) {
        try {
            if (failure)
                std::rethrow_exception(failure);
            std::cout << "was quicker\n";
        } catch (boost::system::system_error const& error) {
            if (error.code() != hicap::condition::cancelled)
                throw;
            std::cout << "cancelled\n";
        }
    };
    auto handler = asio::bind_cancellation_slot(stop.slot(), report);
    asio::co_spawn(context, first_words(client), handler);
    context.run();
}

// signal]

} // namespace

int main()
{
    try {
        hicap::client const client;
        asio::io_context context(1);
        cancel_after(context, client, 20ms);
        context.restart();
        asio::co_spawn(context, show(client), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "cancellation: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
