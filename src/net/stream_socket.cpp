#include "net/stream_socket.hpp"

#include "net/alarm.hpp"
#include "net/tenant.hpp"

#include <hicap/error.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace hicap::net {
namespace {

using native_socket = asio::generic::stream_protocol::socket;

#ifdef MSG_NOSIGNAL
constexpr int send_flags = MSG_NOSIGNAL;
#else
constexpr int send_flags = 0; // there the dialer sets SO_NOSIGPIPE
#endif

/// A wait for one direction and its deadline, shared with the timer that may outlive the socket.
///
/// The timer's handler may run on another thread than the socket's owner, hence the lock.
/// So may that of the context's end, after which there is no socket.
struct wait_state : tenant, std::enable_shared_from_this<wait_state>
{
    wait_state(native_socket connected, std::shared_ptr<clock> source)
        : socket(std::move(connected)), time(std::move(source))
    {}

    /// Tells the peer, too. A process that was forked may hold a copy of the descriptor, and no FIN
    /// leaves by `close` before that is closed as well. Such a process itself ends nothing that
    /// belongs to its parent.
    void close() noexcept
    {
        if (!socket)
            return;
        if (::getpid() == owner)
            ::shutdown(socket->native_handle(), SHUT_RDWR);
        boost::system::error_code ignored;
        socket->close(ignored);
    }

    void context_ends() noexcept override
    {
        std::lock_guard const lock(mutex);
        close();
        armed = false;
        alarm.reset();
        socket.reset();
    }

    /// With the lock held: lets the timer fire at the deadline at the latest.
    void arm()
    {
        if (deadline == clock::time_point::max() || (armed && armed_until <= deadline))
            return;
        if (!alarm)
            alarm = time->make_timer(socket->get_executor());
        armed = false; // where that throws, the timer is not set
        alarm->wait_until(deadline, [weak = weak_from_this()](boost::system::error_code code) {
            if (auto const self = weak.lock(); self && !code)
                self->on_time();
        });
        armed = true;
        armed_until = deadline;
    }

    /// With the lock held: nothing of this keeps an event loop from ending.
    void disarm() noexcept
    {
        if (std::exchange(armed, false))
            alarm->cancel();
    }

    /// As `arm` where nobody could handle an exception, which would leave the event loop: a wait
    /// that cannot be limited fails.
    bool try_arm() noexcept
    {
        try {
            arm();
        } catch (std::exception const&) {
            failure = make_error_code(boost::system::errc::not_enough_memory);
        }
        return !failure;
    }

    void on_time()
    {
        std::lock_guard const lock(mutex);
        armed = false;
        if (!waiting)
            return;
        if (time->now() >= deadline)
            expired = true;
        else if (try_arm())
            return;
        cancel();
    }

    void cancel() noexcept
    {
        boost::system::error_code ignored;
        if (socket)
            socket->cancel(ignored);
    }

    std::mutex mutex;
    std::optional<native_socket> socket;
    std::shared_ptr<clock> time;
    std::unique_ptr<timer> alarm;
    pid_t const owner = ::getpid();
    clock::time_point deadline{};
    clock::time_point armed_until{};
    bool armed = false;
    bool waiting = false;
    bool expired = false;
    boost::system::error_code failure; // of the wait, which was cancelled for it
};

/// Completes a wait, and tells a deadline from a cancellation.
template <class Handler>
struct wait_handler
{
    void operator()(boost::system::error_code code)
    {
        bool in_time = true;
        {
            std::lock_guard const lock(state->mutex);
            state->waiting = false;
            in_time = !(code && state->expired);
            if (code && state->failure)
                code = state->failure;
        }
        if (!in_time)
            code = {};
        std::move(handler)(code, in_time);
    }

    std::shared_ptr<wait_state> state;
    Handler handler;
};

class stream_socket final : public socket
{
public:
    stream_socket(native_socket connected, std::shared_ptr<clock> time)
        : state_(std::make_shared<wait_state>(std::move(connected), std::move(time)))
    {
        boost::system::error_code code;
        state_->socket->native_non_blocking(true, code);
        if (code)
            throw error(code, "setting up a socket");
        settle(state_, asio::query(state_->socket->get_executor(), asio::execution::context));
    }

