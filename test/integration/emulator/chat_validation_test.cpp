#include "integration/emulator/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_chat_validation)

namespace {

struct rule
{
    char const* members; ///< added to a request that is valid without them
    char const* param;   ///< of the refusal
};

reply ask_with(client& connection, char const* members)
{
    connection.send(post(chat_body("Hello", members)));
    return connection.receive();
}

void check_refused(std::vector<rule> const& rules)
{
    running_emulator const server;
    client connection(server->port());
    for (auto const& rule : rules) {
        BOOST_TEST_CONTEXT(rule.members)
        {
            auto const answer = ask_with(connection, rule.members);
            BOOST_TEST_REQUIRE(answer.status == 400);
            BOOST_TEST(answer.error("type") == "invalid_request_error");
            BOOST_TEST(answer.error("param") == rule.param);
            auto const message = answer.error("message");
            BOOST_TEST(message != "");
            BOOST_TEST(message.find("''") == std::string::npos); // an empty name
        }
    }
}

void check_accepted(std::vector<char const*> const& all)
{
    running_emulator const server;
    client connection(server->port());
    for (auto const* members : all) {
        auto const answer = ask_with(connection, members);
        BOOST_TEST(answer.status == 200, members << ": " << answer.body);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(a_body_that_is_not_a_json_object_is_refused)
{
    running_emulator const server;

    for (auto const* body :
         {"", "{", "[]", "null", "\"text\"", "{\"model\":\"\xff\"}", "{\"model\":\"\\ud800\"}"}) {
        auto const answer = ask(server, body);
        BOOST_TEST(answer.status == 400);
        BOOST_TEST(answer.error("type") == "invalid_request_error");
        BOOST_TEST(answer.error("param") == "");
    }
}

BOOST_AUTO_TEST_CASE(json_that_is_nested_without_end_is_refused)
{
    running_emulator const server;

    BOOST_TEST(ask(server, std::string(1'000'000, '[')).status == 400);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_why_in_its_code)
{
    running_emulator const server;
    client connection(server->port());
    std::vector<std::pair<char const*, char const*>> const codes = {
        {R"({"model":null})", "missing_required_parameter"},
        {R"({"messages":[]})", "empty_array"},
        {R"({"temperature":"hot"})", "invalid_type"},
        {R"({"temperature":3})", "decimal_above_max_value"},
        {R"({"top_p":-1})", "decimal_below_min_value"},
        {R"({"n":129})", "integer_above_max_value"},
        {R"({"n":0})", "integer_below_min_value"},
        {R"({"stop":["a","b","c","d","e"]})", "array_above_max_length"},
        {R"({"metadata":{"a":1}})", "invalid_type"},
        {R"({"verbosity":"loud"})", "invalid_value"},
    };

    for (auto const& [members, code] : codes)
        BOOST_TEST(ask_with(connection, members).error("code") == code);
}

BOOST_AUTO_TEST_CASE(a_model_that_does_not_exist_is_not_found)
{
    running_emulator const server;
    client connection(server->port());
    auto const answer = ask_with(connection, R"({"model":"model-that-does-not-exist"})");

    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.error("type") == "not_found_error");
    BOOST_TEST(answer.error("code") == "model_not_found");
    BOOST_TEST(answer.error("param") == "model");
}

BOOST_AUTO_TEST_CASE(messages_and_model_are_checked)
{
    check_refused({
        {R"({"model":null})", "model"},
        {R"({"model":""})", "model"},
        {R"({"model":5})", "model"},
        {R"({"messages":null})", "messages"},
        {R"({"messages":[]})", "messages"},
        {R"({"messages":"Hello"})", "messages"},
        {R"({"messages":{"role":"user"}})", "messages"},
        {R"({"messages":["Hello"]})", "messages[0]"},
        {R"({"messages":[{"content":"a"}]})", "messages[0].role"},
        {R"({"messages":[{"role":1,"content":"a"}]})", "messages[0].role"},
        {R"({"messages":[{"role":"robot","content":"a"}]})", "messages[0].role"},
        {R"({"messages":[{"role":"user"}]})", "messages[0].content"},
        {R"({"messages":[{"role":"user","content":1}]})", "messages[0].content"},
        {R"({"messages":[{"role":"user","content":[]}]})", "messages[0].content"},
        {R"({"messages":[{"role":"user","content":["a"]}]})", "messages[0].content[0]"},
        {R"({"messages":[{"role":"user","content":[{"text":"a"}]}]})",
         "messages[0].content[0].type"},
        {R"({"messages":[{"role":"user","content":[{"type":"text"}]}]})",
         "messages[0].content[0].text"},
        {R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]})",
         "messages[0].content[0].image_url"},
        {R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]})",
         "messages[0].content[0].image_url.url"},
        {R"({"messages":[{"role":"user","content":
            [{"type":"image_url","image_url":{"url":"x","detail":"fine"}}]}]})",
         "messages[0].content[0].image_url.detail"},
        {R"({"messages":[{"role":"user","content":
            [{"type":"input_audio","input_audio":{"data":"","format":"ogg"}}]}]})",
         "messages[0].content[0].input_audio.format"},
        {R"({"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":1}}]}]})",
         "messages[0].content[0].file.file_id"},
        {R"({"messages":[{"role":"user","content":"a","name":1}]})", "messages[0].name"},
        {R"({"messages":[{"role":"system"}]})", "messages[0].content"},
        {R"({"messages":[{"role":"user","content":"a"},{"role":"assistant"}]})",
         "messages[1].content"},
        {R"({"messages":[{"role":"function","content":"a"}]})", "messages[0].name"},
    });
    check_accepted({
        R"({"messages":[{"role":"developer","content":"a"},{"role":"system","content":"b"},
            {"role":"user","name":"Ada","content":[{"type":"text","text":"c"},
            {"type":"image_url","image_url":{"url":"data:,","detail":"low"}},
            {"type":"input_audio","input_audio":{"data":"","format":"wav"}},
            {"type":"file","file":{"file_id":"f"}}]},
            {"role":"assistant","content":"d"},{"role":"assistant","refusal":"no"},
            {"role":"function","name":"f","content":"e"}]})",
        R"({"messages":[{"role":"assistant","content":
            [{"type":"thinking","thinking":"a","signature":"b"},{"type":"text","text":"c"}]}]})",
    });
}

