#include "api/tags.hpp"
#include "support/security.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

namespace hicap::test {
namespace {

using tags = std::map<std::string, std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(api_tags)

BOOST_AUTO_TEST_CASE(without_tags_there_is_no_header)
{
    BOOST_TEST(detail::tags_header({}, {}).empty());
}

BOOST_AUTO_TEST_CASE(tags_are_one_json_object)
{
    tags const some{{"team", "search"}, {"env", "prod"}};
    auto const* const expected = R"({"env":"prod","team":"search"})";
    BOOST_TEST(detail::tags_header(some, {}) == expected);
    BOOST_TEST(detail::tags_header({}, some) == expected);
}

BOOST_AUTO_TEST_CASE(the_call_goes_before_the_client)
{
    tags const of_client{{"a", "client"}, {"b", "client"}};
    tags const of_call{{"b", "call"}, {"c", "call"}};
    BOOST_TEST(
        detail::tags_header(of_client, of_call) == R"({"a":"client","b":"call","c":"call"})"
    );
}

BOOST_AUTO_TEST_CASE(what_is_not_ascii_is_escaped)
{
    BOOST_TEST(
        detail::tags_header({{"\xC3\xBC", "\xE2\x82\xAC \xF0\x9F\x98\x80"}}, {}) ==
        R"({"\u00fc":"\u20ac \ud83d\ude00"})"
    );
    BOOST_TEST(
        detail::tags_header({{"first", "\xC2\x80\xE0\xA0\x80\xF0\x90\x80\x80"}}, {}) ==
        R"({"first":"\u0080\u0800\ud800\udc00"})"
    );
    BOOST_TEST(
        detail::tags_header({{"last", "\xDF\xBF\xEF\xBF\xBF\xF4\x8F\xBF\xBF"}}, {}) ==
        R"({"last":"\u07ff\uffff\udbff\udfff"})"
    );
}

BOOST_AUTO_TEST_CASE(nothing_breaks_out_of_the_header_or_the_json, *security)
{
    auto const header = detail::tags_header({{"a\"b\\", "x\r\nEvil: yes\t\x01\x7F"}, {"", ""}}, {});
    for (char const c : header)
        BOOST_TEST((c >= ' ' && c < '\x7F'));
    BOOST_TEST(header == R"({"":"","a\"b\\":"x\r\nEvil: yes\t\u0001\u007f"})");
}

BOOST_AUTO_TEST_CASE(tags_that_are_not_utf_8_are_refused)
{
    for (auto const& bad : {tags{{"a", "\xFF"}}, tags{{"\xC3", "a"}}}) {
        BOOST_CHECK_EXCEPTION((void)detail::tags_header(bad, {}), error, [](error const& e) {
            return e.code() == errc::invalid_argument;
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
