#include "emulator/rate_limiter.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace hicap::emulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How long a bucket takes to fill from `level` to `wanted`.
milliseconds time_to_fill(double level, double wanted, double limit, seconds window)
{
    auto const share = std::max(wanted - level, 0.0) / limit;
    return milliseconds(
        static_cast<std::int64_t>(std::ceil(share * static_cast<double>(window.count()) * 1000.0))
    );
}

// As the API writes durations: 20ms, 1s, 6m0s.
std::string duration_text(milliseconds duration)
{
    constexpr std::int64_t per_second = 1000;
    constexpr std::int64_t per_minute = 60;

    if (duration.count() < per_second)
        return std::to_string(duration.count()) + "ms";
    auto const whole = (duration.count() + per_second - 1) / per_second;
    if (whole < per_minute)
        return std::to_string(whole) + 's';
    return std::to_string(whole / per_minute) + 'm' + std::to_string(whole % per_minute) + 's';
}

void describe_one(
    fields& headers, std::string const& what, double level, std::int64_t limit, seconds window
)
{
    auto const remaining = static_cast<std::int64_t>(std::max(level, 0.0));
    auto const full = static_cast<double>(limit);
    headers.append("x-ratelimit-limit-" + what, std::to_string(limit));
    headers.append("x-ratelimit-remaining-" + what, std::to_string(remaining));
    headers.append(
        "x-ratelimit-reset-" + what, duration_text(time_to_fill(level, full, full, window))
    );
}

} // namespace

rate_limiter::rate_limiter(emulator_rate_limit const& limit, time_point now)
    : limit_(limit), requests_(static_cast<double>(limit.requests)),
      tokens_(static_cast<double>(limit.tokens)), filled_(now)
{}

void rate_limiter::refill(time_point now)
{
    auto const passed = std::chrono::duration<double>(now - filled_).count() /
                        static_cast<double>(limit_.window.count());
    auto const requests = static_cast<double>(limit_.requests);
    auto const tokens = static_cast<double>(limit_.tokens);
    requests_ = std::min(requests, requests_ + passed * requests);
    tokens_ = std::min(tokens, tokens_ + passed * tokens);
    filled_ = now;
}

std::optional<seconds> rate_limiter::take_request(time_point now)
{
    refill(now);
    if (limit_.enforced && (requests_ < 1 || tokens_ < 1)) {
        auto const wait = std::max(
            time_to_fill(requests_, 1, static_cast<double>(limit_.requests), limit_.window),
            time_to_fill(tokens_, 1, static_cast<double>(limit_.tokens), limit_.window)
        );
        return std::max(std::chrono::ceil<seconds>(wait), seconds(1));
    }
    requests_ = std::max(requests_ - 1, 0.0);
    return std::nullopt;
}

void rate_limiter::take_tokens(std::int64_t tokens)
{
    auto const lowest = limit_.enforced ? -static_cast<double>(limit_.tokens) : 0.0;
    tokens_ = std::max(tokens_ - static_cast<double>(tokens), lowest);
}

void rate_limiter::describe(fields& headers, time_point now)
{
    refill(now);
    describe_one(headers, "requests", requests_, limit_.requests, limit_.window);
    describe_one(headers, "tokens", tokens_, limit_.tokens, limit_.window);
}

} // namespace hicap::emulation