BOOST_AUTO_TEST_CASE(tool_calls_and_their_answers_belong_together)
{
    check_refused({
        {R"({"messages":[{"role":"tool","content":"a"}]})", "messages[0].tool_call_id"},
        {R"({"messages":[{"role":"tool","content":"a","tool_call_id":"x"}]})",
         "messages[0].tool_call_id"},
        {R"({"messages":[{"role":"assistant","tool_calls":[]}]})", "messages[0].tool_calls"},
        {R"({"messages":[{"role":"assistant","tool_calls":[{"type":"function"}]}]})",
         "messages[0].tool_calls[0].id"},
        {R"({"messages":[{"role":"assistant","tool_calls":[{"id":"x","type":"other"}]}]})",
         "messages[0].tool_calls[0].type"},
        {R"({"messages":[{"role":"assistant","tool_calls":
            [{"id":"x","type":"function","function":{"name":"f"}}]}]})",
         "messages[0].tool_calls[0].function.arguments"},
        {R"({"messages":[{"role":"assistant","tool_calls":
            [{"id":"x","type":"custom","custom":{"name":"f"}}]}]})",
         "messages[0].tool_calls[0].custom.input"},
        {R"({"messages":[{"role":"assistant","tool_calls":
            [{"id":"x","type":"function","function":{"name":"f","arguments":""}}]}]})",
         "messages"},
        {R"({"messages":[{"role":"assistant","tool_calls":
            [{"id":"x","type":"function","function":{"name":"f","arguments":""}}]},
            {"role":"user","content":"a"}]})",
         "messages[1]"},
        {R"({"messages":[{"role":"assistant","function_call":{"name":"f"}}]})",
         "messages[0].function_call.arguments"},
    });
    check_accepted({
        R"({"messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":
            [{"id":"x","type":"function","function":{"name":"f","arguments":"not JSON"}},
             {"id":"y","type":"custom","custom":{"name":"g","input":""}}]},
            {"role":"tool","tool_call_id":"y","content":"b"},
            {"role":"tool","tool_call_id":"x","content":[{"type":"text","text":"c"}]}]})",
        R"({"messages":[{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}]})",
    });
}

