#include "emulator/response_life.hpp"

#include "emulator/answers.hpp"
#include "emulator/response_input.hpp"

#include <algorithm>
#include <chrono>

namespace hicap::emulation {
namespace {

namespace json = boost::json;

constexpr std::string_view created = "response.created";
constexpr std::string_view item_done = "response.output_item.done";

} // namespace

response_life::response_life(
    response_request request,
    response_plan plan,
    json::object base,
    double tokens_per_second,
    time_point start
)
    : plan_(std::move(plan)), base_(std::move(base)), input_(std::move(request.input)),
      context_(std::move(request.context)), background_(request.background),
      tokens_per_second_(tokens_per_second), start_(start)
{}

void response_life::advance(time_point now)
{
    if (!background_)
        return;
    auto reached = position_;
    while (reached != size() && due(reached) <= now)
        ++reached;
    reach(reached);
}

void response_life::reach(std::size_t events)
{
    if (events <= position_ || is_over())
        return;
    position_ = std::min(events, size());
    if (is_over())
        completed_at_ = seconds_of_epoch();
    tell_watchers();
}

bool response_life::cancel()
{
    if (is_over())
        return false;
    cancelled_ = true;
    tell_watchers();
    return true;
}

time_point response_life::due(std::size_t index) const noexcept
{
    using std::chrono::duration;
    // What is longer than a year never comes.
    constexpr double year = 365.0 * 24 * 3600;

    if (index < position_)
        return time_point::min();
    if (!background_ || (index >= size() && plan_.endless))
        return time_point::max();
    if (tokens_per_second_ <= 0)
        return start_;
    auto const seconds =
        static_cast<double>(plan_.steps[std::min(index, size() - 1)].tick) / tokens_per_second_;
    if (seconds > year)
        return time_point::max();
    return start_ + std::chrono::duration_cast<time_point::duration>(duration<double>(seconds));
}

json::array response_life::output_after(std::size_t events) const
{
    json::array result;
    for (std::size_t i = 0; i != events; ++i) {
        if (plan_.steps[i].type == item_done)
            result.push_back(plan_.steps[i].members->at("item"));
    }
    return result;
}

std::string_view response_life::status_after(std::size_t events) const noexcept
{
    if (cancelled_ && events >= position_)
        return "cancelled";
    for (auto i = events; i-- != 0;) {
        auto const& step = plan_.steps[i];
        if (step.type == "error")
            return "failed";
        if (step.members == nullptr && step.type != created)
            return step.type.substr(step.type.find('.') + 1);
    }
    return background_ ? "queued" : "in_progress";
}

json::object response_life::usage() const
{
    json::object result;
    result["input_tokens"] = context_.prompt.tokens;
    result["input_tokens_details"] = json::object{{"cached_tokens", 0}, {"cache_write_tokens", 0}};
    result["output_tokens"] = plan_.output_tokens;
    result["output_tokens_details"] = json::object{{"reasoning_tokens", plan_.reasoning_tokens}};
    result["total_tokens"] = context_.prompt.tokens + plan_.output_tokens;
    return result;
}

json::object response_life::after(std::size_t events) const
{
    auto result = base_;
    auto const status = status_after(events);
    result["status"] = status;
    result["output"] = output_after(events);
    if (status == "completed")
        result["completed_at"] = completed_at_;
    if (status == "failed")
        result["error"] = plan_.error;
    if (status == "incomplete")
        result["incomplete_details"] = plan_.incomplete_details;
    if (status == "completed" || status == "incomplete")
        result["usage"] = usage();
    return result;
}

json::object response_life::event_at(std::size_t index) const
{
    auto const& step = plan_.steps[index];
    json::object result;
    result["type"] = step.type;
    result["sequence_number"] = index;
    if (step.members == nullptr) {
        result["response"] = after(index + 1);
        return result;
    }
    for (auto const& member : *step.members)
        result[member.key()] = member.value();
    if (step.has_delta)
        result["delta"] = step.delta;
    return result;
}

std::optional<std::size_t> response_life::delta_size(std::size_t index) const noexcept
{
    auto const& step = plan_.steps[index];
    if (!step.has_delta)
        return std::nullopt;
    return step.delta.size();
}

response_context response_life::context_after() const
{
    auto result = context_;
    result.prompt.tokens += plan_.output_tokens;
    add_to_context(result, output());
    return result;
}

std::uint64_t response_life::take_tokens() noexcept
{
    std::uint64_t tokens = 0;
    for (; counted_ < position_; ++counted_)
        tokens += plan_.steps[counted_].tokens;
    return tokens;
}

void response_life::watch(void const* who, std::function<void()> notify)
{
    watchers_.emplace_back(who, std::move(notify));
}

void response_life::unwatch(void const* who) noexcept
{
    std::erase_if(watchers_, [who](auto const& each) { return each.first == who; });
}

void response_life::tell_watchers() const
{
    for (auto const& each : watchers_)
        each.second();
}

} // namespace hicap::emulation
