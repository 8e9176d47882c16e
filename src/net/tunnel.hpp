#ifndef HICAP_NET_TUNNEL_HPP
#define HICAP_NET_TUNNEL_HPP

#include "base/secret.hpp"
#include "net/call.hpp"
#include "net/socket.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace hicap::net {

/// Asks `proxy`, the name of what is at the other end of `link`, for a tunnel to `target`, host and
/// port (RFC 9110, section 9.3.6); when this completes, `link` leads there. `authorization` is
/// empty for none. Takes part of the phase that the call is in. Throws `errc::proxy_refused`, and
/// what the call's deadline throws.
[[nodiscard]] asio::awaitable<void> open_tunnel(
    socket* link,
    std::string proxy,
    std::string target,
    secret_string const* authorization,
    call* on,
    clock::time_point deadline
);

} // namespace hicap::net

#endif
