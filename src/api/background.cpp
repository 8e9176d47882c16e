#include "api/background.hpp"

#include "api/failure.hpp"
#include "api/operation.hpp"
#include "api/responses_assembler.hpp"
#include "http/url.hpp"
#include "json/codec.hpp"
#include "policy/rate_limit.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace hicap::detail {
namespace {

using namespace std::chrono_literals;
using responses::cancel_outcome;
using responses::cancel_result;
using responses::response_status;

constexpr std::string_view path_of_one = "/responses/{response_id}";
constexpr std::string_view path_of_cancel = "/responses/{response_id}/cancel";

// How long an id is waited for, and then the end of the attempts to cancel.
constexpr std::chrono::seconds time_for_id{5};
constexpr std::chrono::seconds time_to_cancel{30};

// The shortest pause that a server may ask for.
constexpr std::chrono::milliseconds least_asked_for{100};

request_options without_body(request_options const& of_call)
{
    auto options = of_call;
    options.extra_body = {};
    options.idempotency_key.clear();
    return options;
}

/// Reads events until one names its response; empty where none does. `over` tells whether it has
/// ended with that.
asio::awaitable<std::string> read_id(event_source* events, net::call* on, bool* over)
{
    constexpr unsigned max_at_once = 64; // then others have their turn
    auto const deadline = policy::add_saturated(on->time().now(), time_for_id);
    for (unsigned count = 0;;) {
        if (++count == max_at_once) {
            count = 0;
            co_await asio::post(asio::use_awaitable);
            if (on->time().now() >= deadline)
                co_return std::string();
        }
        sse::event raw;
        auto const got = events->next(raw);
        if (got == event_source::status::blocked) {
            bool const in_time = co_await events->readable(deadline);
            if (!in_time)
                co_return std::string();
            continue;
        }
        if (got == event_source::status::end || raw.data == "[DONE]")
            co_return std::string();
        responses::event told;
        if (!json::decode(raw.data, told) || told.response() == nullptr)
            continue;
        *over = told.terminal(); // an error event has no response
        co_return told.response()->id;
    }
}

asio::awaitable<void> cancel_when_named(
    std::shared_ptr<background_task const> task,
    event_source events,
    net::call reading,
    abandoned_response book
)
{
    std::shared_ptr<prepared_request const> asking;
    std::optional<net::call> cancelling;
    std::string id;
    bool over = false;
    try {
        co_await asio::post(asio::use_awaitable);
        id = co_await read_id(&events, &reading, &over);
        if (!id.empty() && !over) {
            asking = task->cancelling(id);
            cancelling.emplace(task->core->begin(*asking, net::errand::cleaning));
        }
    } catch (std::exception const&) { // then it is lost
    }
    {
        net::call const ends_here(std::move(reading)); // with the rest of its exchange
    }
    if (over)
        book.settle(cancel_result::already_finished);
    if (!cancelling)
        co_return;
    co_await cancel_response(
        std::move(task),
        std::move(id),
        std::move(asking),
        std::move(*cancelling),
        std::move(book),
        std::move(events),
        false
    );
}

/// Closes it behind what is ready to run.
void close_soon(asio::any_io_executor const& executor, event_source events)
{
    asio::post(executor, [held = std::move(events)]() mutable { held.close(); });
}

/// The pause behind one of `usual`. A first one of nothing must not become a loop without any.
std::chrono::milliseconds
longer_pause(std::chrono::milliseconds usual, std::chrono::milliseconds most) noexcept
{
    constexpr std::chrono::milliseconds behind_none{100};
    if (usual > most / 2) // also where twice as much cannot be told
        return std::max(usual, most);
    return std::min(usual.count() == 0 ? behind_none : usual * 2, most);
}

/// The pause before a response is looked at again when an answer has broken off with `failure`.
/// Throws that where it is not to be. Precondition: called where that is handled.
std::chrono::milliseconds before_next_look(
    client_core& core, prepared_request const& asking, error& failure, unsigned tries, net::call& on
)
{
    auto const code = failure.code();
    if (code != condition::connection && code != errc::truncated_response &&
        code != errc::tls_failure)
        throw;
    auto const length = pause_after_break(core, asking, failure, tries, on);
    if (!length)
        throw;
    on.running().request_ends();
    on.earlier = failure.attempts();
    if (!on.earlier.empty()) {
        on.earlier.back().backoff = *length;
        on.running().watched().retry_follows(on.earlier.back());
    }
    on.sent = false;
    on.answered = false;
    return *length;
}

cancel_result result_of(response const& told) noexcept
{
    // One that is still under way has been told to stop.
    return is_over(told) && told.status != response_status::cancelled
               ? cancel_result::already_finished
               : cancel_result::cancelled;
}

} // namespace

