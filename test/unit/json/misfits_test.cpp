#include "json/codec.hpp"
#include "support.hpp"

#include <hicap/misfits.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace hicap;

namespace {

std::vector<misfit> sorted(std::vector<misfit> list)
{
    std::ranges::sort(list, {}, &misfit::path);
    return list;
}

/// Reads `text` and gives the misfits as they are found afterwards, after a look at what was found
/// meanwhile.
template <class T>
std::vector<misfit> misfits_of(std::string_view text)
{
    T value;
    auto const result = json::decode(text, value);
    BOOST_TEST_REQUIRE(bool(result), result.what);
    auto found = sorted(misfits(value));
    BOOST_TEST((found == sorted(result.mismatches)));
    return found;
}

void check(std::vector<misfit> const& came, std::vector<misfit> const& wanted)
{
    auto const found = sorted(came);
    auto const expected = sorted(wanted);
    BOOST_TEST(found.size() == expected.size());
    for (std::size_t i = 0; i != std::min(found.size(), expected.size()); ++i) {
        BOOST_TEST(found[i].path == expected[i].path);
        BOOST_TEST(found[i].expected == expected[i].expected);
        BOOST_TEST(found[i].found == expected[i].found);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_misfits)

BOOST_AUTO_TEST_CASE(an_answer_tells_what_came_in_another_type)
{
    check(
        misfits_of<chat::completion>(
            R"({"object":"chat.completion","id":7,"created":1,"model":"m","choices":[)"
            R"({"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"},)"
            R"({"index":"1","message":{"role":"assistant","content":{"a":1}},"finish_reason":"stop"}],)"
            R"("usage":{"prompt_tokens":"12","completion_tokens":1,"total_tokens":1.5}})"
        ),
        {{"id", "string", "number"},
         {"choices[1].index", "integer", "string"},
         {"choices[1].message.content", "string", "object"},
         {"usage.prompt_tokens", "integer", "string"},
         {"usage.total_tokens", "integer of 64 bits", "another number"}}
    );
}

BOOST_AUTO_TEST_CASE(what_is_missing_null_or_new_is_no_misfit)
{
    check(
        misfits_of<responses::response>(
            R"({"object":"response","id":null,"output":[{"type":"new","id":[]}],"new":[5],)"
            R"("usage":null})"
        ),
        {}
    );
}

BOOST_AUTO_TEST_CASE(an_element_of_another_type_is_one_misfit_and_the_others_are_read)
{
    constexpr std::string_view text =
        R"({"object":"response","id":"r","created_at":1,"model":"m","output":[)"
        R"({"type":"message","id":"m","role":"assistant","status":"completed","content":[)"
        R"({"type":"output_text","text":"a","annotations":[]},5,)"
        R"({"type":"output_text","text":"b","annotations":[]}]},null]})";
    responses::response value;
    BOOST_TEST(bool(json::decode(text, value)));
    BOOST_TEST(value.text() == "ab");
    check(
        misfits(value),
        {{"output[0].content[1]", "one of the known kinds", "number"},
         {"output[1]", "one of the known kinds", "null"}}
    );
}

BOOST_AUTO_TEST_CASE(events_and_elements_of_lists_tell_it_too)
{
    check(
        misfits_of<chat::chunk>(
            R"({"object":"chat.completion.chunk","id":"c","created":"now","model":"m","choices":[]})"
        ),
        {{"created", "integer", "string"}}
    );
    check(
        misfits_of<responses::event>(
            R"({"type":"response.output_text.delta","output_index":0,"item_id":"i",)"
            R"("content_index":0,"delta":["a"]})"
        ),
        {{"delta", "string", "array"}}
    );
    check(
        misfits_of<images::event>(R"({"type":"image_generation.completed","b64_json":1})"),
        {{"b64_json", "string", "number"}}
    );
    check(
        misfits_of<images::result>(R"({"created":1,"data":[{"url":false}]})"),
        {{"data[0].url", "string", "boolean"}}
    );
    check(misfits_of<realtime::session>(R"({"speed":"1"})"), {{"speed", "number", "string"}});
    check(
        misfits_of<realtime::transcription_session>(R"({"include":5})"),
        {{"include", "array", "number"}}
    );

    chat::stored_message_list messages;
    BOOST_TEST(bool(json::decode(
        R"({"object":"list","data":[{"id":"m","role":"user","content":5}],"has_more":false})",
        messages
    )));
    check(misfits(messages.data.at(0)), {{"content", "string", "number"}});
    responses::item_list items;
    BOOST_TEST(bool(json::decode(
        R"({"object":"list","data":[{"type":"compaction","id":5,"encrypted_content":"a"},7],)"
        R"("has_more":false})",
        items
    )));
    check(misfits(items.data.at(0)), {{"id", "string", "number"}});
    check(misfits(items.data.at(1)), {{"", "one of the known kinds", "number"}});
}

BOOST_AUTO_TEST_CASE(a_list_in_a_union_keeps_its_elements_of_another_type)
{
    constexpr std::string_view text =
        R"({"object":"response","tools":[{"type":"mcp","server_label":"s",)"
        R"("allowed_tools":["a",1]}]})";
    check(
        misfits_of<responses::response>(text), {{"tools[0].allowed_tools[1]", "string", "number"}}
    );
    responses::response value;
    BOOST_TEST(bool(json::decode(text, value)));
    std::string again;
    json::encode(value, again);
    BOOST_TEST(again.find(R"("allowed_tools":["a",1])") != std::string::npos, again);
}

BOOST_AUTO_TEST_CASE(a_member_that_was_given_a_value_is_no_misfit_any_more)
{
    chat::completion value;
    BOOST_TEST(bool(json::decode(
        R"({"object":"chat.completion","id":7,"created":1,"model":"m","choices":[]})", value
    )));
    BOOST_TEST(value.extra.find("id").value() == "7");
    BOOST_TEST(misfits(value).size() == 1U);
    value.id = "c";
    BOOST_TEST(misfits(value).empty());
}

BOOST_AUTO_TEST_SUITE_END()
