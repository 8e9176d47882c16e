// usage: example_background_cancel [prompt]
//
// Streams an answer that is made in the background. Ctrl-C cancels it on the server and prints what
// that saved.
//
// It teaches:
// - `request::background`: the server goes on whether or not somebody reads, so closing the
//   connection stops nothing;
// - `stream.cancel()`: stops the response and tells what became of it, as a value;
// - going on after a cancellation: a coroutine that was cancelled has to reset its state before it
//   may wait for something else.
//
// Leaving out the call of `cancel` would stop the response too: a stream in the background that is
// destroyed before its end is cancelled by a task of its own, see `hicap::on_abandon`. Only would
// nobody learn what came of it.
//
// Key and address are taken from HICAP_API_KEY and HICAP_BASE_URL; the prompt from the arguments.

#include <hicap/hicap.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace {

constexpr std::int64_t max_tokens = 2000;

char const* to_string(hicap::responses::cancel_result result)
{
    switch (result) {
    case hicap::responses::cancel_result::cancelled:
        return "cancelled";
    case hicap::responses::cancel_result::already_finished:
        return "had finished already";
    case hicap::responses::cancel_result::not_cancellable:
        return "cannot be cancelled";
    case hicap::responses::cancel_result::unreachable:
        break;
    }
    return "may go on: the server could not be reached";
}

asio::awaitable<void> answer(hicap::client client, std::string prompt)
{
    hicap::responses::request request;
    request.model = "gpt-5";
    request.input = std::move(prompt);
    request.background = true;
    request.max_output_tokens = max_tokens;

    auto stream = co_await client.responses().stream(request);
    std::int64_t tokens = 0; // about as many as there are pieces of text
    std::size_t kept = 0;
    bool interrupted = false;
    try {
        auto pieces = stream.text();
        while (auto const piece = co_await pieces.next()) {
            std::cout << *piece << std::flush;
            ++tokens;
            kept += piece->size();
        }
    } catch (boost::system::system_error const& error) {
        if (error.code() != hicap::condition::cancelled)
            throw;
        interrupted = true;
    }
    std::cout << std::endl;
    if (!interrupted)
        co_return;

    // [cancel
    co_await asio::this_coro::reset_cancellation_state();
    auto const outcome = co_await stream.cancel();
    std::cerr << stream.response_id() << ' ' << to_string(outcome.result) << '\n';
    // cancel]
    if (outcome.result == hicap::responses::cancel_result::cancelled)
        std::cerr << "saved: up to " << max_tokens - tokens << " of " << max_tokens
                  << " tokens; kept: " << kept << " bytes of text\n";
}

} // namespace

int main(int count, char** values)
{
    std::string prompt;
    for (int i = 1; i != count; ++i)
        prompt += (i == 1 ? "" : " ") + std::string(values[i]);
    if (prompt.empty())
        prompt = "Tell me everything about the sea.";
    try {
        asio::io_context context(1);
        hicap::client const client;
        asio::cancellation_signal stop;
        asio::signal_set interrupts(context, SIGINT);
        interrupts.async_wait([&](boost::system::error_code const& no_longer_needed, int) {
            if (!no_longer_needed)
                stop.emit(asio::cancellation_type::terminal);
        });
        std::exception_ptr failure;
        asio::co_spawn(
            context,
            answer(client, prompt),
            asio::bind_cancellation_slot(
                stop.slot(),
                [&](std::exception_ptr outcome) {
                    failure = std::move(outcome);
                    interrupts.cancel();
                }
            )
        );
        context.run();
        if (failure)
            std::rethrow_exception(failure);
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "background_cancel: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
