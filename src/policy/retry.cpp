#include "policy/retry.hpp"

#include "base/text.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <limits>

namespace hicap::policy {
namespace {

using std::chrono::milliseconds;

milliseconds not_negative(milliseconds value) noexcept
{
    return std::max(value, milliseconds(0));
}

/// What the failure itself says against a retry.
refusal objection_to(retry_options const& options, failed_attempt const& failed) noexcept
{
    if (failed.out_of_quota)
        return refusal::out_of_quota;
    if (failed.status == 0) {
        if (!failed.connection_failed)
            return refusal::not_retryable;
        return failed.sent && !options.unanswered ? refusal::unanswered : refusal::none;
    }
    bool const usual = failed.status == 408 || failed.status == 409 || failed.status == 429 ||
                       failed.status >= 500;
    if (failed.status >= 400 && failed.should_retry.value_or(false))
        return refusal::none;
    if (!usual)
        return refusal::not_retryable;
    if (failed.should_retry)
        return refusal::server_forbids;
    return failed.status == 409 && !options.conflicts ? refusal::conflict : refusal::none;
}

milliseconds backoff(retry_options const& options, unsigned retries_done, double random) noexcept
{
    auto const first = not_negative(options.initial_backoff).count();
    auto const most = not_negative(options.max_backoff).count();
    constexpr unsigned bits = std::numeric_limits<milliseconds::rep>::digits;
    auto const doublings = std::min(retries_done, bits);
    // first * 2^doublings where that is at most `most`, without overflow.
    auto const full = first > (most >> doublings) ? most : first << doublings;
    return jittered(milliseconds(full), random);
}

std::string text_of(milliseconds value)
{
    if (value.count() % 1000 == 0)
        return std::to_string(value.count() / 1000) + " s";
    return std::to_string(value.count()) + " ms";
}

} // namespace

void check_retries(retry_options const& options)
{
    auto const check = [](milliseconds pause, std::string const& name) {
        if (pause < milliseconds(0)) {
            throw error(
                errc::invalid_argument,
                "retry_options::" + name + " is " + std::to_string(pause.count()) +
                    " ms: 0 is the least"
            );
        }
    };
    check(options.initial_backoff, "initial_backoff");
    check(options.max_backoff, "max_backoff");
    check(options.max_retry_after, "max_retry_after");
}

milliseconds jittered(milliseconds pause, double random) noexcept
{
    auto const off = static_cast<double>(pause.count()) * 0.25 * random;
    return pause - milliseconds(static_cast<milliseconds::rep>(off));
}

retry_decision decide(
    retry_options const& options,
    failed_attempt const& failed,
    unsigned retries_done,
    std::optional<milliseconds> left_of_total,
    double random
) noexcept
{
    auto const refuse = [](refusal why, milliseconds pause = milliseconds(0)) {
        return retry_decision{false, pause, why};
    };
    if (auto const objection = objection_to(options, failed); objection != refusal::none)
        return refuse(objection);
    if (failed.body_is_spent)
        return refuse(refusal::body_is_spent);
    if (retries_done >= options.max_retries)
        return refuse(refusal::no_retries_left);

    auto const pause = failed.retry_after ? not_negative(*failed.retry_after)
                                          : backoff(options, retries_done, random);
    if (failed.retry_after && pause > not_negative(options.max_retry_after))
        return refuse(refusal::retry_after_too_long, pause);
    if (left_of_total && pause >= *left_of_total)
        return refuse(refusal::past_deadline, pause);
    return {true, pause, refusal::none};
}

std::optional<bool> parse_should_retry(headers const& fields) noexcept
{
    auto const text = fields.find("x-should-retry");
    if (text && equal_ignoring_case(*text, "true"))
        return true;
    if (text && equal_ignoring_case(*text, "false"))
        return false;
    return std::nullopt;
}

std::string describe_refusal(retry_decision const& decision, retry_options const& options)
{
    switch (decision.why_not) {
    case refusal::none:
    case refusal::not_retryable:
        return {};
    case refusal::out_of_quota:
        return "not tried again, as no pause mends a quota that is used up";
    case refusal::server_forbids:
        return "not tried again, as the server says x-should-retry: false";
    case refusal::conflict:
        return "not tried again, as retry_options::conflicts is false";
    case refusal::unanswered:
        return "not tried again, as retry_options::unanswered is false and the server may have "
               "worked on it";
    case refusal::body_is_spent:
        return "not tried again, as the request's body cannot be read twice";
    case refusal::no_retries_left:
        if (options.max_retries == 0)
            return "not tried again, as retry_options::max_retries is 0";
        return "no retries left after " + std::to_string(options.max_retries);
    case refusal::retry_after_too_long:
        return "the server asks to wait for " + text_of(decision.pause) +
               ", more than retry_options::max_retry_after, " +
               text_of(not_negative(options.max_retry_after));
    case refusal::past_deadline:
        return "not tried again, as deadlines::total passes within the pause of " +
               text_of(decision.pause);
    case refusal::budget_spent:
        return "not tried again, as too many calls of this client fail: its retry budget is spent";
    }
    return {};
}

} // namespace hicap::policy
