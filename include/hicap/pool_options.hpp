#ifndef HICAP_POOL_OPTIONS_HPP
#define HICAP_POOL_OPTIONS_HPP

#include <hicap/visibility.hpp>

#include <chrono>
#include <cstddef>

HICAP_API_BEGIN

namespace hicap {

/// How many connections a client opens, and how long it keeps them.
///
/// Connections are shared by all calls of a client, over all execution contexts that it is used in.
/// One that is idle can be used again in its own context alone; where it stands in the way of a
/// connection in another context, it is closed. Nothing is closed by a timer: what is idle for too
/// long goes when another call begins or ends, when the client ends or when its context does.
///
/// A call that waits in a context which is not running keeps its place, and the connection that it
/// is granted: block no event loop.
///
/// What makes no sense is refused with `errc::invalid_argument` when the client is made.
struct pool_options
{
    /// Connections that may be open or being opened at one time, at least 1. An answer in progress
    /// occupies one. Further calls wait in the order of their coming, see `deadlines::pool_wait`.
    /// Each connection takes a descriptor, of which many systems grant a process no more than
    /// 1,024: see `ulimit -n`.
    std::size_t max_connections = 10'000;

    /// Idle connections that are kept; 0 keeps none. The one that was idle for longest goes first.
    std::size_t max_idle = 1'024;

    /// Calls that may wait for a connection; 0 lets none wait. Further ones fail at once, with
    /// `errc::pool_exhausted`.
    std::size_t max_waiters = 10'000;

    /// How long a connection may be idle and still be used again; positive. Common load balancers
    /// close what was idle for 60 s: a request that crosses the closing has to be sent again.
    std::chrono::seconds idle_time{55};

    /// How long after its opening a connection may be used for a further request; positive.
    /// `std::chrono::seconds::max()` sets no bound. So clients follow when the addresses behind a
    /// name change. Each connection has up to a fifth less, at random, so that those opened
    /// together are not all replaced together. A running answer is never cut by this.
    std::chrono::seconds max_age{600};
};

} // namespace hicap

HICAP_API_END

#endif
