#include "base/utf8.hpp"

namespace hicap {

std::size_t utf8_sequence(char const* position, char const* end) noexcept
{
    auto const byte = [&](std::ptrdiff_t index) {
        return static_cast<unsigned char>(position[index]);
    };
    auto const continues = [&](std::ptrdiff_t index) { return (byte(index) & 0xC0) == 0x80; };
    auto const size = end - position;
    auto const lead = byte(0);

    if (lead < 0xC2) // a continuation byte, or the overlong form of ASCII
        return 0;
    if (lead < 0xE0)
        return size >= 2 && continues(1) ? 2 : 0;
    if (lead < 0xF0) {
        if (size < 3 || !continues(1) || !continues(2))
            return 0;
        if (lead == 0xE0 && byte(1) < 0xA0) // overlong
            return 0;
        if (lead == 0xED && byte(1) > 0x9F) // half of a surrogate pair
            return 0;
        return 3;
    }
    if (lead < 0xF5) {
        if (size < 4 || !continues(1) || !continues(2) || !continues(3))
            return 0;
        if (lead == 0xF0 && byte(1) < 0x90) // overlong
            return 0;
        if (lead == 0xF4 && byte(1) > 0x8F) // above U+10FFFF
            return 0;
        return 4;
    }
    return 0;
}

} // namespace hicap
