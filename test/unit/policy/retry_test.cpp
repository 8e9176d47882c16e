#include "policy/retry.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <initializer_list>
#include <limits>
#include <ostream>
#include <vector>

namespace hicap::policy {

// What is printed when a comparison fails.
static std::ostream& operator<<(std::ostream& out, refusal value)
{
    return out << "refusal " << static_cast<int>(value);
}

} // namespace hicap::policy

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using policy::failed_attempt;
using policy::refusal;
using std::chrono::milliseconds;

constexpr milliseconds longest = milliseconds::max();
constexpr double almost_one = 1 - std::numeric_limits<double>::epsilon();

failed_attempt answered(int status)
{
    return {.status = status, .sent = true};
}

failed_attempt unconnected()
{
    return {.connection_failed = true};
}

// The first retry, without a deadline.
policy::retry_decision
decide(failed_attempt const& failed, retry_options const& options = {}, double random = 0)
{
    return policy::decide(options, failed, 0, std::nullopt, random);
}

milliseconds pause(retry_options const& options, unsigned retries_done, double random = 0)
{
    auto many = options;
    many.max_retries = std::numeric_limits<unsigned>::max();
    auto const found = policy::decide(many, unconnected(), retries_done, std::nullopt, random);
    BOOST_TEST(found.retry == (retries_done < many.max_retries));
    return found.pause;
}

