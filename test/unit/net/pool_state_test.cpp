#include "net/pool_state.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace hicap::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using state = net::pool_state;

/// A pool of two places, and items that live until the pool says that they are closed.
struct pool_state_fixture
{
    struct wants : state::waiter
    {
        using waiter::waiter;
        bool woken = false;
    };

    explicit pool_state_fixture(pool_options const& options = {}) : pool(options) {}

    /// Does what a change of the pool asks for.
    void follow(state::effects& then)
    {
        while (!then.closed.empty()) {
            closed.push_back(&then.closed.front());
            then.closed.pop_front();
        }
        if (then.granted != nullptr)
            static_cast<wants*>(then.granted)->woken = true;
    }

    std::optional<state::grant> acquire(bool only_new = false)
    {
        return acquire_in(here, only_new);
    }

    std::optional<state::grant> acquire_in(state::place& in, bool only_new = false)
    {
        state::effects then;
        auto const got = pool.acquire(in, only_new, now, then);
        follow(then);
        return got;
    }

    state::item* open_in(state::place& in)
    {
        auto* const made = items.emplace_back(std::make_unique<state::item>(in)).get();
        pool.opened(*made, random, now);
        return made;
    }

    /// A leased item.
    state::item* lease(state::place& in)
    {
        auto const got = acquire_in(in, true);
        BOOST_TEST_REQUIRE(got.has_value());
        BOOST_TEST_REQUIRE(got->connection == nullptr);
        return open_in(in);
    }

    state::item* lease() { return lease(here); }

    state::item* idle(state::place& in)
    {
        auto* const made = lease(in);
        release(made);
        return made;
    }

    state::item* idle() { return idle(here); }

    std::vector<state::item*> idle_ones(std::size_t count)
    {
        std::vector<state::item*> leased;
        for (std::size_t i = 0; i != count; ++i)
            leased.push_back(lease());
        for (auto* const each : leased)
            release(each);
        return leased;
    }

    void release(state::item* done)
    {
        state::effects then;
        pool.release(*done, now, then);
        follow(then);
    }

    void lose()
    {
        state::effects then;
        pool.lost(then);
        follow(then);
    }

    void give_up()
    {
        state::effects then;
        pool.gave_up(then);
        follow(then);
    }

    bool enter(wants& who, bool urgent = false)
    {
        state::effects then;
        bool const entered = pool.acquire_or_wait(who, now, then, urgent);
        follow(then);
        return entered;
    }

    void withdraw(wants& who)
    {
        state::effects then;
        pool.withdraw(who, now, then);
        follow(then);
    }

    void end(state::place& in)
    {
        state::effects then;
        pool.end(in, then);
        follow(then);
    }

    [[nodiscard]] bool is_closed(state::item const* which) const
    {
        return std::find(closed.begin(), closed.end(), which) != closed.end();
    }

    /// Takes what a waiter has been granted; it was told that there is something.
    static std::optional<state::grant> take(wants& who)
    {
        auto const got = state::take(who);
        BOOST_TEST(got.has_value() == who.woken);
        who.woken = false;
        return got;
    }

    static bool may_dial(std::optional<state::grant> const& got)
    {
        return got && got->connection == nullptr;
    }

    static bool has(std::optional<state::grant> const& got, state::item const* which)
    {
        return got && got->connection == which;
    }

    state::time_point now{std::chrono::hours(1)};
    double random = 0;
    std::vector<std::unique_ptr<state::item>> items;
    std::vector<state::item*> closed;
    state::place here;
    state::place there;
    state pool;
};

/// Two connections; two may wait.
struct small_pool_fixture : pool_state_fixture
{
    small_pool_fixture() : pool_state_fixture({.max_connections = 2, .max_waiters = 2}) {}
};

struct one_idle_fixture : pool_state_fixture
{
    one_idle_fixture() : pool_state_fixture({.max_idle = 1}) {}
};

struct none_idle_fixture : pool_state_fixture
{
    none_idle_fixture() : pool_state_fixture({.max_idle = 0}) {}
};

