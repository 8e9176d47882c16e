// What can be set, for a client and for a call, and what to do where this library has no name for
// something.
//
// It teaches:
// - that options are plain structs: what is left out comes from the environment or the default;
// - tags, headers, and members of the body that are newer than this library;
// - `client.request`, for an endpoint that is.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// [client
hicap::client_options settings()
{
    hicap::client_options options; // the key from HICAP_API_KEY, the address from HICAP_BASE_URL
    options.tags = {{"team", "search"}};
    options.deadlines.first_byte = 60s;
    options.pool.max_connections = 200;
    options.retries.max_retries = 3;
    return options;
}

// client]

asio::awaitable<void> ask(hicap::client client)
{
    // [call
    hicap::request_options options;
    options.tags = {{"job", "42"}};
    options.idempotency_key = "42-1";
    options.deadlines.total = 90s;
    options.extra_headers = {{"x-experiment", "b"}};
    options.extra_body.set("top_k", hicap::raw_json("40"));

    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user("Are you configured?")},
    };
    auto const answer = co_await client.chat().completions().create(request, options);
    // call]
    std::cout << answer.text() << '\n';

    // [request
    hicap::raw_json const body(
        R"({"model": "gpt-5", "messages": [{"role": "user", "content": "?"}]})"
    );
    auto const reply = co_await client.request("POST", "/chat/completions", body);
    std::cout << reply.http_status() << ' ' << reply.text().size() << " bytes of JSON\n";
    // request]
}

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        asio::co_spawn(context, ask(hicap::client(settings())), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "configuration: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
