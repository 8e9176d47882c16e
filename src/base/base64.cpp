#include "base/base64.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace hicap {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr unsigned char no_digit = 0xFF;

constexpr std::array<unsigned char, 256> make_values()
{
    std::array<unsigned char, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i != digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<unsigned char>(i);
    return values;
}

constexpr auto values = make_values();

} // namespace

void append_base64(std::string& out, std::string_view bytes)
{
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 3))) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i != 3; ++i) {
            auto const byte = i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
            group = group << 8U | byte;
        }
        for (std::size_t i = 0; i != 4; ++i) {
            auto const digit = digits[group >> (18U - 6U * i) & 0x3FU];
            out.push_back(i <= bytes.size() ? digit : '=');
        }
    }
}

std::optional<std::string> decode_base64(std::string_view text)
{
    if (text.size() % 4 == 0 && text.ends_with('='))
        text.remove_suffix(text.ends_with("==") ? 2 : 1);
    auto const rest = text.size() % 4;
    if (rest == 1)
        return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i != text.size(); ++i) {
        auto const value = values[static_cast<unsigned char>(text[i])];
        if (value == no_digit)
            return std::nullopt;
        bits = bits << 6U | value;
        if (i % 4 == 3) {
            out.push_back(static_cast<char>(bits >> 16U & 0xFFU));
            out.push_back(static_cast<char>(bits >> 8U & 0xFFU));
            out.push_back(static_cast<char>(bits & 0xFFU));
        }
    }
    if (rest >= 2) {
        bits <<= 6U * (4U - rest);
        out.push_back(static_cast<char>(bits >> 16U & 0xFFU));
        if (rest == 3)
            out.push_back(static_cast<char>(bits >> 8U & 0xFFU));
    }
    return out;
}

} // namespace hicap
