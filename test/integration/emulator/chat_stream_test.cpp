#include "integration/emulator/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_chat_streams)

namespace {

// Slow enough never to end by itself while a test runs.
header_list const endless = {{"api-key", "k"}, {"x-emulator-tokens-per-second", "0.001"}};

json::value const& delta(json::value const& chunk)
{
    return chunk.at_pointer("/choices/0/delta");
}

std::vector<json::value> stream(running_emulator const& server, std::string_view members = "{}")
{
    auto all = json::parse(members).as_object();
    all["stream"] = true;
    auto const answer = ask(server, chat_body("Hello", json::serialize(all)));
    BOOST_TEST_REQUIRE(answer.status == 200);
    BOOST_TEST(answer.header("content-type").starts_with("text/event-stream"));
    return answer.chunks();
}

// The text of each choice, put together.
std::map<int, std::string> texts(std::vector<json::value> const& chunks, char const* member)
{
    std::map<int, std::string> result;
    for (auto const& chunk : chunks) {
        for (auto const& choice : chunk.at("choices").as_array()) {
            auto const* piece = choice.at("delta").as_object().if_contains(member);
            if (piece != nullptr && piece->is_string())
                result[choice.at("index").to_number<int>()] += std::string(piece->get_string());
        }
    }
    return result;
}

std::string whole_text(running_emulator const& server, std::string_view members = "{}")
{
    return text_at(ask(server, chat_body("Hello", members)).json(), "/choices/0/message/content");
}

} // namespace

BOOST_AUTO_TEST_CASE(a_stream_has_the_role_the_tokens_the_finish_and_the_mark)
{
    running_emulator const server;
    auto const chunks = stream(server);

    BOOST_TEST(text_at(delta(chunks.front()), "/role") == "assistant");
    BOOST_TEST(text_at(delta(chunks.front()), "/content") == "");
    for (auto const& chunk : chunks) {
        BOOST_TEST(text_at(chunk, "/object") == "chat.completion.chunk");
        BOOST_TEST(text_at(chunk, "/id") == text_at(chunks.front(), "/id"));
        BOOST_TEST(!chunk.as_object().contains("usage"));
        BOOST_TEST(!text_at(chunk, "/obfuscation").empty());
        auto const last = &chunk == &chunks.back();
        BOOST_TEST(chunk.at_pointer("/choices/0/finish_reason").is_null() == !last);
    }
    BOOST_TEST(text_at(chunks.back(), "/choices/0/finish_reason") == "stop");
    BOOST_TEST(delta(chunks.back()).as_object().empty());
    BOOST_TEST(texts(chunks, "content").at(0) == whole_text(server));
}

BOOST_AUTO_TEST_CASE(each_event_is_a_chunk_of_its_own)
{
    running_emulator const server;
    client connection(server->port());

    connection.send(post(chat_body("Hello", R"({"stream":true,"max_tokens":3})")));
    auto const raw = connection.receive_until("\r\n0\r\n\r\n");

    std::size_t events = 0;
    for (auto at = raw.find("data: "); at != std::string::npos; at = raw.find("data: ", at + 1)) {
        BOOST_TEST(raw.substr(at - 2, 2) == "\r\n");
        ++events;
    }
    BOOST_TEST(events == 6U);
}

BOOST_AUTO_TEST_CASE(usage_comes_last_where_asked_for)
{
    running_emulator const server;
    auto const chunks = stream(server, R"({"stream_options":{"include_usage":true}})");

    BOOST_TEST(chunks.back().at("choices").as_array().empty());
    auto const tokens =
        chunks.back().at_pointer("/usage/completion_tokens").to_number<std::size_t>();
    BOOST_TEST(tokens + 3 == chunks.size());
    for (std::size_t i = 0; i + 1 != chunks.size(); ++i)
        BOOST_TEST(chunks[i].at("usage").is_null());
}

BOOST_AUTO_TEST_CASE(obfuscation_can_be_left_out)
{
    running_emulator const server;

    for (auto const& chunk : stream(server, R"({"stream_options":{"include_obfuscation":false}})"))
        BOOST_TEST(!chunk.as_object().contains("obfuscation"));
}

BOOST_AUTO_TEST_CASE(choices_take_turns)
{
    running_emulator const server;
    auto const chunks = stream(server, R"({"n":2})");

    BOOST_TEST(chunks[0].at_pointer("/choices/0/index").to_number<int>() == 0);
    BOOST_TEST(chunks[1].at_pointer("/choices/0/index").to_number<int>() == 1);
    BOOST_TEST(chunks[2].at_pointer("/choices/0/index").to_number<int>() == 0);
    auto const both = texts(chunks, "content");
    BOOST_TEST(both.at(0) == whole_text(server));
    BOOST_TEST(both.at(1) != both.at(0));
    int finished = 0;
    for (auto const& chunk : chunks)
        finished += chunk.at_pointer("/choices/0/finish_reason").is_null() ? 0 : 1;
    BOOST_TEST(finished == 2);
}

BOOST_AUTO_TEST_CASE(limits_and_stop_sequences_are_honoured)
{
    running_emulator const server;
    auto const limited = stream(server, R"({"max_tokens":2})");
    BOOST_TEST(limited.size() == 4U);
    BOOST_TEST(text_at(limited.back(), "/choices/0/finish_reason") == "length");

    auto const stopped = stream(server, R"({"stop":"e"})");
    BOOST_TEST(texts(stopped, "content").at(0) == whole_text(server, R"({"stop":"e"})"));
}

