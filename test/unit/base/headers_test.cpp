#include <hicap/headers.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace hicap::test {

BOOST_AUTO_TEST_SUITE(base_headers)

BOOST_AUTO_TEST_CASE(there_are_none_at_first)
{
    headers const none;
    BOOST_TEST(none.empty());
    BOOST_TEST(none.size() == 0u);
    BOOST_TEST(!none.find("a"));
    BOOST_TEST(!none.find(""));
}

BOOST_AUTO_TEST_CASE(names_are_found_without_regard_to_case)
{
    headers fields;
    fields.append("X-Request-ID", "r1");
    for (std::string_view const name : {"X-Request-ID", "x-request-id", "X-REQUEST-ID"})
        BOOST_TEST(fields.find(name).value() == "r1");
    for (std::string_view const name : {"X-Request-I", "X-Request-IDs", "", "XRequest-ID"})
        BOOST_TEST(!fields.find(name));
}

BOOST_AUTO_TEST_CASE(case_is_folded_for_letters_alone)
{
    headers fields;
    fields.append("a[", "1"); // as far from { as A is from a
    fields.append("\xC4", "2");
    BOOST_TEST(!fields.find("a{"));
    BOOST_TEST(!fields.find("\xE4"));
    BOOST_TEST(fields.find("A[").value() == "1");
}

BOOST_AUTO_TEST_CASE(order_and_spelling_are_kept)
{
    headers fields;
    fields.append("B", "1");
    fields.append("a", "");
    fields.append("C", "3");
    BOOST_TEST_REQUIRE(fields.size() == 3u);
    BOOST_TEST(fields[0].first == "B");
    BOOST_TEST(fields[0].second == "1");
    BOOST_TEST(fields[1].first == "a");
    BOOST_TEST(fields[1].second == "");
    BOOST_TEST(fields[2].first == "C");
    BOOST_TEST(fields[2].second == "3");
    BOOST_TEST(fields.find("A").has_value());
}

BOOST_AUTO_TEST_CASE(of_duplicates_the_first_is_found_and_all_are_kept)
{
    headers fields;
    fields.append("Set-Cookie", "a");
    fields.append("set-cookie", "b");
    BOOST_TEST(fields.find("SET-COOKIE").value() == "a");
    BOOST_TEST(fields.size() == 2u);
    BOOST_TEST(fields[1].second == "b");
}

BOOST_AUTO_TEST_CASE(a_value_is_not_taken_for_a_name)
{
    headers fields;
    fields.append("x", "yz");
    fields.append("a", "z");
    BOOST_TEST(!fields.find("xy"));
    BOOST_TEST(!fields.find("z"));
}

BOOST_AUTO_TEST_CASE(many_fields_are_kept)
{
    headers fields;
    for (int i = 0; i != 1000; ++i)
        fields.append("name-" + std::to_string(i), std::string(100, 'v') + std::to_string(i));
    for (int i = 0; i != 1000; ++i)
        BOOST_TEST(
            fields.find("NAME-" + std::to_string(i)).value() ==
            std::string(100, 'v') + std::to_string(i)
        );
}

BOOST_AUTO_TEST_CASE(cleared_headers_are_empty_and_usable)
{
    headers fields;
    fields.append("a", "1");
    fields.clear();
    BOOST_TEST(fields.empty());
    BOOST_TEST(!fields.find("a"));
    fields.append("b", "2");
    BOOST_TEST(fields.find("b").value() == "2");
    BOOST_TEST(fields.size() == 1u);
}

BOOST_AUTO_TEST_CASE(fields_keep_their_place_in_reserved_room)
{
    headers fields;
    fields.reserve(2, 1 + 20 + 1 + 20);
    fields.append("a", std::string(20, '1'));
    auto const* const first = fields.find("a").value().data();
    fields.append("b", std::string(20, '2'));
    BOOST_TEST(fields.find("a").value().data() == first);
    BOOST_TEST(fields.find("b").value() == std::string(20, '2'));
}

BOOST_AUTO_TEST_CASE(copies_are_independent)
{
    headers fields;
    fields.append("a", "1");
    auto const copy = fields;
    fields.clear();
    BOOST_TEST(copy.find("a").value() == "1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
