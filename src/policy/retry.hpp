#ifndef HICAP_POLICY_RETRY_HPP
#define HICAP_POLICY_RETRY_HPP

#include <hicap/headers.hpp>
#include <hicap/retry_options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace hicap::policy {

/// Throws `errc::invalid_argument` for a pause that is negative.
void check_retries(retry_options const& options);

/// What is known of an attempt that failed.
struct failed_attempt
{
    int status = 0;                     ///< 0: no response
    bool out_of_quota = false;          ///< 429 with code `insufficient_quota`
    std::optional<bool> should_retry{}; ///< `x-should-retry`
    std::optional<std::chrono::milliseconds> retry_after{};
    /// Resolving, connecting or the TLS handshake failed (but not for a certificate), or the
    /// connection broke before any byte of a response, or before the end of its head where a
    /// server may have the request twice.
    bool connection_failed = false;
    /// This machine had no descriptor for it: no server has had work from it, so a retry needs
    /// nothing of a `retry_budget`.
    bool local = false;
    bool sent = false;          ///< part of the request had been sent
    bool body_is_spent = false; ///< the body of the request cannot be read again
};

/// Why there is no retry.
enum class refusal : std::uint8_t
{
    none,
    not_retryable,
    out_of_quota,
    server_forbids, ///< by `x-should-retry`
    conflict,       ///< which the options leave alone
    unanswered,     ///< the same
    body_is_spent,
    no_retries_left,
    retry_after_too_long,
    past_deadline,
    budget_spent ///< said by the owner of a `retry_budget`, never by `decide`
};

struct retry_decision
{
    bool retry = false;
    /// Before the retry. Where one is refused for being too long, this is it, else 0.
    std::chrono::milliseconds pause{0};
    refusal why_not = refusal::none;
};

/// `pause` with up to a quarter of it taken off, so that those who began together do not come again
/// together. Precondition: neither it nor `random` is negative, and `random` < 1.
[[nodiscard]] std::chrono::milliseconds
jittered(std::chrono::milliseconds pause, double random) noexcept;

/// Whether to try again, and after which pause. Of several reasons not to, the first in the order
/// of `refusal` is given.
///
/// `left_of_total` is absent where the call has no deadline. Negative durations count as 0.
/// Precondition: 0 <= `random` < 1.
[[nodiscard]] retry_decision decide(
    retry_options const& options,
    failed_attempt const& failed,
    unsigned retries_done,
    std::optional<std::chrono::milliseconds> left_of_total,
    double random
) noexcept;

/// `x-should-retry`; absent where it is neither `true` nor `false`.
[[nodiscard]] std::optional<bool> parse_should_retry(headers const& fields) noexcept;

/// Why there was no retry, as a clause for error messages: "no retries left after 2". Empty for a
/// decision to retry and for what is not retryable, which needs no excuse.
[[nodiscard]] std::string
describe_refusal(retry_decision const& decision, retry_options const& options);

} // namespace hicap::policy

#endif
