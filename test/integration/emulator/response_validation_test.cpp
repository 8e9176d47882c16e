#include "integration/emulator/client.hpp"

#include <boost/test/unit_test.hpp>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_response_validation)

namespace {

struct rule
{
    char const* members; ///< added to a request that is valid without them
    char const* param;   ///< of the refusal
};

reply create(client& connection, char const* members)
{
    connection.send(request_text("POST", "/responses", response_body("Hello", members)));
    return connection.receive();
}

} // namespace

BOOST_AUTO_TEST_CASE(members_of_a_wrong_type_or_value_are_refused)
{
    std::vector<rule> const rules = {
        {R"({"model":1})", "model"},
        {R"({"model":null})", "model"},
        {R"({"input":null})", "input"},
        {R"({"input":1})", "input"},
        {R"({"input":["text"]})", "input[0]"},
        {R"({"input":[{"type":"unknown"}]})", "input[0].type"},
        {R"({"input":[{"role":"tool","content":"x"}]})", "input[0].role"},
        {R"({"input":[{"role":"user"}]})", "input[0].content"},
        {R"({"input":[{"role":"user","content":[{"type":"text"}]}]})", "input[0].content[0].type"},
        {R"({"input":[{"role":"user","content":[{"type":"input_text"}]}]})",
         "input[0].content[0].text"},
        {R"({"input":[{"role":"user","content":[{"type":"input_image"}]}]})",
         "input[0].content[0].image_url"},
        {R"({"input":[{"type":"function_call","call_id":"c","name":"f"}]})", "input[0].arguments"},
        {R"({"input":[{"type":"function_call_output","call_id":"c","output":"x"}]})",
         "input[0].call_id"},
        {R"({"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]})",
         "input"},
        {R"({"input":[{"type":"mcp_approval_response","approval_request_id":"a",
            "approve":"yes"}]})",
         "input[0].approve"},
        {R"({"background":1})", "background"},
        {R"({"background":true,"store":false})", "background"},
        {R"({"stream":"yes"})", "stream"},
        {R"({"stream_options":{}})", "stream_options"},
        {R"({"stream":true,"stream_options":{"include_obfuscation":1}})",
         "stream_options.include_obfuscation"},
        {R"({"max_output_tokens":15})", "max_output_tokens"},
        {R"({"temperature":2.5})", "temperature"},
        {R"({"top_logprobs":21})", "top_logprobs"},
        {R"({"metadata":{"a":1}})", "metadata.a"},
        {R"({"include":["everything"]})", "include[0]"},
        {R"({"instructions":1})", "instructions"},
        {R"({"truncation":"often"})", "truncation"},
        {R"({"reasoning":{"effort":"huge"}})", "reasoning.effort"},
        {R"({"text":{"format":{"type":"xml"}}})", "text.format.type"},
        {R"({"text":{"format":{"type":"json_schema","name":"a"}}})", "text.format.schema"},
        {R"({"conversation":{}})", "conversation.id"},
        {R"({"previous_response_id":"resp_1"})", "previous_response_id"},
        {R"({"previous_response_id":"resp_1","conversation":"c"})", "previous_response_id"},
        {R"({"prompt":{}})", "prompt.id"},
        {R"({"tools":{}})", "tools"},
        {R"({"tools":[{"type":"unknown"}]})", "tools[0].type"},
        {R"({"tools":[{"type":"function"}]})", "tools[0].name"},
        {R"({"tools":[{"type":"function","name":"a b"}]})", "tools[0].name"},
        {R"({"tools":[{"type":"mcp","server_label":"a"}]})", "tools[0].server_url"},
        {R"({"tools":[{"type":"file_search"}]})", "tools[0].vector_store_ids"},
        {R"({"tools":[{"type":"image_generation","partial_images":4}]})",
         "tools[0].partial_images"},
        {R"({"tool_choice":"required"})", "tool_choice"},
        {R"({"tool_choice":1})", "tool_choice"},
        {R"({"tool_choice":{"type":"web_search_preview"}})", "tool_choice.type"},
        {R"({"tools":[{"type":"function","name":"f"}],
            "tool_choice":{"type":"function","name":"g"}})",
         "tool_choice.name"},
    };
    running_emulator const server;
    client connection(server->port());
    for (auto const& rule : rules) {
        BOOST_TEST_CONTEXT(rule.members)
        {
            auto const answer = create(connection, rule.members);
            BOOST_TEST_REQUIRE(answer.status == 400);
            BOOST_TEST(answer.error("type") == "invalid_request_error");
            BOOST_TEST(answer.error("param") == rule.param);
            BOOST_TEST(answer.error("message") != "");
        }
    }
    BOOST_TEST(server->statistics().requests_refused == rules.size());
}

BOOST_AUTO_TEST_CASE(what_the_api_knows_or_may_know_is_accepted)
{
    running_emulator const server;
    client connection(server->port());
    for (auto const* members : {
             R"({"unknown":1,"tools":[],"include":[],"reasoning":{},"text":{}})",
             R"({"input":[]})",
             R"({"input":[{"role":"user","content":"x","unknown":1}]})",
             R"({"input":[{"type":"message","role":"assistant","content":"x"}]})",
             R"({"input":[{"role":"user","content":[{"type":"input_text","text":"x"},
                {"type":"input_image","image_url":"data:image/png;base64,AA=="},
                {"type":"input_file","file_id":"f"}]}]})",
             R"({"tools":[{"type":"web_search"},{"type":"mcp","server_label":"a",
                "server_url":"https://example.com"},{"type":"code_interpreter",
                "container":{"type":"auto"}},{"type":"local_shell"}],
                "tool_choice":"required"})",
             R"({"tools":[{"type":"web_search_preview"}],
                "tool_choice":{"type":"web_search_preview"}})",
             R"({"prompt":{"id":"p"},"input":null,"model":null})",
             R"({"service_tier":"ultrafast","safety_identifier":"x"})",
         }) {
        auto const answer = create(connection, members);
        BOOST_TEST(answer.status == 200, members << ": " << answer.body);
    }
}

BOOST_AUTO_TEST_CASE(codes_tell_what_was_not_found)
{
    running_emulator const server;
    client connection(server->port());

    auto const previous = create(connection, R"({"previous_response_id":"resp_1"})");
    BOOST_TEST(previous.error("code") == "previous_response_not_found");
    auto const item = create(connection, R"({"input":[{"id":"msg_1"}]})");
    BOOST_TEST(item.status == 404);
    BOOST_TEST(item.error("param") == "input[0].id");
    auto const model = create(connection, R"({"model":"model-that-does-not-exist"})");
    BOOST_TEST(model.status == 404);
    BOOST_TEST(model.error("code") == "model_not_found");
}

BOOST_AUTO_TEST_CASE(to_stay_unfinished_is_for_the_background)
{
    running_emulator const server;
    auto const answer =
        send(server, "POST", "/responses", response_body("x"), {{"x-emulator-events", "queued"}});

    BOOST_TEST(answer.status == 400);
    BOOST_TEST(answer.error("param") == "x-emulator-events");
}

BOOST_AUTO_TEST_SUITE_END()
