#ifndef HICAP_NET_SOCKET_HPP
#define HICAP_NET_SOCKET_HPP

#include "net/clock.hpp"
#include "net/stoppable.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>

namespace hicap::net {

/// What a coroutine waits for on a socket.
enum class interest
{
    read,
    write,
    either
};

/// A connected, non-blocking byte stream of the operating system.
///
/// Bytes move by plain calls that never wait; waiting is for readiness alone. So a cancelled wait
/// loses nothing, and nothing is outstanding while a coroutine sleeps.
///
/// It may outlive the execution context that it belongs to, whose end closes it.
class socket : public stoppable
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

    virtual result receive(char* data, std::size_t size) noexcept = 0;
    virtual result send(char const* data, std::size_t size) noexcept = 0;

    /// True when `receive` or `send` will not block, false when `deadline` passes first. A deadline
    /// costs a comparison: the timer behind it is set anew only when it fires early, or when a
    /// deadline comes before all that were before. True as well where it cannot wait: the next
    /// `receive` or `send` fails then.
    /// Cancellation: total, nothing is lost; it throws nothing else.
    [[nodiscard]] virtual asio::awaitable<bool>
    ready(interest what, clock::time_point deadline) = 0;

    /// What deadlines are measured by.
    [[nodiscard]] virtual clock& time() const noexcept = 0;

    /// Its context has ended, or it could not wait: nothing can be received or sent any more, and a
    /// wait ends at once.
    [[nodiscard]] virtual bool orphaned() const noexcept { return false; }

    /// This process is a fork of the one that opened it: it belongs to that.
    [[nodiscard]] virtual bool inherited() const noexcept { return false; }

    /// No wait follows for a time of which nobody knows how long it is: nothing that belongs to the
    /// socket may keep an event loop from ending.
    virtual void rest() noexcept = 0;
};

} // namespace hicap::net

#endif
