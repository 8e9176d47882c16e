#include "json/chat_description.hpp"
#include "json/codec.hpp"
#include "round_trip.hpp"
#include "support.hpp"

#include <hicap/chat_types.hpp>
#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chat = hicap::chat;
namespace json = hicap::json;
using hicap::test::coverage;
using hicap::test::read;
using hicap::test::read_file;
using hicap::test::same_text;
using hicap::test::survives;
using hicap::test::written;

namespace {

std::string fixture(std::string const& name)
{
    return read_file(HICAP_TEST_DATA "/chat/" + name);
}

std::vector<std::string> chunks()
{
    std::vector<std::string> texts;
    auto const list = boost::json::parse(fixture("chunks.json"));
    for (auto const& chunk : list.get_array())
        texts.push_back(boost::json::serialize(chunk));
    return texts;
}

} // namespace

BOOST_AUTO_TEST_SUITE(chat_types)

BOOST_AUTO_TEST_CASE(requests_survive_a_round_trip)
{
    auto const request = survives<chat::completion_request>(fixture("request.json"));
    BOOST_TEST(request.extra.text() == R"("thinking": {"type": "enabled", "budget_tokens": 1024})");
    BOOST_TEST_REQUIRE(request.messages.size() == 9u);
    BOOST_TEST(std::get<hicap::unknown>(request.messages[8]).type == "narrator");
    BOOST_TEST(request.seed.value() == std::numeric_limits<std::int64_t>::max());
    BOOST_TEST(request.tools.size() == 3u);

    auto const brief = survives<chat::completion_request>(fixture("request_short_forms.json"));
    BOOST_TEST((std::get<chat::tool_choice_mode>(*brief.tool_choice) == "required"));
    BOOST_TEST(brief.extra.find("stream").value() == "true");
}

BOOST_AUTO_TEST_CASE(completions_survive_a_round_trip)
{
    auto const completion = survives<chat::completion>(fixture("completion.json"));
    BOOST_TEST(completion.text() == "A cat.");
    BOOST_TEST_REQUIRE(completion.choices.size() == 3u);
    auto const& first = completion.choices[0];
    BOOST_TEST((first.finish_reason == chat::finish_reason::tool_calls));
    BOOST_TEST(
        std::get<chat::function_tool_call>(first.message.tool_calls.at(0)).function.arguments ==
        "{\"at\": broken"
    );
    BOOST_TEST(
        std::get<hicap::unknown>(first.message.tool_calls.at(2)).json.text() ==
        R"({"id": "call_3", "type": "telepathy", "thought": [1, 2, {"a": null}]})"
    );
    BOOST_TEST(first.message.extra.string("reasoning_content").value() == "I looked.");
    BOOST_TEST(completion.choices[1].message.content.is_null());
    BOOST_TEST(completion.usage->prompt_tokens_details->cached_tokens.value() == 1);
}

BOOST_AUTO_TEST_CASE(chunks_survive_a_round_trip_one_after_the_other_in_one_object)
{
    chat::chunk reused;
    std::string text;
    for (auto const& json : chunks()) {
        survives<chat::chunk>(json);
        BOOST_TEST(bool(json::decode(json, reused)));
        BOOST_TEST(same_text(written(reused), json), written(reused) << "\nis not\n" << json);
        text += reused.text();
    }
    BOOST_TEST(text == "Hel");
    survives<chat::stored_message_list>(fixture("stored_messages.json"));
}

BOOST_AUTO_TEST_CASE(every_member_of_every_type_occurs_in_the_fixtures)
{
    coverage seen;
    auto const add = [&]<class T>(T const& value) { seen.add(value); };
    add(read<chat::completion_request>(fixture("request.json")));
    add(read<chat::completion_request>(fixture("request_short_forms.json")));
    for (auto const* choice :
         {R"({"type":"function","function":{"name":"f"}})",
          R"({"type":"custom","custom":{"name":"c"}})"}) {
        auto const text = R"({"tool_choice":)" + std::string(choice) + "}";
        auto const request = read<chat::completion_request>(text);
        BOOST_TEST(written(request).find(choice) != std::string::npos);
        add(request);
    }
    add(survives<chat::completion_request>(R"({"model":"m","messages":[
        {"role":"assistant","tool_calls":[{"type":"later"}]}],
        "tools":[{"type":"custom","custom":{"name":"c","format":{"type":"later"}}},{"type":"later"}],
        "tool_choice":{"type":"later"},"response_format":{"type":"text"}})"));
    add(read<chat::completion_request>(R"({"response_format":{"type":"later"}})"));
    add(read<chat::completion>(R"({"moderation":{"input":{"type":"later"}}})"));
    add(read<chat::completion>(fixture("completion.json")));
    for (auto const& text : chunks())
        add(read<chat::chunk>(text));
    add(read<chat::stored_message_list>(fixture("stored_messages.json")));

    seen.check();
}

