#ifndef HICAP_NET_SOCKET_HPP
#define HICAP_NET_SOCKET_HPP

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace hicap::net {

namespace asio = boost::asio;

/// A connected, non-blocking byte stream of the operating system.
///
/// Bytes move by plain calls that never wait; waiting is for readiness alone. So a cancelled wait
/// loses nothing, and nothing is outstanding while a coroutine sleeps.
class socket
{
public:
    enum class status
    {
        done,    ///< some bytes moved
        blocked, ///< none can move now: wait for readiness
        closed,  ///< receive only: the peer has sent its last byte
        failed   ///< see the code
    };

    struct result
    {
        status what = status::failed;
        std::size_t size = 0;
        boost::system::error_code code;
    };

    virtual ~socket() = default;

    virtual result receive(char* data, std::size_t size) noexcept = 0;
    virtual result send(char const* data, std::size_t size) noexcept = 0;

    /// Lets what waits for readiness fail with `operation_aborted`.
    virtual void cancel() noexcept = 0;

    /// Complete when `receive` or `send` will not block. Cancellation: total, nothing is lost.
    virtual asio::awaitable<void> readable() = 0;
    virtual asio::awaitable<void> writable() = 0;
};

/// Resolves `host`, connects to the first address that answers, and returns the socket, which
/// belongs to the context of the calling coroutine's executor. Throws `hicap::error`.
asio::awaitable<std::unique_ptr<socket>> connect_tcp(std::string host, std::string port);

} // namespace hicap::net

#endif
