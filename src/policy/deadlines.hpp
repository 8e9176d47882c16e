#ifndef HICAP_POLICY_DEADLINES_HPP
#define HICAP_POLICY_DEADLINES_HPP

#include <hicap/attempt.hpp>
#include <hicap/deadlines.hpp>

#include <chrono>
#include <string>

namespace hicap::policy {

/// What holds for one call. The initial values are the defaults of the contract.
struct deadline_set
{
    using duration = deadlines::duration;

    duration pool_wait = std::chrono::seconds(30);
    duration resolve = std::chrono::seconds(5);
    duration connect = std::chrono::seconds(5);
    duration tls = std::chrono::seconds(10);
    duration first_byte = std::chrono::minutes(10);
    duration idle = std::chrono::minutes(5);
    duration total = deadlines::none;

    friend bool operator==(deadline_set const&, deadline_set const&) = default;
};

/// What `call` says, else what `client` says, else the default.
/// Throws `hicap::error` with `errc::invalid_argument`, naming the member, for one that is not
/// positive, and be it overruled.
[[nodiscard]] deadline_set resolve_deadlines(deadlines const& call, deadlines const& client);

/// `start + length`, and the last (or first) time of the clock where the sum is beyond it, as it
/// always is for `deadlines::none`.
[[nodiscard]] std::chrono::steady_clock::time_point
add_saturated(std::chrono::steady_clock::time_point start, deadlines::duration length) noexcept;

/// "resolve 3 ms, connect 12 ms, tls 40 ms, first byte 2.1 s": the phases that there were, in their
/// order, rounded down. Empty where there was none.
[[nodiscard]] std::string describe(phase_times const& times);

} // namespace hicap::policy

#endif
