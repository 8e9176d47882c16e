#ifndef HICAP_EMULATOR_REALTIME_HPP
#define HICAP_EMULATOR_REALTIME_HPP

#include "emulator/routing.hpp"

namespace hicap::emulation {

/// POST /realtime/sessions
[[nodiscard]] response create_realtime_session(call const& call);

/// POST /realtime/transcription_sessions
[[nodiscard]] response create_transcription_session(call const& call);

} // namespace hicap::emulation

#endif
