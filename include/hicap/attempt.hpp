#ifndef HICAP_ATTEMPT_HPP
#define HICAP_ATTEMPT_HPP

#include <hicap/visibility.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>
#include <string>

HICAP_API_BEGIN

namespace hicap {

/// What each phase of an attempt took; absent where it was not reached or not needed, as `resolve`
/// on a connection that was open already. A phase that failed is told until it did.
struct phase_times
{
    /// Of microseconds.
    using duration = std::chrono::microseconds;

    /// See `phase`.
    std::optional<duration> pool_wait{};
    std::optional<duration> resolve{};
    std::optional<duration> connect{};
    std::optional<duration> tls{};
    std::optional<duration> first_byte{}; ///< from the first byte sent to the whole head received
};

/// One time that a request was sent, or could not be.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
struct attempt
{
    int status = 0;                   ///< of HTTP; 0 where no head came
    boost::system::error_code code{}; ///< what it failed with; no error where it succeeded
    std::string request_id{};         ///< empty where the server sent none
    bool reused_connection = false;   ///< it had been open
    /// The connection had been open and died without a word, as servers close what was idle for
    /// too long: the attempt was made again at once, on a new one, and counts against nothing.
    bool replayed = false;
    phase_times times{};
    std::chrono::milliseconds backoff{0}; ///< the pause after it, before the next
};

} // namespace hicap

HICAP_API_END

#endif