struct forever_fixture : pool_state_fixture
{
    forever_fixture() : pool_state_fixture({.idle_time = seconds::max(), .max_age = seconds::max()})
    {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(net_pool_state)

BOOST_FIXTURE_TEST_SUITE(roomy, pool_state_fixture)

BOOST_AUTO_TEST_CASE(an_empty_pool_lets_dial)
{
    BOOST_TEST(may_dial(acquire()));
    BOOST_TEST(pool.count().dialling == 1U);
    open_in(here);
    BOOST_TEST(pool.count().dialling == 0U);
    BOOST_TEST(pool.count().leased == 1U);
    BOOST_TEST(pool.count().opened == 1U);
}

BOOST_AUTO_TEST_CASE(the_item_that_came_last_goes_first)
{
    auto const came = idle_ones(3);
    BOOST_TEST(pool.count().idle == 3U);
    for (auto item = came.rbegin(); item != came.rend(); ++item)
        BOOST_TEST(has(acquire(), *item));
    BOOST_TEST(may_dial(acquire()));
}

BOOST_AUTO_TEST_CASE(an_item_stays_in_its_place)
{
    auto const* const item = idle(here);
    BOOST_TEST(may_dial(acquire_in(there)));
    BOOST_TEST(has(acquire_in(here), item));
}

BOOST_AUTO_TEST_CASE(who_wants_a_new_one_gets_no_idle_one)
{
    auto const* const item = idle();
    BOOST_TEST(may_dial(acquire(true)));
    BOOST_TEST(has(acquire(), item));
}

BOOST_AUTO_TEST_CASE(an_item_expires_after_55_idle_seconds)
{
    auto* const item = idle();
    now += seconds(55) - milliseconds(1);
    BOOST_TEST(has(acquire(), item));
    release(item);
    now += seconds(55);
    BOOST_TEST(may_dial(acquire()));
    BOOST_TEST(is_closed(item));
}

BOOST_AUTO_TEST_CASE(what_was_idle_for_too_long_is_closed_in_all_places_when_something_is_acquired)
{
    auto const* const old_here = idle(here);
    auto const* const old_there = idle(there);
    now += seconds(30);
    auto const* const young = idle(there);
    now += seconds(30);
    BOOST_TEST(may_dial(acquire()));
    BOOST_TEST(is_closed(old_here));
    BOOST_TEST(is_closed(old_there));
    BOOST_TEST(!is_closed(young));
}

BOOST_AUTO_TEST_CASE(what_was_idle_for_too_long_is_closed_when_something_is_released)
{
    auto* const leased = lease();
    auto const* const old = idle();
    now += seconds(30);
    auto const* const young = idle(there);
    now += seconds(30);
    release(leased);
    BOOST_TEST(is_closed(old));
    BOOST_TEST(!is_closed(young));
    BOOST_TEST(!is_closed(leased));
}

BOOST_AUTO_TEST_CASE(an_item_in_use_is_not_idle)
{
    auto* const item = idle();
    for (int i = 0; i != 5; ++i) {
        now += seconds(50);
        BOOST_TEST(has(acquire(), item));
        release(item);
    }
}

BOOST_AUTO_TEST_CASE(an_item_is_not_used_again_after_ten_minutes)
{
    auto* const item = lease();
    auto* const other = lease();
    now += seconds(600) - milliseconds(1);
    release(item);
    BOOST_TEST(!is_closed(item)); // in time, but not to be used in time
    now += milliseconds(1);
    release(other);
    BOOST_TEST(is_closed(other));
    BOOST_TEST(may_dial(acquire()));
    BOOST_TEST(is_closed(item));
    BOOST_TEST(pool.count().idle == 0U);
}

BOOST_AUTO_TEST_CASE(chance_shortens_the_age_by_up_to_a_fifth)
{
    std::vector<state::item*> leased;
    for (double const chance : {0.0, 0.5, 0.999}) {
        random = chance;
        leased.push_back(lease());
    }
    now += seconds(481);
    for (auto* const each : leased)
        release(each);
    BOOST_TEST(is_closed(leased[2]));
    BOOST_TEST(!is_closed(leased[1]));
    now += seconds(59); // 540 s
    BOOST_TEST(may_dial(acquire(true)));
    BOOST_TEST(is_closed(leased[0])); // idle for too long
    BOOST_TEST(is_closed(leased[1]));
}

BOOST_AUTO_TEST_CASE(an_item_too_old_is_passed_over_for_a_younger_one)
{
    auto* const old = lease();
    now += seconds(595);
    auto* const young = lease();
    release(young);
    release(old); // on top
    now += seconds(6);
    BOOST_TEST(has(acquire(), young));
    BOOST_TEST(is_closed(old));
}

BOOST_AUTO_TEST_CASE(a_dead_item_is_replaced_by_the_next_idle_one)
{
    auto const came = idle_ones(2);
    BOOST_TEST(has(acquire(), came[1]));
    state::effects then;
    BOOST_TEST(pool.replace(here, false, now, then).connection == came[0]);
    BOOST_TEST(pool.replace(here, false, now, then).connection == nullptr);
    auto const count = pool.count();
    BOOST_TEST(count.dialling == 1U);
    BOOST_TEST(count.leased == 0U);
    BOOST_TEST(count.idle == 0U);
    BOOST_TEST(count.closed == 2U);
}

BOOST_AUTO_TEST_CASE(a_place_that_ends_closes_its_items_alone)
{
    auto* const leased = lease(there);
    auto const* const goes = idle(there);
    auto const* const stays = idle(here);
    end(there);
    BOOST_TEST(is_closed(goes));
    BOOST_TEST(!is_closed(stays));
    release(leased); // by what the end of the place destroys
    BOOST_TEST(is_closed(leased));
    BOOST_TEST(has(acquire(), stays));
    BOOST_TEST(pool.count().leased == 1U);
}

BOOST_AUTO_TEST_CASE(a_pool_that_keeps_nothing_closes_what_comes)
{
    auto const* const was_idle = idle();
    auto* const leased = lease();
    state::effects then;
    pool.stop_keeping(then);
    follow(then);
    BOOST_TEST(is_closed(was_idle));
    BOOST_TEST(!is_closed(leased));
    release(leased);
    BOOST_TEST(is_closed(leased));
    BOOST_TEST(may_dial(acquire()));
}

BOOST_AUTO_TEST_CASE(everything_is_counted)
{
    idle();
    auto const* const lost = lease();
    BOOST_TEST(lost != nullptr);
    lose();
    lease(there);
    acquire_in(there);
    auto const count = pool.count();
    BOOST_TEST(count.dialling == 1U);
    BOOST_TEST(count.leased == 1U);
    BOOST_TEST(count.idle == 1U);
    BOOST_TEST(count.waiting == 0U);
    BOOST_TEST(count.opened == 3U);
    BOOST_TEST(count.closed == 1U);
    give_up();
    BOOST_TEST(pool.count().dialling == 0U);
    BOOST_TEST(pool.count().closed == 1U); // it had never been open
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(narrow, small_pool_fixture)

BOOST_AUTO_TEST_CASE(who_is_urgent_goes_before_the_others_however_many_wait)
{
    auto* const first = lease();
    auto* const second = lease();
    wants usual(here, false);
    wants other(here, false);
    wants urgent(here, false);
    wants after(here, true);
    wants unwanted(here, false);
    wants too_many(here, false);
    BOOST_TEST(enter(usual));
    BOOST_TEST(enter(other));
    BOOST_TEST(!enter(too_many));
    BOOST_TEST(enter(urgent, true));
    BOOST_TEST(enter(unwanted, true));
    BOOST_TEST(enter(after, true));
    BOOST_TEST(pool.count().waiting == 5U);
    withdraw(unwanted);
    release(first);
    BOOST_TEST(has(take(urgent), first));
    release(second); // not for one that wants a new one
    BOOST_TEST(is_closed(second));
    BOOST_TEST(may_dial(take(after)));
    release(first);
    BOOST_TEST(has(take(usual), first));
    give_up();
    BOOST_TEST(may_dial(take(other)));
    BOOST_TEST(pool.count().waiting == 0U);
}

BOOST_AUTO_TEST_CASE(dialling_and_leased_slots_count_against_the_limit)
{
    lease();
    BOOST_TEST(may_dial(acquire()));
    BOOST_TEST(!acquire());
    BOOST_TEST(!acquire_in(there));
}

BOOST_AUTO_TEST_CASE(an_idle_item_elsewhere_gives_its_slot_and_the_oldest_is_first)
{
    auto* const a = lease(there);
    auto* const b = lease(there);
    release(b);
    release(a);
    BOOST_TEST(may_dial(acquire_in(here)));
    BOOST_TEST(is_closed(b));
    BOOST_TEST(!is_closed(a));
    BOOST_TEST(may_dial(acquire_in(here)));
    BOOST_TEST(is_closed(a));
    BOOST_TEST(!acquire_in(here));
}

BOOST_AUTO_TEST_CASE(an_idle_item_gives_its_slot_to_who_wants_a_new_one)
{
    auto* const item = idle();
    lease();
    BOOST_TEST(may_dial(acquire(true)));
    BOOST_TEST(is_closed(item));
}

BOOST_AUTO_TEST_CASE(who_can_be_served_does_not_wait)
{
    auto* const item = idle();
    wants first(here, false);
    wants second(here, false);
    BOOST_TEST(enter(first));
    BOOST_TEST(enter(second));
    BOOST_TEST(has(take(first), item));
    BOOST_TEST(may_dial(take(second)));
    BOOST_TEST(pool.count().waiting == 0U);
}

BOOST_AUTO_TEST_CASE(too_many_do_not_wait)
{
    lease();
    lease();
    wants first(here, false);
    wants second(there, false);
    wants third(here, false);
    BOOST_TEST(enter(first));
    BOOST_TEST(enter(second));
    BOOST_TEST(!enter(third));
    BOOST_TEST(pool.count().waiting == 2U);
    withdraw(second);
    BOOST_TEST(enter(third));
    withdraw(first);
    withdraw(third);
    BOOST_TEST(pool.count().waiting == 0U);
}

BOOST_AUTO_TEST_CASE(a_released_item_goes_to_the_oldest_waiter)
{
    auto* const a = lease();
    auto* const b = lease();
    wants first(here, false);
    wants second(here, false);
    enter(first);
    enter(second);
    release(b);
    BOOST_TEST(!second.woken);
    BOOST_TEST(has(take(first), b));
    release(a);
    BOOST_TEST(has(take(second), a));
    BOOST_TEST(pool.count().leased == 2U);
}

BOOST_AUTO_TEST_CASE(a_waiter_of_another_place_dials_in_the_slot_of_a_released_item)
{
    auto* const item = lease(here);
    lease(here);
    wants who(there, false);
    enter(who);
    release(item);
    BOOST_TEST(is_closed(item));
    BOOST_TEST(may_dial(take(who)));
}

BOOST_AUTO_TEST_CASE(a_waiter_for_whom_a_released_item_is_too_old_or_used_dials_in_its_slot)
{
    auto* const old = lease();
    now += seconds(600);
    auto* const used = lease();
    wants first(here, false);
    wants second(here, true);
    enter(first);
    enter(second);
    release(old);
    BOOST_TEST(is_closed(old));
    BOOST_TEST(may_dial(take(first)));
    release(used);
    BOOST_TEST(is_closed(used));
    BOOST_TEST(may_dial(take(second)));
}

BOOST_AUTO_TEST_CASE(a_lost_slot_goes_to_the_oldest_waiter)
{
    lease();
    BOOST_TEST(may_dial(acquire()));
    wants first(here, false);
    wants second(there, false);
    enter(first);
    enter(second);
    lose();
    BOOST_TEST(!second.woken);
    BOOST_TEST(may_dial(take(first)));
    give_up();
    BOOST_TEST(may_dial(take(second)));
    BOOST_TEST(pool.count().dialling == 2U);
}

BOOST_AUTO_TEST_CASE(nobody_overtakes_a_waiter)
{
    auto* const item = lease();
    lease();
    wants who(here, false);
    enter(who);
    release(item);
    BOOST_TEST(!acquire()); // before the waiter has run
    BOOST_TEST(!acquire(true));
    BOOST_TEST(!acquire_in(there));
    BOOST_TEST(has(take(who), item));
    BOOST_TEST(!acquire());
}

BOOST_AUTO_TEST_CASE(a_waiter_in_the_midst_can_go)
{
    auto* const item = lease();
    lease();
    wants goes(here, false);
    wants stays(here, false);
    enter(goes);
    enter(stays);
    withdraw(goes);
    release(item);
    BOOST_TEST(!goes.woken);
    BOOST_TEST(has(take(stays), item));
    withdraw(goes); // once more does no harm
    withdraw(stays);
    BOOST_TEST(pool.count().leased == 2U);
}

BOOST_AUTO_TEST_CASE(a_granted_item_that_is_not_wanted_goes_to_the_next_waiter)
{
    auto* const item = lease();
    lease();
    wants first(here, false);
    wants second(here, false);
    enter(first);
    enter(second);
    release(item);
    withdraw(first);
    BOOST_TEST(has(take(second), item));
}

BOOST_AUTO_TEST_CASE(a_granted_item_that_nobody_wants_is_idle)
{
    auto* const item = lease();
    lease();
    wants who(here, false);
    enter(who);
    release(item);
    withdraw(who);
    BOOST_TEST(pool.count().idle == 1U);
    BOOST_TEST(has(acquire(), item));
}

BOOST_AUTO_TEST_CASE(a_granted_right_to_dial_that_is_not_wanted_goes_to_the_next_waiter)
{
    lease();
    lease();
    wants first(here, false);
    wants second(there, false);
    enter(first);
    enter(second);
    lose();
    withdraw(first);
    BOOST_TEST(may_dial(take(second)));
    give_up();
    BOOST_TEST(pool.count().dialling == 0U);
    BOOST_TEST(may_dial(acquire()));
}

BOOST_AUTO_TEST_CASE(the_waiters_of_a_place_that_ends_are_forgotten)
{
    auto* const a = lease(here);
    lease(here);
    wants goes(there, false);
    wants stays(here, false);
    enter(goes);
    enter(stays);
    end(there);
    BOOST_TEST(pool.count().waiting == 1U);
    release(a);
    BOOST_TEST(!goes.woken);
    BOOST_TEST(has(take(stays), a));
    withdraw(goes);
    BOOST_TEST(pool.count().leased == 2U);
}

BOOST_AUTO_TEST_CASE(what_was_granted_in_a_place_that_ends_is_passed_on)
{
    auto* const item = lease(there);
    lease(here);
    wants goes(there, false);
    wants stays(here, false);
    enter(goes);
    enter(stays);
    release(item);
    end(there);
    BOOST_TEST(!stays.woken);
    withdraw(goes);
    BOOST_TEST(is_closed(item));
    BOOST_TEST(may_dial(take(stays)));
}

BOOST_AUTO_TEST_CASE(a_dead_item_leaves_its_slot_to_its_owner_and_not_to_a_waiter)
{
    lease();
    lease();
    wants who(here, false);
    enter(who);
    state::effects then;
    BOOST_TEST(pool.replace(here, false, now, then).connection == nullptr);
    BOOST_TEST(then.granted == nullptr);
    BOOST_TEST(!who.woken);
    give_up();
    BOOST_TEST(may_dial(take(who)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(of_too_many_idle_ones_the_oldest_is_closed, one_idle_fixture)
{
    auto* const a = lease(here);
    auto* const b = lease(there);
    release(a);
    BOOST_TEST(!is_closed(a));
    release(b);
    BOOST_TEST(is_closed(a));
    BOOST_TEST(!is_closed(b));
}

BOOST_FIXTURE_TEST_CASE(where_none_may_be_idle_each_is_closed, none_idle_fixture)
{
    auto* const item = lease();
    release(item);
    BOOST_TEST(is_closed(item));
    BOOST_TEST(pool.count().leased == 0U);
}

BOOST_FIXTURE_TEST_CASE(times_without_a_bound_keep_an_item_for_good, forever_fixture)
{
    random = 0.999;
    auto const* const item = idle();
    now += std::chrono::hours(24) * 365 * 50;
    BOOST_TEST(has(acquire(), item));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
