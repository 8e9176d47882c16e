#include <hicap/boost_json.hpp>
#include <hicap/error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace {

using hicap::from_boost_json;
using hicap::raw_json;
using hicap::to_boost_json;
namespace json = boost::json;

// So many arrays in each other.
raw_json nested(std::size_t depth)
{
    return raw_json(std::string(depth, '[') + std::string(depth, ']'));
}

BOOST_AUTO_TEST_SUITE(boost_json)

BOOST_AUTO_TEST_CASE(values_of_every_kind_go_both_ways)
{
    for (auto const* text : {
             "null",
             "true",
             "-9223372036854775808",
             "18446744073709551615",
             R"("\u0001 \"quoted\" \ud83d\ude00")",
             "[]",
             R"({"a":[1,{"b":null}],"c":"d"})",
         }) {
        auto const value = to_boost_json(raw_json(text));
        BOOST_TEST(to_boost_json(from_boost_json(value)) == value);
    }
    json::object object;
    object["city"] = "Paris";
    object["degrees"] = 21;
    BOOST_TEST(from_boost_json(object).text() == R"({"city":"Paris","degrees":21})");
}

BOOST_AUTO_TEST_CASE(what_is_deepest_in_one_can_be_had_in_the_other)
{
    auto const deepest = nested(128);
    BOOST_TEST(from_boost_json(to_boost_json(deepest)).text() == deepest.text());

    json::array tower;
    for (int level = 0; level != 200; ++level)
        tower = json::array{std::move(tower)};
    BOOST_CHECK_EXCEPTION(
        (void)from_boost_json(tower),
        hicap::error,
        [](hicap::error const& error) { return error.code() == hicap::errc::invalid_json; }
    );
}

BOOST_AUTO_TEST_CASE(a_number_that_json_does_not_have_is_refused)
{
    for (auto const number :
         {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        BOOST_CHECK_EXCEPTION(
            (void)from_boost_json(json::value(number)),
            hicap::error,
            [](hicap::error const& error) { return error.code() == hicap::errc::invalid_json; }
        );
    }
}

BOOST_AUTO_TEST_CASE(boosts_own_conversions_know_raw_json)
{
    auto const raw = raw_json(R"({"a":1})");
    auto const value = json::value_from(raw);
    BOOST_TEST(value.at("a").as_int64() == 1);
    BOOST_TEST(json::value_to<raw_json>(value).text() == raw.text());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
