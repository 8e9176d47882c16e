#ifndef HICAP_BASE_UTF8_HPP
#define HICAP_BASE_UTF8_HPP

#include <cstddef>

namespace hicap {

/// The length of the well-formed UTF-8 sequence of two to four bytes at `position`, 0 where there
/// is none. Precondition: `position != end`.
[[nodiscard]] std::size_t utf8_sequence(char const* position, char const* end) noexcept;

} // namespace hicap

#endif
