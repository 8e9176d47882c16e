#include "support/security.hpp"
#include "unit/api/chat_stream.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/observer.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

/// Takes down all that it is told.
class diary final : public observer
{
public:
    void on_attempt(attempt_event const& event) noexcept override
    {
        note(event.call, "attempt " + std::to_string(event.number));
    }

    void on_connection(connection_event const& event) noexcept override
    {
        auto text = "connection " + std::to_string(event.attempt);
        if (event.reused)
            text += " reused";
        if (event.code)
            text += " failed";
        note(event.call, text);
    }

    void on_first_byte(first_byte_event const& event) noexcept override
    {
        note(
            event.call,
            "first byte " + std::to_string(event.attempt) + " " + std::to_string(event.status) +
                " " + std::string(event.request_id)
        );
    }

    void on_retry(retry_event const& event) noexcept override
    {
        auto const pause = std::to_string(event.failed.backoff.count());
        note(event.call, event.failed.replayed ? "replay" : "retry after " + pause + " ms");
    }

    void on_first_event(first_event_event const& event) noexcept override
    {
        note(event.call, "first event");
    }

    void on_end(end_event const& event) noexcept override
    {
        last = event;
        request_id = event.request_id;
        not_retried = event.not_retried;
        still_open = of_last && of_last->open;
        static constexpr char const* ends[] = {"completed", "failed", "cancelled", "abandoned"};
        note(event.call, ends[static_cast<std::size_t>(event.how)]);
    }

    strings told;
    std::set<std::uint64_t> numbers;
    std::string words; ///< all text that came
    end_event last;
    std::string request_id;
    std::string not_retried;
    std::shared_ptr<wire> of_last; ///< is looked at when a call ends
    bool still_open = false;

private:
    void note(call_identity const& call, std::string const& text)
    {
        told.push_back(text);
        numbers.insert(call.number);
        words += std::string(call.server) + ' ' + std::string(call.method) + ' ' +
                 std::string(call.path) + ' ' + text + '\n';
    }
};

struct observer_fixture : client_fixture
{
    observer_fixture() { options.observer = seen; }

    void check(strings const& expected)
    {
        BOOST_TEST(seen->told == expected, boost::test_tools::per_element());
        BOOST_TEST(seen->numbers.size() == 1u);
        // Nothing of key and body, whatever happens.
        BOOST_TEST(!contains(seen->words, "sk-canary"));
        BOOST_TEST(!contains(seen->words, "question"));
        BOOST_TEST(!contains(seen->words, "Hello"));
    }

    std::shared_ptr<diary> seen = std::make_shared<diary>();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_observer, observer_fixture)

BOOST_AUTO_TEST_CASE(an_answer)
{
    dialer->connect(server({completion_response}), 20ms);
    auto call = create();
    pass(20ms);
    call.get();
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "completed"});
    BOOST_TEST(seen->last.status == 200);
    BOOST_TEST(seen->last.attempts == 1u);
    BOOST_TEST(seen->last.events == 0u);
    BOOST_TEST(!seen->last.code);
    BOOST_TEST(seen->request_id == "r1");
    BOOST_TEST((seen->last.since_begin == 20ms));
    BOOST_TEST(contains(seen->words, "http://api.test POST /chat/completions attempt"));
}

BOOST_AUTO_TEST_CASE(path_and_method_say_nothing_of_query_and_base, *security)
{
    connect({completion_response});
    request_options of_call;
    checks_requests = false; // no operation has that parameter
    of_call.extra_query = {{"secret", "sk-canary"}};
    create(of_call).get();
    BOOST_TEST(contains(seen->words, "POST /chat/completions completed\n"));
    BOOST_TEST(!contains(seen->words, "/v1"));
    BOOST_TEST(!contains(seen->words, "secret"));
}

BOOST_AUTO_TEST_CASE(each_call_has_a_number_of_its_own)
{
    connect({completion_response, completion_response});
    create().get();
    create().get();
    BOOST_TEST(seen->numbers.size() == 2u);
    BOOST_TEST(seen->told.at(5) == "connection 1 reused");
}

