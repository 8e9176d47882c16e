#include "emulator/json_instance.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(emulator_json_instance)

namespace {

std::string instance(std::string_view schema)
{
    return boost::json::serialize(
        hicap::emulation::instance_of(boost::json::parse(schema), "some words")
    );
}

} // namespace

BOOST_AUTO_TEST_CASE(an_instance_follows_the_common_keywords)
{
    std::vector<std::pair<char const*, char const*>> const table = {
        {R"({"type":"string"})", R"("some words")"},
        {R"({"type":"string","maxLength":4})", R"("some")"},
        {R"({"type":"string","minLength":12})", R"("some words..")"},
        {R"({"type":"string","format":"date"})", R"("2025-01-31")"},
        {R"({"type":"integer"})", "1"},
        {R"({"type":"integer","minimum":7})", "7"},
        {R"({"type":"integer","exclusiveMinimum":7})", "8"},
        {R"({"type":"integer","maximum":-3})", "-3"},
        {R"({"type":"integer","minimum":7,"multipleOf":5})", "10"},
        {R"({"type":"number","exclusiveMinimum":1})", "1.5E0"},
        {R"({"type":"boolean"})", "true"},
        {R"({"type":"null"})", "null"},
        {R"({"type":["null","integer"]})", "1"},
        {R"({"enum":["b","a"]})", R"("b")"},
        {R"({"const":{"a":1}})", R"({"a":1})"},
        {R"({"type":"array","items":{"type":"integer"}})", "[1]"},
        {R"({"type":"array","items":{"type":"integer"},"minItems":3})", "[1,1,1]"},
        {R"({"type":"array","items":{"type":"integer"},"maxItems":0})", "[]"},
        {R"({"type":"array","prefixItems":[{"type":"integer"},{"type":"null"}]})", "[1,null]"},
        {R"({"type":"object","properties":{"a":{"type":"integer"},"b":{}},"required":["a"]})",
         R"({"a":1})"},
        {R"({"type":"object","required":["a"]})", R"({"a":"some words"})"},
        {R"({"properties":{"a":{"type":"integer"}},"required":["a"]})", R"({"a":1})"},
        {R"({"anyOf":[{"type":"null"},{"type":"integer"}]})", "null"},
        {R"({"oneOf":[{"type":"integer"}]})", "1"},
        {R"({"allOf":[{"required":["a"]},{"required":["b"]}]})",
         R"({"a":"some words","b":"some words"})"},
        {R"({"$defs":{"x":{"type":"integer"}},"$ref":"#/$defs/x"})", "1"},
        {R"({"$ref":"#/$defs/missing"})", R"("some words")"},
        {R"({})", R"("some words")"},
        {R"(true)", R"("some words")"},
    };

    for (auto const& [schema, expected] : table)
        BOOST_TEST(instance(schema) == expected, schema << ": " << instance(schema));
}

BOOST_AUTO_TEST_CASE(a_schema_that_refers_to_itself_ends)
{
    BOOST_TEST(!instance(R"({"required":["a"],"properties":{"a":{"$ref":"#"}}})").empty());
    BOOST_TEST(!instance(R"({"$ref":"#"})").empty());
    BOOST_TEST(!instance(R"({"type":"array","items":{"$ref":"#"}})").empty());
}

BOOST_AUTO_TEST_CASE(a_schema_that_multiplies_itself_ends)
{
    auto const text = instance(
        R"({"required":["a","b","c"],
            "properties":{"a":{"$ref":"#"},"b":{"$ref":"#"},"c":{"$ref":"#"}}})"
    );

    BOOST_TEST(text.size() < 1'000'000U);
}

BOOST_AUTO_TEST_SUITE_END()
