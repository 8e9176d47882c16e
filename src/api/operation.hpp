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

#include <memory>
#include <string>
#include <utility>

namespace hicap::detail {

/// Reads the body of a response into `value`. Throws the `api_error` that some gateways send with a
/// status of success, `errc::unexpected_content` and `errc::invalid_json`.
template <class T>
void decode_body(response_info const& info, std::string_view body, T& value)
{
    auto const result = json::decode(body, value);
    if (!result || !value.extra.empty())
        throw_if_error_object(info, body);
    if (result)
        return;
    if (!has_content_type(info.headers(), "application/json"))
        throw_unexpected_content(info, "JSON", body);
    error failure(
        result.code, "the response, at byte " + std::to_string(result.offset) + ": " + result.what
    );
    failure.set_request_id(std::string(info.request_id()));
    throw failure;
}

/// An operation whose answer is one JSON object.
template <class T>
asio::awaitable<reply<T>> fetch(std::shared_ptr<client_core> core, prepared_request request)
{
    auto opened = co_await core->open(std::move(request));
    auto body = co_await read_body(*opened, core->limits().max_body);
    response_info info(opened->head().status, opened->take_fields());
    opened.reset(); // the connection serves others while this answer is parsed
    reply<T> answer(std::move(info), std::move(body));
    decode_body<T>(answer.info(), answer.raw(), answer);
    co_return answer;
}

/// An operation whose answer is a stream. `Whole` is what a server sends that does not stream, and
/// `as_event` makes the one event of it.
template <class Event, class Whole>
asio::awaitable<stream<Event>> open_stream(
    std::shared_ptr<client_core> core,
    prepared_request request,
    bool assemble,
    Event (*as_event)(Whole const&)
)
{
    using state = stream_state<Event>;
    auto opened = co_await core->open(std::move(request));
    auto const is_json = has_content_type(opened->head().fields, "application/json");
    auto const is_html = has_content_type(opened->head().fields, "text/html");
    if (is_json || is_html) {
        auto const body = co_await read_body(*opened, core->limits().max_body);
        response_info info(opened->head().status, opened->take_fields());
        opened.reset();
        if (is_html)
            throw_unexpected_content(info, "text/event-stream", body);
        Whole whole;
        decode_body(info, body, whole);
        auto only = as_event(whole);
        co_return stream<Event>(
            std::make_unique<state>(std::move(info), std::move(only), std::move(whole))
        );
    }
    auto const executor = co_await asio::this_coro::executor;
    auto const max_assembled = assemble ? core->limits().max_body : 0;
    response_info info(opened->head().status, opened->take_fields());
    event_source source(std::move(opened), executor, core->limits());
    co_return stream<Event>(
        std::make_unique<state>(std::move(info), std::move(source), max_assembled)
    );
}

} // namespace hicap::detail

#endif
