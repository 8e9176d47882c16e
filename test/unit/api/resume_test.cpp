// A stream of a response in the background outlives its connections.

#include "unit/api/background_fixture.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

std::size_t const all_events = background_events().size();

/// What a caller sees of a stream.
struct seen
{
    std::vector<std::string> events;
    std::string text;
    boost::system::error_code code;
    std::string what;
};

asio::awaitable<std::string> key_of_vault(bool const* sealed)
{
    if (*sealed)
        throw std::runtime_error("the vault is sealed");
    co_return "sk-canary";
}

struct resume_fixture : background_fixture
{
    resume_fixture() { options.deadlines.idle = 10s; }

    /// Where a request asks to begin.
    static std::size_t first_wanted(std::string const& wanted)
    {
        auto const at = wanted.find("starting_after=");
        return at == std::string::npos ? 0 : std::stoul(wanted.substr(at + 15)) + 1;
    }

    /// The events that a request asks for, up to one, in a body that ends with the connection.
    static std::string events_for(std::string const& wanted, std::size_t end = all_events)
    {
        return stream_head + join_events(first_wanted(wanted), end);
    }

    /// A server that answers in full, the connections after the next ones.
    void serve_well()
    {
        for (int i = 0; i != 4; ++i)
            serve([this](std::string const& wanted) {
                asked_for.push_back(wanted.substr(0, wanted.find(" HTTP")));
                return wire_answer{events_for(wanted), true, {}};
            });
    }

    /// A server that breaks behind these events.
    std::shared_ptr<wire> serve_until(std::size_t end)
    {
        return serve([this, end](std::string const& wanted) {
            asked_for.push_back(wanted.substr(0, wanted.find(" HTTP")));
            return wire_answer{events_for(wanted, end), true, {}};
        });
    }

    void serve_text(std::string const& text, bool closes = false)
    {
        serve([this, text, closes](std::string const& wanted) {
            asked_for.push_back(wanted.substr(0, wanted.find(" HTTP")));
            return wire_answer{text, closes, {}};
        });
    }

    /// A server that gives these answers, one after the other.
    void serve_in_turn(std::deque<std::string> answers)
    {
        serve([this, left = std::move(answers)](std::string const& wanted) mutable {
            asked_for.push_back(wanted.substr(0, wanted.find(" HTTP")));
            wire_answer made;
            made.text = left.front();
            left.pop_front();
            return made;
        });
    }

    response_stream opened(request_options const& of_call = {})
    {
        auto opens = start(of_api().stream(asked, of_call));
        finish(opens);
        return std::move(opens.get());
    }

    /// Reads to the end.
    seen read(response_stream& events)
    {
        seen result;
        for (;;) {
            auto reads = next(events);
            finish(reads);
            result.code = reads.code();
            result.what = reads.what();
            if (result.code || reads.get() == nullptr)
                return result;
            auto const& event = *reads.get();
            result.events.push_back(
                std::to_string(event.sequence_number().value_or(-1)) + ' ' +
                std::string(event.type())
            );
            result.text += event.text();
        }
    }

    /// Checks that all of the response was seen, each event once.
    void check_whole(seen const& result, response_stream const& events, std::size_t first = 0)
    {
        BOOST_TEST(!result.code, result.what);
        BOOST_TEST(result.events == expected(first), boost::test_tools::per_element());
        BOOST_TEST((events.snapshot().status == "completed"));
        BOOST_TEST(events.snapshot().text() == "Hello");
        pass(250ms); // for the rest of a body that has no end
        check_nothing_runs();
    }

    static std::vector<std::string> expected(std::size_t first = 0)
    {
        static std::vector<std::string> const types{
            "response.created",
            "response.queued",
            "response.in_progress",
            "response.output_item.added",
            "response.output_text.delta",
            "response.hologram.rotated",
            "response.output_text.delta",
            "response.completed"};
        std::vector<std::string> made;
        for (auto i = first; i < types.size(); ++i)
            made.push_back(std::to_string(i) + ' ' + types[i]);
        return made;
    }

    std::vector<std::string> asked_for;
};

/// How a connection is lost.
enum class loss
{
    fin,
    reset,
    silence
};

/// A stream in a context of its own, whose connection broke after three events, and whose caller
/// left it when so much time had passed since.
responses::event_stream left_while_it_is_opened_again(
    resume_fixture& one, asio::io_context& own, std::chrono::milliseconds passed
)
{
    started<responses::event_stream> opens(own, one.of_api().stream(one.asked));
    auto events = std::move(opens.get());
    for (int i = 0; i != 3; ++i) {
        started<responses::event const*> reads(own, events.next());
        BOOST_TEST_REQUIRE(reads.done());
    }
    started<responses::event const*> waits(own, events.next());
    BOOST_TEST(!waits.done());
    one.time->advance(passed);
    own.restart();
    own.poll();
    waits.cancel();
    return events;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_resume, resume_fixture)

