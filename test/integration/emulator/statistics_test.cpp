#include "integration/emulator/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_statistics_of_clients)

BOOST_AUTO_TEST_CASE(errors_that_nobody_asked_for_are_refusals)
{
    running_emulator const server;

    (void)ask(server, chat_body("Hello"));
    (void)ask(server, chat_body("Hello"), {{"x-emulator-status", "503"}});
    BOOST_TEST(server->statistics().requests_refused == 0U);
    (void)ask(server, "no JSON");
    (void)ask(server, chat_body("Hello"), {{"x-emulator-status", "none"}});
    BOOST_TEST(server->statistics().requests_refused == 2U);
    client connection(server->port());
    connection.send("no HTTP\r\n\r\n");
    (void)connection.receive();
    BOOST_TEST(server->statistics().requests_refused == 3U);
    BOOST_TEST(server->statistics().requests == 4U);
}

BOOST_AUTO_TEST_CASE(a_request_over_the_rate_is_a_refusal)
{
    hicap::emulator_options options;
    options.rate_limit.enforced = true;
    options.rate_limit.requests = 1;
    options.rate_limit.window = std::chrono::hours(1);
    running_emulator const server(options);

    (void)ask(server, chat_body("Hello"));
    BOOST_TEST(ask(server, chat_body("Hello")).status == 429);
    BOOST_TEST(server->statistics().requests_refused == 1U);
}

BOOST_AUTO_TEST_CASE(it_is_known_how_a_client_leaves)
{
    running_emulator const server;
    auto const stall = post(chat_body("Hello"), {{"api-key", "k"}, {"x-emulator-stall", "head"}});
    auto const is_stalled = [](auto const& now) { return now.responses_stalled == 1; };
    auto const is_empty = [](auto const& now) { return now.connections_open == 0; };

    client closing(server->port());
    closing.send(stall);
    server.wait_for(is_stalled);
    closing.close();
    auto const closed = server.wait_for(is_empty);
    BOOST_TEST(closed.connections_closed_by_client == 1U);
    BOOST_TEST(closed.connections_reset_by_client == 0U);

    client resetting(server->port());
    resetting.send(stall);
    server.wait_for(is_stalled);
    resetting.reset();
    auto const reset = server.wait_for(is_empty);
    BOOST_TEST(reset.connections_closed_by_client == 1U);
    BOOST_TEST(reset.connections_reset_by_client == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_after_the_emulator_did_not_leave_first)
{
    running_emulator const server;
    {
        client connection(server->port());
        connection.send(post(chat_body("Hello"), {{"api-key", "k"}, {"connection", "close"}}));
        BOOST_TEST(connection.receive_end() == boost::asio::error::eof);
    }
    auto const now = server.wait_for([](auto const& each) { return each.connections_open == 0; });

    BOOST_TEST(now.connections_closed_by_client == 0U);
    BOOST_TEST(now.connections_reset_by_client == 0U);
}

BOOST_AUTO_TEST_CASE(whoever_asks_is_told_of_each_request)
{
    std::vector<hicap::emulator_request> came;
    hicap::emulator_options options;
    options.on_request = [&came](auto const& request) { came.push_back(request); };
    {
        running_emulator const server(options);
        (void)ask(server, chat_body("Hello"), {{"X-Mine", "yes"}});
        (void)send(server, "GET", "/nothing?a=b");
        client connection(server->port());
        connection.send("no HTTP\r\n\r\n");
        (void)connection.receive();
    }
    BOOST_TEST_REQUIRE(came.size() == 2U);
    BOOST_TEST(came[0].method == "POST");
    BOOST_TEST(came[0].target == "/v1/chat/completions");
    BOOST_TEST(came[0].body == chat_body("Hello"));
    auto const& headers = came[0].headers;
    std::pair<std::string, std::string> const mine{"X-Mine", "yes"};
    BOOST_TEST((std::find(headers.begin(), headers.end(), mine) != headers.end()));
    BOOST_TEST(came[1].method == "GET");
    BOOST_TEST(came[1].target == "/v1/nothing?a=b");
    BOOST_TEST(came[1].body.empty());
}

BOOST_AUTO_TEST_SUITE_END()