BOOST_AUTO_TEST_CASE(an_answer_after_a_retry)
{
    connect({response(500, "{}", "x-request-id: r0\r\n"), completion_response});
    auto call = create();
    pass_to_next();
    call.get();
    check(
        {"attempt 1",
         "connection 1",
         "first byte 1 500 r0",
         "retry after 500 ms",
         "attempt 2",
         "connection 2 reused",
         "first byte 2 200 r1",
         "completed"}
    );
    BOOST_TEST(seen->last.attempts == 2u);
    BOOST_TEST((seen->last.since_begin == 500ms));
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_replaced)
{
    auto const far = connect({completion_response});
    create().get();
    seen->told.clear();
    seen->numbers.clear();
    far->when_sent = [to = far.get()](std::string_view) { to->close(); };
    connect({completion_response});
    create().get();
    check(
        {"attempt 1",
         "connection 1 reused",
         "replay",
         "attempt 2",
         "connection 2",
         "first byte 2 200 r1",
         "completed"}
    );
}

BOOST_AUTO_TEST_CASE(an_answer_that_says_no)
{
    connect({response(400, R"({"error":{"message":"Hello"}})")});
    BOOST_TEST((create().code() == errc::invalid_request));
    check({"attempt 1", "connection 1", "first byte 1 400 r1", "failed"});
    BOOST_TEST((seen->last.code == errc::invalid_request));
    BOOST_TEST(seen->last.status == 400);
    BOOST_TEST(seen->request_id == "r1");
}

BOOST_AUTO_TEST_CASE(why_there_is_no_further_attempt)
{
    options.retries.max_retries = 0;
    connect(
        {response(500, "{}"), response(400, "{}"), response(500, "{}", "x-should-retry: false\r\n")}
    );
    BOOST_TEST((create().code() == errc::server_error));
    BOOST_TEST(seen->not_retried == "not tried again, as retry_options::max_retries is 0");
    BOOST_TEST((create().code() == errc::invalid_request));
    BOOST_TEST(seen->not_retried == ""); // it would be of no use
    BOOST_TEST((create().code() == errc::server_error));
    BOOST_TEST(contains(seen->not_retried, "x-should-retry"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_read)
{
    connect({response(200, "{")});
    BOOST_TEST((create().code() == errc::invalid_json));
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "failed"});
    BOOST_TEST((seen->last.code == errc::invalid_json));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_an_error_behind_a_status_of_success)
{
    connect({response(200, R"({"error":{"type":"overloaded_error"}})")});
    BOOST_TEST((create().code() == errc::overloaded));
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "failed"});
    BOOST_TEST((seen->last.code == errc::overloaded));
}

BOOST_AUTO_TEST_CASE(no_server)
{
    options.retries.max_retries = 1;
    auto call = create();
    pass_to_next();
    BOOST_TEST(call.done());
    check(
        {"attempt 1",
         "connection 1 failed",
         "retry after 500 ms",
         "attempt 2",
         "connection 2 failed",
         "failed"}
    );
    BOOST_TEST((seen->last.code == asio::error::connection_refused));
    BOOST_TEST(seen->last.status == 0);
}

BOOST_AUTO_TEST_CASE(no_connection_to_be_had)
{
    options.retries.max_retries = 0;
    options.pool.max_connections = 1;
    options.pool.max_waiters = 0;
    connect({});
    auto first = create();
    seen->told.clear();
    seen->numbers.clear();
    BOOST_TEST((create().code() == errc::pool_exhausted));
    check({"attempt 1", "connection 1 failed", "failed"});
}

BOOST_AUTO_TEST_CASE(a_stream_to_its_end)
{
    connect({stream_response(text_event("Hello") + finish_event() + done_event)});
    auto opening = open_stream();
    auto& events = opening.get();
    BOOST_TEST(seen->told.size() == 3u);
    pass(10ms);
    next(events).get();
    next(events).get();
    BOOST_TEST(seen->told.size() == 4u);
    BOOST_TEST(next(events).get() == nullptr);
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "first event", "completed"});
    BOOST_TEST(seen->last.events == 2u);
    BOOST_TEST((seen->last.since_begin == 10ms));
}

