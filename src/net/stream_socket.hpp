#ifndef HICAP_NET_STREAM_SOCKET_HPP
#define HICAP_NET_STREAM_SOCKET_HPP

#include "net/clock.hpp"
#include "net/poller.hpp"
#include "net/socket.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <memory>

namespace hicap::net {

/// A `socket` over one of the system's that is connected, TCP or Unix. `by` is of its context; null
/// for the one that all others use.
[[nodiscard]] std::unique_ptr<socket> make_socket(
    asio::generic::stream_protocol::socket connected,
    std::shared_ptr<clock> time,
    std::shared_ptr<poller> by = nullptr
);

} // namespace hicap::net

#endif
