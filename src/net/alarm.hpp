#ifndef HICAP_NET_ALARM_HPP
#define HICAP_NET_ALARM_HPP

#include "net/clock.hpp"
#include "net/stoppable.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <mutex>

namespace hicap::net {

/// Lets one coroutine sleep until somebody wakes it or its time has come.
///
/// Thread safety: `wake` and `stop` may be called from any thread while the object lives.
class alarm final : public stoppable
{
public:
    /// The sleeper resumes on its own executor, `executor` is for the timer.
    alarm(clock& time, asio::any_io_executor executor);

    alarm(alarm const&) = delete;
    alarm& operator=(alarm const&) = delete;

    /// True when it was woken, also before it slept, and false when the time came first.
    /// Cancellation: terminal; a wake that it crosses is kept for the next sleep.
    [[nodiscard]] asio::awaitable<bool> sleep_until(clock::time_point when);

    /// Ends this sleep or the next one.
    void wake() noexcept;

    /// Wakes for good: every later sleep ends at once.
    void stop() noexcept override;

private:
    bool take_wake();

    std::mutex mutex_;
    std::unique_ptr<timer> timer_;
    bool sleeping_ = false;
    bool woken_ = false;
    bool stopped_ = false;
};

} // namespace hicap::net

#endif
