#include "base/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {

BOOST_AUTO_TEST_SUITE(base_base64)

BOOST_AUTO_TEST_CASE(bytes_become_text_and_back)
{
    for (auto const& [bytes, text] :
         {std::pair<std::string_view, std::string_view>("", ""),
          {"f", "Zg=="},
          {"fo", "Zm8="},
          {"foo", "Zm9v"},
          {"foob", "Zm9vYg=="},
          {"\xFF\xFE\xFD", "//79"},
          {"\xFB\xEF", "++8="}}) {
        std::string encoded;
        append_base64(encoded, bytes);
        BOOST_TEST(encoded == text);
        BOOST_TEST(decode_base64(text).value() == bytes);
    }
}

BOOST_AUTO_TEST_CASE(all_bytes_survive)
{
    std::string bytes;
    for (int i = 0; i != 1000; ++i) {
        std::string text;
        append_base64(text, bytes);
        BOOST_TEST_REQUIRE((decode_base64(text) == bytes));
        bytes.push_back(static_cast<char>(i * 7));
    }
}

BOOST_AUTO_TEST_CASE(padding_may_be_missing)
{
    BOOST_TEST(decode_base64("Zg").value() == "f");
    BOOST_TEST(decode_base64("Zm8").value() == "fo");
}

BOOST_AUTO_TEST_CASE(what_is_no_base64_is_refused)
{
    for (auto const* const text :
         {"Z",
          "Zm9vY",
          "Zg=",
          "Zg===",
          "====",
          "=",
          "Z=g=",
          "Zm 9v",
          "-_-_",
          "Zm9v\n",
          "Zm\xC3\xA4v"})
        BOOST_TEST(!decode_base64(text), text);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
