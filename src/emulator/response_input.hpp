#ifndef HICAP_EMULATOR_RESPONSE_INPUT_HPP
#define HICAP_EMULATOR_RESPONSE_INPUT_HPP

#include "emulator/response_request.hpp"

#include <boost/json/array.hpp>

namespace hicap::emulation {

/// Takes finished items into what the next turn continues.
void add_to_context(response_context& context, boost::json::array const& items);

} // namespace hicap::emulation

#endif
