#ifndef HICAP_TEST_SUPPORT_SCRIPTED_SOCKET_HPP
#define HICAP_TEST_SUPPORT_SCRIPTED_SOCKET_HPP

#include "net/socket.hpp"
#include "support/splits.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
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

    /// Whether a piece shows only to whoever has waited for it; otherwise all are there at once.
    bool shows_after_wait = true;

    std::size_t max_send = never; ///< bytes that one call of `send` takes
    bool send_blocks = false;     ///< before each call of `send` that takes something

    std::size_t fail_at = never; ///< the number of the call that fails, from 0
    boost::system::error_code fail_with;

    std::string sent;             ///< by the client
    std::size_t calls = 0;        ///< of all functions that do I/O or wait for it
    std::size_t largest_send = 0; ///< offered in one call
    bool failed = false;          ///< the call `fail_at` was made
    bool open = true;             ///< the socket exists

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
        if (waiting_ != nullptr)
            waiting_->cancel();
    }

    bool fails_now()
    {
        auto const now = calls++ == fail_at;
        failed = failed || now;
        return now;
    }

    std::deque<arrival> arrivals_;
    asio::steady_timer* waiting_ = nullptr;
    bool cancelled_ = false;
    bool shown_ = false;
    bool may_send_ = false;
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
        if (far_->send_blocks && !std::exchange(far_->may_send_, false))
            return {status::blocked, 0, {}};
        far_->largest_send = std::max(far_->largest_send, size);
        auto const n = std::min(size, far_->max_send);
        far_->sent.append(data, n);
        return {status::done, n, {}};
    }

    void cancel() noexcept override
    {
        far_->cancelled_ = true;
        if (far_->waiting_ != nullptr)
            far_->waiting_->cancel();
    }

    asio::awaitable<void> readable() override
    {
        check_wait();
        far_->cancelled_ = false;
        co_await asio::post(asio::use_awaitable);
        while (far_->arrivals_.empty() && !far_->cancelled_) {
            auto const executor = co_await asio::this_coro::executor;
            asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
            far_->waiting_ = &timer;
            boost::system::error_code woken;
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
            far_->waiting_ = nullptr;
        }
        if (far_->cancelled_)
            throw boost::system::system_error(asio::error::operation_aborted);
        far_->shown_ = true;
    }

    asio::awaitable<void> writable() override
    {
        check_wait();
        co_await asio::post(asio::use_awaitable);
        far_->may_send_ = true;
    }

private:
    /// A wait for readiness fails in one way alone: somebody cancels it.
    void check_wait()
    {
        if (far_->fails_now())
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    std::shared_ptr<wire> far_;
};

} // namespace hicap::test

#endif
