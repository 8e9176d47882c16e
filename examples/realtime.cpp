// A realtime session for a browser: the server makes it, and hands on a secret in place of the key.
//
// It teaches:
// - that the browser or phone connects to the session by itself, with a secret that lives for
//   minutes;
// - that a secret cannot be printed by accident: `reveal` hands it on.

#include <hicap/client.hpp>
#include <hicap/realtime.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>

namespace asio = boost::asio;

namespace {

// [session
asio::awaitable<hicap::realtime::client_secret> secret_for_a_browser(hicap::client client)
{
    hicap::realtime::session_request request{
        .model = "gpt-realtime",
        .instructions = "Be brief.",
        .voice = hicap::voice(hicap::voice::marin),
    };
    auto const session = co_await client.realtime().create_session(request);
    if (!session.client_secret)
        throw std::runtime_error("the service has made a session without a secret");
    co_return *session.client_secret; // `value.reveal()` is what the browser needs
}

// session]

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        auto report = [](std::exception_ptr failure, hicap::realtime::client_secret secret) {
            if (failure)
                std::rethrow_exception(failure);
            std::cout << "a secret of " << secret.value.reveal().size() << " bytes, good until "
                      << secret.expires_at << '\n';
        };
        asio::co_spawn(context, secret_for_a_browser(hicap::client()), report);
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "realtime: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
