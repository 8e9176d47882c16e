#include "integration/emulator/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_http)

namespace {

reply send_headers(running_emulator const& server, header_list const& headers)
{
    client connection(server->port());
    connection.send(post(chat_body("Hello"), headers));
    return connection.receive();
}

reply send_raw(running_emulator const& server, std::string_view bytes)
{
    client connection(server->port());
    connection.send(bytes);
    return connection.receive();
}

void check_key_refused(reply const& answer)
{
    BOOST_TEST(answer.status == 401);
    BOOST_TEST(answer.error("type") == "authentication_error");
    BOOST_TEST(answer.error("code") == "invalid_api_key");
}

} // namespace

BOOST_AUTO_TEST_CASE(either_header_may_carry_the_key)
{
    hicap::emulator_options options;
    options.api_key = "secret";
    running_emulator const server(options);

    BOOST_TEST(send_headers(server, {{"authorization", "Bearer secret"}}).status == 200);
    BOOST_TEST(send_headers(server, {{"Authorization", "bearer  secret"}}).status == 200);
    BOOST_TEST(send_headers(server, {{"api-key", "secret"}}).status == 200);
    BOOST_TEST(
        send_headers(server, {{"authorization", "Bearer secret"}, {"api-key", "secret"}}).status ==
        200
    );
}

BOOST_AUTO_TEST_CASE(a_missing_wrong_or_contradicting_key_is_refused)
{
    hicap::emulator_options options;
    options.api_key = "secret";
    running_emulator const server(options);

    check_key_refused(send_headers(server, {}));
    check_key_refused(send_headers(server, {{"authorization", "Bearer other"}}));
    check_key_refused(send_headers(server, {{"authorization", "Bearer "}}));
    check_key_refused(send_headers(server, {{"authorization", "Basic secret"}}));
    check_key_refused(send_headers(server, {{"api-key", "other"}}));
    check_key_refused(
        send_headers(server, {{"authorization", "Bearer secret"}, {"api-key", "other"}})
    );
}

BOOST_AUTO_TEST_CASE(without_a_key_of_its_own_any_but_the_empty_one_is_accepted)
{
    running_emulator const server;

    BOOST_TEST(send_headers(server, {{"api-key", "anything"}}).status == 200);
    check_key_refused(send_headers(server, {{"api-key", ""}}));
    check_key_refused(send_headers(server, {{"authorization", "Bearer a"}, {"api-key", "b"}}));
}

