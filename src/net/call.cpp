#include "net/call.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace hicap::net {
namespace {

/// What is kept under a phase; nothing of it is told as time spent where `spent` is null.
struct phase_of_call
{
    policy::deadline_set::duration policy::deadline_set::*limit;
    errc code;
    std::optional<phase_times::duration> phase_times::*spent;
};

// In the order of the enumeration.
constexpr phase_of_call phases[] = {
    {&policy::deadline_set::pool_wait, errc::pool_wait_timeout, &phase_times::pool_wait},
    {&policy::deadline_set::resolve, errc::resolve_timeout, &phase_times::resolve},
    {&policy::deadline_set::connect, errc::connect_timeout, &phase_times::connect},
    {&policy::deadline_set::tls, errc::tls_timeout, &phase_times::tls},
    {&policy::deadline_set::first_byte, errc::first_byte_timeout, &phase_times::first_byte},
    {&policy::deadline_set::idle, errc::idle_timeout, nullptr},
    {&policy::deadline_set::total, errc::total_timeout, nullptr},
};

phase_of_call const& traits_of(phase which) noexcept
{
    return phases[static_cast<std::size_t>(which)];
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
    in_phase_ = true;
    return std::min(policy::add_saturated(begun_, limits_.*traits_of(which).limit), until_);
}

void call::end() noexcept
{
    if (!std::exchange(in_phase_, false))
        return;
    if (auto const spent = traits_of(current_).spent)
        made.times.*spent =
            std::chrono::duration_cast<phase_times::duration>(time_->now() - begun_);
}

void call::throw_late(std::string_view doing, std::string_view what)
{
    end();
    auto const own_end = policy::add_saturated(begun_, limits_.*traits_of(current_).limit);
    auto const late = until_ < own_end ? phase::total : current_;
    auto const& traits = traits_of(late);
    auto const last = std::string(doing).append(what);
    auto message = late == phase::total ? std::string("the call") : last;
    message += " did not end within ";
    message += std::to_string((limits_.*traits.limit).count());
    message += " ms, see deadlines::";
    message += to_string(late);
    if (late == phase::total) // which may have begun in the last moment
        message += "; it was in attempt " + std::to_string(earlier.size() + 1) + ": " + last;
    if (auto const spent = policy::describe(made.times); !spent.empty())
        message += " (" + spent + ')';
    throw error(traits.code, message);
}

void call::check(bool in_time, std::string_view doing, std::string_view what)
{
    running_->check();
    if (!in_time)
        throw_late(doing, what);
}

void call::check_total(std::string_view doing, std::string_view what)
{
    if (time_->now() < until_)
        return;
    begin(phase::total);
    throw_late(doing, what);
}

void call::next_attempt(boost::system::error_code code)
{
    made.code = code;
    earlier.push_back(std::exchange(made, {}));
    sent = false;
    answered = false;
    failed_by_caller = false;
}

void call::next_request()
{
    earlier.clear();
    made = {};
    sent = false;
    answered = false;
    failed_by_caller = false;
    running_->request_ends();
    running_->watched().ends(call_end::cancelled); // unless it comes to something else
}

} // namespace hicap::net
