#include "net/stream_socket.hpp"

#include "net/poller.hpp"
#include "net/tenant.hpp"

#include <hicap/error.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/assert.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <mutex>
#include <optional>
#include <poll.h>
#include <utility>

namespace hicap::net {
namespace {

using native_socket = asio::generic::stream_protocol::socket;

#ifdef MSG_NOSIGNAL
constexpr int send_flags = MSG_NOSIGNAL;
#else
constexpr int send_flags = 0; // there the dialer sets SO_NOSIGPIPE
#endif

/// The descriptor, the wait for it and its deadline, shared with the poller and with the timer,
/// which may outlive the socket.
///
/// Their handlers may run on another thread than the socket's owner, hence the lock.
/// So may that of the context's end, after which there is no descriptor.
class wait_state final : public tenant,
                         public pollable,
                         public std::enable_shared_from_this<wait_state>
{
public:
    wait_state(
        asio::any_io_executor executor, std::shared_ptr<clock> source, std::shared_ptr<poller> by
    )
        : time(std::move(source)), poller_(std::move(by)), executor_(std::move(executor))
    {}

    ~wait_state() override { close(); }

    void open(native_socket connected)
    {
        boost::system::error_code code;
        connected.native_non_blocking(true, code);
        if (code)
            throw error(code, "setting up a socket");
        int const released = connected.release(code);
        if (code)
            throw error(code, "setting up a socket");
        try {
            token_ = poller_->add(released, weak_from_this());
        } catch (...) {
            ::close(released);
            throw;
        }
        descriptor_ = released;
    }

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    void begin(waiter who, interest what, clock::time_point until)
    {
        std::unique_lock lock(mutex_);
        BOOST_ASSERT(!waiter_); // one coroutine at a time
        boost::system::error_code failure;
        if (descriptor_ >= 0 && !is_ready(what)) {
            deadline_ = until;
            failure = try_arm();
            if (!failure)
                failure = try_wait(who, what);
            if (!failure)
                return;
        }
        if (failure)
            fail(failure);
        lock.unlock();
        resume_later(std::move(who), {}, true);
    }

    /// Why there is no descriptor any more.
    [[nodiscard]] boost::system::error_code failure() const noexcept { return failure_; }

    [[nodiscard]] bool inherited() const noexcept { return ::getpid() != owner_; }

    /// Ends the wait, where there is one.
    void end(boost::system::error_code code, bool in_time)
    {
        std::unique_lock lock(mutex_);
        end(lock, code, in_time);
    }

    /// Nothing of this keeps an event loop from ending.
    void rest() noexcept
    {
        std::lock_guard const lock(mutex_);
        disarm();
    }

    void stop() noexcept
    {
        // Not `close`: another thread may be using the descriptor. Every wait ends by this.
        std::lock_guard const lock(mutex_);
        if (descriptor_ >= 0 && !inherited())
            ::shutdown(descriptor_, SHUT_RDWR);
        disarm();
    }

    /// The owner is gone. The timer may hold the state for a while, and the peer must not wait for
    /// that.
    void abandon()
    {
        std::unique_lock lock(mutex_);
        close();
        alarm_.reset();
        end(lock, asio::error::operation_aborted, true);
    }

    std::optional<waiter> happened(happenings what) noexcept override
    {
        std::lock_guard const lock(mutex_);
        ended_ = ended_ || what.ended;
        broken_ = broken_ || what.broken;
        if (what.readable)
            readable = true;
        if (what.writable)
            writable = true;
        if (!waiter_ || !is_ready(wanted_))
            return std::nullopt;
        return take();
    }

    void context_ends() noexcept override
    {
        std::unique_lock lock(mutex_);
        close();
        armed_ = false;
        alarm_.reset();
        executor_ = nullptr;
        auto const waiting = take();
        lock.unlock(); // the socket may be what the coroutine that waits has left
    }

    std::shared_ptr<clock> const time;

    // What is known of the descriptor: whether it may be that a call would not block. Whoever makes
    // one says no before it, so that what happens meanwhile is not lost.
    std::atomic<bool> readable = false;
    std::atomic<bool> writable = true;

private:
    struct canceller
    {
        void operator()(asio::cancellation_type) const
        {
            if (auto const self = of.lock())
                self->end(asio::error::operation_aborted, true);
        }

        std::weak_ptr<wait_state> of;
    };

    // All of the following with the lock held.

    [[nodiscard]] bool is_ready(interest what) const noexcept
    {
        return (what != interest::write && (readable || ended_)) ||
               (what != interest::read && (writable || broken_));
    }

    /// Keeps `who`, which is left where nobody would wake it.
    boost::system::error_code try_wait(waiter& who, interest what) noexcept
    {
        bool begun = false;
        try {
            begun = poller_->wait_begins(token_, what);
            if (!begun)
                return asio::error::not_connected;
            auto slot = asio::get_associated_cancellation_slot(who);
            if (slot.is_connected())
                slot.assign(canceller{weak_from_this()});
        } catch (std::exception const&) {
            if (begun)
                poller_->wait_ends(token_);
            return make_error_code(boost::system::errc::not_enough_memory);
        }
        wanted_ = what;
        waiter_.emplace(std::move(who));
        return {};
    }

    /// Waiting is not possible any more. Whoever receives or sends next is told why: what a wait
    /// throws is taken for a cancellation.
    void fail(boost::system::error_code why) noexcept
    {
        failure_ = why;
        close();
    }

    std::optional<waiter> take() noexcept
    {
        std::optional<waiter> taken;
        if (waiter_) {
            taken.emplace(std::move(*waiter_));
            waiter_.reset();
        }
        return taken;
    }

    void end(std::unique_lock<std::mutex>& lock, boost::system::error_code code, bool in_time)
    {
        auto waiting = take();
        lock.unlock();
        if (!waiting)
            return;
        poller_->wait_ends(token_); // before the next wait can begin
        resume_later(std::move(*waiting), code, in_time);
    }

    /// Tells the peer, too. A process that was forked may hold a copy of the descriptor, and no FIN
    /// leaves by `close` before that is closed as well. Such a process itself ends nothing that
    /// belongs to its parent.
    void close() noexcept
    {
        auto const closed = std::exchange(descriptor_, -1);
        if (closed < 0)
            return;
        if (!inherited()) {
            poller_->remove(closed, token_);
            ::shutdown(closed, SHUT_RDWR);
        }
        ::close(closed);
    }

    /// Lets the timer fire at the deadline at the latest.
    void arm()
    {
        if (deadline_ == clock::time_point::max() || (armed_ && armed_until_ <= deadline_))
            return;
        if (!alarm_)
            alarm_ = time->make_timer(executor_);
        armed_ = false; // where that throws, the timer is not set
        alarm_->wait_until(deadline_, [weak = weak_from_this()](boost::system::error_code code) {
            if (auto const self = weak.lock(); self && !code)
                self->on_time();
        });
        armed_ = true;
        armed_until_ = deadline_;
    }

    /// As `arm` where nobody could handle an exception, which would leave the event loop: a wait
    /// that cannot be limited fails.
    boost::system::error_code try_arm() noexcept
    {
        try {
            arm();
        } catch (std::exception const&) {
            return make_error_code(boost::system::errc::not_enough_memory);
        }
        return {};
    }

    void disarm() noexcept
    {
        if (std::exchange(armed_, false))
            alarm_->cancel();
    }

    /// Whether what is waited for has happened, and has only not been told yet.
    [[nodiscard]] bool is_ready_now() const noexcept
    {
        ::pollfd looked_at{};
        looked_at.fd = descriptor_;
        looked_at.events = static_cast<short>(
            (wanted_ != interest::write ? POLLIN : 0) | (wanted_ != interest::read ? POLLOUT : 0)
        );
        return descriptor_ >= 0 && ::poll(&looked_at, 1, 0) == 1;
    }

    void on_time()
    {
        std::unique_lock lock(mutex_);
        armed_ = false;
        if (!waiter_)
            return;
        if (time->now() >= deadline_)
            end(lock, {}, is_ready_now());
        else if (auto const failure = try_arm()) {
            fail(failure);
            end(lock, {}, true);
        }
    }

    std::mutex mutex_;
    std::shared_ptr<poller> poller_;
    asio::any_io_executor executor_; // empty once the context has ended
    int descriptor_ = -1;
    boost::system::error_code failure_ = asio::error::not_connected; // once it is closed
    poller::token token_ = 0;
    pid_t const owner_ = ::getpid();
    bool ended_ = false;  // the peer has sent its last byte, or it is broken
    bool broken_ = false; // nothing can be sent any more
    bool armed_ = false;
    interest wanted_ = interest::read;
    std::optional<waiter> waiter_;
    std::unique_ptr<timer> alarm_;
    clock::time_point deadline_{};
    clock::time_point armed_until_{};
};

class stream_socket final : public socket
{
public:
    stream_socket(native_socket connected, std::shared_ptr<clock> time, std::shared_ptr<poller> by)
        : state_(
              std::make_shared<wait_state>(connected.get_executor(), std::move(time), std::move(by))
          )
    {
        auto& context = asio::query(connected.get_executor(), asio::execution::context);
        state_->open(std::move(connected));
        settle(state_, context);
    }

