#ifndef HICAP_EMULATOR_SERVICE_HPP
#define HICAP_EMULATOR_SERVICE_HPP

#include "emulator/exchange.hpp"
#include "emulator/rate_limiter.hpp"
#include "emulator/routing.hpp"

#include <hicap/emulator.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace hicap::emulation {

class refusal;

/// From a request to a response: faults, endpoint, key, tags, rate limit, resource, in this order.
class service
{
public:
    service(emulator_options const& options, time_point now);

    /// The faults of the requests to come, one each. Precondition: `check_fault` accepts them.
    void script(std::vector<emulator_fault> steps);

    [[nodiscard]] response answer(request const& request, time_point now);

    /// The response to what is not a request. It has the headers that every response has.
    [[nodiscard]] response refuse(refusal const& why, time_point now);

private:
    /// That of the script, or else of the headers.
    emulator_fault take_fault(fields const& headers);
    response serve(
        request const& request,
        emulator_fault const& fault,
        std::string const& request_id,
        time_point now
    );
    void describe(response& response, std::string request_id, time_point now);

    std::string api_key_;
    bool tls_;
    double tokens_per_second_;
    rate_limiter limiter_;
    id_source ids_;
    /// Streams that are under way share them.
    std::shared_ptr<stored_objects> objects_;
    std::deque<emulator_fault> steps_; ///< of the script that are left
};

} // namespace hicap::emulation

#endif
