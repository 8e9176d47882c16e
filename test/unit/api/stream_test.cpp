#include "support/run.hpp"
#include "unit/api/chat_stream.hpp"

#include <hicap/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

using chat_stream = stream<chat::chunk>;

struct stream_fixture
{
    chat_stream over(std::string_view text, bool assemble = true)
    {
        body = std::make_shared<scripted_body>(text);
        return stream_of(context, body, assemble);
    }

    chat::chunk const* next(chat_stream& from) { return run(context, from.next()); }

    /// The text of all events until the end.
    std::string rest(chat_stream& from)
    {
        std::string text;
        while (auto const* event = next(from))
            text += event->text();
        return text;
    }

    boost::system::error_code failure_of_next(chat_stream& from, std::string* what = nullptr)
    {
        try {
            next(from);
        } catch (error const& e) {
            if (what != nullptr)
                *what = e.what();
            return e.code();
        }
        return {};
    }

    asio::io_context context{1};
    std::shared_ptr<scripted_body> body;
};

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

asio::awaitable<void> drain(chat_stream& from, int& events)
{
    while (auto const* event = co_await from.next())
        events += event != nullptr ? 1 : 0;
}

asio::awaitable<std::string> all_text(chat_stream& from)
{
    std::string all;
    auto text = from.text();
    while (auto const piece = co_await text.next()) {
        BOOST_TEST(!piece->empty());
        all += *piece;
    }
    co_return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_stream, stream_fixture)

BOOST_AUTO_TEST_CASE(events_are_the_same_however_they_are_cut)
{
    auto const text =
        ": comment\n\n" + text_event("Hel") + text_event("lo") + finish_event() + done_event;
    for (bool const blocks : {false, true}) {
        for_each_split(text, [&](pieces const& cut_text) {
            body = std::make_shared<scripted_body>(cut_text);
            body->blocks = blocks;
            auto events = stream_of(context, body);
            BOOST_TEST(rest(events) == "Hello");
            BOOST_TEST(events.snapshot().text() == "Hello");
            context.restart();
            context.poll();
            BOOST_TEST(body->read_to_end);
            BOOST_TEST(!body->open);
        });
    }
}

