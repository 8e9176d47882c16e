#ifndef HICAP_BASE_TEXT_HPP
#define HICAP_BASE_TEXT_HPP

#include <algorithm>
#include <string_view>

namespace hicap {

/// ASCII alone, as the names of headers and schemes are; knows no locale.
[[nodiscard]] constexpr char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return to_lower(x) == to_lower(y);
           });
}

} // namespace hicap

#endif
