#ifndef HICAP_NET_TRANSPORT_HPP
#define HICAP_NET_TRANSPORT_HPP

#include "base/secret.hpp"
#include "http/url.hpp"
#include "net/exchange.hpp"
#include "net/pool.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace hicap::net {

/// Sends requests to one origin, over connections that are kept open and used again.
///
/// Thread safety: shared objects safe.
class transport
{
public:
    /// Throws `hicap::error` where the TLS options cannot be met.
    transport(http::origin where, tls_options const& tls);

    /// Sends a request and completes when the head of its response is there.
    ///
    /// `head` is everything up to and including the empty line. A used connection that dies before
    /// it answers anything is replaced by a new one, once: that is how a server closes what was
    /// idle for too long, and it says nothing of the request.
    ///
    /// A server may answer before it has read the whole body, and refuse the rest of it: the answer
    /// is what counts then.
    ///
    /// Cancellation: the connection is closed. Failures are thrown as `hicap::error`.
    asio::awaitable<std::unique_ptr<exchange>> send(secret_string head, std::string body);

    [[nodiscard]] http::origin const& origin() const noexcept { return origin_; }

private:
    http::origin origin_;
    std::shared_ptr<tls_context> tls_;
    std::shared_ptr<pool> pool_;
};

} // namespace hicap::net

#endif
