#include "net/call.hpp"
#include "support/test_call.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct failure
{
    boost::system::error_code code;
    std::string text;
};

failure late(net::call& on, std::string const& doing = "doing something")
{
    try {
        on.throw_late(doing);
    } catch (error const& thrown) {
        return {thrown.code(), thrown.what()};
    }
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(net_call)

BOOST_AUTO_TEST_CASE(a_phase_ends_when_its_limit_has_passed)
{
    policy::deadline_set limits;
    limits.connect = 3s;
    limits.tls = policy::deadline_set::duration(deadlines::none);
    test_call with(limits);
    auto const now = with.clock->now();
    BOOST_TEST((with.on.begin(phase::connect) == now + 3s));
    BOOST_TEST((with.on.begin(phase::tls) == net::clock::time_point::max()));
    BOOST_TEST((with.on.begin(phase::resolve) == now + 5s));
    BOOST_TEST((with.on.begin(phase::total) == net::clock::time_point::max()));
}

BOOST_AUTO_TEST_CASE(a_phase_ends_with_the_call_at_the_latest)
{
    policy::deadline_set limits;
    limits.connect = 3s;
    limits.total = 4s;
    test_call with(limits);
    auto const begun = with.clock->now();
    BOOST_TEST((with.on.begin(phase::connect) == begun + 3s));
    with.clock->advance(2s);
    BOOST_TEST((with.on.begin(phase::connect) == begun + 4s));
    with.clock->advance(5s);
    BOOST_TEST((with.on.begin(phase::connect) == begun + 4s)); // which is over
}

BOOST_AUTO_TEST_CASE(every_phase_before_the_response_is_timed)
{
    test_call with;
    auto& times = with.on.made.times;
    auto const spend = [&](phase which, std::chrono::microseconds how_much) {
        with.on.begin(which);
        with.clock->advance(how_much);
        with.on.end();
    };
    spend(phase::pool_wait, 1us);
    spend(phase::resolve, 2us);
    BOOST_TEST(!times.connect.has_value());
    spend(phase::connect, 3us);
    spend(phase::tls, 4us);
    spend(phase::first_byte, 5us);
    spend(phase::idle, 6us);
    BOOST_TEST((times.pool_wait == 1us));
    BOOST_TEST((times.resolve == 2us));
    BOOST_TEST((times.connect == 3us));
    BOOST_TEST((times.tls == 4us));
    BOOST_TEST((times.first_byte == 5us));
}

BOOST_AUTO_TEST_CASE(each_phase_has_its_own_error_which_says_what_to_change)
{
    struct row
    {
        phase which;
        errc code;
        std::string_view member;
    };

    constexpr row rows[] = {
        {phase::pool_wait, errc::pool_wait_timeout, "30000 ms, see deadlines::pool_wait"},
        {phase::resolve, errc::resolve_timeout, "5000 ms, see deadlines::resolve"},
        {phase::connect, errc::connect_timeout, "5000 ms, see deadlines::connect"},
        {phase::tls, errc::tls_timeout, "10000 ms, see deadlines::tls"},
        {phase::first_byte, errc::first_byte_timeout, "600000 ms, see deadlines::first_byte"},
        {phase::idle, errc::idle_timeout, "300000 ms, see deadlines::idle"},
    };
    for (auto const& one : rows) {
        test_call with;
        with.clock->advance_to(with.on.begin(one.which));
        auto const thrown = late(with.on);
        BOOST_TEST((thrown.code == one.code), thrown.text);
        BOOST_TEST((thrown.code == condition::timeout));
        BOOST_TEST(contains(thrown.text, "doing something did not end within "), thrown.text);
        BOOST_TEST(contains(thrown.text, one.member), thrown.text);
    }
}

BOOST_AUTO_TEST_CASE(an_error_tells_what_was_spent_on_every_phase)
{
    test_call with;
    with.on.begin(phase::resolve);
    with.clock->advance(3ms);
    with.on.end();
    with.clock->advance_to(with.on.begin(phase::connect));
    auto const thrown = late(with.on);
    BOOST_TEST(contains(thrown.text, "(resolve 3 ms, connect 5.0 s)"), thrown.text);
    BOOST_TEST((with.on.made.times.connect == 5s)); // a phase that failed is timed as well
}

BOOST_AUTO_TEST_CASE(the_call_as_a_whole_is_named_where_it_was_over_first)
{
    policy::deadline_set limits;
    limits.connect = 3s;
    limits.total = 4s;
    test_call with(limits);
    with.clock->advance(2s);
    with.clock->advance_to(with.on.begin(phase::connect));
    auto const thrown = late(with.on);
    BOOST_TEST((thrown.code == errc::total_timeout), thrown.text);
    BOOST_TEST(contains(thrown.text, "4000 ms, see deadlines::total"), thrown.text);

    test_call in_time(limits);
    in_time.clock->advance_to(in_time.on.begin(phase::connect));
    BOOST_TEST((late(in_time.on).code == errc::connect_timeout));
}

BOOST_AUTO_TEST_CASE(where_both_end_at_one_time_the_phase_is_named)
{
    policy::deadline_set limits;
    limits.connect = 4s;
    limits.total = 4s;
    test_call with(limits);
    with.clock->advance_to(with.on.begin(phase::connect));
    BOOST_TEST((late(with.on).code == errc::connect_timeout));
}

BOOST_AUTO_TEST_CASE(the_next_attempt_begins_with_a_clean_page)
{
    test_call with;
    with.on.begin(phase::connect);
    with.clock->advance(1ms);
    with.on.end();
    with.on.made.reused_connection = true;
    with.on.sent = true;

    with.on.next_attempt(asio::error::connection_reset);

    BOOST_TEST_REQUIRE(with.on.earlier.size() == 1u);
    auto const& former = with.on.earlier.front();
    BOOST_TEST((former.code == asio::error::connection_reset));
    BOOST_TEST(former.reused_connection);
    BOOST_TEST((former.times.connect == 1ms));
    BOOST_TEST(!with.on.sent);
    BOOST_TEST(!with.on.made.reused_connection);
    BOOST_TEST(!with.on.made.code);
    BOOST_TEST(!with.on.made.times.connect.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
