#include "net/call.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <utility>

namespace hicap::net {
namespace {

policy::deadline_set::duration limit_of(policy::deadline_set const& limits, phase which)
{
    switch (which) {
    case phase::pool_wait:
        return limits.pool_wait;
    case phase::resolve:
        return limits.resolve;
    case phase::connect:
        return limits.connect;
    case phase::tls:
        return limits.tls;
    case phase::first_byte:
        return limits.first_byte;
    case phase::idle:
        return limits.idle;
    case phase::total:
        break;
    }
    return deadlines::none;
}

errc code_of(phase which)
{
    switch (which) {
    case phase::pool_wait:
        return errc::pool_wait_timeout;
    case phase::resolve:
        return errc::resolve_timeout;
    case phase::connect:
        return errc::connect_timeout;
    case phase::tls:
        return errc::tls_timeout;
    case phase::first_byte:
        return errc::first_byte_timeout;
    case phase::idle:
        return errc::idle_timeout;
    case phase::total:
        break;
    }
    return errc::total_timeout;
}

/// Where the phases are kept that come before the response; null for the others.
std::optional<phase_times::duration>* place_of(phase_times& times, phase which) noexcept
{
    switch (which) {
    case phase::pool_wait:
        return &times.pool_wait;
    case phase::resolve:
        return &times.resolve;
    case phase::connect:
        return &times.connect;
    case phase::tls:
        return &times.tls;
    case phase::first_byte:
        return &times.first_byte;
    case phase::idle:
    case phase::total:
        break;
    }
    return nullptr;
}

} // namespace

call::call(
    std::shared_ptr<clock> time,
    policy::deadline_set const& limits,
    clock::time_point until,
    std::shared_ptr<operation> what
)
    : time_(std::move(time)), limits_(limits), until_(until), running_(std::move(what))
{}

clock::time_point call::begin(phase which)
{
    begun_ = time_->now();
    current_ = which;
    return std::min(policy::add_saturated(begun_, limit_of(limits_, which)), until_);
}

void call::end() noexcept
{
    if (auto* const place = place_of(made.times, current_))
        *place = std::chrono::duration_cast<phase_times::duration>(time_->now() - begun_);
}

void call::throw_late(std::string const& doing)
{
    end();
    auto const whole = until_ < policy::add_saturated(begun_, limit_of(limits_, current_));
    auto const late = whole ? phase::total : current_;
    auto const limit = whole ? limits_.total : limit_of(limits_, current_);
    std::string message = doing;
    message += " did not end within ";
    message += std::to_string(limit.count());
    message += " ms, see deadlines::";
    message += to_string(late);
    if (auto const spent = policy::describe(made.times); !spent.empty())
        message += " (" + spent + ')';
    throw error(code_of(late), message);
}

void call::next_attempt(boost::system::error_code code)
{
    made.code = code;
    earlier.push_back(std::exchange(made, {}));
    sent = false;
    answered = false;
}

} // namespace hicap::net
