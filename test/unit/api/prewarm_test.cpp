#include "unit/api/client_fixture.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct prewarm_fixture : client_fixture
{
    started<std::size_t> prewarm(std::size_t n) { return {context, api().prewarm(n)}; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_prewarm, prewarm_fixture)

BOOST_AUTO_TEST_CASE(all_connections_are_opened_at_the_same_time)
{
    for (int i = 0; i != 3; ++i)
        dialer->connect(silent_server(), 40ms);
    auto warming = prewarm(3);
    BOOST_TEST(dialer->dials == 3u);
    BOOST_TEST(api().statistics().connections_dialling == 3u);
    BOOST_TEST(!warming.done());
    pass(40ms);
    BOOST_TEST(warming.get() == 3u);
    auto const now = api().statistics();
    BOOST_TEST(now.connections_idle == 3u);
    BOOST_TEST(now.connections_opened == 3u);
    BOOST_TEST(now.calls == 3u);
    BOOST_TEST(now.calls_running == 0u);
}

BOOST_AUTO_TEST_CASE(calls_that_follow_use_them)
{
    auto const far = connect({});
    auto const other = connect({});
    prewarm(2).get();
    auto first = create();
    auto second = create();
    settle(); // else the answers would come before the questions
    far->give(completion_response);
    other->give(completion_response);
    settle();
    for (auto* const call : {&first, &second}) {
        auto const& attempts = call->get().attempts();
        BOOST_TEST_REQUIRE(attempts.size() == 1u);
        BOOST_TEST(attempts[0].reused_connection);
        BOOST_TEST(!attempts[0].times.connect.has_value());
    }
    BOOST_TEST(dialer->dials == 2u);
}

BOOST_AUTO_TEST_CASE(it_opens_new_ones_besides_those_that_are_idle)
{
    connect({completion_response});
    create().get();
    connect({});
    BOOST_TEST(prewarm(1).get() == 1u);
    BOOST_TEST(api().statistics().connections_idle == 2u);
}

BOOST_AUTO_TEST_CASE(no_more_are_opened_than_are_kept)
{
    options.pool.max_idle = 3;
    connect({completion_response});
    create().get();
    connect({});
    connect({});
    BOOST_TEST(prewarm(5).get() == 2u);
    BOOST_TEST(api().statistics().connections_idle == 3u);
    BOOST_TEST(api().statistics().connections_closed == 0u);
    BOOST_TEST(prewarm(5).get() == 0u);
}

BOOST_AUTO_TEST_CASE(those_that_could_be_opened_are_counted)
{
    dialer->fail(asio::error::connection_refused);
    connect({});
    dialer->fail(asio::error::connection_reset);
    BOOST_TEST(prewarm(3).get() == 1u);
}

BOOST_AUTO_TEST_CASE(when_none_could_be_opened_the_first_failure_is_thrown)
{
    dialer->fail(asio::error::connection_reset);
    dialer->fail(asio::error::connection_refused);
    auto warming = prewarm(2);
    BOOST_TEST((warming.code() == asio::error::connection_reset));
    BOOST_TEST(api().statistics().connections_dialling == 0u);
}

BOOST_AUTO_TEST_CASE(the_deadlines_of_the_client_hold)
{
    options.deadlines.connect = 2s;
    dialer->hang();
    auto warming = prewarm(1);
    BOOST_TEST((pass_to_next() == 2s));
    BOOST_TEST((warming.code() == errc::connect_timeout));
}

BOOST_AUTO_TEST_CASE(cancelling_stops_what_is_being_opened_and_keeps_what_is_open)
{
    connect({completion_response});
    dialer->hang();
    auto warming = prewarm(2);
    BOOST_TEST(!warming.done());
    warming.cancel();
    settle();
    BOOST_TEST((warming.code() == asio::error::operation_aborted));
    auto const now = api().statistics();
    BOOST_TEST(now.connections_dialling == 0u);
    BOOST_TEST(now.calls_running == 0u);
    BOOST_TEST(now.connections_idle == 1u);
    BOOST_TEST(create().get().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(shutting_down_stops_what_is_being_opened)
{
    dialer->hang();
    auto warming = prewarm(1);
    started<std::size_t> ending(context, api().shutdown(1s));
    pass(1s);
    BOOST_TEST((warming.code() == errc::client_shut_down));
    BOOST_TEST(ending.get() == 1u);
}

BOOST_AUTO_TEST_CASE(no_more_are_opened_than_there_may_be)
{
    options.pool.max_connections = 3;
    auto const far = connect({completion_response});
    create().get();
    connect({});
    connect({});
    started<std::size_t> warms(context, api().prewarm(10));
    BOOST_TEST(warms.get() == 2u);
    BOOST_TEST(far->open);
    BOOST_TEST(api().statistics().connections_idle == 3u);
}

BOOST_AUTO_TEST_CASE(none_at_all_are_opened_at_once)
{
    BOOST_TEST(prewarm(0).get() == 0u);
    BOOST_TEST(dialer->dials == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
