#ifndef HICAP_TEST_PEERS_FRONT_HPP
#define HICAP_TEST_PEERS_FRONT_HPP

#include "peers/peers.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

namespace hicap::test {

/// nginx with TLS before an emulator without. Events pass as they come; connections are kept on
/// both sides. Its answers tell the connection and the client's certificate that they are for.
struct front : hicap_fixture
{
    front() : hicap_fixture(emulator_options{}) {}

    /// `settings` are lines of nginx's block `server`.
    void start(std::string const& settings) { start(settings, root); }

    /// The same with a certificate by another authority.
    void start(std::string const& settings, authority const& issuer)
    {
        auto const shown = issuer.issue("server");
        http = "upstream hicap { server 127.0.0.1:" + std::to_string(server.port());
        http += "; keepalive 16; }\nserver {\nlisten " + port.address() + " ssl reuseport;\n";
        http += "listen " + plain_port.address() + " reuseport;\n";
        http += "ssl_certificate " + shown.file + ";\n";
        http += "ssl_certificate_key " + shown.key_file + ";\n" + settings;
        http += "location = /nothing { return 204; }\n"
                "location / {\n"
                "proxy_pass http://hicap;\n"
                "proxy_http_version 1.1;\n"
                "proxy_set_header Connection \"\";\n"
                "proxy_set_header Host $http_host;\n"
                "proxy_buffering off;\n"
                "proxy_next_upstream off;\n"
                "add_header X-Connection $connection always;\n"
                "add_header X-Client-Certificate $ssl_client_s_dn always;\n"
                "}\n}\n";
        gate.emplace(folder, http);
        gate->start();
    }

    /// Options of a client that comes through nginx.
    [[nodiscard]] client_options through() const
    {
        auto made = options();
        made.base_url = "https://" + port.address() + "/v1";
        made.ca_file = root.file();
        return made;
    }

    /// Waits until nginx closes a connection that was idle for its `keepalive_timeout`. It has
    /// closed those then that were idle before.
    void wait_for_idle_close() const
    {
        asio::io_context other;
        asio::ip::tcp::socket witness(other);
        witness.connect(plain_port.endpoint());
        std::string const request = "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n";
        asio::write(witness, asio::buffer(request));
        std::string received;
        boost::system::error_code end;
        asio::read(witness, asio::dynamic_buffer(received), end);
        BOOST_TEST((end == asio::error::eof), end.message());
        BOOST_TEST(received.starts_with("HTTP/1.1 204"));
    }

    /// Runs until no call of the client is left: what follows the end of a stream is read.
    void let_end(client const& hicap)
    {
        context.restart();
        while (hicap.statistics().calls_running != 0)
            context.run_one();
    }

    temporary_folder folder;
    authority root{folder, "root"};
    reserved_port port{context};
    reserved_port plain_port{context};
    std::string http; // what nginx was told
    std::optional<nginx> gate;
};

} // namespace hicap::test

#endif
