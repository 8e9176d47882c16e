#include "policy/rate_limit.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using wait = std::optional<milliseconds>;
using time_point = std::chrono::system_clock::time_point;

// What is printed when a comparison fails.
std::string text_of(wait const& value)
{
    return value ? std::to_string(value->count()) + " ms" : "absent";
}

headers one(std::string_view name, std::string_view value)
{
    headers out;
    out.append(name, value);
    return out;
}

// 2 January 2024, 03:04:05 UTC.
constexpr time_point now = std::chrono::sys_days(std::chrono::year(2024) / 1 / 2) + 3h + 4min + 5s;

constexpr milliseconds longest = 24h * 365 * 100;

} // namespace

BOOST_AUTO_TEST_SUITE(policy_rate_limit)

BOOST_AUTO_TEST_CASE(all_six_headers_are_read)
{
    headers fields;
    fields.append("X-RateLimit-Limit-Requests", "500");
    fields.append("x-ratelimit-remaining-requests", "0");
    fields.append("x-ratelimit-reset-requests", "120ms");
    fields.append("x-ratelimit-limit-tokens", "9223372036854775807");
    fields.append("x-ratelimit-remaining-tokens", "149984");
    fields.append("x-ratelimit-reset-tokens", "6m0s");

    auto const found = policy::parse_rate_limit(fields);

    rate_limit expected;
    expected.requests = {500, 0, 120ms, "120ms"};
    expected.tokens = {9223372036854775807, 149984, 6min, "6m0s"};
    BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_CASE(missing_and_malformed_headers_are_absent)
{
    BOOST_TEST((policy::parse_rate_limit({}) == rate_limit{}));
    for (std::string_view const text :
         {"", "x", "1x", " 1", "1 ", "1.5", "+1", "9223372036854775808", "0x10"}) {
        BOOST_TEST_CONTEXT(text)
        {
            auto const found = policy::parse_rate_limit(one("x-ratelimit-limit-tokens", text));
            BOOST_TEST(!found.tokens.limit.has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(reset_times_are_durations_or_seconds)
{
    struct row
    {
        std::string_view text;
        wait expected;
    };

    for (row const& it : std::initializer_list<row>{
             {"6m0s", 6min},
             {"17ms", 17ms},
             {"1s", 1s},
             {"1h2m3.5s", 1h + 2min + 3500ms},
             {"0s", 0ms},
             {"2", 2s},
             {"0", 0ms},
             {"0.5", 500ms},
             {".5", 500ms},
             {"1.", 1s},
             {"1.5h", 90min},
             {"0.001s", 1ms},
             {"0.017s", 17ms},
             {"59.999s", 59'999ms},
             {"1.1234567891234567s", 1'124ms},
             {"2s1h", 1h + 2s},
             {"24h0m0s", 24h},
             {"1500us", 2ms}, // rounded up
             {"1500\xC2\xB5s", 2ms},
             {"1500\xCE\xBCs", 2ms},
             {"1ns", 1ms},
             {"1000000ns", 1ms},
             {"1000001ns", 2ms},
             {"0.9ns", 0ms},
             {"000000000000000000000000000001s", 1s},
             {"876000h", std::nullopt}, // 100 years
             {"875999h", 875'999h},
             {"99999999999999999999", std::nullopt},
             {"99999999999999999999ns", std::nullopt},
             {"400000000000000000000h", std::nullopt},
             {"9223372036854775807ns9223372036854775807ns", std::nullopt},
             {"", std::nullopt},
             {".", std::nullopt},
             {".s", std::nullopt},
             {"s", std::nullopt},
             {"ms", std::nullopt},
             {"-1s", std::nullopt},
             {"+1s", std::nullopt},
             {"1 s", std::nullopt},
             {" 1s", std::nullopt},
             {"1s ", std::nullopt},
             {"1d", std::nullopt},
             {"1s2", std::nullopt},
             {"1m2", std::nullopt},
             {"1.2.3s", std::nullopt},
             {"1e3", std::nullopt},
             {"1S", std::nullopt},
             {"1\xC2s", std::nullopt},
             {"soon", std::nullopt},
             {"2024-01-02T03:04:05Z", std::nullopt},
         }) {
        BOOST_TEST_CONTEXT(it.text)
        {
            auto const found =
                policy::parse_rate_limit(one("x-ratelimit-reset-requests", it.text)).requests;
            BOOST_TEST(text_of(found.reset) == text_of(it.expected));
            BOOST_TEST(found.reset_text == it.text);
        }
    }
}

BOOST_AUTO_TEST_CASE(retry_after_is_seconds_or_a_date)
{
    struct row
    {
        std::string_view text;
        wait expected;
    };

    for (row const& it : std::initializer_list<row>{
             {"0", 0ms},
             {"20", 20s},
             {"1.5", 1500ms},
             {"0.0001", 1ms},
             {"99999999999999999999999", longest},
             {"4000000000", longest},
             {"Tue, 02 Jan 2024 03:04:35 GMT", 30s},
             {"Tuesday, 02-Jan-24 03:04:35 GMT", 30s},
             {"Tue Jan  2 03:04:35 2024", 30s},
             {"Fri Jan 12 03:04:05 2024", 24h * 10},
             {"Wed, 03 Jan 2024 00:00:00 GMT", 20h + 55min + 55s},
             {"Tue, 02 Jan 2024 03:04:05 GMT", 0ms},
             {"Tue, 02 Jan 2024 03:04:04 GMT", 0ms}, // past
             {"Sun, 06 Nov 1994 08:49:37 GMT", 0ms},
             {"Sunday, 06-Nov-94 08:49:37 GMT", 0ms}, // 1994, for 2094 is too far ahead
             {"Sun Nov  6 08:49:37 1994", 0ms},
             {"Thu, 01 Jan 1970 00:00:00 GMT", 0ms},
             {"Sat, 01 Jan 0000 00:00:00 GMT", 0ms},
             {"Fri, 31 Dec 9999 23:59:59 GMT", longest},
             {"Tue, 02 Jan 2024 23:59:60 GMT", 20h + 55min + 55s}, // a leap second
             {"Thu, 29 Feb 2024 00:00:00 GMT", 24h * 57 + 20h + 55min + 55s},
             {"", std::nullopt},
             {"-1", std::nullopt},
             {"soon", std::nullopt},
             {"20s", std::nullopt},
             {"nan", std::nullopt},
             {"inf", std::nullopt},
             {"1e9", std::nullopt},
             {"Thu, 30 Feb 2024 00:00:00 GMT", std::nullopt},
             {"Tue, 00 Jan 2024 03:04:35 GMT", std::nullopt},
             {"Tue, 2 Jan 2024 03:04:35 GMT", std::nullopt},
             {"Tue, 02 Foo 2024 03:04:35 GMT", std::nullopt},
             {"Foo, 02 Jan 2024 03:04:35 GMT", std::nullopt},
             {"Tue, 02 Jan 24 03:04:35 GMT", std::nullopt},
             {"Tue, 02 Jan 2024 24:04:35 GMT", std::nullopt},
             {"Tue, 02 Jan 2024 03:60:35 GMT", std::nullopt},
             {"Tue, 02 Jan 2024 03:04:61 GMT", std::nullopt},
             {"Tue, 02 Jan 2024 03:04:35", std::nullopt},
             {"Tue, 02 Jan 2024 03:04:35 CET", std::nullopt},
             {"Tue, 02 Jan 2024 03:04:35 GMT ", std::nullopt},
             {"Tue, 02-Jan-24 03:04:35 GMT", std::nullopt},
             {"Tuesday, 02 Jan 2024 03:04:35 GMT", std::nullopt},
             {"Tue Jan 2 03:04:35 2024", std::nullopt},
             {"Tue Jan  2 03:04:35 24", std::nullopt},
         }) {
        BOOST_TEST_CONTEXT(it.text)
        {
            auto const found = policy::parse_retry_after(one("Retry-After", it.text), now);
            BOOST_TEST(text_of(found) == text_of(it.expected));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_date_is_never_reached_too_early)
{
    auto const fields = one("retry-after", "Tue, 02 Jan 2024 03:04:35 GMT");
    BOOST_TEST((policy::parse_retry_after(fields, now + 1ns) == wait(30s)));
    BOOST_TEST((policy::parse_retry_after(fields, now + 1ms) == wait(29'999ms)));
}

BOOST_AUTO_TEST_CASE(years_of_two_digits_are_at_most_fifty_years_ahead)
{
    auto const fields = one("retry-after", "Sunday, 02-Jan-74 00:00:00 GMT");
    auto const ahead = *policy::parse_retry_after(fields, now);
    BOOST_TEST((ahead > 24h * 365 * 49 && ahead < 24h * 366 * 51));
    auto const past = one("retry-after", "Sunday, 02-Jan-75 00:00:00 GMT");
    BOOST_TEST((policy::parse_retry_after(past, now) == wait(0ms)));
}

BOOST_AUTO_TEST_CASE(retry_after_in_milliseconds_comes_first)
{
    struct row
    {
        std::string_view text;
        wait expected;
    };

    for (row const& it : std::initializer_list<row>{
             {"250", 250ms},
             {"0", 0ms},
             {"12.5", 13ms},
             {"99999999999999999999", longest},
             {"-5", 7s}, // malformed: the other header counts
             {"", 7s},
             {"1s", 7s},
         }) {
        BOOST_TEST_CONTEXT(it.text)
        {
            headers fields;
            fields.append("Retry-After", "7");
            fields.append("Retry-After-Ms", it.text);
            BOOST_TEST(text_of(policy::parse_retry_after(fields, now)) == text_of(it.expected));
        }
    }
    BOOST_TEST((policy::parse_retry_after({}, now) == std::nullopt));
    BOOST_TEST((policy::parse_retry_after(one("retry-after-ms", "x"), now) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(the_longest_wait_can_be_added_to_any_clock)
{
    BOOST_TEST((now + longest > now));
    BOOST_TEST((std::chrono::steady_clock::now() + longest > std::chrono::steady_clock::now()));
}

BOOST_AUTO_TEST_CASE(request_ids_have_an_order)
{
    headers fields;
    BOOST_TEST(policy::request_id(fields) == "");
    fields.append("Request-Id", "three");
    BOOST_TEST(policy::request_id(fields) == "three");
    fields.append("APIM-Request-Id", "two");
    BOOST_TEST(policy::request_id(fields) == "two");
    fields.append("X-Request-Id", "one");
    BOOST_TEST(policy::request_id(fields) == "one");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
