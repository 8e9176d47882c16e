#include "api/response_upkeep.hpp"

#include "api/failure.hpp"
#include "api/operation.hpp"
#include "api/responses_assembler.hpp"
#include "json/codec.hpp"
#include "json/object.hpp"
#include "policy/retry.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <utility>
#include <variant>

namespace hicap::detail {
namespace {

using reopened_events = response_upkeep::reopened_events;

// What ends sooner has not waited for anything.
constexpr std::chrono::seconds at_once{1};

/// Whether the answer leaves open that the server has the response, though not as a stream.
bool refuses_to_stream(api_error const& answer) noexcept
{
    constexpr int not_implemented = 501;
    auto const status = answer.status();
    bool const of_caller = status == 401 || status == 403 || status == 408 || status == 429;
    return status == not_implemented || (status >= 400 && status < 500 && !of_caller);
}

/// Whether the failure is one of the connection, or of whoever is in between.
bool is_of_connection(boost::system::error_code code) noexcept
{
    return code == condition::connection || code == errc::truncated_stream ||
           code == errc::truncated_response || code == errc::idle_timeout ||
           code == errc::tls_failure || code == errc::tls_handshake;
}

/// What is known of a stream that is opened again for hours does not grow for as long.
void keep_some(std::vector<attempt>& made)
{
    constexpr std::ptrdiff_t most = 16;
    auto const too_many = static_cast<std::ptrdiff_t>(made.size()) - most;
    if (too_many > 0)
        made.erase(made.begin() + 1, made.begin() + 1 + too_many);
}

reopened_events whole(response answer, response_info const& of, std::vector<attempt> earlier)
{
    earlier.insert(earlier.end(), of.attempts().begin(), of.attempts().end());
    reopened_events made;
    made.info = response_info(of.http_status(), of.headers(), std::move(earlier));
    made.whole = std::move(answer);
    return made;
}

asio::awaitable<reopened_events> poll(
    std::shared_ptr<background_task const> task,
    std::string id,
    net::call on,
    std::vector<attempt> earlier
)
{
    responses::wait_options const usual;
    auto answer = co_await poll_to_end(std::move(task), std::move(id), std::move(on), usual);
    co_return whole(answer, answer.info(), std::move(earlier));
}

/// The answer came as it is now, in place of events.
asio::awaitable<reopened_events>
read_whole(std::shared_ptr<background_task const> task, std::string id, opened_response opened)
{
    auto const body = co_await read_body(&opened, task->core->limits().max_body);
    auto const info = opened.take_info();
    opened.exchange.reset();
    response answer;
    decode_answer(opened.on.running().watched(), info, body, answer);
    if (is_over(answer))
        co_return whole(std::move(answer), info, {});
    opened.on.next_request();
    co_return co_await poll(std::move(task), std::move(id), std::move(opened.on), info.attempts());
}

/// `asking` is null where the server does not stream the response any more, `retried_after` absent
/// where nothing has failed.
asio::awaitable<reopened_events> open_again(
    std::shared_ptr<background_task const> task,
    std::string id,
    std::shared_ptr<prepared_request const> asking,
    std::optional<std::chrono::milliseconds> retried_after,
    net::call on
)
{
    co_await asio::post(asio::use_awaitable);
    if (retried_after && retried_after->count() > 0)
        co_await pause(&on, *retried_after);
    check_running(on);
    if (retried_after)
        task->core->count_retry();
    std::vector<attempt> earlier;
    std::optional<opened_response> opened;
    if (!asking) {
        earlier = on.earlier;
        co_return co_await poll(std::move(task), std::move(id), std::move(on), std::move(earlier));
    }
    auto again = on; // the same call
    try {
        opened.emplace(co_await task->core->open(std::move(asking), std::move(on)));
    } catch (api_error const& refused) {
        if (!refuses_to_stream(refused))
            throw;
        earlier = refused.attempts();
    }
    if (!opened) {
        again.next_request();
        co_return co_await poll(
            std::move(task), std::move(id), std::move(again), std::move(earlier)
        );
    }
    if (has_content_type(opened->exchange->head().fields, "application/json")) {
        co_return co_await read_whole(std::move(task), std::move(id), std::move(*opened));
    }
    reopened_events made;
    made.info = opened->take_info();
    made.source.emplace(std::move(opened->exchange), task->executor.get(), task->core->limits());
    opened->on.running().watched().ends(call_end::abandoned); // unless it comes to something else
    made.on.emplace(std::move(opened->on));
    co_return made;
}

} // namespace

response_upkeep::response_upkeep(
    std::shared_ptr<background_task const> task,
    std::string id,
    std::optional<std::int64_t> starting_after
)
    : task_(std::move(task)), id_(std::move(id)), from_beginning_(!starting_after),
      last_(starting_after)
{}

bool response_upkeep::wants(responses::event const& event)
{
    if (id_.empty())
        if (auto const* const told = event.response())
            id_ = told->id;
    if (std::holds_alternative<responses::error_event>(event)) // whatever its number is
        return true;
    auto const number = event.sequence_number();
    // Gateways put in events of their own, to keep a connection open.
    numbered_ = numbered_ && (number || std::holds_alternative<unknown>(event));
    if (number && last_ && *number <= *last_)
        return false;
    auto const bits = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
    if (number && last_ && bits(*number) - bits(*last_) > 1 + missed_) {
        gap_ = true;
        throw error(
            errc::truncated_stream,
            "the event with the sequence number " + std::to_string(*last_ + 1) +
                " is missing: " + std::to_string(*number) + " came in its place"
        );
    }
    return true;
}

bool response_upkeep::took(responses::event const& event, bool keeps_open) noexcept
{
    auto const number = event.sequence_number();
    if (!number)
        return !std::holds_alternative<unknown>(event);
    last_ = number;
    missed_ = 0;
    gap_ = false;
    if (keeps_open)
        return false;
    tries_ = 0;
    return true;
}

void response_upkeep::missed() noexcept
{
    ++missed_;
}

bool response_upkeep::had(std::string_view text) const
{
    if (!last_)
        return false;
    auto const told = json::integer_member(text, "sequence_number");
    if (!told || *told > *last_) // as nearly always
        return false;
    responses::event event;
    if (!json::decode(text, event) || std::holds_alternative<responses::error_event>(event))
        return false;
    auto const number = event.sequence_number();
    return number && *number <= *last_;
}

bool response_upkeep::goes_on(response const& answer)
{
    if (answer.id.empty() || is_over(answer))
        return false;
    id_ = answer.id;
    polls_ = true;
    return true;
}

bool response_upkeep::may_reopen(error& failure, net::call const& on, bool between_events)
{
    if (!is_of_connection(failure.code()))
        return false;
    if (id_.empty()) {
        add_reason(failure, "no event had named the response, which may run on at the server");
        return false;
    }
    if (!numbered_)
        return false;
    if (!task_->executor.get()) // its context has ended, and nothing runs there any more
        return false;
    bool const in_order = failure.code() == errc::truncated_stream && between_events && !gap_;
    if (tries_ != 0 && in_order) {
        // One that ends at once has no more events to give. Others are cut by who is in between,
        // while the server thinks.
        if (time().now() - opened_ < at_once)
            polls_ = true;
        else
            tries_ = 0;
    }
    gap_ = false;
    missed_ = 0; // they come again, if there are any
    asking_ = task_->streaming(id_, last_);
    pause_ = pause_after_break(*task_->core, *asking_, failure, tries_, on);
    if (!pause_)
        return false;
    ++tries_;
    return true;
}

void response_upkeep::reopen(std::vector<attempt> earlier, net::call on)
{
    keep_some(earlier);
    if (!earlier.empty())
        earlier.back().backoff = pause_.value_or(std::chrono::milliseconds(0));
    on.next_request();
    on.running().watched().ends(call_end::abandoned); // unless it comes to something else
    on.earlier = std::move(earlier);
    if (!on.earlier.empty())
        on.running().watched().retry_follows(on.earlier.back());
    running_ = on.shared_operation();
    auto asking = polls_ ? nullptr : std::exchange(asking_, nullptr);
    auto const pause = std::exchange(pause_, std::nullopt);
    auto work = open_again(task_, id_, std::move(asking), pause, std::move(on));
    opening_ = std::make_unique<shielded<reopened_events>>(
        task_->core->time(), task_->executor.get(), running_, std::move(work), true
    );
}

bool response_upkeep::reopened()
{
    return opening_->ended();
}

asio::awaitable<bool> response_upkeep::reopened_by(net::clock::time_point deadline)
{
    return opening_->ended_by(deadline);
}

reopened_events response_upkeep::take()
{
    auto const running = std::move(running_);
    auto const opening = std::move(opening_);
    opened_ = time().now();
    try {
        return opening->take();
    } catch (error const& failure) {
        if (failure.code() == errc::client_shut_down)
            leave(std::nullopt, std::nullopt);
        throw;
    }
}

responses::event response_upkeep::event_of(response const& answer)
{
    return detail::event_of(answer);
}

net::clock& response_upkeep::time() const noexcept
{
    return *task_->core->time();
}

void response_upkeep::release() noexcept
{
    released_ = true;
    opening_.reset();
    running_.reset();
}

void response_upkeep::leave(std::optional<event_source> rest, std::optional<net::call> on) noexcept
{
    if (std::exchange(released_, true) || task_->when_left != on_abandon::cancel)
        return;
    // Before what is left is closed: a shutdown must not think that nothing runs any more.
    if (!id_.empty())
        abandon(task_, id_, std::move(rest));
    else if (rest && on)
        abandon(task_, std::move(*rest), std::move(*on));
    else
        abandoned_response const lost(task_->core);
}

} // namespace hicap::detail
