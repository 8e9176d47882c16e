#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace hicap::test {

BOOST_AUTO_TEST_SUITE(base_escape_for_display)

BOOST_AUTO_TEST_CASE(what_is_harmless_stays)
{
    for (std::string_view const text :
         {"", "plain text ~!@", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"})
        BOOST_TEST(escape_for_display(text) == text);
}

BOOST_AUTO_TEST_CASE(every_byte_alone_is_shown_or_escaped)
{
    for (int code = 0; code != 256; ++code) {
        auto const c = static_cast<char>(code);
        auto const shown = escape_for_display({&c, 1});
        std::string expected(1, c);
        if (c == '\n') {
            expected = "\\n";
        } else if (c == '"' || c == '\\') {
            expected.insert(0, 1, '\\');
        } else if (code < 0x20 || code >= 0x7F) {
            constexpr char hex[] = "0123456789abcdef";
            expected = {'\\', 'x', hex[code / 16], hex[code % 16]};
        }
        BOOST_TEST(shown == expected, code);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_utf_8_is_escaped_byte_by_byte)
{
    BOOST_TEST(escape_for_display("\xC3") == "\\xc3");
    BOOST_TEST(escape_for_display("\xC3(") == "\\xc3(");
    BOOST_TEST(escape_for_display("\xC0\x80") == "\\xc0\\x80");
    BOOST_TEST(escape_for_display("\xED\xA0\x80") == "\\xed\\xa0\\x80"); // a surrogate
    BOOST_TEST(escape_for_display("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
    BOOST_TEST(escape_for_display("\xE2\x82") == "\\xe2\\x82");
}

BOOST_AUTO_TEST_CASE(controls_of_latin_1_are_escaped_though_they_are_utf_8)
{
    BOOST_TEST(escape_for_display("\xC2\x80") == "\\xc2\\x80");
    BOOST_TEST(
        escape_for_display("\xC2\x9B"
                           "2J") == "\\xc2\\x9b2J"
    );
    BOOST_TEST(escape_for_display("\xC2\x9F") == "\\xc2\\x9f");
    BOOST_TEST(escape_for_display("\xC2\xA0") == "\xC2\xA0");
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_between_characters)
{
    BOOST_TEST(escape_for_display("abcdef", 6) == "abcdef");
    BOOST_TEST(escape_for_display("abcdefg", 6) == "abcdef...");
    BOOST_TEST(escape_for_display("abcde\xE2\x82\xAC", 6) == "abcde...");
    BOOST_TEST(escape_for_display("abc\x01", 6) == "abc...");
    BOOST_TEST(escape_for_display(std::string(1000, 'x')) == std::string(512, 'x') + "...");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
