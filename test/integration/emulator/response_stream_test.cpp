#include "integration/emulator/client.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_response_stream)

namespace {

std::vector<json::value>
stream(running_emulator const& server, std::string_view members, header_list const& headers = {})
{
    auto const body = response_body("Hello", members);
    auto const answer = send(server, "POST", "/responses", body, headers);
    BOOST_TEST_REQUIRE(answer.status == 200, answer.body);
    BOOST_TEST(answer.header("content-type") == "text/event-stream; charset=utf-8");
    return answer.named_events();
}

std::vector<std::string> types_of(std::vector<json::value> const& events)
{
    std::vector<std::string> result;
    for (auto const& each : events)
        result.push_back(text_at(each, "/type"));
    return result;
}

std::set<std::string> distinct(std::vector<std::string> const& all)
{
    return {all.begin(), all.end()};
}

void check_numbers(std::vector<json::value> const& events)
{
    for (std::size_t i = 0; i != events.size(); ++i)
        BOOST_TEST(events[i].at("sequence_number").to_number<std::size_t>() == i);
}

// The members `delta` of the events of that type, put together.
std::string deltas(std::vector<json::value> const& events, std::string_view type)
{
    std::string result;
    for (auto const& each : events) {
        if (text_at(each, "/type") == type)
            result += text_at(each, "/delta");
    }
    return result;
}

json::value const& last_of(std::vector<json::value> const& events, std::string_view type)
{
    auto const found = std::find_if(events.rbegin(), events.rend(), [&](auto const& each) {
        return text_at(each, "/type") == type;
    });
    BOOST_TEST_REQUIRE((found != events.rend()), type << " is missing");
    return *found;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_text_comes_with_its_frame_in_order)
{
    running_emulator const server;
    auto const events = stream(server, R"({"stream":true})");

    auto types = types_of(events);
    types.erase(std::unique(types.begin(), types.end()), types.end());
    std::vector<std::string> const expected = {
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    };
    BOOST_TEST(types == expected, boost::test_tools::per_element());
    check_numbers(events);
    BOOST_TEST(text_at(events[0], "/response/status") == "in_progress");
    BOOST_TEST(events[0].at("response").at("usage").is_null());
    BOOST_TEST(text_at(events[2], "/item/status") == "in_progress");
}

BOOST_AUTO_TEST_CASE(a_stream_adds_up_to_the_whole_answer)
{
    running_emulator const server;
    auto const events = stream(server, R"({"stream":true})");
    auto const whole = send(server, "POST", "/responses", response_body("Hello")).json();

    auto const text = text_at(whole, "/output/0/content/0/text");
    BOOST_TEST(deltas(events, "response.output_text.delta") == text);
    BOOST_TEST(text_at(last_of(events, "response.output_text.done"), "/text") == text);
    auto const& last = events.back();
    BOOST_TEST(text_at(last, "/response/output/0/content/0/text") == text);
    BOOST_TEST(last.at_pointer("/response/usage") == whole.at("usage"));
}

BOOST_AUTO_TEST_CASE(deltas_are_padded_unless_it_is_declined)
{
    running_emulator const server;
    auto const padded = [](std::vector<json::value> const& events) {
        return std::count_if(events.begin(), events.end(), [](json::value const& each) {
            return each.as_object().contains("obfuscation");
        });
    };

    auto const usual = stream(server, R"({"stream":true})");
    auto const all = types_of(usual);
    BOOST_TEST(padded(usual) == std::count(all.begin(), all.end(), "response.output_text.delta"));
    auto const without =
        stream(server, R"({"stream":true,"stream_options":{"include_obfuscation":false}})");
    BOOST_TEST(padded(without) == 0);
}

BOOST_AUTO_TEST_CASE(the_arguments_of_a_function_come_in_pieces)
{
    running_emulator const server;
    auto const events = stream(
        server,
        R"({"stream":true,"tool_choice":"required","tools":[{"type":"function","name":"f",
            "parameters":{"type":"object","properties":{"city":{"type":"string"}},
            "required":["city"]}}]})"
    );

    auto const& done = last_of(events, "response.function_call_arguments.done");
    BOOST_TEST(text_at(done, "/name") == "f");
    auto const arguments = text_at(done, "/arguments");
    BOOST_TEST(deltas(events, "response.function_call_arguments.delta") == arguments);
    BOOST_TEST(text_at(events.back(), "/response/output/0/type") == "function_call");
    BOOST_TEST(text_at(events.back(), "/response/output/0/arguments") == arguments);
    BOOST_TEST(text_at(done, "/item_id") == text_at(events.back(), "/response/output/0/id"));
}

