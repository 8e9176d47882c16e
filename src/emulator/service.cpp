#include "emulator/service.hpp"

#include "emulator/admission.hpp"
#include "emulator/fault.hpp"
#include "emulator/refusal.hpp"

#include <exception>

namespace hicap::emulation {
namespace {

response error_response(refusal const& why)
{
    response result;
    result.status = why.status();
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
    : api_key_(options.api_key), tokens_per_second_(options.tokens_per_second),
      limiter_(options.rate_limit, now)
{}

response service::answer(request const& request, time_point now)
{
    try {
        auto result = serve(request, now);
        result.headers.append("x-request-id", ids_.make("req_"));
        limiter_.describe(result.headers, now);
        return result;
    } catch (refusal const& why) {
        auto result = refuse(why, now);
        if (why.status() == 405)
            result.headers.append("allow", allowed_methods(request.target));
        return result;
    } catch (std::exception const& why) {
        return refuse(refusal(500, std::string("The emulator failed: ") + why.what()), now);
    }
}

response service::refuse(refusal const& why, time_point now)
{
    auto result = error_response(why);
    result.headers.append("x-request-id", ids_.make("req_"));
    limiter_.describe(result.headers, now);
    return result;
}

response service::serve(request const& request, time_point now)
{
    auto const faults = read_fault(request.headers);
    if (auto instead = replacement(faults))
        return std::move(*instead);

    auto const handle = find_handler(request);
    check_key(request.headers, api_key_);
    check_tags(request.headers);
    if (auto const wait = limiter_.take_request(now))
        return rate_limited(*wait);

    auto result = handle({request, faults, ids_});
    limiter_.take_tokens(result.prompt_tokens + static_cast<std::int64_t>(result.tokens));
    result.tokens_per_second = faults.tokens_per_second.value_or(tokens_per_second_);
    result.cut = faults.cut;
    if (faults.stream_error && result.events)
        result.events = fail_after(std::move(result.events), *faults.stream_error, faults.code);
    return result;
}

} // namespace hicap::emulation
