#ifndef HICAP_API_OPERATION_HPP
#define HICAP_API_OPERATION_HPP

#include "api/core.hpp"
#include "api/failure.hpp"
#include "api/stream_state.hpp"
#include "json/codec.hpp"

#include <hicap/error.hpp>
#include <hicap/reply.hpp>
#include <hicap/stream.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::detail {

/// Whether the body may be an error object in place of a `T`.
template <class T>
[[nodiscard]] bool may_be_failure(T const& value)
{
    if constexpr (requires { value.error; })
        return value.id.empty(); // with an id it is one of which an error is a part
    else
        return !value.extra.empty();
}

/// Reads the body of a response into `value`, the answer to a request with `key`. Throws the
/// `api_error` that some gateways send with a status of success, `errc::unexpected_content`, for
/// which `expected` says what should have come, and `errc::invalid_json`.
template <class T>
void decode_body(
    response_info const& info,
    std::string_view body,
    hidden_secret const& key,
    T& value,
    std::string_view expected = "JSON"
)
{
    auto const result = json::decode(body, value);
    if (!result || may_be_failure(value))
        throw_if_error_object(info, body, key);
    if (result)
        return;
    if (is_encoded(info.headers()))
        throw encoded_content(info.headers());
    if (result.code == errc::unexpected_content) // JSON, such as null
        throw_unexpected_content(info, "a JSON object", body, key);
    if (!has_content_type(info.headers(), "application/json"))
        throw_unexpected_content(info, expected, body, key);
    throw error(
        result.code, "the response, at byte " + std::to_string(result.offset) + ": " + result.what
    );
}

/// Lets `failure` tell what came.
inline void keep_body(error& failure, std::string_view body, hidden_secret const& key)
{
    constexpr std::size_t max_kept = 64 * 1024;
    auto text = key.removed_from(std::string(body));
    if (text.size() > max_kept)
        text.resize(max_kept);
    failure.set_body(std::make_shared<std::string const>(std::move(text)));
}

/// The same as the end of a call.
template <class T>
void decode_answer(
    net::watch& call,
    response_info const& info,
    std::string_view body,
    T& value,
    std::string_view expected = "JSON"
)
{
    try {
        decode_body(info, body, call.hidden(), value, expected);
        call.ends(call_end::completed);
    } catch (error& failure) {
        if (failure.body().empty())
            keep_body(failure, body, call.hidden());
        add_server(failure, call.server(), info.request_id());
        add_call(failure, info);
        call.ends(call_end::failed, failure.code());
        throw;
    }
}

/// The answer of which the whole body has been read.
template <class T>
reply<T> make_answer(opened_response& opened, std::string body)
{
    reply<T> answer(opened.take_info(), std::move(body));
    opened.exchange.reset(); // the connection serves others while this answer is parsed
    decode_answer<T>(opened.on.running().watched(), answer.info(), answer.raw(), answer);
    return answer;
}

/// An operation whose answer is one JSON object: of a `prepared_request`, or as a part of a call
/// that has begun. Takes what `client_core::open` takes.
template <class T, class... Asked>
asio::awaitable<reply<T>> fetch(std::shared_ptr<client_core> core, Asked... asked)
{
    auto opened = co_await core->open(std::move(asked)...);
    // The common case needs no coroutine of its own: the body came with the head.
    std::string body;
    auto const max_size = core->limits().max_body;
    if (!read_at_hand(opened, max_size, body))
        body = co_await read_body(&opened, max_size, std::move(body));
    co_return make_answer<T>(opened, std::move(body));
}

/// How a stream reads its answer.
template <class Event>
struct stream_manner
{
    using whole = typename stream_traits<Event>::snapshot;

    bool assemble = true;
    Event (*as_event)(whole const&) = nullptr; ///< of what a server sends that does not stream
    /// The same in several events, at least one; in place of `as_event` where it is not null.
    std::vector<Event> (*as_events)(whole const&) = nullptr;
    assembler<Event> assembled{}; ///< of nothing yet, which knows what was asked for
};

/// An answer that is a stream. `upkeep` may be null.
template <class Event>
asio::awaitable<std::unique_ptr<stream_state<Event>>> read_stream(
    std::shared_ptr<client_core> core,
    opened_response opened,
    stream_manner<Event> how,
    std::unique_ptr<stream_upkeep<Event>> upkeep
)
{
    using state = stream_state<Event>;
    auto& watched = opened.on.running().watched();
    auto const max_assembled = how.assemble ? core->limits().max_body : 0;
    auto const& fields = opened.exchange->head().fields;
    std::string begun;
    bool is_stream = has_content_type(fields, "text/event-stream");
    bool const encoded = is_encoded(fields);
    // Some gateways send events under another name, or none, or have decoded them.
    if (encoded || (!is_stream && !has_content_type(fields, "application/json")))
        is_stream = co_await brings_events(&opened, &begun);
    if (encoded && !is_stream && has_content_type(fields, "text/event-stream"))
        opened.fail(std::make_exception_ptr(encoded_content(without(watched.hidden(), fields))));
    if (!is_stream) {
        auto body = co_await read_body(&opened, core->limits().max_body, std::move(begun));
        auto info = opened.take_info();
        opened.exchange.reset();
        typename stream_manner<Event>::whole whole;
        decode_answer(watched, info, body, whole, "text/event-stream");
        if (upkeep && upkeep->goes_on(whole)) {
            opened.on.next_request();
            co_return std::make_unique<state>(
                std::move(info), std::move(opened.on), max_assembled, std::move(upkeep)
            );
        }
        std::vector<Event> events;
        if (how.as_events != nullptr)
            events = how.as_events(whole);
        else
            events.push_back(how.as_event(whole));
        co_return std::make_unique<state>(
            std::move(info), std::move(events), std::move(whole), std::move(body)
        );
    }
    auto const executor = co_await asio::this_coro::executor;
    auto info = opened.take_info();
    event_source source(std::move(opened.exchange), executor, core->limits(), std::move(begun));
    watched.ends(call_end::abandoned); // unless it comes to something else
    auto made = std::make_unique<state>(
        std::move(info), std::move(source), std::move(opened.on), max_assembled, std::move(upkeep)
    );
    made->assembled = std::move(how.assembled);
    co_return made;
}

/// An operation whose answer is a stream.
template <class Event>
asio::awaitable<stream<Event>>
open_stream(std::shared_ptr<client_core> core, prepared_request request, stream_manner<Event> how)
{
    auto opened = co_await core->open(std::move(request));
    auto state =
        co_await read_stream<Event>(std::move(core), std::move(opened), std::move(how), nullptr);
    co_return stream<Event>(std::move(state));
}

} // namespace hicap::detail

#endif
