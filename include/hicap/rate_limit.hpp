#ifndef HICAP_RATE_LIMIT_HPP
#define HICAP_RATE_LIMIT_HPP

#include <hicap/visibility.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

HICAP_API_BEGIN

namespace hicap {

/// What the server said of one limit. Every part is optional, as every header is.
struct rate_limit_window
{
    std::optional<std::int64_t> limit;     ///< allowed in the window
    std::optional<std::int64_t> remaining; ///< left of it
    /// Time until the window is full again. Sent as `1s`, `6m0s`, `20ms` or plain seconds; absent
    /// when the text is none of these, while `reset_text` always keeps what was sent.
    std::optional<std::chrono::milliseconds> reset;
    std::string reset_text;

    /// Compares all parts.
    friend bool operator==(rate_limit_window const&, rate_limit_window const&) = default;
};

/// The headers `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` of a response.
struct rate_limit
{
    /// The limit of requests, and that of tokens.
    rate_limit_window requests;
    rate_limit_window tokens;

    /// Compares both windows.
    friend bool operator==(rate_limit const&, rate_limit const&) = default;
};

} // namespace hicap

HICAP_API_END

#endif
