#ifndef HICAP_TEST_SUPPORT_SCRIPTED_DIALER_HPP
#define HICAP_TEST_SUPPORT_SCRIPTED_DIALER_HPP

#include "net/alarm.hpp"
#include "net/dialer.hpp"
#include "support/scripted_socket.hpp"

#include <hicap/error.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace hicap::test {

/// Opens scripted sockets, in the order of the script. What is dialled beyond it is refused.
class scripted_dialer final : public net::dialer
{
public:
    static constexpr net::clock::duration forever = net::clock::duration::max();

    /// One socket, which is connected after a while.
    void connect(std::shared_ptr<wire> far, net::clock::duration after = {})
    {
        script_.push_back({std::move(far), {}, after});
    }

    /// One failure.
    void fail(boost::system::error_code code) { script_.push_back({nullptr, code, {}}); }

    /// One that nobody answers.
    void hang() { script_.push_back({nullptr, {}, forever}); }

    [[nodiscard]] asio::awaitable<std::unique_ptr<net::socket>> dial(net::call* on) override
    {
        auto const next = next_step();
        auto const deadline = on->begin(phase::connect);
        auto const now = on->time().now();
        auto const end = next.after == forever ? net::clock::time_point::max() : now + next.after;
        co_await asio::post(asio::use_awaitable);
        net::alarm progress(on->time(), co_await asio::this_coro::executor);
        net::waiting const here(on->running(), progress);
        co_await progress.sleep_until(std::min(end, deadline));
        on->running().check();
        if (end > deadline)
            on->throw_late("connecting to the scripted server");
        on->end();
        if (next.code)
            throw error(next.code, "cannot connect to the scripted server");
        co_return std::make_unique<scripted_socket>(next.far);
    }

    std::size_t dials = 0;

private:
    struct step
    {
        std::shared_ptr<wire> far;
        boost::system::error_code code;
        net::clock::duration after;
    };

    step next_step()
    {
        ++dials;
        if (script_.empty())
            return {nullptr, asio::error::connection_refused, {}};
        auto next = std::move(script_.front());
        script_.pop_front();
        return next;
    }

    std::deque<step> script_;
};

} // namespace hicap::test

#endif
