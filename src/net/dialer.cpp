#include "net/dialer.hpp"

#include "net/address_race.hpp"
#include "net/alarm.hpp"
#include "net/name_lookup.hpp"
#include "net/stream_socket.hpp"
#include "net/tunnel.hpp"

#include <hicap/error.hpp>

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace hicap::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using native_socket = asio::generic::stream_protocol::socket;

/// An option that a system refuses is not worth a connection.
template <class Option>
void try_option(native_socket& connected, Option const& option)
{
    error_code ignored;
    connected.set_option(option, ignored);
}

template <int Name>
void try_tcp_number(native_socket& connected, std::int64_t value)
{
    using number = asio::detail::socket_option::integer<IPPROTO_TCP, Name>;
    try_option(connected, number(static_cast<int>(value)));
}

void set_up(native_socket& connected, tcp_options const& options)
{
    try_option(connected, tcp::no_delay(true));
    if (options.keep_alive) {
        try_option(connected, asio::socket_base::keep_alive(true));
#ifdef TCP_KEEPIDLE
        try_tcp_number<TCP_KEEPIDLE>(connected, options.keep_alive_idle.count());
#endif
#ifdef TCP_KEEPINTVL
        try_tcp_number<TCP_KEEPINTVL>(connected, options.keep_alive_interval.count());
        try_tcp_number<TCP_KEEPCNT>(connected, options.keep_alive_probes);
#endif
    }
#ifdef TCP_USER_TIMEOUT
    if (options.user_timeout.count() > 0)
        try_tcp_number<TCP_USER_TIMEOUT>(connected, options.user_timeout.count());
#endif
}

constexpr auto queue_is_full = asio::error::try_again;

/// A server whose queue is full is asked again after this time.
constexpr std::chrono::milliseconds pause_for_queue{10};

/// Opens the socket of the system itself, for a program that this one executes must not get it:
/// Asio does not ask for that, and what is asked for later comes too late for another thread's
/// fork.
void open(native_socket& link, native_socket::protocol_type const& kind, error_code& code)
{
#ifdef SOCK_CLOEXEC
    int const fd = ::socket(kind.family(), kind.type() | SOCK_CLOEXEC, kind.protocol());
#else
    int const fd = ::socket(kind.family(), kind.type(), kind.protocol());
#endif
    if (fd < 0) {
        code.assign(errno, boost::system::system_category());
        return;
    }
#ifndef SOCK_CLOEXEC
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
#ifdef SO_NOSIGPIPE // where no flag of `send` says so
    int const on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    link.assign(kind, fd, code);
    if (code)
        ::close(fd);
}

/// A Unix socket whose queue was full is not connected; Linux says so by `connect` alone, and Asio
/// takes that for a beginning.
bool has_peer(native_socket& link)
{
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto* const address = reinterpret_cast<sockaddr*>(&peer);
    return ::getpeername(link.native_handle(), address, &size) == 0 || errno != ENOTCONN;
}

/// Connects to several addresses at a time. The handlers may run on other threads than the
/// coroutine that sleeps, and may come when it is gone.
class connector : public std::enable_shared_from_this<connector>
{
public:
    /// The sockets may be kept idle, and must not count as work as the executor may.
    connector(clock& time, asio::any_io_executor const& executor)
        : progress(time, executor),
          executor_(asio::prefer(executor, asio::execution::outstanding_work.untracked))
    {}

    void start(native_socket::endpoint_type const& where)
    {
        std::lock_guard const lock(mutex_);
        auto& made = trials_.emplace_back(executor_);
        open(made.link, where.protocol(), made.code);
        if (made.code) {
            ++failures_;
            progress.wake();
            return;
        }
        bool const is_unix = where.protocol().family() == AF_UNIX;
        made.link.async_connect(
            where,
            [self = shared_from_this(), &made, is_unix](error_code code) {
                self->finish(made, code, is_unix);
            }
        );
    }

    /// The connected socket where there is one. `failures` counts those that have failed since.
    std::optional<native_socket> take(unsigned& failures)
    {
        std::lock_guard const lock(mutex_);
        failures = std::exchange(failures_, 0);
        for (auto& one : trials_)
            if (one.connected)
                return std::move(one.link);
        return std::nullopt;
    }

    /// Why the first address failed, which is the one that the system prefers.
    [[nodiscard]] error_code failure()
    {
        std::lock_guard const lock(mutex_);
        return trials_.front().code;
    }

    /// Closes what is not taken. Its handlers come later and find nothing to do.
    void abandon() noexcept
    {
        std::lock_guard const lock(mutex_);
        error_code ignored;
        for (auto& one : trials_)
            if (!one.connected)
                one.link.close(ignored);
    }

    alarm progress;

private:
    struct trial
    {
        explicit trial(asio::any_io_executor const& executor) : link(executor) {}

        native_socket link;
        error_code code;
        bool connected = false;
    };

    void finish(trial& done, error_code code, bool is_unix)
    {
        {
            std::lock_guard const lock(mutex_);
            if (!code && is_unix && !has_peer(done.link))
                code = queue_is_full;
            done.code = code;
            done.connected = !code;
            if (code)
                ++failures_;
        }
        progress.wake();
    }