std::optional<std::chrono::milliseconds> pause_after_break(
    client_core& core,
    prepared_request const& asking,
    error& failure,
    unsigned tries,
    net::call const& on
)
{
    policy::failed_attempt facts;
    facts.connection_failed = true;
    auto const decision = core.decide(asking, facts, tries, on);
    if (decision.retry)
        return decision.pause;
    add_reason(failure, policy::describe_refusal(decision, asking.retries));
    return std::nullopt;
}

std::string path_of_response(std::string_view id, std::string_view below)
{
    std::string made("/responses/");
    made += http::percent_encode_segment(id);
    made += below;
    return made;
}

bool is_over(response const& one) noexcept
{
    return one.status != response_status::queued && one.status != response_status::in_progress;
}

responses::event event_of(response const& whole)
{
    if (whole.status == response_status::failed)
        return responses::failed{.response = whole};
    if (whole.status == response_status::incomplete || whole.status == response_status::cancelled)
        return responses::incomplete{.response = whole};
    if (whole.status == response_status::queued)
        return responses::queued{.response = whole};
    if (whole.status == response_status::in_progress)
        return responses::in_progress{.response = whole};
    return responses::completed{.response = whole};
}

background_task::background_task(
    std::shared_ptr<client_core> by,
    asio::any_io_executor const& on,
    request_options const& of_call,
    on_abandon when,
    query_list of_streams
)
    : core(std::move(by)), executor(on), options(without_body(of_call)), when_left(when),
      query_of_streams(std::move(of_streams))
{}

std::shared_ptr<prepared_request const>
background_task::looking(std::string const& target, client_core::accepts what) const
{
    endpoint const where{"GET", path_of_one, target};
    auto made = core->prepare(where, {}, what, options);
    made.has_own_retries = true;
    return std::make_shared<prepared_request const>(std::move(made));
}

std::shared_ptr<prepared_request const> background_task::retrieving(std::string_view id) const
{
    auto target = path_of_response(id);
    for (auto const& [name, value] : query_of_streams) {
        if (name == "include")
            http::append_query(target, name, value);
    }
    return looking(target, client_core::accepts::json);
}

std::shared_ptr<prepared_request const>
background_task::streaming(std::string_view id, std::optional<std::int64_t> starting_after) const
{
    auto target = path_of_response(id);
    http::append_query(target, "stream", "true");
    if (starting_after)
        http::append_query(target, "starting_after", std::to_string(*starting_after));
    for (auto const& [name, value] : query_of_streams)
        http::append_query(target, name, value);
    return looking(target, client_core::accepts::event_stream);
}

std::shared_ptr<prepared_request const> background_task::cancelling(std::string_view id) const
{
    auto bounded = options;
    bounded.deadlines.pool_wait = time_to_cancel;
    bounded.deadlines.first_byte = time_to_cancel;
    bounded.deadlines.idle = time_to_cancel;
    bounded.deadlines.total = time_to_cancel;
    retry_options patient;
    patient.max_retries = 5;
    patient.max_retry_after = time_to_cancel;
    patient.conflicts = false; // that is an answer
    bounded.retries = patient;
    auto const target = path_of_response(id, "/cancel");
    endpoint const where{"POST", path_of_cancel, target};
    auto made = core->prepare(where, {}, client_core::accepts::json, bounded);
    made.has_own_retries = true;
    made.is_idempotent = true;
    return std::make_shared<prepared_request const>(std::move(made));
}

abandoned_response::abandoned_response(std::shared_ptr<client_core> core) : core_(std::move(core))
{
    ++core_->books.abandoned;
}

abandoned_response::~abandoned_response()
{
    settle(cancel_result::unreachable);
}

void abandoned_response::settle(cancel_result how) noexcept
{
    auto const core = std::exchange(core_, nullptr);
    if (!core)
        return;
    if (how == cancel_result::cancelled)
        ++core->books.cancelled;
    else if (how == cancel_result::unreachable)
        ++core->books.lost;
    else
        ++core->books.finished;
}