BOOST_AUTO_TEST_CASE(a_summary_of_the_reasoning_comes_before_the_text)
{
    running_emulator const server;
    auto const events =
        stream(server, R"({"stream":true,"reasoning":{"effort":"low","summary":"auto"}})");

    auto const& done = last_of(events, "response.reasoning_summary_text.done");
    BOOST_TEST(deltas(events, "response.reasoning_summary_text.delta") == text_at(done, "/text"));
    BOOST_TEST(text_at(events.back(), "/response/output/0/type") == "reasoning");
    BOOST_TEST(text_at(events.back(), "/response/output/1/type") == "message");
}

BOOST_AUTO_TEST_CASE(an_answer_that_reaches_its_limit_is_incomplete)
{
    running_emulator const server;
    auto const events = stream(server, R"({"stream":true,"max_output_tokens":16})");

    auto const& last = events.back();
    BOOST_TEST(text_at(last, "/type") == "response.incomplete");
    BOOST_TEST(text_at(last, "/response/status") == "incomplete");
    BOOST_TEST(text_at(last, "/response/incomplete_details/reason") == "max_output_tokens");
    BOOST_TEST(text_at(last, "/response/output/0/status") == "incomplete");
    BOOST_TEST(last.at_pointer("/response/usage/output_tokens").to_number<int>() == 16);
}

BOOST_AUTO_TEST_CASE(every_type_of_event_and_item_comes_on_demand)
{
    running_emulator const server;
    auto const all = stream(server, R"({"stream":true})", {{"x-emulator-events", "all"}});
    auto types = distinct(types_of(all));
    check_numbers(all);
    BOOST_TEST(types.size() == 55U);
    BOOST_TEST(text_at(all.back(), "/type") == "response.completed");

    std::vector<std::pair<char const*, char const*>> const endings = {
        {"failed", "response.failed"},
        {"incomplete", "response.incomplete"},
        {"error", "error"},
    };
    for (auto const& [word, type] : endings) {
        auto const events = stream(server, R"({"stream":true})", {{"x-emulator-events", word}});
        check_numbers(events);
        BOOST_TEST(text_at(events.back(), "/type") == type);
        types.insert(type);
    }
    BOOST_TEST(types.size() == 58U);

    std::set<std::string> items;
    for (auto const& item : all.back().at("response").at("output").as_array())
        items.insert(text_at(item, "/type"));
    BOOST_TEST(items.size() == 28U);
}

BOOST_AUTO_TEST_CASE(each_item_has_a_beginning_and_an_end_and_a_place)
{
    running_emulator const server;
    auto const events = stream(server, R"({"stream":true})", {{"x-emulator-events", "all"}});

    std::size_t begun = 0;
    std::size_t ended = 0;
    for (auto const& each : events) {
        auto const type = text_at(each, "/type");
        if (type == "response.output_item.added") {
            BOOST_TEST(begun == ended);
            BOOST_TEST(each.at("output_index").to_number<std::size_t>() == begun++);
        } else if (type == "response.output_item.done") {
            BOOST_TEST(each.at("output_index").to_number<std::size_t>() == ended++);
            auto const& output = events.back().at("response").at("output").as_array();
            BOOST_TEST((each.at("item") == output.at(ended - 1)));
        } else if (each.as_object().contains("item_id")) {
            BOOST_TEST(each.at("output_index").to_number<std::size_t>() == ended);
        }
    }
    BOOST_TEST(begun == events.back().at("response").at("output").as_array().size());
}