    stream_socket(stream_socket const&) = delete;
    stream_socket& operator=(stream_socket const&) = delete;

    ~stream_socket() override { state_->abandon(); }

    result receive(char* data, std::size_t size) noexcept override
    {
        if (orphaned())
            return {status::failed, 0, state_->failure()};
        state_->readable = false;
        for (;;) {
            auto const n = ::recv(state_->descriptor(), data, size, 0);
            if (n > 0)
                return moved(n, size, state_->readable);
            if (n == 0)
                return {status::closed, 0, {}};
            if (errno != EINTR)
                return failure();
        }
    }

    result send(char const* data, std::size_t size) noexcept override
    {
        if (orphaned())
            return {status::failed, 0, state_->failure()};
        state_->writable = false;
        for (;;) {
            auto const n = ::send(state_->descriptor(), data, size, send_flags);
            if (n >= 0)
                return moved(n, size, state_->writable);
            if (errno != EINTR)
                return failure();
        }
    }

    asio::awaitable<bool> ready(interest what, clock::time_point deadline) override
    {
        auto const begin = [state = state_.get(), what, deadline](auto handler) {
            state->begin(std::move(handler), what, deadline);
        };
        return asio::async_initiate<
            asio::use_awaitable_t<> const,
            void(boost::system::error_code, bool)>(begin, asio::use_awaitable);
    }

