#ifndef HICAP_STATISTICS_HPP
#define HICAP_STATISTICS_HPP

#include <hicap/visibility.hpp>

#include <cstddef>
#include <cstdint>

HICAP_API_BEGIN

namespace hicap {

/// What a client has done and is doing, at one moment. See `client::statistics`.
struct client_statistics
{
    /// Operations that were begun, and those of them that have not ended: a stream ends when its
    /// last event was read or when it is destroyed, and what is left of its response was read.
    /// Each connection of `prewarm` is one.
    std::uint64_t calls = 0;
    std::size_t calls_running = 0;
    /// Attempts that were made again after a failure, see `retry_options`.
    std::uint64_t retries = 0;
    /// Requests that were sent again at once because a connection that had been open had died.
    std::uint64_t replays = 0;

    /// Responses in the background that were left before their end with `on_abandon::cancel`, or
    /// ended by `responses::event_stream::cancel`. Each one becomes one of the three below when
    /// what is sent for it has been answered.
    std::uint64_t responses_abandoned = 0;
    /// Those of them that were cancelled on the server.
    std::uint64_t responses_cancelled = 0;
    /// Those that were over when the server was told, or that it does not cancel.
    std::uint64_t responses_finished = 0;
    /// Those of which nobody knows: the server could not be reached, no id came in time, or the
    /// event loop or a shutdown ended before.
    std::uint64_t responses_lost = 0;

    /// Connections that are open and unused.
    std::size_t connections_idle = 0;
    /// Connections that a call is using.
    std::size_t connections_leased = 0;
    /// Connections that are being opened. The three together stay within
    /// `pool_options::max_connections`.
    std::size_t connections_dialling = 0;
    /// Calls that wait until a connection comes free.
    std::size_t calls_waiting = 0;

    /// Connections that were opened since the client was made; those that are still open included.
    std::uint64_t connections_opened = 0;
    /// Times that a call got a connection that had been open already.
    std::uint64_t connections_reused = 0;
    /// Connections that were closed, by the client or because the server had closed them.
    std::uint64_t connections_closed = 0;
};

} // namespace hicap

HICAP_API_END

#endif
