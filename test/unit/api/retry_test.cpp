#include "unit/api/chat_stream.hpp"
#include "unit/api/client_fixture.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::string const failure = response(500, R"({"error":{"message":"no"}})");

struct retry_fixture : client_fixture
{
    /// The server that is dialled next gives only this answer.
    std::shared_ptr<wire> connect_to_one_that_says(std::string const& text)
    {
        auto far = silent_server();
        far->when_sent = [to = far.get(), text](std::string_view) { to->give(text); };
        dialer->connect(far);
        return far;
    }

    /// The server that is dialled next breaks the connection at the end of `text`, its answer.
    std::shared_ptr<wire> connect_to_one_that_breaks(std::string const& text = {})
    {
        auto far = silent_server();
        far->when_sent = [to = far.get(), text](std::string_view) {
            to->give(text);
            to->close();
        };
        dialer->connect(far);
        return far;
    }

    /// Checks that a call that gets this answer fails at once, and gives what is said of it.
    std::string check_not_retried(std::string const& text, request_options const& of_call = {})
    {
        options.pool.max_idle = 0;
        connect({text});
        auto call = create(of_call);
        BOOST_TEST(call.done());
        BOOST_TEST(call.code().failed());
        BOOST_TEST(api().statistics().retries == 0u);
        return call.what();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_retry, retry_fixture)

BOOST_AUTO_TEST_CASE(an_answer_tells_of_the_attempts_before_it)
{
    auto const far = connect({response(500, "{}", "x-request-id: r0\r\n"), completion_response});
    auto call = create();
    BOOST_TEST(!call.done());
    BOOST_TEST((pass_to_next() == 500ms));
    auto const& answer = call.get();
    BOOST_TEST(answer.text() == "Hello");
    auto const& attempts = answer.attempts();
    BOOST_TEST_REQUIRE(attempts.size() == 2u);
    BOOST_TEST(attempts[0].status == 500);
    BOOST_TEST((attempts[0].code == errc::server_error));
    BOOST_TEST(attempts[0].request_id == "r0");
    BOOST_TEST((attempts[0].backoff == 500ms));
    BOOST_TEST(!attempts[0].reused_connection);
    BOOST_TEST(!attempts[0].replayed);
    BOOST_TEST(attempts[0].times.connect.has_value());
    BOOST_TEST(attempts[0].times.first_byte.has_value());
    BOOST_TEST(attempts[1].status == 200);
    BOOST_TEST(!attempts[1].code);
    BOOST_TEST(attempts[1].request_id == "r1");
    BOOST_TEST((attempts[1].backoff == 0ms));
    BOOST_TEST(attempts[1].reused_connection);
    BOOST_TEST(!attempts[1].times.connect.has_value());
    auto const half = far->sent.size() / 2;
    BOOST_TEST(far->sent.substr(0, half) == far->sent.substr(half));
    BOOST_TEST(dialer->dials == 1u);
}

BOOST_AUTO_TEST_CASE(a_stream_is_retried_until_it_has_begun)
{
    connect({failure, stream_response(text_event("Hello") + finish_event() + done_event)});
    auto call = open_stream();
    BOOST_TEST((pass_to_next() == 500ms));
    auto& events = call.get();
    BOOST_TEST(events.attempts().size() == 2u);
    BOOST_TEST(next(events).get()->text() == "Hello");
}

BOOST_AUTO_TEST_CASE(a_stream_that_has_begun_is_never_asked_for_again)
{
    connect_to_one_that_breaks(stream_head);
    auto call = open_stream();
    auto& events = call.get();
    BOOST_CHECK_EXCEPTION(next(events).get(), error, [](error const& e) {
        BOOST_TEST(e.attempts().size() == 1u);
        return e.code() == errc::truncated_stream;
    });
    BOOST_TEST(dialer->dials == 1u);
}

BOOST_AUTO_TEST_CASE(pauses_double_until_they_are_long_enough)
{
    options.retries.max_retries = 7;
    connect_to_one_that_says(failure);
    auto call = create();
    std::vector<milliseconds> const expected{500ms, 1s, 2s, 4s, 8s, 8s, 8s};
    for (auto const length : expected) {
        BOOST_TEST(!call.done());
        BOOST_TEST((pass_to_next() == length));
    }
    BOOST_TEST_REQUIRE(call.done());
    BOOST_CHECK_EXCEPTION(call.get(), api_error, [&](api_error const& e) {
        BOOST_TEST_REQUIRE(e.attempts().size() == 8u);
        for (std::size_t i = 0; i != 7; ++i)
            BOOST_TEST((e.attempts()[i].backoff == expected[i]));
        for (auto const& one : e.attempts())
            BOOST_TEST((one.code == errc::server_error));
        BOOST_TEST((e.attempts().back().backoff == 0ms));
        BOOST_TEST(contains(e.what(), "; no retries left after 7"), e.what());
        return e.code() == errc::server_error;
    });
}

BOOST_AUTO_TEST_CASE(a_part_of_a_pause_is_taken_off_at_random)
{
    random = 0.5;
    connect({failure, completion_response});
    auto call = create();
    BOOST_TEST((pass_to_next() == 438ms));
    BOOST_TEST((call.get().attempts()[0].backoff == 438ms));
}

BOOST_AUTO_TEST_CASE(the_server_says_how_long_to_wait)
{
    struct row
    {
        char const* header;
        milliseconds pause;
    };

    options.pool.max_idle = 0;
    for (auto const& one :
         {row{"retry-after: 7\r\n", 7s},
          row{"retry-after-ms: 1500\r\nretry-after: 7\r\n", 1500ms}}) {
        connect({response(429, "{}", one.header)});
        connect({completion_response});
        auto call = create();
        BOOST_TEST((pass_to_next() == one.pause));
        BOOST_TEST((call.get().attempts()[0].backoff == one.pause));
    }
}

BOOST_AUTO_TEST_CASE(the_server_may_ask_for_no_pause)
{
    connect({response(503, "{}", "retry-after: 0\r\n"), completion_response});
    auto call = create();
    BOOST_TEST(call.get().attempts().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_server_that_asks_for_too_much_is_not_waited_for)
{
    connect({response(429, "{}", "retry-after: 61\r\n"), completion_response});
    auto call = create();
    BOOST_TEST_REQUIRE(call.done());
    BOOST_CHECK_EXCEPTION(call.get(), api_error, [](api_error const& e) {
        BOOST_TEST(
            contains(
                e.what(),
                "; the server asks to wait for 61 s, more than retry_options::max_retry_after, 60 s"
            ),
            e.what()
        );
        BOOST_TEST((e.retry_after() == 61s));
        BOOST_TEST(e.attempts().size() == 1u);
        return e.code() == errc::rate_limited;
    });
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_within_the_pause_is_not_waited_for)
{
    options.deadlines.total = 400ms;
    auto const what = check_not_retried(failure);
    BOOST_TEST(
        contains(what, "; not tried again, as deadlines::total passes within the pause of 500 ms"),
        what
    );
}

BOOST_AUTO_TEST_CASE(a_quota_that_is_used_up_is_never_retried)
{
    check_not_retried(response(429, R"({"error":{"code":"insufficient_quota"}})"));
    check_not_retried(response(
        429,
        R"({"error":{"code":"insufficient_quota"}})",
        "retry-after: 1\r\nx-should-retry: true\r\n"
    ));
}

BOOST_AUTO_TEST_CASE(requests_at_fault_are_not_retried)
{
    for (int const status : {301, 400, 401, 402, 403, 404, 413, 422}) {
        BOOST_TEST_CONTEXT(status)
        {
            auto const what = check_not_retried(response(status, "{}"));
            BOOST_TEST(!contains(what, "retr"), what);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_may_pass_is_retried)
{
    options.pool.max_idle = 0;
    for (int const status : {408, 409, 429, 500, 502, 503, 504, 529, 599}) {
        BOOST_TEST_CONTEXT(status)
        {
            connect({response(status, "{}")});
            connect({completion_response});
            auto call = create();
            BOOST_TEST(!call.done());
            pass_to_next();
            BOOST_TEST(call.get().attempts().size() == 2u);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_server_decides_by_x_should_retry)
{
    check_not_retried(response(500, "{}", "x-should-retry: false\r\n"));
    connect({response(400, "{}", "x-should-retry: true\r\n")});
    connect({completion_response});
    auto call = create();
    BOOST_TEST(!call.done());
    pass_to_next();
    BOOST_TEST(call.get().attempts().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_refused_is_tried_again)
{
    dialer->fail(asio::error::connection_refused);
    connect({completion_response});
    auto call = create();
    BOOST_TEST((pass_to_next() == 500ms));
    auto const& attempts = call.get().attempts();
    BOOST_TEST_REQUIRE(attempts.size() == 2u);
    BOOST_TEST(attempts[0].status == 0);
    BOOST_TEST((attempts[0].code == asio::error::connection_refused));
}

BOOST_AUTO_TEST_CASE(a_server_that_stays_away_is_an_error_with_all_attempts)
{
    auto call = create();
    BOOST_TEST((pass_to_next() == 500ms));
    BOOST_TEST((pass_to_next() == 1s));
    BOOST_TEST_REQUIRE(call.done());
    BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& e) {
        BOOST_TEST_REQUIRE(e.attempts().size() == 3u);
        for (auto const& one : e.attempts())
            BOOST_TEST((one.code == asio::error::connection_refused));
        return e.code() == asio::error::connection_refused;
    });
    BOOST_TEST(dialer->dials == 3u);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_fails_is_tried_again_but_no_certificate)
{
    dialer->fail(errc::tls_handshake);
    connect({completion_response});
    auto call = create();
    pass_to_next();
    BOOST_TEST(call.get().attempts().size() == 2u);

    for (auto const code :
         {errc::certificate_untrusted,
          errc::certificate_expired,
          errc::certificate_host_mismatch}) {
        client_fixture other;
        other.dialer->fail(code);
        auto refused = other.create();
        BOOST_TEST((refused.code() == code));
        BOOST_TEST(other.dialer->dials == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_proxy_that_refuses_is_asked_once)
{
    dialer->fail(errc::proxy_refused);
    auto call = create();
    BOOST_TEST((call.code() == errc::proxy_refused));
    BOOST_TEST(dialer->dials == 1u);
}

BOOST_AUTO_TEST_CASE(a_request_that_nobody_answered_is_sent_again)
{
    connect_to_one_that_breaks();
    connect({completion_response});
    auto call = create();
    BOOST_TEST((pass_to_next() == 500ms));
    auto const& attempts = call.get().attempts();
    BOOST_TEST_REQUIRE(attempts.size() == 2u);
    BOOST_TEST((attempts[0].code == errc::truncated_response));
    BOOST_TEST(!attempts[0].replayed);
}

BOOST_AUTO_TEST_CASE(a_request_that_nobody_answered_is_not_sent_again_where_that_is_off)
{
    options.retries.unanswered = false;
    connect_to_one_that_breaks();
    auto call = create();
    BOOST_TEST_REQUIRE(call.done());
    BOOST_TEST((call.code() == errc::truncated_response));
    BOOST_TEST(
        contains(
            call.what(),
            "the server closed the connection without a response; if the port is for TLS, the "
            "base URL must begin with https"
        ),
        call.what()
    );
    BOOST_TEST(contains(call.what(), " (http://api.test)"), call.what());
    BOOST_TEST(dialer->dials == 1u);

    dialer->fail(asio::error::connection_refused); // nothing was sent
    connect({completion_response});
    auto other = create();
    pass_to_next();
    BOOST_TEST(other.get().attempts().size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_has_begun_to_answer_is_not_asked_again)
{
    for (auto const& text :
         {std::string("H"),
          std::string("HTTP/1.1 200 OK\r\nContent-"),
          completion_response.substr(0, completion_response.size() - 1)}) {
        BOOST_TEST_CONTEXT(text)
        {
            connect_to_one_that_breaks(text);
            auto call = create();
            BOOST_TEST_REQUIRE(call.done());
            BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& e) {
                BOOST_TEST(e.attempts().size() == 1u);
                BOOST_TEST(contains(e.what(), " (http://api.test"), e.what());
                return e.code() == errc::truncated_response;
            });
        }
    }
    BOOST_TEST(dialer->dials == 3u);
}

BOOST_AUTO_TEST_CASE(a_used_connection_that_dies_without_a_word_is_replaced_at_once)
{
    options.retries.max_retries = 0;
    auto const far = connect({completion_response});
    create().get();
    far->when_sent = [to = far.get()](std::string_view) { to->close(); };
    connect({completion_response});
    auto call = create();
    auto const& attempts = call.get().attempts();
    BOOST_TEST_REQUIRE(attempts.size() == 2u);
    BOOST_TEST(attempts[0].replayed);
    BOOST_TEST(attempts[0].reused_connection);
    BOOST_TEST((attempts[0].code == errc::truncated_response));
    BOOST_TEST((attempts[0].backoff == 0ms));
    BOOST_TEST(!attempts[1].replayed);
    BOOST_TEST(!attempts[1].reused_connection);
}

BOOST_AUTO_TEST_CASE(nor_is_it_replaced_where_what_nobody_answered_is_not_sent_again)
{
    options.retries.unanswered = false;
    auto const far = connect({completion_response});
    create().get();
    far->when_sent = [to = far.get()](std::string_view) { to->close(); };
    auto call = create();
    BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& e) {
        BOOST_TEST(e.attempts().size() == 1u);
        return e.code() == errc::truncated_response;
    });
    BOOST_TEST(dialer->dials == 1u);
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_not_there_yet_is_tried_again)
{
    for (auto const code :
         {make_error_code(boost::system::errc::no_such_file_or_directory),
          boost::system::error_code(asio::error::access_denied),
          make_error_code(boost::system::errc::address_not_available)}) {
        BOOST_TEST((code == condition::connection));
        client_fixture other;
        other.dialer->fail(code);
        other.connect({completion_response});
        auto call = other.create();
        other.pass_to_next();
        BOOST_TEST(call.get().attempts().size() == 2u);
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_cannot_be_made_says_why_it_is_not_tried_again)
{
    options.retries.max_retries = 1;
    dialer->fail(asio::error::connection_refused);
    dialer->fail(asio::error::connection_refused);
    auto call = create();
    pass_to_next();
    BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& e) {
        BOOST_TEST(contains(e.what(), "; no retries left after 1"), e.what());
        return e.code() == asio::error::connection_refused;
    });
}

BOOST_AUTO_TEST_CASE(the_status_counts_also_where_its_explanation_breaks_off)
{
    auto text = response(500, "{\"error\":{}}");
    text.pop_back();
    connect_to_one_that_breaks(text);
    connect({completion_response});
    auto call = create();
    pass_to_next();
    auto const& attempts = call.get().attempts();
    BOOST_TEST_REQUIRE(attempts.size() == 2u);
    BOOST_TEST(attempts[0].status == 500);
    BOOST_TEST((attempts[0].code == errc::server_error));
}

BOOST_AUTO_TEST_CASE(an_explanation_is_read_up_to_a_bound)
{
    constexpr std::size_t bound = std::size_t{1} << 20;
    for (std::size_t const limit : {bound / 4, bound * 4}) {
        retry_fixture one;
        one.options.retries.max_retries = 0;
        one.options.limits.max_body = limit;
        auto const far = one.connect({"HTTP/1.1 500 X\r\nx-request-id: r1\r\n\r\n"});
        auto call = one.create();
        std::string const piece(10'000, 'x');
        std::size_t given = 0;
        for (; !call.done() && given < 2 * bound; given += piece.size()) {
            far->give(piece);
            one.settle();
        }
        BOOST_TEST_REQUIRE(call.done());
        auto const expected = std::min(limit, bound);
        BOOST_TEST(given > expected);
        BOOST_TEST(given < expected + 3 * piece.size());
        BOOST_CHECK_EXCEPTION(call.get(), api_error, [&](api_error const& e) {
            BOOST_TEST(e.body().size() <= expected);
            BOOST_TEST(e.body().size() + piece.size() > expected);
            return e.status() == 500;
        });
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(bounds_have_defaults)
{
    response_limits const bounds;
    BOOST_TEST(bounds.max_body == std::size_t{256} << 20);
    BOOST_TEST(bounds.max_event == std::size_t{64} << 20);
    BOOST_TEST(bounds.max_comments == 100'000u);
}

BOOST_AUTO_TEST_CASE(an_explanation_that_does_not_come_is_waited_for_like_any_body)
{
    options.deadlines.idle = 10s;
    options.retries.max_retries = 0;
    auto text = response(500, "{\"error\":{}}");
    text.pop_back();
    connect({text});
    auto call = create();
    BOOST_TEST((pass_to_next() == 10s));
    BOOST_TEST((call.code() == errc::server_error));
}

BOOST_AUTO_TEST_CASE(retries_can_be_turned_off)
{
    options.retries.max_retries = 0;
    auto const what = check_not_retried(failure);
    BOOST_TEST(contains(what, "; not tried again, as retry_options::max_retries is 0"), what);
}

BOOST_AUTO_TEST_CASE(options_of_the_call_take_the_place_of_those_of_the_client)
{
    options.retries.max_retries = 0;
    request_options of_call;
    auto& retries = of_call.retries.emplace();
    retries.max_retries = 1;
    retries.initial_backoff = 3s;
    connect_to_one_that_says(failure);
    auto call = create(of_call);
    BOOST_TEST((pass_to_next() == 3s));
    BOOST_TEST(contains(call.what(), "no retries left after 1"), call.what());
}

BOOST_AUTO_TEST_CASE(conflicts_are_not_retried_where_that_is_off)
{
    options.retries.conflicts = false;
    check_not_retried(response(409, "{}"));
}

BOOST_AUTO_TEST_CASE(a_storm_of_failures_is_not_answered_by_a_storm_of_retries)
{
    options.retries.max_retries = 1;
    auto const far = connect_to_one_that_says(failure);
    for (int i = 0; i != 50; ++i) {
        auto call = create();
        BOOST_TEST((pass_to_next() == 500ms));
        BOOST_TEST(call.done());
    }
    for (int i = 0; i != 3; ++i) {
        auto call = create();
        BOOST_TEST_REQUIRE(call.done());
        BOOST_TEST(contains(call.what(), "its retry budget is spent"), call.what());
    }
    BOOST_TEST(api().statistics().retries == 50u);

    far->when_sent = [to = far.get()](std::string_view) { to->give(completion_response); };
    for (int i = 0; i != 10; ++i)
        create().get();
    far->when_sent = [to = far.get()](std::string_view) { to->give(failure); };
    auto one_more = create();
    BOOST_TEST(!one_more.done());
    pass_to_next();
    BOOST_TEST(one_more.done());
    BOOST_TEST(create().done());
}

BOOST_AUTO_TEST_CASE(a_lack_of_descriptors_spends_nothing_of_the_budget_for_servers)
{
    options.retries.max_retries = 1;
    for (int i = 0; i != 60; ++i) {
        boost::system::error_code const code(
            i % 2 == 0 ? EMFILE : ENFILE, boost::system::system_category()
        );
        dialer->fail(code);
        dialer->fail(code);
        auto call = create();
        BOOST_TEST((pass_to_next() == 500ms));
        BOOST_TEST((call.code() == code));
    }
    connect_to_one_that_says(failure);
    auto call = create();
    BOOST_TEST((pass_to_next() == 500ms));
    BOOST_TEST(contains(call.what(), "no retries left after 1"), call.what());
}

BOOST_AUTO_TEST_CASE(each_attempt_has_the_same_idempotency_key)
{
    auto const far = connect({failure, failure, completion_response});
    request_options of_call;
    of_call.idempotency_key = "i1";
    auto call = create(of_call);
    pass_to_next();
    pass_to_next();
    BOOST_TEST(call.get().attempts().size() == 3u);
    BOOST_TEST(count(far->sent, "Idempotency-Key: i1\r\n") == 3u);
}

BOOST_AUTO_TEST_CASE(cancelling_within_a_pause_ends_the_call)
{
    connect({failure, completion_response});
    auto call = create();
    BOOST_TEST(!call.done());
    call.cancel();
    BOOST_TEST((call.code() == asio::error::operation_aborted));
    BOOST_TEST(!time->next().has_value());
    BOOST_TEST(api().statistics().calls_running == 0u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_read_tells_all_attempts)
{
    options.pool.max_idle = 0;
    for (auto const& body :
         {std::string("{"), std::string("<html>"), std::string(R"({"error":{"message":"no"}})")}) {
        BOOST_TEST_CONTEXT(body)
        {
            connect({failure});
            connect({response(200, body)});
            auto call = create();
            pass_to_next();
            BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& e) {
                BOOST_TEST(e.request_id() == "r1");
                BOOST_TEST_REQUIRE(e.attempts().size() == 2u);
                BOOST_TEST((e.attempts()[1].code == e.code()));
                return e.attempts()[0].status == 500;
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(a_negative_pause_is_refused)
{
    auto const names = [](char const* name) {
        return [name](error const& e) {
            return e.code() == errc::invalid_argument && contains(e.what(), name);
        };
    };
    request_options of_call;
    of_call.retries.emplace().max_backoff = -1ms;
    BOOST_CHECK_EXCEPTION(create(of_call), error, names("retry_options::max_backoff is -1 ms"));
    client_fixture other;
    other.options.retries.initial_backoff = -5s;
    BOOST_CHECK_EXCEPTION(other.api(), error, names("retry_options::initial_backoff"));
    client_fixture third;
    third.options.retries.max_retry_after = -5s;
    BOOST_CHECK_EXCEPTION(third.api(), error, names("retry_options::max_retry_after"));
}

BOOST_AUTO_TEST_CASE(a_limit_that_lets_nothing_through_is_refused)
{
    auto const refused = [](std::size_t response_limits::*limit, std::string_view name) {
        client_fixture one;
        one.options.limits.*limit = 0;
        BOOST_CHECK_EXCEPTION(one.api(), error, [name](error const& e) {
            return e.code() == errc::invalid_argument && contains(e.what(), name);
        });
    };
    refused(&response_limits::max_body, "max_body");
    refused(&response_limits::max_event, "max_event");
    refused(&response_limits::max_comments, "max_comments");
}

BOOST_AUTO_TEST_CASE(a_redirect_is_not_followed)
{
    connect({response(307, "", "Location: http://elsewhere.test/v1/chat/completions\r\n")});
    auto const elsewhere = connect({completion_response});
    auto call = create();
    BOOST_TEST((call.code() == errc::unexpected_content), call.what());
    BOOST_TEST(contains(call.what(), "elsewhere.test"), call.what());
    BOOST_TEST(dialer->dials == 1u);
    BOOST_TEST(elsewhere->sent == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
