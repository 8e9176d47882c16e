#include "integration/emulator/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/test/unit_test.hpp>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_faults)

namespace {

std::string stream_body()
{
    return chat_body("Hello", R"({"stream":true})");
}

} // namespace

BOOST_AUTO_TEST_CASE(a_status_comes_with_the_error_type_of_the_table)
{
    running_emulator const server;
    std::vector<std::pair<int, std::string>> const table = {
        {400, "invalid_request_error"},
        {401, "authentication_error"},
        {403, "permission_error"},
        {404, "not_found_error"},
        {409, "invalid_request_error"},
        {429, "rate_limit_error"},
        {500, "api_error"},
        {502, "api_error"},
        {503, "overloaded_error"},
        {529, "overloaded_error"},
    };

    for (auto const& [status, type] : table) {
        auto const answer =
            ask(server, chat_body("Hello"), {{"x-emulator-status", std::to_string(status)}});
        BOOST_TEST(answer.status == status);
        BOOST_TEST(answer.error("type") == type);
        BOOST_TEST(answer.error("code") == "");
        BOOST_TEST(answer.error("param") == "");
        BOOST_TEST(answer.header("retry-after") == "");
        BOOST_TEST(answer.keep_alive);
    }
}

BOOST_AUTO_TEST_CASE(a_status_may_have_a_code_and_a_time_to_wait)
{
    running_emulator const server;
    auto const answer =
        ask(server,
            chat_body("Hello"),
            {{"x-emulator-status", "429"},
             {"x-emulator-code", "insufficient_quota"},
             {"x-emulator-retry-after", "7"}});

    BOOST_TEST(answer.error("code") == "insufficient_quota");
    BOOST_TEST(answer.header("retry-after") == "7");
}

BOOST_AUTO_TEST_CASE(a_status_without_a_body_leaves_the_connection_usable)
{
    running_emulator const server;
    client connection(server->port());

    connection.send(post("{}", {{"api-key", "k"}, {"x-emulator-status", "204"}}));
    connection.send(post(chat_body("Hello")));

    BOOST_TEST(connection.receive().status == 204);
    BOOST_TEST(connection.receive().status == 200);
}

BOOST_AUTO_TEST_CASE(an_error_body_may_be_odd)
{
    running_emulator const server;
    auto const odd = [&](char const* body) {
        return ask(server, "{}", {{"x-emulator-status", "502"}, {"x-emulator-body", body}});
    };

    auto const text = odd("text");
    BOOST_TEST(text.status == 502);
    BOOST_TEST(text.header("content-type") == "text/plain");
    BOOST_TEST(!text.body.empty());
    auto const empty = odd("empty");
    BOOST_TEST(empty.status == 502);
    BOOST_TEST(empty.body.empty());
    auto const string = odd("string-error");
    BOOST_TEST(string.json().at("error").is_string());
    BOOST_TEST(ask(server, "{}", {{"x-emulator-body", "text"}}).status == 500);
}

BOOST_AUTO_TEST_CASE(html_may_come_in_place_of_json)
{
    running_emulator const server;
    auto const answer = ask(server, stream_body(), {{"x-emulator-content", "html"}});

    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("content-type").starts_with("text/html"));
    BOOST_TEST(answer.body.starts_with("<!doctype html>"));
}

BOOST_AUTO_TEST_CASE(a_stream_is_cut_after_as_many_events_as_wished)
{
    running_emulator const server;
    auto const cut = [&](char const* how, char const* events) {
        return ask(server, stream_body(), {{"x-emulator-events", events}, {"x-emulator-cut", how}});
    };

    auto const clean = cut("clean", "3");
    BOOST_TEST(!clean.broken);
    BOOST_TEST(clean.events().size() == 3U);

    for (auto const* how : {"fin", "no-close-notify"}) {
        auto const fin = cut(how, "2");
        BOOST_TEST((fin.broken == boost::beast::http::error::partial_message));
        BOOST_TEST(fin.events().size() == 2U);
    }
    BOOST_TEST(cut("fin", "0").events().empty());
    // A reset may overtake what was sent before it.
    BOOST_TEST(cut("rst", "2").broken == boost::asio::error::connection_reset);
    BOOST_TEST(server->statistics().streams_cut == 5U);
    BOOST_TEST(server->statistics().streams_finished == 0U);
}