BOOST_AUTO_TEST_CASE(requests_are_written_in_designated_initializers)
{
    std::string prompt = "Hi";
    chat::completion_request const request{
        .model = "gpt-5",
        .messages = {chat::developer("Be brief."), chat::user(std::move(prompt))},
        .tools = {chat::function_tool{
            .function = {.name = "look", .parameters = hicap::raw_json(R"({"type":"object"})")}}},
        .tool_choice = chat::tool_choice_mode::automatic,
        .reasoning_effort = chat::effort::low,
        .temperature = 0.2,
        .stop = "END",
        .metadata = {{"env", "test"}},
        .stream_options = {{.include_usage = true}},
    };
    BOOST_TEST(
        written(request) ==
        R"({"model":"gpt-5","messages":[{"role":"developer","content":"Be brief."},)"
        R"({"role":"user","content":"Hi"}],"tools":[{"type":"function","function":)"
        R"({"name":"look","parameters":{"type":"object"}}}],"tool_choice":"auto",)"
        R"("reasoning_effort":"low","temperature":0.2,"stop":"END","metadata":{"env":"test"},)"
        R"("stream_options":{"include_usage":true}})"
    );
}

BOOST_AUTO_TEST_CASE(an_answer_becomes_a_message_of_the_next_request)
{
    auto const completion = read<chat::completion>(fixture("completion.json"));
    chat::completion_request const request{
        .model = "m",
        .messages = {
            chat::assistant(completion.choices[0].message),
            chat::tool("call_1", "a cat"),
            chat::assistant(completion.choices[1].message)}};
    auto const out = boost::json::parse(written(request)).at("messages").as_array();
    auto const& answer = out.at(0).as_object();
    BOOST_TEST(answer.at("role") == "assistant");
    BOOST_TEST(answer.at("content") == "A cat.");
    BOOST_TEST(answer.at("audio") == boost::json::value({{"id", "audio_1"}}));
    BOOST_TEST(answer.at("tool_calls").as_array().size() == 3u);
    BOOST_TEST(answer.at("reasoning_content") == "I looked.");
    BOOST_TEST(!answer.contains("annotations"));
    BOOST_TEST(
        out.at(2) ==
        boost::json::value({{"role", "assistant"}, {"content", nullptr}, {"refusal", nullptr}})
    );
}

BOOST_AUTO_TEST_CASE(content_of_another_shape_goes_back_as_it_came)
{
    auto const* const text =
        R"({"choices":[{"message":{"role":"assistant","content":[{"type":"thinking","signature":"s"}]}}]})";
    chat::completion completion;
    auto const result = json::decode(std::string_view(text), completion);
    BOOST_TEST_REQUIRE(result.mismatches.size() == 1u);
    BOOST_TEST(result.mismatches[0].path == "choices[0].message.content");
    chat::completion_request const request{
        .messages = {chat::assistant(completion.choices.at(0).message)}};
    auto const out = written(request);
    BOOST_TEST(
        out.find(R"("content":[{"type":"thinking","signature":"s"}])") != std::string::npos, out
    );
}

BOOST_AUTO_TEST_CASE(the_memory_for_elements_is_bounded_by_the_size_of_the_text)
{
    std::string text = R"({"choices":[{})";
    for (int i = 0; i != 1'000'000; ++i)
        text += ",{}";
    text += "]}";
    chat::completion completion;
    auto const result = json::decode(text, completion);
    BOOST_TEST((result.code == hicap::errc::body_too_large));
    BOOST_TEST(result.what == "too many elements for the size of the text");
    BOOST_TEST(completion.choices.size() * sizeof(chat::choice) < 32 * text.size() + (16u << 20));
}

BOOST_AUTO_TEST_CASE(the_samples_of_the_api_reference_survive_a_round_trip)
{
    char const* const set = std::getenv("HICAP_API_DATA");
    std::string const folder = set ? set : HICAP_API_DATA_DEFAULT;
    auto const file = folder + "/examples.json";
    if (!std::filesystem::exists(file)) {
        std::fputs(("SKIPPED: no API samples, set HICAP_API_DATA: " + file + "\n").c_str(), stdout);
        return;
    }
    auto const samples = boost::json::parse(read_file(file)).as_object();
    int count = 0;
    auto const each = [&]<class T>(std::string_view endpoint, char const* body, T) {
        auto const* list =
            samples.if_contains(boost::json::string_view(endpoint.data(), endpoint.size()));
        BOOST_TEST_REQUIRE(list);
        for (auto const& sample : list->as_array()) {
            auto const& value = sample.at(body);
            if (!value.is_object())
                continue;
            survives<T>(boost::json::serialize(value));
            ++count;
        }
    };
    each("POST /chat/completions", "request", chat::completion_request());
    each("POST /chat/completions", "response", chat::completion());
    each("GET /chat/completions/{completion_id}", "response", chat::completion());
    each("GET /chat/completions/{completion_id}/messages", "response", chat::stored_message_list());
    // Streams are text: one chunk a line, with others in between.
    for (auto const& sample : samples.at("POST /chat/completions").as_array()) {
        if (!sample.at("response").is_string())
            continue;
        std::istringstream lines(std::string(sample.at("response").as_string()));
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with('{')) {
                survives<chat::chunk>(line);
                ++count;
            }
        }
    }
    BOOST_TEST(count > 15);
    std::fputs(("checked " + std::to_string(count) + " API samples\n").c_str(), stdout);
}

BOOST_AUTO_TEST_SUITE_END()
