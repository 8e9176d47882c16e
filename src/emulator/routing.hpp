#ifndef HICAP_EMULATOR_ROUTING_HPP
#define HICAP_EMULATOR_ROUTING_HPP

#include "emulator/exchange.hpp"
#include "emulator/objects.hpp"
#include "emulator/target.hpp"

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::emulation {

/// Makes the ids of requests and objects. No two are the same.
class id_source
{
public:
    id_source();

    /// `prefix` and 32 hexadecimal digits.
    [[nodiscard]] std::string make(std::string_view prefix);

private:
    std::mt19937_64 random_;
};

/// What a resource is given of a request.
struct call
{
    request const& http;
    emulator_fault const& fault;
    id_source& ids;
    std::shared_ptr<stored_objects> objects; ///< never null
    std::vector<std::string> parameters;     ///< those of the path, decoded
    text_pairs query;
    time_point now;
    double tokens_per_second = 0;
    std::string request_id;
    bool tls = false;
};

/// Where a request goes.
struct destination
{
    response (*serve)(call const&);
    std::vector<std::string> parameters;
    bool open; ///< to everybody, without a key
};

/// The destination for the path and method of a request. Throws `refusal`: 404, or 405.
[[nodiscard]] destination find_destination(request const& request);

/// The methods that the path allows, for the header `Allow`; empty for an unknown path.
[[nodiscard]] std::string allowed_methods(std::string_view target);

} // namespace hicap::emulation

#endif
