// The same call as a coroutine, twice at once, as a future and with a callback.
//
// It teaches that every operation is an `asio::awaitable` (of a list its `next` is), and that
// `co_spawn` turns it into whatever its last argument, a completion token, asks for. Requests are
// read before an operation returns, so none has to outlive its call.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <utility>

namespace asio = boost::asio;

namespace {

hicap::chat::completion_request question()
{
    return {.model = "gpt-5", .messages = {hicap::chat::user("What is a continuation?")}};
}

// [coroutine
asio::awaitable<void> in_a_coroutine(hicap::client client)
{
    auto const request = question(); // on a line of its own, never within the next one
    auto const answer = co_await client.chat().completions().create(request);
    std::cout << "coroutine: " << answer.text() << '\n';
}

// coroutine]

// [parallel
asio::awaitable<void> two_at_once(hicap::client client)
{
    using namespace asio::experimental::awaitable_operators;
    auto const request = question();
    auto one = client.chat().completions().create(request); // begins when it is awaited
    auto other = client.chat().completions().create(request);
    auto const [first, second] = co_await (std::move(one) && std::move(other));
    std::cout << "at once: " << first.text() << '\n';
    std::cout << "at once: " << second.text() << '\n';
}

// parallel]

// [callback
void with_a_callback(asio::io_context& context, hicap::client const& client)
{
    using answer = hicap::reply<hicap::chat::completion>;
    auto const request = question();
    asio::co_spawn(
        context,
        client.chat().completions().create(request),
        [](std::exception_ptr failure, answer came) {
            if (failure)
                std::rethrow_exception(failure); // out of `run()`
            std::cout << "callback: " << came.text() << '\n';
        }
    );
}

// callback]

// [future
// Another thread runs the context: waiting for a future blocks.
std::string by_a_future(asio::io_context& context, hicap::client const& client)
{
    auto const request = question();
    auto future =
        asio::co_spawn(context, client.chat().completions().create(request), asio::use_future);
    return std::string(future.get().text()); // throws what the call threw
}

// future]

} // namespace

int main()
{
    try {
        hicap::client const client;
        asio::io_context context(1);
        asio::co_spawn(context, in_a_coroutine(client), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        asio::co_spawn(context, two_at_once(client), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        with_a_callback(context, client);
        context.run();

        context.restart();
        auto const work = asio::make_work_guard(context);
        std::jthread const thread([&context] { context.run(); });
        std::string text;
        try {
            text = by_a_future(context, client);
        } catch (...) {
            context.stop();
            throw;
        }
        context.stop();
        std::cout << "future: " << text << '\n';
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "completion_styles: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
