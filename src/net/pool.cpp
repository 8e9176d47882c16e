#include "net/pool.hpp"

#include "net/alarm.hpp"
#include "net/operation.hpp"

#include <hicap/error.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hicap::net {
namespace {

void refuse(bool nonsense, char const* member, char const* why)
{
    if (nonsense)
        throw error(errc::invalid_argument, std::string("pool_options::") + member + why);
}

pool_options const& checked(pool_options const& options)
{
    refuse(options.max_connections == 0, "max_connections", " is 0: no request could be sent");
    refuse(
        options.idle_time.count() <= 0, "idle_time", " must be positive; max_idle = 0 keeps none"
    );
    refuse(options.max_age.count() <= 0, "max_age", " must be positive");
    return options;
}

} // namespace

struct pool::place : pool_state::place
{
    std::size_t closing = 0; // sessions taken from it that are being closed
};

/// What pool, leases and contexts share.
///
/// A session that was idle may be closed by any thread, outside of the lock, but not once its
/// context has ended. So a place counts those that are being closed, and its end waits for them.
class pool::core : public std::enable_shared_from_this<core>
{
public:
    core(pool_options const& options, std::shared_ptr<clock> time, std::function<double()> random)
        : options_(checked(options)), time_(std::move(time)), random_(std::move(random)),
          state_(options_)
    {}

    static asio::awaitable<lease> acquire(std::shared_ptr<core> self, call* on, bool only_new);
    std::optional<lease> try_acquire(asio::any_io_executor const& executor, bool only_new);

    void opened(http1_session& session);
    void release(std::unique_ptr<http1_session> session) noexcept;
    void replace(place& where) noexcept;
    void lost(bool connected) noexcept;

    void close_idle() noexcept;
    void end_place(asio::execution_context& context) noexcept;
    client_statistics statistics() const;

private:
    class change;
    class waiter;

    std::shared_ptr<place> place_of(asio::any_io_executor const& executor);
    lease lease_of(std::shared_ptr<place> where, pool_state::grant got, bool only_new);
    void close(pool_state::items& sessions) noexcept;

    pool_options const options_;
    std::shared_ptr<clock> const time_;
    std::function<double()> const random_;
    std::atomic<std::uint64_t> reused_{0};

    mutable std::mutex mutex_;
    std::condition_variable closed_;
    pool_state state_;
    std::unordered_map<asio::execution_context*, std::shared_ptr<place>> places_;
};

/// Holds the lock of a pool, and does what follows from the change when it ends.
class pool::core::change
{
public:
    explicit change(core& of) : core_(of), lock_(of.mutex_)
    {
        now = of.time_->now(); // under the lock: times are in the order of the changes
    }

    change(change const&) = delete;
    change& operator=(change const&) = delete;
    ~change();

    pool_state::time_point now;
    pool_state::effects then;

private:
    core& core_;
    std::unique_lock<std::mutex> lock_;
};

class pool::core::waiter : public pool_state::waiter
{
public:
    waiter(core& of, std::shared_ptr<place> in, bool only_new, alarm& wakes)
        : pool_state::waiter(*in, only_new), core_(of), where_(std::move(in)), only_new_(only_new),
          bell_(wakes)
    {}

    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    ~waiter()
    {
        change make(core_);
        core_.state_.withdraw(*this, make.now, make.then);
    }

    bool enter(bool however_many)
    {
        change make(core_);
        return core_.state_.acquire_or_wait(*this, make.now, make.then, however_many);
    }

    std::optional<lease> take()
    {
        std::unique_lock lock(core_.mutex_);
        auto const got = pool_state::take(*this);
        lock.unlock();
        if (!got)
            return std::nullopt;
        return core_.lease_of(where_, *got, only_new_);
    }

    void wake() noexcept { bell_.wake(); }

private:
    core& core_;
    std::shared_ptr<place> where_;
    bool only_new_;
    alarm& bell_;
};