BOOST_AUTO_TEST_CASE(items_come_one_by_one_on_demand)
{
    running_emulator const server;
    auto const answer = send(
        server,
        "POST",
        "/responses",
        response_body("Hello"),
        {{"x-emulator-items", "reasoning, web_search_call"}}
    );

    auto const whole = answer.json();
    BOOST_TEST(whole.at("output").as_array().size() == 3U);
    BOOST_TEST(text_at(whole, "/output/0/type") == "reasoning");
    BOOST_TEST(text_at(whole, "/output/1/type") == "web_search_call");
    BOOST_TEST(text_at(whole, "/output/2/type") == "message");

    for (auto const* wrong : {"nothing", "all, reasoning", "reasoning,"}) {
        auto const refused = send(
            server, "POST", "/responses", response_body("Hello"), {{"x-emulator-items", wrong}}
        );
        BOOST_TEST(refused.error("param") == "x-emulator-items", wrong);
    }
}

BOOST_AUTO_TEST_CASE(a_failure_tells_the_code_that_was_asked_for)
{
    running_emulator const server;
    header_list headers = {
        {"x-emulator-events", "failed"}, {"x-emulator-code", "rate_limit_exceeded"}};

    auto const failed = stream(server, R"({"stream":true})", headers);
    BOOST_TEST(text_at(failed.back(), "/response/status") == "failed");
    BOOST_TEST(text_at(failed.back(), "/response/error/code") == "rate_limit_exceeded");

    headers.front().second = "error";
    auto const error = stream(server, R"({"stream":true})", headers);
    BOOST_TEST(text_at(error.back(), "/code") == "rate_limit_exceeded");
    BOOST_TEST(error.back().at("param").is_null());
}

BOOST_AUTO_TEST_CASE(faults_spoil_these_streams_too)
{
    running_emulator const server;
    auto const body = response_body("Hello", R"({"stream":true})");

    auto const cut = send(server, "POST", "/responses", body, {{"x-emulator-events", "3"}});
    BOOST_TEST(cut.broken.failed());
    BOOST_TEST(cut.named_events().size() == 3U);
    auto const failing =
        send(server, "POST", "/responses", body, {{"x-emulator-stream-error", "2"}});
    BOOST_TEST(failing.body.find(R"(data: {"error":)") != std::string::npos);
    auto const whole = send(server, "POST", "/responses", body, {{"x-emulator-content", "json"}});
    BOOST_TEST(text_at(whole.json(), "/status") == "completed");
    auto const late = send(server, "POST", "/responses", body, {{"x-emulator-comments", "2"}});
    BOOST_TEST(late.body.starts_with(": keep-alive\n\n: keep-alive\n\nevent: response.created"));
    auto const refused = send(server, "POST", "/responses", body, {{"x-emulator-events", "some"}});
    BOOST_TEST(refused.error("param") == "x-emulator-events");

    hicap::emulator_fault step;
    step.life = hicap::emulator_fault::course::all;
    step.events = 100;
    server->script({step});
    BOOST_TEST(send(server, "POST", "/responses", body).named_events().size() == 100U);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_cancels_its_response)
{
    running_emulator const server;
    client connection(server->port());
    connection.send(request_text(
        "POST",
        "/responses",
        response_body("Hello", R"({"stream":true})"),
        {{"api-key", "k"}, {"x-emulator-tokens-per-second", "0.001"}}
    ));
    auto const head = connection.receive_until("response.in_progress");
    auto const start = head.find("resp_");
    auto const id = head.substr(start, head.find('"', start) - start);
    connection.close();
    server.wait_for([](auto const& now) { return now.streams_abandoned == 1; });

    auto const left = send(server, "GET", "/responses/" + id);
    BOOST_TEST(text_at(left.json(), "/status") == "cancelled");
    BOOST_TEST(server->statistics().tokens_generated == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
