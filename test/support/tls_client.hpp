#ifndef HICAP_TEST_SUPPORT_TLS_CLIENT_HPP
#define HICAP_TEST_SUPPORT_TLS_CLIENT_HPP

#include "net/tls_context.hpp"
#include "net/tls_engine.hpp"
#include "support/splits.hpp"
#include "support/tls_server.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {

/// The client's side of a session that trusts `server`, by way of the library.
struct tls_client
{
    static std::shared_ptr<net::tls_context> trusting(tls_server const& server)
    {
        net::tls_options options;
        options.ca_pem = server.ca_pem();
        return std::make_shared<net::tls_context>(options);
    }

    explicit tls_client(tls_server const& server) : tls_client(trusting(server)) {}

    explicit tls_client(
        std::shared_ptr<net::tls_context> shared, std::string const& host = "api.test"
    )
        : context(std::move(shared)), engine(context->start(host))
    {}

    /// What is to be sent, moved out.
    std::string output() { return std::exchange(engine->output(), {}); }

    /// Gives `ciphertext` to the handshake; true once it is done.
    bool advance(std::string_view ciphertext)
    {
        engine->feed(ciphertext);
        return engine->handshake() == net::tls_engine::status::done;
    }

    /// The whole handshake, and what the server says right behind it: its session tickets.
    void shake_hands(tls_peer& peer)
    {
        bool done = advance({});
        while (!done || !peer.done) {
            peer.feed(output());
            auto const reply = peer.output();
            if (!done)
                done = advance(reply);
            else
                read(reply);
        }
    }

    /// Decrypts all of `ciphertext`.
    std::string read(std::string_view ciphertext)
    {
        std::string out;
        engine->feed(ciphertext);
        for (;;) {
            char data[1000];
            std::size_t got = 0;
            last = engine->read(data, sizeof data, got);
            out.append(data, got);
            if (last != net::tls_engine::status::done)
                return out;
        }
    }

    std::shared_ptr<net::tls_context> context;
    std::unique_ptr<net::tls_engine> engine;                            // before the context
    net::tls_engine::status last = net::tls_engine::status::need_input; ///< of `read`
};

} // namespace hicap::test

#endif
