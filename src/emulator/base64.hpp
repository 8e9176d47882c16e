#ifndef HICAP_EMULATOR_BASE64_HPP
#define HICAP_EMULATOR_BASE64_HPP

#include <string>
#include <string_view>

namespace hicap::emulation {

/// RFC 4648, section 4, with padding.
[[nodiscard]] std::string encode_base64(std::string_view bytes);

} // namespace hicap::emulation

#endif
