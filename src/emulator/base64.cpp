#include "emulator/base64.hpp"

#include <algorithm>
#include <cstdint>

namespace hicap::emulation {

std::string encode_base64(std::string_view bytes)
{
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    constexpr std::size_t group = 3;

    std::string result;
    result.reserve((bytes.size() + group - 1) / group * 4);
    for (std::size_t i = 0; i < bytes.size(); i += group) {
        auto const size = std::min(group, bytes.size() - i);
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j != group; ++j)
            bits = bits << 8U | (j < size ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j != group + 1; ++j)
            result += j <= size ? digits[bits >> (18U - 6U * j) & 63U] : '=';
    }
    return result;
}

} // namespace hicap::emulation
