#ifndef HICAP_API_FAILURE_HPP
#define HICAP_API_FAILURE_HPP

#include "base/secret.hpp"
#include "net/operation.hpp"

#include <hicap/error.hpp>
#include <hicap/reply.hpp>

#include <string>
#include <string_view>

namespace hicap::detail {

/// What the `api_error` tells that a response with an error status and this body is.
/// Without the key, as everything below that shows what a server says.
[[nodiscard]] api_error::details
describe_failure(response_info const& info, std::string body, hidden_secret const& key);

/// The fields of a response with `***` in place of the key, which no server should say.
[[nodiscard]] headers without(hidden_secret const& key, headers fields);

/// Adds to `failure` what is known of the call that it ends: request id and attempts.
void add_call(error& failure, response_info const& info);

/// Adds to the message of `failure` whom the call was made to, and the request id where that is not
/// in it.
void add_server(error& failure, net::operation const& call, std::string_view request_id = {});

/// The same where the server is known by its name alone, which may be empty.
void add_server(error& failure, std::string_view server, std::string_view request_id);

/// Adds to the message why the call was not tried again, where there is a reason.
void add_reason(error& failure, std::string_view not_retried);

/// The same for a response that had begun: what the caller has got of it cannot be taken back.
void add_reason_of_begun(error& failure);

/// Throws the `api_error` that `data` is, where it is an object whose `error` is not null: the
/// failure of a response that had begun with a status of success.
void throw_if_error_object(
    response_info const& info, std::string_view data, hidden_secret const& key
);

/// Throws `errc::unexpected_content` for a body of another content type than `expected`.
[[noreturn]] void throw_unexpected_content(
    response_info const& info,
    std::string_view expected,
    std::string_view body,
    hidden_secret const& key
);

/// Whether the response says that its body is compressed, or encoded in another way.
[[nodiscard]] bool is_encoded(headers const& fields);

/// The `errc::unexpected_content` that a body in that encoding is, which nobody has asked for.
[[nodiscard]] error encoded_content(headers const& fields);

/// Whether the response says that its content type is `type`, parameters aside.
[[nodiscard]] bool has_content_type(headers const& fields, std::string_view type);

} // namespace hicap::detail

#endif
