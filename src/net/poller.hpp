#ifndef HICAP_NET_POLLER_HPP
#define HICAP_NET_POLLER_HPP

#include "net/socket.hpp"
#include "net/tenant.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace hicap::net {

/// A coroutine that waits for a socket; called with whether what it waited for came in time.
using waiter = asio::async_result<asio::use_awaitable_t<>, void(boost::system::error_code, bool)>::
    handler_type;

/// Calls `who` on its executor, never within this call.
void resume_later(waiter who, boost::system::error_code code, bool in_time);

/// What has happened to a descriptor.
struct happenings
{
    bool readable = false;
    bool writable = false;
    bool ended = false;  ///< the peer has sent its last byte, or the descriptor is broken
    bool broken = false; ///< nothing can be sent any more
};

/// A descriptor that a poller looks at.
class pollable
{
public:
    virtual ~pollable() = default;

    /// Takes note of what has happened; the result is whom that wakes. Called by any thread that
    /// runs the context.
    virtual std::optional<waiter> happened(happenings what) noexcept = 0;
};

/// Looks at the sockets of one execution context.
///
/// It tells of what happens to a descriptor once, and again when more of the same happens.
///
/// Thread safety: shared objects safe.
class poller : public tenant
{
public:
    using token = std::uint64_t;

    /// That of the context of `executor`, the best that this system has.
    [[nodiscard]] static std::shared_ptr<poller> of(asio::any_io_executor const& executor);

    /// From now on `who` is told what happens to the descriptor.
    virtual token add(int descriptor, std::weak_ptr<pollable> who) = 0;

    /// Precondition: the descriptor is open. Something that has happened before may still be told.
    virtual void remove(int descriptor, token which) noexcept = 0;

    /// Somebody waits for it, and keeps an event loop running. False where nothing will be told any
    /// more.
    [[nodiscard]] virtual bool wait_begins(token which, interest what) = 0;

    /// Somebody who was not woken by `happened` waits no more.
    virtual void wait_ends(token which) noexcept = 0;

    /// This process is a fork of the one that it was made in: nothing of it is looked at here.
    virtual void forget() noexcept = 0;
};

/// An executor that runs what completes where it completes: in a thread that runs the context,
/// beside any strand.
struct right_here
{
    template <class Function>
    void execute(Function what) const
    {
        std::move(what)();
    }

    bool operator==(right_here const&) const noexcept = default;
};

/// By a wait of Asio's for each wait, which is a call of the system each, to arm it.
[[nodiscard]] std::shared_ptr<poller> make_portable_poller(asio::any_io_executor const& executor);

#ifdef __linux__
/// By an epoll of its own that Asio waits for: a wait costs no call of the system.
[[nodiscard]] std::shared_ptr<poller> make_epoll_poller(asio::any_io_executor const& executor);
#endif

} // namespace hicap::net

#endif
