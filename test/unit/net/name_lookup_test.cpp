#include "net/name_lookup.hpp"
#include "support/fake_resolver.hpp"
#include "support/run.hpp"
#include "support/started.hpp"
#include "support/test_call.hpp"

#include <hicap/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using endpoints = net::name_lookup::endpoints;
using strings = std::vector<std::string>;

strings texts_of(endpoints const& found)
{
    strings texts;
    for (auto const& endpoint : found)
        texts.push_back(endpoint.address().to_string() + ' ' + std::to_string(endpoint.port()));
    return texts;
}

struct lookup_fixture
{
    strings look_up(std::string host, std::string port)
    {
        return texts_of(run(context, name(std::move(host), std::move(port)).find(&with.on)));
    }

    /// One that nobody has used.
    net::name_lookup& name(std::string host, std::string port = "443")
    {
        return names.emplace_back(std::move(host), std::move(port));
    }

    /// A lookup that does not end.
    [[nodiscard]] auto hang()
    {
        system.hold();
        return started<endpoints>(context, name("api.test").find(&with.on));
    }

    /// The system ends its lookup when nobody waits any more.
    void release()
    {
        system.release();
        context.restart();
        context.run(); // it is all that is left to do
    }

    /// A call of its own that looks `what` up.
    auto& begin(net::name_lookup& what, policy::deadline_set const& limits = {})
    {
        auto& mine = calls.emplace_back(limits, with.clock);
        return waiters.emplace_back(context, what.find(&mine.on));
    }

    /// Until everybody has what he waits for.
    void finish()
    {
        system.release();
        for (auto& one : waiters)
            one.finish();
    }

    asio::io_context context{1};
    test_call with;
    fake_resolver system;
    std::deque<net::name_lookup> names;
    std::deque<test_call> calls;
    std::deque<started<endpoints>> waiters;
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_name_lookup, lookup_fixture)

BOOST_AUTO_TEST_CASE(a_literal_address_is_not_looked_up)
{
    BOOST_TEST(look_up("10.1.2.3", "80") == strings{"10.1.2.3 80"});
    BOOST_TEST(look_up("2001:db8::1", "65535") == strings{"2001:db8::1 65535"});
    BOOST_TEST(system.lookups() == 0u);
    BOOST_TEST(!with.on.made.times.resolve.has_value());
}

