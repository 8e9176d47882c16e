#include "emulator/png.hpp"

#include "emulator/text.hpp"

#include <algorithm>
#include <array>

namespace hicap::emulation {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view signature = "\x89PNG\r\n\x1a\n"sv;
constexpr std::size_t colours = 4; // 2 bits a pixel

constexpr std::array<std::uint32_t, 256> make_crc_table() noexcept
{
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i != table.size(); ++i) {
        auto value = i;
        for (int bit = 0; bit != 8; ++bit)
            value = (value & 1U) != 0 ? 0xedb88320U ^ (value >> 1U) : value >> 1U;
        table[i] = value;
    }
    return table;
}

std::uint32_t crc_of(std::string_view bytes) noexcept
{
    static constexpr auto table = make_crc_table();
    std::uint32_t crc = 0xffffffffU;
    for (auto const c : bytes)
        crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xffU] ^ (crc >> 8U);
    return ~crc;
}

std::uint32_t adler_of(std::string_view bytes) noexcept
{
    constexpr std::uint32_t modulus = 65521;
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (auto const c : bytes) {
        a = (a + static_cast<unsigned char>(c)) % modulus;
        b = (b + a) % modulus;
    }
    return b << 16U | a;
}

char byte_of(std::uint32_t value) noexcept
{
    return static_cast<char>(static_cast<unsigned char>(value & 0xffU));
}

void append_number(std::string& bytes, std::uint32_t number)
{
    for (auto shift = 24U; shift != 0; shift -= 8)
        bytes += byte_of(number >> shift);
    bytes += byte_of(number);
}

void append_chunk(std::string& file, std::string_view type, std::string_view data)
{
    append_number(file, static_cast<std::uint32_t>(data.size()));
    auto const start = file.size();
    file += type;
    file += data;
    append_number(file, crc_of(std::string_view(file).substr(start)));
}

// zlib without compression: blocks that are stored (RFC 1950 and 1951).
std::string store(std::string_view bytes)
{
    constexpr std::size_t max_block = 65535;

    std::string result = "\x78\x01";
    auto rest = bytes;
    do {
        auto const block = rest.substr(0, max_block);
        auto const size = static_cast<std::uint32_t>(block.size());
        rest.remove_prefix(block.size());
        result += rest.empty() ? '\x01' : '\x00';
        for (auto const half : {size, ~size}) {
            result += byte_of(half);
            result += byte_of(half >> 8U);
        }
        result += block;
    } while (!rest.empty());
    append_number(result, adler_of(bytes));
    return result;
}

// Fields of one colour, the left half mirrored in the right one.
class pattern
{
public:
    explicit pattern(picture const& picture) : picture_(picture) {}

    std::uint32_t at(std::uint32_t x, std::uint32_t y) const noexcept
    {
        auto column = static_cast<std::uint64_t>(x) * fields / picture_.width;
        column = std::min<std::uint64_t>(column, fields - 1 - column);
        auto state = picture_.seed + row_of(y) * fields + column;
        return static_cast<std::uint32_t>(next_random(state) % colours);
    }

    std::uint64_t row_of(std::uint32_t y) const noexcept
    {
        return static_cast<std::uint64_t>(y) * fields / picture_.height;
    }

private:
    static constexpr std::uint32_t fields = 8;

    picture const& picture_;
};

std::string draw_rows(picture const& picture)
{
    constexpr std::uint32_t pixels_in_byte = 4;
    constexpr char no_filter = '\x00';

    pattern const pattern(picture);
    std::string result;
    std::string row;
    for (std::uint32_t y = 0; y != picture.height; ++y) {
        // A row is mostly the one above it.
        if (y == 0 || pattern.row_of(y) != pattern.row_of(y - 1)) {
            row.assign(1, no_filter);
            for (std::uint32_t x = 0; x < picture.width; x += pixels_in_byte) {
                std::uint32_t bits = 0;
                for (std::uint32_t i = 0; i != pixels_in_byte; ++i)
                    bits = bits << 2U | (x + i < picture.width ? pattern.at(x + i, y) : 0U);
                row += byte_of(bits);
            }
        }
        result += row;
    }
    return result;
}

} // namespace

std::string draw_png(picture const& picture)
{
    constexpr std::string_view palette_of_two_bits = "\x02\x03\x00\x00\x00"sv;

    std::string head;
    append_number(head, picture.width);
    append_number(head, picture.height);
    head += palette_of_two_bits;
    std::string palette;
    auto state = picture.seed;
    for (std::size_t i = 0; i != 3 * colours; ++i)
        palette += byte_of(static_cast<std::uint32_t>(next_random(state)));

    std::string file(signature);
    append_chunk(file, "IHDR", head);
    append_chunk(file, "PLTE", palette);
    if (picture.transparent)
        append_chunk(file, "tRNS", "\x00"sv);
    append_chunk(file, "IDAT", store(draw_rows(picture)));
    append_chunk(file, "IEND", {});
    return file;
}

std::optional<image_size> size_of_png(std::string_view bytes) noexcept
{
    constexpr std::size_t place_of_width = 16;
    constexpr std::size_t place_of_height = 20;

    if (bytes.size() < place_of_height + 4 || !bytes.starts_with(signature) ||
        bytes.substr(12, 4) != "IHDR")
        return std::nullopt;
    auto const number_at = [bytes](std::size_t place) {
        std::uint32_t number = 0;
        for (auto const c : bytes.substr(place, 4))
            number = number << 8U | static_cast<unsigned char>(c);
        return number;
    };
    return image_size{number_at(place_of_width), number_at(place_of_height)};
}

} // namespace hicap::emulation
