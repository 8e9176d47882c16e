#ifndef HICAP_EMULATOR_FAULT_HPP
#define HICAP_EMULATOR_FAULT_HPP

#include "emulator/exchange.hpp"

#include <hicap/emulator.hpp>

#include <memory>
#include <optional>

namespace hicap::emulation {

/// Reads the headers `x-emulator-*`. Throws `refusal` for a value that cannot be read; whether the
/// values make sense is for `check_fault` to say.
[[nodiscard]] emulator_fault read_fault(fields const& headers);

/// Throws `refusal`, with the header in `param`, for a value out of its range and for what does not
/// go together.
void check_fault(emulator_fault const& fault, bool tls);

/// The response that takes the place of any other, where one is asked for.
[[nodiscard]] std::optional<response> replacement(emulator_fault const& fault);

/// The events of `inner`, with what the fault puts before and into them.
[[nodiscard]] std::unique_ptr<event_source>
spoil(std::unique_ptr<event_source> inner, emulator_fault const& fault);

} // namespace hicap::emulation

#endif
