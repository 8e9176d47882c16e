#ifndef HICAP_TEST_SUPPORT_RELAY_HPP
#define HICAP_TEST_SUPPORT_RELAY_HPP

#include "support/temporary_folder.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace hicap::test {

namespace asio = boost::asio;

/// Passes on what it gets to a server on this machine, in a thread of its own: as a proxy that is
/// asked by CONNECT, for whatever host, and from a Unix socket.
class relay
{
public:
    explicit relay(std::uint16_t to)
        : server_(asio::ip::address_v4::loopback(), to),
          as_proxy_(context_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          at_path_(context_, asio::local::stream_protocol::endpoint(path()))
    {
        asio::co_spawn(context_, serve_proxy(), asio::detached);
        asio::co_spawn(context_, serve_path(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }

    relay(relay const&) = delete;
    relay& operator=(relay const&) = delete;

    ~relay()
    {
        context_.stop();
        thread_.join();
    }

    /// Of the proxy, at 127.0.0.1.
    [[nodiscard]] std::string port() const
    {
        return std::to_string(as_proxy_.local_endpoint().port());
    }

    /// Of the Unix socket.
    [[nodiscard]] std::string path() const { return (folder_ / "relay.socket").string(); }

private:
    using any_socket = asio::generic::stream_protocol::socket;

    struct connection
    {
        connection(any_socket one, any_socket other) : near(std::move(one)), far(std::move(other))
        {}

        any_socket near;
        any_socket far;
    };

    asio::awaitable<void> serve_proxy()
    {
        for (;;) {
            auto near = co_await as_proxy_.async_accept(asio::use_awaitable);
            asio::co_spawn(context_, serve(any_socket(std::move(near)), true), asio::detached);
        }
    }

    asio::awaitable<void> serve_path()
    {
        for (;;) {
            auto near = co_await at_path_.async_accept(asio::use_awaitable);
            asio::co_spawn(context_, serve(any_socket(std::move(near)), false), asio::detached);
        }
    }

    asio::awaitable<void> serve(any_socket near, bool asks)
    {
        asio::ip::tcp::socket far(context_);
        co_await far.async_connect(server_, asio::use_awaitable);
        if (asks) {
            std::string head;
            auto into = asio::dynamic_buffer(head);
            std::string_view const answer = "HTTP/1.1 200 OK\r\n\r\n";
            co_await asio::async_read_until(near, into, "\r\n\r\n", asio::use_awaitable);
            co_await asio::async_write(near, asio::buffer(answer), asio::use_awaitable);
        }
        auto const both = std::make_shared<connection>(std::move(near), std::move(far));
        asio::co_spawn(context_, pass_on(both, true), asio::detached);
        asio::co_spawn(context_, pass_on(both, false), asio::detached);
    }

    static asio::awaitable<void> pass_on(std::shared_ptr<connection> both, bool onward)
    {
        auto& from = onward ? both->near : both->far;
        auto& to = onward ? both->far : both->near;
        std::array<char, 16'384> bytes;
        boost::system::error_code code;
        auto token = asio::redirect_error(asio::use_awaitable, code);
        while (!code) {
            auto const size = co_await from.async_read_some(asio::buffer(bytes), token);
            if (size != 0)
                co_await asio::async_write(to, asio::buffer(bytes, size), token);
        }
        boost::system::error_code ignored;
        to.shutdown(any_socket::shutdown_send, ignored);
    }

    temporary_folder folder_;
    asio::io_context context_{1};
    asio::ip::tcp::endpoint server_;
    asio::ip::tcp::acceptor as_proxy_;
    asio::local::stream_protocol::acceptor at_path_;
    std::thread thread_;
};

} // namespace hicap::test

#endif
