#include "api/core.hpp"
#include "net/alarm.hpp"

#include <hicap/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <utility>

namespace hicap::detail {
namespace {

// How long those are waited for that were told to stop.
constexpr std::chrono::seconds grace{1};

/// What the coroutines of one `prewarm` share.
struct warming
{
    warming(net::clock& time, asio::any_io_executor executor) : done(time, std::move(executor)) {}

    /// One of them has ended.
    void count(std::exception_ptr why_not)
    {
        {
            std::lock_guard const lock(mutex);
            --left;
            if (!why_not)
                ++opened;
            else if (!failure)
                failure = std::move(why_not);
        }
        done.wake();
    }

    std::mutex mutex;
    std::size_t left = 0;
    std::size_t opened = 0;
    std::exception_ptr failure;
    std::vector<std::weak_ptr<net::operation>> running;
    net::alarm done;
};

/// Stops what still runs when nobody waits for it any more.
struct stopping
{
    explicit stopping(std::shared_ptr<warming> state) : what(std::move(state)) {}

    stopping(stopping const&) = delete;
    stopping& operator=(stopping const&) = delete;

    ~stopping()
    {
        for (auto const& one : what->running)
            if (auto const alive = one.lock())
                alive->stop();
    }

    std::shared_ptr<warming> what;
};

asio::awaitable<void> warm_one(std::shared_ptr<client_core> core, net::call on)
{
    auto& watched = on.running().watched();
    std::exception_ptr failure;
    try {
        co_await core->transport().warm(&on);
        watched.ends(call_end::completed);
    } catch (error const& thrown) {
        watched.fails(thrown.code());
        failure = std::current_exception();
    }
    if (failure)
        std::rethrow_exception(failure);
}

/// What ends may begin to clean up behind itself.
asio::awaitable<bool> join_all(std::shared_ptr<client_core> core, net::clock::time_point end)
{
    auto const all = core->operations();
    bool in_time = true;
    bool more = true;
    while (more) {
        in_time = co_await net::operations::join(all, core->time(), end);
        more = in_time && all->running() != 0;
    }
    co_return in_time;
}

/// Also where the shutdown is cancelled.
struct closing_idle
{
    ~closing_idle() { of->transport().connections().close_idle(); }

    std::shared_ptr<client_core> of;
};

} // namespace

asio::awaitable<std::size_t> prewarm(std::shared_ptr<client_core> core, std::size_t count)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const state = std::make_shared<warming>(*core->time(), executor);
    stopping const at_the_end(state);
    // More would take the place of connections that are in use.
    count = std::min(count, core->room_for_connections());
    state->left = count;
    auto const limits = core->usual_deadlines();
    for (std::size_t i = 0; i != count; ++i) {
        auto on = core->begin("CONNECT", "", limits);
        state->running.push_back(on.shared_operation());
        asio::co_spawn(
            executor,
            warm_one(core, std::move(on)),
            [state](std::exception_ptr failure) { state->count(std::move(failure)); }
        );
    }
    for (;;) {
        {
            std::lock_guard const lock(state->mutex);
            if (state->left == 0)
                break;
        }
        co_await state->done.sleep_until(net::clock::time_point::max());
    }
    if (state->opened == 0 && state->failure)
        std::rethrow_exception(state->failure);
    co_return state->opened;
}

asio::awaitable<std::size_t>
shutdown(std::shared_ptr<client_core> core, std::chrono::milliseconds deadline)
{
    auto const all = core->operations();
    all->close();
    closing_idle const at_the_end{core};
    auto const end = policy::add_saturated(core->time()->now(), deadline);
    std::size_t stopped = 0;
    bool const ended = co_await join_all(core, end);
    if (!ended) {
        stopped = all->stop_usual();
        co_await join_all(core, core->time()->now() + grace);
    }
    // What was abandoned meanwhile has been cancelled on the server, or its time is over.
    bool const all_clean = all->cleaning() == 0;
    all->close_for_good();
    all->stop_all();
    if (!all_clean)
        co_await net::operations::join_cleaning(all, core->time(), core->time()->now() + grace);
    co_return stopped;
}

} // namespace hicap::detail
