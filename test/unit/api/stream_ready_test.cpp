#include "unit/api/timed_stream.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using chat_stream = stream<chat::chunk>;

struct ready_fixture : timed_stream
{
    ready_fixture()
    {
        policy::deadline_set limits;
        limits.idle = 60s;
        open(limits);
    }

    started<bool> ready(std::chrono::milliseconds within)
    {
        return {context, events.ready(within)};
    }
};

asio::awaitable<void> count(int& sent)
{
    ++sent;
    co_return;
}

/// As the docstring of `ready` has it.
asio::awaitable<void> beat_until_ready(chat_stream& events, int& sent)
{
    bool ready = co_await events.ready(15s);
    for (; !ready; ready = co_await events.ready(15s))
        co_await count(sent);
}

asio::awaitable<int> heartbeats_before(chat_stream& events, std::string& text)
{
    int sent = 0;
    co_await beat_until_ready(events, sent);
    auto const* const event = co_await events.next();
    text = event->text();
    co_return sent;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_stream_ready, ready_fixture)

BOOST_AUTO_TEST_CASE(an_event_that_is_at_hand_is_ready)
{
    give(text_event("a"));
    BOOST_TEST(ready(15s).get());
    BOOST_TEST(ready(0s).get());
    BOOST_TEST(next().get()->text() == "a");
}

