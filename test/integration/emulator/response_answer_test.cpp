#include "integration/emulator/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_response_answer)

namespace {

json::value
create(running_emulator const& server, std::string_view members, header_list const& headers = {})
{
    auto const answer =
        send(server, "POST", "/responses", response_body("Hello", members), headers);
    BOOST_TEST_REQUIRE(answer.status == 200, answer.body);
    return answer.json();
}

constexpr char const* get_time = R"({"type":"function","name":"get_time","parameters":
    {"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}})";

std::string with_tools(std::string const& more = "")
{
    return R"({"tools":[)" + std::string(get_time) + R"(,{"type":"custom","name":"write_log"}])" +
           more + '}';
}

std::string member_text(json::value const& value, std::string const& member)
{
    return json::serialize(value.at(member));
}

} // namespace

BOOST_AUTO_TEST_CASE(a_text_is_answered_with_a_message)
{
    running_emulator const server;
    auto const whole = create(server, "{}");

    BOOST_TEST(text_at(whole, "/object") == "response");
    BOOST_TEST(text_at(whole, "/status") == "completed");
    BOOST_TEST(text_at(whole, "/id").starts_with("resp_"));
    BOOST_TEST(text_at(whole, "/output/0/type") == "message");
    BOOST_TEST(text_at(whole, "/output/0/role") == "assistant");
    BOOST_TEST(text_at(whole, "/output/0/content/0/text").find("Hello") != std::string::npos);
    BOOST_TEST(whole.at("error").is_null());
    BOOST_TEST(whole.at("incomplete_details").is_null());
    auto const number = [&](char const* pointer) {
        return whole.at_pointer(pointer).to_number<int>();
    };
    BOOST_TEST(number("/usage/input_tokens") > 0);
    BOOST_TEST(number("/usage/output_tokens") > 0);
    BOOST_TEST(
        number("/usage/total_tokens") ==
        number("/usage/input_tokens") + number("/usage/output_tokens")
    );
    BOOST_TEST(
        server->statistics().tokens_generated ==
        whole.at_pointer("/usage/output_tokens").to_number<std::uint64_t>()
    );
}

BOOST_AUTO_TEST_CASE(the_response_repeats_the_request)
{
    running_emulator const server;
    std::vector<std::pair<char const*, char const*>> const table = {
        {"instructions", R"("Be short.")"},
        {"max_output_tokens", "1000"},
        {"max_tool_calls", "3"},
        {"metadata", R"({"a":"b"})"},
        {"parallel_tool_calls", "false"},
        {"prompt_cache_key", R"("key")"},
        {"safety_identifier", R"("somebody")"},
        {"service_tier", R"("flex")"},
        {"store", "false"},
        {"tool_choice", R"("none")"},
        {"top_logprobs", "2"},
        {"truncation", R"("auto")"},
        {"user", R"("me")"},
        {"conversation", R"({"id":"conv_1"})"},
        {"text", R"({"format":{"type":"json_object"},"verbosity":"low"})"},
        {"reasoning", R"({"effort":"none","summary":null})"},
    };
    for (auto const& [name, value] : table) {
        auto const whole = create(server, "{\"" + std::string(name) + "\":" + value + '}');
        BOOST_TEST(
            (whole.at(name) == json::parse(value)), name << ": " << member_text(whole, name)
        );
    }
    auto const usual = create(server, "{}");
    for (auto const& [name, value] : table)
        BOOST_TEST(usual.as_object().contains(name), name << " is missing");
    BOOST_TEST(usual.at("store").as_bool());
    BOOST_TEST(member_text(usual, "text") == R"({"format":{"type":"text"}})");
}

BOOST_AUTO_TEST_CASE(its_tokens_count_against_the_rate)
{
    for (auto const* members : {"{}", R"({"stream":true})"}) {
        running_emulator const server;
        auto const answer = send(
            server,
            "POST",
            "/responses",
            response_body("Hello", members),
            {{"x-emulator-tokens", "1000"}}
        );
        BOOST_TEST(std::stoll(answer.header("x-ratelimit-remaining-tokens")) <= 1'999'000);
    }
}

BOOST_AUTO_TEST_CASE(a_conversation_may_be_an_id_alone)
{
    running_emulator const server;
    auto const whole = create(server, R"({"conversation":"conv_1"})");

    BOOST_TEST(member_text(whole, "conversation") == R"({"id":"conv_1"})");
}

BOOST_AUTO_TEST_CASE(a_tool_is_called_on_demand_or_by_its_name)
{
    running_emulator const server;
    auto const called = create(server, with_tools(R"(,"tool_choice":"required")"));
    BOOST_TEST(text_at(called, "/output/0/type") == "function_call");
    BOOST_TEST(text_at(called, "/output/0/name") == "get_time");
    BOOST_TEST(text_at(called, "/output/0/call_id").starts_with("call_"));
    BOOST_TEST(json::parse(text_at(called, "/output/0/arguments")).at("zone").is_string());

    auto const chosen =
        create(server, with_tools(R"(,"tool_choice":{"type":"custom","name":"write_log"})"));
    BOOST_TEST(text_at(chosen, "/output/0/type") == "custom_tool_call");
    BOOST_TEST(text_at(chosen, "/output/0/input") == "Hello");

    auto const named = create(server, with_tools(R"(,"input":"write_log and get_time")"));
    BOOST_TEST(named.at("output").as_array().size() == 2U);
    auto const one_by_one = create(
        server, with_tools(R"(,"input":"write_log and get_time","parallel_tool_calls":false)")
    );
    BOOST_TEST(one_by_one.at("output").as_array().size() == 1U);
    auto const none = create(server, with_tools(R"(,"input":"get_time","tool_choice":"none")"));
    BOOST_TEST(text_at(none, "/output/0/type") == "message");
    auto const allowed =
        create(server, with_tools(R"(,"tool_choice":{"type":"allowed_tools","mode":"required",
            "tools":[{"type":"custom","name":"write_log"}]})"));
    BOOST_TEST(text_at(allowed, "/output/0/name") == "write_log");
}

BOOST_AUTO_TEST_CASE(the_output_of_a_tool_is_answered_with_text)
{
    running_emulator const server;
    auto const called = create(server, with_tools(R"(,"tool_choice":"required")"));
    json::object output;
    output["type"] = "function_call_output";
    output["call_id"] = called.at_pointer("/output/0/call_id");
    output["output"] = "noon";
    auto const text = json::serialize(output);

    // Either the call is sent back, or the response that it is in is continued.
    auto const call = json::serialize(called.at_pointer("/output/0"));
    auto const sent = create(
        server,
        with_tools(R"(,"input":[{"role":"user","content":"get_time"},)" + call + ',' + text + ']')
    );
    BOOST_TEST(text_at(sent, "/output/0/type") == "message");
    auto const continued = create(
        server,
        with_tools(
            R"(,"previous_response_id":")" + text_at(called, "/id") + R"(","input":[)" + text + ']'
        )
    );
    BOOST_TEST(text_at(continued, "/output/0/type") == "message");
    BOOST_TEST(text_at(continued, "/previous_response_id") == text_at(called, "/id"));
    BOOST_TEST(
        continued.at_pointer("/usage/input_tokens").to_number<int>() >
        called.at_pointer("/usage/total_tokens").to_number<int>()
    );
}

BOOST_AUTO_TEST_CASE(a_text_obeys_its_format)
{
    running_emulator const server;
    auto const whole = create(server, R"({"text":{"format":{"type":"json_schema","name":"parcel",
        "schema":{"type":"object","properties":{"size":{"enum":["small"]}},
        "required":["size"]}}}})");

    BOOST_TEST(text_at(whole, "/output/0/content/0/text") == R"({"size":"small"})");
    BOOST_TEST(text_at(whole, "/text/format/name") == "parcel");
}

