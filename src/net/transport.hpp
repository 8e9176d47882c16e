#ifndef HICAP_NET_TRANSPORT_HPP
#define HICAP_NET_TRANSPORT_HPP

#include "http/url.hpp"
#include "net/call.hpp"
#include "net/dialer.hpp"
#include "net/exchange.hpp"
#include "net/pool.hpp"
#include "net/request_body.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace hicap::net {

/// Sends requests to one origin, over connections that are kept open and used again.
///
/// Thread safety: shared objects safe.
class transport
{
public:
    /// Throws `hicap::error` where the TLS options cannot be met.
    transport(
        http::origin where,
        tls_options const& tls,
        std::shared_ptr<dialer> dial,
        std::shared_ptr<pool> connections
    );

    /// Sends a request and completes when the head of its response is there, or throws what one of
    /// the call's deadlines throws.
    ///
    /// `head` is everything up to and including the empty line; it and `body` must stay in place.
    /// The deadline for the first byte of a response begins anew with each piece of a body. A
    /// used connection that dies before it answers anything is replaced by a new one, once: that is
    /// how a server closes what was idle for too long, and it says nothing of the request.
    ///
    /// A server may answer before it has read the whole body, and refuse the rest of it: the answer
    /// is what counts then.
    ///
    /// Cancellation: terminal; the connection is closed. Failures are thrown as `hicap::error`.
    asio::awaitable<std::unique_ptr<exchange>>
    send(call* on, std::string_view head, request_body body);

    /// Opens a connection and leaves it to the pool.
    asio::awaitable<void> warm(call* on);

    [[nodiscard]] pool& connections() const noexcept { return *pool_; }

private:
    asio::awaitable<lease> connect(call* on, bool only_new, std::optional<lease> got);

    http::origin origin_;
    std::shared_ptr<tls_context> tls_;
    std::shared_ptr<dialer> dialer_;
    std::shared_ptr<pool> pool_;
};

} // namespace hicap::net

#endif