    stream_socket(stream_socket const&) = delete;
    stream_socket& operator=(stream_socket const&) = delete;

    ~stream_socket() override
    {
        // The timer may hold the state for a while, and the peer must not wait for that.
        std::lock_guard const lock(state_->mutex);
        state_->waiting = false;
        state_->close();
        state_->alarm.reset();
    }

    result receive(char* data, std::size_t size) noexcept override
    {
        if (orphaned())
            return {status::failed, 0, asio::error::not_connected};
        for (;;) {
            auto const n = ::recv(state_->socket->native_handle(), data, size, 0);
            if (n > 0)
                return moved(n);
            if (n == 0)
                return {status::closed, 0, {}};
            if (errno != EINTR)
                return failure();
        }
    }

    result send(char const* data, std::size_t size) noexcept override
    {
        if (orphaned())
            return {status::failed, 0, asio::error::not_connected};
        for (;;) {
            auto const n = ::send(state_->socket->native_handle(), data, size, send_flags);
            if (n >= 0)
                return moved(n);
            if (errno != EINTR)
                return failure();
        }
    }

    asio::awaitable<bool> ready(interest what, clock::time_point deadline) override
    {
        if (what == interest::either)
            return either(state_, deadline);
        // The wait begins under the lock, so that the timer cannot fire between the two.
        auto const begin = [state = state_.get(), what, deadline](auto handler) {
            using handler_type = decltype(handler);
            std::lock_guard const lock(state->mutex);
            if (!state->socket) {
                boost::system::error_code const none;
                return asio::post(asio::append(std::move(handler), none, true));
            }
            state->waiting = true;
            state->expired = false;
            state->failure = {};
            state->deadline = deadline;
            bool const armed = state->try_arm();
            state->socket->async_wait(
                what == interest::read ? native_socket::wait_read : native_socket::wait_write,
                wait_handler<handler_type>{state->shared_from_this(), std::move(handler)}
            );
            if (!armed)
                state->cancel();
        };
        return asio::async_initiate<
            asio::use_awaitable_t<> const,
            void(boost::system::error_code, bool)>(begin, asio::use_awaitable);
    }

    [[nodiscard]] clock& time() const noexcept override { return *state_->time; }

    [[nodiscard]] bool orphaned() const noexcept override { return !state_->socket; }

    void rest() noexcept override
    {
        std::lock_guard const lock(state_->mutex);
        state_->disarm();
    }

    void stop() noexcept override
    {
        // Not `close`: another thread may be using the descriptor. Every wait ends by this.
        std::lock_guard const lock(state_->mutex);
        if (state_->socket)
            ::shutdown(state_->socket->native_handle(), SHUT_RDWR);
        state_->disarm();
    }

private:
    /// The state is its own: the socket may end under it.
    static asio::awaitable<bool>
    either(std::shared_ptr<wait_state> state, clock::time_point deadline)
    {
        if (!state->socket)
            co_return true;
        auto const woken = std::make_shared<alarm>(*state->time, state->socket->get_executor());
        auto const wake = [woken](boost::system::error_code) { woken->wake(); };
        state->socket->async_wait(native_socket::wait_read, wake);
        state->socket->async_wait(native_socket::wait_write, wake);
        std::exception_ptr cancelled;
        bool in_time = false;
        try {
            in_time = co_await woken->sleep_until(deadline);
        } catch (boost::system::system_error const&) {
            cancelled = std::current_exception();
        }
        state->cancel();
        if (cancelled)
            std::rethrow_exception(cancelled);
        co_return in_time;
    }

    static result moved(ssize_t n) noexcept
    {
        return {status::done, static_cast<std::size_t>(n), {}};
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

std::unique_ptr<socket> make_socket(native_socket connected, std::shared_ptr<clock> time)
{
    return std::make_unique<stream_socket>(std::move(connected), std::move(time));
}

} // namespace hicap::net

/// Executor, allocator and cancellation slot are those of the handler inside.
template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, hicap::net::wait_handler<Handler>, Default>
    : Associator<Handler, Default>
{
    static typename Associator<Handler, Default>::type
    get(hicap::net::wait_handler<Handler> const& of, Default const& otherwise = Default()) noexcept
    {
        return Associator<Handler, Default>::get(of.handler, otherwise);
    }
};
