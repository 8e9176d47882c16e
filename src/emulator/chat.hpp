#ifndef HICAP_EMULATOR_CHAT_HPP
#define HICAP_EMULATOR_CHAT_HPP

#include "emulator/routing.hpp"

namespace hicap::emulation {

/// POST /chat/completions
[[nodiscard]] response create_chat_completion(call const& call);

} // namespace hicap::emulation

#endif
