#include "emulator/service.hpp"

#include "emulator/admission.hpp"
#include "emulator/fault.hpp"
#include "emulator/refusal.hpp"

#include <exception>
#include <iterator>
#include <utility>

namespace hicap::emulation {
namespace {

response error_response(refusal const& why)
{
    response result;
    result.status = why.status();
    result.refused = true;
    result.headers.append("content-type", "application/json");
    result.body = why.body();
    return result;
}

response rate_limited(std::chrono::seconds wait)
{
    auto const seconds = std::to_string(wait.count());
    auto result = error_response(
        refusal(429, "The rate limit is reached. Wait " + seconds + " s.", "rate_limit_exceeded")
    );
    result.headers.append("retry-after", seconds);
    return result;
}

} // namespace

service::service(emulator_options const& options, time_point now)
    : api_key_(options.api_key), tls_(options.tls), tokens_per_second_(options.tokens_per_second),
      limiter_(options.rate_limit, now), objects_(std::make_shared<stored_objects>())
{}

void service::script(std::vector<emulator_fault> steps)
{
    steps_.assign(std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end()));
}

response service::answer(request const& request, time_point now)
{
    emulator_fault fault;
    response result;
    auto request_id = ids_.make("req_");
    try {
        fault = take_fault(request.headers);
        result = serve(request, fault, request_id, now);
    } catch (refusal const& why) {
        result = error_response(why);
        if (why.status() == 405)
            result.headers.append("allow", allowed_methods(request.target));
    } catch (std::exception const& why) {
        result = error_response(refusal(500, std::string("The emulator failed: ") + why.what()));
    }
    describe(result, std::move(request_id), now);
    for (auto const& [name, value] : fault.headers)
        result.headers.remove(name);
    for (auto const& [name, value] : fault.headers)
        result.headers.append(name, value);
    result.fault = std::move(fault);
    return result;
}

response service::refuse(refusal const& why, time_point now)
{
    auto result = error_response(why);
    describe(result, ids_.make("req_"), now);
    return result;
}

emulator_fault service::take_fault(fields const& headers)
{
    if (!steps_.empty()) {
        auto step = std::move(steps_.front());
        steps_.pop_front();
        return step;
    }
    auto fault = read_fault(headers);
    check_fault(fault, tls_);
    return fault;
}

response service::serve(
    request const& request,
    emulator_fault const& fault,
    std::string const& request_id,
    time_point now
)
{
    if (auto instead = replacement(fault))
        return std::move(*instead);

    auto found = find_destination(request);
    if (!found.open)
        check_key(request.headers, api_key_);
    check_tags(request.headers);
    if (auto const wait = limiter_.take_request(now))
        return rate_limited(*wait);

    auto const pace = fault.tokens_per_second.value_or(tokens_per_second_);
    auto result = found.serve(
        {request,
         fault,
         ids_,
         objects_,
         std::move(found.parameters),
         read_query(request.target),
         now,
         pace,
         request_id,
         tls_}
    );
    limiter_.take_tokens(result.prompt_tokens + static_cast<std::int64_t>(result.tokens));
    if (result.paced)
        result.tokens_per_second = pace;
    if (result.events)
        result.events = spoil(std::move(result.events), fault);
    return result;
}

void service::describe(response& response, std::string request_id, time_point now)
{
    response.headers.append("x-request-id", std::move(request_id));
    limiter_.describe(response.headers, now);
}

} // namespace hicap::emulation
