#include "net/operation.hpp"
#include "support/manual_clock.hpp"
#include "support/started.hpp"

#include <hicap/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct counting_stoppable final : net::stoppable
{
    void stop() noexcept override { ++stops; }

    int stops = 0;
};

bool is_shut_down(error const& thrown)
{
    return thrown.code() == errc::client_shut_down && thrown.code() == condition::cancelled;
}

struct operation_fixture
{
    std::unique_ptr<net::operation> begin() const
    {
        return std::make_unique<net::operation>(all, nullptr, clock, "POST", "/v1/x");
    }

    [[nodiscard]] auto join(net::clock::duration within = 1h) const
    {
        return net::operations::join(all, clock, clock->now() + within);
    }

    asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    std::shared_ptr<net::operations> all = std::make_shared<net::operations>();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_operation, operation_fixture)

BOOST_AUTO_TEST_CASE(operations_are_counted_while_they_live)
{
    BOOST_TEST(all->running() == 0u);
    auto const first = begin();
    auto second = begin();
    BOOST_TEST(all->running() == 2u);
    second.reset();
    BOOST_TEST(all->running() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_waited_for_is_stopped)
{
    counting_stoppable link;
    auto const one = begin();
    net::waiting const here(*one, link);
    one->check();
    BOOST_TEST(link.stops == 0);
    one->stop();
    BOOST_TEST(link.stops == 1);
    BOOST_TEST(one->stopped());
    BOOST_CHECK_EXCEPTION(one->check(), error, is_shut_down);
}

BOOST_AUTO_TEST_CASE(an_operation_that_was_stopped_before_waits_for_nothing)
{
    counting_stoppable link;
    auto const one = begin();
    one->stop();
    net::waiting const here(*one, link);
    BOOST_TEST(link.stops == 1);
}

BOOST_AUTO_TEST_CASE(what_is_not_waited_for_any_more_is_left_alone)
{
    counting_stoppable former;
    counting_stoppable link;
    auto const one = begin();
    {
        net::waiting const here(*one, former);
    }
    one->wait_for(&link);
    one->wait_for(nullptr);
    one->stop();
    BOOST_TEST(former.stops == 0);
    BOOST_TEST(link.stops == 0);
    BOOST_TEST(one->stopped());
}

BOOST_AUTO_TEST_CASE(all_that_run_are_stopped)
{
    counting_stoppable link;
    auto const waits = begin();
    auto const works = begin();
    begin().reset();
    waits->wait_for(&link);
    all->stop_all();
    BOOST_TEST(link.stops == 1);
    BOOST_TEST(waits->stopped());
    BOOST_TEST(works->stopped());
    BOOST_TEST(!begin()->stopped()); // stopping does not close
}

BOOST_AUTO_TEST_CASE(those_that_clean_up_are_neither_stopped_nor_counted_with_the_others)
{
    net::operation const cleans(
        all, nullptr, clock, "POST", "/v1/x", nullptr, net::errand::cleaning
    );
    BOOST_TEST(all->stop_usual() == 0u);
    auto const first = begin();
    auto const second = begin();
    BOOST_TEST(all->stop_usual() == 2u);
    BOOST_TEST(first->stopped());
    BOOST_TEST(second->stopped());
    BOOST_TEST(!cleans.stopped());
}

BOOST_AUTO_TEST_CASE(nothing_begins_once_it_is_closed)
{
    auto const before = begin();
    all->close();
    BOOST_CHECK_EXCEPTION(begin(), error, is_shut_down);
    BOOST_TEST(all->running() == 1u);
    before->check(); // goes on
}

BOOST_AUTO_TEST_CASE(nothing_is_joined_at_once)
{
    started joins(context, join());
    BOOST_TEST_REQUIRE(joins.done());
    BOOST_TEST(joins.get());
    BOOST_TEST(clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(a_join_ends_with_the_last_operation)
{
    auto first = begin();
    auto second = begin();
    started joins(context, join());
    started other(context, join());
    first.reset();
    joins.poll();
    BOOST_TEST(!joins.done());
    second.reset();
    joins.poll();
    BOOST_TEST_REQUIRE(joins.done());
    BOOST_TEST_REQUIRE(other.done());
    BOOST_TEST(joins.get());
    BOOST_TEST(other.get());
}

BOOST_AUTO_TEST_CASE(a_join_ends_at_its_deadline)
{
    auto const one = begin();
    started joins(context, join(10s));
    clock->advance(10s - 1ns);
    joins.poll();
    BOOST_TEST(!joins.done());
    clock->advance(1ns);
    joins.poll();
    BOOST_TEST_REQUIRE(joins.done());
    BOOST_TEST(!joins.get());
}

BOOST_AUTO_TEST_CASE(a_join_that_is_cancelled_leaves_nothing_behind)
{
    auto one = begin();
    {
        started joins(context, join());
        joins.cancel();
        BOOST_TEST((joins.code() == asio::error::operation_aborted));
    }
    one.reset(); // would wake it
    BOOST_TEST(clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(an_operation_that_ends_on_another_thread_is_joined)
{
    for (int i = 0; i != 100; ++i) {
        auto one = begin();
        started joins(context, join());
        std::thread ends([&] { one.reset(); });
        joins.finish();
        ends.join();
        BOOST_TEST(joins.get());
    }
}

BOOST_AUTO_TEST_CASE(operations_may_end_while_all_are_stopped)
{
    for (int i = 0; i != 100; ++i) {
        std::vector<std::unique_ptr<net::operation>> many;
        for (int k = 0; k != 20; ++k)
            many.push_back(begin());
        std::thread ends([&] { many.clear(); });
        all->stop_all();
        ends.join();
        BOOST_TEST(all->running() == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
