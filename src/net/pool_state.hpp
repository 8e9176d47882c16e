#ifndef HICAP_NET_POOL_STATE_HPP
#define HICAP_NET_POOL_STATE_HPP

#include <hicap/pool_options.hpp>

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace hicap::net {

/// The bookkeeping of a pool: who may use which connection, who has to wait and what is closed. It
/// knows no sockets, no locks and no coroutines; the time is an argument.
///
/// Vocabulary:
///
/// - A *slot* is the right to have a connection. One that is not free is *dialling* (its owner has
///   no connection yet), *leased* (its owner uses one) or *idle* (the connection is kept, nobody
///   uses it).
/// - An *item* is what the pool knows of a connection. It belongs to whoever made it; only while it
///   is idle or granted does it have to stay for the pool.
/// - A *place* is where connections can be used: the execution context of their sockets. No item
///   ever leaves its place. A place that has *ended* keeps nothing.
/// - A *waiter* wants a slot. It is *granted* a leased slot with an item of its place, or one that
///   is dialling. A grant that is not wanted any more is passed on by `withdraw`. One that is
///   *urgent* goes before the others: those may hold their connections for as long as they like.
///
/// What holds between any two calls:
///
/// 1. dialling + leased + idle <= max_connections, idle <= max_idle, and at most max_waiters wait,
///    those that are urgent not counted.
/// 2. While somebody waits, no slot is free or idle. So nobody overtakes, and no idle connection in
///    one place makes another place wait.
/// 3. Waiters are granted in the order in which they came, those that are urgent before all others.
/// 4. Idle items are in the order in which they became idle, in each place and over all places.
/// 5. opened = closed + leased + idle.
///
/// Every call takes constant time, plus that for each item that it closes; only `end` looks at all
/// waiters.
///
/// Age is looked at when an item is to be used or kept. One that gets too old while it is idle is
/// closed when its turn comes, or when it has been idle for too long.
class pool_state
{
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    class place;

    using in_place = boost::intrusive::list_base_hook<boost::intrusive::tag<struct of_place>>;
    using in_all = boost::intrusive::list_base_hook<boost::intrusive::tag<struct of_all>>;

    class item : public in_place, public in_all
    {
    public:
        explicit item(place& owner) noexcept : where_(&owner) {}

        [[nodiscard]] place& where() const noexcept { return *where_; }

    private:
        friend class pool_state;

        [[nodiscard]] bool too_old(time_point now) const noexcept { return now >= retires_; }

        place* where_;
        time_point retires_;
        time_point idle_since_;
    };

    /// In the order in which they became idle.
    using items = boost::intrusive::list<item, boost::intrusive::base_hook<in_all>>;

    class place
    {
    private:
        friend class pool_state;

        using stack = boost::intrusive::list<item, boost::intrusive::base_hook<in_place>>;

        stack idle_; // the newest is the last
        bool ended_ = false;
    };

    /// A slot: leased where there is an item, else dialling.
    struct grant
    {
        item* connection = nullptr;
    };

    class waiter : public boost::intrusive::list_base_hook<>
    {
    public:
        /// `only_new`: it takes no connection that has been used.
        waiter(place& in, bool only_new) noexcept : where_(&in), only_new_(only_new) {}

    private:
        friend class pool_state;

        place* where_;
        bool only_new_;
        bool urgent_ = false;
        std::optional<grant> granted_;
    };

    /// What the caller has to do after a call.
    struct effects
    {
        items closed;              ///< to be closed; the pool has forgotten them
        waiter* granted = nullptr; ///< to be woken: it has been granted a slot
    };

    struct counters
    {
        std::size_t dialling = 0;
        std::size_t leased = 0;
        std::size_t idle = 0;
        std::size_t waiting = 0;
        std::uint64_t opened = 0;
        std::uint64_t closed = 0;
    };

    /// Precondition: the options are valid.
    explicit pool_state(pool_options const& options) noexcept;

    /// A slot that can be had at once: the newest idle item of the place, unless `only_new` says
    /// otherwise, else a free slot, else that of the item that has been idle for longest.
    [[nodiscard]] std::optional<grant>
    acquire(place& in, bool only_new, time_point now, effects& then) noexcept;

    /// The same for somebody who can wait. False where too many wait already, and never for one
    /// that is urgent.
    [[nodiscard]] bool
    acquire_or_wait(waiter& who, time_point now, effects& then, bool urgent = false) noexcept;

    /// Takes what a waiter has been granted; absent where it is still waiting.
    [[nodiscard]] static std::optional<grant> take(waiter& who) noexcept;

    /// The waiter waits no more; what it has been granted but has not taken goes to another.
    void withdraw(waiter& who, time_point now, effects& then) noexcept;

    /// A connection was opened: a dialling slot becomes a leased one. `random` is from [0, 1).
    void opened(item& connection, double random, time_point now) noexcept;

    /// The item of a leased slot can be used again: by the next waiter if it is in the same place,
    /// else by whoever comes. Where it cannot be kept it is closed.
    void release(item& connection, time_point now, effects& then) noexcept;

    /// The item of a leased slot is closed, and another wanted in its stead.
    [[nodiscard]] grant replace(place& in, bool only_new, time_point now, effects& then) noexcept;

    /// The item of a leased slot is closed.
    void lost(effects& then) noexcept;

    /// A dialling slot will have no connection.
    void gave_up(effects& then) noexcept;

    /// Nothing can be used in the place any more: its idle items are closed, its waiters forgotten.
    void end(place& in, effects& then) noexcept;

    /// Closes all that is idle, and keeps nothing from now on.
    void stop_keeping(effects& then) noexcept;

    [[nodiscard]] counters count() const noexcept;

private:
    using waiters = boost::intrusive::list<waiter>;

    [[nodiscard]] bool nobody_waits() const noexcept { return waiting_.empty() && urgent_.empty(); }

    /// Where the waiter stands that is granted next.
    [[nodiscard]] waiters& first_queue() noexcept { return urgent_.empty() ? waiting_ : urgent_; }

    void pass_slot_on(effects& then) noexcept;
    void grant_first(grant what, effects& then) noexcept;
    void keep(item& connection, time_point now, effects& then) noexcept;
    void remove_idle(item& connection) noexcept;
    void close_idle(item& connection, effects& then) noexcept;
    void close_stale(time_point now, effects& then) noexcept;

    std::size_t max_connections_;
    std::size_t max_idle_;
    std::size_t max_waiters_;
    duration idle_time_;
    duration max_age_;

    items idle_;
    waiters waiting_;
    waiters urgent_; // the same, for those that are served first
    std::size_t dialling_ = 0;
    std::size_t leased_ = 0;
    std::uint64_t opened_ = 0;
    std::uint64_t closed_ = 0;
};

} // namespace hicap::net

#endif
