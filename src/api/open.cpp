#include "api/core.hpp"
#include "api/event_source.hpp"
#include "api/failure.hpp"
#include "net/alarm.hpp"
#include "policy/rate_limit.hpp"
#include "policy/retry.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

namespace hicap::detail {
namespace {

/// Appends what is at hand; true at the end of the body.
bool append_body(net::exchange& from, std::size_t max_size, std::string& body)
{
    auto const check = [max_size](std::size_t size) {
        if (size > max_size) {
            throw error(
                errc::body_too_large,
                "the response has more than " + std::to_string(max_size) +
                    " bytes, see response_limits::max_body"
            );
        }
    };
    check(body.size());
    for (;;) {
        std::string_view piece;
        switch (from.read_body(piece)) {
        case net::exchange::status::end:
            return true;
        case net::exchange::status::blocked:
            return false;
        case net::exchange::status::piece:
            break;
        }
        check(body.size() + piece.size());
        body.append(piece);
    }
}

/// The same until it is known whether these are events; absent: it is not known yet.
std::optional<bool> append_beginning(net::exchange& from, std::string& body)
{
    for (;;) {
        std::string_view piece;
        switch (from.read_body(piece)) {
        case net::exchange::status::end:
            return false;
        case net::exchange::status::blocked:
            return std::nullopt;
        case net::exchange::status::piece:
            break;
        }
        body.append(piece);
        if (auto const known = begins_events(body))
            return known;
    }
}

void reserve_body(net::exchange const& from, std::string& body)
{
    // Beyond this a length is believed only when the bytes come.
    constexpr std::uint64_t max_reserved = std::uint64_t{1} << 20;
    body.reserve(std::min(from.head().content_length.value_or(0), max_reserved));
}

std::optional<std::chrono::milliseconds> left_until(net::call const& on)
{
    if (on.until() == net::clock::time_point::max())
        return std::nullopt;
    return std::chrono::floor<std::chrono::milliseconds>(on.until() - on.time().now());
}

policy::failed_attempt facts_of(boost::system::error_code code, api_error::details const& came)
{
    policy::failed_attempt facts;
    facts.status = came.status;
    facts.out_of_quota = code == errc::insufficient_quota;
    facts.should_retry = policy::parse_should_retry(came.headers);
    facts.retry_after = came.retry_after;
    return facts;
}

policy::failed_attempt
facts_of(boost::system::error_code code, prepared_request const& request, net::call const& on)
{
    bool const of_connection = code == condition::connection || code == errc::tls_handshake ||
                               code == errc::tls_timeout || code == errc::tls_failure;
    // A proxy that refuses once does so again, and may count the wrong passwords.
    bool const of_proxy = code == errc::proxy_refused;
    policy::failed_attempt facts;
    facts.connection_failed = of_connection && !of_proxy && (request.is_idempotent || !on.answered);
    facts.sent = on.sent;
    facts.local = code == asio::error::no_descriptors ||
                  code == boost::system::errc::too_many_files_open_in_system;
    return facts;
}

/// Why what is retryable in itself was not tried again; empty for all else.
std::string_view describe_broken(boost::system::error_code code, net::call const& on) noexcept
{
    if (code == errc::first_byte_timeout)
        return "not tried again, as the server may still work on it";
    if (on.answered && code == condition::connection)
        return "not tried again, as the response had begun";
    return {};
}

/// Throws `why`, with which a callback or a source of the caller's has failed.
[[noreturn]] void throw_of_caller(net::call& on, std::exception_ptr const& why)
{
    auto& watched = on.running().watched();
    try {
        std::rethrow_exception(why);
    } catch (boost::system::system_error& failure) {
        watched.fails(failure.code());
        if (auto* const own = dynamic_cast<error*>(&failure); own && own->attempts().empty())
            own->set_attempts(std::move(on.earlier));
        throw;
    } catch (...) {
        watched.ends(call_end::failed);
        throw;
    }
}

[[noreturn]] void throw_failure(
    std::optional<api_error::details> refused,
    std::exception_ptr const& broken,
    net::call& on,
    bool sent,
    std::string_view not_retried
)
{
    try {
        if (refused)
            throw api_error(std::move(*refused));
        std::rethrow_exception(broken);
    } catch (error& failure) {
        failure.set_attempts(std::move(on.earlier));
        if (sent) // what comes before names the peer itself, which may be a proxy
            add_server(failure, on.running());
        add_reason(failure, not_retried);
        throw;
    }
}

} // namespace

void check_running(net::call& on)
{
    try {
        on.running().check();
    } catch (error& stopped) {
        on.running().watched().fails(stopped.code());
        if (on.made.status != 0) // an attempt that is under way
            on.next_attempt(stopped.code());
        stopped.set_attempts(std::move(on.earlier));
        throw;
    }
}

asio::awaitable<void> pause(net::call* on, std::chrono::milliseconds length)
{
    auto const executor = co_await asio::this_coro::executor;
    net::alarm sleeper(on->time(), executor);
    net::waiting const here(on->running(), sleeper);
    auto const end = policy::add_saturated(on->time().now(), length);
    co_await sleeper.sleep_until(end);
}

/// What came of one attempt: a response of success, the answer of the API that it failed, or an
/// exception.
struct client_core::outcome
{
    std::unique_ptr<net::exchange> exchange;
    std::optional<api_error::details> refused;
    std::exception_ptr broken;
    boost::system::error_code code;
    policy::failed_attempt facts;
};

response_info opened_response::take_info()
{
    auto attempts = std::move(on.earlier);
    attempts.push_back(std::move(on.made));
    auto fields = without(on.running().watched().hidden(), exchange->take_fields());
    return {exchange->head().status, std::move(fields), std::move(attempts)};
}

void opened_response::fail(std::exception_ptr const& why)
{
    try {
        std::rethrow_exception(why);
    } catch (error& failure) {
        on.running().watched().fails(failure.code());
        add_server(failure, on.running(), on.made.request_id);
        add_reason_of_begun(failure);
        on.next_attempt(failure.code());
        failure.set_attempts(std::move(on.earlier));
        throw;
    }
}

asio::awaitable<client_core::outcome> client_core::try_once(
    prepared_request const* request, net::call* on, std::string_view head, net::request_body body
)
{
    outcome result;
    auto& watched = on->running().watched();
    std::unique_ptr<net::exchange> response;
    try {
        response = co_await transport_.send(on, head, body);
    } catch (error const& failure) { // not what cancellation throws
        result.code = failure.code();
        result.broken = std::current_exception();
    } catch (boost::system::system_error const& failure) {
        watched.fails(failure.code());
        throw;
    } catch (...) {
        watched.ends(call_end::failed);
        throw;
    }
    if (!response) {
        result.facts = facts_of(result.code, *request, *on);
        co_return result;
    }
    auto const status = response->head().status;
    on->made.status = status;
    auto id = std::string(policy::request_id(response->head().fields));
    on->made.request_id = watched.hidden().removed_from(std::move(id));
    watched.first_byte(status, on->made.request_id);
    if (status >= 200 && status < 300) {
        result.exchange = std::move(response);
        co_return result;
    }
    // The status counts, also when the body that explains it breaks off or has no end.
    constexpr std::size_t max_explanation = std::size_t{1} << 20;
    auto const max_size = std::min(options_.limits.max_body, max_explanation);
    std::string text;
    auto const deadline = on->begin(phase::idle);
    try {
        bool more = true;
        while (more && !append_body(*response, max_size, text))
            more = co_await response->readable(deadline);
    } catch (error const&) { // what came of it is shown
    }
    check_running(*on);
    response_info const info(status, without(watched.hidden(), response->take_fields()));
    result.refused = describe_failure(info, std::move(text), watched.hidden());
    result.code = api_error(*result.refused).code();
    result.facts = facts_of(result.code, *result.refused);
    co_return result;
}

asio::awaitable<secret_string>
client_core::head_with_key(prepared_request const* request, net::call* on, bool refused)
{
    credentials_request asked;
    asked.refused = refused;
    secret_string key(co_await options_.credentials(asked));
    if (key.reveal().empty()) {
        throw error(errc::missing_api_key, "client_options::credentials has given an empty key");
    }
    check_key(key.reveal(), "the key that client_options::credentials has given");
    auto hidden = request->hidden.empty() ? hidden_key_ : request->hidden;
    hidden.add(key.reveal());
    on->running().watched().hides(std::move(hidden));
    secret_string made;
    auto& head = made.reveal();
    head.reserve(request->head.reveal().size() + 2 * key.reveal().size() + 64);
    head = request->head.reveal();
    if (request->takes_bearer) {
        secret_string const value("Bearer " + key.reveal());
        http::append_header(head, "Authorization", value.reveal());
    }
    if (request->takes_api_key)
        http::append_header(head, "api-key", key.reveal());
    http::append_end_of_head(head);
    co_return made;
}

policy::retry_decision client_core::decide(
    prepared_request const& request,
    policy::failed_attempt const& failed,
    unsigned retries,
    net::call const& on
)
{
    auto decision =
        policy::decide(request.retries, failed, retries, left_until(on), world_.random());
    if (decision.retry && !request.has_own_retries && !failed.local && !retry_budget_.withdraw()) {
        decision.retry = false;
        decision.why_not = policy::refusal::budget_spent;
    }
    return decision;
}

asio::awaitable<opened_response> client_core::open(prepared_request request)
{
    auto on = begin(request);
    return open(std::make_shared<prepared_request const>(std::move(request)), std::move(on));
}

asio::awaitable<opened_response>
client_core::open(std::shared_ptr<prepared_request const> kept, net::call on)
{
    auto const& request = *kept;
    on.may_replay = request.retries.unanswered;
    auto& watched = on.running().watched();
    if (!request.hidden.empty())
        watched.hides(request.hidden);
    auto const body = request.pieces ? net::request_body(request.pieces.get())
                                     : net::request_body(std::string_view(request.body));
    bool key_refused = false; // in the last attempt
    bool asked_again = false; // for a key, after one was refused
    unsigned retries = 0;
    for (;;) {
        secret_string own;
        std::exception_ptr no_key;
        try {
            if (options_.credentials) {
                own = co_await head_with_key(&request, &on, key_refused);
                on.check_total("waiting for a key");
            }
        } catch (...) {
            no_key = std::current_exception();
        }
        if (no_key)
            throw_of_caller(on, no_key);
        auto const& head = options_.credentials ? own.reveal() : request.head.reveal();
        auto const known = on.earlier.size();
        auto result = co_await try_once(&request, &on, head, body);
        replays_ += on.earlier.size() - known;
        if (on.failed_by_caller) {
            on.next_attempt(result.code);
            throw_of_caller(on, result.broken);
        }
        if (on.sent && request.pieces && !request.pieces->repeatable())
            result.facts.body_is_spent = true;
        if (result.exchange) {
            if (!request.has_own_retries)
                retry_budget_.deposit();
            opened_response opened{std::move(result.exchange), std::move(on)};
            co_return opened;
        }

        on.running().request_ends();
        bool const left = on.running().is_left(); // nobody wants it any more
        policy::retry_decision decision;
        key_refused = result.facts.status == 401;
        bool const asks_again = options_.credentials && key_refused && !asked_again &&
                                !result.facts.body_is_spent && !left;
        if (asks_again) {
            asked_again = true;
            decision.retry = true;
        } else if (!left) {
            decision = decide(request, result.facts, retries, on);
            ++retries;
        }
        if (!decision.retry) {
            auto why = policy::describe_refusal(decision, request.retries);
            if (why.empty())
                why = describe_broken(result.code, on);
            watched.fails(result.code);
            watched.is_not_retried(why);
            bool const sent = on.sent;
            on.next_attempt(result.code);
            throw_failure(std::move(result.refused), result.broken, on, sent, why);
        }
        on.made.backoff = decision.pause;
        on.next_attempt(result.code);
        watched.retry_follows(on.earlier.back());
        if (asks_again) // that is no retry
            continue;
        if (decision.pause.count() > 0)
            co_await pause(&on, decision.pause);
        check_running(on);
        count_retry();
    }
}

asio::awaitable<bool> brings_events(opened_response* from, std::string* begun)
{
    auto& [exchange, on] = *from;
    std::optional<bool> known;
    std::exception_ptr failure;
    try {
        bool in_time = true;
        while (in_time && !(known = append_beginning(*exchange, *begun))) {
            auto const deadline = on.begin(phase::idle);
            in_time = co_await exchange->readable(deadline);
        }
        on.check(in_time, "waiting for the body of the response");
    } catch (error const&) { // not what cancellation throws
        failure = std::current_exception();
    }
    if (failure)
        from->fail(failure);
    co_return known.value_or(false);
}

bool read_at_hand(opened_response& from, std::size_t max_size, std::string& body)
{
    try {
        reserve_body(*from.exchange, body);
        return append_body(*from.exchange, max_size, body);
    } catch (error const&) {
        from.fail(std::current_exception());
    }
}

asio::awaitable<std::string>
read_body(opened_response* from, std::size_t max_size, std::string body)
{
    auto& [exchange, on] = *from;
    reserve_body(*exchange, body);
    std::exception_ptr failure;
    try {
        bool in_time = true;
        while (in_time && !append_body(*exchange, max_size, body)) {
            auto const deadline = on.begin(phase::idle);
            in_time = co_await exchange->readable(deadline);
        }
        on.check(in_time, "waiting for the rest of the response");
    } catch (error const&) { // not what cancellation throws
        failure = std::current_exception();
    }
    if (failure)
        from->fail(failure);
    co_return body;
}

} // namespace hicap::detail
