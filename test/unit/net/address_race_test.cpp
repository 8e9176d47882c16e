#include "net/address_race.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using tcp = net::asio::ip::tcp;
using strings = std::vector<std::string>;

strings interleaved(strings const& literals)
{
    std::vector<tcp::endpoint> found;
    for (auto const& literal : literals)
        found.emplace_back(net::asio::ip::make_address(literal), tcp::endpoint().port());
    strings ordered;
    for (auto const& endpoint : net::interleave_families(found))
        ordered.push_back(endpoint.address().to_string());
    return ordered;
}

constexpr auto never = net::clock::time_point::max();
constexpr auto head_start = net::address_race::head_start;
constexpr net::clock::time_point start{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(net_address_race)

BOOST_AUTO_TEST_CASE(families_take_turns_and_the_preferred_one_begins)
{
    auto const mixed = interleaved({"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"});
    BOOST_TEST(mixed == (strings{"::1", "10.0.0.1", "::2", "10.0.0.2", "::3"}));
    auto const more_of_the_other = interleaved({"10.0.0.1", "::1", "::2", "::3"});
    BOOST_TEST(more_of_the_other == (strings{"10.0.0.1", "::1", "::2", "::3"}));
}

BOOST_AUTO_TEST_CASE(the_order_within_a_family_stays)
{
    strings const one_family{"10.0.0.3", "10.0.0.1", "10.0.0.2"};
    BOOST_TEST(interleaved(one_family) == one_family);
    BOOST_TEST(interleaved({}).empty());
    BOOST_TEST(interleaved({"::1"}) == strings{"::1"});
}

BOOST_AUTO_TEST_CASE(the_first_address_is_tried_at_once_and_the_next_after_a_head_start)
{
    net::address_race race(3);
    BOOST_TEST(race.start_next(start));
    BOOST_TEST(!race.start_next(start));
    BOOST_TEST((race.next_start() == start + head_start));
    BOOST_TEST(!race.start_next(start + head_start - 1ns));
    BOOST_TEST(race.start_next(start + head_start));
    BOOST_TEST((race.next_start() == start + 2 * head_start));
    BOOST_TEST(race.start_next(start + 10s)); // the head start counts from the real start
    BOOST_TEST(!race.lost());
}

BOOST_AUTO_TEST_CASE(a_failure_ends_the_head_start)
{
    net::address_race race(3);
    BOOST_TEST(race.start_next(start));
    race.fail_one();
    BOOST_TEST((race.next_start() <= start));
    BOOST_TEST(race.start_next(start));
    BOOST_TEST(!race.start_next(start)); // the next one has its own
    BOOST_TEST((race.next_start() == start + head_start));
}

BOOST_AUTO_TEST_CASE(when_all_are_started_there_is_nothing_to_wait_for_but_their_ends)
{
    net::address_race race(1);
    BOOST_TEST(race.start_next(start));
    BOOST_TEST((race.next_start() == never));
    BOOST_TEST(!race.start_next(start + 1h));
    BOOST_TEST(!race.lost());
}

BOOST_AUTO_TEST_CASE(a_race_is_lost_when_all_have_failed)
{
    net::address_race race(2);
    BOOST_TEST(race.start_next(start));
    BOOST_TEST(race.start_next(start + head_start));
    race.fail_one();
    BOOST_TEST(!race.lost());
    BOOST_TEST((race.next_start() == never));
    race.fail_one();
    BOOST_TEST(race.lost());
}

BOOST_AUTO_TEST_CASE(a_race_without_addresses_is_lost)
{
    net::address_race race(0);
    BOOST_TEST(race.lost());
    BOOST_TEST(!race.start_next(start));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
