#include "net/alarm.hpp"

#include "net/cancellation.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace hicap::net {

alarm::alarm(clock& time, asio::any_io_executor executor)
    : timer_(time.make_timer(std::move(executor)))
{}

asio::awaitable<bool> alarm::sleep_until(clock::time_point when)
{
    // The wait begins under the lock, so that no wake is lost between the look and the sleep.
    auto const begin = [this, when](auto handler) {
        std::lock_guard const lock(mutex_);
        sleeping_ = true;
        timer_->wait_until(woken_ || stopped_ ? clock::time_point{} : when, std::move(handler));
    };
    boost::system::error_code code;
    auto token = asio::redirect_error(asio::use_awaitable, code);
    co_await asio::async_initiate<decltype(token), void(boost::system::error_code)>(begin, token);
    auto const cancellation = co_await asio::this_coro::cancellation_state;
    {
        std::lock_guard const lock(mutex_);
        sleeping_ = false;
    }
    throw_if_cancelled(cancellation);
    co_return take_wake();
}

bool alarm::take_wake()
{
    std::lock_guard const lock(mutex_);
    return std::exchange(woken_, false) || stopped_;
}

void alarm::wake() noexcept
{
    std::lock_guard const lock(mutex_);
    woken_ = true;
    if (sleeping_)
        timer_->cancel();
}

void alarm::stop() noexcept
{
    std::lock_guard const lock(mutex_);
    stopped_ = true;
    if (sleeping_)
        timer_->cancel();
}

} // namespace hicap::net
