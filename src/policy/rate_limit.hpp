#ifndef HICAP_POLICY_RATE_LIMIT_HPP
#define HICAP_POLICY_RATE_LIMIT_HPP

#include <hicap/headers.hpp>
#include <hicap/rate_limit.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace hicap::policy {

/// Reads the headers `x-ratelimit-*`. What is malformed is absent. Times are rounded up.
[[nodiscard]] rate_limit parse_rate_limit(headers const& fields);

/// How long the server asks to wait: `retry-after-ms`, else `retry-after` in seconds (fractions
/// allowed) or as an HTTP date in any of its three forms. Absent where there is neither, or where
/// neither can be read. Rounded up, never negative, and at most 100 years, so that it can be added
/// to a time.
[[nodiscard]] std::optional<std::chrono::milliseconds>
parse_retry_after(headers const& fields, std::chrono::system_clock::time_point now);

/// What names the attempt in the server's logs: `x-request-id`, else `apim-request-id`, else
/// `request-id`; empty where there is none. The view lives as long as `fields` is unchanged.
[[nodiscard]] std::string_view request_id(headers const& fields) noexcept;

} // namespace hicap::policy

#endif