BOOST_AUTO_TEST_CASE(sampling_and_limits_are_checked)
{
    check_refused({
        {R"({"temperature":2.1})", "temperature"},
        {R"({"temperature":-0.1})", "temperature"},
        {R"({"temperature":"1"})", "temperature"},
        {R"({"top_p":1.1})", "top_p"},
        {R"({"frequency_penalty":2.5})", "frequency_penalty"},
        {R"({"presence_penalty":-2.5})", "presence_penalty"},
        {R"({"seed":1.5})", "seed"},
        {R"({"seed":9223372036854775808})", "seed"},
        {R"({"logit_bias":{"50256":101}})", "logit_bias.50256"},
        {R"({"logit_bias":[]})", "logit_bias"},
        {R"({"n":0})", "n"},
        {R"({"n":129})", "n"},
        {R"({"n":1.5})", "n"},
        {R"({"max_tokens":0})", "max_tokens"},
        {R"({"max_completion_tokens":"10"})", "max_completion_tokens"},
        {R"({"max_tokens":1,"max_completion_tokens":1})", "max_tokens"},
        {R"({"stop":1})", "stop"},
        {R"({"stop":["a",1]})", "stop[1]"},
        {R"({"stop":["a","b","c","d","e"]})", "stop"},
        {R"({"stop":""})", "stop"},
        {R"({"logprobs":1})", "logprobs"},
        {R"({"top_logprobs":1})", "top_logprobs"},
        {R"({"logprobs":true,"top_logprobs":21})", "top_logprobs"},
        {R"({"stream":"yes"})", "stream"},
        {R"({"stream_options":{"include_usage":true}})", "stream_options"},
        {R"({"stream":true,"stream_options":{"include_usage":1}})", "stream_options.include_usage"},
        {R"({"stream":true,"stream_options":{"include_obfuscation":1}})",
         "stream_options.include_obfuscation"},
    });
    check_accepted({
        R"({"temperature":0,"top_p":1,"frequency_penalty":-2,"presence_penalty":2.0})",
        R"({"temperature":2,"top_p":0,"n":128,"max_tokens":1})",
        R"({"seed":9223372036854775807,"logit_bias":{"50256":-100}})",
        R"({"logprobs":true,"top_logprobs":20})",
        R"({"stop":["a","b","c","d"],"max_completion_tokens":1})",
        R"({"temperature":null,"n":null,"stop":null,"stream":null,"stream_options":null})",
    });
}

BOOST_AUTO_TEST_CASE(tools_are_checked)
{
    check_refused({
        {R"({"tools":[]})", "tools"},
        {R"({"tools":["f"]})", "tools[0]"},
        {R"({"tools":[{"function":{"name":"f"}}]})", "tools[0].type"},
        {R"({"tools":[{"type":"other"}]})", "tools[0].type"},
        {R"({"tools":[{"type":"function"}]})", "tools[0].function"},
        {R"({"tools":[{"type":"function","function":{}}]})", "tools[0].function.name"},
        {R"({"tools":[{"type":"function","function":{"name":"a b"}}]})", "tools[0].function.name"},
        {R"({"tools":[{"type":"function","function":{"name":""}}]})", "tools[0].function.name"},
        {R"({"tools":[{"type":"function","function":{"name":"f","parameters":"x"}}]})",
         "tools[0].function.parameters"},
        {R"({"tools":[{"type":"function","function":{"name":"f","strict":1}}]})",
         "tools[0].function.strict"},
        {R"({"tools":[{"type":"custom","custom":{}}]})", "tools[0].custom.name"},
        {R"({"tools":[{"type":"custom","custom":{"name":"c","format":
            {"type":"grammar","grammar":{"definition":"x","syntax":"yacc"}}}}]})",
         "tools[0].custom.format.grammar.syntax"},
        {R"({"parallel_tool_calls":true})", "parallel_tool_calls"},
        {R"({"tool_choice":"auto"})", "tool_choice"},
        {R"({"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"always"})",
         "tool_choice"},
        {R"({"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":1})",
         "tool_choice"},
        {R"({"tools":[{"type":"function","function":{"name":"f"}}],
            "tool_choice":{"type":"function"}})",
         "tool_choice.function"},
        {R"({"tools":[{"type":"function","function":{"name":"f"}}],
            "tool_choice":{"type":"function","function":{"name":"g"}}})",
         "tool_choice.function.name"},
        {R"({"tools":[{"type":"function","function":{"name":"f"}}],
            "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}})",
         "tool_choice.allowed_tools.tools"},
        {R"({"functions":[]})", "functions"},
        {R"({"functions":[{}]})", "functions[0].name"},
        {R"({"function_call":"auto"})", "function_call"},
        {R"({"functions":[{"name":"f"}],"function_call":{"name":"g"}})", "function_call.name"},
        {R"({"functions":[{"name":"f"}],"function_call":"required"})", "function_call"},
        {R"({"functions":[{"name":"f"}],"tools":[{"type":"function","function":{"name":"f"}}]})",
         "functions"},
    });
    auto const too_long =
        R"({"tools":[{"type":"function","function":{"name":")" + std::string(65, 'f') + R"("}}]})";
    check_refused({{too_long.c_str(), "tools[0].function.name"}});
    check_accepted({R"({"tool_choice":"none"})"});
}

