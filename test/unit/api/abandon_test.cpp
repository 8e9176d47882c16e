// What happens on the server to a response in the background that nobody waits for any more.

#include "unit/api/background_fixture.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using responses::cancel_result;

struct abandon_fixture : background_fixture
{
    /// A stream of which so many events were read.
    response_stream opened(std::size_t read, request_options const& of_call = {})
    {
        stream_wire = connect({});
        auto opens = start(of_api().stream(asked, of_call));
        stream_wire->give(stream_head + join_events(0, background_events().size()));
        settle();
        auto made = std::move(opens.get());
        for (std::size_t i = 0; i != read; ++i)
            BOOST_TEST_REQUIRE(next(made).get() != nullptr);
        return made;
    }

    /// A response that was made in the background and is yet to end.
    started<response_reply> creating() { return start(of_api().create(asked)); }

    std::shared_ptr<wire> stream_wire;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_abandon, abandon_fixture)

BOOST_AUTO_TEST_CASE(a_stream_that_is_destroyed_at_any_event_cancels_its_response_at_once)
{
    auto const all = background_events().size();
    for (std::size_t read = 0; read != all; ++read) {
        BOOST_TEST_CONTEXT("after " << read << " events")
        {
            abandon_fixture one;
            std::optional<response_stream> events(one.opened(read));
            BOOST_TEST((events->response_id() == (read == 0 ? "" : "resp_1")));
            auto const cancelling = one.connect({one.cancelled_answer});
            auto const before = one.time->now();
            events.reset();
            one.settle();
            BOOST_TEST(is_cancel(cancelling->sent));
            BOOST_TEST((one.time->now() == before));
            BOOST_TEST(!one.stream_wire->open);
            one.check_books(1, 1, 0, 0);
            one.check_nothing_runs();
            BOOST_TEST(one.dialer->dials == 2u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_stream_whose_last_event_was_given_has_ended)
{
    {
        auto events = opened(background_events().size());
        BOOST_TEST(events.snapshot().text() == "Hello");
    }
    settle();
    BOOST_TEST(dialer->dials == 1u);
    check_books(0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_taken_for_one_of_any_kind)
{
    std::optional<stream<responses::event>> events(opened(1));
    auto const cancelling = connect({cancelled_answer});
    events.reset();
    settle();
    BOOST_TEST(is_cancel(cancelling->sent));
    check_books(1, 1, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_response_without_an_id_is_waited_for)
{
    auto const far = connect({stream_head});
    auto opens = start(of_api().stream(asked));
    auto const cancelling = connect({cancelled_answer});
    opens.get() = {};
    pass(4'999ms);
    BOOST_TEST(far->open);
    BOOST_TEST(dialer->dials == 1u);
    far->give(background_events()[0]);
    settle();
    BOOST_TEST(!far->open);
    BOOST_TEST(is_cancel(cancelling->sent));
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_response_without_an_id_is_not_waited_for_without_end)
{
    auto const far = connect({stream_head});
    auto opens = start(of_api().stream(asked));
    opens.get() = {};
    settle();
    pass(5s);
    BOOST_TEST(!far->open);
    BOOST_TEST(dialer->dials == 1u);
    check_books(1, 0, 0, 1);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_response_in_the_foreground_ends_with_its_connection)
{
    asked.background = std::nullopt;
    {
        auto const events = opened(3);
    }
    settle();
    BOOST_TEST(!stream_wire->open);
    BOOST_TEST(dialer->dials == 1u);
    check_books(0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(the_background_may_be_asked_for_in_the_extra_body)
{
    asked.background = std::nullopt;
    request_options of_call;
    of_call.extra_body.set("background", raw_json("true"));
    {
        auto const events = opened(3, of_call);
        connect({cancelled_answer});
    }
    settle();
    check_books(1, 1, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_response_may_be_kept_running_by_call_or_client)
{
    {
        request_options of_call;
        of_call.on_abandon = on_abandon::keep_running;
        auto const events = opened(3, of_call);
    }
    settle();
    BOOST_TEST(!stream_wire->open);
    BOOST_TEST(dialer->dials == 1u);
    check_books(0, 0, 0, 0);
    check_nothing_runs();

    abandon_fixture other;
    other.options.on_abandon = on_abandon::keep_running;
    {
        auto const events = other.opened(3);
    }
    other.settle();
    BOOST_TEST(other.dialer->dials == 1u);

    abandon_fixture third;
    third.options.on_abandon = on_abandon::keep_running;
    request_options of_call;
    of_call.on_abandon = on_abandon::cancel;
    {
        auto const events = third.opened(3, of_call);
        third.connect({third.cancelled_answer});
    }
    third.settle();
    third.check_books(1, 1, 0, 0);
}

BOOST_AUTO_TEST_CASE(what_the_server_says_to_a_cancel_is_an_outcome)
{
    for (auto const& answer :
         {response(400, R"({"error":{"message":"not cancellable"}})"),
          response(404, R"({"error":{"message":"gone"}})"),
          response(409, R"({"error":{"message":"over"}})"),
          response(200, response_json("completed"))}) {
        abandon_fixture one;
        {
            auto const events = one.opened(2);
            one.connect({answer});
        }
        one.settle();
        BOOST_TEST(!one.time->advance_to_next());
        one.check_books(1, 0, 1, 0);
        one.check_nothing_runs();
    }
}

BOOST_AUTO_TEST_CASE(a_cancel_is_tried_again_whatever_the_retries_of_the_client_are)
{
    options.retries.max_retries = 0;
    {
        auto const events = opened(2);
        connect(
            {response(503, "{}"),
             response(429, "{}", "retry-after: 3\r\n"),
             response(500, "{}"),
             cancelled_answer}
        );
    }
    settle();
    BOOST_TEST((pass_to_next() == 500ms));
    BOOST_TEST((pass_to_next() == 3s));
    BOOST_TEST((pass_to_next() == 2s));
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_cancel_is_not_tried_for_ever)
{
    {
        auto const events = opened(2);
    }
    settle();
    check_books(1, 0, 0, 0);
    std::chrono::milliseconds all{0};
    while (time->next())
        all += pass_to_next();
    BOOST_TEST(dialer->dials == 7u);
    BOOST_TEST((all == 15'500ms));
    check_books(1, 0, 0, 1);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_cancel_that_is_not_answered_ends)
{
    {
        auto const events = opened(2);
    }
    auto const silent = connect({});
    settle();
    BOOST_TEST(is_cancel(silent->sent));
    pass(29'999ms);
    BOOST_TEST(silent->open);
    pass(1ms);
    BOOST_TEST(!silent->open);
    check_books(1, 0, 0, 1);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(cancels_do_not_use_up_the_budget_of_retries)
{
    for (int i = 0; i != 12; ++i) {
        {
            auto const events = opened(2);
        }
        settle();
        while (time->next())
            pass_to_next();
    }
    check_books(12, 0, 0, 12);
    connect({response(500, "{}"), completion_response});
    auto call = create();
    pass_to_next();
    BOOST_TEST(call.get().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(create_that_was_not_sent_is_forgotten)
{
    dialer->hang();
    auto call = creating();
    call.cancel();
    BOOST_TEST((call.code() == asio::error::operation_aborted));
    settle();
    check_books(0, 0, 0, 0);
    check_nothing_runs();
    BOOST_TEST(!time->next());
}

BOOST_AUTO_TEST_CASE(create_that_waits_for_a_connection_is_never_sent)
{
    options.pool.max_connections = 1;
    auto const far = connect({});
    auto first = create();
    auto call = creating();
    call.cancel();
    BOOST_TEST((call.code() == asio::error::operation_aborted));
    far->give(completion_response);
    settle();
    BOOST_TEST(first.get().text() == "Hello");
    BOOST_TEST(!contains(far->sent, "/responses"));
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(no_call_that_waits_for_a_connection_is_sent_once_it_is_cancelled)
{
    options.pool.max_connections = 1;
    auto const far = connect({});
    auto first = create();
    {
        auto const asks = of_api();
        auto foreground = asked;
        foreground.background = false;
        auto creates_chat = create();
        auto streams_chat = open_stream();
        auto creates = start(asks.create(foreground));
        auto streams = start(asks.stream(foreground));
        auto streams_behind = start(asks.stream(asked));
        BOOST_TEST(api().statistics().calls_waiting == 5u);
        creates_chat.cancel();
        streams_chat.cancel();
        creates.cancel();
        streams.cancel();
        streams_behind.cancel();
        BOOST_TEST((creates_chat.code() == asio::error::operation_aborted));
        BOOST_TEST((streams_chat.code() == asio::error::operation_aborted));
        BOOST_TEST((creates.code() == asio::error::operation_aborted));
        BOOST_TEST((streams.code() == asio::error::operation_aborted));
        BOOST_TEST((streams_behind.code() == asio::error::operation_aborted));
    }
    BOOST_TEST(api().statistics().calls_waiting == 0u);
    far->give(completion_response);
    settle();
    BOOST_TEST(first.get().text() == "Hello");
    BOOST_TEST(count(far->sent, "POST ") == 1u);
    BOOST_TEST(dialer->dials == 1u);
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(create_that_was_sent_is_waited_for_and_cancelled)
{
    auto const far = connect({});
    auto call = creating();
    call.cancel();
    BOOST_TEST((call.code() == asio::error::operation_aborted));
    BOOST_TEST(far->open);
    pass(4'999ms);
    BOOST_TEST(api().statistics().calls_running == 1u);
    far->when_sent = [to = far.get(), this](std::string_view) { to->give(cancelled_answer); };
    far->give(response(200, response_json("queued")));
    settle();
    BOOST_TEST(count(far->sent, "POST /v1/responses/resp_1/cancel") == 1u);
    check_books(1, 1, 0, 0);
    check_nothing_runs();
    BOOST_TEST(!time->next());
}

BOOST_AUTO_TEST_CASE(create_that_is_not_answered_is_not_waited_for_without_end)
{
    auto const far = connect({});
    auto call = creating();
    call.cancel();
    pass(5s);
    BOOST_TEST(!far->open);
    BOOST_TEST(dialer->dials == 1u);
    check_books(1, 0, 0, 1);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(create_that_was_left_is_not_sent_again)
{
    auto const far = connect({});
    auto call = creating();
    call.cancel();
    far->give(response(503, "{}"));
    settle();
    BOOST_TEST(count(far->sent, "POST ") == 1u);
    BOOST_TEST(dialer->dials == 1u);
    check_books(0, 0, 0, 0); // the server has refused it
    check_nothing_runs();
    BOOST_TEST(!time->next());
}

BOOST_AUTO_TEST_CASE(create_that_is_cancelled_before_a_retry_is_not_sent_again)
{
    connect({response(503, "{}")});
    auto call = creating();
    call.cancel();
    BOOST_TEST((call.code() == asio::error::operation_aborted));
    settle();
    BOOST_TEST(!time->next());
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(create_in_the_foreground_ends_at_once)
{
    asked.background = false;
    auto const far = connect({});
    auto call = creating();
    call.cancel();
    BOOST_TEST((call.code() == asio::error::operation_aborted));
    BOOST_TEST(!far->open);
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(create_that_is_complete_belongs_to_its_caller)
{
    connect({response(200, response_json("queued"))});
    {
        auto call = creating();
        BOOST_TEST((call.get().status == "queued"));
    }
    settle();
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_cancelled_while_it_opens_is_waited_for)
{
    auto const far = connect({});
    auto opens = start(of_api().stream(asked));
    opens.cancel();
    BOOST_TEST((opens.code() == asio::error::operation_aborted));
    pass(1s);
    auto const cancelling = connect({cancelled_answer});
    far->give(stream_head);
    settle();
    BOOST_TEST(far->open);
    far->give(background_events()[0]);
    settle();
    BOOST_TEST(!far->open);
    BOOST_TEST(is_cancel(cancelling->sent));
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(the_tags_of_the_call_are_those_of_its_cancel)
{
    request_options of_call;
    of_call.tags["team"] = "blue";
    of_call.idempotency_key = "once";
    {
        auto const events = opened(1, of_call);
        stream_wire = connect({cancelled_answer});
    }
    settle();
    BOOST_TEST(contains(stream_wire->sent, "x-hicap-tags: "));
    BOOST_TEST(contains(stream_wire->sent, "blue"));
    BOOST_TEST(!contains(stream_wire->sent, "Idempotency-Key"));
}

// The stream's own cancel -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(cancel_tells_what_became_of_the_response)
{
    auto events = opened(5);
    auto const cancelling = connect({cancelled_answer});
    auto ends = start(events.cancel());
    BOOST_TEST((ends.get().result == cancel_result::cancelled));
    BOOST_TEST((ends.get().value_or_throw().status == "cancelled"));
    BOOST_TEST(is_cancel(cancelling->sent));
    BOOST_TEST(!stream_wire->open);
    BOOST_TEST(next(events).get() == nullptr);
    BOOST_TEST((events.snapshot().status == "cancelled"));
    check_books(1, 1, 0, 0);
    auto again = start(events.cancel());
    BOOST_TEST((again.get().result == cancel_result::already_finished));
    events = {};
    settle();
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(cancel_keeps_the_items_that_were_read)
{
    auto events = opened(5);
    connect({cancelled_answer});
    auto ends = start(events.cancel());
    BOOST_TEST(ends.get().value_or_throw().text() == ""); // the server has saved none
    BOOST_TEST((events.snapshot().status == "cancelled"));
    BOOST_TEST(events.snapshot().text() == "Hel");
    auto collects = start(events.collect());
    BOOST_TEST(collects.get().text() == "Hel");

    abandon_fixture saved;
    auto of_saved = saved.opened(5);
    saved.connect({response(200, response_json("cancelled", saved_text))});
    auto ends_saved = saved.start(of_saved.cancel());
    BOOST_TEST((ends_saved.get().result == cancel_result::cancelled));
    BOOST_TEST(of_saved.snapshot().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(cancel_finds_the_id_first)
{
    auto events = opened(0);
    connect({cancelled_answer});
    auto ends = start(events.cancel());
    BOOST_TEST((ends.get().result == cancel_result::cancelled));

    abandon_fixture silent;
    auto const far = silent.connect({stream_head});
    auto opens = silent.start(silent.of_api().stream(silent.asked));
    auto& of_silent = opens.get();
    auto waits = silent.start(of_silent.cancel());
    silent.pass(4'999ms);
    BOOST_TEST(!waits.done());
    silent.pass(1ms);
    BOOST_TEST((waits.get().result == cancel_result::unreachable));
    BOOST_TEST(!far->open);
    silent.check_books(1, 0, 0, 1);
    BOOST_TEST(silent.next(of_silent).get() == nullptr);
}

BOOST_AUTO_TEST_CASE(cancel_brings_the_response_that_was_over)
{
    auto const whole = response_json("completed", saved_text);
    for (auto const& answers : std::vector<std::deque<std::string>>{
             {response(200, whole)},
             {response(409, R"({"error":{"message":"over"}})"), response(200, whole)},
             {response(400, R"({"error":{"message":"over"}})"), response(200, whole)}}) {
        abandon_fixture one;
        auto events = one.opened(5);
        one.connect(answers);
        auto ends = one.start(events.cancel());
        BOOST_TEST((ends.get().result == cancel_result::already_finished));
        BOOST_TEST(ends.get().value_or_throw().text() == "Hello");
        BOOST_TEST(events.snapshot().text() == "Hello");
        one.check_books(1, 0, 1, 0);
        one.check_nothing_runs();
    }
}

BOOST_AUTO_TEST_CASE(cancel_says_what_cannot_be_cancelled)
{
    auto events = opened(5);
    connect(
        {response(400, R"({"error":{"message":"no"}})"),
         response(200, response_json("in_progress"))}
    );
    auto ends = start(events.cancel());
    BOOST_TEST((ends.get().result == cancel_result::not_cancellable));
    BOOST_TEST((ends.get().response->status == "in_progress"));
    BOOST_TEST((code_of(ends.get().failure) == errc::invalid_request));

    abandon_fixture gone;
    auto of_gone = gone.opened(5);
    gone.connect({response(404, R"({"error":{"message":"no"}})")});
    auto ends_gone = gone.start(of_gone.cancel());
    BOOST_TEST((ends_gone.get().result == cancel_result::already_finished));
    BOOST_TEST(!ends_gone.get().response.has_value());
    BOOST_CHECK_THROW(ends_gone.get().value_or_throw(), api_error);

    abandon_fixture foreground;
    foreground.asked.background = false;
    auto in_front = foreground.opened(5);
    auto ends_front = foreground.start(in_front.cancel());
    BOOST_TEST((ends_front.get().result == cancel_result::not_cancellable));
    BOOST_TEST(!foreground.stream_wire->open);
    BOOST_TEST(foreground.dialer->dials == 1u);
    foreground.check_books(0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(cancel_says_that_the_server_cannot_be_reached)
{
    auto events = opened(5);
    auto ends = start(events.cancel());
    while (time->next())
        pass_to_next();
    BOOST_TEST((ends.get().result == cancel_result::unreachable));
    BOOST_TEST((code_of(ends.get().failure) == condition::connection));
    BOOST_CHECK_THROW(ends.get().value_or_throw(), error);
    BOOST_TEST(events.snapshot().text() == "Hel");
    check_books(1, 0, 0, 1);
}

BOOST_AUTO_TEST_CASE(cancel_of_a_stream_that_has_ended_sends_nothing)
{
    auto events = opened(background_events().size());
    auto ends = start(events.cancel());
    BOOST_TEST((ends.get().result == cancel_result::already_finished));
    BOOST_TEST(ends.get().value_or_throw().text() == "Hello");
    BOOST_TEST(dialer->dials == 1u);
    check_books(0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_cancel_that_is_cancelled_goes_on)
{
    auto events = opened(5);
    auto const cancelling = connect({});
    auto ends = start(events.cancel());
    BOOST_TEST(is_cancel(cancelling->sent));
    ends.cancel();
    BOOST_TEST((ends.code() == asio::error::operation_aborted));
    events = {};
    settle();
    BOOST_TEST(cancelling->open);
    cancelling->give(cancelled_answer);
    settle();
    check_books(1, 1, 0, 0);
    check_nothing_runs();
    BOOST_TEST(dialer->dials == 2u);
}

// The end of client and event loop --------------------------------------------------------------

BOOST_AUTO_TEST_CASE(shutdown_waits_for_cancels)
{
    auto const events = std::make_unique<response_stream>(opened(5));
    auto const cancelling = connect({});
    *events = {};
    settle();
    started<std::size_t> ending(context, api().shutdown(10s));
    pass(9s);
    BOOST_TEST(!ending.done());
    cancelling->give(cancelled_answer);
    settle();
    BOOST_TEST_REQUIRE(ending.done());
    BOOST_TEST(ending.get() == 0u);
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(what_shutdown_stops_is_cancelled_on_the_server)
{
    auto events = std::make_unique<response_stream>(opened(0));
    auto const cancelling = connect({});
    started<std::size_t> ending(context, api().shutdown(10s));
    for (std::size_t i = 0; i != background_events().size() - 1; ++i)
        BOOST_TEST_REQUIRE(next(*events).get() != nullptr);
    pass(10s);
    BOOST_TEST(!ending.done()); // the stream is still there
    events.reset();
    settle();
    BOOST_TEST(is_cancel(cancelling->sent));
    pass(999ms);
    BOOST_TEST(!ending.done());
    cancelling->give(cancelled_answer);
    settle();
    BOOST_TEST_REQUIRE(ending.done());
    BOOST_TEST(ending.get() == 1u);
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_stream_that_shutdown_stops_is_cancelled_also_where_its_caller_keeps_it)
{
    stream_wire = connect({stream_head + join_events(0, 3)});
    auto opens = start(of_api().stream(asked));
    auto& events = opens.get();
    for (int i = 0; i != 3; ++i)
        next(events).get();
    auto const cancelling = connect({});
    auto waits = next(events);
    started<std::size_t> ending(context, api().shutdown(1s));
    pass(1s);
    BOOST_TEST((waits.code() == errc::client_shut_down));
    BOOST_TEST(!stream_wire->open);
    BOOST_TEST(is_cancel(cancelling->sent));
    BOOST_TEST(!ending.done());
    cancelling->give(cancelled_answer);
    settle();
    BOOST_TEST_REQUIRE(ending.done());
    BOOST_TEST(ending.get() == 1u);
    check_books(1, 1, 0, 0);
    check_nothing_runs();
    BOOST_TEST((next(events).code() == errc::client_shut_down));
    auto ends = start(events.cancel());
    BOOST_TEST((ends.get().result == cancel_result::unreachable));
    BOOST_TEST((code_of(ends.get().failure) == errc::client_shut_down));
    events = {};
    settle();
    check_books(1, 1, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_busy_pool_lets_a_cancel_go_first)
{
    options.pool.max_connections = 1;
    auto events = std::make_unique<response_stream>(opened(2));
    auto first = create();
    auto second = create();
    auto const far = connect({cancelled_answer, completion_response, completion_response});
    BOOST_TEST(api().statistics().calls_waiting == 2u);
    events.reset();
    settle();
    BOOST_TEST(!stream_wire->open);
    BOOST_TEST(is_cancel(far->sent));
    check_books(1, 1, 0, 0);
    BOOST_TEST(first.get().text() == "Hello");
    BOOST_TEST(second.get().text() == "Hello");
    check_nothing_runs();

    abandon_fixture awaited;
    awaited.options.pool.max_connections = 1;
    auto of_awaited = awaited.opened(2);
    auto waits = awaited.create();
    awaited.connect({awaited.cancelled_answer, completion_response});
    auto ends = awaited.start(of_awaited.cancel());
    BOOST_TEST((ends.get().result == cancel_result::cancelled));
    BOOST_TEST(waits.get().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(what_shutdown_stops_before_it_is_answered_is_lost)
{
    for (bool const streams : {true, false}) {
        for (bool const is_sent : {true, false}) {
            abandon_fixture one;
            if (is_sent)
                one.connect({});
            else
                one.dialer->hang();
            std::optional<started<response_stream>> opens;
            std::optional<started<response_reply>> creates;
            if (streams)
                opens.emplace(one.context, one.of_api().stream(one.asked));
            else
                creates.emplace(one.context, one.of_api().create(one.asked));
            started<std::size_t> ending(one.context, one.api().shutdown(1s));
            one.pass(1s);
            auto const code = streams ? opens->code() : creates->code();
            BOOST_TEST((code == errc::client_shut_down));
            BOOST_TEST_REQUIRE(ending.done());
            one.check_books(is_sent ? 1 : 0, 0, 0, is_sent ? 1 : 0);
            one.check_nothing_runs();
        }
    }
}

BOOST_AUTO_TEST_CASE(each_way_to_leave_at_each_event_has_its_row)
{
    enum class row
    {
        goes_on,
        cancels,
        keeps_running,
        shuts_down
    };
    auto const all = background_events().size();
    for (auto const what : {row::goes_on, row::cancels, row::keeps_running, row::shuts_down}) {
        for (std::size_t read = 0; read != all; ++read) {
            BOOST_TEST_CONTEXT("row " << static_cast<int>(what) << " after " << read << " events")
            {
                abandon_fixture one;
                request_options of_call;
                if (what == row::keeps_running)
                    of_call.on_abandon = on_abandon::keep_running;
                one.stream_wire = one.connect({});
                auto opens = one.start(one.of_api().stream(one.asked, of_call));
                one.stream_wire->give(stream_head + join_events(0, read));
                one.settle();
                auto events = std::make_unique<response_stream>(std::move(opens.get()));
                for (std::size_t i = 0; i != read; ++i)
                    BOOST_TEST_REQUIRE(one.next(*events).get() != nullptr);
                auto waits = one.next(*events);
                BOOST_TEST(!waits.done());
                if (what == row::goes_on) {
                    waits.cancel();
                    BOOST_TEST((waits.code() == asio::error::operation_aborted));
                    one.stream_wire->give(join_events(read, all));
                    for (std::size_t i = read; i != all; ++i) {
                        auto goes_on = one.next(*events);
                        BOOST_TEST_REQUIRE(goes_on.get() != nullptr);
                        BOOST_TEST(
                            goes_on.get()->sequence_number().value() == static_cast<std::int64_t>(i)
                        );
                    }
                    BOOST_TEST(one.next(*events).get() == nullptr);
                    one.check_books(0, 0, 0, 0);
                    BOOST_TEST(one.dialer->dials == 1u);
                    continue;
                }
                auto const cancelling = one.connect({one.cancelled_answer});
                bool const has_id = read != 0;
                if (what == row::shuts_down) {
                    started<std::size_t> ending(one.context, one.api().shutdown(1s));
                    one.pass(1s);
                    BOOST_TEST((waits.code() == errc::client_shut_down));
                    events.reset();
                    one.settle();
                    BOOST_TEST_REQUIRE(ending.done());
                    BOOST_TEST(ending.get() == 1u);
                } else {
                    waits.cancel();
                }
                if (what == row::cancels) {
                    auto ends = one.start(events->cancel());
                    if (!has_id)
                        one.stream_wire->give(background_events()[0]);
                    one.settle();
                    BOOST_TEST((ends.get().result == cancel_result::cancelled));
                }
                events.reset();
                one.settle();
                bool const cancelled = what == row::cancels || (what == row::shuts_down && has_id);
                bool const lost = what == row::shuts_down && !has_id;
                BOOST_TEST(is_cancel(cancelling->sent) == cancelled);
                BOOST_TEST(!one.stream_wire->open);
                one.check_books(cancelled || lost ? 1 : 0, cancelled ? 1 : 0, 0, lost ? 1 : 0);
                one.check_nothing_runs();
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_look_behind_a_cancel_shares_its_time)
{
    auto events = opened(5);
    auto const no = response(409, R"({"error":{"message":"over"}})");
    auto const cancelling = connect({});
    auto ends = start(events.cancel());
    pass(29s);
    cancelling->give(no);
    settle();
    BOOST_TEST(contains(cancelling->sent, "GET /v1/responses/resp_1 HTTP/1.1"));
    pass(999ms);
    BOOST_TEST(!ends.done());
    pass(1ms);
    BOOST_TEST_REQUIRE(ends.done());
    BOOST_TEST((ends.get().result == cancel_result::not_cancellable));
    check_books(1, 0, 1, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(an_id_that_is_hidden_in_a_flood_is_not_looked_for_without_end)
{
    auto const far = connect({stream_head});
    auto opens = start(of_api().stream(asked));
    std::string flood;
    for (int i = 0; i != 200; ++i)
        flood += "data: {\"type\":\"noise\"}\n\n";
    opens.get() = {};
    settle();
    for (int second = 0; second != 5; ++second) {
        far->give(flood);
        pass(1s);
    }
    BOOST_TEST(!far->open);
    check_books(1, 0, 0, 1);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(shutdown_does_not_wait_for_cancels_for_ever)
{
    auto events = std::make_unique<response_stream>(opened(5));
    auto const cancelling = connect({});
    events.reset();
    settle();
    started<std::size_t> ending(context, api().shutdown(10s));
    pass(10s);
    pass(999ms);
    BOOST_TEST(!ending.done());
    BOOST_TEST(cancelling->open);
    pass(1ms);
    BOOST_TEST_REQUIRE(ending.done());
    BOOST_TEST(!cancelling->open);
    check_books(1, 0, 0, 1);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(what_is_left_after_shutdown_is_lost)
{
    auto events = std::make_unique<response_stream>(opened(5));
    started<std::size_t> ending(context, api().shutdown(0s));
    pass(1s);
    BOOST_TEST_REQUIRE(ending.done());
    events.reset();
    settle();
    check_books(1, 0, 0, 1);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(what_a_context_takes_with_it_is_lost)
{
    // The wires outlive the context, and so does the client.
    for (bool const cancel_is_sent : {true, false}) {
        abandon_fixture one;
        auto own = std::make_unique<asio::io_context>(1);
        one.stream_wire = one.connect({stream_head + join_events(0, background_events().size())});
        auto events = std::make_unique<response_stream>();
        {
            started<response_stream> opens(*own, one.of_api().stream(one.asked));
            *events = std::move(opens.get());
            started<responses::event const*> reads(*own, events->next());
            BOOST_TEST_REQUIRE(reads.done());
        }
        auto const cancelling = one.connect({});
        own->stop();
        events.reset();
        if (cancel_is_sent) {
            own->restart();
            own->poll();
            BOOST_TEST(is_cancel(cancelling->sent));
        }
        one.check_books(1, 0, 0, 0);
        own.reset();
        one.check_books(1, 0, 0, 1);
        one.check_nothing_runs();
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
