#include "emulator/rate_limiter.hpp"
#include "integration/emulator/client.hpp"

#include <boost/test/unit_test.hpp>

using namespace emulator_test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(emulator_rate_limit)

namespace {

using hicap::emulation::fields;
using hicap::emulation::rate_limiter;

rate_limiter::time_point const start{};

hicap::emulator_rate_limit small_limit()
{
    hicap::emulator_rate_limit limit;
    limit.enforced = true;
    limit.requests = 2;
    limit.tokens = 100;
    limit.window = 600s;
    return limit;
}

std::string described(rate_limiter& limiter, rate_limiter::time_point now, char const* name)
{
    fields headers;
    limiter.describe(headers, now);
    auto const* value = headers.find(name);
    return value != nullptr ? *value : "missing";
}

} // namespace

BOOST_AUTO_TEST_CASE(requests_run_out_and_come_back)
{
    rate_limiter limiter(small_limit(), start);

    BOOST_TEST(!limiter.take_request(start));
    BOOST_TEST(!limiter.take_request(start));
    auto const wait = limiter.take_request(start);
    BOOST_TEST_REQUIRE(wait.has_value());
    BOOST_TEST((*wait == 300s));
    BOOST_TEST(!limiter.take_request(start + 301s));
}

BOOST_AUTO_TEST_CASE(a_debt_of_tokens_delays_the_next_request)
{
    rate_limiter limiter(small_limit(), start);

    BOOST_TEST(!limiter.take_request(start));
    limiter.take_tokens(149);
    auto const wait = limiter.take_request(start);
    BOOST_TEST_REQUIRE(wait.has_value());
    BOOST_TEST((*wait == 300s));
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_not_enforced_counts_down_to_zero)
{
    auto limit = small_limit();
    limit.enforced = false;
    rate_limiter limiter(limit, start);

    for (int i = 0; i != 5; ++i)
        BOOST_TEST(!limiter.take_request(start));
    limiter.take_tokens(1000);
    BOOST_TEST(described(limiter, start, "x-ratelimit-remaining-requests") == "0");
    BOOST_TEST(described(limiter, start, "x-ratelimit-remaining-tokens") == "0");
}

BOOST_AUTO_TEST_CASE(durations_are_written_as_the_api_does)
{
    rate_limiter limiter(small_limit(), start);

    BOOST_TEST(described(limiter, start, "x-ratelimit-limit-requests") == "2");
    BOOST_TEST(described(limiter, start, "x-ratelimit-reset-requests") == "0ms");
    BOOST_TEST(!limiter.take_request(start));
    BOOST_TEST(described(limiter, start, "x-ratelimit-remaining-requests") == "1");
    BOOST_TEST(described(limiter, start, "x-ratelimit-reset-requests") == "5m0s");
    BOOST_TEST(described(limiter, start + 290s, "x-ratelimit-reset-requests") == "10s");
    BOOST_TEST(described(limiter, start + 299'980ms, "x-ratelimit-reset-requests") == "20ms");
}

BOOST_AUTO_TEST_CASE(a_request_over_the_limit_is_refused)
{
    hicap::emulator_options options;
    options.rate_limit = small_limit();
    options.rate_limit.tokens = 10'000;
    running_emulator const server(options);

    BOOST_TEST(ask(server, chat_body("Hello")).status == 200);
    BOOST_TEST(ask(server, chat_body("Hello")).status == 200);
    auto const refused = ask(server, chat_body("Hello"));
    BOOST_TEST(refused.status == 429);
    BOOST_TEST(refused.error("type") == "rate_limit_error");
    BOOST_TEST(refused.error("code") == "rate_limit_exceeded");
    BOOST_TEST(std::stoi(refused.header("retry-after")) >= 1);
    BOOST_TEST(refused.header("x-ratelimit-remaining-requests") == "0");
}

BOOST_AUTO_TEST_SUITE_END()
