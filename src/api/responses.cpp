#include "api/background.hpp"
#include "api/operation.hpp"
#include "api/page_source.hpp"
#include "api/response_upkeep.hpp"
#include "api/responses_assembler.hpp"
#include "api/shield.hpp"
#include "http/url.hpp"
#include "json/codec.hpp"

#include <hicap/responses.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace hicap {

template class stream<responses::event>;
template class text_stream<responses::event>;
template class pages<responses::listed_item>;

namespace responses {
namespace {

using detail::background_guard;
using detail::background_task;
using detail::client_core;
using detail::path_of_response;
using detail::prepared_request;
using detail::response_upkeep;
using manner = detail::stream_manner<event>;

constexpr std::string_view path = "/responses";
constexpr std::string_view path_of_one = "/responses/{response_id}";

// How long `event_stream::cancel` waits for an id.
constexpr std::chrono::seconds time_for_id{5};

/// `turned_on` names a member to be true, or is null.
std::string encode(request const& asked, request_options const& options, char const* turned_on)
{
    auto members = options.extra_body;
    if (turned_on != nullptr)
        members.set(turned_on, raw_json("true"));
    std::string body;
    json::encode_with(asked, members, body);
    return body;
}

bool is_background(client_core const& core, request const& asked, request_options const& options)
{
    if (auto const instead = options.extra_body.find("background"))
        return *instead == "true";
    if (asked.background)
        return *asked.background;
    return core.usual_members().find("background") == "true";
}

void check(wait_options const& how)
{
    if (how.first_pause.count() < 0)
        throw error(errc::invalid_argument, "wait_options::first_pause is negative");
    if (how.max_pause.count() <= 0)
        throw error(errc::invalid_argument, "wait_options::max_pause must be positive");
}

response_upkeep* upkeep_of(detail::stream_state<event> const& state) noexcept
{
    return static_cast<response_upkeep*>(state.upkeep()); // there is no other kind
}

/// A task on the executor of the coroutine that awaits it.
asio::awaitable<std::shared_ptr<background_task const>> begin_task(
    std::shared_ptr<client_core> core,
    request_options options,
    on_abandon when_left,
    detail::query_list of_streams
)
{
    auto const executor = co_await asio::this_coro::executor;
    co_return std::make_shared<background_task const>(
        std::move(core), executor, options, when_left, std::move(of_streams)
    );
}

asio::awaitable<std::shared_ptr<background_task const>>
begin_task(std::shared_ptr<client_core> core, request_options options, on_abandon when_left)
{
    return begin_task(std::move(core), std::move(options), when_left, detail::query_list());
}

/// What a stream that goes on is asked for besides.
detail::query_list
query_of(std::vector<include> const& more, std::optional<bool> include_obfuscation)
{
    detail::query_list made;
    for (auto const& one : more)
        made.emplace_back("include", one.str());
    if (include_obfuscation)
        made.emplace_back("include_obfuscation", *include_obfuscation ? "true" : "false");
    return made;
}

/// The same, of a stream that was asked for so.
detail::query_list query_of(request const& asked)
{
    auto const& of_stream = asked.stream_options;
    return query_of(asked.include, of_stream ? of_stream->include_obfuscation : std::nullopt);
}

/// Whether it says that the caller or the client is gone, and not that something went wrong.
bool is_leaving(std::exception_ptr const& why)
{
    try {
        std::rethrow_exception(why);
    } catch (boost::system::system_error const& failure) {
        return failure.code() == asio::error::operation_aborted ||
               failure.code() == errc::client_shut_down;
    } catch (...) {
        return false;
    }
}

asio::awaitable<reply<deletion>>
fetch_deleted(std::shared_ptr<client_core> core, prepared_request prepared, std::string id)
{
    auto opened = co_await core->open(std::move(prepared));
    auto body = co_await detail::read_body(&opened, core->limits().max_body);
    reply<deletion> answer(opened.take_info(), std::move(body));
    opened.exchange.reset();
    auto& watched = opened.on.running().watched();
    if (!answer.raw().empty()) {
        detail::decode_answer<deletion>(watched, answer.info(), answer.raw(), answer);
        co_return answer;
    }
    answer.id = std::move(id);
    answer.deleted = true;
    watched.ends(call_end::completed);
    co_return answer;
}

asio::awaitable<event_stream> open_events(
    std::shared_ptr<client_core> core,
    std::shared_ptr<prepared_request const> asking,
    net::call on,
    manner how,
    std::unique_ptr<detail::stream_upkeep<event>> upkeep
)
{
    auto opened = co_await core->open(std::move(asking), std::move(on));
    auto state = co_await detail::read_stream<event>(
        std::move(core), std::move(opened), how, std::move(upkeep)
    );
    co_return event_stream(std::move(state));
}

/// The work of `stream_in_background`.
asio::awaitable<event_stream> open_in_background(
    std::shared_ptr<background_task const> task,
    std::shared_ptr<prepared_request const> asking,
    net::call on,
    manner how,
    std::unique_ptr<detail::stream_upkeep<event>> upkeep
)
{
    detail::unnamed_response unnamed(*task, on);
    event_stream made;
    try {
        auto work =
            open_events(task->core, std::move(asking), std::move(on), how, std::move(upkeep));
        made = co_await std::move(work);
    } catch (api_error const&) {
        unnamed.answered();
        throw;
    } catch (...) {
        unnamed.failed();
        throw;
    }
    unnamed.answered();
    co_return made;
}

/// A response that was made in the background, until its caller has it.
struct fresh_response
{
    std::shared_ptr<net::operation> running; // outlives the guard: a shutdown waits for it
    reply<response> answer;
    background_guard guard;
};

asio::awaitable<fresh_response> make_fresh(
    std::shared_ptr<background_task const> task,
    std::shared_ptr<prepared_request const> asking,
    net::call on
)
{
    fresh_response made;
    made.running = on.shared_operation();
    detail::unnamed_response unnamed(*task, on);
    try {
        made.answer =
            co_await detail::fetch<response>(task->core, std::move(asking), std::move(on));
    } catch (api_error const&) {
        unnamed.answered();
        throw;
    } catch (...) {
        unnamed.failed();
        throw;
    }
    unnamed.answered();
    if (!detail::is_over(made.answer))
        made.guard = background_guard(std::move(task), made.answer.id);
    co_return made;
}

/// What makes a response in the background is not torn away from its answer, which has the id.
asio::awaitable<fresh_response> create_shielded(
    std::shared_ptr<background_task const> task,
    std::shared_ptr<prepared_request const> asking,
    net::call on
)
{
    auto const time = task->core->time();
    std::weak_ptr<net::operation> const what = on.shared_operation();
    auto work = make_fresh(std::move(task), std::move(asking), std::move(on));
    return detail::shield<fresh_response>(time, what, std::move(work));
}

asio::awaitable<reply<response>> create_in_background(
    std::shared_ptr<client_core> core, prepared_request prepared, request_options options
)
{
    auto const when = core->when_abandoned(options);
    auto const task = co_await begin_task(core, std::move(options), when);
    auto const asking = std::make_shared<prepared_request const>(std::move(prepared));
    auto on = core->begin(*asking);
    auto made = co_await create_shielded(task, asking, std::move(on));
    made.guard.release();
    co_return std::move(made.answer);
}

asio::awaitable<reply<response>> create_and_poll(
    std::shared_ptr<client_core> core,
    prepared_request prepared,
    wait_options how,
    request_options options
)
{
    auto const when = core->when_abandoned(options);
    auto const task = co_await begin_task(core, std::move(options), when);
    auto const asking = std::make_shared<prepared_request const>(std::move(prepared));
    auto on = core->begin(*asking);
    auto waiting = on; // the same call: a shutdown lets it end
    auto made = co_await create_shielded(task, asking, std::move(on));
    if (detail::is_over(made.answer))
        co_return std::move(made.answer);
    waiting.next_request();
    auto id = made.answer.id;
    auto answer = co_await detail::poll_to_end(task, std::move(id), std::move(waiting), how);
    made.guard.release();
    co_return answer;
}

asio::awaitable<reply<response>> wait_until_over(
    std::shared_ptr<client_core> core, std::string id, wait_options how, request_options options
)
{
    auto const when = core->when_abandoned(options);
    auto const task = co_await begin_task(core, std::move(options), when);
    auto on = core->begin(*task->retrieving(id));
    auto const running = on.shared_operation(); // outlives the guard: a shutdown waits for it
    background_guard guard(task, id);
    std::exception_ptr failure;
    reply<response> answer;
    try {
        answer = co_await detail::poll_to_end(task, std::move(id), std::move(on), how);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure || !is_leaving(failure))
        guard.release();
    if (failure)
        std::rethrow_exception(failure);
    co_return answer;
}

asio::awaitable<event_stream>
stream_in_foreground(std::shared_ptr<client_core> core, prepared_request prepared, manner how)
{
    auto asking = std::make_shared<prepared_request const>(std::move(prepared));
    auto on = core->begin(*asking);
    auto work = open_events(core, std::move(asking), std::move(on), how, nullptr);
    co_return co_await std::move(work);
}

asio::awaitable<event_stream> stream_in_background(
    std::shared_ptr<client_core> core,
    prepared_request prepared,
    manner how,
    request_options options,
    detail::query_list query
)
{
    auto const when = core->when_abandoned(options);
    auto const task = co_await begin_task(core, std::move(options), when, std::move(query));
    auto asking = std::make_shared<prepared_request const>(std::move(prepared));
    auto on = core->begin(*asking);
    std::weak_ptr<net::operation> const what = on.shared_operation();
    auto upkeep = std::make_unique<response_upkeep>(task, std::string(), std::nullopt);
    if (when == on_abandon::keep_running) {
        auto work = open_events(core, std::move(asking), std::move(on), how, std::move(upkeep));
        co_return co_await std::move(work);
    }
    auto work = open_in_background(task, std::move(asking), std::move(on), how, std::move(upkeep));
    co_return co_await detail::shield<event_stream>(core->time(), what, std::move(work));
}

asio::awaitable<event_stream> resume_events(
    std::shared_ptr<client_core> core,
    std::string id,
    std::optional<std::int64_t> starting_after,
    detail::query_list query,
    manner how,
    request_options options
)
{
    auto const when = options.on_abandon.value_or(on_abandon::keep_running);
    auto const task = co_await begin_task(core, std::move(options), when, std::move(query));
    auto asking = task->streaming(id, starting_after);
    auto on = core->begin(*asking);
    auto const running = on.shared_operation(); // outlives the guard: a shutdown waits for it
    background_guard guard(task, id);
    std::exception_ptr failure;
    event_stream made;
    try {
        auto upkeep = std::make_unique<response_upkeep>(task, std::move(id), starting_after);
        auto work = open_events(core, std::move(asking), std::move(on), how, std::move(upkeep));
        made = co_await std::move(work);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure || !is_leaving(failure))
        guard.release();
    if (failure)
        std::rethrow_exception(failure);
    co_return made;
}

} // namespace

response const& cancel_outcome::value_or_throw() const
{
    if (!response && failure)
        std::rethrow_exception(failure);
    if (!response)
        throw error(errc::invalid_argument, "nothing is known of the response, see cancel_result");
    return *response;
}

event_stream::event_stream() noexcept = default;

event_stream::event_stream(event_stream&& other) noexcept = default;

event_stream& event_stream::operator=(event_stream&& other) noexcept = default;

event_stream::~event_stream() = default;

event_stream::event_stream(std::unique_ptr<detail::stream_state<event>> state) noexcept
    : hicap::stream<event>(std::move(state))
{}

std::string_view event_stream::response_id() const noexcept
{
    auto const* const upkeep = upkeep_of(*state());
    if (upkeep != nullptr && !upkeep->id().empty())
        return upkeep->id();
    return snapshot().id;
}

std::optional<std::int64_t> event_stream::sequence_number() const noexcept
{
    auto const* const upkeep = upkeep_of(*state());
    return upkeep != nullptr ? upkeep->last_number() : state()->event.sequence_number();
}

asio::awaitable<cancel_outcome> event_stream::cancel()
{
    auto& mine = *state();
    auto* const upkeep = upkeep_of(mine);
    cancel_outcome outcome;
    if (mine.is_over() || upkeep == nullptr) {
        outcome.result =
            mine.is_over() ? cancel_result::already_finished : cancel_result::not_cancellable;
        if (mine.is_over() && !snapshot().id.empty())
            outcome.response = snapshot();
        static_cast<void>(mine.give_up());
        co_return outcome;
    }
    auto const task = upkeep->task();
    auto const& time = task->core->time();
    auto const end = policy::add_saturated(time->now(), time_for_id);
    try {
        bool more = true;
        while (more && upkeep->id().empty()) {
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(end - time->now());
            more = co_await ready(left);
            if (more)
                more = co_await next() != nullptr;
        }
    } catch (error const&) { // not what cancellation throws
        outcome.failure = std::current_exception();
    }
    detail::abandoned_response book;
    if (!upkeep->is_released()) // where a shutdown has stopped the stream it is in the books
        book = detail::abandoned_response(task->core);
    std::shared_ptr<prepared_request const> asking;
    std::optional<net::call> on;
    try {
        if (!upkeep->id().empty()) {
            asking = task->cancelling(upkeep->id());
            on.emplace(task->core->begin(*asking, net::errand::cleaning));
        }
    } catch (error const&) { // the client is shut down
        outcome.failure = std::current_exception();
    }
    upkeep->release();
    auto rest = mine.give_up();
    if (!on)
        co_return outcome;
    auto work = detail::cancel_response(
        task,
        upkeep->id(),
        std::move(asking),
        std::move(*on),
        std::move(book),
        std::move(rest),
        true
    );
    std::weak_ptr<net::operation> const none;
    outcome = co_await detail::shield<cancel_outcome>(time, none, std::move(work));
    if (outcome.response)
        mine.assembled.adopt(*outcome.response);
    co_return outcome;
}

asio::awaitable<response> event_stream::collect_or_throw()
{
    auto whole = co_await collect();
    try {
        whole.value_or_throw(request_id());
    } catch (error& failure) {
        failure.set_attempts(attempts());
        throw;
    }
    co_return whole;
}

resource::resource(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}

asio::awaitable<reply<response>> resource::create(request const& request) const
{
    request_options const none;
    return create(request, none);
}

asio::awaitable<reply<response>>
resource::create(responses::request const& request, request_options const& options) const
{
    auto prepared = core_->prepare_post(
        path, encode(request, options, nullptr), client_core::accepts::json, options
    );
    if (is_background(*core_, request, options) &&
        core_->when_abandoned(options) == on_abandon::cancel)
        return create_in_background(core_, std::move(prepared), options);
    return detail::fetch<response>(core_, std::move(prepared));
}

asio::awaitable<event_stream> resource::stream(request const& request) const
{
    request_options const none;
    return stream(request, none);
}

asio::awaitable<event_stream>
resource::stream(responses::request const& request, request_options const& options) const
{
    auto prepared = core_->prepare_post(
        path, encode(request, options, "stream"), client_core::accepts::event_stream, options
    );
    manner const how{options.assemble, &detail::event_of};
    if (is_background(*core_, request, options))
        return stream_in_background(core_, std::move(prepared), how, options, query_of(request));
    return stream_in_foreground(core_, std::move(prepared), how);
}

asio::awaitable<event_stream> resource::resume(std::string_view id) const
{
    return resume(id, std::nullopt);
}

asio::awaitable<event_stream>
resource::resume(std::string_view id, std::optional<std::int64_t> starting_after) const
{
    request_options const none;
    return resume(id, starting_after, none);
}

asio::awaitable<event_stream> resource::resume(
    std::string_view id, std::optional<std::int64_t> starting_after, request_options const& options
) const
{
    resume_options which;
    which.starting_after = starting_after;
    return resume_with(id, which, options);
}

asio::awaitable<event_stream> resource::resume_with(
    std::string_view id, resume_options const& which, request_options const& options
) const
{
    auto query = query_of(which.include, which.include_obfuscation);
    background_task const trial(core_, {}, options, on_abandon::keep_running, query);
    static_cast<void>(trial.streaming(id, which.starting_after)); // throws what is wrong
    manner const how{options.assemble, &detail::event_of};
    return resume_events(
        core_, std::string(id), which.starting_after, std::move(query), how, options
    );
}

asio::awaitable<reply<response>> resource::wait(std::string_view id) const
{
    wait_options const usual;
    return wait(id, usual);
}

asio::awaitable<reply<response>> resource::wait(std::string_view id, wait_options const& how) const
{
    request_options const none;
    return wait(id, how, none);
}

asio::awaitable<reply<response>>
resource::wait(std::string_view id, wait_options const& how, request_options const& options) const
{
    check(how);
    background_task const trial(core_, {}, options, on_abandon::keep_running);
    static_cast<void>(trial.retrieving(id)); // throws what is wrong with them
    return wait_until_over(core_, std::string(id), how, options);
}

asio::awaitable<reply<response>> resource::create_and_wait(request const& request) const
{
    request_options const none;
    return create_and_wait(request, none);
}

asio::awaitable<reply<response>>
resource::create_and_wait(responses::request const& request, request_options const& options) const
{
    wait_options const usual;
    return create_and_wait(request, usual, options);
}

asio::awaitable<reply<response>> resource::create_and_wait(
    responses::request const& request, wait_options const& how, request_options const& options
) const
{
    check(how);
    auto prepared = core_->prepare_post(
        path, encode(request, options, "background"), client_core::accepts::json, options
    );
    return create_and_poll(core_, std::move(prepared), how, options);
}

asio::awaitable<reply<response>> resource::retrieve(std::string_view id) const
{
    retrieve_options const all;
    return retrieve(id, all);
}

asio::awaitable<reply<response>>
resource::retrieve(std::string_view id, retrieve_options const& which) const
{
    request_options const none;
    return retrieve(id, which, none);
}

asio::awaitable<reply<response>> resource::retrieve(
    std::string_view id, retrieve_options const& which, request_options const& options
) const
{
    auto target = path_of_response(id);
    for (auto const& one : which.include)
        http::append_query(target, "include", one.str());
    detail::endpoint const where{"GET", path_of_one, target};
    auto prepared = core_->prepare(where, {}, client_core::accepts::json, options);
    return detail::fetch<response>(core_, std::move(prepared));
}

asio::awaitable<reply<response>> resource::cancel(std::string_view id) const
{
    request_options const none;
    return cancel(id, none);
}

asio::awaitable<reply<response>>
resource::cancel(std::string_view id, request_options const& options) const
{
    auto const target = path_of_response(id, "/cancel");
    detail::endpoint const where{"POST", "/responses/{response_id}/cancel", target};
    auto prepared = core_->prepare(where, {}, client_core::accepts::json, options);
    return detail::fetch<response>(core_, std::move(prepared));
}

asio::awaitable<reply<deletion>> resource::remove(std::string_view id) const
{
    request_options const none;
    return remove(id, none);
}

asio::awaitable<reply<deletion>>
resource::remove(std::string_view id, request_options const& options) const
{
    auto const target = path_of_response(id);
    detail::endpoint const where{"DELETE", path_of_one, target};
    auto prepared = core_->prepare(where, {}, client_core::accepts::json, options);
    return fetch_deleted(core_, std::move(prepared), std::string(id));
}

pages<listed_item> resource::input_items(std::string_view id) const
{
    page_options const all;
    return input_items(id, all);
}

pages<listed_item> resource::input_items(std::string_view id, page_options const& which) const
{
    request_options const none;
    return input_items(id, which, none);
}

pages<listed_item> resource::input_items(
    std::string_view id, page_options const& which, request_options const& options
) const
{
    return list_input_items(id, which, {}, options);
}

pages<listed_item> resource::list_input_items(
    std::string_view id,
    page_options const& which,
    std::vector<include> const& more,
    request_options const& options
) const
{
    using source = detail::list_source<listed_item, item_list>;
    constexpr std::string_view name = "/responses/{response_id}/input_items";
    auto target = path_of_response(id, "/input_items");
    for (auto const& one : more)
        http::append_query(target, "include", one.str());
    return pages<listed_item>(
        std::make_unique<source>(core_, name, std::move(target), which, options)
    );
}

} // namespace responses
} // namespace hicap
