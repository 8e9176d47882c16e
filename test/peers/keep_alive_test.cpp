#include "peers/front.hpp"
#include "support/started.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <map>
#include <string>
#include <vector>

using namespace hicap;

namespace {

std::string connection_of(response_info const& info)
{
    return std::string(info.headers().find("x-connection").value_or("none"));
}

/// How many responses came over each connection, as nginx numbers them.
using load = std::map<std::string, std::size_t>;

std::size_t most(load const& of)
{
    std::size_t result = 0;
    for (auto const& [connection, responses] : of)
        result = std::max(result, responses);
    return result;
}

char const* const three_requests = "keepalive_requests 3;\n"; // a connection

} // namespace

BOOST_FIXTURE_TEST_SUITE(behind_nginx, test::front, *test::needs({"nginx", "openssl"}))

BOOST_AUTO_TEST_CASE(a_connection_is_left_when_nginx_says_so)
{
    start(three_requests);
    client const hicap(through());
    auto const request = ask("a");
    load seen;
    for (int i = 0; i != 20; ++i) {
        auto const answer = create(hicap, request);
        BOOST_TEST(answer.attempts().size() == 1U);
        ++seen[connection_of(answer.info())];
    }
    BOOST_TEST(server.statistics().requests == 20U);
    BOOST_TEST(seen.size() == 7U); // the last one with two
    BOOST_TEST(most(seen) == 3U);
    auto const now = hicap.statistics();
    BOOST_TEST(now.connections_opened == 7U);
    BOOST_TEST(now.replays == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_has_every_event)
{
    start(three_requests);
    client const hicap(through());
    client const direct(options());
    auto const request = ask("What is it that nginx does with events?");
    std::vector<std::string> expected;
    auto original = open_stream(direct, request);
    while (auto const* event = run(original.next()))
        expected.emplace_back(event->text());
    BOOST_TEST(expected.size() > 10U);

    load seen;
    for (int i = 0; i != 6; ++i) {
        auto events = open_stream(hicap, request);
        ++seen[connection_of(events.info())];
        std::vector<std::string> texts;
        while (auto const* event = run(events.next()))
            texts.emplace_back(event->text());
        BOOST_TEST(texts == expected, boost::test_tools::per_element());
        let_end(hicap);
    }
    BOOST_TEST(seen.size() == 2U);
    BOOST_TEST(server.statistics().requests == 7U);
    BOOST_TEST(server.statistics().streams_finished == 7U);
}

BOOST_AUTO_TEST_CASE(events_come_as_they_are_sent)
{
    start(three_requests);
    client const hicap(through());
    auto const request = ask("a");
    auto const fault = with({{"x-emulator-stall-after-events", "3"}});
    auto events = open_stream(hicap, request, fault);
    for (int i = 0; i != 3; ++i)
        BOOST_TEST((run(events.next()) != nullptr)); // and does not wait for more
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped_stops_the_server)
{
    start(three_requests);
    client const hicap(through());
    auto const request = ask("a");
    auto const fault = with({{"x-emulator-stall-after-events", "3"}});
    {
        auto events = open_stream(hicap, request, fault);
        run(events.next());
    }
    context.restart();
    while (server.statistics().connections_open != 0)
        context.run_one(); // nginx closes its connection to the emulator
    BOOST_TEST(server.statistics().streams_abandoned == 1U);
    BOOST_TEST(create(hicap, request).http_status() == 200);
}

BOOST_AUTO_TEST_CASE(a_burst_is_served)
{
    start(three_requests);
    constexpr std::size_t burst = 50;
    auto chosen = through();
    chosen.pool.max_connections = 8;
    client const hicap(chosen);
    auto const request = ask("a");
    load seen;
    std::size_t ended = 0;
    for (std::size_t i = 0; i != burst; ++i) {
        asio::co_spawn(
            context,
            hicap.chat().completions().create(request),
            [&](std::exception_ptr failure, reply<chat::completion> const& answer) {
                ++ended;
                if (!failure)
                    ++seen[connection_of(answer.info())];
            }
        );
    }
    context.restart();
    while (ended != burst)
        context.run_one();

    std::size_t answered = 0;
    for (auto const& [connection, responses] : seen)
        answered += responses;
    BOOST_TEST(answered == burst);
    BOOST_TEST(server.statistics().requests == burst);
    BOOST_TEST(most(seen) == 3U);
    BOOST_TEST(hicap.statistics().connections_opened == seen.size());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_that_nginx_has_closed_is_not_used)
{
    start("keepalive_timeout 50ms;\n");
    client const hicap(through());
    auto const request = ask("a");
    auto const first = connection_of(create(hicap, request).info());
    BOOST_TEST(hicap.statistics().connections_idle == 1U);

    wait_for_idle_close();
    auto const answer = create(hicap, request);

    BOOST_TEST(connection_of(answer.info()) != first);
    BOOST_TEST(answer.attempts().size() == 1U);
    BOOST_TEST(server.statistics().requests == 2U);
    BOOST_TEST(hicap.statistics().replays == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_that_crosses_the_closing_is_replayed_free)
{
    start({});
    client const hicap(through()); // which retries nothing
    auto const request = ask("a");
    create(hicap, request);
    gate->freeze();
    test::nginx successor(folder, http); // at the same port
    successor.start();

    test::started crossing(context, hicap.chat().completions().create(request));
    BOOST_TEST(!crossing.done());
    gate->stop(); // with the request unread
    crossing.finish();

    auto const& attempts = crossing.get().attempts();
    BOOST_TEST_REQUIRE(attempts.size() == 2U);
    BOOST_TEST(attempts.front().replayed);
    BOOST_TEST(attempts.front().reused_connection);
    BOOST_TEST(!attempts.back().reused_connection);
    BOOST_TEST(server.statistics().requests == 2U);
    BOOST_TEST(hicap.statistics().replays == 1U);
    BOOST_TEST(hicap.statistics().retries == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