BOOST_AUTO_TEST_CASE(formats_metadata_and_the_rest_are_checked)
{
    check_refused({
        {R"({"response_format":"text"})", "response_format"},
        {R"({"response_format":{}})", "response_format.type"},
        {R"({"response_format":{"type":"xml"}})", "response_format.type"},
        {R"({"response_format":{"type":"json_schema"}})", "response_format.json_schema"},
        {R"({"response_format":{"type":"json_schema","json_schema":{"schema":{}}}})",
         "response_format.json_schema.name"},
        {R"({"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":1}}})",
         "response_format.json_schema.schema"},
        {R"({"response_format":{"type":"json_schema","json_schema":{"name":"a","strict":1}}})",
         "response_format.json_schema.strict"},
        {R"({"metadata":[]})", "metadata"},
        {R"({"metadata":{"a":1}})", "metadata.a"},
        {R"({"metadata":{"a":null}})", "metadata.a"},
        {R"({"metadata":{"1":"","2":"","3":"","4":"","5":"","6":"","7":"","8":"","9":"","10":"",
            "11":"","12":"","13":"","14":"","15":"","16":"","17":""}})",
         "metadata"},
        {R"({"service_tier":"gold"})", "service_tier"},
        {R"({"verbosity":"loud"})", "verbosity"},
        {R"({"reasoning_effort":"huge"})", "reasoning_effort"},
        {R"({"store":"yes"})", "store"},
        {R"({"user":1})", "user"},
        {R"({"prompt_cache_key":1})", "prompt_cache_key"},
        {R"({"prompt_cache_retention":"1h"})", "prompt_cache_retention"},
        {R"({"prompt_cache_options":{"mode":"maybe"}})", "prompt_cache_options.mode"},
        {R"({"web_search_options":{"search_context_size":"huge"}})",
         "web_search_options.search_context_size"},
        {R"({"moderation":{}})", "moderation.model"},
        {R"({"modalities":["smell"]})", "modalities[0]"},
        {R"({"modalities":[1]})", "modalities[0]"},
        {R"({"audio":{"voice":"ash"}})", "audio.format"},
        {R"({"audio":{"voice":{},"format":"wav"}})", "audio.voice.id"},
        {R"({"prediction":{"type":"content"}})", "prediction.content"},
        {R"({"prediction":{"type":"other","content":""}})", "prediction.type"},
        {R"({"thinking":{}})", "thinking.type"},
        {R"({"thinking":{"type":"enabled","budget_tokens":0}})", "thinking.budget_tokens"},
    });
    auto const too_long = R"({"safety_identifier":")" + std::string(65, 'f') + R"("})";
    check_refused({{too_long.c_str(), "safety_identifier"}});
    check_accepted({
        R"({"unknown":{"a":[1]},"another":null})",
        R"({"metadata":{"a":"b"},"store":true,"user":"u","service_tier":"flex"})",
        R"({"verbosity":"low","reasoning_effort":"minimal","modalities":["text","audio"]})",
        R"({"audio":{"voice":{"id":"v"},"format":"mp3"},"moderation":{"model":"m"}})",
        R"({"prediction":{"type":"content","content":"x"},"web_search_options":{}})",
        R"({"thinking":{"type":"disabled"},"prompt_cache_options":{"ttl":"30m"}})",
    });
}

BOOST_AUTO_TEST_SUITE_END()
