#ifndef HICAP_NET_CLOCK_HPP
#define HICAP_NET_CLOCK_HPP

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <memory>

namespace hicap::net {

namespace asio = boost::asio;

/// Waits for a time, again and again.
///
/// Thread safety: shared objects unsafe.
class timer
{
public:
    using handler = asio::any_completion_handler<void(boost::system::error_code)>;

    /// A handler that is waiting then is called as by `cancel`, whether the timer lives or not.
    virtual ~timer() = default;

    /// Calls `done` on its executor: without an error at `when`, with `operation_aborted` as soon
    /// as `cancel` is called or the handler's slot says so. Never within this call.
    /// A wait that is pending ends as by `cancel`.
    virtual void wait_until(std::chrono::steady_clock::time_point when, handler done) = 0;

    virtual void cancel() noexcept = 0;
};

/// Where the library learns what time it is.
///
/// Thread safety: shared objects safe.
class clock
{
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    virtual ~clock() = default;

    [[nodiscard]] virtual time_point now() const noexcept = 0;

    /// Handlers without an executor of their own are called on `executor`.
    [[nodiscard]] virtual std::unique_ptr<timer> make_timer(asio::any_io_executor executor) = 0;
};

/// The clock of the machine.
[[nodiscard]] std::shared_ptr<clock> system_clock();

} // namespace hicap::net

#endif