BOOST_AUTO_TEST_CASE(an_answer_that_came_whole_in_place_of_a_stream)
{
    connect({completion_response});
    auto opening = open_stream();
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "completed"});
    BOOST_TEST(next(opening.get()).get()->text() == "Hello");
}

BOOST_AUTO_TEST_CASE(a_page_in_place_of_a_stream)
{
    connect({"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nHello"});
    BOOST_TEST((open_stream().code() == errc::unexpected_content));
    check({"attempt 1", "connection 1", "first byte 1 200 ", "failed"});
    BOOST_TEST((seen->last.code == errc::unexpected_content));
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped)
{
    auto const far = connect({stream_head + text_event("Hello")});
    seen->of_last = far;
    {
        auto opening = open_stream();
        next(opening.get()).get();
    }
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "first event", "abandoned"});
    BOOST_TEST(seen->last.events == 1u);
    BOOST_TEST(!seen->still_open); // when the end was told
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks)
{
    auto const far = connect({stream_head + text_event("Hello")});
    auto opening = open_stream();
    auto& events = opening.get();
    next(events).get();
    far->close();
    BOOST_TEST((next(events).code() == errc::truncated_stream));
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "first event", "failed"});
    BOOST_TEST((seen->last.code == errc::truncated_stream));
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled)
{
    auto const far = connect({});
    seen->of_last = far;
    auto call = create();
    call.cancel();
    check({"attempt 1", "connection 1", "cancelled"});
    BOOST_TEST(!seen->still_open);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled_while_it_dials)
{
    dialer->hang();
    auto call = create();
    call.cancel();
    check({"attempt 1", "cancelled"});
}

BOOST_AUTO_TEST_CASE(a_wait_for_an_event_that_is_cancelled_ends_nothing)
{
    connect({stream_head});
    auto opening = open_stream();
    auto& events = opening.get();
    next(events).cancel();
    check({"attempt 1", "connection 1", "first byte 1 200 r1"});
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped_by_whom_a_cancelled_wait_unwinds)
{
    connect({stream_head});
    {
        auto opening = open_stream();
        next(opening.get()).cancel();
    }
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "cancelled"});
    BOOST_TEST((seen->last.code == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_CASE(a_stream_that_goes_on_after_a_cancelled_wait_and_is_dropped)
{
    auto const far = connect({stream_head});
    {
        auto opening = open_stream();
        next(opening.get()).cancel();
        far->give(text_event("Hello"));
        next(opening.get()).get();
    }
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "first event", "abandoned"});
    BOOST_TEST(!seen->last.code);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped_because_of_an_event_that_cannot_be_read)
{
    connect({stream_head + "data: {\n\n"});
    {
        auto opening = open_stream();
        BOOST_TEST((next(opening.get()).code() == errc::invalid_json));
    }
    check({"attempt 1", "connection 1", "first byte 1 200 r1", "failed"});
    BOOST_TEST((seen->last.code == errc::invalid_json));
}

BOOST_AUTO_TEST_CASE(a_client_that_is_shut_down)
{
    connect({});
    auto call = create();
    started<std::size_t> ending(context, api().shutdown(0s));
    settle();
    BOOST_TEST(call.done());
    check({"attempt 1", "connection 1", "cancelled"});
    BOOST_TEST((seen->last.code == errc::client_shut_down));
    create();
    BOOST_TEST(seen->told.size() == 3u); // of what never began nothing is told
}

BOOST_AUTO_TEST_CASE(connections_that_are_opened_in_advance)
{
    connect({});
    started<std::size_t> warming(context, api().prewarm(1));
    warming.get();
    check({"attempt 1", "connection 1", "completed"});
}

BOOST_AUTO_TEST_CASE(connections_that_cannot_be_opened_in_advance)
{
    started<std::size_t> warming(context, api().prewarm(1));
    BOOST_TEST((warming.code() == asio::error::connection_refused));
    check({"attempt 1", "connection 1 failed", "failed"});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
