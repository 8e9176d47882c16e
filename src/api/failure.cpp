#include "api/failure.hpp"

#include "base/text.hpp"
#include "json/error_body.hpp"
#include "policy/rate_limit.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace hicap::detail {
namespace {

// Of a body that may be large, more than is ever shown.
constexpr std::size_t max_shown = 4096;

/// What was read of an error is read of what the server has said; the key is taken out of that
/// afterwards, so that it cannot spoil the reading.
api_error::details details_of(
    int status,
    response_info const& info,
    json::error_body came,
    std::string body,
    hidden_secret const& key
)
{
    api_error::details details;
    details.status = status;
    details.type = key.removed_from(std::move(came.type));
    details.code = key.removed_from(std::move(came.code));
    details.param = key.removed_from(std::move(came.param));
    details.message = key.removed_from(std::move(came.message));
    details.body = key.removed_from(std::move(body));
    details.request_id = info.request_id();
    details.retry_after =
        policy::parse_retry_after(info.headers(), std::chrono::system_clock::now());
    details.rate_limit = info.rate_limit();
    details.headers = info.headers();
    return details;
}

} // namespace

api_error::details
describe_failure(response_info const& info, std::string body, hidden_secret const& key)
{
    auto came = json::read_error_body(body);
    return details_of(info.http_status(), info, std::move(came), std::move(body), key);
}

headers without(hidden_secret const& key, headers fields)
{
    if (fields.empty())
        return fields;
    // They lie in one buffer, one behind the other.
    auto const last = fields[fields.size() - 1].second;
    auto const* const begin = fields[0].first.data();
    auto const* const end = last.data() + last.size();
    if (!key.may_be_in({begin, static_cast<std::size_t>(end - begin)}))
        return fields;
    std::size_t clean = 0; // for a header may hold escapes, and mostly nothing else of the kind
    while (clean != fields.size() && !key.is_in(fields[clean].second))
        ++clean;
    if (clean == fields.size())
        return fields;
    headers cleaned;
    for (std::size_t i = 0; i != fields.size(); ++i)
        cleaned.append(fields[i].first, key.removed_from(std::string(fields[i].second)));
    return cleaned;
}

void add_call(error& failure, response_info const& info)
{
    if (failure.request_id().empty())
        failure.set_request_id(std::string(info.request_id()));
    auto attempts = info.attempts();
    if (!attempts.empty())
        attempts.back().code = failure.code();
    failure.set_attempts(std::move(attempts));
}

void add_server(error& failure, net::operation const& call, std::string_view request_id)
{
    add_server(failure, call.server(), request_id);
}

void add_server(error& failure, std::string_view server, std::string_view request_id)
{
    std::string note(server);
    if (failure.request_id().empty() && !request_id.empty()) {
        failure.set_request_id(std::string(request_id));
        note += note.empty() ? "request id " : ", request id ";
        note += escape_for_display(request_id, 128);
    }
    if (!note.empty())
        failure.append(" (" + note + ')');
}

void add_reason(error& failure, std::string_view not_retried)
{
    if (!not_retried.empty())
        failure.append("; " + std::string(not_retried));
}

void add_reason_of_begun(error& failure)
{
    if (failure.code() == condition::retryable)
        add_reason(failure, "not tried again, as the response had begun");
}

void throw_if_error_object(
    response_info const& info, std::string_view data, hidden_secret const& key
)
{
    auto came = json::find_stream_error(data);
    if (came)
        throw api_error(details_of(200, info, std::move(*came), std::string(data), key));
}

void throw_unexpected_content(
    response_info const& info,
    std::string_view expected,
    std::string_view body,
    hidden_secret const& key
)
{
    std::string message = "expected ";
    message += expected;
    message += ", got \"";
    message += escape_for_display(info.headers().find("content-type").value_or(""), 128);
    message += "\" with status ";
    message += std::to_string(info.http_status());
    message += ": \"";
    message += escape_for_display(key.removed_from(std::string(body.substr(0, max_shown))));
    message += "\"; is the base URL right?";
    error failure(errc::unexpected_content, message);
    add_call(failure, info);
    throw failure;
}

bool is_encoded(headers const& fields)
{
    auto const encoding = fields.find("content-encoding").value_or("");
    return !encoding.empty() && !equal_ignoring_case(encoding, "identity");
}

error encoded_content(headers const& fields)
{
    return error(
        errc::unexpected_content,
        "the body has the content encoding \"" +
            escape_for_display(fields.find("content-encoding").value_or(""), 64) +
            "\", which this library cannot read: it asks for \"identity\". Turn compression off in "
            "the server or gateway, and leave Accept-Encoding out of extra_headers"
    );
}

bool has_content_type(headers const& fields, std::string_view type)
{
    auto const value = fields.find("content-type");
    if (!value)
        return false;
    auto const end = value->find_first_of("; \t");
    return equal_ignoring_case(value->substr(0, end), type);
}

} // namespace hicap::detail