BOOST_AUTO_TEST_CASE(all_addresses_of_a_name_are_found_in_the_order_of_the_system)
{
    system.define("api.test", {"2001:db8::1", "10.0.0.2", "10.0.0.1"});
    auto const found = look_up("api.test", "443");
    BOOST_TEST(found == (strings{"2001:db8::1 443", "10.0.0.2 443", "10.0.0.1 443"}));
    BOOST_TEST((with.on.made.times.resolve == 0us));
    BOOST_TEST(with.clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_an_error_that_shows_it)
{
    BOOST_CHECK_EXCEPTION(look_up("nobody.test", "443"), error, [](error const& thrown) {
        return thrown.code() == asio::error::host_not_found &&
               thrown.code() == condition::connection &&
               contains(thrown.what(), "cannot resolve the host name \"nobody.test\"");
    });
    BOOST_TEST(with.on.made.times.resolve.has_value());
}

BOOST_AUTO_TEST_CASE(a_name_without_addresses_is_not_found)
{
    system.define("empty.test", {});
    BOOST_CHECK_EXCEPTION(look_up("empty.test", "443"), error, [](error const& thrown) {
        return thrown.code() == asio::error::host_not_found;
    });
}

BOOST_AUTO_TEST_CASE(a_port_that_is_none_is_an_error_with_a_literal_address_too)
{
    system.define("10.0.0.1", {"10.0.0.1"});
    for (std::string const port : {"x", "80x"}) {
        BOOST_CHECK_EXCEPTION(look_up("10.0.0.1", port), error, [](error const& thrown) {
            return thrown.code() == asio::error::service_not_found;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_does_not_wait_for_the_system)
{
    auto looks_up = hang();
    with.clock->advance(5s - 1ns);
    looks_up.poll();
    BOOST_TEST(!looks_up.done());
    with.clock->advance(1ns);
    looks_up.poll();
    BOOST_TEST_REQUIRE(looks_up.done());
    BOOST_TEST((looks_up.code() == errc::resolve_timeout));
    BOOST_TEST(contains(looks_up.what(), "resolving the host name \"api.test\""));
    BOOST_TEST((with.on.made.times.resolve == 5s));
    release();
}

BOOST_AUTO_TEST_CASE(a_cancelled_lookup_does_not_wait_for_the_system)
{
    auto looks_up = hang();
    looks_up.cancel();
    BOOST_TEST_REQUIRE(looks_up.done());
    BOOST_TEST((looks_up.code() == asio::error::operation_aborted));
    release();
}

BOOST_AUTO_TEST_CASE(lookups_that_nobody_waits_for_hold_up_no_others)
{
    auto first = hang();
    {
        // They would run one after another behind the first.
        auto second = started<endpoints>(context, name("b.test").find(&with.on));
        auto third = started<endpoints>(context, name("c.test").find(&with.on));
    }
    first.cancel();
    system.define("d.test", {"10.0.0.4"});
    system.release();
    BOOST_TEST(look_up("d.test", "443") == (strings{"10.0.0.4 443"}));
    BOOST_TEST(system.lookups() <= 2u);
}

BOOST_AUTO_TEST_CASE(a_stopped_lookup_does_not_wait_for_the_system)
{
    auto looks_up = hang();
    with.operation->stop();
    looks_up.poll();
    BOOST_TEST_REQUIRE(looks_up.done());
    BOOST_TEST((looks_up.code() == errc::client_shut_down));
    release();
}

BOOST_AUTO_TEST_CASE(a_lookup_of_an_operation_that_was_stopped_before_ends_at_once)
{
    with.operation->stop();
    auto looks_up = hang();
    BOOST_TEST_REQUIRE(looks_up.done());
    BOOST_TEST((looks_up.code() == errc::client_shut_down));
    release();
}

BOOST_AUTO_TEST_CASE(all_who_wait_in_a_context_wait_for_one_lookup)
{
    system.define("api.test", {"10.0.0.1"});
    system.hold();
    auto& host = name("api.test");
    for (int i = 0; i != 500; ++i)
        begin(host);
    finish();
    BOOST_TEST(system.lookups() == 1u);
    for (auto& one : waiters)
        BOOST_TEST_REQUIRE(texts_of(one.get()) == strings{"10.0.0.1 443"});
    BOOST_TEST(with.clock->pending() == 0u);
    context.restart();
    context.run(); // returns
}

BOOST_AUTO_TEST_CASE(an_error_reaches_all_who_wait_and_nobody_else)
{
    system.hold();
    auto& host = name("api.test");
    for (int i = 0; i != 3; ++i)
        begin(host);
    finish();
    BOOST_TEST(system.lookups() == 1u);
    for (auto& one : waiters)
        BOOST_TEST((one.code() == asio::error::host_not_found), one.what());
    system.define("api.test", {"10.0.0.1"});
    auto& later = begin(host);
    later.finish();
    BOOST_TEST(texts_of(later.get()) == strings{"10.0.0.1 443"});
    BOOST_TEST(system.lookups() == 2u);
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_or_late_leaves_the_lookup_to_the_others)
{
    system.define("api.test", {"10.0.0.1"});
    system.hold();
    auto& host = name("api.test");
    policy::deadline_set short_limit;
    short_limit.resolve = 1s;
    auto& cancelled = begin(host); // which has begun the lookup
    auto& late = begin(host, short_limit);
    auto& patient = begin(host);
    cancelled.cancel();
    BOOST_TEST_REQUIRE(cancelled.done());
    BOOST_TEST((cancelled.code() == asio::error::operation_aborted));
    with.clock->advance(1s);
    late.poll();
    BOOST_TEST_REQUIRE(late.done());
    BOOST_TEST((late.code() == errc::resolve_timeout));
    BOOST_TEST(!patient.done());
    finish();
    BOOST_TEST(texts_of(patient.get()) == strings{"10.0.0.1 443"});
    BOOST_TEST(system.lookups() == 1u);
}

BOOST_AUTO_TEST_CASE(the_last_who_leaves_abandons_the_lookup)
{
    system.define("api.test", {"10.0.0.1"});
    system.hold();
    auto& host = name("api.test");
    auto& first = begin(host);
    auto& second = begin(host);
    while (system.lookups() == 0) // another thread begins it
        std::this_thread::yield();
    first.cancel();
    second.cancel();
    auto& later = begin(host); // has one of its own
    finish();
    BOOST_TEST(texts_of(later.get()) == strings{"10.0.0.1 443"});
    BOOST_TEST(system.lookups() == 2u);
}

BOOST_AUTO_TEST_CASE(what_was_found_is_good_for_some_seconds)
{
    system.define("api.test", {"10.0.0.1"});
    auto& host = name("api.test");
    auto const again = [&] {
        auto& one = begin(host);
        one.finish();
        return texts_of(one.get());
    };
    BOOST_TEST(again() == strings{"10.0.0.1 443"});
    system.define("api.test", {"10.0.0.2"});
    with.clock->advance(5s - 1ns);
    BOOST_TEST(again() == strings{"10.0.0.1 443"});
    BOOST_TEST(system.lookups() == 1u);
    BOOST_TEST((calls.back().on.made.times.resolve == 0us));
    with.clock->advance(1ns);
    BOOST_TEST(again() == strings{"10.0.0.2 443"});
    BOOST_TEST(system.lookups() == 2u);
    system.define("api.test", {"10.0.0.3"});
    host.forget();
    BOOST_TEST(again() == strings{"10.0.0.3 443"});
    BOOST_TEST(system.lookups() == 3u);
}

BOOST_AUTO_TEST_CASE(contexts_wait_for_lookups_of_their_own_and_may_end_while_they_do)
{
    system.define("api.test", {"10.0.0.1"});
    system.hold();
    auto& host = name("api.test");
    test_call of_other({}, with.clock);
    auto other = std::make_unique<asio::io_context>(1);
    asio::co_spawn(*other, host.find(&of_other.on), asio::detached);
    other->poll();
    auto& here = begin(host);
    system.release(); // a context that ends joins the thread of its lookups
    other.reset();
    here.finish();
    BOOST_TEST(texts_of(here.get()) == strings{"10.0.0.1 443"});
    BOOST_TEST(with.clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(many_threads_may_look_up_at_the_same_time)
{
    system.define("api.test", {"10.0.0.1"});
    auto& host = name("api.test");
    std::atomic<int> found{0};
    auto const work = [&] {
        asio::io_context own(1);
        test_call mine({}, with.clock);
        for (int i = 0; i != 50; ++i) {
            found += static_cast<int>(run(own, host.find(&mine.on)).size());
            host.forget();
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i)
        threads.emplace_back(work);
    for (auto& one : threads)
        one.join();
    BOOST_TEST(found == 200);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
