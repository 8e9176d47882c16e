#include "support/security.hpp"
#include "unit/api/timed_stream.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct deadline_fixture : timed_stream
{
    deadline_fixture() { limits.idle = 10s; }

    void open() { timed_stream::open(limits); }

    /// Lets `length` pass in a `next` that is cancelled then.
    void wait_in_vain(std::chrono::milliseconds length)
    {
        auto waiting = next();
        pass(length);
        waiting.cancel();
        BOOST_TEST((waiting.code() == asio::error::operation_aborted));
    }

    policy::deadline_set limits;
};

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_stream_deadline, deadline_fixture)

BOOST_AUTO_TEST_CASE(a_stream_that_stops_fails_for_good)
{
    open();
    auto waiting = next();
    pass(9'999ms);
    BOOST_TEST(!waiting.done());
    pass(1ms);
    auto const is_expected = [](error const& e) {
        BOOST_TEST((e.code() == condition::timeout));
        BOOST_TEST(
            contains(
                e.what(), "waiting for an event did not end within 10000 ms, see deadlines::idle"
            ),
            e.what()
        );
        BOOST_TEST(
            contains(e.what(), " (request id r1); not tried again, as the response had begun"),
            e.what()
        );
        BOOST_TEST(e.request_id() == "r1");
        BOOST_TEST_REQUIRE(e.attempts().size() == 1u);
        BOOST_TEST(e.attempts()[0].status == 200);
        BOOST_TEST((e.attempts()[0].code == errc::idle_timeout));
        return e.code() == errc::idle_timeout;
    };
    BOOST_CHECK_EXCEPTION(waiting.get(), error, is_expected);
    BOOST_CHECK_EXCEPTION(next().get(), error, is_expected);
    BOOST_CHECK_EXCEPTION(next().get(), error, is_expected);
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(events_are_progress)
{
    open();
    for (int i = 0; i != 20; ++i) {
        auto waiting = next();
        pass(9'999ms);
        give(text_event("x"));
        BOOST_TEST(waiting.get()->text() == "x");
    }
}

BOOST_AUTO_TEST_CASE(comments_and_empty_events_are_no_progress, *security)
{
    open();
    auto waiting = next();
    for (auto const* const text : {": alive\n\n", "event: ping\n\n", "id: 1\n\n", "data:\n\n"}) {
        pass(2s);
        give(text);
        BOOST_TEST(!waiting.done());
    }
    pass(2s);
    BOOST_TEST((waiting.code() == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(events_that_keep_a_connection_open_are_given_and_are_no_progress)
{
    for (auto const* const data :
         {"data: {}",
          "data: {\"type\":\"ping\"}",
          "data: {\"type\":\"keepalive\",\"sequence_number\":3}",
          "event: heartbeat\ndata: {\"now\":12345}",
          "data: {\"choices\":[]}",
          "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
          "\"choices\":[],\"usage\":null,\"obfuscation\":\"xyz\"}"}) {
        open();
        give(text_event("a"));
        BOOST_TEST(next().get()->text() == "a");
        auto waiting = std::make_unique<started<chat::chunk const*>>(context, events.next());
        for (int i = 0; i != 3; ++i) {
            pass(3s);
            give(data + std::string("\n\n"));
            BOOST_TEST_REQUIRE(waiting->done(), data);
            BOOST_TEST(waiting->get()->text() == "");
            waiting = std::make_unique<started<chat::chunk const*>>(context, events.next());
        }
        BOOST_TEST(!waiting->done());
        pass(1s);
        BOOST_TEST((waiting->code() == errc::idle_timeout), data);
    }
}

BOOST_AUTO_TEST_CASE(chunks_without_text_that_say_something_are_progress)
{
    for (auto const* const data :
         {"data: {\"choices\":[{\"index\":0,\"delta\":{}}]}",
          "data: {\"choices\":[],\"usage\":{\"total_tokens\":1}}",
          "data: {\"choices\":[],\"provider\":\"p\"}"}) {
        open();
        for (int i = 0; i != 3; ++i) {
            auto waiting = next();
            pass(9s);
            give(data + std::string("\n\n"));
            BOOST_TEST_REQUIRE(waiting.done(), data);
            BOOST_TEST((waiting.get() != nullptr));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_event_that_cannot_be_read_is_no_progress)
{
    open();
    for (int i = 0; i != 3; ++i) {
        auto waiting = next();
        pass(3s);
        give("data: ping\n\n");
        BOOST_TEST((waiting.code() == errc::invalid_json));
    }
    auto waiting = next();
    pass(1s);
    BOOST_TEST((waiting.code() == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(a_piece_of_an_event_is_no_progress, *security)
{
    open();
    auto const event = text_event("a");
    auto waiting = next();
    pass(9s);
    give(event.substr(0, 30));
    pass(1s);
    BOOST_TEST((waiting.code() == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(waits_that_were_cancelled_do_not_start_it_anew)
{
    open();
    wait_in_vain(4s);
    wait_in_vain(4s);
    auto waiting = next();
    pass(1'999ms);
    BOOST_TEST(!waiting.done());
    pass(1ms);
    BOOST_TEST((waiting.code() == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(an_event_starts_it_anew_for_waits_that_are_cancelled)
{
    open();
    wait_in_vain(9s);
    give(text_event("a"));
    BOOST_TEST(next().get()->text() == "a");
    wait_in_vain(9s);
    give(text_event("b"));
    BOOST_TEST(next().get()->text() == "b");
}

BOOST_AUTO_TEST_CASE(time_between_two_waits_counts_when_nothing_has_come)
{
    open();
    wait_in_vain(1s);
    pass(60s);
    BOOST_TEST((next().code() == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(time_between_two_waits_does_not_count_when_something_has_come)
{
    open();
    wait_in_vain(1s);
    give(text_event("a"));
    pass(60s);
    BOOST_TEST(next().get()->text() == "a");
}

BOOST_AUTO_TEST_CASE(time_before_the_first_wait_does_not_count)
{
    open();
    give(text_event("a"));
    BOOST_TEST(next().get()->text() == "a");
    pass(60s);
    auto waiting = next();
    pass(9s);
    give(text_event("b"));
    BOOST_TEST(waiting.get()->text() == "b");
}

BOOST_AUTO_TEST_CASE(the_whole_of_a_stream_has_a_deadline_whatever_comes, *security)
{
    limits.total = 25s;
    open();
    for (int i = 0; i != 3; ++i) {
        auto waiting = next();
        pass(8s);
        give(text_event("a"));
        BOOST_TEST(waiting.get()->text() == "a");
    }
    auto waiting = next();
    pass(1s);
    BOOST_CHECK_EXCEPTION(waiting.get(), error, [](error const& e) {
        BOOST_TEST((e.code() == condition::timeout));
        BOOST_TEST(contains(e.what(), "25000 ms, see deadlines::total"), e.what());
        BOOST_TEST(e.request_id() == "r1");
        return e.code() == errc::total_timeout;
    });
    BOOST_TEST((next().code() == errc::total_timeout));
    BOOST_TEST(!body->open);
    BOOST_TEST(events.snapshot().text() == "aaa");
}

BOOST_AUTO_TEST_CASE(the_whole_of_a_stream_has_a_deadline_also_when_it_never_waits)
{
    limits.total = 25s;
    open();
    std::string text;
    for (int i = 0; i != 1500; ++i)
        text += text_event("a");
    give(text);
    // Time passes when the reader has left the loop to others a few times.
    int turns = 0;
    std::function<void()> const turn = [&] {
        if (++turns == 4)
            time->advance(25s);
        else
            asio::post(context, turn);
    };
    asio::post(context, turn);
    started reads(context, events.collect());
    BOOST_TEST((reads.code() == errc::total_timeout));
    BOOST_TEST(contains(reads.what(), "25000 ms, see deadlines::total"), reads.what());
    auto const got = events.snapshot().text().size();
    BOOST_TEST(got >= 1u);
    BOOST_TEST(got < 1500u);
}

BOOST_AUTO_TEST_CASE(of_two_deadlines_the_first_is_told)
{
    limits.total = 11s;
    open();
    auto waiting = next();
    pass(10s);
    BOOST_TEST((waiting.code() == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(a_deadline_can_be_turned_off)
{
    limits.idle = deadlines::none;
    open();
    auto waiting = next();
    pass(1'000h);
    BOOST_TEST(!waiting.done());
    give(text_event("a"));
    BOOST_TEST(waiting.get()->text() == "a");
}

BOOST_AUTO_TEST_CASE(failures_of_a_stream_tell_all_attempts_of_its_call)
{
    auto on = call_of(time, limits);
    on.made.status = 503;
    on.made.request_id = "r0";
    on.made.backoff = 500ms;
    on.next_attempt(errc::overloaded);
    events = stream_of(context, body, std::move(on));
    BOOST_TEST(events.attempts().size() == 2u);
    give(R"(data: {"error":{"message":"no more"}})"
         "\n\n");
    BOOST_CHECK_EXCEPTION(next().get(), api_error, [](api_error const& e) {
        BOOST_TEST_REQUIRE(e.attempts().size() == 2u);
        BOOST_TEST(e.attempts()[0].request_id == "r0");
        BOOST_TEST((e.attempts()[0].backoff == 500ms));
        BOOST_TEST(e.attempts()[1].status == 200);
        return e.attempts()[1].code == errc::server_error;
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
