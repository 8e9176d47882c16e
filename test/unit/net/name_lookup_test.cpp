#include "net/name_lookup.hpp"
#include "support/fake_resolver.hpp"
#include "support/run.hpp"
#include "support/started.hpp"
#include "support/test_call.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using endpoints = std::vector<asio::ip::tcp::endpoint>;
using strings = std::vector<std::string>;

struct lookup_fixture
{
    strings look_up(std::string host, std::string port)
    {
        auto const found = run(context, net::look_up(std::move(host), std::move(port), &with.on));
        strings texts;
        for (auto const& endpoint : found)
            texts.push_back(endpoint.address().to_string() + ' ' + std::to_string(endpoint.port()));
        return texts;
    }

    /// A lookup that does not end.
    [[nodiscard]] auto hang()
    {
        system.hold();
        return started<endpoints>(context, net::look_up("api.test", "443", &with.on));
    }

    /// The system ends its lookup when nobody waits any more.
    void release()
    {
        system.release();
        context.restart();
        context.run(); // it is all that is left to do
    }

    asio::io_context context{1};
    test_call with;
    fake_resolver system;
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
        auto second = started<endpoints>(context, net::look_up("b.test", "443", &with.on));
        auto third = started<endpoints>(context, net::look_up("c.test", "443", &with.on));
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

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