BOOST_AUTO_TEST_CASE(reasoning_is_counted_and_shown_as_asked_for)
{
    running_emulator const server;
    auto const hidden = create(server, R"({"reasoning":{"effort":"high"}})");
    BOOST_TEST(text_at(hidden, "/output/0/type") == "reasoning");
    BOOST_TEST(hidden.at_pointer("/output/0/summary").as_array().empty());
    auto const* count = "/usage/output_tokens_details/reasoning_tokens";
    BOOST_TEST(hidden.at_pointer(count).to_number<int>() > 0);

    auto const shown = create(
        server, R"({"reasoning":{"summary":"auto"},"include":["reasoning.encrypted_content"]})"
    );
    BOOST_TEST(text_at(shown, "/output/0/summary/0/type") == "summary_text");
    BOOST_TEST(text_at(shown, "/output/0/encrypted_content") != "");
    BOOST_TEST(shown.at_pointer(count) == hidden.at_pointer(count));
}

BOOST_AUTO_TEST_CASE(logprobs_are_included_on_demand)
{
    running_emulator const server;
    auto const whole =
        create(server, R"({"include":["message.output_text.logprobs"],"top_logprobs":2})");

    auto const& logprobs = whole.at_pointer("/output/0/content/0/logprobs").as_array();
    auto const tokens = whole.at_pointer("/usage/output_tokens").to_number<std::size_t>();
    BOOST_TEST(logprobs.size() == tokens);
    BOOST_TEST(logprobs.at(0).at("top_logprobs").as_array().size() == 2U);
}

BOOST_AUTO_TEST_CASE(items_of_all_kinds_can_be_sent_back)
{
    running_emulator const server;
    auto const all = create(server, "{}", {{"x-emulator-items", "all"}});
    auto items = all.at("output").as_array();
    items.push_back(json::object{{"role", "user"}, {"content", "And now?"}});
    items.push_back(json::object{{"type", "item_reference"}, {"id", items.at(0).at("id")}});

    auto const whole = create(server, R"({"input":)" + json::serialize(items) + '}');
    BOOST_TEST(text_at(whole, "/status") == "completed");
    auto const listed =
        send(server, "GET", "/responses/" + text_at(whole, "/id") + "/input_items?limit=100")
            .json();
    BOOST_TEST(listed.at("data").as_array().size() == items.size());
    BOOST_TEST((listed.at("data").as_array().front() == items.at(0)));
}

BOOST_AUTO_TEST_SUITE_END()
