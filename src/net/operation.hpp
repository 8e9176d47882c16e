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

/// What a call is for.
enum class errand
{
    usual,
    cleaning, ///< it undoes on the server what nobody waits for any more: a shutdown lets it begin
};

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
        std::shared_ptr<std::string const> server = nullptr,
        errand what_for = errand::usual
    );
    operation(operation const&) = delete;
    operation& operator=(operation const&) = delete;
    ~operation();

    /// Ends the wait that is under way and lets all further ones fail.
    void stop() noexcept;

    [[nodiscard]] bool stopped() const noexcept;

    /// Throws `errc::client_shut_down` once it is stopped, and `operation_aborted` once nobody
    /// wants its answer any more.
    void check() const;

    /// Nobody wants the answer any more. Ends the call as `stop` does, but lets a request that has
    /// been sent have its answer, in which the server may name what it is working on.
    void leave() noexcept;

    /// The same without regard to what was sent.
    void leave_at_once() noexcept;

    /// A part of the request may have been sent from here on, as `leave` wants to know; throws as
    /// `check`.
    void request_begins();

    /// The request failed; another may begin.
    void request_ends() noexcept;

    /// Whether a request was left without an answer, or is about to be.
    [[nodiscard]] bool is_unanswered() const noexcept;

    [[nodiscard]] bool is_left() const noexcept;

    /// Says what the call waits for, null for nothing. Stops it at once where the operation is
    /// stopped. It must stay until something else is said.
    void wait_for(stoppable* what) noexcept;

    /// `https://api.hicap.ai`, or empty.
    [[nodiscard]] std::string_view server() const noexcept
    {
        return server_ ? std::string_view(*server_) : std::string_view();
    }

    [[nodiscard]] errand what_for() const noexcept { return what_for_; }

    /// Is told what the call does, by the call alone.
    [[nodiscard]] watch& watched() noexcept { return *watch_; }

private:
    [[nodiscard]] bool is_over() const noexcept { return stopped_ || (left_ && !under_way_); }

    void end_wait() noexcept;

    std::shared_ptr<operations> all_;
    errand what_for_;
    std::shared_ptr<std::string const> server_;
    std::optional<watch> watch_; // of a call that has begun
    mutable std::mutex mutex_;
    stoppable* waits_for_ = nullptr;
    bool stopped_ = false;
    bool left_ = false;
    bool under_way_ = false;  // the request, so that `left_` has to wait
    bool unanswered_ = false; // one that was left
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

    /// Those of `running` that clean up.
    [[nodiscard]] std::size_t cleaning() const;

    /// From now on no operation begins but those that clean up.
    void close() noexcept;

    /// Stops all that run but those that clean up. How many these are.
    std::size_t stop_usual() noexcept;

    /// From now on those that clean up do not begin either.
    void close_for_good() noexcept;

    /// Stops all that run.
    void stop_all() noexcept;

    /// Completes when none runs, with true, or at `deadline`. Cancellation: terminal.
    [[nodiscard]] static asio::awaitable<bool>
    join(std::shared_ptr<operations> all, std::shared_ptr<clock> time, clock::time_point deadline);

    /// The same for those that clean up.
    [[nodiscard]] static asio::awaitable<bool> join_cleaning(
        std::shared_ptr<operations> all, std::shared_ptr<clock> time, clock::time_point deadline
    );

private:
    friend class operation;

    struct joiner;

    static asio::awaitable<bool> join(
        std::shared_ptr<operations> all,
        std::shared_ptr<clock> time,
        clock::time_point deadline,
        bool all_of_them
    );

    void add(operation* begun);
    void remove(operation* ended) noexcept;

    mutable std::mutex mutex_;
    std::unordered_set<operation*> running_;
    std::size_t cleaning_ = 0; // of them
    std::unordered_set<joiner*> joining_;
    bool closed_ = false;
    bool closed_for_good_ = false;
};

} // namespace hicap::net

#endif
