#include "net/tenant.hpp"

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

namespace asio = boost::asio;

struct counted_tenant : net::tenant
{
    void context_ends() noexcept override { ++ends; }

    int ends = 0;
};

/// One that says that it was told.
struct witness : net::tenant
{
    explicit witness(std::function<void()> what) : tell(std::move(what)) {}

    void context_ends() noexcept override { tell(); }

    std::function<void()> tell;
};

/// One whose end takes until the context's has begun.
struct slow_to_go : net::tenant
{
    slow_to_go(std::promise<void>& goes, std::shared_future<void> until, bool& last)
        : going(goes), context_goes(std::move(until)), gone(last)
    {}

    ~slow_to_go() override
    {
        going.set_value();
        context_goes.wait();
        for (int i = 0; i != 1'000; ++i)
            std::this_thread::yield();
        gone = true;
    }

    void context_ends() noexcept override {}

    std::promise<void>& going;
    std::shared_future<void> context_goes;
    bool& gone;
};

} // namespace

BOOST_AUTO_TEST_SUITE(net_tenant)

BOOST_AUTO_TEST_CASE(all_who_live_when_a_context_ends_are_told_once)
{
    std::optional<asio::io_context> context{1};
    auto const first = std::make_shared<counted_tenant>();
    auto gone = std::make_shared<counted_tenant>();
    auto const last = std::make_shared<counted_tenant>();
    for (auto const& one : {first, gone, last})
        net::settle(one, *context);
    std::weak_ptr<counted_tenant> const held = gone;
    gone.reset();
    BOOST_TEST(held.expired());
    BOOST_TEST(first->ends == 0);
    context.reset();
    BOOST_TEST(first->ends == 1);
    BOOST_TEST(last->ends == 1);
}

BOOST_AUTO_TEST_CASE(those_of_another_context_are_not_told)
{
    asio::io_context other{1};
    auto const there = std::make_shared<counted_tenant>();
    net::settle(there, other);
    std::optional<asio::io_context> context{1};
    auto const here = std::make_shared<counted_tenant>();
    net::settle(here, *context);
    context.reset();
    BOOST_TEST(here->ends == 1);
    BOOST_TEST(there->ends == 0);
}

BOOST_AUTO_TEST_CASE(a_context_waits_for_who_is_going_just_then)
{
    std::optional<asio::io_context> context{1};
    std::promise<void> going;
    std::promise<void> context_goes;
    bool gone = false;
    bool was_gone = false;
    auto const first = std::make_shared<witness>([&] { context_goes.set_value(); });
    auto slow = std::make_shared<slow_to_go>(going, context_goes.get_future().share(), gone);
    auto const last = std::make_shared<witness>([&] { was_gone = gone; });
    net::settle(first, *context);
    net::settle(slow, *context);
    net::settle(last, *context);
    std::thread other([mine = std::move(slow)]() mutable { mine.reset(); });
    going.get_future().wait();
    context.reset();
    BOOST_TEST(was_gone);
    other.join();
}

BOOST_AUTO_TEST_CASE(strands_may_be_let_go_while_their_context_ends)
{
    for (int i = 0; i != 100; ++i) {
        std::optional<asio::io_context> context{1};
        std::optional<net::lasting_executor> kept(asio::make_strand(*context));
        std::promise<void> begun;
        std::thread other([&] {
            begun.set_value();
            kept.reset();
        });
        begun.get_future().wait();
        context.reset();
        other.join();
    }
}

BOOST_AUTO_TEST_CASE(tenants_may_come_and_go_on_many_threads)
{
    asio::io_context context{1};
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i) {
        threads.emplace_back([&context] {
            for (int round = 0; round != 500; ++round)
                net::settle(std::make_shared<counted_tenant>(), context);
        });
    }
    for (auto& one : threads)
        one.join();
}

BOOST_AUTO_TEST_CASE(an_executor_that_lasts_is_empty_after_the_end_of_its_context)
{
    std::optional<asio::io_context> context{1};
    net::lasting_executor const plain(context->get_executor());
    net::lasting_executor const ordered(asio::make_strand(*context)); // whose end uses a service
    net::lasting_executor const counting(
        asio::require(context->get_executor(), asio::execution::outstanding_work.tracked)
    );
    int run = 0;
    for (auto const* const one : {&plain, &ordered, &counting})
        asio::post(one->get(), [&run] { ++run; });
    context->restart(); // what counted as work is gone, and that has stopped it
    context->run();     // returns, though one counted as work
    BOOST_TEST(run == 3);
    context.reset();
    for (auto const* const one : {&plain, &ordered, &counting})
        BOOST_TEST(!one->get());
}

BOOST_AUTO_TEST_CASE(an_executor_that_lasts_may_end_first)
{
    asio::io_context context{1};
    net::lasting_executor const last(context.get_executor());
    {
        auto const copy = last;
        net::lasting_executor const own(asio::make_strand(context));
    }
    BOOST_TEST(!!last.get());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
