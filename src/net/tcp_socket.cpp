#include "net/socket.hpp"

#include <hicap/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace hicap::net {
namespace {

using asio::ip::tcp;

#ifdef MSG_NOSIGNAL
constexpr int send_flags = MSG_NOSIGNAL;
#else
constexpr int send_flags = 0; // there Asio sets SO_NOSIGPIPE
#endif

class tcp_socket final : public socket
{
public:
    explicit tcp_socket(tcp::socket connected) : socket_(std::move(connected))
    {
        boost::system::error_code code;
        socket_.native_non_blocking(true, code);
        if (!code)
            socket_.set_option(tcp::no_delay(true), code);
        if (code)
            throw error(code, "setting up a socket");
    }

    result receive(char* data, std::size_t size) noexcept override
    {
        for (;;) {
            auto const n = ::recv(socket_.native_handle(), data, size, 0);
            if (n > 0)
                return moved(n);
            if (n == 0)
                return {status::closed, 0, {}};
            if (errno != EINTR)
                return failure();
        }
    }

    result send(char const* data, std::size_t size) noexcept override
    {
        for (;;) {
            auto const n = ::send(socket_.native_handle(), data, size, send_flags);
            if (n >= 0)
                return moved(n);
            if (errno != EINTR)
                return failure();
        }
    }

    void cancel() noexcept override
    {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }

    asio::awaitable<void> readable() override
    {
        return socket_.async_wait(tcp::socket::wait_read, asio::use_awaitable);
    }

    asio::awaitable<void> writable() override
    {
        return socket_.async_wait(tcp::socket::wait_write, asio::use_awaitable);
    }

private:
    static result moved(ssize_t n) noexcept
    {
        return {status::done, static_cast<std::size_t>(n), {}};
    }

    static result failure() noexcept
    {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {status::blocked, 0, {}};
        return {status::failed, 0, {errno, boost::system::system_category()}};
    }

    tcp::socket socket_;
};

} // namespace

asio::awaitable<std::unique_ptr<socket>> connect_tcp(std::string host, std::string port)
{
    auto const executor = co_await asio::this_coro::executor;
    boost::system::error_code code;

    tcp::resolver resolver(executor);
    auto const found = co_await resolver.async_resolve(
        host, port, asio::redirect_error(asio::use_awaitable, code)
    );
    if (code == asio::error::operation_aborted)
        throw error(code, "resolving " + host);
    if (code)
        throw error(code, "cannot resolve the host name \"" + host + "\"");

    code = asio::error::host_not_found;
    for (auto const& candidate : found) {
        tcp::socket attempt(executor);
        auto const endpoint = candidate.endpoint();
        co_await attempt.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, code));
        if (!code)
            co_return std::make_unique<tcp_socket>(std::move(attempt));
        if (code == asio::error::operation_aborted)
            break;
    }
    throw error(code, "cannot connect to " + host + " port " + port);
}

} // namespace hicap::net
