#ifndef HICAP_BASE_BASE64_HPP
#define HICAP_BASE_BASE64_HPP

#include <optional>
#include <string>
#include <string_view>

namespace hicap {

/// Appends the base64 of `bytes` (RFC 4648, section 4), and makes no copy of them besides.
void append_base64(std::string& out, std::string_view bytes);

/// The bytes that `text` stands for; absent where it is no base64. Its padding may be missing.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

} // namespace hicap

#endif
