#include "emulator/base64.hpp"
#include "emulator/png.hpp"

#include <boost/crc.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace hicap::emulation;

BOOST_AUTO_TEST_SUITE(emulator_png)

namespace {

std::uint32_t number_at(std::string_view bytes, std::size_t place)
{
    std::uint32_t number = 0;
    for (auto const c : bytes.substr(place, 4))
        number = number << 8U | static_cast<unsigned char>(c);
    return number;
}

using chunk_list = std::vector<std::pair<std::string, std::string>>;

// Types and data, with their checksums checked.
chunk_list chunks_of(std::string_view file)
{
    chunk_list chunks;
    BOOST_TEST(file.substr(0, 8) == "\x89PNG\r\n\x1a\n");
    std::size_t place = 8;
    while (place < file.size()) {
        auto const size = number_at(file, place);
        auto const body = file.substr(place + 4, size + 4);
        boost::crc_32_type crc;
        crc.process_bytes(body.data(), body.size());
        BOOST_TEST(crc.checksum() == number_at(file, place + 8 + size));
        chunks.emplace_back(body.substr(0, 4), body.substr(4));
        place += size + 12;
    }
    return chunks;
}

// What stored blocks hold, with their checksum checked.
std::string inflate(std::string_view data)
{
    auto const byte_at = [&](std::size_t place) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(data[place]));
    };
    BOOST_TEST((number_at(data, 0) >> 16U) == 0x7801U);
    std::string result;
    std::size_t place = 2;
    bool is_last = false;
    while (!is_last) {
        is_last = byte_at(place) == 1;
        auto const size = byte_at(place + 1) | byte_at(place + 2) << 8U;
        auto const inverse = byte_at(place + 3) | byte_at(place + 4) << 8U;
        BOOST_TEST(size == (~inverse & 0xffffU));
        result += data.substr(place + 5, size);
        place += size + 5;
    }
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (auto const c : result) {
        a = (a + static_cast<unsigned char>(c)) % 65521U;
        b = (b + a) % 65521U;
    }
    BOOST_TEST(number_at(data, place) == (b << 16U | a));
    BOOST_TEST(place + 4 == data.size());
    return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_picture_is_a_whole_png_of_its_size)
{
    std::vector<std::pair<std::uint32_t, std::uint32_t>> const sizes = {
        {1, 1}, {3, 5}, {16, 16}, {256, 256}, {1024, 1536}};
    for (auto const& [width, height] : sizes) {
        auto const file = draw_png({width, height, 42, false});
        auto const chunks = chunks_of(file);
        BOOST_TEST_REQUIRE(chunks.size() == 4U);
        BOOST_TEST(chunks[0].first == "IHDR");
        BOOST_TEST(number_at(chunks[0].second, 0) == width);
        BOOST_TEST(number_at(chunks[0].second, 4) == height);
        BOOST_TEST(chunks[1].first == "PLTE");
        BOOST_TEST(chunks[2].first == "IDAT");
        BOOST_TEST(inflate(chunks[2].second).size() == std::size_t{height} * (1 + (width + 3) / 4));
        BOOST_TEST(chunks[3].first == "IEND");
        auto const size = size_of_png(file);
        BOOST_TEST_REQUIRE(size.has_value());
        BOOST_TEST(size->width == width);
        BOOST_TEST(size->height == height);
    }
}

BOOST_AUTO_TEST_CASE(the_seed_makes_the_picture)
{
    picture const one{64, 64, 1, false};
    picture const two{64, 64, 2, false};
    BOOST_TEST(draw_png(one) == draw_png(one));
    BOOST_TEST(draw_png(one) != draw_png(two));
}

BOOST_AUTO_TEST_CASE(a_colour_may_be_transparent)
{
    auto const chunks = chunks_of(draw_png({16, 16, 1, true}));
    BOOST_TEST(chunks.at(2).first == "tRNS");
}

BOOST_AUTO_TEST_CASE(what_is_no_png_has_no_size)
{
    auto const file = draw_png({16, 16, 1, false});
    BOOST_TEST(!size_of_png("").has_value());
    BOOST_TEST(!size_of_png(file.substr(0, 23)).has_value());
    BOOST_TEST(!size_of_png("x" + file).has_value());
}

BOOST_AUTO_TEST_CASE(base64_is_padded)
{
    std::vector<std::pair<std::string, std::string>> const table = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfd", "//79"},
    };
    for (auto const& [bytes, text] : table)
        BOOST_TEST(encode_base64(bytes) == text);
}

BOOST_AUTO_TEST_SUITE_END()
