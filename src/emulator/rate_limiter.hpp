#ifndef HICAP_EMULATOR_RATE_LIMITER_HPP
#define HICAP_EMULATOR_RATE_LIMITER_HPP

#include "emulator/exchange.hpp"

#include <hicap/emulator.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace hicap::emulation {

/// The two allowances of an account, as buckets that fill up evenly.
class rate_limiter
{
public:
    using time_point = std::chrono::steady_clock::time_point;

    rate_limiter(emulator_rate_limit const& limit, time_point now);

    /// Takes one request. Where that is over an enforced limit: how long to wait, at least 1 s.
    [[nodiscard]] std::optional<std::chrono::seconds> take_request(time_point now);

    /// Takes the tokens of a prompt and its answer. A debt delays the next request.
    void take_tokens(std::int64_t tokens);

    /// Appends the headers `x-ratelimit-*`.
    void describe(fields& headers, time_point now);

private:
    void refill(time_point now);

    emulator_rate_limit limit_;
    double requests_;
    double tokens_;
    time_point filled_;
};

} // namespace hicap::emulation

#endif
