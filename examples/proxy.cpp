// usage: example_proxy [CA-FILE]
//
// Reaches the API from within a company: through its proxy, whose authority signs what it reads.
//
// It teaches:
// - a proxy that is set here, or taken from the environment where that is allowed;
// - an authority of one's own besides those of the system;
// - looking at a failure by its condition: of the proxy, of the certificate, of the way there.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

namespace {

// [options
hicap::client_options behind_a_proxy(std::string authority)
{
    hicap::client_options options;
    // Or: options.proxy.url = "http://user:password@proxy.example:3128";
    options.proxy.from_environment = true; // HTTPS_PROXY and NO_PROXY
    if (!authority.empty())
        options.extra_ca_files.push_back(authority); // besides those of the system
    return options;
}

// options]

asio::awaitable<void> ask(hicap::client client)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user("Can you hear me?")},
    };
    auto const answer = co_await client.chat().completions().create(request);
    std::cout << answer.text() << '\n';
}

// [failure
void explain(hicap::error const& error)
{
    std::cerr << "proxy: " << error.what() << '\n';
    if (error.code() == hicap::errc::proxy_refused)
        std::cerr << "proxy: the proxy lets nobody through, or wants another password\n";
    else if (error.code() == hicap::errc::ca_file_unreadable)
        std::cerr << "proxy: name another file of certificates\n";
    else if (error.code() == hicap::condition::tls)
        std::cerr << "proxy: give the file of the authority as an argument\n";
    else if (error.code() == hicap::condition::connection)
        std::cerr << "proxy: is HTTPS_PROXY right?\n";
}

// failure]

} // namespace

int main(int count, char** values)
{
    if (std::getenv("HTTPS_PROXY") == nullptr && std::getenv("https_proxy") == nullptr)
        std::cerr << "proxy: none is set, try HTTPS_PROXY=http://proxy.example:3128\n";
    try {
        asio::io_context context(1);
        hicap::client const client(behind_a_proxy(count > 1 ? values[1] : ""));
        asio::co_spawn(context, ask(client), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        return EXIT_SUCCESS;
    } catch (hicap::error const& error) {
        explain(error);
        return EXIT_FAILURE;
    } catch (std::exception const& error) {
        std::cerr << "proxy: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
