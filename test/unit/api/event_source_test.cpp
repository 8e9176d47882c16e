#include "api/event_source.hpp"
#include "support/manual_clock.hpp"
#include "support/run.hpp"
#include "support/scripted_exchange.hpp"
#include "support/security.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::test {
namespace {

using detail::event_source;

constexpr auto no_deadline = net::clock::time_point::max();

struct source_fixture
{
    event_source over(std::shared_ptr<scripted_body> from, response_limits const& limits = {})
    {
        body = from;
        return event_source(
            std::make_unique<scripted_exchange>(std::move(from)), context.get_executor(), limits
        );
    }

    /// The data of all events until the end of the body.
    std::vector<std::string> all(event_source& from)
    {
        std::vector<std::string> events;
        for (;;) {
            sse::event event;
            switch (from.next(event)) {
            case event_source::status::event:
                events.emplace_back(event.data);
                break;
            case event_source::status::blocked:
                run(context, from.readable(no_deadline));
                break;
            case event_source::status::end:
                return events;
            }
        }
    }

    boost::system::error_code failure_of(event_source& from)
    {
        try {
            all(from);
        } catch (error const& e) {
            return e.code();
        }
        return {};
    }

    std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>();
    asio::io_context context{1};
    std::shared_ptr<scripted_body> body;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_event_source, source_fixture)

BOOST_AUTO_TEST_CASE(events_are_the_same_however_the_body_is_cut)
{
    constexpr std::string_view text =
        ": comment\r\ndata: one\r\n\r\nevent: x\ndata: two\ndata: lines\n\ndata:\n\ndata: cut off";
    std::vector<std::string> const expected{"one", "two\nlines"};
    for (bool const blocks : {false, true}) {
        for_each_split(text, [&](pieces const& cut_text) {
            auto const from = std::make_shared<scripted_body>(cut_text);
            from->blocks = blocks;
            auto source = over(from);
            BOOST_TEST(all(source) == expected);
            BOOST_TEST((from->waits != 0) == blocks);
        });
    }
}

BOOST_AUTO_TEST_CASE(a_wait_is_asked_for_only_when_all_that_came_is_used_up)
{
    auto const from = std::make_shared<scripted_body>("data: 1\n\ndata: 2\n\n");
    from->blocks = true;
    auto source = over(from);
    sse::event event;
    BOOST_TEST((source.next(event) == event_source::status::blocked));
    run(context, source.readable(no_deadline));
    BOOST_TEST((source.next(event) == event_source::status::event));
    BOOST_TEST((source.next(event) == event_source::status::event));
    BOOST_TEST(event.data == "2");
    BOOST_TEST((source.next(event) == event_source::status::blocked));
}

BOOST_AUTO_TEST_CASE(events_are_known_by_their_beginning)
{
    using detail::begins_events;
    for (std::string_view const text :
         {"data: x",
          "data:",
          ": ping",
          ":",
          "event: x",
          "id: 1",
          "retry: 5",
          "\r\n\ndata:",
          "\xEF\xBB\xBF\ndata:"}) {
        BOOST_TEST((begins_events(text) == true), text);
        for (std::size_t n = 0; n != text.size(); ++n)
            BOOST_TEST((begins_events(text.substr(0, n)) != false), text << ' ' << n);
    }
    for (std::string_view const text : {"", "\r\n", "dat", "data", "\xEF\xBB", "\xEF\xBB\xBF"})
        BOOST_TEST(!begins_events(text).has_value(), text);
    for (std::string_view const text :
         {"<html>", "{\"data\":1}", "database", "dato", "datax:", " data:", "x", "\nx", "Data:"})
        BOOST_TEST((begins_events(text) == false), text);
    BOOST_TEST((begins_events(std::string(2000, '\n')) == false));
}

BOOST_AUTO_TEST_CASE(what_was_read_before_belongs_to_the_body)
{
    auto const from = std::make_shared<scripted_body>("ta: 1\n\ndata: 2\n\n");
    event_source source(
        std::make_unique<scripted_exchange>(from), context.get_executor(), {}, "data: 0\n\nda"
    );
    auto moved = std::move(source);
    BOOST_TEST((all(moved) == std::vector<std::string>{"0", "1", "2"}));
}

BOOST_AUTO_TEST_CASE(an_event_beyond_the_limit_is_refused, *security)
{
    response_limits limits;
    limits.max_event = 50;
    auto good =
        over(std::make_shared<scripted_body>("data: " + std::string(44, 'x') + "\n\n"), limits);
    BOOST_TEST(all(good).size() == 1u);
    auto bad = over(
        std::make_shared<scripted_body>(byte_by_byte("data: " + std::string(100, 'x') + "\n\n")),
        limits
    );
    BOOST_TEST((failure_of(bad) == errc::event_too_large));
    BOOST_TEST((failure_of(bad) == errc::event_too_large));
}

BOOST_AUTO_TEST_CASE(comments_without_end_are_refused, *security)
{
    response_limits limits;
    limits.max_comments = 10;
    std::string comments;
    for (int i = 0; i != 20; ++i)
        comments += ":\n";
    auto source = over(std::make_shared<scripted_body>("data: 1\n\n" + comments), limits);
    BOOST_TEST((failure_of(source) == errc::too_many_comments));
}

BOOST_AUTO_TEST_CASE(events_without_data_are_left_out_but_not_without_end, *security)
{
    response_limits limits;
    limits.max_comments = 10;
    auto const empty = [](int count) {
        std::string text;
        while (count-- != 0)
            text += "event: ping\ndata:\n\n";
        return text;
    };
    std::vector<std::string> const expected{"1", "2"};
    auto good = over(
        std::make_shared<scripted_body>(empty(10) + "data: 1\n\n" + empty(10) + "data: 2\n\n"),
        limits
    );
    BOOST_TEST(all(good) == expected);
    auto bad = over(std::make_shared<scripted_body>("data: 1\n\n" + empty(11)), limits);
    BOOST_TEST((failure_of(bad) == errc::too_many_comments));
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_body_passes_through)
{
    auto const from = std::make_shared<scripted_body>("data: 1\n\n");
    from->failure = std::make_exception_ptr(error(errc::truncated_response, "cut"));
    auto source = over(from);
    sse::event event;
    BOOST_TEST((source.next(event) == event_source::status::event));
    BOOST_TEST((failure_of(source) == errc::truncated_response));
}

BOOST_AUTO_TEST_CASE(finishing_reads_the_rest)
{
    auto source = over(std::make_shared<scripted_body>(cut("data: 1\n\ndata: 2\n\n", {9})));
    sse::event event;
    source.next(event);
    source.finish(time);
    BOOST_TEST(body->read_to_end);
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(finishing_does_not_wait_for_the_rest)
{
    auto const from = std::make_shared<scripted_body>("data: 1\n\n");
    from->blocks = true;
    auto source = over(from);
    source.finish(time);
    BOOST_TEST(!body->read_to_end);
    context.restart();
    context.poll();
    BOOST_TEST(body->read_to_end);
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_CASE(closing_reads_nothing)
{
    auto source = over(std::make_shared<scripted_body>("data: 1\n\n"));
    source.close();
    BOOST_TEST(!body->read_to_end);
    BOOST_TEST(!body->open);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
