#ifndef HICAP_TEST_SUPPORT_MANUAL_CLOCK_HPP
#define HICAP_TEST_SUPPORT_MANUAL_CLOCK_HPP

#include "net/clock.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace hicap::test {

namespace asio = boost::asio;

/// A clock that stands still until the test moves it.
///
/// Like a real one it keeps the event loop of a pending wait running: a test polls its context, and
/// moves the time when nothing is left to do.
///
/// Thread safety: shared objects safe. Contexts, clock and timers may end in any order.
class manual_clock final : public net::clock
{
public:
    [[nodiscard]] time_point now() const noexcept override
    {
        std::lock_guard const lock(waits_->mutex);
        return waits_->now;
    }

    [[nodiscard]] std::unique_ptr<net::timer> make_timer(asio::any_io_executor executor) override
    {
        auto& context = asio::query(executor, asio::execution::context);
        asio::use_service<context_service>(context).add(waits_);
        return std::make_unique<manual_timer>(waits_, executor);
    }

    /// Moves the time, and calls what was waited for until then, in the order of its times.
    void advance(duration by) { advance_to(now() + by); }

    /// The same, up to a time; does not move it back.
    void advance_to(time_point when) { waits_->advance_to(when); }

    /// When the first of the pending waits ends.
    [[nodiscard]] std::optional<time_point> next() const
    {
        std::lock_guard const lock(waits_->mutex);
        if (waits_->pending.empty())
            return std::nullopt;
        return waits_->pending.begin()->first.when;
    }

    /// Moves the time to the first of the pending waits; false where there is none.
    bool advance_to_next()
    {
        auto const when = next();
        if (when)
            advance_to(*when);
        return when.has_value();
    }

    /// How many waits are pending.
    [[nodiscard]] std::size_t pending() const
    {
        std::lock_guard const lock(waits_->mutex);
        return waits_->pending.size();
    }

private:
    struct key
    {
        time_point when;
        std::uint64_t number = 0; // of two for the same time the one that began first goes first

        friend auto operator<=>(key const&, key const&) = default;
    };

    struct wait
    {
        net::timer::handler done;
        // Both with work: a loop does not end before what it waits for.
        asio::any_io_executor executor;
        asio::any_completion_executor of_handler;

        void end(boost::system::error_code code) &&
        {
            asio::post(executor, asio::append(std::move(done), code));
        }
    };

    using wait_map = std::map<key, wait>;

    /// What clock, timers and contexts share. Handlers are moved out before they are called or
    /// destroyed, since either may come back here.
    struct waits
    {
        key make_key(time_point when)
        {
            std::lock_guard const lock(mutex);
            return {when, ++keys};
        }

        void begin(key const& id, wait what)
        {
            std::unique_lock lock(mutex);
            if (id.when > now) {
                pending.emplace(id, std::move(what));
                return;
            }
            lock.unlock();
            std::move(what).end({});
        }

        void cancel(key const& id)
        {
            std::unique_lock lock(mutex);
            auto node = pending.extract(id);
            lock.unlock();
            if (node)
                std::move(node.mapped()).end(asio::error::operation_aborted);
        }

        void advance_to(time_point when)
        {
            std::vector<wait_map::node_type> due;
            {
                std::lock_guard const lock(mutex);
                now = std::max(now, when); // another thread may have been faster
                while (!pending.empty() && pending.begin()->first.when <= now)
                    due.push_back(pending.extract(pending.begin()));
            }
            for (auto& node : due)
                std::move(node.mapped()).end({});
        }

        void end_context(asio::execution_context& context)
        {
            std::vector<wait_map::node_type> lost;
            std::lock_guard const lock(mutex);
            for (auto at = pending.begin(); at != pending.end();) {
                auto const here = at++;
                if (&asio::query(here->second.executor, asio::execution::context) == &context)
                    lost.push_back(pending.extract(here));
            }
        }

        std::mutex mutex;
        time_point now{std::chrono::hours(1000)};
        std::uint64_t keys = 0;
        wait_map pending;
    };

    /// Destroys the handlers that wait in a context before it is gone.
    class context_service : public asio::execution_context::service
    {
    public:
        using key_type = context_service;
        static inline asio::execution_context::id id;

        explicit context_service(asio::execution_context& owner) : service(owner) {}

        void add(std::shared_ptr<waits> const& used)
        {
            std::lock_guard const lock(mutex_);
            if (std::find(used_.begin(), used_.end(), used) == used_.end())
                used_.push_back(used);
        }

        void shutdown() override
        {
            std::unique_lock lock(mutex_);
            auto const used = std::move(used_);
            lock.unlock();
            for (auto const& all : used)
                all->end_context(context());
        }

    private:
        std::mutex mutex_;
        std::vector<std::shared_ptr<waits>> used_;
    };

    class manual_timer final : public net::timer
    {
    public:
        manual_timer(std::shared_ptr<waits> all, asio::any_io_executor const& executor)
            : all_(std::move(all)),
              executor_(asio::prefer(executor, asio::execution::outstanding_work.untracked))
        {}

        manual_timer(manual_timer const&) = delete;
        manual_timer& operator=(manual_timer const&) = delete;

        ~manual_timer() override { cancel(); }

        void wait_until(time_point when, handler done) override
        {
            cancel();
            auto const tracked = asio::execution::outstanding_work.tracked;
            auto const of_handler = asio::get_associated_executor(done, executor_);
            last_ = all_->make_key(when);
            // Before the wait begins, which another thread may end at once.
            auto slot = asio::get_associated_cancellation_slot(done);
            if (slot.is_connected()) {
                slot.assign([all = all_, id = last_](asio::cancellation_type type) {
                    if (type != asio::cancellation_type::none)
                        all->cancel(id);
                });
            }
            all_->begin(
                last_,
                {std::move(done),
                 asio::prefer(executor_, tracked),
                 asio::prefer(of_handler, tracked)}
            );
        }

        void cancel() noexcept override { all_->cancel(last_); }

    private:
        std::shared_ptr<waits> all_;
        asio::any_io_executor executor_;
        key last_; // the wait that began last, which may have ended
    };

    std::shared_ptr<waits> waits_ = std::make_shared<waits>();
};

} // namespace hicap::test

#endif
