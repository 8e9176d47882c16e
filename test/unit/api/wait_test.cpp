// A response in the background is waited for by asking for it.

#include "unit/api/background_fixture.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::string const running = response(200, response_json("in_progress"));
std::string const over = response(200, response_json("completed", saved_text));

/// Once a key, then none.
asio::awaitable<std::string> give_key(int times)
{
    if (times > 1)
        throw std::runtime_error("the vault is closed");
    co_return "sk-canary-of-tests";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_wait, background_fixture)

BOOST_AUTO_TEST_CASE(pauses_double_until_the_response_is_over)
{
    auto const far = connect(
        {running,
         running,
         running,
         running,
         running,
         running,
         response(200, response_json("queued")),
         over}
    );
    auto waits = start(of_api().wait("resp_1"));
    for (auto const length : {500ms, 1'000ms, 2'000ms, 4'000ms, 5'000ms, 5'000ms, 5'000ms})
        BOOST_TEST((pass_to_next() == length));
    BOOST_TEST_REQUIRE(waits.done());
    BOOST_TEST(waits.get().text() == "Hello");
    BOOST_TEST(waits.get().request_id() == "r1");
    BOOST_TEST(waits.get().attempts().size() == 1u);
    BOOST_TEST(count(far->sent, "GET /v1/responses/resp_1 HTTP/1.1\r\n") == 8u);
    BOOST_TEST(api().statistics().calls == 1u);
    BOOST_TEST(dialer->dials == 1u);
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(pauses_are_jittered)
{
    random = 0.5;
    connect({running, over});
    auto waits = start(of_api().wait("resp_1"));
    BOOST_TEST((pass_to_next() == 438ms));
    BOOST_TEST(waits.get().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(the_caller_may_set_the_pauses)
{
    connect({running, running, running, over});
    responses::wait_options how;
    how.first_pause = 10ms;
    how.max_pause = 25ms;
    auto waits = start(of_api().wait("resp_1", how));
    for (auto const length : {10ms, 20ms, 25ms})
        BOOST_TEST((pass_to_next() == length));
    BOOST_TEST(waits.get().text() == "Hello");

    for (auto const nonsense : {-1ms, 0ms}) {
        how.max_pause = nonsense;
        BOOST_CHECK_THROW(static_cast<void>(of_api().wait("resp_1", how)), error);
    }
    how = {};
    how.first_pause = -1ms;
    BOOST_CHECK_THROW(static_cast<void>(of_api().wait("resp_1", how)), error);
}

BOOST_AUTO_TEST_CASE(no_pauses_ask_a_server_without_end)
{
    responses::wait_options how;
    how.first_pause = 0ms;
    connect({running, running, running, running, over});
    auto soon = start(of_api().wait("resp_1", how));
    for (auto const length : {100ms, 200ms, 400ms})
        BOOST_TEST((pass_to_next() == length));
    BOOST_TEST(soon.get().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(polls_do_not_fill_the_budget_of_others)
{
    spend_retries();
    std::deque<std::string> answers(40, running);
    answers.push_back(over);
    connect(std::move(answers));
    auto waits = start(of_api().wait("resp_1"));
    finish(waits);
    BOOST_TEST(waits.get().text() == "Hello");
    auto const retries = api().statistics().retries;
    pass(60s); // its connection is too old by then
    auto fails = create();
    finish(fails);
    BOOST_TEST(contains(fails.what(), "budget"), fails.what());
    BOOST_TEST(api().statistics().retries == retries);
}

BOOST_AUTO_TEST_CASE(the_longest_pause_is_none_that_has_passed)
{
    responses::wait_options how;
    how.first_pause = std::chrono::milliseconds::max();
    connect({response(200, response_json("in_progress"), "retry-after-ms: 300\r\n"), running, over}
    );
    auto late = start(of_api().wait("resp_1", how));
    BOOST_TEST((pass_to_next() == 300ms));
    BOOST_TEST(!late.done());
    BOOST_TEST((pass_to_next() > std::chrono::hours(24 * 365)));
    BOOST_TEST(late.done());
}

BOOST_AUTO_TEST_CASE(the_server_may_ask_for_a_pause)
{
    connect(
        {response(200, response_json("in_progress"), "retry-after: 7\r\n"),
         response(200, response_json("in_progress"), "retry-after-ms: 300\r\n"),
         response(200, response_json("in_progress"), "retry-after-ms: 30\r\n"),
         response(200, response_json("in_progress"), "retry-after: 0\r\n"),
         response(
             200, response_json("in_progress"), "retry-after: Thu, 01 Jan 1998 00:00:00 GMT\r\n"
         ),
         response(200, response_json("in_progress"), "retry-after: 3153600000\r\n")}
    );
    connect({over}); // the first is not kept for as long
    auto waits = start(of_api().wait("resp_1"));
    BOOST_TEST((pass_to_next() == 7s));
    BOOST_TEST((pass_to_next() == 300ms));
    for (int i = 0; i != 3; ++i) // what makes no sense is bounded
        BOOST_TEST((pass_to_next() == 100ms));
    BOOST_TEST((pass_to_next() == 60s));
    BOOST_TEST(waits.get().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(every_end_is_a_value)
{
    for (auto const* const status : {"completed", "failed", "incomplete", "cancelled", "newer"}) {
        background_fixture one;
        one.connect({response(200, response_json(status))});
        auto waits = one.start(one.of_api().wait("resp_1"));
        BOOST_TEST((waits.get().status == std::string_view(status)));
    }
}

BOOST_AUTO_TEST_CASE(a_failure_in_between_is_tried_again)
{
    connect({running, response(503, "{}"), running, over});
    auto waits = start(of_api().wait("resp_1"));
    while (time->next())
        pass_to_next();
    BOOST_TEST(waits.get().text() == "Hello");
    BOOST_TEST(api().statistics().retries == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_breaks_off_is_asked_for_again)
{
    for (std::size_t size = 1; size != over.size(); ++size) {
        background_fixture one;
        one.serve([n = 0, size](std::string const&) mutable {
            return ++n == 1 ? wire_answer{response(200, response_json("queued"))}
                            : wire_answer{over.substr(0, size), true};
        });
        one.serve([size](std::string const&) {
            return wire_answer{over.substr(0, size), false, asio::error::connection_reset};
        });
        one.connect({over});
        auto waits = one.start(one.of_api().create_and_wait(one.asked));
        while (one.time->next())
            one.pass_to_next();
        BOOST_TEST_REQUIRE(!waits.code(), waits.what());
        BOOST_TEST(waits.get().text() == "Hello");
        BOOST_TEST(waits.get().attempts().size() == 3u);
        BOOST_TEST(one.api().statistics().retries == 2u);
        one.check_books(0, 0, 0, 0);
        one.check_nothing_runs();
    }
    // Not for ever.
    for (int i = 0; i != 3; ++i)
        serve([](std::string const&) {
            return wire_answer{over.substr(0, over.size() - 1), true};
        });
    auto waits = start(of_api().wait("resp_1"));
    while (time->next())
        pass_to_next();
    BOOST_TEST((waits.code() == errc::truncated_response), waits.what());
    BOOST_TEST(contains(waits.what(), "no retries left after 2"), waits.what());
    BOOST_TEST(dialer->dials == 3u);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(the_total_deadline_bounds_the_wait)
{
    request_options of_call;
    of_call.deadlines.total = 1'200ms;
    connect({running, running, running});
    responses::wait_options const how;
    auto waits = start(of_api().wait("resp_1", how, of_call));
    BOOST_TEST((pass_to_next() == 500ms));
    BOOST_TEST((pass_to_next() == 700ms));
    BOOST_TEST((waits.code() == errc::total_timeout));
    BOOST_TEST(contains(waits.what(), "waiting for the response to end"), waits.what());
    settle();
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_cancelled_cancels_its_response)
{
    for (bool const in_pause : {true, false}) {
        background_fixture one;
        auto const far = in_pause ? one.connect({running, one.cancelled_answer}) : one.connect({});
        auto waits = one.start(one.of_api().wait("resp_1"));
        if (!in_pause)
            one.connect({one.cancelled_answer});
        BOOST_TEST(!waits.done());
        waits.cancel();
        BOOST_TEST((waits.code() == asio::error::operation_aborted));
        one.settle();
        one.check_books(1, 1, 0, 0);
        one.check_nothing_runs();
        BOOST_TEST(!one.time->next());
    }
}

BOOST_AUTO_TEST_CASE(a_wait_may_leave_its_response_running)
{
    connect({running});
    request_options of_call;
    of_call.on_abandon = on_abandon::keep_running;
    responses::wait_options const how;
    auto waits = start(of_api().wait("resp_1", how, of_call));
    waits.cancel();
    settle();
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(the_client_may_say_what_becomes_of_responses_that_are_left)
{
    for (auto const when : {on_abandon::cancel, on_abandon::keep_running}) {
        bool const cancels = when == on_abandon::cancel;
        for (int way = 0; way != 4; ++way) {
            BOOST_TEST_CONTEXT("way " << way << ", cancels " << cancels)
            {
                background_fixture one;
                one.options.on_abandon = when;
                auto const far = one.connect({});
                std::optional<started<response_reply>> call;
                auto const asks = one.of_api();
                if (way == 0)
                    call.emplace(one.context, asks.wait("resp_1"));
                else if (way == 1)
                    call.emplace(one.context, asks.create(one.asked));
                else
                    call.emplace(one.context, asks.create_and_wait(one.asked));
                if (way == 3) { // between two looks
                    far->give(response(200, response_json("queued")));
                    one.settle();
                    far->give(running);
                    one.settle();
                }
                auto const other = one.connect({one.cancelled_answer});
                far->when_sent = [to = far.get(), &one](std::string_view) {
                    to->give(one.cancelled_answer);
                };
                call->cancel();
                BOOST_TEST((call->code() == asio::error::operation_aborted));
                if (way == 1 || way == 2)
                    far->give(response(200, response_json("queued")));
                one.settle();
                one.pass(5s);
                auto const sent = far->sent + other->sent;
                BOOST_TEST(count(sent, "/cancel HTTP/1.1") == (cancels ? 1u : 0u));
                one.check_books(cancels ? 1 : 0, cancels ? 1 : 0, 0, 0);
                one.check_nothing_runs();
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_kept_running_is_never_lost)
{
    options.on_abandon = on_abandon::keep_running;
    connect({});
    auto waits = start(of_api().create_and_wait(asked));
    waits.cancel();
    pass(5s);
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_wait_that_fails_leaves_its_response_running)
{
    connect({running, response(404, R"({"error":{"message":"gone"}})")});
    auto waits = start(of_api().wait("resp_1"));
    pass_to_next();
    BOOST_TEST((waits.code() == errc::not_found));
    settle();
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_shut_down_cancels_its_response)
{
    connect({running, cancelled_answer});
    responses::wait_options how;
    how.first_pause = 3s;
    auto waits = start(of_api().wait("resp_1", how));
    started<std::size_t> ending(context, api().shutdown(1s));
    pass(1s);
    BOOST_TEST((waits.code() == errc::client_shut_down));
    settle();
    BOOST_TEST(ending.get() == 1u);
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_shut_down_within_a_pause_says_so)
{
    struct end_observer final : observer
    {
        void on_end(end_event const& event) noexcept override
        {
            if (event.call.path == "/responses/{response_id}")
                code = event.code;
        }

        boost::system::error_code code;
    };

    for (bool const after_a_break : {false, true}) {
        background_fixture one;
        auto const seen = std::make_shared<end_observer>();
        one.options.observer = seen;
        one.serve([after_a_break](std::string const& wanted) {
            if (is_cancel(wanted))
                return wire_answer{response(200, response_json("cancelled"))};
            return after_a_break ? wire_answer{over.substr(0, over.size() - 1), true}
                                 : wire_answer{running};
        });
        one.connect({one.cancelled_answer});
        auto waits = one.start(one.of_api().wait("resp_1"));
        BOOST_TEST(!waits.done());
        started<std::size_t> ending(one.context, one.api().shutdown(0ms));
        one.settle();
        BOOST_TEST_REQUIRE(waits.done());
        BOOST_TEST((seen->code == errc::client_shut_down));
        BOOST_CHECK_EXCEPTION(waits.get(), error, [&](error const& stopped) {
            BOOST_TEST(stopped.attempts().size() == (after_a_break ? 1u : 0u));
            return stopped.code() == errc::client_shut_down;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_refused_touches_no_response)
{
    connect({over});
    BOOST_TEST(start(of_api().wait("resp_1")).get().text() == "Hello");
    started<std::size_t> ending(context, api().shutdown(1s));
    BOOST_TEST_REQUIRE(ending.done());
    auto waits = start(of_api().wait("resp_1"));
    BOOST_TEST((waits.code() == errc::client_shut_down));
    settle();
    check_books(0, 0, 0, 0);

    // While the client still waits for others.
    background_fixture other;
    other.connect({});
    auto runs = other.create();
    started<std::size_t> ends(other.context, other.api().shutdown(1s));
    auto refused = other.start(other.of_api().wait("resp_1"));
    BOOST_TEST((refused.code() == errc::client_shut_down));
    request_options of_call;
    of_call.on_abandon = on_abandon::cancel;
    auto resumes = other.start(other.of_api().resume("resp_1", std::nullopt, of_call));
    BOOST_TEST((resumes.code() == errc::client_shut_down));
    other.settle();
    BOOST_TEST(other.dialer->dials == 1u);
    other.check_books(0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_wait_that_fails_in_any_way_leaves_its_response_running)
{
    options.api_key.clear();
    options.credentials = [n = 0](credentials_request const&) mutable { return give_key(++n); };
    connect({running});
    auto waits = start(of_api().wait("resp_1"));
    pass_to_next();
    BOOST_CHECK_THROW(static_cast<void>(waits.get()), std::runtime_error);
    settle();
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_shutdown_that_has_time_lets_a_response_be_waited_for)
{
    auto const far = connect({});
    auto waits = start(of_api().create_and_wait(asked));
    started<std::size_t> ending(context, api().shutdown(60s));
    far->when_sent = [to = far.get(), n = 0](std::string_view) mutable {
        to->give(++n == 1 ? running : over);
    };
    far->give(response(200, response_json("queued")));
    settle();
    BOOST_TEST(!waits.done());
    BOOST_TEST((pass_to_next() == 500ms));
    BOOST_TEST(waits.get().text() == "Hello");
    BOOST_TEST_REQUIRE(ending.done());
    BOOST_TEST(ending.get() == 0u);
    BOOST_TEST(api().statistics().calls == 1u);
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_response_is_made_and_waited_for)
{
    asked.background = std::nullopt;
    auto const far = connect({response(200, response_json("queued")), running, over});
    auto waits = start(of_api().create_and_wait(asked));
    BOOST_TEST((pass_to_next() == 500ms));
    BOOST_TEST(waits.get().text() == "Hello");
    BOOST_TEST(contains(far->sent, R"("background":true})"));
    BOOST_TEST(count(far->sent, "GET /v1/responses/resp_1 HTTP/1.1") == 2u);
    check_books(0, 0, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(a_response_that_is_over_at_once_is_not_waited_for)
{
    connect({over});
    auto waits = start(of_api().create_and_wait(asked));
    BOOST_TEST(waits.get().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(one_deadline_bounds_both)
{
    request_options of_call;
    of_call.deadlines.total = 1s;
    auto const far = connect({});
    auto waits = start(of_api().create_and_wait(asked, of_call));
    pass(800ms);
    far->when_sent = [to = far.get(), this](std::string_view sent) {
        to->give(contains(sent, "/cancel") ? cancelled_answer : running);
    };
    far->give(response(200, response_json("queued")));
    settle();
    BOOST_TEST(!waits.done());
    pass(200ms);
    BOOST_TEST((waits.code() == errc::total_timeout));
    // Nobody knows its id.
    settle();
    check_books(1, 1, 0, 0);
    check_nothing_runs();
}

BOOST_AUTO_TEST_CASE(one_that_is_cancelled_at_any_time_is_cancelled_on_the_server)
{
    // While it is made, which cannot be undone yet, and while it is waited for.
    auto const far = connect({});
    auto waits = start(of_api().create_and_wait(asked));
    waits.cancel();
    BOOST_TEST((waits.code() == asio::error::operation_aborted));
    far->when_sent = [to = far.get(), this](std::string_view) { to->give(cancelled_answer); };
    far->give(response(200, response_json("queued")));
    settle();
    check_books(1, 1, 0, 0);

    background_fixture other;
    other.connect({response(200, response_json("queued")), running, other.cancelled_answer});
    auto second = other.start(other.of_api().create_and_wait(other.asked));
    second.cancel();
    other.settle();
    other.check_books(1, 1, 0, 0);
    other.check_nothing_runs();
}

// Failure as a value ----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_error_without_a_status_is_one_as_well)
{
    responses::response made;
    made.id = "resp_1";
    BOOST_CHECK_NO_THROW(made.value_or_throw());
    made.error.emplace().code = "server_error";
    BOOST_CHECK_EXCEPTION(made.value_or_throw(), api_error, [](api_error const& e) {
        return e.api_code() == "server_error" && e.type() == "response_failed";
    });
    made.status = responses::response_status::completed;
    BOOST_CHECK_NO_THROW(made.value_or_throw());
}

BOOST_AUTO_TEST_CASE(a_failure_is_a_value_until_it_is_asked_to_be_an_error)
{
    connect(
        {response(
             200,
             response_json("failed", R"(,"error":{"code":"server_error","message":"it broke"})")
         ),
         response(
             200,
             response_json("incomplete", R"(,"incomplete_details":{"reason":"content_filter"})")
         ),
         response(200, response_json("cancelled")),
         over}
    );
    auto failed = start(of_api().wait("resp_1"));
    BOOST_CHECK_EXCEPTION(failed.get().value_or_throw(), api_error, [](api_error const& e) {
        BOOST_TEST(e.api_code() == "server_error");
        BOOST_TEST(e.message() == "it broke");
        BOOST_TEST(e.request_id() == "r1");
        BOOST_TEST(e.attempts().size() == 1u);
        BOOST_TEST((e.code() == errc::server_error));
        return e.status() == 200;
    });
    auto cut = start(of_api().wait("resp_1"));
    BOOST_CHECK_EXCEPTION(cut.get().value_or_throw(), api_error, [](api_error const& e) {
        BOOST_TEST(contains(e.what(), "incomplete"), e.what());
        BOOST_TEST((e.code() == errc::response_incomplete));
        return e.api_code() == "content_filter";
    });
    auto stopped = start(of_api().wait("resp_1"));
    BOOST_CHECK_EXCEPTION(stopped.get().value_or_throw(), api_error, [](api_error const& e) {
        BOOST_TEST((e.code() == errc::response_cancelled));
        return e.code() == condition::cancelled && e.code() != condition::retryable;
    });
    auto whole = start(of_api().wait("resp_1"));
    BOOST_TEST(whole.get().value_or_throw().text() == "Hello");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
