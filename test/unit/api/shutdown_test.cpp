#include "unit/api/chat_stream.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/observer.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct end_observer final : observer
{
    void on_end(end_event const& event) noexcept override { code = event.code; }

    boost::system::error_code code;
};

struct shutdown_fixture : client_fixture
{
    shutdown_fixture() { options.retries.max_retries = 1; }

    started<std::size_t> shutdown(std::chrono::milliseconds deadline)
    {
        return {context, api().shutdown(deadline)};
    }

    /// Checks that the client stops `call` when the deadline passes, wherever it waits.
    template <class T>
    void check_stopped(started<T>& call)
    {
        auto ending = shutdown(10s);
        pass(9'999ms);
        BOOST_TEST(!call.done());
        BOOST_TEST(!ending.done());
        pass(1ms);
        BOOST_TEST((call.code() == errc::client_shut_down), call.what());
        BOOST_TEST((call.code() == condition::cancelled));
        BOOST_TEST_REQUIRE(ending.done());
        BOOST_TEST(ending.get() == 1u);
        check_nothing_is_left();
    }

    void check_nothing_is_left()
    {
        auto const now = api().statistics();
        BOOST_TEST(now.calls_running == 0u);
        BOOST_TEST(now.calls_waiting == 0u);
        BOOST_TEST(now.connections_idle == 0u);
        BOOST_TEST(now.connections_leased == 0u);
        BOOST_TEST(now.connections_dialling == 0u);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_shutdown, shutdown_fixture)

BOOST_AUTO_TEST_CASE(no_call_begins_any_more)
{
    BOOST_TEST(shutdown(10s).get() == 0u);
    auto call = create();
    BOOST_TEST((call.code() == errc::client_shut_down));
    BOOST_TEST((call.code() == condition::cancelled));
    BOOST_TEST(contains(call.what(), "client::shutdown"), call.what());
    BOOST_TEST((open_stream().code() == errc::client_shut_down));
    started<std::size_t> warming(context, api().prewarm(1));
    BOOST_TEST((warming.code() == errc::client_shut_down));
    BOOST_TEST(dialer->dials == 0u);
}

BOOST_AUTO_TEST_CASE(copies_of_the_client_are_shut_down_with_it)
{
    auto const copy = api();
    shutdown(0s).get();
    started<completion_reply> call(context, copy.chat().completions().create(request));
    BOOST_TEST((call.code() == errc::client_shut_down));
}

BOOST_AUTO_TEST_CASE(what_runs_may_end_within_the_deadline)
{
    auto const far = connect({});
    auto call = create();
    auto ending = shutdown(10s);
    pass(9s);
    BOOST_TEST(!ending.done());
    BOOST_TEST((create().code() == errc::client_shut_down));
    far->give(completion_response);
    settle();
    BOOST_TEST(call.get().text() == "Hello");
    BOOST_TEST_REQUIRE(ending.done());
    BOOST_TEST(ending.get() == 0u);
    check_nothing_is_left();
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(what_runs_may_even_be_retried_within_the_deadline)
{
    connect({response(500, "{}"), completion_response});
    auto call = create();
    auto ending = shutdown(10s);
    BOOST_TEST((pass_to_next() == 500ms));
    BOOST_TEST(call.get().text() == "Hello");
    BOOST_TEST(ending.get() == 0u);
}

BOOST_AUTO_TEST_CASE(idle_connections_are_closed)
{
    auto const far = connect({completion_response});
    create().get();
    BOOST_TEST(far->open);
    shutdown(10s).get();
    BOOST_TEST(!far->open);
    check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_a_connection_is_stopped)
{
    options.pool.max_connections = 1;
    connect({});
    auto first = create();
    auto second = create();
    auto ending = shutdown(10s);
    pass(10s);
    BOOST_TEST((first.code() == errc::client_shut_down));
    BOOST_TEST((second.code() == errc::client_shut_down));
    BOOST_TEST(ending.get() == 2u);
    check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_call_that_dials_is_stopped)
{
    dialer->hang();
    request_options of_call;
    of_call.deadlines.connect = deadlines::none;
    auto call = create(of_call);
    check_stopped(call);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_its_response_is_stopped)
{
    auto const far = connect({});
    auto call = create();
    check_stopped(call);
    BOOST_TEST(!far->open);
    BOOST_TEST(dialer->dials == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_that_still_sends_is_stopped)
{
    auto const far = connect({});
    far->set_window(10);
    auto call = create();
    check_stopped(call);
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(a_call_that_reads_a_body_is_stopped)
{
    auto const far = connect({completion_response.substr(0, completion_response.size() - 1)});
    auto call = create();
    check_stopped(call);
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(a_call_that_reads_why_it_was_refused_is_stopped)
{
    auto text = response(500, "{}");
    text.pop_back();
    connect({response(503, "{}", "retry-after-ms: 0\r\n"), text});
    auto const seen = std::make_shared<end_observer>();
    options.observer = seen;
    auto call = create();
    check_stopped(call);
    BOOST_TEST((seen->code == errc::client_shut_down));
    BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& stopped) {
        BOOST_TEST_REQUIRE(stopped.attempts().size() == 2u);
        BOOST_TEST(stopped.attempts()[0].status == 503);
        BOOST_TEST(stopped.attempts()[1].status == 500);
        BOOST_TEST(stopped.attempts()[1].request_id == "r1");
        return stopped.attempts()[1].code == errc::client_shut_down;
    });
}

BOOST_AUTO_TEST_CASE(a_call_that_pauses_before_a_retry_is_stopped)
{
    connect({response(429, "{}", "retry-after: 30\r\n")});

    auto const seen = std::make_shared<end_observer>();
    options.observer = seen;
    auto call = create();
    check_stopped(call);
    BOOST_TEST(dialer->dials == 1u);
    BOOST_TEST(api().statistics().retries == 0u); // it was never made
    BOOST_TEST((seen->code == errc::client_shut_down));
    try {
        call.get();
    } catch (error const& stopped) {
        BOOST_TEST_REQUIRE(stopped.attempts().size() == 1u);
        BOOST_TEST(stopped.attempts()[0].status == 429);
    }
}

BOOST_AUTO_TEST_CASE(a_stream_that_waits_for_an_event_is_stopped)
{
    auto const far = connect({stream_head + text_event("Hello")});
    auto opening = open_stream();
    auto& events = opening.get();
    BOOST_TEST(next(events).get()->text() == "Hello");
    auto waiting = next(events);
    check_stopped(waiting);
    BOOST_TEST(!far->open);
    BOOST_TEST((next(events).code() == errc::client_shut_down));
    BOOST_TEST(events.snapshot().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_asked_whether_it_is_ready_is_stopped)
{
    connect({stream_head});
    auto opening = open_stream();
    auto& events = opening.get();
    started<bool> asking(context, events.ready(1h));
    auto ending = shutdown(10s);
    pass(10s);
    BOOST_TEST(asking.get());
    BOOST_TEST((next(events).code() == errc::client_shut_down));
    pass(1s);
    BOOST_TEST(ending.get() == 1u);
}

BOOST_AUTO_TEST_CASE(a_stream_that_nobody_reads_is_not_waited_for_without_end)
{
    connect({stream_head});
    auto opening = open_stream();
    auto& events = opening.get();
    auto ending = shutdown(10s);
    pass(10s);
    pass(999ms);
    BOOST_TEST(!ending.done());
    pass(1ms);
    BOOST_TEST_REQUIRE(ending.done());
    BOOST_TEST(ending.get() == 1u);
    BOOST_TEST((next(events).code() == errc::client_shut_down));
    BOOST_TEST((next(events).code() == errc::client_shut_down));
    check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped_meanwhile_is_waited_for_no_longer)
{
    connect({stream_head});
    auto opening = open_stream();
    auto ending = shutdown(10s);
    BOOST_TEST(!ending.done());
    opening.get() = {};
    settle();
    BOOST_TEST(ending.get() == 0u);
}

BOOST_AUTO_TEST_CASE(without_a_deadline_everything_is_stopped_at_once)
{
    connect({});
    auto call = create();
    auto ending = shutdown(0s);
    settle();
    BOOST_TEST((call.code() == errc::client_shut_down));
    BOOST_TEST(ending.get() == 1u);
}

BOOST_AUTO_TEST_CASE(it_may_be_asked_for_again)
{
    shutdown(1s).get();
    BOOST_TEST(shutdown(1s).get() == 0u);
}

BOOST_AUTO_TEST_CASE(the_shorter_of_two_deadlines_counts)
{
    connect({});
    auto call = create();
    auto patient = shutdown(60s);
    auto hasty = shutdown(1s);
    pass(1s);
    BOOST_TEST((call.code() == errc::client_shut_down));
    BOOST_TEST(hasty.get() == 1u);
    BOOST_TEST(patient.get() == 0u);
}

BOOST_AUTO_TEST_CASE(cancelling_it_leaves_what_runs_and_refuses_what_is_new)
{
    auto const far = connect({});
    auto call = create();
    auto const idle = connect({completion_response});
    create().get();
    BOOST_TEST(idle->open);
    auto ending = shutdown(10s);
    ending.cancel();
    BOOST_TEST((ending.code() == asio::error::operation_aborted));
    BOOST_TEST(!idle->open);
    pass(60s);
    BOOST_TEST(!call.done());
    BOOST_TEST((create().code() == errc::client_shut_down));
    far->give(completion_response);
    settle();
    BOOST_TEST(call.get().text() == "Hello");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