    [[nodiscard]] clock& time() const noexcept override { return *state_->time; }

    [[nodiscard]] bool orphaned() const noexcept override { return state_->descriptor() < 0; }

    [[nodiscard]] bool inherited() const noexcept override { return state_->inherited(); }

    void rest() noexcept override { state_->rest(); }

    void stop() noexcept override { state_->stop(); }

private:
    /// Less than was asked for is all that there was: what comes then is told anew. (Urgent data,
    /// and descriptors that come along on a Unix socket, which nobody sends here, would stop a
    /// receive.)
    static result moved(ssize_t n, std::size_t wanted, std::atomic<bool>& more) noexcept
    {
        auto const size = static_cast<std::size_t>(n);
        if (size == wanted)
            more = true;
        return {status::done, size, {}};
    }

    static result failure() noexcept
    {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {status::blocked, 0, {}};
        return {status::failed, 0, {errno, boost::system::system_category()}};
    }

    std::shared_ptr<wait_state> state_;
};

} // namespace

std::unique_ptr<socket>
make_socket(native_socket connected, std::shared_ptr<clock> time, std::shared_ptr<poller> by)
{
    if (!by)
        by = poller::of(connected.get_executor());
    return std::make_unique<stream_socket>(std::move(connected), std::move(time), std::move(by));
}

} // namespace hicap::net
