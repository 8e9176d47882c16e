#include "integration/emulator/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_chat_answers)

namespace {

constexpr auto weather_tools = R"([
    {"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
        "properties":{"city":{"type":"string"},"days":{"type":"integer"}},
        "required":["city","days"]}}},
    {"type":"function","function":{"name":"get_time"}},
    {"type":"custom","custom":{"name":"run_code"}}])";

std::string with_tools(std::string_view prompt, std::string const& more = {})
{
    return chat_body(prompt, std::string(R"({"tools":)") + weather_tools + more + "}");
}

json::value whole(running_emulator const& server, std::string_view body)
{
    auto const answer = ask(server, body);
    BOOST_TEST_REQUIRE(answer.status == 200);
    return answer.json();
}

json::value first_choice(running_emulator const& server, std::string_view body)
{
    return whole(server, body).at("choices").at(0);
}

std::string content(json::value const& answer)
{
    return text_at(answer, "/choices/0/message/content");
}

} // namespace

BOOST_AUTO_TEST_CASE(a_whole_answer_has_every_member_of_the_schema)
{
    running_emulator const server;
    auto const answer = whole(server, chat_body("What is RAII?", R"({"metadata":{"a":"b"}})"));

    BOOST_TEST(text_at(answer, "/id").starts_with("chatcmpl-"));
    BOOST_TEST(text_at(answer, "/object") == "chat.completion");
    BOOST_TEST(answer.at("created").to_number<std::int64_t>() > 1'700'000'000);
    BOOST_TEST(text_at(answer, "/model") == "gpt-5");
    BOOST_TEST(text_at(answer, "/service_tier") == "default");
    BOOST_TEST(text_at(answer, "/system_fingerprint").starts_with("fp_"));
    BOOST_TEST(text_at(answer, "/metadata/a") == "b");
    auto const& choice = answer.at_pointer("/choices/0");
    BOOST_TEST(choice.at("index").to_number<int>() == 0);
    BOOST_TEST(choice.at("logprobs").is_null());
    BOOST_TEST(text_at(choice, "/finish_reason") == "stop");
    BOOST_TEST(text_at(choice, "/message/role") == "assistant");
    BOOST_TEST(choice.at_pointer("/message/refusal").is_null());
    BOOST_TEST(choice.at_pointer("/message/annotations").as_array().empty());
    BOOST_TEST(text_at(choice, "/message/content").find("What is RAII?") != std::string::npos);
    auto const& usage = answer.at("usage");
    auto const prompt = usage.at("prompt_tokens").to_number<int>();
    auto const completion = usage.at("completion_tokens").to_number<int>();
    BOOST_TEST(prompt > 3);
    BOOST_TEST(completion > 10);
    BOOST_TEST(usage.at("total_tokens").to_number<int>() == prompt + completion);
}

BOOST_AUTO_TEST_CASE(the_same_messages_get_the_same_text_and_others_another)
{
    running_emulator const server;
    auto const first = whole(server, chat_body("What is RAII?"));
    auto const second = whole(server, chat_body("What is RAII?", R"({"temperature":2})"));
    auto const other = whole(server, chat_body("What is SFINAE?"));

    BOOST_TEST(content(first) == content(second));
    BOOST_TEST(content(first) != content(other));
    BOOST_TEST(text_at(first, "/id") != text_at(second, "/id"));
}

BOOST_AUTO_TEST_CASE(a_prompt_of_any_script_comes_back_as_valid_utf_8)
{
    running_emulator const server;
    std::vector<std::string> const prompts = {
        "\xC3\x9C"
        "berpr\xC3\xBC"
        "fung",
        "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
        "\xF0\x9F\x98\x80\xF0\x9F\x98\x80 a",
        "tab\tnew line\n\"quoted\" \\ \x01",
    };

    for (auto const& prompt : prompts) {
        for (std::size_t repeats : {1U, 40U}) {
            std::string text;
            for (std::size_t i = 0; i != repeats; ++i)
                text += prompt;
            // The parser refuses what is not well-formed.
            auto const answer = whole(server, chat_body(text));
            BOOST_TEST(content(answer).find(prompt.substr(0, 3)) != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_limit_of_tokens_ends_the_text)
{
    running_emulator const server;
    auto const all = content(whole(server, chat_body("Hello")));

    for (auto const* member : {"max_tokens", "max_completion_tokens"}) {
        auto const members = std::string("{\"") + member + "\":5}";
        auto const answer = whole(server, chat_body("Hello", members));
        BOOST_TEST(text_at(answer, "/choices/0/finish_reason") == "length");
        BOOST_TEST(answer.at_pointer("/usage/completion_tokens").to_number<int>() == 5);
        BOOST_TEST(all.starts_with(content(answer)));
    }
    auto const enough = whole(server, chat_body("Hello", R"({"max_tokens":10000})"));
    BOOST_TEST(text_at(enough, "/choices/0/finish_reason") == "stop");
}

BOOST_AUTO_TEST_CASE(a_stop_sequence_ends_the_text_before_it)
{
    running_emulator const server;
    auto const all = content(whole(server, chat_body("Hello")));

    auto const one = whole(server, chat_body("Hello", R"({"stop":"."})"));
    BOOST_TEST(content(one) == all.substr(0, all.find('.')));
    BOOST_TEST(text_at(one, "/choices/0/finish_reason") == "stop");
    auto const several = whole(server, chat_body("Hello", R"({"stop":["nowhere","e","."]})"));
    BOOST_TEST(content(several) == all.substr(0, all.find('e')));
}

BOOST_AUTO_TEST_CASE(several_choices_differ)
{
    running_emulator const server;
    auto const answer = whole(server, chat_body("Hello", R"({"n":3})"));

    auto const& choices = answer.at("choices").as_array();
    BOOST_TEST_REQUIRE(choices.size() == 3U);
    BOOST_TEST(choices[2].at("index").to_number<int>() == 2);
    BOOST_TEST(text_at(choices[0], "/message/content") != text_at(choices[1], "/message/content"));
    BOOST_TEST(
        text_at(choices[0], "/message/content") == content(whole(server, chat_body("Hello")))
    );
}

BOOST_AUTO_TEST_CASE(logprobs_are_given_for_every_token)
{
    running_emulator const server;
    auto const choice =
        first_choice(server, chat_body("Hello", R"({"logprobs":true,"top_logprobs":2})"));

    std::string text;
    for (auto const& token : choice.at_pointer("/logprobs/content").as_array()) {
        auto const piece = text_at(token, "/token");
        text += piece;
        BOOST_TEST(token.at("logprob").to_number<double>() <= 0);
        BOOST_TEST(token.at("bytes").as_array().size() == piece.size());
        BOOST_TEST(token.at("top_logprobs").as_array().size() == 2U);
        BOOST_TEST(text_at(token, "/top_logprobs/0/token") == piece);
    }
    BOOST_TEST(text == text_at(choice, "/message/content"));
    BOOST_TEST(choice.at_pointer("/logprobs/refusal").is_null());
}

BOOST_AUTO_TEST_CASE(json_formats_get_json_text)
{
    running_emulator const server;
    auto const object =
        whole(server, chat_body("Hello", R"({"response_format":{"type":"json_object"}})"));
    BOOST_TEST(json::parse(content(object)).is_object());

    auto const schema = whole(
        server,
        chat_body(
            "Hello",
            R"({"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{
                "type":"object","required":["kind","count"],"properties":{
                "kind":{"enum":["a","b"]},"count":{"type":"integer","minimum":3}}}}}})"
        )
    );
    BOOST_TEST(content(schema) == R"({"kind":"a","count":3})");
}

