#ifndef HICAP_NET_OPERATION_HPP
#define HICAP_NET_OPERATION_HPP

#include "net/alarm.hpp"
#include "net/stoppable.hpp"
#include "net/watch.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace hicap::net {

class operations;

/// One call of a client that is under way, from its begin until its exchange has ended.
///
/// It knows what the call waits for, so that another thread can stop it there.
class operation
{
public:
    /// Throws `errc::client_shut_down` where `all` takes no more. `who` and `server`, the origin
    /// that the call is made to, may be null.
    operation(
        std::shared_ptr<operations> all,
        std::shared_ptr<observer> who,
        std::shared_ptr<clock> time,
        std::string_view method,
        std::string_view path,
        std::shared_ptr<std::string const> server = nullptr
    );
    operation(operation const&) = delete;
    operation& operator=(operation const&) = delete;
    ~operation();

    /// Ends the wait that is under way and lets all further ones fail.
    void stop() noexcept;

    [[nodiscard]] bool stopped() const noexcept;

    /// Throws `errc::client_shut_down` once it is stopped.
    void check() const;

    /// Says what the call waits for, null for nothing. Stops it at once where the operation is
    /// stopped. It must stay until something else is said.
    void wait_for(stoppable* what) noexcept;

    /// `https://api.hicap.ai`, or empty.
    [[nodiscard]] std::string_view server() const noexcept
    {
        return server_ ? std::string_view(*server_) : std::string_view();
    }

    /// Is told what the call does, by the call alone.
    [[nodiscard]] watch& watched() noexcept { return *watch_; }

private:
    std::shared_ptr<operations> all_;
    std::shared_ptr<std::string const> server_;
    std::optional<watch> watch_; // of a call that has begun
    mutable std::mutex mutex_;
    stoppable* waits_for_ = nullptr;
    bool stopped_ = false;
};

/// Says what an operation waits for, as long as it lives.
class waiting
{
public:
    waiting(operation& who, stoppable& what) : who_(who) { who_.wait_for(&what); }

    waiting(waiting const&) = delete;
    waiting& operator=(waiting const&) = delete;

    ~waiting() { who_.wait_for(nullptr); }

private:
    operation& who_;
};

/// All calls of a client that are under way.
///
/// Thread safety: shared objects safe.
class operations
{
public:
    [[nodiscard]] std::size_t running() const;

    /// From now on no operation begins.
    void close() noexcept;

    /// Stops all that run.
    void stop_all() noexcept;

    /// Completes when none runs, with true, or at `deadline`. Cancellation: terminal.
    [[nodiscard]] static asio::awaitable<bool>
    join(std::shared_ptr<operations> all, std::shared_ptr<clock> time, clock::time_point deadline);

private:
    friend class operation;

    void add(operation* begun);
    void remove(operation* ended) noexcept;

    mutable std::mutex mutex_;
    std::unordered_set<operation*> running_;
    std::unordered_set<alarm*> joining_;
    bool closed_ = false;
};

} // namespace hicap::net

#endif
