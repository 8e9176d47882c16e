#ifndef HICAP_API_SHIELD_HPP
#define HICAP_API_SHIELD_HPP

#include "net/alarm.hpp"
#include "net/operation.hpp"
#include "net/tenant.hpp"
#include "policy/deadlines.hpp"

#include <hicap/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace hicap::detail {

namespace asio = boost::asio;

/// Work that goes on in a coroutine of its own, so that it may outlive whoever waits for it.
///
/// When this is destroyed before the work has ended, the call that the work is a part of is left:
/// `net::operation::leave`. What the work gives after that is destroyed, and so a `T` can undo on
/// the server what nobody waits for any more.
///
/// Thread safety: distinct objects safe, shared objects unsafe; the work may run on another thread.
template <class T>
class shielded
{
public:
    /// What was sent may take so long to be answered after nobody waits for it any more.
    static constexpr std::chrono::seconds patience{5};

    /// Begins. `what` may be null; with `in_haste` its call ends at once where it is left.
    shielded(
        std::shared_ptr<net::clock> time,
        asio::any_io_executor const& executor,
        std::weak_ptr<net::operation> what,
        asio::awaitable<T> work,
        bool in_haste = false
    )
        : time_(std::move(time)), executor_(executor), in_haste_(in_haste),
          state_(std::make_shared<state>(*time_, executor, std::move(what)))
    {
        net::settle(state_, asio::query(executor, asio::execution::context));
        asio::co_spawn(executor, run(state_, std::move(work)), asio::detached);
    }

    shielded(shielded const&) = delete;
    shielded& operator=(shielded const&) = delete;

    ~shielded()
    {
        auto const what = state_->what.lock();
        if (state_->leave() || !what)
            return;
        auto const executor = executor_.get();
        if (in_haste_ || !executor) { // where its context has ended, nothing more comes of it
            what->leave_at_once();
            return;
        }
        what->leave();
        try {
            auto const end = policy::add_saturated(time_->now(), patience);
            asio::co_spawn(executor, limit(state_, end), asio::detached);
        } catch (std::exception const&) { // out of memory
            what->leave_at_once();
        }
    }

    /// Whether it has, or cannot go on since its context has ended.
    [[nodiscard]] bool ended() const { return state_->is_over(); }

    /// Completes when `ended`, with true, or at `deadline`. It may be awaited in another context.
    /// Cancellation: terminal, and the work goes on.
    [[nodiscard]] asio::awaitable<bool> ended_by(net::clock::time_point deadline)
    {
        return wait(state_, time_, deadline);
    }

    /// What it gave, or throws what it threw, and `asio::error::not_connected` where its context
    /// has ended before. Precondition: `ended`.
    T take() { return state_->take(); }

private:
    struct state : net::tenant
    {
        state(
            net::clock& time,
            asio::any_io_executor const& executor,
            std::weak_ptr<net::operation> part_of
        )
            : what(std::move(part_of)), limit(std::in_place, time, executor)
        {}

        void end(std::optional<T> gave, std::exception_ptr why)
        {
            std::unique_lock lock(mutex);
            ended = true;
            failure = std::move(why);
            if (left) {
                if (limit)
                    limit->wake();
                lock.unlock(); // what it gave may have much to do when it goes
                return;
            }
            result = std::move(gave);
            if (waits != nullptr)
                waits->wake();
        }

        void context_ends() noexcept override
        {
            std::lock_guard const lock(mutex);
            gone = true;
            limit.reset();
            if (waits != nullptr)
                waits->wake();
        }

        /// Who waits from now on, null for nobody.
        void say_who_waits(net::alarm* who)
        {
            std::lock_guard const lock(mutex);
            waits = who;
            if (waits != nullptr && (ended || gone))
                waits->wake();
        }

        /// Whether the work had ended.
        bool leave()
        {
            std::optional<T> unwanted;
            std::lock_guard const lock(mutex);
            left = true;
            unwanted.swap(result);
            return ended;
        }

        bool is_over()
        {
            std::lock_guard const lock(mutex);
            return ended || gone;
        }

        T take()
        {
            std::lock_guard const lock(mutex);
            if (failure)
                std::rethrow_exception(failure);
            if (!ended) {
                throw error(
                    asio::error::not_connected, "the io_context that the call belonged to has ended"
                );
            }
            T taken = std::move(result).value();
            result.reset();
            return taken;
        }

        std::weak_ptr<net::operation> what;
        std::optional<net::alarm> limit; // until the context ends
        std::mutex mutex;
        net::alarm* waits = nullptr;
        bool ended = false;
        bool gone = false; // the context
        bool left = false;
        std::optional<T> result;
        std::exception_ptr failure;
    };

    static asio::awaitable<void> run(std::shared_ptr<state> to, asio::awaitable<T> work)
    {
        std::optional<T> result;
        std::exception_ptr failure;
        try {
            result.emplace(co_await std::move(work));
        } catch (...) {
            failure = std::current_exception();
        }
        to->end(std::move(result), std::move(failure));
    }

    struct waiter
    {
        waiter(std::shared_ptr<state> what, net::alarm& who) : of(std::move(what))
        {
            of->say_who_waits(&who);
        }

        waiter(waiter const&) = delete;
        waiter& operator=(waiter const&) = delete;

        ~waiter() { of->say_who_waits(nullptr); }

        std::shared_ptr<state> of;
    };

    /// By a timer of whoever waits, which the end of the other context does not touch.
    static asio::awaitable<bool> wait(
        std::shared_ptr<state> of, std::shared_ptr<net::clock> time, net::clock::time_point deadline
    )
    {
        net::alarm over(*time, co_await asio::this_coro::executor);
        waiter const here(std::move(of), over);
        co_return co_await over.sleep_until(deadline);
    }

    static asio::awaitable<void> limit(std::shared_ptr<state> of, net::clock::time_point end)
    {
        bool const ended = co_await of->limit->sleep_until(end);
        auto const what = of->what.lock();
        if (!ended && what)
            what->leave_at_once();
    }

    std::shared_ptr<net::clock> time_;
    net::lasting_executor executor_;
    bool in_haste_;
    std::shared_ptr<state> state_;
};

/// Awaits `work` so that it goes on when this is cancelled. `what` is the call that it is a part
/// of, or null.
template <class T>
asio::awaitable<T> shield(
    std::shared_ptr<net::clock> time, std::weak_ptr<net::operation> what, asio::awaitable<T> work
)
{
    auto const executor = co_await asio::this_coro::executor;
    shielded<T> running(std::move(time), executor, std::move(what), std::move(work));
    co_await running.ended_by(net::clock::time_point::max());
    co_return running.take();
}

} // namespace hicap::detail

#endif
