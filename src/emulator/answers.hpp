#ifndef HICAP_EMULATOR_ANSWERS_HPP
#define HICAP_EMULATOR_ANSWERS_HPP

#include "emulator/exchange.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>

namespace hicap::emulation {

/// 200 with a JSON body.
[[nodiscard]] response json_answer(boost::json::object const& body);

/// 200 with a stream of events.
[[nodiscard]] response stream_answer(std::unique_ptr<event_source> events);

/// Now, as the members `created` tell it.
[[nodiscard]] std::int64_t seconds_of_epoch();

} // namespace hicap::emulation

#endif
