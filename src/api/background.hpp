#ifndef HICAP_API_BACKGROUND_HPP
#define HICAP_API_BACKGROUND_HPP

// Responses that outlive the call that they were made by.

#include "api/core.hpp"
#include "api/event_source.hpp"
#include "net/call.hpp"
#include "net/tenant.hpp"

#include <hicap/error.hpp>
#include <hicap/on_abandon.hpp>
#include <hicap/responses.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::detail {

using responses::response;

/// The path of a stored response, and of what is below it.
[[nodiscard]] std::string path_of_response(std::string_view id, std::string_view below = {});

/// Whether nothing more becomes of it.
[[nodiscard]] bool is_over(response const& one) noexcept;

/// The one event of an answer that came whole.
[[nodiscard]] responses::event event_of(response const& whole);

/// Names and values.
using query_list = std::vector<std::pair<std::string, std::string>>;

/// What requests about a response have in common with the call that asked for it.
struct background_task
{
    /// Of the options, those that concern the body of a request are left out. `of_streams` goes
    /// with each `streaming`, and what of it is an `include` with each `retrieving`.
    background_task(
        std::shared_ptr<client_core> by,
        asio::any_io_executor const& on,
        request_options const& of_call,
        on_abandon when,
        query_list of_streams = {}
    );

    // These are not bounded by the client's budget of retries: to give up would not spare the
    // server a request, but send it one more, and lose what it has done.
    [[nodiscard]] std::shared_ptr<prepared_request const> retrieving(std::string_view id) const;

    [[nodiscard]] std::shared_ptr<prepared_request const>
    streaming(std::string_view id, std::optional<std::int64_t> starting_after) const;

    /// Within bounds of its own.
    [[nodiscard]] std::shared_ptr<prepared_request const> cancelling(std::string_view id) const;

    std::shared_ptr<client_core> core;
    net::lasting_executor executor;
    request_options options;
    on_abandon when_left;
    query_list query_of_streams;

private:
    [[nodiscard]] std::shared_ptr<prepared_request const>
    looking(std::string const& target, client_core::accepts what) const;
};

/// Stands in the books of the client for a response that was left. What it does not come to until
/// it is destroyed, it is lost.
class abandoned_response
{
public:
    /// Of none.
    abandoned_response() = default;

    explicit abandoned_response(std::shared_ptr<client_core> core);
    abandoned_response(abandoned_response&& other) noexcept = default;

    abandoned_response& operator=(abandoned_response&& other) noexcept
    {
        core_.swap(other.core_);
        return *this;
    }

    ~abandoned_response();

    /// Says, once, what it came to.
    void settle(responses::cancel_result how) noexcept;

private:
    std::shared_ptr<client_core> core_; // null once it is settled
};

/// Asks the server to cancel a response, by `asking` as the call `on`; throws nothing. With `look`
/// it asks how far one has come that is not cancelled. `rest`, of its stream, is closed once that
/// waits for a connection, which may be the one that comes free so.
asio::awaitable<responses::cancel_outcome> cancel_response(
    std::shared_ptr<background_task const> task,
    std::string id,
    std::shared_ptr<prepared_request const> asking,
    net::call on,
    abandoned_response book,
    std::optional<event_source> rest,
    bool look
);

/// Lets a task of its own cancel a response. `rest` is what is left of its stream.
void abandon(
    std::shared_ptr<background_task const> task,
    std::string_view id,
    std::optional<event_source> rest = std::nullopt
) noexcept;

/// The same where its id is yet to come, in these events.
void abandon(
    std::shared_ptr<background_task const> task, event_source events, net::call on
) noexcept;

/// Abandons a response when it is destroyed, where that is to be done.
class background_guard
{
public:
    /// Of nothing.
    background_guard() = default;

    background_guard(std::shared_ptr<background_task const> task, std::string id) noexcept
        : task_(std::move(task)), id_(std::move(id))
    {}

    background_guard(background_guard&& other) noexcept
        : task_(std::move(other.task_)), id_(std::move(other.id_))
    {}

    background_guard& operator=(background_guard&& other) noexcept
    {
        std::swap(task_, other.task_);
        std::swap(id_, other.id_);
        return *this;
    }

    ~background_guard()
    {
        if (task_ && !id_.empty() && task_->when_left == on_abandon::cancel)
            abandon(std::move(task_), id_);
    }

    void release() noexcept { task_ = nullptr; }

private:
    std::shared_ptr<background_task const> task_;
    std::string id_;
};

/// Puts a response into the books as lost whose request was left, in the midst of the work that
/// this stands in, before any answer told its id.
class unnamed_response
{
public:
    unnamed_response(background_task const& task, net::call const& on)
        : core_(task.core),
          running_(task.when_left == on_abandon::cancel ? on.shared_operation() : nullptr)
    {}

    unnamed_response(unnamed_response const&) = delete;
    unnamed_response& operator=(unnamed_response const&) = delete;

    ~unnamed_response()
    {
        if (running_ && running_->is_unanswered())
            abandoned_response const lost(core_);
    }

    /// It has a name now, or who asked for it learns why it has none.
    void answered() noexcept { running_ = nullptr; }

    void failed() noexcept
    {
        if (running_ && !running_->is_left() && !running_->stopped())
            answered();
    }

private:
    std::shared_ptr<client_core> core_;
    std::shared_ptr<net::operation> running_;
};

/// The pause before what `asking` is for is asked for again, as its connection has broken with
/// `failure` after `tries` retries. Absent where it is not to be, and then `failure` says why.
[[nodiscard]] std::optional<std::chrono::milliseconds> pause_after_break(
    client_core& core,
    prepared_request const& asking,
    error& failure,
    unsigned tries,
    net::call const& on
);

/// Retrieves a response until nothing more becomes of it, as the call `on`.
asio::awaitable<reply<response>> poll_to_end(
    std::shared_ptr<background_task const> task,
    std::string id,
    net::call on,
    responses::wait_options how
);

} // namespace hicap::detail

#endif
