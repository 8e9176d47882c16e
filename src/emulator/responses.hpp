#ifndef HICAP_EMULATOR_RESPONSES_HPP
#define HICAP_EMULATOR_RESPONSES_HPP

#include "emulator/routing.hpp"

namespace hicap::emulation {

/// POST /responses
[[nodiscard]] response create_response(call const& call);

/// GET /responses/{response_id}
[[nodiscard]] response get_response(call const& call);

/// DELETE /responses/{response_id}
[[nodiscard]] response delete_response(call const& call);

/// POST /responses/{response_id}/cancel
[[nodiscard]] response cancel_response(call const& call);

/// GET /responses/{response_id}/input_items
[[nodiscard]] response list_input_items(call const& call);

} // namespace hicap::emulation

#endif
