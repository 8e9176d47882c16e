#include "policy/deadlines.hpp"

#include <hicap/error.hpp>

#include <optional>
#include <ratio>
#include <string_view>

namespace hicap {

std::string_view to_string(phase value) noexcept
{
    switch (value) {
    case phase::pool_wait:
        return "pool_wait";
    case phase::resolve:
        return "resolve";
    case phase::connect:
        return "connect";
    case phase::tls:
        return "tls";
    case phase::first_byte:
        return "first_byte";
    case phase::idle:
        return "idle";
    case phase::total:
        return "total";
    }
    return "unknown";
}

namespace policy {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void set(deadlines::duration& out, phase name, std::optional<deadlines::duration> const& value)
{
    if (!value)
        return;
    if (value->count() <= 0) {
        throw error(
            errc::invalid_argument,
            "deadlines::" + std::string(to_string(name)) + " is " + std::to_string(value->count()) +
                " ms: it must be positive; deadlines::none turns it off"
        );
    }
    out = *value;
}

void set_all(deadline_set& out, deadlines const& values)
{
    set(out.pool_wait, phase::pool_wait, values.pool_wait);
    set(out.resolve, phase::resolve, values.resolve);
    set(out.connect, phase::connect, values.connect);
    set(out.tls, phase::tls, values.tls);
    set(out.first_byte, phase::first_byte, values.first_byte);
    set(out.idle, phase::idle, values.idle);
    set(out.total, phase::total, values.total);
}

std::string text_of(phase_times::duration value)
{
    auto const count = value.count();
    if (count < 1000)
        return std::to_string(count) + " us";
    if (count < 1'000'000)
        return std::to_string(count / 1000) + " ms";
    return std::to_string(count / 1'000'000) + "." + std::to_string(count / 100'000 % 10) + " s";
}

} // namespace

deadline_set resolve_deadlines(deadlines const& call, deadlines const& client)
{
    deadline_set out;
    set_all(out, client);
    set_all(out, call);
    return out;
}

steady_clock::time_point
add_saturated(steady_clock::time_point start, deadlines::duration length) noexcept
{
    using time_point = steady_clock::time_point;
    using step_type = steady_clock::duration;
    static_assert(std::ratio_less_equal_v<step_type::period, std::milli>);

    // Compared in milliseconds, as the other way round the conversion would overflow.
    if (length > std::chrono::floor<milliseconds>(step_type::max()))
        return time_point::max();
    if (length < std::chrono::ceil<milliseconds>(step_type::min()))
        return time_point::min();
    step_type const step = length;
    if (step > step_type::zero() && start > time_point::max() - step)
        return time_point::max();
    if (step < step_type::zero() && start < time_point::min() - step)
        return time_point::min();
    return start + step;
}

std::string describe(phase_times const& times)
{
    std::string out;
    auto const add = [&out](char const* name, std::optional<phase_times::duration> const& time) {
        if (!time)
            return;
        if (!out.empty())
            out += ", ";
        out.append(name).append(" ").append(text_of(*time));
    };
    add("pool wait", times.pool_wait);
    add("resolve", times.resolve);
    add("connect", times.connect);
    add("tls", times.tls);
    add("first byte", times.first_byte);
    return out;
}

} // namespace policy
} // namespace hicap
