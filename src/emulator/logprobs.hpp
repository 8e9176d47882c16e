#ifndef HICAP_EMULATOR_LOGPROBS_HPP
#define HICAP_EMULATOR_LOGPROBS_HPP

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>

namespace hicap::emulation {

/// How probable the token is said to have been, and so many rivals of it.
[[nodiscard]] boost::json::object logprob_of(std::string const& token, std::int64_t top);

} // namespace hicap::emulation

#endif