pool::core::change::~change()
{
    if (then.granted != nullptr) // under the lock: it cannot be gone
        static_cast<waiter*>(then.granted)->wake();
    for (auto const& session : then.closed)
        ++static_cast<place&>(session.where()).closing;
    lock_.unlock();
    core_.close(then.closed);
}

/// Lets a context end its place in all pools before its reactor and its timers are gone.
class pool::context_service : public asio::execution_context::service
{
public:
    using key_type = context_service;
    static inline asio::execution_context::id id;

    explicit context_service(asio::execution_context& owner) : service(owner) {}

    void add(std::weak_ptr<core> pool)
    {
        std::lock_guard const lock(mutex_);
        std::erase_if(pools_, [](auto const& known) { return known.expired(); });
        pools_.push_back(std::move(pool));
    }

    void shutdown() override
    {
        std::unique_lock lock(mutex_);
        auto const pools = std::move(pools_);
        lock.unlock();
        for (auto const& weak : pools)
            if (auto const pool = weak.lock()) // else it has closed all that was idle
                pool->end_place(context());
    }

private:
    std::mutex mutex_;
    std::vector<std::weak_ptr<core>> pools_;
};

asio::awaitable<lease> pool::core::acquire(std::shared_ptr<core> self, call* on, bool only_new)
{
    auto const executor = co_await asio::this_coro::executor;
    if (auto at_once = self->try_acquire(executor, only_new))
        co_return std::move(*at_once);

    alarm bell(*self->time_, executor);
    waiter mine(*self, self->place_of(executor), only_new, bell);
    auto const& options = self->options_;
    // What cleans up takes load off the server.
    if (!mine.enter(on->running().what_for() == errand::cleaning)) {
        throw error(
            errc::pool_exhausted,
            "all " + std::to_string(options.max_connections) +
                " connections that pool_options::max_connections allows are busy, and no more "
                "than " +
                std::to_string(options.max_waiters) +
                " calls may wait for one, see pool_options::max_waiters"
        );
    }
    auto const deadline = on->begin(phase::pool_wait);
    waiting const stoppable_here(on->running(), bell);
    for (;;) {
        bool const woken = co_await bell.sleep_until(deadline);
        auto granted = mine.take();
        if (!granted && !woken) {
            on->throw_late(
                "waiting for a connection (all " + std::to_string(options.max_connections) +
                " that pool_options::max_connections allows are busy)"
            );
        }
        on->end();
        on->running().check();
        if (granted)
            co_return std::move(*granted);
    }
}

std::optional<lease> pool::core::try_acquire(asio::any_io_executor const& executor, bool only_new)
{
    auto where = place_of(executor);
    std::optional<pool_state::grant> got;
    {
        change make(*this);
        got = state_.acquire(*where, only_new, make.now, make.then);
    }
    if (!got)
        return std::nullopt;
    return lease_of(std::move(where), *got, only_new);
}

/// Looks at the connection that was granted, and at others in its stead as long as its server has
/// closed it.
lease pool::core::lease_of(std::shared_ptr<place> where, pool_state::grant got, bool only_new)
{
    std::unique_ptr<http1_session> session(static_cast<http1_session*>(got.connection));
    while (session && !session->link->quiet()) {
        session.reset();
        change make(*this);
        auto const other = state_.replace(*where, only_new, make.now, make.then);
        session.reset(static_cast<http1_session*>(other.connection));
    }
    if (session)
        ++reused_;
    return {shared_from_this(), std::move(where), std::move(session)};
}

std::shared_ptr<pool::place> pool::core::place_of(asio::any_io_executor const& executor)
{
    auto& context = asio::query(executor, asio::execution::context);
    {
        std::lock_guard const lock(mutex_);
        if (auto const known = places_.find(&context); known != places_.end())
            return known->second;
    }
    // The services of a context end in the reverse order of their making: no waiter may be woken
    // whose timer has ended.
    auto const timers_come_first = time_->make_timer(executor);
    asio::use_service<context_service>(context).add(weak_from_this());
    std::lock_guard const lock(mutex_);
    auto& made = places_[&context];
    if (!made)
        made = std::make_shared<place>();
    return made;
}

