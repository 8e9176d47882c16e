#include "emulator/answers.hpp"

#include <boost/json/serialize.hpp>

#include <chrono>
#include <utility>

namespace hicap::emulation {

response json_answer(boost::json::object const& body)
{
    response result;
    result.headers.append("content-type", "application/json");
    result.body = boost::json::serialize(body);
    return result;
}

response stream_answer(std::unique_ptr<event_source> events)
{
    response result;
    result.headers.append("content-type", "text/event-stream; charset=utf-8");
    result.headers.append("cache-control", "no-cache");
    result.events = std::move(events);
    return result;
}

std::int64_t seconds_of_epoch()
{
    auto const time = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

} // namespace hicap::emulation
