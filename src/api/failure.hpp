#ifndef HICAP_API_FAILURE_HPP
#define HICAP_API_FAILURE_HPP

#include <hicap/reply.hpp>

#include <string>
#include <string_view>

namespace hicap::detail {

/// Throws the `api_error` that a response with an error status and this body is.
[[noreturn]] void throw_api_error(response_info info, std::string body);

/// Throws the `api_error` that `data` is, where it is an object whose `error` is not null: the
/// failure of a response that had begun with a status of success.
void throw_if_error_object(response_info const& info, std::string_view data);

/// Throws `errc::unexpected_content` for a body of another content type than `expected`.
[[noreturn]] void throw_unexpected_content(
    response_info const& info, std::string_view expected, std::string_view body
);

/// Whether the response says that its content type is `type`, parameters aside.
[[nodiscard]] bool has_content_type(headers const& fields, std::string_view type);

} // namespace hicap::detail

#endif
