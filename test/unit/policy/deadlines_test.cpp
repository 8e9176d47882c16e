#include "policy/deadlines.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <optional>
#include <string_view>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using policy::resolve_deadlines;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using time_point = std::chrono::steady_clock::time_point;

struct member
{
    phase name;
    std::optional<milliseconds> deadlines::*given;
    milliseconds policy::deadline_set::*resolved;
};

constexpr member members[] = {
    {phase::pool_wait, &deadlines::pool_wait, &policy::deadline_set::pool_wait},
    {phase::resolve, &deadlines::resolve, &policy::deadline_set::resolve},
    {phase::connect, &deadlines::connect, &policy::deadline_set::connect},
    {phase::tls, &deadlines::tls, &policy::deadline_set::tls},
    {phase::first_byte, &deadlines::first_byte, &policy::deadline_set::first_byte},
    {phase::idle, &deadlines::idle, &policy::deadline_set::idle},
    {phase::total, &deadlines::total, &policy::deadline_set::total},
};

} // namespace

BOOST_AUTO_TEST_SUITE(policy_deadlines)

BOOST_AUTO_TEST_CASE(what_nobody_says_has_its_default)
{
    auto const found = resolve_deadlines({}, {});
    BOOST_TEST((found.pool_wait == 30s));
    BOOST_TEST((found.resolve == 5s));
    BOOST_TEST((found.connect == 5s));
    BOOST_TEST((found.tls == 10s));
    BOOST_TEST((found.first_byte == 10min));
    BOOST_TEST((found.idle == 5min));
    BOOST_TEST((found.total == deadlines::none));
    BOOST_TEST((found == policy::deadline_set{}));
}

BOOST_AUTO_TEST_CASE(the_call_comes_before_the_client_and_the_client_before_the_default)
{
    for (auto const& it : members) {
        BOOST_TEST_CONTEXT(to_string(it.name))
        {
            deadlines call;
            deadlines client;
            policy::deadline_set expected;

            client.*it.given = 1234ms;
            expected.*it.resolved = 1234ms;
            BOOST_TEST((resolve_deadlines(call, client) == expected));

            call.*it.given = 77ms;
            expected.*it.resolved = 77ms;
            BOOST_TEST((resolve_deadlines(call, client) == expected));
            BOOST_TEST((resolve_deadlines(call, {}) == expected));

            call.*it.given = deadlines::none;
            expected.*it.resolved = deadlines::none;
            BOOST_TEST((resolve_deadlines(call, client) == expected));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_shortest_deadline_is_a_millisecond)
{
    for (auto const& it : members) {
        deadlines call;
        call.*it.given = 1ms;
        BOOST_TEST((resolve_deadlines(call, {}).*it.resolved == 1ms));
    }
}

BOOST_AUTO_TEST_CASE(deadlines_that_are_not_positive_are_refused_by_name)
{
    for (auto const& it : members) {
        for (auto const length : {0ms, -1ms, milliseconds::min()}) {
            deadlines bad;
            bad.*it.given = length;
            deadlines good;
            good.*it.given = 1s;
            auto const is_named = [&](error const& e) {
                auto const expected = "deadlines::" + std::string(to_string(it.name)) + " is " +
                                      std::to_string(length.count()) + " ms: ";
                std::string_view const what = e.what();
                BOOST_TEST(what.find(expected) != std::string_view::npos, what);
                return e.code() == errc::invalid_argument;
            };
            BOOST_CHECK_EXCEPTION(static_cast<void>(resolve_deadlines(bad, {})), error, is_named);
            BOOST_CHECK_EXCEPTION(static_cast<void>(resolve_deadlines({}, bad)), error, is_named);
            BOOST_CHECK_EXCEPTION(static_cast<void>(resolve_deadlines(good, bad)), error, is_named);
        }
    }
}

BOOST_AUTO_TEST_CASE(phases_have_the_names_of_their_enumerators)
{
    BOOST_TEST(to_string(phase::pool_wait) == "pool_wait");
    BOOST_TEST(to_string(phase::resolve) == "resolve");
    BOOST_TEST(to_string(phase::connect) == "connect");
    BOOST_TEST(to_string(phase::tls) == "tls");
    BOOST_TEST(to_string(phase::first_byte) == "first_byte");
    BOOST_TEST(to_string(phase::idle) == "idle");
    BOOST_TEST(to_string(phase::total) == "total");
    BOOST_TEST(to_string(static_cast<phase>(200)) == "unknown");
}

BOOST_AUTO_TEST_CASE(sums_stop_at_the_ends_of_the_clock)
{
    struct row
    {
        time_point start;
        milliseconds length;
        time_point expected;
    };

    constexpr time_point zero{};
    constexpr auto first = time_point::min();
    constexpr auto last = time_point::max();
    constexpr time_point now = zero + 100h;
    for (row const& it : std::initializer_list<row>{
             {now, 1ms, now + 1ms},
             {now, 0ms, now},
             {now, -1ms, now - 1ms},
             {now, 24h * 365 * 100, now + 24h * 365 * 100},
             {now, deadlines::none, last},
             {zero, deadlines::none, last},
             {first, deadlines::none, last},
             {last, deadlines::none, last},
             {now, deadlines::none - 1ms, last},
             {now, milliseconds(9'223'372'036'854), last}, // the whole clock, in milliseconds
             {last - 1ms, 1ms, last},
             {last - 1ms, 2ms, last},
             {last - 1ns, 1ms, last},
             {last, 1ms, last},
             {last, 0ms, last},
             {last, -1ms, last - 1ms},
             {first, 1ms, first + 1ms},
             {first, -1ms, first},
             {first + 1ms, -1ms, first},
             {now, milliseconds::min(), first},
         }) {
        BOOST_TEST_CONTEXT(it.start.time_since_epoch().count() << " + " << it.length.count())
        {
            auto const found = policy::add_saturated(it.start, it.length);
            BOOST_TEST(found.time_since_epoch().count() == it.expected.time_since_epoch().count());
        }
    }
}

BOOST_AUTO_TEST_CASE(phases_are_described_in_their_order)
{
    phase_times times;
    BOOST_TEST(policy::describe(times) == "");
    times.first_byte = 2100ms;
    BOOST_TEST(policy::describe(times) == "first byte 2.1 s");
    times.resolve = 3ms;
    times.connect = 12ms;
    times.tls = 40ms;
    BOOST_TEST(
        policy::describe(times) == "resolve 3 ms, connect 12 ms, tls 40 ms, first byte 2.1 s"
    );
    times.pool_wait = 30s;
    BOOST_TEST(policy::describe(times).starts_with("pool wait 30.0 s, resolve 3 ms"));
}

BOOST_AUTO_TEST_CASE(times_are_rounded_down_to_what_tells_something)
{
    struct row
    {
        microseconds time;
        std::string_view expected;
    };

    for (row const& it : std::initializer_list<row>{
             {0us, "tls 0 us"},
             {999us, "tls 999 us"},
             {1000us, "tls 1 ms"},
             {1999us, "tls 1 ms"},
             {999'999us, "tls 999 ms"},
             {1'000'000us, "tls 1.0 s"},
             {1'999'999us, "tls 1.9 s"},
             {600s, "tls 600.0 s"},
             {microseconds::max(), "tls 9223372036854.7 s"},
         }) {
        phase_times times;
        times.tls = it.time;
        BOOST_TEST(policy::describe(times) == it.expected);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