headers should_retry(std::string_view value)
{
    headers out;
    out.append("X-Should-Retry", value);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(policy_retry)

BOOST_AUTO_TEST_CASE(statuses_decide)
{
    for (int status = 0; status != 1000; ++status) {
        auto const expected = status == 408 || status == 409 || status == 429 || status >= 500;
        auto const found = decide(answered(status));
        BOOST_TEST_CONTEXT(status)
        {
            BOOST_TEST(found.retry == expected);
            BOOST_TEST(found.why_not == (expected ? refusal::none : refusal::not_retryable));
            BOOST_TEST((found.pause == (expected ? 500ms : 0ms)));
        }
    }
}

BOOST_AUTO_TEST_CASE(conflicts_are_an_option)
{
    retry_options options;
    options.conflicts = false;
    BOOST_TEST(decide(answered(409), options).why_not == refusal::conflict);
    BOOST_TEST(decide(answered(408), options).retry);

    auto failed = answered(409);
    failed.should_retry = true;
    BOOST_TEST(decide(failed, options).retry);
}

BOOST_AUTO_TEST_CASE(the_header_overrules_every_error_status)
{
    for (int status = 400; status != 600; ++status) {
        BOOST_TEST_CONTEXT(status)
        {
            auto failed = answered(status);
            failed.should_retry = true;
            BOOST_TEST(decide(failed).retry);
            auto const usual = decide(answered(status)).why_not;
            failed.should_retry = false;
            BOOST_TEST(
                decide(failed).why_not ==
                (usual == refusal::none ? refusal::server_forbids : refusal::not_retryable)
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(the_header_does_not_overrule_a_status_that_is_no_error)
{
    for (int const status : {100, 200, 302, 399}) {
        auto failed = answered(status);
        failed.should_retry = true;
        BOOST_TEST(decide(failed).why_not == refusal::not_retryable);
    }
}

BOOST_AUTO_TEST_CASE(a_spent_quota_is_never_retried)
{
    auto failed = answered(429);
    failed.out_of_quota = true;
    BOOST_TEST(decide(failed).why_not == refusal::out_of_quota);
    failed.retry_after = 1ms;
    BOOST_TEST(decide(failed).why_not == refusal::out_of_quota);
    failed.should_retry = true;
    BOOST_TEST(decide(failed).why_not == refusal::out_of_quota);
}

BOOST_AUTO_TEST_CASE(connection_failures_are_retried)
{
    BOOST_TEST(decide(unconnected()).retry);
    BOOST_TEST((decide(unconnected()).pause == 500ms));
}

BOOST_AUTO_TEST_CASE(failures_that_are_neither_a_status_nor_a_connection_are_not_retried)
{
    BOOST_TEST(decide({}).why_not == refusal::not_retryable);
    BOOST_TEST(decide({.sent = true}).why_not == refusal::not_retryable);
    failed_attempt failed;
    failed.should_retry = true; // cannot be: there was no response
    BOOST_TEST(decide(failed).why_not == refusal::not_retryable);
}

BOOST_AUTO_TEST_CASE(requests_that_stayed_unanswered_are_an_option)
{
    auto failed = unconnected();
    failed.sent = true;
    BOOST_TEST(decide(failed).retry);

    retry_options options;
    options.unanswered = false;
    BOOST_TEST(decide(failed, options).why_not == refusal::unanswered);
    BOOST_TEST(decide(unconnected(), options).retry); // nothing was sent
    BOOST_TEST(decide(answered(500), options).retry); // there was an answer
}

BOOST_AUTO_TEST_CASE(a_spent_body_is_not_sent_again)
{
    for (auto failed : {answered(500), unconnected()}) {
        failed.body_is_spent = true;
        auto const found = decide(failed);
        BOOST_TEST(!found.retry);
        BOOST_TEST(found.why_not == refusal::body_is_spent);
    }
}

BOOST_AUTO_TEST_CASE(retries_are_counted)
{
    struct row
    {
        unsigned most;
        unsigned done;
        bool expected;
    };

    constexpr auto huge = std::numeric_limits<unsigned>::max();
    for (row const& it : std::initializer_list<row>{
             {0, 0, false},
             {1, 0, true},
             {1, 1, false},
             {2, 1, true},
             {2, 2, false},
             {2, huge, false},
             {huge, huge - 1, true},
             {huge, huge, false},
         }) {
        BOOST_TEST_CONTEXT(it.done << " of " << it.most)
        {
            retry_options options;
            options.max_retries = it.most;
            auto const found = policy::decide(options, answered(500), it.done, std::nullopt, 0);
            BOOST_TEST(found.retry == it.expected);
            BOOST_TEST(found.why_not == (it.expected ? refusal::none : refusal::no_retries_left));
        }
    }
    BOOST_TEST(retry_options{}.max_retries == 2U);
}

BOOST_AUTO_TEST_CASE(pauses_double_up_to_the_cap)
{
    std::vector<milliseconds> const expected{500ms, 1s, 2s, 4s, 8s, 8s, 8s};
    std::vector<milliseconds> found;
    for (unsigned n = 0; n != expected.size(); ++n)
        found.push_back(pause({}, n));
    BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_CASE(the_cap_need_not_be_a_doubling_of_the_first_pause)
{
    retry_options options;
    options.initial_backoff = 300ms;
    options.max_backoff = 1s;
    BOOST_TEST((pause(options, 0) == 300ms));
    BOOST_TEST((pause(options, 1) == 600ms));
    BOOST_TEST((pause(options, 2) == 1s));
    BOOST_TEST((pause(options, 3) == 1s));
    options.max_backoff = 1200ms;
    BOOST_TEST((pause(options, 2) == 1200ms));
    options.max_backoff = 100ms;
    BOOST_TEST((pause(options, 0) == 100ms));
}

BOOST_AUTO_TEST_CASE(up_to_a_quarter_is_taken_off_at_random)
{
    BOOST_TEST((pause({}, 0, 0.5) == 438ms)); // 62.5 off, rounded down
    BOOST_TEST((pause({}, 1, 0.2) == 950ms));
    BOOST_TEST((pause({}, 4, 0.5) == 7s));
    BOOST_TEST((pause({}, 4, almost_one) == 6001ms));
    BOOST_TEST((pause({}, 9, almost_one) == 6001ms));
}

BOOST_AUTO_TEST_CASE(pauses_never_overflow)
{
    struct row
    {
        milliseconds first;
        milliseconds most;
    };

    for (row const& it : std::initializer_list<row>{
             {500ms, 8s},
             {500ms, longest},
             {1ms, longest},
             {longest, longest},
             {longest, 8s},
             {longest, 0ms},
             {0ms, longest},
             {milliseconds::min(), longest},
             {500ms, milliseconds::min()},
             {-1ms, -1ms},
         }) {
        BOOST_TEST_CONTEXT(it.first.count() << " up to " << it.most.count())
        {
            retry_options options;
            options.initial_backoff = it.first;
            options.max_backoff = it.most;
            milliseconds before(0);
            for (unsigned const n :
                 {0U, 1U, 2U, 31U, 32U, 53U, 62U, 63U, 64U, 65U, 1U << 31U, ~0U - 1}) {
                auto const full = pause(options, n);
                BOOST_TEST((full >= before));
                BOOST_TEST((full <= std::max(it.most, 0ms)));
                auto const least = pause(options, n, almost_one);
                BOOST_TEST((least >= full - full / 4 - 1ms));
                BOOST_TEST((least <= full));
                before = full;
            }
            auto const is_zero = it.first <= 0ms || it.most <= 0ms;
            BOOST_TEST((before == (is_zero ? 0ms : it.most)));
        }
    }
}

BOOST_AUTO_TEST_CASE(doubling_is_exact_to_the_last_bit)
{
    retry_options options;
    options.initial_backoff = 1ms;
    options.max_backoff = longest;
    BOOST_TEST((pause(options, 62) == milliseconds(std::int64_t{1} << 62)));
    BOOST_TEST((pause(options, 63) == longest));
}

BOOST_AUTO_TEST_CASE(the_server_is_waited_for_without_jitter)
{
    for (auto const asked : std::initializer_list<milliseconds>{0ms, 1ms, 250ms, 20s, 60s}) {
        auto failed = answered(429);
        failed.retry_after = asked;
        auto const found = decide(failed, {}, 0.9);
        BOOST_TEST(found.retry);
        BOOST_TEST((found.pause == asked));
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_asks_for_too_much_is_not_waited_for)
{
    struct row
    {
        milliseconds most;
        milliseconds asked;
        bool expected;
    };

    for (row const& it : std::initializer_list<row>{
             {60s, 60s, true},
             {60s, 60'001ms, false},
             {60s, longest, false},
             {longest, longest, true},
             {0ms, 0ms, true},
             {0ms, 1ms, false},
             {-1s, 0ms, true},
             {-1s, 1ms, false},
             {0ms, milliseconds::min(), true},
         }) {
        BOOST_TEST_CONTEXT(it.asked.count() << " of at most " << it.most.count())
        {
            retry_options options;
            options.max_retry_after = it.most;
            auto failed = answered(503);
            failed.retry_after = it.asked;
            auto const found = decide(failed, options);
            BOOST_TEST(found.retry == it.expected);
            BOOST_TEST(
                found.why_not == (it.expected ? refusal::none : refusal::retry_after_too_long)
            );
            BOOST_TEST((found.pause == std::max(it.asked, 0ms)));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_cap_on_waiting_does_not_bind_our_own_pauses)
{
    retry_options options;
    options.max_retry_after = 1ms;
    BOOST_TEST(decide(answered(503), options).retry);
}

BOOST_AUTO_TEST_CASE(a_pause_must_end_before_the_deadline)
{
    struct row
    {
        milliseconds left;
        std::optional<milliseconds> asked;
        bool expected;
    };

    for (row const& it : std::initializer_list<row>{
             {501ms, std::nullopt, true},
             {500ms, std::nullopt, false},
             {499ms, std::nullopt, false},
             {0ms, std::nullopt, false},
             {-1s, std::nullopt, false},
             {milliseconds::min(), std::nullopt, false},
             {longest, std::nullopt, true},
             {2s, 1s, true},
             {1s, 1s, false},
             {1ms, 0ms, true},
             {0ms, 0ms, false},
         }) {
        BOOST_TEST_CONTEXT(it.left.count())
        {
            auto failed = answered(503);
            failed.retry_after = it.asked;
            auto const found = policy::decide({}, failed, 0, it.left, 0);
            BOOST_TEST(found.retry == it.expected);
            BOOST_TEST(found.why_not == (it.expected ? refusal::none : refusal::past_deadline));
            BOOST_TEST((found.pause == it.asked.value_or(500ms)));
        }
    }
}

BOOST_AUTO_TEST_CASE(jitter_counts_for_the_deadline)
{
    BOOST_TEST(policy::decide({}, answered(503), 0, 450ms, 0.5).retry);
}

BOOST_AUTO_TEST_CASE(of_several_reasons_the_first_is_given)
{
    retry_options options;
    options.max_retries = 0;
    auto failed = answered(400);
    failed.body_is_spent = true;
    failed.retry_after = longest;
    auto const why = [&] { return policy::decide(options, failed, 0, 0ms, 0).why_not; };

    BOOST_TEST(why() == refusal::not_retryable);
    failed.status = 500;
    BOOST_TEST(why() == refusal::body_is_spent);
    failed.body_is_spent = false;
    BOOST_TEST(why() == refusal::no_retries_left);
    options.max_retries = 1;
    BOOST_TEST(why() == refusal::retry_after_too_long);
    failed.retry_after = 1s;
    BOOST_TEST(why() == refusal::past_deadline);
}

BOOST_AUTO_TEST_CASE(the_header_is_true_or_false_or_absent)
{
    using policy::parse_should_retry;
    BOOST_TEST((parse_should_retry({}) == std::nullopt));
    BOOST_TEST((parse_should_retry(should_retry("true")) == true));
    BOOST_TEST((parse_should_retry(should_retry("TRUE")) == true));
    BOOST_TEST((parse_should_retry(should_retry("false")) == false));
    BOOST_TEST((parse_should_retry(should_retry("False")) == false));
    for (std::string_view const text : {"", "1", "0", "yes", "true ", "truefalse", "tru"})
        BOOST_TEST((parse_should_retry(should_retry(text)) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(refusals_are_told_with_their_figures)
{
    retry_options options;
    auto const told = [&](refusal why, milliseconds pause = 0ms) {
        return policy::describe_refusal({false, pause, why}, options);
    };
    BOOST_TEST(policy::describe_refusal({true, 1s, refusal::none}, options) == "");
    BOOST_TEST(told(refusal::not_retryable) == "");
    BOOST_TEST(
        told(refusal::out_of_quota) == "not tried again, as no pause mends a quota that is used up"
    );
    BOOST_TEST(
        told(refusal::server_forbids) == "not tried again, as the server says x-should-retry: false"
    );
    BOOST_TEST(told(refusal::conflict) == "not tried again, as retry_options::conflicts is false");
    BOOST_TEST(
        told(refusal::unanswered) == "not tried again, as retry_options::unanswered is false and "
                                     "the server may have worked on it"
    );
    BOOST_TEST(
        told(refusal::body_is_spent) ==
        "not tried again, as the request's body cannot be read twice"
    );
    BOOST_TEST(told(refusal::no_retries_left) == "no retries left after 2");
    BOOST_TEST(
        told(refusal::retry_after_too_long, 120s) ==
        "the server asks to wait for 120 s, more than retry_options::max_retry_after, 60 s"
    );
    BOOST_TEST(
        told(refusal::past_deadline, 1250ms) ==
        "not tried again, as deadlines::total passes within the pause of 1250 ms"
    );
    BOOST_TEST(
        told(refusal::budget_spent) ==
        "not tried again, as too many calls of this client fail: its retry budget is spent"
    );
    options.max_retries = 0;
    BOOST_TEST(
        told(refusal::no_retries_left) == "not tried again, as retry_options::max_retries is 0"
    );
    options.max_retry_after = milliseconds::min();
    BOOST_TEST(
        told(refusal::retry_after_too_long, longest) ==
        "the server asks to wait for 9223372036854775807 ms, more than "
        "retry_options::max_retry_after, 0 s"
    );
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
