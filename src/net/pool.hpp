#ifndef HICAP_NET_POOL_HPP
#define HICAP_NET_POOL_HPP

#include "http/response_parser.hpp"
#include "net/call.hpp"
#include "net/clock.hpp"
#include "net/connection.hpp"
#include "net/pool_state.hpp"

#include <hicap/pool_options.hpp>
#include <hicap/statistics.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace hicap::net {

/// A connection of HTTP/1.1 and what is kept of it between two exchanges.
struct http1_session : pool_state::item
{
    http1_session(pool_state::place& where, std::unique_ptr<connection> opened) noexcept
        : item(where), link(std::move(opened))
    {}

    std::unique_ptr<connection> link;
    http::response_parser parser;
};

class lease;

/// The connections of a client to its origin, see `pool_state` for who gets which.
///
/// A session never leaves the execution context that its socket belongs to. Pool, leases and
/// contexts may end in any order. Nothing here runs by itself.
///
/// Thread safety: shared objects safe.
class pool
{
public:
    /// `random` gives numbers in [0, 1) and is called from any thread. Throws `hicap::error` with
    /// `errc::invalid_argument` where an option makes no sense.
    pool(pool_options const& options, std::shared_ptr<clock> time, std::function<double()> random);
    pool(pool const&) = delete;
    pool& operator=(pool const&) = delete;

    /// Closes what is idle; leases can go on.
    ~pool();

    /// Waits in the order of coming until there is a slot for a connection, as long as the phase
    /// `pool_wait` of the call may take. Has no such phase where nothing is waited for.
    /// `only_new`: a lease without a session is wanted, to dial.
    ///
    /// Cancellation: terminal; nothing is lost. Errors: `errc::pool_wait_timeout`,
    /// `errc::pool_exhausted` where too many wait, `errc::client_shut_down`.
    [[nodiscard]] asio::awaitable<lease> acquire(call* on, bool only_new);

    /// The same without waiting; absent where it would have to. To be called in the context of
    /// `executor`.
    [[nodiscard]] std::optional<lease>
    try_acquire(asio::any_io_executor const& executor, bool only_new);

    /// Closes what is idle, and from now on what is given back.
    void close_idle() noexcept;

    /// The members about connections and waiting; the others are zero.
    [[nodiscard]] client_statistics statistics() const;

private:
    friend class lease;
    class core;
    class context_service;
    struct place;

    std::shared_ptr<core> core_;
};

/// The right to have one connection: with a session that is open and whose server has neither
/// spoken nor closed since it was used, or without one, to dial.
///
/// To be used and destroyed in the context that it was acquired in. Belongs to one coroutine at a
/// time.
class lease
{
public:
    /// Holds nothing.
    lease() noexcept = default;

    lease(lease&& other) noexcept = default;
    lease& operator=(lease&& other) noexcept;

    /// Closes the session that is still here; another connection can be opened then.
    ~lease();

    /// Begins a session on the connection that was dialled.
    /// Precondition: the lease was acquired, and had no session yet.
    void opened(std::unique_ptr<connection> link);

    /// Closes the session and keeps its place, to open another connection.
    /// Precondition: there is a session.
    void replace() noexcept;

    /// Leaves the session to the pool, and holds nothing any more.
    /// Precondition: its last response is complete and nothing came behind it.
    void give_back() noexcept;

    std::unique_ptr<http1_session> session;

private:
    friend class pool;

    lease(
        std::shared_ptr<pool::core> home,
        std::shared_ptr<pool::place> where,
        std::unique_ptr<http1_session> connected
    ) noexcept;

    void end() noexcept;

    std::shared_ptr<pool::core> pool_;
    std::shared_ptr<pool::place> place_;
    bool connected_ = false; // the slot has had a connection, whatever became of it
};

} // namespace hicap::net

#endif