BOOST_AUTO_TEST_CASE(a_stream_is_over_at_done_whatever_follows)
{
    auto events = over(text_event("a") + done_event + text_event("b") + "garbage");
    BOOST_TEST(rest(events) == "a");
    BOOST_TEST(next(events) == nullptr);
    BOOST_TEST(next(events) == nullptr);
    BOOST_TEST(events.snapshot().text() == "a");
    BOOST_TEST(body->read_to_end);
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(a_failure_behind_done_is_nobodys_business)
{
    auto events = over(text_event("a") + done_event);
    body->failure = std::make_exception_ptr(error(errc::truncated_response, "behind"));
    BOOST_TEST(rest(events) == "a");
    BOOST_TEST(next(events) == nullptr);
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(a_stream_may_end_without_done_when_each_choice_has_finished)
{
    auto events = over(text_event("a", 0) + text_event("b", 1) + finish_event(1) + finish_event(0));
    BOOST_TEST(rest(events) == "a");
    BOOST_TEST(next(events) == nullptr);
    BOOST_TEST(events.snapshot().choices.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_in_the_middle_stays_broken)
{
    for (auto const& text :
         {std::string(),
          std::string(": comment\n\n"),
          text_event("a"),
          text_event("a") + "data: [DONE]", // without its line ends
          text_event("a") + "data: [DONE]\n",
          text_event("a") + "data: {}\n\n",
          text_event("a", 0) + text_event("b", 1) + finish_event(0),
          text_event("a").substr(0, 40)}) {
        BOOST_TEST_CONTEXT(text)
        {
            auto events = over(text);
            std::string what;
            boost::system::error_code code;
            while (!code)
                code = failure_of_next(events, &what);
            for (int i = 0; i != 3; ++i) {
                BOOST_TEST((code == errc::truncated_stream), what);
                BOOST_TEST(contains(what, "r1"));
                code = failure_of_next(events, &what);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_came_before_a_break_is_kept)
{
    auto events = over(text_event("Hel") + text_event("lo"));
    BOOST_CHECK_THROW(rest(events), error);
    BOOST_TEST(events.snapshot().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_connection_is_final)
{
    boost::system::error_code const reset = asio::error::connection_reset;
    auto events = over(text_event("a") + finish_event());
    body->failure = std::make_exception_ptr(error(reset, "receiving"));
    BOOST_TEST(next(events)->text() == "a");
    next(events);
    for (int i = 0; i != 3; ++i) {
        BOOST_CHECK_EXCEPTION(next(events), error, [&](error const& e) {
            BOOST_TEST(e.request_id() == "r1");
            return e.code() == reset;
        });
    }
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(an_event_that_is_no_json_loses_only_itself)
{
    auto events = over(
        text_event("a") + "data: {\"id\":\x1B\n\n" + text_event("b") + finish_event() + done_event
    );
    BOOST_TEST(next(events)->text() == "a");
    std::string what;
    BOOST_TEST((failure_of_next(events, &what) == errc::invalid_json));
    BOOST_TEST(contains(what, "r1"));
    BOOST_TEST(contains(what, R"({\"id\":\x1b)"), what);
    BOOST_TEST(rest(events) == "b");
    BOOST_TEST(events.snapshot().text() == "ab");
}

BOOST_AUTO_TEST_CASE(an_error_object_is_an_api_error_and_final)
{
    auto events = over(
        text_event("a") +
        R"(data: {"error":{"type":"rate_limit_error","code":"x","message":"slow down"}})" + "\n\n" +
        text_event("b") + done_event
    );
    BOOST_TEST(next(events)->text() == "a");
    for (int i = 0; i != 3; ++i) {
        BOOST_CHECK_EXCEPTION(next(events), api_error, [](api_error const& e) {
            BOOST_TEST(e.status() == 200);
            BOOST_TEST(e.message() == "slow down");
            BOOST_TEST(e.request_id() == "r1");
            BOOST_TEST(contains(e.body(), "rate_limit_error"));
            return e.code() == errc::rate_limited;
        });
    }
    BOOST_TEST(!body->open);
    BOOST_TEST(!body->read_to_end); // closed: it is not known what the server does
    BOOST_TEST(events.snapshot().text() == "a");
}

BOOST_AUTO_TEST_CASE(an_error_may_stand_beside_the_members_of_a_chunk)
{
    auto events = over(R"(data: {"id":"c1","choices":[],"error":{"message":"broken"}})"
                       "\n\n");
    BOOST_CHECK_THROW(next(events), api_error);
}

BOOST_AUTO_TEST_CASE(an_event_of_another_kind_loses_only_itself)
{
    for (std::string const other : {"null", "[]", "\"ping\"", "7"}) {
        auto events =
            over(text_event("a") + "data: " + other + "\n\n" + text_event("b") + done_event);
        BOOST_TEST(next(events)->text() == "a");
        std::string what;
        BOOST_TEST((failure_of_next(events, &what) == errc::unexpected_content), what);
        BOOST_TEST(rest(events) == "b");
        BOOST_TEST(events.snapshot().text() == "ab");
    }
}

BOOST_AUTO_TEST_CASE(an_error_may_be_a_text)
{
    auto events = over("data: {\"error\":\"broken\"}\n\n");
    BOOST_CHECK_EXCEPTION(next(events), api_error, [](api_error const& e) {
        return e.message() == "broken" && e.code() == errc::server_error;
    });
}

BOOST_AUTO_TEST_CASE(an_error_that_is_null_is_none)
{
    auto events = over(
        R"(data: {"id":"c1","choices":[{"index":0,"delta":{"content":"a"}}],"error":null})"
        "\n\n" +
        done_event
    );
    BOOST_TEST(rest(events) == "a");
}

BOOST_AUTO_TEST_CASE(an_index_beyond_reason_is_final)
{
    auto events = over(text_event("a") + text_event("b", 128) + done_event);
    BOOST_TEST(next(events)->text() == "a");
    for (int i = 0; i != 2; ++i)
        BOOST_TEST((failure_of_next(events) == errc::invalid_response));
}

BOOST_AUTO_TEST_CASE(a_limit_of_the_stream_is_final)
{
    response_limits limits;
    limits.max_event = 300;
    body = std::make_shared<scripted_body>(
        text_event("a") + text_event(std::string(400, 'x')) + done_event
    );
    auto events = stream_of(context, body, true, limits);
    BOOST_TEST(next(events)->text() == "a");
    for (int i = 0; i != 2; ++i)
        BOOST_TEST((failure_of_next(events) == errc::event_too_large));
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(text_comes_without_the_events_around_it)
{
    auto events = over(
        text_event("") + text_event("Hel") + text_event("no", 1) + text_event("lo") +
        finish_event(0) + finish_event(1) + done_event
    );
    BOOST_TEST(run(context, all_text(events)) == "Hello");
}

BOOST_AUTO_TEST_CASE(collecting_gives_the_whole_answer)
{
    auto events = over(text_event("Hel") + text_event("lo") + finish_event() + done_event);
    next(events);
    auto const whole = run(context, events.collect());
    BOOST_TEST(whole.text() == "Hello");
    BOOST_TEST(whole.id == "c1");
}

BOOST_AUTO_TEST_CASE(collecting_a_broken_stream_throws)
{
    auto events = over(text_event("Hel"));
    BOOST_CHECK_THROW(run(context, events.collect()), error);
}

BOOST_AUTO_TEST_CASE(without_assembly_nothing_is_kept_and_truncation_is_still_seen)
{
    auto whole = over(text_event("a") + finish_event(), false);
    BOOST_TEST(rest(whole) == "a");
    BOOST_TEST(whole.snapshot().choices.empty());
    auto broken = over(text_event("a"), false);
    BOOST_TEST(next(broken)->text() == "a");
    BOOST_TEST((failure_of_next(broken) == errc::truncated_stream));
}

BOOST_AUTO_TEST_CASE(an_event_is_reset_before_the_next_one)
{
    auto events = over(
        R"(data: {"id":"c1","usage":{"total_tokens":7},"choices":[],"vendor":1})"
        "\n\n" +
        text_event("a") + done_event
    );
    auto const* const first = next(events);
    BOOST_TEST(first->usage->total_tokens == 7);
    BOOST_TEST(!first->extra.empty());
    auto const* const second = next(events);
    BOOST_TEST(second == first);
    BOOST_TEST(!second->usage);
    BOOST_TEST(second->extra.empty());
    BOOST_TEST(second->text() == "a");
    BOOST_TEST(next(events) == nullptr);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_at_hand_is_a_stream_of_one_event)
{
    chat::chunk only;
    only.id = "c1";
    only.choices.emplace_back().delta.content = "whole";
    chat::completion whole;
    whole.choices.emplace_back().message.content = "whole";
    using state = detail::stream_state<chat::chunk>;
    std::vector<chat::chunk> all{std::move(only)};
    chat_stream events(
        std::make_unique<state>(response_info(200, {}), std::move(all), std::move(whole))
    );
    BOOST_TEST(next(events)->text() == "whole");
    BOOST_TEST(next(events) == nullptr);
    BOOST_TEST(next(events) == nullptr);
    BOOST_TEST(events.snapshot().text() == "whole");
}

BOOST_AUTO_TEST_CASE(a_flood_of_events_leaves_room_for_others)
{
    std::string text;
    for (int i = 0; i != 1000; ++i)
        text += text_event("x");
    auto events = over(text + finish_event() + done_event);
    int got = 0;
    int turns = 0;
    std::function<void()> const other = [&] {
        ++turns;
        if (got < 1000)
            asio::post(context, other);
    };
    asio::post(context, other);
    run(context, drain(events, got));
    BOOST_TEST(got == 1001);
    BOOST_TEST(turns >= 1000 / 256);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped_closes_its_connection)
{
    {
        auto events = over(text_event("a") + text_event("b"));
        next(events);
        BOOST_TEST(body->open);
    }
    BOOST_TEST(!body->open);
    BOOST_TEST(!body->read_to_end);
}

BOOST_AUTO_TEST_CASE(a_stream_moves_with_all_it_has)
{
    auto from = over(text_event("a") + text_event("b") + finish_event());
    next(from);
    auto to = std::move(from);
    BOOST_TEST(rest(to) == "b");
    BOOST_TEST(to.snapshot().text() == "ab");
    BOOST_TEST(to.request_id() == "r1");
    BOOST_TEST(to.http_status() == 200);
    chat_stream empty;
    empty = std::move(to);
    BOOST_TEST(next(empty) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
