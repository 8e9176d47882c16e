#include "json/responses_tools_description.hpp"
#include "round_trip.hpp"
#include "support.hpp"

#include <hicap/responses_tools.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace responses = hicap::responses;
using hicap::test::coverage;
using hicap::test::read;
using hicap::test::read_file;
using hicap::test::survives;
using hicap::test::written;

namespace {

std::string fixture(std::string const& name)
{
    return read_file(HICAP_TEST_DATA "/responses/" + name);
}

std::vector<responses::tool> all_tools()
{
    return survives<std::vector<responses::tool>>(fixture("tools.json"));
}

std::vector<responses::tool_choice> all_choices()
{
    return survives<std::vector<responses::tool_choice>>(fixture("tool_choices.json"));
}

std::vector<responses::caller> all_callers()
{
    return survives<std::vector<responses::caller>>(
        R"([{"type":"direct"},{"type":"program","caller_id":"call_1"},{"type":"ghost","of":1}])"
    );
}

template <class Tool>
std::vector<Tool> of_kind(std::vector<responses::tool> const& tools)
{
    std::vector<Tool> found;
    for (auto const& tool : tools) {
        if (auto const* held = std::get_if<Tool>(&tool))
            found.push_back(*held);
    }
    BOOST_TEST_REQUIRE(!found.empty());
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(responses_tools)

BOOST_AUTO_TEST_CASE(every_kind_of_tool_survives_a_round_trip)
{
    auto const tools = all_tools();
    for (std::size_t kind = 0; kind != std::variant_size_v<responses::tool>; ++kind)
        BOOST_TEST(
            std::ranges::any_of(tools, [&](auto const& t) { return t.index() == kind; }),
            "no tool of kind " << kind
        );
    BOOST_TEST(std::get<hicap::unknown>(tools.back()).type == "telepathy");

    auto const functions = of_kind<responses::function_tool>(tools);
    BOOST_TEST(functions.at(0).allowed_callers->at(2).str() == "oracle");
    BOOST_TEST(functions.at(1).parameters.is_absent());
    BOOST_TEST(functions.at(2).parameters.is_null());
    BOOST_TEST((functions.at(2).defer_loading == false));
}

BOOST_AUTO_TEST_CASE(every_kind_of_tool_choice_survives_a_round_trip)
{
    auto const choices = all_choices();
    BOOST_TEST((std::get<responses::tool_choice_mode>(choices.at(0)) == "auto"));
    BOOST_TEST(std::get<responses::mcp_choice>(choices.at(6)).name.is_null());
    auto const& allowed = std::get<responses::allowed_tools_choice>(choices.at(7));
    BOOST_TEST(allowed.tools.at(1).text() == R"({"type": "image_generation"})");
    auto const built_in = std::ranges::count_if(choices, [](auto const& choice) {
        return std::holds_alternative<responses::built_in_choice>(choice);
    });
    BOOST_TEST(built_in == std::ssize(responses::built_in_choice::tags));
    BOOST_TEST(std::holds_alternative<hicap::unknown>(choices.back()));
}

BOOST_AUTO_TEST_CASE(who_called_survives_a_round_trip)
{
    auto const callers = all_callers();
    BOOST_TEST(std::holds_alternative<responses::direct_caller>(callers.at(0)));
    BOOST_TEST(std::get<responses::program_caller>(callers.at(1)).caller_id == "call_1");
    BOOST_TEST(std::get<hicap::unknown>(callers.at(2)).type == "ghost");
}

BOOST_AUTO_TEST_CASE(every_member_and_kind_of_the_tools_occurs_in_the_fixtures)
{
    coverage seen;
    seen.add(all_tools());
    seen.add(all_choices());
    seen.add(all_callers());
    // What cannot be told apart from `double` when it is read.
    seen.add(responses::filter_value(std::int64_t(1)));
    seen.add(responses::filter_element(std::int64_t(1)));
    seen.check();
}

BOOST_AUTO_TEST_CASE(one_struct_stands_for_both_versions_of_a_web_search)
{
    auto const searches = of_kind<responses::web_search_tool>(all_tools());
    BOOST_TEST(searches.at(0).type == "web_search");
    BOOST_TEST(searches.at(2).type == "web_search_2025_08_26");
    BOOST_TEST(written(responses::web_search_tool{}) == R"({"type":"web_search"})");
    BOOST_TEST(written(responses::web_search_preview_tool{}) == R"({"type":"web_search_preview"})");
}

BOOST_AUTO_TEST_CASE(filters_may_hold_filters)
{
    auto const search = of_kind<responses::file_search_tool>(all_tools()).at(0);
    auto const& outer = std::get<responses::compound_filter>(*search.filters);
    BOOST_TEST_REQUIRE(outer.filters.size() == 3u);
    auto const& first = std::get<responses::comparison_filter>(outer.filters[0]);
    BOOST_TEST(std::get<std::string>(first.value) == "Ada");
    auto const& inner = std::get<responses::compound_filter>(outer.filters[1]);
    BOOST_TEST((inner.type == responses::conjunction::any));
    BOOST_TEST(inner.filters.size() == 4u);
    BOOST_TEST(std::get<hicap::unknown>(outer.filters[2]).type == "near");
}

BOOST_AUTO_TEST_CASE(filters_as_deep_as_json_may_be_are_read_and_deeper_ones_refused)
{
    auto const nested = [](int depth) {
        std::string text;
        for (int i = 0; i != depth; ++i)
            text += R"({"type":"and","filters":[)";
        for (int i = 0; i != depth; ++i)
            text += "]}";
        return text;
    };
    BOOST_TEST(written(read<responses::filter>(nested(60))) == nested(60));
    responses::filter refused;
    BOOST_TEST(!hicap::json::decode(std::string_view(nested(100)), refused));
}

BOOST_AUTO_TEST_CASE(tools_are_written_in_designated_initializers)
{
    std::vector<responses::tool> const tools = {
        responses::function_tool{
            .name = "look",
            .parameters = hicap::raw_json(R"({"type":"object"})"),
            .strict = true,
        },
        responses::file_search_tool{
            .vector_store_ids = {"vs_1"},
            .filters =
                responses::compound_filter{
                    .type = responses::conjunction::any,
                    .filters =
                        {responses::comparison_filter{.key = "author", .value = "Ada"},
                         responses::comparison_filter{
                             .type = responses::comparison::gt,
                             .key = "year",
                             .value = std::int64_t(9007199254740993)},
                         responses::comparison_filter{
                             .type = responses::comparison::in,
                             .key = "shelf",
                             .value = std::vector<responses::filter_element>{"a", 2, 2.5}}}},
        },
        responses::mcp_tool{
            .server_label = "wiki",
            .server_url = "https://mcp.example.com",
            .allowed_tools = responses::mcp_tool_filter{.read_only = true},
            .require_approval = responses::approval_mode::never,
        },
        responses::code_interpreter_tool{},
        responses::web_search_tool{.user_location = responses::location{.city = "Ulm"}},
        responses::shell_tool{.environment = responses::local_environment{}},
    };
    BOOST_TEST(
        written(tools) ==
        R"([{"type":"function","name":"look","parameters":{"type":"object"},"strict":true},)"
        R"({"type":"file_search","vector_store_ids":["vs_1"],"filters":{"type":"or","filters":[)"
        R"({"type":"eq","key":"author","value":"Ada"},)"
        R"({"type":"gt","key":"year","value":9007199254740993},)"
        R"({"type":"in","key":"shelf","value":["a",2,2.5]}]}},)"
        R"({"type":"mcp","server_label":"wiki","server_url":"https://mcp.example.com",)"
        R"("allowed_tools":{"read_only":true},"require_approval":"never"},)"
        R"({"type":"code_interpreter","container":{"type":"auto"}},)"
        R"({"type":"web_search","user_location":{"type":"approximate","city":"Ulm"}},)"
        R"({"type":"shell","environment":{"type":"local"}}])"
    );
    responses::tool_choice const choice =
        responses::built_in_choice{.type = responses::built_in::shell};
    BOOST_TEST(written(choice) == R"({"type":"shell"})");
}

BOOST_AUTO_TEST_CASE(a_wrong_type_is_told_and_comes_back_as_it_was)
{
    std::string_view const text =
        R"({"type":"mcp","server_label":"wiki","allowed_tools":7,"require_approval":["ask"]})";
    responses::tool tool;
    auto const result = hicap::json::decode(text, tool);
    BOOST_TEST_REQUIRE(result.mismatches.size() == 2u);
    BOOST_TEST(result.mismatches[0].path == "allowed_tools");
    BOOST_TEST(result.mismatches[1].path == "require_approval");
    BOOST_TEST(written(tool) == text);
}

BOOST_AUTO_TEST_SUITE_END()
