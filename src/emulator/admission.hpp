#ifndef HICAP_EMULATOR_ADMISSION_HPP
#define HICAP_EMULATOR_ADMISSION_HPP

#include "emulator/exchange.hpp"

#include <string_view>

namespace hicap::emulation {

/// Refuses with 401 where neither `Authorization: Bearer` nor `api-key` brings the key, or both
/// bring different ones. An empty `expected` accepts any key that is not empty.
void check_key(fields const& headers, std::string_view expected);

/// Refuses with 400 an `x-hicap-tags` that is repeated or not one object of strings.
void check_tags(fields const& headers);

} // namespace hicap::emulation

#endif