void pool::core::opened(http1_session& session)
{
    auto const random = random_();
    change make(*this);
    state_.opened(session, random, make.now);
}

void pool::core::release(std::unique_ptr<http1_session> session) noexcept
{
    change make(*this);
    state_.release(*session.release(), make.now, make.then);
}

void pool::core::replace(place& where) noexcept
{
    change make(*this);
    static_cast<void>(state_.replace(where, true, make.now, make.then)); // which is no session
}

void pool::core::lost(bool connected) noexcept
{
    change make(*this);
    if (connected)
        state_.lost(make.then);
    else
        state_.gave_up(make.then);
}

void pool::core::close_idle() noexcept
{
    change make(*this);
    state_.stop_keeping(make.then);
}

void pool::core::close(pool_state::items& sessions) noexcept
{
    while (!sessions.empty()) {
        auto& session = static_cast<http1_session&>(sessions.front());
        auto& where = static_cast<place&>(session.where());
        sessions.pop_front();
        delete &session;
        std::lock_guard const lock(mutex_);
        --where.closing;
        closed_.notify_all();
    }
}

void pool::core::end_place(asio::execution_context& context) noexcept
{
    pool_state::effects then;
    {
        std::unique_lock lock(mutex_);
        auto const found = places_.find(&context);
        if (found == places_.end())
            return;
        auto const where = std::move(found->second);
        places_.erase(found);
        state_.end(*where, then);
        closed_.wait(lock, [&where] { return where->closing == 0; });
    }
    then.closed.clear_and_dispose([](pool_state::item* session) {
        delete static_cast<http1_session*>(session);
    });
}

client_statistics pool::core::statistics() const
{
    pool_state::counters now;
    {
        std::lock_guard const lock(mutex_);
        now = state_.count();
    }
    client_statistics result;
    result.connections_idle = now.idle;
    result.connections_leased = now.leased;
    result.connections_dialling = now.dialling;
    result.calls_waiting = now.waiting;
    result.connections_opened = now.opened;
    result.connections_reused = reused_;
    result.connections_closed = now.closed;
    return result;
}

pool::pool(pool_options const& options, std::shared_ptr<clock> time, std::function<double()> random)
    : core_(std::make_shared<core>(options, std::move(time), std::move(random)))
{}

pool::~pool()
{
    close_idle();
}

asio::awaitable<lease> pool::acquire(call* on, bool only_new)
{
    return core::acquire(core_, on, only_new);
}

std::optional<lease> pool::try_acquire(asio::any_io_executor const& executor, bool only_new)
{
    return core_->try_acquire(executor, only_new);
}

void pool::close_idle() noexcept
{
    core_->close_idle();
}

client_statistics pool::statistics() const
{
    return core_->statistics();
}

lease::lease(
    std::shared_ptr<pool::core> home,
    std::shared_ptr<pool::place> where,
    std::unique_ptr<http1_session> connected
) noexcept
    : session(std::move(connected)), pool_(std::move(home)), place_(std::move(where)),
      connected_(session != nullptr)
{}

lease& lease::operator=(lease&& other) noexcept
{
    if (this != &other) {
        end();
        session = std::move(other.session);
        pool_ = std::move(other.pool_);
        place_ = std::move(other.place_);
        connected_ = other.connected_;
    }
    return *this;
}

lease::~lease()
{
    end();
}

void lease::opened(std::unique_ptr<connection> link)
{
    session = std::make_unique<http1_session>(*place_, std::move(link));
    pool_->opened(*session);
    connected_ = true;
}

void lease::replace() noexcept
{
    session.reset(); // before another takes its place
    pool_->replace(*place_);
    connected_ = false;
}

void lease::give_back() noexcept
{
    if (session)
        std::exchange(pool_, nullptr)->release(std::move(session));
    end();
}

void lease::end() noexcept
{
    session.reset(); // before its slot goes to another
    if (auto const home = std::exchange(pool_, nullptr))
        home->lost(connected_);
    place_.reset();
}

} // namespace hicap::net