BOOST_AUTO_TEST_CASE(every_response_has_an_id_of_its_own_and_the_rate_limits)
{
    running_emulator const server;
    std::vector<reply> const answers = {
        ask(server, chat_body("Hello")),
        ask(server, chat_body("Hello", R"({"stream":true})")),
        ask(server, "no JSON"),
        send_headers(server, {}),
        send_raw(server, "GET /nowhere HTTP/1.1\r\n\r\n"),
        send_raw(server, "no HTTP\r\n\r\n"),
        ask(server, "", {{"x-emulator-status", "503"}}),
        ask(server, "", {{"x-emulator-content", "html"}}),
    };

    std::set<std::string> ids;
    for (auto const& answer : answers) {
        auto const id = answer.header("x-request-id");
        BOOST_TEST(id.starts_with("req_"));
        BOOST_TEST(ids.insert(id).second);
        for (auto const* what : {"requests", "tokens"}) {
            for (auto const* part : {"limit", "remaining", "reset"}) {
                auto const name = std::string("x-ratelimit-") + part + '-' + what;
                BOOST_TEST(!answer.header(name).empty(), name << " is missing");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(both_base_paths_are_served)
{
    running_emulator const server;
    auto request = post(chat_body("Hello"));
    request.replace(request.find("/v1/"), 4, "/v2/openai/");

    BOOST_TEST(send_raw(server, request).status == 200);
}

BOOST_AUTO_TEST_CASE(an_unknown_path_is_not_found)
{
    running_emulator const server;

    for (auto const* path :
         {"/", "/v1", "/v1/nothing", "/v1chat/completions", "/chat/completions"}) {
        auto const answer = send_raw(server, "POST " + std::string(path) + " HTTP/1.1\r\n\r\n");
        BOOST_TEST(answer.status == 404);
        BOOST_TEST(answer.error("type") == "not_found_error");
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_method_is_told_the_known_ones)
{
    running_emulator const server;
    auto const answer = send_raw(server, "DELETE /v1/chat/completions?a=b HTTP/1.1\r\n\r\n");

    BOOST_TEST(answer.status == 405);
    BOOST_TEST(answer.header("allow") == "POST");
    BOOST_TEST(answer.error("type") == "invalid_request_error");
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_refused_before_it_is_sent)
{
    running_emulator const server;
    auto const answer =
        send_raw(server, "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 67108865\r\n\r\n");

    BOOST_TEST(answer.status == 413);
    BOOST_TEST(answer.error("type") == "invalid_request_error");
    BOOST_TEST(!answer.keep_alive);
}

BOOST_AUTO_TEST_CASE(a_large_body_is_read)
{
    running_emulator const server;
    auto const answer = ask(server, chat_body(std::string(5'000'000, 'x')));

    BOOST_TEST(answer.status == 200);
}

BOOST_AUTO_TEST_CASE(a_head_over_the_limit_is_refused)
{
    running_emulator const server;
    auto const answer =
        send_raw(server, "GET / HTTP/1.1\r\nx: " + std::string(66'000, 'x') + "\r\n\r\n");

    BOOST_TEST(answer.status == 431);
    BOOST_TEST(!answer.keep_alive);
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_refused)
{
    running_emulator const server;
    auto const answer = send_raw(server, "hello\r\n\r\n");

    BOOST_TEST(answer.status == 400);
    BOOST_TEST(answer.error("type") == "invalid_request_error");
}

BOOST_AUTO_TEST_CASE(a_connection_serves_one_request_after_the_other)
{
    running_emulator const server;
    client connection(server->port());

    for (int i = 0; i != 3; ++i) {
        connection.send(post(chat_body("Hello")));
        auto const whole = connection.receive();
        BOOST_TEST(whole.status == 200);
        BOOST_TEST(whole.keep_alive);
        connection.send(post(chat_body("Hello", R"({"stream":true})")));
        BOOST_TEST(connection.receive().chunks().size() > 3U);
        connection.send(post("no JSON"));
        BOOST_TEST(connection.receive().status == 400);
    }

    auto const statistics = server->statistics();
    BOOST_TEST(statistics.connections_accepted == 1U);
    BOOST_TEST(statistics.requests == 9U);
    BOOST_TEST(statistics.streams_finished == 3U);
}

BOOST_AUTO_TEST_CASE(requests_that_come_during_a_stream_are_served_after_it)
{
    running_emulator const server;
    client connection(server->port());
    auto const stream = post(chat_body("Hello", R"({"stream":true})"));

    connection.send(stream + stream + post(chat_body("Bye")));

    BOOST_TEST(connection.receive().chunks().size() > 3U);
    BOOST_TEST(connection.receive().chunks().size() > 3U);
    BOOST_TEST(connection.receive().header("content-type") == "application/json");
}

BOOST_AUTO_TEST_CASE(a_request_may_come_byte_by_byte)
{
    running_emulator const server;
    client connection(server->port());

    for (auto const byte : post(chat_body("Hello")))
        connection.send(std::string_view(&byte, 1));

    BOOST_TEST(connection.receive().status == 200);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_read)
{
    running_emulator const server;
    auto const body = chat_body("Hello");
    std::string request = "POST /v1/chat/completions HTTP/1.1\r\napi-key: k\r\n"
                          "transfer-encoding: chunked\r\n\r\n1\r\n";
    request += body.front();
    // 0x200 is more than the body has, so it is padded with spaces.
    request += "\r\n200\r\n" + body.substr(1) + std::string(0x200 - body.size() + 1, ' ');
    request += "\r\n0\r\n\r\n";

    BOOST_TEST(send_raw(server, request).status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_expects_to_be_told_to_continue_is_told)
{
    running_emulator const server;
    client connection(server->port());
    auto const body = chat_body("Hello");

    connection.send(
        "POST /v1/chat/completions HTTP/1.1\r\napi-key: k\r\nexpect: 100-continue\r\n"
        "content-length: " +
        std::to_string(body.size()) + "\r\n\r\n"
    );
    connection.receive_until("HTTP/1.1 100 Continue\r\n\r\n");
    connection.send(body);

    BOOST_TEST(connection.receive().status == 200);
}

BOOST_AUTO_TEST_CASE(the_connection_closes_when_the_client_wishes_it)
{
    running_emulator const server;
    client connection(server->port());

    connection.send(post(chat_body("Hello"), {{"api-key", "k"}, {"connection", "close"}}));

    auto const answer = connection.receive();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("connection") == "close");
    BOOST_TEST(connection.receive_end() == boost::asio::error::eof);
}

BOOST_AUTO_TEST_CASE(a_stream_to_http_1_0_ends_with_the_connection)
{
    running_emulator const server;
    auto const body = chat_body("Hello", R"({"stream":true})");
    auto const answer = send_raw(
        server,
        "POST /v1/chat/completions HTTP/1.0\r\napi-key: k\r\ncontent-length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body
    );

    BOOST_TEST(answer.header("transfer-encoding").empty());
    BOOST_TEST(answer.chunks().size() > 3U);
}

BOOST_AUTO_TEST_CASE(tags_are_one_object_of_strings)
{
    running_emulator const server;
    auto const status_with = [&](header_list const& tags) {
        return ask(server, chat_body("Hello"), tags);
    };

    BOOST_TEST(status_with({{"x-hicap-tags", R"({"env":"test","a":"b"})"}}).status == 200);
    BOOST_TEST(status_with({{"x-hicap-tags", "{}"}}).status == 200);
    for (auto const* wrong :
         {R"({"a":1})", R"({"a":null})", R"({"a":{"b":"c"}})", R"(["a"])", "env=test", ""}) {
        auto const answer = status_with({{"x-hicap-tags", wrong}});
        BOOST_TEST(answer.status == 400);
        BOOST_TEST(answer.error("param") == "x-hicap-tags");
    }
    BOOST_TEST(status_with({{"x-hicap-tags", "{}"}, {"x-hicap-tags", "{}"}}).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