BOOST_AUTO_TEST_CASE(logprobs_come_with_their_tokens)
{
    running_emulator const server;

    for (auto const& chunk : stream(server, R"({"logprobs":true})")) {
        auto const* content = delta(chunk).as_object().if_contains("content");
        auto const& logprobs = chunk.at_pointer("/choices/0/logprobs");
        if (content != nullptr && *content != "")
            BOOST_TEST(logprobs.at_pointer("/content/0/token") == *content);
        else
            BOOST_TEST(logprobs.is_null());
    }
}

BOOST_AUTO_TEST_CASE(thinking_comes_before_the_text)
{
    running_emulator const server;
    auto const chunks = stream(server, R"({"thinking":{"type":"enabled"}})");

    BOOST_TEST(delta(chunks[1]).as_object().contains("reasoning_content"));
    BOOST_TEST(!texts(chunks, "reasoning_content").at(0).empty());
    BOOST_TEST(texts(chunks, "content").at(0) == whole_text(server));
}

BOOST_AUTO_TEST_CASE(calls_come_in_pieces_after_their_name)
{
    running_emulator const server;
    auto const answer =
        ask(server,
            chat_body(
                "get_weather, then get_time",
                R"({"stream":true,"tools":[
                {"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
                    "required":["city"],"properties":{"city":{"type":"string"}}}}},
                {"type":"custom","custom":{"name":"get_time"}}]})"
            ));

    auto const chunks = answer.chunks();
    BOOST_TEST(delta(chunks.front()).at("content").is_null());
    std::map<int, std::vector<json::value>> calls;
    for (auto const& chunk : chunks) {
        if (auto const* pieces = delta(chunk).as_object().if_contains("tool_calls")) {
            BOOST_TEST_REQUIRE(pieces->as_array().size() == 1U);
            calls[pieces->at(0).at("index").to_number<int>()].push_back(pieces->at(0));
        }
    }
    BOOST_TEST_REQUIRE(calls.size() == 2U);
    BOOST_TEST(calls[0].size() > 3U);
    BOOST_TEST(text_at(calls[0][0], "/id").starts_with("call_"));
    BOOST_TEST(text_at(calls[0][0], "/type") == "function");
    BOOST_TEST(text_at(calls[0][0], "/function/name") == "get_weather");
    BOOST_TEST(text_at(calls[0][0], "/function/arguments") == "");
    std::string arguments;
    for (std::size_t i = 1; i != calls[0].size(); ++i) {
        BOOST_TEST(!calls[0][i].as_object().contains("id"));
        arguments += text_at(calls[0][i], "/function/arguments");
    }
    BOOST_TEST(text_at(json::parse(arguments), "/city") == "get_weather, then get_time");
    BOOST_TEST(text_at(calls[1][0], "/custom/name") == "get_time");
    BOOST_TEST(text_at(chunks.back(), "/choices/0/finish_reason") == "tool_calls");
}

BOOST_AUTO_TEST_CASE(the_generation_stops_when_the_client_goes_away_between_tokens)
{
    running_emulator const server;
    client connection(server->port());

    connection.send(post(chat_body("Hello", R"({"stream":true})"), endless));
    connection.receive_until("\n\n");
    connection.close();

    auto const statistics = server.wait_for([](auto const& now) {
        return now.streams_abandoned == 1 && now.connections_open == 0;
    });
    BOOST_TEST(statistics.tokens_generated == 0U);
    BOOST_TEST(statistics.streams_finished == 0U);
}

BOOST_AUTO_TEST_CASE(the_generation_stops_when_a_client_that_does_not_read_goes_away)
{
    constexpr std::uint64_t wished = 1'000'000;
    running_emulator const server;
    client connection(server->port());

    // The answer is far larger than what the sockets hold, so that a write is under way.
    connection.send(post(
        chat_body("Hello", R"({"stream":true})"),
        {{"api-key", "k"}, {"x-emulator-tokens", "1000000"}}
    ));
    connection.receive_until("\n\n");
    connection.close();

    auto const statistics = server.wait_for([](auto const& now) {
        return now.streams_abandoned == 1 && now.connections_open == 0;
    });
    BOOST_TEST(statistics.tokens_generated < wished);
}

BOOST_AUTO_TEST_CASE(a_whole_answer_is_held_back_for_as_long_as_its_tokens_take)
{
    running_emulator const server;
    client connection(server->port());

    connection.send(post(chat_body("Hello"), endless));
    server.wait_for([](auto const& now) { return now.requests == 1; });
    connection.close();

    auto const statistics =
        server.wait_for([](auto const& now) { return now.connections_open == 0; });
    BOOST_TEST(statistics.streams_abandoned == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_is_paced)
{
    hicap::emulator_options options;
    options.tokens_per_second = 200;
    running_emulator const server(options);
    auto const start = std::chrono::steady_clock::now();

    auto const chunks = stream(server, R"({"max_tokens":10})");

    // Never faster; how much slower is up to the machine.
    BOOST_TEST(chunks.size() == 12U);
    BOOST_TEST((std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(50)));
    BOOST_TEST(server->statistics().tokens_generated == 10U);
}

BOOST_AUTO_TEST_SUITE_END()