BOOST_AUTO_TEST_CASE(a_connection_that_is_lost_at_any_byte_costs_no_event_and_doubles_none)
{
    auto const events = join_events(0, all_events);
    auto const of_length = stream_response(events);
    auto const until_close = stream_head + events;
    std::size_t trials = 0;
    for (auto const& whole : {of_length, until_close}) {
        for (auto const how : {loss::fin, loss::reset, loss::silence}) {
            for (std::size_t size = 0; size <= whole.size(); ++size) {
                resume_fixture one;
                one.serve([&](std::string const&) {
                    wire_answer made;
                    made.text = whole.substr(0, size);
                    made.closes = how == loss::fin;
                    if (how == loss::reset)
                        made.fails = asio::error::connection_reset;
                    return made;
                });
                one.options.deadlines.first_byte = 10s;
                one.serve_well();
                auto opens = one.start(one.of_api().stream(one.asked));
                one.finish(opens);
                // What may be worked on, and what has begun to answer, is not asked again.
                auto const head = whole.size() - events.size();
                if (size < head && (size != 0 || how == loss::silence)) {
                    BOOST_TEST((opens.code() == condition::retryable), opens.what());
                    continue;
                }
                BOOST_TEST_CONTEXT("after " << size << " bytes, way " << static_cast<int>(how))
                {
                    BOOST_TEST_REQUIRE(!opens.code(), opens.what());
                    auto result = one.read(opens.get());
                    // The id is not known before the first event is.
                    auto const first = head + background_events()[0].size();
                    bool const nameless = size >= head && size < first;
                    if (nameless)
                        BOOST_TEST((result.code == condition::retryable), result.what);
                    else
                        one.check_whole(result, opens.get());
                    ++trials;
                }
            }
        }
    }
    BOOST_TEST(trials > 5'000u);
}

BOOST_AUTO_TEST_CASE(every_event_may_come_on_a_connection_of_its_own)
{
    for (std::size_t end = 1; end != all_events; ++end)
        serve_until(end);
    serve_well();
    auto events = opened();
    auto const result = read(events);
    check_whole(result, events);
    BOOST_TEST(asked_for.size() == all_events);
    BOOST_TEST(asked_for.front() == "POST /v1/responses");
    BOOST_TEST(asked_for[1] == "GET /v1/responses/resp_1?stream=true&starting_after=0");
    BOOST_TEST(asked_for.back() == "GET /v1/responses/resp_1?stream=true&starting_after=6");
    BOOST_TEST(events.attempts().size() == all_events);
    BOOST_TEST((events.attempts()[0].code == errc::truncated_stream));
    BOOST_TEST(!events.attempts().back().code);
    BOOST_TEST(api().statistics().retries == all_events - 1);
    BOOST_TEST(api().statistics().calls == 1u);
    check_books(0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(the_present_event_stays_while_the_stream_is_ready_again)
{
    serve_until(5);
    serve_well();
    auto events = opened();
    for (int i = 0; i != 4; ++i)
        next(events).get();
    auto const* const present = next(events).get();
    BOOST_TEST(present->text() == "Hel");
    auto asks = start(events.ready(100ms)); // too short for the pause
    finish(asks);
    BOOST_TEST(!asks.get());
    BOOST_TEST(present->text() == "Hel");
    auto again = start(events.ready(60s));
    finish(again);
    BOOST_TEST(again.get());
    BOOST_TEST(present->text() == "Hel");
    BOOST_TEST(events.sequence_number().value() == 4);
    auto const rest = read(events);
    check_whole({expected(), rest.text, rest.code, rest.what}, events);
    BOOST_TEST(rest.events == expected(5), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_next_that_is_cancelled_meanwhile_loses_nothing)
{
    serve_until(5);
    serve_well();
    auto events = opened();
    for (int i = 0; i != 5; ++i)
        next(events).get();
    for (int i = 0; i != 3; ++i) {
        auto waits = next(events);
        BOOST_TEST(!waits.done());
        waits.cancel();
        BOOST_TEST((waits.code() == asio::error::operation_aborted));
        pass(100ms);
    }
    auto const rest = read(events);
    BOOST_TEST(rest.events == expected(5), boost::test_tools::per_element());
    BOOST_TEST(asked_for.size() == 2u);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(one_that_goes_on_may_outlive_its_context)
{
    for (auto const passed : {0ms, 600ms}) { // in the pause, and while it waits for an answer
        resume_fixture one;
        one.serve_until(3);
        one.connect({});
        auto own = std::make_unique<asio::io_context>(1);
        auto events = left_while_it_is_opened_again(one, *own, passed);
        own.reset();
        one.check_books(0, 0, 0, 0);
        events = {};
        one.check_books(1, 0, 0, 1);
        one.check_nothing_runs();
    }
}

BOOST_AUTO_TEST_CASE(one_that_goes_on_fails_once_its_context_has_ended)
{
    auto const is_told = [](error const& told) {
        BOOST_TEST(contains(told.what(), "the io_context"), told.what());
        return told.code() == asio::error::not_connected;
    };
    for (auto const passed : {0ms, 600ms}) { // in the pause, and while it waits for an answer
        for (bool const waits_elsewhere : {false, true}) {
            resume_fixture one;
            one.serve_until(3);
            one.connect({});
            auto own = std::make_unique<asio::io_context>(1);
            auto events = left_while_it_is_opened_again(one, *own, passed);
            if (waits_elsewhere) {
                auto waits = one.next(events);
                BOOST_TEST(!waits.done());
                own.reset();
                one.settle();
                BOOST_TEST_REQUIRE(waits.done());
                BOOST_CHECK_EXCEPTION(waits.get(), error, is_told);
            }
            own.reset();
            auto asks = one.start(events.ready(1h));
            BOOST_TEST_REQUIRE(asks.done());
            BOOST_TEST(asks.get());
            for (int i = 0; i != 2; ++i) {
                auto reads = one.next(events);
                BOOST_TEST_REQUIRE(reads.done());
                BOOST_CHECK_EXCEPTION(reads.get(), error, is_told);
            }
            auto collects = one.start(events.collect());
            BOOST_TEST_REQUIRE(collects.done());
            BOOST_CHECK_EXCEPTION(collects.get(), error, is_told);
            one.check_books(0, 0, 0, 0);
            events = {};
            one.check_books(1, 0, 0, 1);
            one.check_nothing_runs();
        }
    }
}

BOOST_AUTO_TEST_CASE(one_that_is_destroyed_meanwhile_cancels_its_response)
{
    for (auto const passed : {0ms, 600ms}) { // in the pause, and while it waits for an answer
        resume_fixture one;
        one.serve_until(3);
        auto const far = one.connect({});
        {
            auto events = one.opened();
            for (int i = 0; i != 3; ++i)
                one.next(events).get();
            auto waits = one.next(events);
            one.pass(passed);
            waits.cancel();
            if (passed == 0ms)
                far->when_sent = [to = far.get(), &one](std::string_view) {
                    to->give(one.cancelled_answer);
                };
            else
                one.connect({one.cancelled_answer});
        }
        one.settle();
        one.check_books(1, 1, 0, 0);
        one.check_nothing_runs();
        BOOST_TEST(!one.time->next());
    }
}

BOOST_AUTO_TEST_CASE(one_that_is_shut_down_meanwhile_is_cancelled_on_the_server)
{
    for (bool const in_pause : {true, false}) { // or while it waits for an answer
        resume_fixture one;
        one.serve_until(3);
        if (!in_pause)
            one.connect({});
        auto events = one.opened();
        for (int i = 0; i != 3; ++i)
            one.next(events).get();
        auto waits = one.next(events);
        if (!in_pause)
            one.pass(600ms);
        auto const cancelling = one.connect({one.cancelled_answer});
        started<std::size_t> ending(one.context, one.api().shutdown(100ms));
        one.pass(100ms);
        BOOST_TEST((waits.code() == errc::client_shut_down));
        BOOST_TEST(one.is_cancel(cancelling->sent));
        BOOST_TEST_REQUIRE(ending.done());
        one.check_books(1, 1, 0, 0);
        one.check_nothing_runs();
    }
}

BOOST_AUTO_TEST_CASE(a_shutdown_that_has_time_lets_a_stream_become_a_poll)
{
    auto const no = response(400, R"({"error":{"message":"cannot be streamed"}})");
    auto const over = response(200, response_json("completed", saved_text));
    serve_until(3);
    serve_in_turn({no, response(200, response_json("in_progress")), over});
    auto events = opened();
    started<std::size_t> ending(context, api().shutdown(60s));
    auto const result = read(events);
    BOOST_TEST(!result.code, result.what);
    BOOST_TEST(events.snapshot().text() == "Hello");
    BOOST_TEST_REQUIRE(ending.done());
    BOOST_TEST(ending.get() == 0u);
}

BOOST_AUTO_TEST_CASE(events_that_come_again_are_dropped)
{
    serve_until(5);
    serve_text(stream_head + join_events(0, all_events), true); // whatever was asked for
    auto events = opened();
    auto const result = read(events);
    check_whole(result, events);
}

BOOST_AUTO_TEST_CASE(a_gap_is_asked_for)
{
    serve_until(3);
    serve_text(stream_head + join_events(4, all_events));
    serve_well();
    auto events = opened();
    auto const result = read(events);
    check_whole(result, events);
    BOOST_TEST(asked_for.back() == "GET /v1/responses/resp_1?stream=true&starting_after=2");
}

BOOST_AUTO_TEST_CASE(a_gap_within_a_connection_is_asked_for)
{
    serve_text(stream_head + join_events(0, 2) + join_events(4, all_events));
    serve_well();
    auto events = opened();
    auto const result = read(events);
    check_whole(result, events);
    BOOST_TEST(asked_for.back() == "GET /v1/responses/resp_1?stream=true&starting_after=1");
}

BOOST_AUTO_TEST_CASE(a_gap_that_stays_is_an_error)
{
    serve_until(3);
    for (int i = 0; i != 4; ++i)
        serve_text(stream_head + join_events(4, all_events));
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST((result.code == errc::truncated_stream));
    BOOST_TEST(contains(result.what, "sequence number 3 is missing: 4 came"), result.what);
    BOOST_TEST(contains(result.what, "no retries left after 2"), result.what);
    BOOST_TEST(result.events.size() == 3u);
    BOOST_TEST(asked_for.size() == 3u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_reached_any_more_fails_with_all_attempts)
{
    serve_until(3);
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST((result.code == asio::error::connection_refused), result.what);
    BOOST_TEST(result.events.size() == 3u);
    auto reads = next(events);
    BOOST_CHECK_EXCEPTION(reads.get(), error, [](error const& e) {
        BOOST_TEST_REQUIRE(e.attempts().size() == 4u);
        BOOST_TEST((e.attempts()[0].code == errc::truncated_stream));
        return e.attempts()[3].code == asio::error::connection_refused;
    });
}

BOOST_AUTO_TEST_CASE(without_retries_a_stream_breaks)
{
    options.retries.max_retries = 0;
    serve_until(3);
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST((result.code == errc::truncated_stream));
    BOOST_TEST(contains(result.what, "retry_options::max_retries"), result.what);
    BOOST_TEST(dialer->dials == 1u);
}

BOOST_AUTO_TEST_CASE(the_total_deadline_spans_all_connections)
{
    options.deadlines.total = 15s;
    serve_text(stream_head + join_events(0, 3)); // and silence
    serve_text(stream_head + join_events(3, 4));
    auto events = opened();
    auto const before = time->now();
    auto const result = read(events);
    BOOST_TEST((result.code == errc::total_timeout), result.what);
    BOOST_TEST((time->now() - before == 15s));
    BOOST_TEST(result.events.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_stream_in_the_foreground_does_not_go_on)
{
    asked.background = false;
    serve_until(3);
    auto events = opened();
    BOOST_TEST((read(events).code == errc::truncated_stream));
    BOOST_TEST(dialer->dials == 1u);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_server_ends_the_stream)
{
    serve_text(
        stream_head + join_events(0, 3) + R"(data: {"type":"error","message":"no","code":"c1"})" +
        "\n\n"
    );
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST((result.code == errc::server_error));
    BOOST_TEST(dialer->dials == 1u);
    // It may be that of a gateway, and the response goes on.
    connect({cancelled_answer});
    events = {};
    settle();
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(an_error_of_the_server_is_told_whatever_its_number_is)
{
    for (auto const* const number : {"0", "2", "3", "9"}) {
        resume_fixture one;
        one.serve_text(
            stream_head + join_events(0, 3) +
            R"(data: {"type":"error","message":"no","code":"c1","sequence_number":)" + number +
            "}\n\n"
        );
        auto events = one.opened();
        BOOST_TEST((one.read(events).code == errc::server_error));
        BOOST_TEST(one.dialer->dials == 1u);
        BOOST_TEST(events.sequence_number().value() == 2);
    }
}

BOOST_AUTO_TEST_CASE(an_event_that_cannot_be_read_costs_only_itself)
{
    for (std::size_t which = 0; which != all_events - 1; ++which) {
        BOOST_TEST_CONTEXT("event " << which)
        {
            resume_fixture one;
            one.serve_text(
                stream_head + join_events(0, which) + "data: {\"type\":nothing}\n\n" +
                    join_events(which + 1, all_events),
                true
            );
            auto events = one.opened();
            auto before = one.read(events);
            BOOST_TEST((before.code == errc::invalid_json));
            BOOST_TEST(before.events.size() == which);
            auto const behind = one.read(events);
            BOOST_TEST(!behind.code, behind.what);
            BOOST_TEST(behind.events == expected(which + 1), boost::test_tools::per_element());
            BOOST_TEST(one.dialer->dials == 1u);
            one.check_nothing_runs();
        }
    }
    // One that is missing behind it is missed all the same.
    serve_text(
        stream_head + join_events(0, 2) + "data: {\"type\":nothing}\n\n" +
        join_events(4, all_events)
    );
    serve_well();
    auto events = opened();
    BOOST_TEST((read(events).code == errc::invalid_json));
    auto const behind = read(events);
    BOOST_TEST(!behind.code, behind.what);
    BOOST_TEST(behind.events == expected(2), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_event_of_a_gateway_that_has_no_number_changes_nothing)
{
    serve_text(stream_head + join_events(0, 3) + "data: {\"type\":\"keepalive\"}\n\n", true);
    serve_well();
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST(!result.code, result.what);
    BOOST_TEST(result.events.size() == all_events + 1);
    BOOST_TEST(result.events[3] == "-1 keepalive");
    BOOST_TEST(result.text == "Hello");
    BOOST_TEST(asked_for.back() == "GET /v1/responses/resp_1?stream=true&starting_after=2");
}

BOOST_AUTO_TEST_CASE(what_keeps_a_connection_open_does_not_move_the_deadline)
{
    auto const kept_open = [](std::string const& type, int number) {
        auto const numbered =
            number < 0 ? std::string() : ",\"sequence_number\":" + std::to_string(number);
        return "data: {\"type\":\"" + type + '"' + numbered + "}\n\n";
    };
    for (bool const background : {false, true}) {
        for (bool const numbered : {false, true}) {
            for (std::string const type : {"keepalive", "keep-alive", "ping", "heartbeat"}) {
                resume_fixture one;
                one.asked.background = background;
                one.options.retries.max_retries = 0;
                auto const far = one.connect({stream_head + join_events(0, 3)});
                auto events = one.opened();
                for (int i = 0; i != 3; ++i)
                    one.next(events).get();
                for (int i = 0; i != 3; ++i) {
                    auto waits = one.next(events);
                    one.pass(3s);
                    far->give(kept_open(type, numbered ? 3 + i : -1));
                    one.settle();
                    BOOST_TEST_REQUIRE(waits.done());
                    BOOST_TEST(waits.get()->type() == type);
                }
                auto waits = one.next(events);
                BOOST_TEST(!waits.done());
                one.pass(1s);
                BOOST_TEST((waits.code() == errc::idle_timeout), type);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_event_of_a_new_kind_is_progress)
{
    asked.background = false;
    auto const far = connect({stream_head + join_events(0, 3)});
    auto events = opened();
    for (int i = 0; i != 3; ++i)
        next(events).get();
    for (int i = 0; i != 3; ++i) {
        auto waits = next(events);
        pass(9s);
        far->give("data: {\"type\":\"response.hologram.rotated\"}\n\n");
        settle();
        BOOST_TEST_REQUIRE(waits.done());
        BOOST_TEST(waits.get()->type() == "response.hologram.rotated");
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_only_keeps_connections_open_is_not_asked_without_end)
{
    // Each connection brings a numbered sign of life, and nothing else until it is late.
    serve_until(3);
    for (int i = 0; i != 10; ++i)
        serve([this](std::string const& wanted) {
            asked_for.push_back(wanted);
            return wire_answer{
                stream_head + "data: {\"type\":\"keepalive\",\"sequence_number\":" +
                    std::to_string(first_wanted(wanted)) + "}\n\n",
                false,
                {}};
        });
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST((result.code == errc::idle_timeout), result.what);
    BOOST_TEST(asked_for.size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_number_is_that_of_the_last_event_that_was_given)
{
    options.limits.max_body = background_events()[0].size();
    serve_text(stream_head + join_events(0, all_events));
    auto events = opened();
    BOOST_TEST(next(events).get() != nullptr);
    BOOST_TEST((read(events).code == errc::body_too_large));
    BOOST_TEST(events.sequence_number().value() == 0);
}

BOOST_AUTO_TEST_CASE(who_cuts_a_stream_while_the_server_thinks_does_not_end_it)
{
    // Each connection ends in order, after a while and without an event.
    serve_until(3);
    std::vector<std::shared_ptr<wire>> thinking;
    for (int i = 0; i != 60; ++i)
        thinking.push_back(connect({stream_head}));
    serve_well();
    auto events = opened();
    for (int i = 0; i != 3; ++i)
        next(events).get();
    auto waits = next(events);
    for (auto const& far : thinking) {
        BOOST_TEST((pass_to_next() == 500ms));
        pass(5s);
        BOOST_TEST_REQUIRE(contains(far->sent, "stream=true&starting_after=2"));
        far->close();
        settle();
    }
    finish(waits);
    BOOST_TEST(waits.get()->sequence_number().value() == 3);
    auto const rest = read(events);
    BOOST_TEST(rest.events == expected(4), boost::test_tools::per_element());
    BOOST_TEST(events.snapshot().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(what_breaks_inside_its_first_event_is_no_sign_of_the_end)
{
    serve_until(3);
    serve_text(stream_head + background_events()[3].substr(0, 40), true);
    serve_well();
    auto events = opened();
    auto const result = read(events);
    check_whole(result, events);
    BOOST_TEST(asked_for.back() == "GET /v1/responses/resp_1?stream=true&starting_after=2");
}

BOOST_AUTO_TEST_CASE(a_second_connection_may_break_at_any_byte_too)
{
    auto const second = stream_head + join_events(3, all_events);
    for (auto const how : {loss::fin, loss::reset, loss::silence}) {
        // A head that does not come at all is another deadline's.
        auto const first = how == loss::silence ? stream_head.size() : 0;
        for (std::size_t size = first; size <= second.size(); ++size) {
            BOOST_TEST_CONTEXT("after " << size << " bytes, way " << static_cast<int>(how))
            {
                resume_fixture one;
                one.serve_until(3);
                one.serve([&](std::string const&) {
                    wire_answer made;
                    made.text = second.substr(0, size);
                    made.closes = how == loss::fin;
                    if (how == loss::reset)
                        made.fails = asio::error::connection_reset;
                    return made;
                });
                auto const nothing = size == stream_head.size() && how == loss::fin;
                if (nothing) // then it is asked for as it is
                    one.serve_text(response(200, response_json("completed", saved_text)));
                one.serve_well();
                auto events = one.opened();
                auto const result = one.read(events);
                BOOST_TEST(events.snapshot().text() == "Hello");
                if (!nothing)
                    one.check_whole(result, events);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(ready_says_nothing_of_events_that_come_again)
{
    serve_until(5);
    auto const again = connect({stream_head + join_events(0, 5)});
    auto events = opened();
    for (int i = 0; i != 5; ++i)
        next(events).get();
    auto asks = start(events.ready(2s));
    finish(asks);
    BOOST_TEST(!asks.get());
    BOOST_TEST(events.sequence_number().value() == 4);
    again->give(join_events(5, all_events));
    auto more = start(events.ready(2s));
    finish(more);
    BOOST_TEST(more.get());
    BOOST_TEST(read(events).events == expected(5), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_flood_of_events_that_come_again_lets_others_have_their_turn)
{
    serve_until(5);
    std::string flood;
    for (int i = 0; i != 100; ++i)
        flood += join_events(0, 5);
    auto const far = connect({stream_head + flood});
    far->shows_after_wait = false;
    auto events = opened();
    for (int i = 0; i != 5; ++i)
        next(events).get();
    auto waits = next(events);
    pass_to_next(); // now it is open again
    BOOST_TEST(!waits.done());
    for (int second = 0; second != 9; ++second) { // that is no progress
        pass(1s);
        far->give(flood);
        settle();
    }
    BOOST_TEST(!waits.done());
    serve_well();
    pass(1s);
    BOOST_TEST(!far->open);
    finish(waits);
    BOOST_TEST(waits.get()->sequence_number().value() == 5);
    BOOST_TEST(read(events).events == expected(6), boost::test_tools::per_element());

    resume_fixture other;
    other.serve_until(5);
    other.connect({stream_head + flood});
    auto asked_if = other.opened();
    for (int i = 0; i != 5; ++i)
        other.next(asked_if).get();
    auto asks = other.start(asked_if.ready(1s));
    other.finish(asks);
    BOOST_TEST(!asks.get());
}

BOOST_AUTO_TEST_CASE(one_whose_context_is_gone_fails_and_stays_so)
{
    auto own = std::make_unique<asio::io_context>(1);
    auto const far = connect({stream_head + join_events(0, 3)});
    response_stream events;
    {
        started<response_stream> opens(*own, of_api().stream(asked));
        events = std::move(opens.get());
        for (int i = 0; i != 3; ++i) {
            started<responses::event const*> reads(*own, events.next());
            BOOST_TEST_REQUIRE(reads.done());
        }
    }
    own.reset();
    far->close();
    for (int i = 0; i != 2; ++i) {
        auto reads = next(events);
        BOOST_TEST_REQUIRE(reads.done());
        BOOST_CHECK_THROW(static_cast<void>(reads.get()), std::exception);
    }
    events = {};
    settle();
    check_books(1, 0, 0, 1);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_lone_stream_may_be_opened_again_for_hours)
{
    // An event comes on every second one.
    constexpr std::size_t connections = 120;
    auto const event = [](std::size_t number) {
        return "data: {\"type\":\"response.in_progress\",\"sequence_number\":" +
               std::to_string(number) + ",\"response\":" + response_json("in_progress") + "}\n\n";
    };
    for (std::size_t i = 0; i != connections; ++i) {
        serve_text(stream_head + event(i), true);
        serve_text(stream_head + event(i + 1).substr(0, 20), true);
    }
    auto events = opened();
    for (std::size_t i = 0; i != connections; ++i) {
        auto reads = next(events);
        finish(reads);
        BOOST_TEST_REQUIRE(!reads.code(), reads.what());
        BOOST_TEST(reads.get()->sequence_number().value() == static_cast<std::int64_t>(i));
    }
    BOOST_TEST(events.attempts().size() == 17u);
    BOOST_TEST(events.attempts().front().status == 200);
    BOOST_TEST(!events.attempts().back().code);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_restarts_ends_none_of_many_streams)
{
    constexpr std::size_t number = 200; // the client's budget has a quarter as many retries
    std::vector<response_stream> streams;
    for (std::size_t i = 0; i != number; ++i) {
        serve_until(3);
        streams.push_back(opened());
    }
    std::list<started<responses::event const*>> waiting;
    for (auto& events : streams) {
        for (int i = 0; i != 3; ++i)
            next(events).get();
        waiting.emplace_back(context, events.next());
    }
    pass(500ms); // nobody can be reached yet
    BOOST_TEST(dialer->dials == 2 * number);
    for (std::size_t i = 0; i != number; ++i)
        serve_until(all_events);
    for (auto& reads : waiting) {
        finish(reads);
        BOOST_TEST_REQUIRE(!reads.code(), reads.what());
        BOOST_TEST(reads.get()->sequence_number().value() == 3);
    }
    for (auto& events : streams) {
        auto const rest = read(events);
        BOOST_TEST(!rest.code, rest.what);
        BOOST_TEST(rest.events == expected(4), boost::test_tools::per_element());
        BOOST_TEST(events.snapshot().text() == "Hello");
    }
    pass(250ms); // for the rest of their bodies
    check_nothing_runs();
    BOOST_TEST(dialer->dials == 3 * number);
    BOOST_TEST(api().statistics().retries == 2 * number);
}

BOOST_AUTO_TEST_CASE(a_budget_that_is_used_up_ends_no_stream)
{
    spend_retries();
    serve_until(3);
    serve_well();
    auto events = opened();
    check_whole(read(events), events);
}

BOOST_AUTO_TEST_CASE(a_wait_is_not_ended_by_a_budget_that_is_used_up)
{
    spend_retries();
    auto const dials = dialer->dials;
    auto waits = start(of_api().wait("resp_1"));
    settle();
    BOOST_TEST(dialer->dials == dials + 1);
    connect({response(200, response_json("completed", saved_text))});
    finish(waits);
    BOOST_TEST(waits.get().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(the_mark_of_the_end_is_believed_behind_the_last_event_alone)
{
    for (std::size_t const end : {all_events, all_events - 1, std::size_t{3}}) {
        resume_fixture one;
        one.serve_text(stream_head + join_events(0, end) + "data: [DONE]\n\n");
        one.serve_well();
        auto events = one.opened();
        one.check_whole(one.read(events), events);
        events = {};
        one.pass(250ms);
        BOOST_TEST(one.dialer->dials == (end == all_events ? 1u : 2u));
        one.check_books(0, 0, 0, 0);
        one.check_nothing_runs();
    }
}

BOOST_AUTO_TEST_CASE(what_a_callback_throws_while_a_stream_goes_on_comes_from_next)
{
    bool fails = false;
    options.api_key = {};
    options.credentials = [&fails](credentials_request) { return key_of_vault(&fails); };
    serve_until(3);
    auto events = opened();
    for (int i = 0; i != 3; ++i)
        next(events).get();
    fails = true;
    auto told = start(events.ready(15s));
    finish(told);
    BOOST_TEST(told.get());
    for (int i = 0; i != 2; ++i) {
        auto reads = next(events);
        finish(reads);
        BOOST_CHECK_EXCEPTION(
            reads.get(),
            std::runtime_error,
            [](std::runtime_error const& thrown) {
                return std::string(thrown.what()) == "the vault is sealed";
            }
        );
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_streamed_any_more_is_retrieved_until_it_is_over)
{
    auto const running = response(200, response_json("in_progress"));
    auto const over = response(200, response_json("completed", saved_text), "x-request-id: r9\r\n");
    auto const no = response(400, R"({"error":{"message":"cannot be streamed"}})");
    auto const empty = stream_response("");
    std::vector<std::deque<std::string>> const servers{
        {no, running, over},    // refuses to stream
        {running, over},        // answers with the response as it is
        {over},                 // the same, at its end
        {empty, running, over}, // streams nothing
    };
    for (std::size_t i = 0; i != servers.size(); ++i) {
        BOOST_TEST_CONTEXT("server " << i)
        {
            resume_fixture one;
            one.serve_until(3);
            one.serve_in_turn(servers[i]);
            auto events = one.opened();
            auto result = one.read(events);
            auto const wanted = std::vector<std::string>{
                "0 response.created",
                "1 response.queued",
                "2 response.in_progress",
                "-1 response.completed"};
            BOOST_TEST(!result.code, result.what);
            BOOST_TEST(result.events == wanted, boost::test_tools::per_element());
            BOOST_TEST(events.snapshot().text() == "Hello");
            BOOST_TEST(events.request_id() == "r9");
            BOOST_TEST(events.attempts().size() > 1u);
            BOOST_TEST(one.asked_for.size() == 1 + servers[i].size());
            one.check_nothing_runs();
            events = {};
            one.settle();
            one.check_books(0, 0, 0, 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_response_that_is_gone_is_an_error)
{
    serve_until(3);
    auto const gone = response(404, R"({"error":{"message":"gone"}})");
    serve_in_turn({gone, gone});
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST((result.code == errc::not_found), result.what);
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_stream_in_the_background_is_asked_until_the_end)
{
    auto const whole = response(200, response_json("completed", saved_text));
    serve_in_turn({response(200, response_json("queued")), whole});
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST(!result.code, result.what);
    BOOST_TEST(result.events.size() == 1u);
    BOOST_TEST(events.snapshot().text() == "Hello");
    BOOST_TEST(asked_for.back() == "GET /v1/responses/resp_1");
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_response_that_others_cancelled_ends_the_stream)
{
    serve_until(3);
    serve_text(stream_head, true);
    serve_text(response(200, response_json("cancelled")), true);
    auto events = opened();
    auto const result = read(events);
    BOOST_TEST(!result.code, result.what);
    BOOST_TEST(result.events.back() == "-1 response.incomplete");
    BOOST_CHECK_THROW(events.snapshot().value_or_throw(), api_error);
}

// resume ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_stream_is_resumed_behind_an_event)
{
    serve_well();
    auto opens = start(of_api().resume("resp_1", 4));
    auto& events = opens.get();
    BOOST_TEST(events.response_id() == "resp_1");
    auto const result = read(events);
    check_whole(result, events, 5);
    BOOST_TEST(asked_for.front() == "GET /v1/responses/resp_1?stream=true&starting_after=4");
}

BOOST_AUTO_TEST_CASE(a_stream_is_resumed_with_what_it_is_to_bring)
{
    serve_until(5);
    serve_well();
    responses::resume_options which;
    which.starting_after = 3;
    which.include = {responses::include::output_logprobs};
    which.include_obfuscation = false;
    auto opens = start(of_api().resume("resp_1", which));
    auto const result = read(opens.get());
    BOOST_TEST(!result.code, result.what);
    std::string const query = "&include=message.output_text.logprobs&include_obfuscation=false";
    BOOST_TEST_REQUIRE(asked_for.size() == 2u);
    BOOST_TEST(asked_for[0] == "GET /v1/responses/resp_1?stream=true&starting_after=3" + query);
    BOOST_TEST(asked_for[1] == "GET /v1/responses/resp_1?stream=true&starting_after=4" + query);
}

BOOST_AUTO_TEST_CASE(a_stream_that_goes_on_brings_what_was_asked_for)
{
    serve_until(5);
    serve_well();
    asked.include = {responses::include::output_logprobs};
    auto events = opened();
    check_whole(read(events), events);
    BOOST_TEST_REQUIRE(asked_for.size() == 2u);
    BOOST_TEST(asked_for[1].ends_with("starting_after=4&include=message.output_text.logprobs"));
}

BOOST_AUTO_TEST_CASE(a_stream_is_resumed_from_its_beginning)
{
    serve_until(2);
    serve_well();
    auto opens = start(of_api().resume("resp_1"));
    auto const result = read(opens.get());
    check_whole(result, opens.get());
    BOOST_TEST(asked_for.front() == "GET /v1/responses/resp_1?stream=true");
    BOOST_TEST(asked_for.back() == "GET /v1/responses/resp_1?stream=true&starting_after=1");
}

BOOST_AUTO_TEST_CASE(a_resumed_stream_that_breaks_before_its_first_event_goes_on)
{
    serve_text(stream_head, true);
    serve_well();
    auto opens = start(of_api().resume("resp_1", 4));
    auto const result = read(opens.get());
    BOOST_TEST(!result.code, result.what);
    BOOST_TEST(result.events == expected(5), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_resumed_stream_leaves_its_response_running)
{
    {
        serve_until(3);
        auto opens = start(of_api().resume("resp_1"));
        next(opens.get()).get();
    }
    settle();
    BOOST_TEST(dialer->dials == 1u);
    check_books(0, 0, 0, 0);

    request_options of_call;
    of_call.on_abandon = on_abandon::cancel;
    {
        serve_until(3);
        auto opens = start(of_api().resume("resp_1", std::nullopt, of_call));
        connect({cancelled_answer});
    }
    settle();
    check_books(1, 1, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_resume_that_is_shut_down_before_it_is_open_cancels_where_that_is_asked_for)
{
    request_options of_call;
    of_call.on_abandon = on_abandon::cancel;
    connect({});
    auto opens = start(of_api().resume("resp_1", std::nullopt, of_call));
    auto const cancelling = connect({cancelled_answer});
    started<std::size_t> ending(context, api().shutdown(1s));
    pass(1s);
    BOOST_TEST((opens.code() == errc::client_shut_down));
    BOOST_TEST(is_cancel(cancelling->sent));
    BOOST_TEST_REQUIRE(ending.done());
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(an_id_that_is_none_is_refused_by_the_call)
{
    BOOST_CHECK_THROW(static_cast<void>(of_api().resume("")), error);
    BOOST_CHECK_THROW(static_cast<void>(of_api().wait("")), error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
