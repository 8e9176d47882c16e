// The shortest useful program: one question, the answer printed as it comes.
//
// It teaches the pattern of the whole library: name the request, await the stream, await its
// events. The key comes from HICAP_API_KEY, the address from HICAP_BASE_URL or the default.

#include <hicap/hicap.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace asio = boost::asio;

// [ask
asio::awaitable<void> ask(hicap::client client, std::string prompt)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user(std::move(prompt))},
    };
    auto stream = co_await client.chat().completions().stream(request);
    while (auto const* chunk = co_await stream.next())
        std::cout << chunk->text() << std::flush;
    std::cout << "\nrequest id: " << stream.request_id() << '\n';
}

// ask]

int main()
{
    try {
        hicap::client const client;
        asio::io_context context;
        asio::co_spawn(
            context,
            ask(client, "Why is the sky blue?"),
            [](std::exception_ptr failure) {
                if (failure)
                    std::rethrow_exception(failure);
            }
        );
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "quickstart: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
