// Lets the server answer in the background, and asks for the answer now and then: no connection is
// held meanwhile.
//
// It teaches:
// - `create_and_wait`, which cancels the response when its caller is cancelled;
// - `wait` for a response that was made elsewhere, within a deadline for the whole of it;
// - that a response which failed is a value like any other, until `value_or_throw`;
// - `pages`: a list is a generator that asks for the next page when it is needed.
//
// Key and address are taken from HICAP_API_KEY and HICAP_BASE_URL.

#include <hicap/client.hpp>
#include <hicap/error.hpp>
#include <hicap/responses.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <variant>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

hicap::responses::request question(std::string text)
{
    hicap::responses::request made;
    made.model = "gpt-5";
    made.input = std::move(text);
    made.background = true;
    return made;
}

// [create_and_wait
asio::awaitable<std::string> answer_in_time(hicap::client client, std::string text)
{
    auto const request = question(std::move(text));
    hicap::responses::wait_options how;
    how.first_pause = 100ms;
    hicap::request_options options;
    options.deadlines.total = 2min;
    auto const response = co_await client.responses().create_and_wait(request, how, options);
    response.value_or_throw(); // throws where it failed, is incomplete or was cancelled
    co_return response.text();
}

// create_and_wait]

// [wait
// The id may have been kept in a database, and come from another process.
asio::awaitable<void> look_after(hicap::client client, std::string id)
{
    auto const response = co_await client.responses().wait(id);
    std::cout << response.id << " is " << response.status->str() << ", "
              << (response.usage ? response.usage->total_tokens : 0) << " tokens\n";
    auto items = client.responses().input_items(id);
    int messages = 0;
    while (auto const* item = co_await items.next())
        messages += std::holds_alternative<hicap::responses::input_message>(*item) ? 1 : 0;
    std::cout << "messages asked: " << messages << '\n';
}

// wait]

asio::awaitable<void> show(hicap::client client)
{
    auto const text = co_await answer_in_time(client, "Why is the sea salty?");
    std::cout << text << '\n';
    auto const request = question("And why is the sky blue?");
    auto const begun = co_await client.responses().create(request);
    co_await look_after(client, begun.id);
}

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        std::exception_ptr failure;
        auto const done = [&failure](std::exception_ptr outcome) { failure = outcome; };
        asio::co_spawn(context, show(hicap::client()), done);
        context.run();
        if (failure)
            std::rethrow_exception(failure);
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "background_wait: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
