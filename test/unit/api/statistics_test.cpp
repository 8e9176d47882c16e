#include "unit/api/chat_stream.hpp"
#include "unit/api/client_fixture.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

namespace hicap::test {

BOOST_FIXTURE_TEST_SUITE(api_statistics, client_fixture)

BOOST_AUTO_TEST_CASE(a_new_client_has_done_nothing)
{
    auto const now = api().statistics();
    BOOST_TEST(now.calls == 0u);
    BOOST_TEST(now.calls_running == 0u);
    BOOST_TEST(now.retries == 0u);
    BOOST_TEST(now.replays == 0u);
    BOOST_TEST(now.connections_opened == 0u);
}

BOOST_AUTO_TEST_CASE(calls_and_retries_are_counted)
{
    dialer->fail(asio::error::connection_refused);
    connect({response(500, "{}"), completion_response, completion_response});
    auto call = create();
    BOOST_TEST(api().statistics().calls == 1u);
    BOOST_TEST(api().statistics().calls_running == 1u);
    BOOST_TEST(api().statistics().connections_leased == 0u); // in the pause nothing is held
    pass_to_next();
    pass_to_next();
    call.get();
    create().get();
    auto const now = api().statistics();
    BOOST_TEST(now.calls == 2u);
    BOOST_TEST(now.calls_running == 0u);
    BOOST_TEST(now.retries == 2u);
    BOOST_TEST(now.replays == 0u);
    BOOST_TEST(now.connections_opened == 1u);
    BOOST_TEST(now.connections_reused == 2u);
    BOOST_TEST(now.connections_idle == 1u);
}

BOOST_AUTO_TEST_CASE(replays_are_no_retries)
{
    auto const far = connect({completion_response});
    create().get();
    far->when_sent = [to = far.get()](std::string_view) { to->close(); };
    connect({completion_response});
    create().get();
    auto const now = api().statistics();
    BOOST_TEST(now.replays == 1u);
    BOOST_TEST(now.retries == 0u);
    BOOST_TEST(now.connections_opened == 2u);
    BOOST_TEST(now.connections_closed == 1u);
    BOOST_TEST(now.connections_idle == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_that_was_given_up_is_counted_no_less)
{
    connect({});
    {
        auto call = create();
        auto const now = api().statistics();
        BOOST_TEST(now.connections_leased == 1u);
        call.cancel();
    }
    auto const now = api().statistics();
    BOOST_TEST(now.calls == 1u);
    BOOST_TEST(now.calls_running == 0u);
    BOOST_TEST(now.connections_leased == 0u);
    BOOST_TEST(now.connections_closed == 1u);
}

BOOST_AUTO_TEST_CASE(a_stream_runs_until_its_end)
{
    connect({stream_response(text_event("a") + finish_event() + done_event)});
    auto opening = open_stream();
    auto& events = opening.get();
    next(events).get();
    next(events).get();
    BOOST_TEST(api().statistics().calls_running == 1u);
    next(events).get();
    BOOST_TEST(api().statistics().calls_running == 0u); // though the object is still there
    BOOST_TEST(api().statistics().connections_idle == 1u);
}

BOOST_AUTO_TEST_CASE(calls_that_wait_for_a_connection_are_counted)
{
    options.pool.max_connections = 1;
    auto const far = connect({});
    auto first = create();
    auto second = create();
    BOOST_TEST(api().statistics().calls_waiting == 1u);
    far->give(completion_response);
    settle();
    far->give(completion_response);
    settle();
    BOOST_TEST(second.get().text() == "Hello");
    BOOST_TEST(second.get().attempts()[0].reused_connection);
    BOOST_TEST(second.get().attempts()[0].times.pool_wait.has_value());
    BOOST_TEST(api().statistics().calls_waiting == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
