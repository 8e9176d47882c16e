#include "base/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::test {
namespace {

/// Without a byte to spare behind it.
std::size_t sequence(std::string_view text)
{
    std::vector<char> const exact(text.begin(), text.end());
    return utf8_sequence(exact.data(), exact.data() + exact.size());
}

std::string encoded(std::uint32_t code_point)
{
    auto const tail = [code_point](unsigned shift) {
        return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
    };
    if (code_point < 0x800U)
        return {static_cast<char>(0xC0U | (code_point >> 6U)), tail(0)};
    if (code_point < 0x10000U)
        return {static_cast<char>(0xE0U | (code_point >> 12U)), tail(6), tail(0)};
    return {static_cast<char>(0xF0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(base_utf8)

BOOST_AUTO_TEST_CASE(every_code_point_beyond_ascii_is_a_sequence_unless_it_is_a_surrogate)
{
    std::size_t wrong = 0;
    for (std::uint32_t code_point = 0x80; code_point <= 0x10FFFF; ++code_point) {
        auto const text = encoded(code_point);
        bool const surrogate = code_point >= 0xD800 && code_point < 0xE000;
        auto const length = utf8_sequence(text.data(), text.data() + text.size());
        wrong += length != (surrogate ? 0 : text.size()) ? 1 : 0;
    }
    BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_CASE(every_pair_of_bytes_is_judged)
{
    for (unsigned first = 0; first != 256; ++first) {
        for (unsigned second = 0; second != 256; ++second) {
            std::string const text{static_cast<char>(first), static_cast<char>(second)};
            bool const good = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
            if (sequence(text) != (good ? 2u : 0u))
                BOOST_ERROR(first << ' ' << second);
        }
    }
}

BOOST_AUTO_TEST_CASE(long_forms_and_what_is_beyond_unicode_are_refused)
{
    for (std::string_view const text :
         {"\xC0\xAF",
          "\xC1\xBF",
          "\xE0\x80\xAF",
          "\xE0\x9F\xBF",
          "\xF0\x80\x80\xAF",
          "\xF0\x8F\xBF\xBF",
          "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80",
          "\xF8\x88\x80\x80\x80",
          "\xFF"})
        BOOST_TEST(sequence(text) == 0u);
}

BOOST_AUTO_TEST_CASE(a_sequence_that_is_cut_is_none)
{
    for (std::string const text : {"\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"})
        for (std::size_t size = 1; size != text.size(); ++size) {
            BOOST_TEST(sequence(text.substr(0, size)) == 0u);
            BOOST_TEST(sequence(text.substr(0, size) + "abc") == 0u);
        }
}

BOOST_AUTO_TEST_CASE(what_follows_does_not_count)
{
    BOOST_TEST(sequence("\xC3\xBC\xFF") == 2u);
    BOOST_TEST(sequence("\xE2\x82\xAC\x80") == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
