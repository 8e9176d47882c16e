#ifndef HICAP_EMULATOR_ROUTING_HPP
#define HICAP_EMULATOR_ROUTING_HPP

#include "emulator/exchange.hpp"

#include <random>
#include <string>
#include <string_view>

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
};

using handler = response (*)(call const&);

/// The handler for the path and method of a request. Throws `refusal`: 404, or 405.
[[nodiscard]] handler find_handler(request const& request);

/// The methods that the path allows, for the header `Allow`; empty for an unknown path.
[[nodiscard]] std::string allowed_methods(std::string_view target);

} // namespace hicap::emulation

#endif