BOOST_AUTO_TEST_CASE(no_time_looks_and_does_not_wait)
{
    BOOST_TEST(!ready(0s).get());
    give(text_event("a"));
    BOOST_TEST(ready(0s).get());
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_in_time_is_ready_at_once)
{
    auto waiting = ready(15s);
    pass(14'999ms);
    BOOST_TEST(!waiting.done());
    give(text_event("a"));
    BOOST_TEST(waiting.get());
    BOOST_TEST(next().get()->text() == "a");
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_late_is_not_lost)
{
    auto waiting = ready(15s);
    pass(15s);
    BOOST_TEST(!waiting.get());
    give(text_event("a"));
    BOOST_TEST(next().get()->text() == "a");
}

BOOST_AUTO_TEST_CASE(what_is_no_whole_event_does_not_make_it_ready)
{
    auto const event = text_event("a");
    auto waiting = ready(15s);
    for (std::string const& text :
         {std::string(": comment\n\n"), std::string("event: ping\n\n"), event.substr(0, 40)}) {
        pass(3s);
        give(text);
        BOOST_TEST(!waiting.done());
    }
    pass(6s);
    BOOST_TEST(!waiting.get());
    give(event.substr(40));
    BOOST_TEST(ready(0s).get());
    BOOST_TEST(next().get()->text() == "a");
}

BOOST_AUTO_TEST_CASE(the_end_is_ready_and_told_by_next)
{
    give(text_event("a") + finish_event());
    next().get();
    next().get();
    auto waiting = ready(15s);
    BOOST_TEST(!waiting.done());
    give(done_event);
    BOOST_TEST(waiting.get());
    BOOST_TEST(next().get() == nullptr);
    BOOST_TEST(ready(0s).get());
    BOOST_TEST(next().get() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_failure_is_ready_and_told_by_next)
{
    auto waiting = ready(15s);
    body->finish(std::make_exception_ptr(error(errc::truncated_response, "cut")));
    settle();
    BOOST_TEST(waiting.get());
    for (int i = 0; i != 2; ++i) {
        BOOST_TEST((next().code() == errc::truncated_response));
        BOOST_TEST(ready(0s).get());
    }
    BOOST_CHECK_EXCEPTION(next().get(), error, [](error const& e) {
        BOOST_TEST(e.request_id() == "r1");
        BOOST_TEST_REQUIRE(e.attempts().size() == 1u);
        return e.attempts().back().code == errc::truncated_response;
    });
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(a_truncated_stream_is_ready_and_told_by_next)
{
    give(text_event("a"));
    next().get();
    auto waiting = ready(15s);
    body->finish();
    settle();
    BOOST_TEST(waiting.get());
    BOOST_TEST((next().code() == errc::truncated_stream));
}

BOOST_AUTO_TEST_CASE(an_event_that_cannot_be_read_is_ready_and_lost_alone)
{
    give("data: {\n\n" + text_event("b"));
    BOOST_TEST(ready(0s).get());
    BOOST_TEST((next().code() == errc::invalid_json));
    BOOST_TEST(ready(0s).get());
    BOOST_TEST(next().get()->text() == "b");
}

BOOST_AUTO_TEST_CASE(the_present_event_stays_as_it_is)
{
    give(text_event("a"));
    auto const* const event = next().get();
    BOOST_TEST(!ready(0s).get());
    give(text_event("b") + text_event("c"));
    for (int i = 0; i != 3; ++i) {
        BOOST_TEST(ready(0s).get());
        BOOST_TEST(event->text() == "a");
        BOOST_TEST(events.snapshot().text() == "a");
    }
    BOOST_TEST(next().get()->text() == "b");
    BOOST_TEST(next().get()->text() == "c");
    BOOST_TEST(events.snapshot().text() == "abc");
    BOOST_TEST(!ready(0s).get());
}

BOOST_AUTO_TEST_CASE(an_answer_that_came_whole_is_ready)
{
    chat::chunk only;
    only.id = "c1";
    using state = detail::stream_state<chat::chunk>;
    std::vector<chat::chunk> all{std::move(only)};
    events = chat_stream(
        std::make_unique<state>(response_info(200, {}), std::move(all), chat::completion{})
    );
    BOOST_TEST(ready(0s).get());
    BOOST_TEST(next().get()->id == "c1");
    BOOST_TEST(ready(0s).get());
    BOOST_TEST(next().get() == nullptr);
}

BOOST_AUTO_TEST_CASE(cancelling_loses_nothing)
{
    auto waiting = ready(15s);
    waiting.cancel();
    BOOST_TEST((waiting.code() == asio::error::operation_aborted));
    give(text_event("a"));
    BOOST_TEST(next().get()->text() == "a");
}

BOOST_AUTO_TEST_CASE(cancelling_while_the_event_comes_loses_nothing)
{
    auto waiting = ready(15s);
    asio::post(context, [this] { body->give(text_event("a")); });
    waiting.cancel();
    BOOST_TEST((waiting.code() == asio::error::operation_aborted));
    BOOST_TEST(ready(0s).get());
    BOOST_TEST(next().get()->text() == "a");
}

BOOST_AUTO_TEST_CASE(a_deadline_of_the_stream_makes_it_ready_and_is_told_by_next)
{
    auto waiting = ready(61s);
    pass(60s);
    BOOST_TEST(waiting.get());
    BOOST_TEST((next().code() == errc::idle_timeout));
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(what_came_before_it_was_asked_for_again_is_not_late)
{
    body->looks_once = true;
    BOOST_TEST(!ready(0s).get());
    auto waiting = ready(15s);
    pass(15s);
    BOOST_TEST(!waiting.get());
    give(text_event("a"));
    pass(1h);
    BOOST_TEST(ready(0s).get());
    BOOST_TEST(next().get()->text() == "a");

    auto again = ready(15s);
    pass(15s);
    BOOST_TEST(!again.get());
    give(text_event("b"));
    pass(1h);
    BOOST_TEST(next().get()->text() == "b");

    // A part of an event is none.
    auto last = ready(15s);
    pass(15s);
    BOOST_TEST(!last.get());
    give(text_event("c").substr(0, 40));
    pass(1h);
    BOOST_TEST((next().code() == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(what_came_does_not_make_the_call_as_a_whole_longer)
{
    policy::deadline_set limits;
    limits.idle = 60s;
    limits.total = 90s;
    open(limits);
    body->looks_once = true;
    BOOST_TEST(!ready(0s).get());
    give(text_event("a"));
    pass(90s);
    BOOST_TEST((next().code() == errc::total_timeout));
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(waits_one_after_the_other_add_up_to_the_deadline_of_the_stream)
{
    for (int i = 0; i != 3; ++i) {
        auto waiting = ready(15s);
        pass(15s);
        BOOST_TEST(!waiting.get());
    }
    auto last = ready(15s);
    pass(15s);
    BOOST_TEST(last.get());
    BOOST_TEST((next().code() == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(heartbeats_fit_between_events)
{
    std::string text;
    started<int> beating(context, heartbeats_before(events, text));
    pass(15s);
    pass(15s);
    pass(14s);
    give(text_event("a"));
    BOOST_TEST(beating.get() == 2);
    BOOST_TEST(text == "a");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
