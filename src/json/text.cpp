#include "json/text.hpp"

namespace hicap::json {

bool contains_quoted_error(std::string_view text) noexcept
{
    constexpr std::string_view needle = "\"error\"";
#if defined(__SSE2__)
    // Two quotes at the right distance are rare, so few places need a second look.
    constexpr std::size_t distance = needle.size() - 1;
    auto const quote = _mm_set1_epi8('"');
    while (text.size() >= 16 + distance) {
        auto const load = [&](std::size_t at) {
            return _mm_loadu_si128(reinterpret_cast<__m128i const*>(text.data() + at));
        };
        auto const both =
            _mm_and_si128(_mm_cmpeq_epi8(load(0), quote), _mm_cmpeq_epi8(load(distance), quote));
        for (auto found = static_cast<unsigned>(_mm_movemask_epi8(both)); found != 0;
             found &= found - 1) {
            auto const at = static_cast<std::size_t>(__builtin_ctz(found));
            if (text.substr(at, needle.size()) == needle)
                return true;
        }
        text.remove_prefix(16);
    }
#endif
    return text.find(needle) != std::string_view::npos;
}

} // namespace hicap::json