asio::awaitable<cancel_outcome> cancel_response(
    std::shared_ptr<background_task const> task,
    std::string id,
    std::shared_ptr<prepared_request const> asking,
    net::call on,
    abandoned_response book,
    std::optional<event_source> rest,
    bool look
)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const end = on.until();
    auto const time = on.shared_time();
    cancel_outcome outcome;
    try {
        co_await asio::post(asio::use_awaitable);
        if (rest)
            close_soon(executor, *std::exchange(rest, std::nullopt));
        auto answer = co_await fetch<response>(task->core, std::move(asking), std::move(on));
        outcome.result = result_of(answer);
        outcome.response = std::move(answer);
    } catch (api_error const& refused) {
        outcome.failure = std::current_exception();
        auto const status = refused.status();
        if (status == 404)
            outcome.result = cancel_result::already_finished;
        else if (status == 400 || status == 409)
            outcome.result = cancel_result::not_cancellable;
    } catch (std::exception const&) {
        outcome.failure = std::current_exception();
    }
    book.settle(outcome.result);
    if (!look || outcome.result != cancel_result::not_cancellable)
        co_return outcome;
    try {
        auto retrieving = task->retrieving(id);
        auto limits = retrieving->deadlines;
        auto const left = std::chrono::floor<std::chrono::milliseconds>(end - time->now());
        limits.total = std::min(limits.total, policy::deadline_set::duration(left));
        auto looking = task->core->begin("GET", path_of_one, limits, net::errand::cleaning);
        auto answer =
            co_await fetch<response>(task->core, std::move(retrieving), std::move(looking));
        if (is_over(answer))
            outcome.result = cancel_result::already_finished;
        outcome.response = std::move(answer);
    } catch (std::exception const&) { // what was said of it before stands
    }
    co_return outcome;
}

void abandon(
    std::shared_ptr<background_task const> task,
    std::string_view id,
    std::optional<event_source> rest
) noexcept
{
    try {
        abandoned_response book(task->core);
        auto const executor = task->executor.get();
        if (!executor) // nothing runs there any more, and the response is lost
            return;
        auto asking = task->cancelling(id);
        auto on = task->core->begin(*asking, net::errand::cleaning);
        auto work = cancel_response(
            std::move(task),
            std::string(id),
            std::move(asking),
            std::move(on),
            std::move(book),
            std::move(rest),
            false
        );
        asio::co_spawn(executor, std::move(work), asio::detached);
    } catch (std::exception const&) { // the client is shut down
    }
}

void abandon(
    std::shared_ptr<background_task const> task, event_source events, net::call on
) noexcept
{
    try {
        abandoned_response book(task->core);
        auto const executor = task->executor.get();
        if (!executor)
            return;
        auto work =
            cancel_when_named(std::move(task), std::move(events), std::move(on), std::move(book));
        asio::co_spawn(executor, std::move(work), asio::detached);
    } catch (std::exception const&) {
    }
}

asio::awaitable<reply<response>> poll_to_end(
    std::shared_ptr<background_task const> task,
    std::string id,
    net::call on,
    responses::wait_options how
)
{
    auto& core = *task->core;
    auto const asking = task->retrieving(id);
    auto usual = how.first_pause;
    unsigned tries = 0; // of an answer that broke off
    for (;;) {
        auto opened = co_await core.open(asking, std::move(on));
        std::string body;
        std::optional<std::chrono::milliseconds> again; // it broke off
        try {
            body = co_await read_body(&opened, core.limits().max_body);
        } catch (error& failure) {
            again = before_next_look(core, *asking, failure, tries, opened.on);
        }
        if (again) {
            ++tries;
            opened.exchange.reset();
            on = std::move(opened.on);
            co_await pause(&on, *again);
            check_running(on);
            core.count_retry();
            continue;
        }
        tries = 0;
        reply<response> answer(opened.take_info(), std::move(body));
        opened.exchange.reset();
        on = std::move(opened.on);
        decode_answer<response>(on.running().watched(), answer.info(), answer.raw(), answer);
        if (is_over(answer))
            co_return answer;
        on.next_request();
        auto const asked_for =
            policy::parse_retry_after(answer.headers(), std::chrono::system_clock::now());
        auto length = policy::jittered(usual, core.random());
        if (asked_for) // in vain where that is nonsense
            length =
                std::max(least_asked_for, std::min(*asked_for, asking->retries.max_retry_after));
        if (on.until() != net::clock::time_point::max()) {
            auto const left = on.until() - on.time().now();
            length = std::min(length, std::chrono::ceil<std::chrono::milliseconds>(left));
        }
        co_await pause(&on, length);
        check_running(on);
        on.check_total("waiting for the response to end");
        usual = longer_pause(usual, how.max_pause);
    }
}

} // namespace hicap::detail