    asio::any_io_executor executor_;
    std::mutex mutex_;
    std::deque<trial> trials_; // whose elements stay where they are
    unsigned failures_ = 0;
};

asio::awaitable<native_socket> connect_first(
    std::vector<native_socket::endpoint_type> where,
    std::string name,
    call* on,
    clock::time_point deadline
)
{
    struct abandoning
    {
        ~abandoning() { what->abandon(); }

        std::shared_ptr<connector> what;
    };

    auto const executor = co_await asio::this_coro::executor;
    auto const trials = std::make_shared<connector>(on->time(), executor);
    abandoning const at_the_end{trials};
    waiting const here(on->running(), trials->progress);
    address_race race(where.size());
    auto next = where.begin();
    for (;;) {
        unsigned failures = 0;
        auto connected = trials->take(failures);
        if (connected)
            co_return std::move(*connected);
        for (; failures != 0; --failures)
            race.fail_one();
        if (race.lost()) {
            auto const code = trials->failure();
            std::string what = "cannot connect to " + name;
            if (code == asio::error::connection_refused)
                what += " (is the server running, and is its address right?)";
            throw error(code, what);
        }
        auto const now = on->time().now();
        if (now >= deadline)
            on->throw_late("connecting to ", name);
        if (race.start_next(now))
            trials->start(*next++);
        co_await trials->progress.sleep_until(std::min(race.next_start(), deadline));
        on->running().check();
    }
}

/// Tries again as long as the server's queue is full.
asio::awaitable<native_socket>
connect_unix(std::string path, std::string name, call* on, clock::time_point deadline)
{
    native_socket::endpoint_type const where(asio::local::stream_protocol::endpoint{path});
    alarm pause(on->time(), co_await asio::this_coro::executor);
    for (;;) {
        std::vector<native_socket::endpoint_type> only(1, where);
        try {
            co_return co_await connect_first(std::move(only), name, on, deadline);
        } catch (error const& thrown) {
            if (thrown.code() != queue_is_full)
                throw;
        }
        waiting const here(on->running(), pause);
        co_await pause.sleep_until(std::min(on->time().now() + pause_for_queue, deadline));
        on->running().check();
    }
}

class system_dialer final : public dialer
{
public:
    explicit system_dialer(dial_options options)
        : options_(std::move(options)),
          name_(
              options_.proxy ? options_.proxy->host : options_.host,
              options_.proxy ? options_.proxy->port : options_.port,
              options_.proxy ? "the proxy's host name" : "the host name"
          )
    {}

    asio::awaitable<std::unique_ptr<socket>> dial(call* on) override
    {
        if (options_.unix_socket.empty())
            co_return co_await dial_tcp(on);
        auto const name = "the Unix socket \"" + options_.unix_socket + '"';
        auto const deadline = on->begin(phase::connect);
        auto connected = co_await connect_unix(options_.unix_socket, name, on, deadline);
        on->end();
        co_return make_socket(std::move(connected), on->shared_time());
    }

private:
    asio::awaitable<std::unique_ptr<socket>> dial_tcp(call* on)
    {
        auto const* const proxy = options_.proxy ? &*options_.proxy : nullptr;
        auto const& host = proxy != nullptr ? proxy->host : options_.host;
        auto const& port = proxy != nullptr ? proxy->port : options_.port;
        auto const found = co_await name_.find(on);
        auto const ordered = interleave_families(found);
        std::vector<native_socket::endpoint_type> where(ordered.begin(), ordered.end());

        auto const deadline = on->begin(phase::connect);
        auto const name = (proxy != nullptr ? "the proxy " : "") + host + " port " + port;
        std::optional<native_socket> connected;
        try {
            auto first = co_await connect_first(std::move(where), name, on, deadline);
            connected.emplace(std::move(first));
        } catch (error const&) {
            name_.forget(); // the host may have moved
            throw;
        }
        set_up(*connected, options_.tcp);
        auto link = make_socket(std::move(*connected), on->shared_time());
        if (proxy != nullptr) {
            waiting const here(on->running(), *link);
            auto const colon = options_.host.find(':') != std::string::npos; // of an IPv6 address
            auto target = colon ? '[' + options_.host + ']' : options_.host;
            target += ':' + options_.port;
            co_await open_tunnel(
                link.get(), name, std::move(target), &proxy->authorization, on, deadline
            );
        }
        on->end();
        co_return link;
    }

    dial_options options_;
    name_lookup name_;
};

} // namespace

std::shared_ptr<dialer> make_dialer(dial_options options)
{
    constexpr std::size_t max_path = sizeof(sockaddr_un::sun_path) - 1;
    if (options.unix_socket.size() > max_path) {
        throw error(
            errc::invalid_argument,
            "client_options::unix_socket has " + std::to_string(options.unix_socket.size()) +
                " bytes, and the path of a Unix socket no more than " + std::to_string(max_path)
        );
    }
    return std::make_shared<system_dialer>(std::move(options));
}

} // namespace hicap::net
