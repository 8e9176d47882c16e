#ifndef HICAP_BENCH_HTTP_TEXT_HPP
#define HICAP_BENCH_HTTP_TEXT_HPP

#include <charconv>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <strings.h>

namespace bench {

inline constexpr std::string_view end_of_head = "\r\n\r\n";

/// The size of the head at the front of `bytes`, its empty line included; 0: it is not whole yet.
inline std::size_t head_size(std::string_view bytes)
{
    for (auto at = bytes.find('\n'); at != bytes.npos; at = bytes.find('\n', at + 1))
        if (bytes.substr(at + 1, 2) == "\r\n")
            return at + 3;
    return 0;
}

/// Calls `visit(name, value)` for each field of a head that is whole.
template <class Visit>
void for_each_header(std::string_view head, Visit const& visit)
{
    auto next_line = [&head] {
        auto const* const end =
            static_cast<char const*>(std::memchr(head.data(), '\r', head.size()));
        std::string_view const line(head.data(), static_cast<std::size_t>(end - head.data()));
        head.remove_prefix(line.size() + 2);
        return line;
    };
    next_line();
    for (auto line = next_line(); !line.empty(); line = next_line()) {
        auto const* const colon =
            static_cast<char const*>(std::memchr(line.data(), ':', line.size()));
        if (colon == nullptr)
            throw std::runtime_error("a header without a colon");
        auto const name = line.substr(0, static_cast<std::size_t>(colon - line.data()));
        visit(name, line.substr(name.size() + 2));
    }
}

/// Whether a field is called `name`, in whatever case.
inline bool is_named(std::string_view field, std::string_view name)
{
    return field.size() == name.size() &&
           ::strncasecmp(field.data(), name.data(), name.size()) == 0;
}

inline std::size_t to_number(std::string_view text, int base = 10)
{
    std::size_t value = 0;
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size())
        throw std::runtime_error("not a number: " + std::string(text));
    return value;
}

} // namespace bench

#endif
