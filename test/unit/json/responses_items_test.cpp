#include "json/responses_items_description.hpp"
#include "round_trip.hpp"

#include <hicap/responses_items.hpp>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hicap::test {
namespace {

using namespace hicap::responses;

// Without `unknown`.
static_assert(std::variant_size_v<output_item> == 28 + 1);
static_assert(std::variant_size_v<input_item> == 32 + 1);
static_assert(std::variant_size_v<listed_item> == 29 + 1);

std::vector<std::string> items()
{
    std::vector<std::string> texts;
    auto const list = boost::json::parse(read_file(HICAP_TEST_DATA "/responses/items.json"));
    for (auto const& item : list.as_array())
        texts.push_back(boost::json::serialize(item));
    return texts;
}

template <class Kind>
void check(std::string_view text)
{
    BOOST_TEST_CONTEXT(text)
    {
        BOOST_TEST(std::holds_alternative<Kind>(survives<input_item>(text)));
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_responses_items)

BOOST_AUTO_TEST_CASE(every_kind_and_member_of_an_output_survives)
{
    coverage seen;
    seen.leave_out<tool>();
    for (auto const& text : items())
        seen.add(survives<output_item>(text));
    // What only the forms of input have.
    seen.add(survives<output_item>(R"({"type":"shell_call","call_id":"c","action":{"commands":[]},
        "environment":{"type":"local","skills":[{"name":"n","description":"d","path":"p"}]}})"));
    seen.check();
}

BOOST_AUTO_TEST_CASE(an_output_can_be_sent_back)
{
    for (auto const& text : items()) {
        auto const output = read<output_item>(text);
        auto const input = as_input(output);
        BOOST_TEST(same_text(written(input), text), text);
        auto const again = survives<input_item>(text);
        BOOST_TEST(again.index() == input.index(), text);
        survives<listed_item>(text);
    }
}

BOOST_AUTO_TEST_CASE(what_an_output_leaves_out_is_left_out_of_the_input)
{
    for (std::string const text :
         {R"({"type":"web_search_call","action":{"type":"search","query":"q"}})",
          R"({"type":"file_search_call","queries":[]})",
          R"({"type":"computer_call","call_id":"c","pending_safety_checks":[]})",
          R"({"type":"program_output","call_id":"c","result":"r"})",
          R"({"type":"image_generation_call","result":null})",
          R"({"type":"code_interpreter_call","container_id":"k","code":null})",
          R"({"type":"local_shell_call","call_id":"c","action":{"type":"exec","command":[],"env":{}}})",
          R"({"type":"apply_patch_call","call_id":"c","operation":{"type":"delete_file","path":"p"}})",
          R"({"type":"apply_patch_call_output","call_id":"c"})",
          R"({"type":"web_search_call","id":"","status":""})"}) {
        auto const sent = written(as_input(read<output_item>(text)));
        BOOST_TEST(same_text(sent, text), sent);
    }
}

BOOST_AUTO_TEST_CASE(messages_are_told_apart)
{
    check<easy_message>(R"({"role":"user","content":"a"})");
    check<easy_message>(R"({"type":"message","role":"user","content":"a"})");
    check<easy_message>(R"({"role":"assistant","content":"a","phase":"commentary"})");
    check<easy_message>(R"({"role":"assistant","content":[{"type":"input_text","text":"a"}]})");
    check<input_message>(R"({"role":"user","content":[{"type":"input_text","text":"a"}]})");
    check<input_message>(
        R"({"type":"message","role":"developer","content":[{"type":"input_text","text":"a"}]})"
    );
    check<input_message>(
        R"({"type":"message","id":"m","role":"user","status":"completed","content":[]})"
    );
    check<output_message>(
        R"({"type":"message","id":"m","role":"assistant","status":"completed","content":[]})"
    );
    check<easy_message>(
        R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]})"
    );
    check<item_reference>(R"({"id":"msg_1"})");
    check<item_reference>(R"({"type":null,"id":"msg_1"})");
    check<item_reference>(R"({"type":"item_reference","id":"msg_1"})");
    check<compaction_trigger>(R"({"type":"compaction_trigger"})");
    check<unknown>(R"({"type":"message","content":"a"})");
    check<unknown>("{}");
}

BOOST_AUTO_TEST_CASE(what_has_no_id_is_sent_without)
{
    input_item const result = function_result("call_1", "42");
    BOOST_TEST(
        written(result) == R"({"type":"function_call_output","call_id":"call_1","output":"42"})"
    );
    input_item const asked = user("hello");
    BOOST_TEST(written(asked) == R"({"role":"user","content":"hello"})");
    input_item const earlier = item_reference{.id = "msg_1"};
    BOOST_TEST(written(earlier) == R"({"type":"item_reference","id":"msg_1"})");
}

BOOST_AUTO_TEST_CASE(one_malformed_item_does_not_spoil_a_list)
{
    std::vector<output_item> list;
    auto const text = R"([{"type":"function_call","call_id":7,"name":"f","arguments":"{}"},5,
        {"type":"reasoning","id":"r","summary":[]}])";
    auto const result = json::decode(text, list);
    BOOST_TEST(bool(result));
    BOOST_TEST(result.mismatches.size() == 2u);
    BOOST_TEST(result.mismatches.front().path == "[0].call_id");
    BOOST_TEST(std::get<function_call>(list.at(0)).name == "f");
    BOOST_TEST(std::get<reasoning>(list.at(2)).id == "r");
    BOOST_TEST(same_text(written(list), text));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
