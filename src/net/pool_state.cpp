#include "net/pool_state.hpp"

#include <algorithm>
#include <utility>

namespace hicap::net {
namespace {

/// Longer times would not fit behind every time of the clock.
pool_state::duration bounded(std::chrono::seconds time) noexcept
{
    constexpr std::chrono::seconds century = std::chrono::hours(24) * 36'500;
    return std::min(time, century);
}

} // namespace

pool_state::pool_state(pool_options const& options) noexcept
    : max_connections_(options.max_connections), max_idle_(options.max_idle),
      max_waiters_(options.max_waiters), idle_time_(bounded(options.idle_time)),
      max_age_(bounded(options.max_age))
{}

std::optional<pool_state::grant>
pool_state::acquire(place& in, bool only_new, time_point now, effects& then) noexcept
{
    close_stale(now, then);
    while (!only_new && !in.idle_.empty()) {
        auto& newest = in.idle_.back();
        if (newest.too_old(now)) {
            close_idle(newest, then);
            continue;
        }
        remove_idle(newest);
        ++leased_;
        return grant{&newest};
    }
    if (dialling_ + leased_ + idle_.size() == max_connections_) {
        if (idle_.empty())
            return std::nullopt;
        close_idle(idle_.front(), then);
    }
    ++dialling_;
    return grant{};
}

bool pool_state::acquire_or_wait(waiter& who, time_point now, effects& then, bool urgent) noexcept
{
    if (auto const at_once = acquire(*who.where_, who.only_new_, now, then)) {
        who.granted_ = at_once;
        then.granted = &who;
        return true;
    }
    if (waiting_.size() >= max_waiters_ && !urgent)
        return false;
    who.urgent_ = urgent;
    (urgent ? urgent_ : waiting_).push_back(who);
    return true;
}

std::optional<pool_state::grant> pool_state::take(waiter& who) noexcept
{
    return std::exchange(who.granted_, std::nullopt);
}

void pool_state::withdraw(waiter& who, time_point now, effects& then) noexcept
{
    if (who.is_linked()) {
        auto& queue = who.urgent_ ? urgent_ : waiting_;
        queue.erase(queue.iterator_to(who));
    }
    auto const unwanted = take(who);
    if (!unwanted)
        return;
    if (unwanted->connection != nullptr)
        release(*unwanted->connection, now, then);
    else
        gave_up(then);
}

void pool_state::opened(item& connection, double random, time_point now) noexcept
{
    auto const shortened = static_cast<double>(max_age_.count()) * (1 - random / 5);
    connection.retires_ = now + duration(static_cast<duration::rep>(shortened));
    --dialling_;
    ++leased_;
    ++opened_;
}

void pool_state::release(item& connection, time_point now, effects& then) noexcept
{
    close_stale(now, then);
    --leased_;
    auto const usable = !connection.too_old(now) && !connection.where_->ended_;
    if (!nobody_waits()) {
        auto const& first = first_queue().front();
        if (usable && !first.only_new_ && first.where_ == connection.where_) {
            ++leased_;
            grant_first(grant{&connection}, then);
            return;
        }
    } else if (usable && max_idle_ != 0) {
        keep(connection, now, then);
        return;
    }
    ++closed_;
    then.closed.push_back(connection);
    pass_slot_on(then);
}

pool_state::grant
pool_state::replace(place& in, bool only_new, time_point now, effects& then) noexcept
{
    --leased_;
    ++closed_;
    return *acquire(in, only_new, now, then); // its own slot is free at the least
}

void pool_state::lost(effects& then) noexcept
{
    --leased_;
    ++closed_;
    pass_slot_on(then);
}

void pool_state::gave_up(effects& then) noexcept
{
    --dialling_;
    pass_slot_on(then);
}

void pool_state::end(place& in, effects& then) noexcept
{
    in.ended_ = true;
    while (!in.idle_.empty())
        close_idle(in.idle_.front(), then);
    for (auto* const queue : {&waiting_, &urgent_})
        queue->remove_if([&in](waiter const& who) { return who.where_ == &in; });
}

void pool_state::stop_keeping(effects& then) noexcept
{
    max_idle_ = 0;
    while (!idle_.empty())
        close_idle(idle_.front(), then);
}

pool_state::counters pool_state::count() const noexcept
{
    return {
        .dialling = dialling_,
        .leased = leased_,
        .idle = idle_.size(),
        .waiting = waiting_.size() + urgent_.size(),
        .opened = opened_,
        .closed = closed_,
    };
}

/// A slot came free: whose turn it is dials in it.
void pool_state::pass_slot_on(effects& then) noexcept
{
    if (nobody_waits())
        return;
    ++dialling_;
    grant_first(grant{}, then);
}

void pool_state::grant_first(grant what, effects& then) noexcept
{
    auto& queue = first_queue();
    auto& first = queue.front();
    queue.pop_front();
    first.granted_ = what;
    then.granted = &first;
}

void pool_state::keep(item& connection, time_point now, effects& then) noexcept
{
    if (idle_.size() == max_idle_)
        close_idle(idle_.front(), then);
    connection.idle_since_ = now;
    connection.where_->idle_.push_back(connection);
    idle_.push_back(connection);
}

void pool_state::remove_idle(item& connection) noexcept
{
    auto& stack = connection.where_->idle_;
    stack.erase(stack.iterator_to(connection));
    idle_.erase(idle_.iterator_to(connection));
}

void pool_state::close_idle(item& connection, effects& then) noexcept
{
    remove_idle(connection);
    ++closed_;
    then.closed.push_back(connection);
}

void pool_state::close_stale(time_point now, effects& then) noexcept
{
    while (!idle_.empty() && now - idle_.front().idle_since_ >= idle_time_)
        close_idle(idle_.front(), then);
}

} // namespace hicap::net