BOOST_AUTO_TEST_CASE(a_mentioned_function_is_called_with_arguments_of_its_schema)
{
    running_emulator const server;
    auto const choice = first_choice(server, with_tools("Please get_weather in Paris"));

    BOOST_TEST(text_at(choice, "/finish_reason") == "tool_calls");
    BOOST_TEST(choice.at_pointer("/message/content").is_null());
    auto const& calls = choice.at_pointer("/message/tool_calls").as_array();
    BOOST_TEST_REQUIRE(calls.size() == 1U);
    BOOST_TEST(text_at(calls[0], "/id").starts_with("call_"));
    BOOST_TEST(text_at(calls[0], "/type") == "function");
    BOOST_TEST(text_at(calls[0], "/function/name") == "get_weather");
    auto const arguments = json::parse(text_at(calls[0], "/function/arguments"));
    BOOST_TEST(text_at(arguments, "/city") == "Please get_weather in Paris");
    BOOST_TEST(arguments.at("days").is_int64());
}

BOOST_AUTO_TEST_CASE(no_function_is_called_without_a_reason)
{
    running_emulator const server;

    BOOST_TEST(text_at(first_choice(server, with_tools("Hello")), "/finish_reason") == "stop");
    // A part of a word is no mention.
    BOOST_TEST(
        text_at(first_choice(server, with_tools("forget_time")), "/finish_reason") == "stop"
    );
    BOOST_TEST(
        text_at(
            first_choice(server, with_tools("get_time", R"(,"tool_choice":"none")")),
            "/finish_reason"
        ) == "stop"
    );
}

