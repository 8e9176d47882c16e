#include "net/clock.hpp"

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace hicap::net {
namespace {

class steady_timer final : public timer
{
public:
    explicit steady_timer(asio::any_io_executor const& executor)
        // Of an executor that counts as work a timer at rest would keep the loop running.
        : timer_(asio::prefer(executor, asio::execution::outstanding_work.untracked))
    {}

    void wait_until(std::chrono::steady_clock::time_point when, handler done) override
    {
        timer_.expires_at(when);
        timer_.async_wait(std::move(done));
    }

    void cancel() noexcept override
    {
        try {
            timer_.cancel();
        } catch (boost::system::system_error const&) { // on no system that is known
        }
    }

private:
    asio::steady_timer timer_;
};

class steady_clock final : public clock
{
public:
    [[nodiscard]] time_point now() const noexcept override
    {
        return std::chrono::steady_clock::now();
    }

    [[nodiscard]] std::unique_ptr<timer> make_timer(asio::any_io_executor executor) override
    {
        return std::make_unique<steady_timer>(executor);
    }
};

} // namespace

std::shared_ptr<clock> system_clock()
{
    static auto const only = std::make_shared<steady_clock>();
    return only;
}

} // namespace hicap::net
