#ifndef HICAP_JSON_TEXT_HPP
#define HICAP_JSON_TEXT_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hicap::json {

/// Whether a byte can stand in a JSON string as it is and needs no look at its neighbours:
/// ASCII but for control characters, quote and backslash.
[[nodiscard]] constexpr bool is_plain(char byte) noexcept
{
    auto const code = static_cast<unsigned char>(byte);
    return code >= 0x20 && code < 0x80 && code != '"' && code != '\\';
}

/// The first byte of [position, end) that is not plain, `end` where there is none.
[[nodiscard]] inline char const* skip_plain(char const* position, char const* end) noexcept
{
#if defined(__SSE2__)
    while (end - position >= 16) {
        auto const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(position));
        // Signed: bytes from 0x80 on are negative, and so below the space as well.
        auto const low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
        auto const quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        auto const backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        auto const found = _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, backslash)));
        if (found != 0)
            return position + __builtin_ctz(static_cast<unsigned>(found));
        position += 16;
    }
#endif
    while (position != end && is_plain(*position))
        ++position;
    return position;
}

/// As `std::memcmp(left, right, size) == 0`, in line: names are short.
[[nodiscard]] inline bool same_bytes(char const* left, char const* right, std::size_t size) noexcept
{
    auto const differ = [&]<class Word>(std::size_t at, Word) {
        Word a;
        Word b;
        std::memcpy(&a, left + at, sizeof(Word));
        std::memcpy(&b, right + at, sizeof(Word));
        return a != b;
    };
    if (size >= sizeof(std::uint64_t)) {
        auto const last = size - sizeof(std::uint64_t);
        for (std::size_t at = 0; at < last; at += sizeof(std::uint64_t)) {
            if (differ(at, std::uint64_t()))
                return false;
        }
        return !differ(last, std::uint64_t());
    }
    if (size >= sizeof(std::uint32_t))
        return !differ(0, std::uint32_t()) &&
               !differ(size - sizeof(std::uint32_t), std::uint32_t());
    for (std::size_t at = 0; at != size; ++at) {
        if (left[at] != right[at])
            return false;
    }
    return true;
}

/// The first of the bytes in which the two differ, `size` where there is none.
[[nodiscard]] inline std::size_t
common_bytes(char const* left, char const* right, std::size_t size) noexcept
{
    std::size_t at = 0;
#if defined(__SSE2__)
    for (; size - at >= 16; at += 16) {
        auto const a = _mm_loadu_si128(reinterpret_cast<__m128i const*>(left + at));
        auto const b = _mm_loadu_si128(reinterpret_cast<__m128i const*>(right + at));
        auto const equal = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)));
        if (equal != 0xFFFF)
            return at + static_cast<std::size_t>(__builtin_ctz(~equal));
    }
#endif
    while (at != size && left[at] == right[at])
        ++at;
    return at;
}

/// Whether `"error"`, quotes included, stands anywhere in `text`.
[[nodiscard]] bool contains_quoted_error(std::string_view text) noexcept;

} // namespace hicap::json

#endif
