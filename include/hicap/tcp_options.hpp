#ifndef HICAP_TCP_OPTIONS_HPP
#define HICAP_TCP_OPTIONS_HPP

#include <hicap/visibility.hpp>

#include <chrono>

HICAP_API_BEGIN

namespace hicap {

/// How the system watches over a connection on which nothing is sent, for an answer that takes
/// minutes. What a system does not know of is left out there; a client refuses what no system
/// takes, with `errc::invalid_argument`.
struct tcp_options
{
    /// Whether it asks the peer now and then. This keeps the tables of NATs and firewalls, which
    /// forget a silent connection after some minutes, and notices a peer that is gone.
    bool keep_alive = true;
    std::chrono::seconds keep_alive_idle{30};     ///< silence before it first asks, 1 to 32,767
    std::chrono::seconds keep_alive_interval{10}; ///< between two questions, the same
    int keep_alive_probes = 3; ///< unanswered ones that end the connection, 1 to 127

    /// How long sent bytes may stay unacknowledged before the connection fails; 0 for the default
    /// of the system, which is many minutes.
    ///
    /// Linux counts in the same way how long a server that is alive reads nothing of a request
    /// which is larger than the buffers in between: such a pause fails the connection with
    /// `boost::asio::error::timed_out` after this time, before `deadlines::first_byte`. So the
    /// default is above the minute after which most gateways give up themselves, and say so.
    /// Raise it, or set 0, for a server that takes longer to read on.
    std::chrono::milliseconds user_timeout{120'000};
};

} // namespace hicap

HICAP_API_END

#endif
