// Requests for which there is no operation.

#include "api/operation.hpp"
#include "json/access.hpp"
#include "json/object.hpp"

#include <hicap/client.hpp>
#include <hicap/error.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace hicap {
namespace {

using detail::client_core;

/// The literal that is the same.
std::string_view known_method(std::string_view method)
{
    static constexpr std::array<std::string_view, 5> known = {
        "GET", "POST", "PUT", "PATCH", "DELETE"};
    auto const found = std::ranges::find(known, method);
    if (found == known.end()) {
        throw error(
            errc::invalid_argument,
            "the method \"" + escape_for_display(method, 32) +
                "\" is none of GET, POST, PUT, PATCH and DELETE"
        );
    }
    return *found;
}

/// `body` with the members of `more`.
std::string merge(raw_json const& body, unknown_members const& more)
{
    if (more.empty())
        return std::string(access::json_of(body));
    json::object whole;
    if (!json::decode(access::json_of(body), whole)) {
        throw error(
            errc::invalid_argument,
            "request_options::extra_body has members, and the body is no JSON object"
        );
    }
    std::string out;
    json::encode_with(whole, more, out);
    return out;
}

detail::prepared_request prepare(
    client_core const& core,
    std::string_view method,
    std::string_view path,
    raw_json const* body,
    request_options const& options
)
{
    if (!path.starts_with('/')) {
        throw error(
            errc::invalid_argument,
            "the path \"" + escape_for_display(path, 128) + "\" does not begin with a slash"
        );
    }
    detail::endpoint const where{known_method(method), "client::request", path};
    detail::payload carried;
    if (body != nullptr) {
        carried.content_type = "application/json";
        carried.text = merge(*body, options.extra_body);
    }
    return core.prepare(where, std::move(carried), client_core::accepts::json, options);
}

} // namespace

namespace detail {
namespace {

raw_json as_json(std::string const& body, headers const& fields)
{
    try {
        return raw_json(body);
    } catch (error const&) {
        if (is_encoded(fields))
            throw encoded_content(fields);
        throw;
    }
}

asio::awaitable<reply<raw_json>>
fetch_any(std::shared_ptr<client_core> core, prepared_request request)
{
    auto opened = co_await core->open(std::move(request));
    auto body = co_await read_body(&opened, core->limits().max_body);
    reply<raw_json> answer(opened.take_info(), std::move(body));
    opened.exchange.reset();
    auto& watched = opened.on.running().watched();
    try {
        // An object of the API is no error, though it may have one as a member.
        bool const is_object = !json::string_member(answer.raw(), "id").empty() &&
                               !json::string_member(answer.raw(), "object").empty();
        if (!is_object)
            throw_if_error_object(answer.info(), answer.raw(), watched.hidden());
        bool const is_json = has_content_type(answer.headers(), "application/json");
        bool const encoded = is_encoded(answer.headers()); // or says so
        if (!answer.raw().empty() && !is_json && !encoded)
            throw_unexpected_content(answer.info(), "JSON", answer.raw(), watched.hidden());
        if (!answer.raw().empty())
            static_cast<raw_json&>(answer) = as_json(answer.raw(), answer.headers());
    } catch (error& failure) {
        if (failure.body().empty())
            keep_body(failure, answer.raw(), watched.hidden());
        add_server(failure, watched.server(), answer.request_id());
        add_call(failure, answer.info());
        watched.ends(call_end::failed, failure.code());
        throw;
    }
    watched.ends(call_end::completed);
    co_return answer;
}

} // namespace
} // namespace detail

asio::awaitable<reply<raw_json>>
client::request(std::string_view method, std::string_view path) const
{
    request_options const none;
    return request(method, path, none);
}

asio::awaitable<reply<raw_json>> client::request(
    std::string_view method, std::string_view path, request_options const& options
) const
{
    return detail::fetch_any(core_, prepare(*core_, method, path, nullptr, options));
}

asio::awaitable<reply<raw_json>>
client::request(std::string_view method, std::string_view path, raw_json const& body) const
{
    request_options const none;
    return request(method, path, body, none);
}

asio::awaitable<reply<raw_json>> client::request(
    std::string_view method,
    std::string_view path,
    raw_json const& body,
    request_options const& options
) const
{
    return detail::fetch_any(core_, prepare(*core_, method, path, &body, options));
}

} // namespace hicap