BOOST_AUTO_TEST_CASE(a_tool_choice_is_obeyed)
{
    running_emulator const server;
    auto const called = [&](std::string const& choice) {
        auto const result = first_choice(server, with_tools("Hello", ",\"tool_choice\":" + choice));
        BOOST_TEST(text_at(result, "/finish_reason") == "tool_calls");
        return result.at_pointer("/message/tool_calls/0");
    };

    BOOST_TEST(text_at(called(R"("required")"), "/function/name") == "get_weather");
    auto const named = called(R"({"type":"function","function":{"name":"get_time"}})");
    BOOST_TEST(text_at(named, "/function/name") == "get_time");
    BOOST_TEST(text_at(named, "/function/arguments") == "{}");
    auto const custom = called(R"({"type":"custom","custom":{"name":"run_code"}})");
    BOOST_TEST(text_at(custom, "/type") == "custom");
    BOOST_TEST(text_at(custom, "/custom/name") == "run_code");
    BOOST_TEST(text_at(custom, "/custom/input") == "Hello");
    auto const allowed = called(
        R"({"type":"allowed_tools","allowed_tools":{"mode":"required","tools":
            [{"type":"function","function":{"name":"get_time"}}]}})"
    );
    BOOST_TEST(text_at(allowed, "/function/name") == "get_time");
}

BOOST_AUTO_TEST_CASE(several_mentioned_functions_are_called_in_parallel_unless_forbidden)
{
    running_emulator const server;
    auto const calls = [&](std::string const& more) {
        auto const choice = first_choice(server, with_tools("get_time, then get_weather", more));
        return choice.at_pointer("/message/tool_calls").as_array().size();
    };

    BOOST_TEST(calls("") == 2U);
    BOOST_TEST(calls(R"(,"parallel_tool_calls":false)") == 1U);
}

BOOST_AUTO_TEST_CASE(arguments_are_cut_by_the_limit_of_tokens)
{
    running_emulator const server;
    auto const choice =
        first_choice(server, with_tools("get_weather and get_time", R"(,"max_tokens":3)"));

    BOOST_TEST(text_at(choice, "/finish_reason") == "length");
    auto const& calls = choice.at_pointer("/message/tool_calls").as_array();
    BOOST_TEST_REQUIRE(calls.size() == 1U);
    BOOST_TEST(!text_at(calls[0], "/function/arguments").ends_with('}'));
}

BOOST_AUTO_TEST_CASE(after_the_answer_of_a_tool_comes_text)
{
    running_emulator const server;
    auto const choice = first_choice(
        server,
        std::string(R"({"model":"m","tool_choice":"required","tools":)") + weather_tools +
            R"(,"messages":[{"role":"user","content":"get_time"},{"role":"assistant","tool_calls":
            [{"id":"x","type":"function","function":{"name":"get_time","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"x","content":"noon"}]})"
    );

    BOOST_TEST(text_at(choice, "/finish_reason") == "stop");
    BOOST_TEST(!text_at(choice, "/message/content").empty());
}

BOOST_AUTO_TEST_CASE(the_older_functions_are_called_in_the_older_way)
{
    running_emulator const server;
    auto const choice = first_choice(
        server, chat_body("Hello", R"({"functions":[{"name":"f"}],"function_call":{"name":"f"}})")
    );

    BOOST_TEST(text_at(choice, "/finish_reason") == "function_call");
    BOOST_TEST(text_at(choice, "/message/function_call/name") == "f");
    BOOST_TEST(text_at(choice, "/message/function_call/arguments") == "{}");
    BOOST_TEST(!choice.at("message").as_object().contains("tool_calls"));
}

BOOST_AUTO_TEST_CASE(thinking_is_told_and_counted)
{
    running_emulator const server;
    auto const answer = whole(
        server, chat_body("Hello", R"({"thinking":{"type":"enabled","budget_tokens":1000}})")
    );

    BOOST_TEST(!text_at(answer, "/choices/0/message/reasoning_content").empty());
    BOOST_TEST(content(answer) == content(whole(server, chat_body("Hello"))));
    BOOST_TEST(
        answer.at_pointer("/usage/completion_tokens_details/reasoning_tokens").to_number<int>() > 3
    );
}

BOOST_AUTO_TEST_CASE(the_service_tier_is_the_one_asked_for)
{
    running_emulator const server;

    BOOST_TEST(
        text_at(whole(server, chat_body("Hello", R"({"service_tier":"flex"})")), "/service_tier") ==
        "flex"
    );
    BOOST_TEST(
        text_at(whole(server, chat_body("Hello", R"({"service_tier":"auto"})")), "/service_tier") ==
        "default"
    );
}

BOOST_AUTO_TEST_SUITE_END()
