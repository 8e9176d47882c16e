#ifndef HICAP_TEST_SUPPORT_SCRIPTED_SOCKET_HPP
#define HICAP_TEST_SUPPORT_SCRIPTED_SOCKET_HPP

#include "net/alarm.hpp"
#include "net/socket.hpp"
#include "support/manual_clock.hpp"
#include "support/splits.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {

namespace asio = boost::asio;

/// The far end of a scripted socket: says what arrives and when, and sees what is sent.
class wire
{
public:
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    /// Deadlines pass by `time`; without one they do not.
    explicit wire(std::shared_ptr<net::clock> time = std::make_shared<manual_clock>())
        : time_(std::move(time))
    {}

    /// The next bytes to arrive. No call of `receive` gets more than one such piece.
    void give(std::string_view bytes)
    {
        if (!bytes.empty())
            arrive({net::socket::status::done, {bytes.begin(), bytes.end()}, {}});
    }

    void give(pieces const& all)
    {
        for (auto const& piece : all)
            give(std::string_view(piece.data(), piece.size()));
    }

    /// The peer sends a FIN behind everything that was given.
    void close() { arrive({net::socket::status::closed, {}, {}}); }

    /// The connection breaks behind everything that was given.
    void fail(boost::system::error_code code) { arrive({net::socket::status::failed, {}, code}); }

    /// Sends block as soon as this much has been sent in all.
    void set_window(std::size_t size)
    {
        window_ = size;
        wake();
    }

    /// Whether a piece shows only to whoever has waited for it; otherwise all are there at once.
    bool shows_after_wait = true;

    std::size_t max_send = never; ///< bytes that one call of `send` takes
    bool send_blocks = false;     ///< before each call of `send` that takes something

    /// Is told of each piece that was sent, and may answer it.
    std::function<void(std::string_view)> when_sent = [](std::string_view) {};

    std::size_t fail_at = never; ///< the number of the call that fails, from 0
    boost::system::error_code fail_with;

    std::string sent;                       ///< by the client
    std::size_t calls = 0;                  ///< of all functions that do I/O or wait for it
    std::size_t largest_send = 0;           ///< offered in one call
    std::size_t rests = 0;                  ///< calls of `rest`
    std::atomic<std::size_t> stops{0};      ///< calls of `stop`
    boost::system::error_code stopped_with; ///< what is received then; nothing: the end
    bool failed = false;                    ///< the call `fail_at` was made
    bool open = true;                       ///< the socket exists

private:
    friend class scripted_socket;

    struct arrival
    {
        net::socket::status what;
        std::vector<char> bytes;
        boost::system::error_code code;
    };

    void arrive(arrival what)
    {
        arrivals_.push_back(std::move(what));
        wake();
    }

    void wake()
    {
        std::lock_guard const lock(mutex_);
        if (waiting_ != nullptr)
            waiting_->wake();
    }

    void say_who_waits(net::alarm* who)
    {
        std::lock_guard const lock(mutex_);
        waiting_ = who;
    }

    bool fails_now()
    {
        auto const now = calls++ == fail_at;
        failed = failed || now;
        return now;
    }

    /// Whether a wait is over; then what was waited for shows.
    bool show(net::interest what)
    {
        bool const stopped = stops != 0;
        bool const comes = what != net::interest::write && (stopped || !arrivals_.empty());
        bool const goes = what != net::interest::read && (stopped || sent.size() < window_);
        shown_ = shown_ || comes;
        may_send_ = may_send_ || goes;
        return comes || goes;
    }

    std::shared_ptr<net::clock> time_;
    std::deque<arrival> arrivals_;
    std::size_t window_ = never;
    bool shown_ = false;
    bool may_send_ = false;
    std::mutex mutex_;
    net::alarm* waiting_ = nullptr;
};

/// A socket without a network.
class scripted_socket final : public net::socket
{
public:
    explicit scripted_socket(std::shared_ptr<wire> far) : far_(std::move(far)) {}

    scripted_socket(scripted_socket const&) = delete;
    scripted_socket& operator=(scripted_socket const&) = delete;

    ~scripted_socket() override { far_->open = false; }

    result receive(char* data, std::size_t size) noexcept override
    {
        if (far_->fails_now())
            return {status::failed, 0, far_->fail_with};
        if (far_->stops != 0 && far_->stopped_with)
            return {status::failed, 0, far_->stopped_with};
        if (far_->stops != 0)
            return {status::closed, 0, {}};
        auto& arrivals = far_->arrivals_;
        if (arrivals.empty() || (far_->shows_after_wait && !far_->shown_))
            return {status::blocked, 0, {}};
        auto& first = arrivals.front();
        if (first.what != status::done)
            return {first.what, 0, first.code};
        auto const n = std::min(size, first.bytes.size());
        auto const end = first.bytes.begin() + static_cast<std::ptrdiff_t>(n);
        std::copy(first.bytes.begin(), end, data);
        first.bytes.erase(first.bytes.begin(), end);
        if (first.bytes.empty()) {
            arrivals.pop_front();
            far_->shown_ = false;
        }
        return {status::done, n, {}};
    }

    result send(char const* data, std::size_t size) noexcept override
    {
        if (far_->fails_now())
            return {status::failed, 0, far_->fail_with};
        if (far_->stops != 0)
            return {status::failed, 0, asio::error::broken_pipe};
        auto const room = far_->window_ - std::min(far_->window_, far_->sent.size());
        if (room == 0 || (far_->send_blocks && !std::exchange(far_->may_send_, false)))
            return {status::blocked, 0, {}};
        far_->largest_send = std::max(far_->largest_send, size);
        auto const n = std::min({size, far_->max_send, room});
        far_->sent.append(data, n);
        far_->when_sent({data, n});
        return {status::done, n, {}};
    }

    asio::awaitable<bool> ready(net::interest what, net::clock::time_point deadline) override
    {
        // A wait for readiness fails in one way alone: somebody cancels it.
        if (far_->fails_now())
            throw boost::system::system_error(asio::error::operation_aborted);
        co_await asio::post(asio::use_awaitable);
        net::alarm progress(*far_->time_, co_await asio::this_coro::executor);
        waiting const here(*far_, progress);
        for (bool in_time = true;;) {
            if (far_->show(what))
                co_return true;
            if (!in_time)
                co_return false;
            in_time = co_await progress.sleep_until(deadline);
        }
    }

    [[nodiscard]] net::clock& time() const noexcept override { return *far_->time_; }

    void rest() noexcept override { ++far_->rests; }

    void stop() noexcept override
    {
        ++far_->stops;
        far_->wake();
    }

private:
    struct waiting
    {
        waiting(wire& far, net::alarm& who) : of(far) { of.say_who_waits(&who); }

        waiting(waiting const&) = delete;
        waiting& operator=(waiting const&) = delete;

        ~waiting() { of.say_who_waits(nullptr); }

        wire& of;
    };

    std::shared_ptr<wire> far_;
};

} // namespace hicap::test

#endif