BOOST_AUTO_TEST_CASE(a_cut_without_more_closes_the_connection_early)
{
    running_emulator const server;
    client connection(server->port());

    connection.send(post(stream_body(), {{"api-key", "k"}, {"x-emulator-events", "1"}}));

    BOOST_TEST((connection.receive().broken == boost::beast::http::error::partial_message));
    BOOST_TEST(connection.receive_end() == boost::asio::error::eof);
}

BOOST_AUTO_TEST_CASE(a_cut_after_more_events_than_there_are_does_nothing)
{
    running_emulator const server;

    BOOST_TEST(ask(server, stream_body(), {{"x-emulator-events", "1000"}}).chunks().size() > 3U);
    BOOST_TEST(server->statistics().streams_finished == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_may_end_in_an_error_object)
{
    running_emulator const server;
    client connection(server->port());

    connection.send(post(
        stream_body(),
        {{"api-key", "k"}, {"x-emulator-stream-error", "2"}, {"x-emulator-code", "server_error"}}
    ));
    connection.send(post(chat_body("Hello")));

    auto const answer = connection.receive();
    BOOST_TEST(answer.status == 200);
    auto const events = answer.events();
    BOOST_TEST_REQUIRE(events.size() == 3U);
    reply error;
    error.body = events.back();
    BOOST_TEST(error.error("type") == "api_error");
    BOOST_TEST(error.error("code") == "server_error");
    BOOST_TEST(connection.receive().status == 200);
    BOOST_TEST(server->statistics().streams_cut == 1U);
}

BOOST_AUTO_TEST_CASE(a_fault_that_cannot_be_read_is_refused)
{
    running_emulator const server;
    header_list const wrong = {
        {"x-emulator-status", "abc"},
        {"x-emulator-status", "42"},
        {"x-emulator-status", "600"},
        {"x-emulator-body", "jpeg"},
        {"x-emulator-content", "pdf"},
        {"x-emulator-events", "-1"},
        {"x-emulator-events", "1.5"},
        {"x-emulator-cut", "slowly"},
        {"x-emulator-stream-error", ""},
        {"x-emulator-tokens", "0"},
        {"x-emulator-tokens", "1000001"},
        {"x-emulator-tokens-per-second", "nan"},
        {"x-emulator-tokens-per-second", "-1"},
        {"x-emulator-header", "no colon"},
        {"x-emulator-header", "two words: x"},
        {"x-emulator-header", ": x"},
        {"x-emulator-content", "json,html"},
        {"x-emulator-malformed", "everything"},
        {"x-emulator-comments", "1000000001"},
        {"x-emulator-empty-events", "some"},
        {"x-emulator-cut-after", "-1"},
        {"x-emulator-stall", "body"},
        {"x-emulator-stall-after-bytes", "0x1"},
        {"x-emulator-stall-after-events", "x"},
        {"x-emulator-drip", "-1"},
        {"x-emulator-delay-head", "3600001"},
        {"x-emulator-delay-event", "-1"},
        {"x-emulator-delay-drip", "1s"},
        {"x-emulator-cutt", "fin"},
        {"X-Emulator-Delay", "1"},
    };

    for (auto const& header : wrong) {
        auto const answer = ask(server, chat_body("Hello"), {header});
        BOOST_TEST(answer.status == 400, header.first << ": " << header.second);
        BOOST_TEST(answer.error("param") == header.first);
    }
}

BOOST_AUTO_TEST_CASE(faults_that_do_not_fit_each_other_are_refused)
{
    running_emulator const server;
    std::vector<header_list> const wrong = {
        {{"x-emulator-cut", "rst"}},
        {{"x-emulator-cut", "clean"}, {"x-emulator-cut-after", "10"}},
        {{"x-emulator-cut", "half-record"}, {"x-emulator-events", "1"}}, // without TLS
        {{"x-emulator-delay-drip", "1"}},
    };

    for (auto const& headers : wrong) {
        auto const answer = ask(server, chat_body("Hello"), headers);
        BOOST_TEST(answer.status == 400, headers.front().second);
        BOOST_TEST(answer.error("param") == headers.front().first);
        BOOST_TEST(answer.error("message").starts_with("The header x-emulator-"));
    }
}

BOOST_AUTO_TEST_CASE(any_response_may_have_more_headers)
{
    header_list const more = {
        {"x-emulator-header", "retry-after-ms: 20"},
        {"X-Emulator-Header", "x-request-id:mine"},
        {"x-emulator-header", "set-cookie: a=b"},
        {"x-emulator-header", "set-cookie: c: d"},
        {"x-emulator-header", "x-nothing:"},
    };
    hicap::emulator_fault step;
    step.headers = {
        {"retry-after-ms", "20"},
        {"x-request-id", "mine"},
        {"set-cookie", "a=b"},
        {"set-cookie", "c: d"},
        {"x-nothing", ""},
    };
    auto const check = [&](int status) {
        return [status](running_emulator&, client& connection) {
            auto const answer = connection.receive();
            header_list cookies;
            for (auto const& header : answer.headers) {
                if (header.first == "set-cookie")
                    cookies.push_back(header);
            }
            BOOST_TEST(answer.status == status);
            BOOST_TEST(answer.header("retry-after-ms") == "20");
            BOOST_TEST(answer.header("x-request-id") == "mine");
            BOOST_TEST((cookies == header_list{{"set-cookie", "a=b"}, {"set-cookie", "c: d"}}));
            BOOST_TEST(answer.header("content-length") != "");
        };
    };

    fail_by_header_and_by_script(more, step, chat_body("Hello"), check(200));
    fail_by_header_and_by_script(more, step, "no JSON", check(400));
    auto with_status = more;
    with_status.emplace_back("x-emulator-status", "503");
    step.status = 503;
    fail_by_header_and_by_script(with_status, step, chat_body("Hello"), check(503));
}

BOOST_AUTO_TEST_CASE(json_may_come_in_place_of_a_stream)
{
    hicap::emulator_fault step;
    step.content = hicap::emulator_fault::other_content::json;

    fail_by_header_and_by_script(
        {{"x-emulator-content", "json"}},
        step,
        stream_body(),
        [](running_emulator&, client& connection) {
            auto const answer = connection.receive();
            BOOST_TEST(answer.status == 200);
            BOOST_TEST(answer.header("content-type") == "application/json");
            BOOST_TEST(text_at(answer.json(), "/object") == "chat.completion");
        }
    );
}

BOOST_AUTO_TEST_CASE(comments_and_empty_events_may_come_before_the_first_event)
{
    hicap::emulator_fault step;
    step.comments = 3;
    step.empty_events = 2;
    step.events = 1;
    step.cut = hicap::emulator_fault::ending::clean;

    fail_by_header_and_by_script(
        {{"x-emulator-comments", "3"},
         {"x-emulator-empty-events", "2"},
         {"x-emulator-events", "1"},
         {"x-emulator-cut", "clean"}},
        step,
        stream_body(),
        [](running_emulator&, client& connection) {
            auto answer = connection.receive();
            std::string const before = ": keep-alive\n\n: keep-alive\n\n: keep-alive\n\n"
                                       "data:\n\ndata:\n\n";
            BOOST_TEST_REQUIRE(answer.body.starts_with(before));
            answer.body.erase(0, before.size());
            BOOST_TEST(answer.events().size() == 1U);
        }
    );
}

BOOST_AUTO_TEST_CASE(comments_may_come_for_ever)
{
    hicap::emulator_fault step;
    step.comments = 1'000'000'000;

    fail_by_header_and_by_script(
        {{"x-emulator-comments", "1000000000"}},
        step,
        stream_body(),
        [](running_emulator& server, client& connection) {
            for (int i = 0; i != 100; ++i)
                connection.receive_until(": keep-alive\n\n");
            connection.close();
            server.wait_for([](auto const& now) { return now.streams_abandoned == 1; });
            BOOST_TEST(server->statistics().tokens_generated == 0U);
        }
    );
}

BOOST_AUTO_TEST_CASE(the_length_of_a_text_may_be_asked_for)
{
    running_emulator const server;

    for (auto const* length : {"1", "7", "1000"}) {
        auto const answer =
            ask(server,
                chat_body("Hello", R"({"stream":true,"stream_options":{"include_usage":true}})"),
                {{"x-emulator-tokens", length}});
        auto const chunks = answer.chunks();
        BOOST_TEST(
            chunks.back().at("usage").at("completion_tokens").to_number<int>() == std::stoi(length)
        );
        // The role, the finish and the usage come beside the tokens.
        BOOST_TEST(chunks.size() == std::stoul(length) + 3);
    }
}

BOOST_AUTO_TEST_SUITE_END()
