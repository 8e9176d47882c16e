#ifndef HICAP_NET_DIALER_HPP
#define HICAP_NET_DIALER_HPP

#include "base/secret.hpp"
#include "net/call.hpp"
#include "net/socket.hpp"

#include <hicap/tcp_options.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace hicap::net {

/// Opens sockets to one place.
///
/// Thread safety: shared objects safe.
class dialer
{
public:
    virtual ~dialer() = default;

    /// A connected socket, which belongs to the context of the calling coroutine's executor.
    /// Takes the phases `resolve` and `connect` of the call. Failures are thrown as `hicap::error`.
    /// Cancellation: terminal; never waits for `getaddrinfo`.
    [[nodiscard]] virtual asio::awaitable<std::unique_ptr<socket>> dial(call* on) = 0;
};

/// A proxy that opens a tunnel with CONNECT.
struct tunnel_options
{
    std::string host;
    std::string port;
    secret_string authorization; ///< value of Proxy-Authorization; empty for none
};

struct dial_options
{
    std::string host; ///< a name or a literal address
    std::string port;
    std::string unix_socket; ///< path to connect to in place of the host
    tcp_options tcp;
    std::optional<tunnel_options> proxy;
};

/// To the host directly, through a proxy, or to a Unix socket. Throws `errc::invalid_argument` for
/// a path that no socket can have.
[[nodiscard]] std::shared_ptr<dialer> make_dialer(dial_options options);

} // namespace hicap::net

#endif
