#ifndef HICAP_EMULATOR_SERVICE_HPP
#define HICAP_EMULATOR_SERVICE_HPP

#include "emulator/exchange.hpp"
#include "emulator/rate_limiter.hpp"
#include "emulator/routing.hpp"

#include <hicap/emulator.hpp>

#include <chrono>
#include <string>

namespace hicap::emulation {

class refusal;

/// From a request to a response: faults, endpoint, key, tags, rate limit, resource, in this order.
class service
{
public:
    using time_point = std::chrono::steady_clock::time_point;

    service(emulator_options const& options, time_point now);

    [[nodiscard]] response answer(request const& request, time_point now);

    /// The response to what is not a request. It has the headers that every response has.
    [[nodiscard]] response refuse(refusal const& why, time_point now);

private:
    response serve(request const& request, time_point now);

    std::string api_key_;
    double tokens_per_second_;
    rate_limiter limiter_;
    id_source ids_;
};

} // namespace hicap::emulation

#endif
