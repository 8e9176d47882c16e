#include "net/cancellation.hpp"
#include "net/fresh_coroutine.hpp"
#include "support/run.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <vector>

namespace hicap::test {
namespace {

using namespace boost::asio::experimental::awaitable_operators;

struct answers
{
    std::vector<bool> fresh;
};

asio::awaitable<void> ask(answers* into)
{
    net::launch_query const launching{};
    bool const first = net::is_fresh(co_await launching);
    into->fresh.push_back(first);
    co_await asio::post(asio::use_awaitable);
    bool const second = net::is_fresh(co_await launching);
    into->fresh.push_back(second);
}

asio::awaitable<void> ask_from_below(answers* into)
{
    co_await ask(into);
    co_await ask(into);
}

asio::awaitable<void> spawn(answers* into)
{
    auto const executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, ask_from_below(into), asio::detached);
    net::launch_query const launching{};
    bool const self = net::is_fresh(co_await launching);
    into->fresh.push_back(self);
}

/// Numbers that are at hand, taken as a stream's events are.
struct numbers
{
    int next = 0;
};

asio::awaitable<int> take(numbers* from)
{
    net::launch_query const launching{};
    bool const fresh = net::is_fresh(co_await launching);
    if (fresh) {
        co_await asio::post(asio::use_awaitable);
        auto const cancellation = co_await asio::this_coro::cancellation_state;
        net::throw_if_cancelled(cancellation);
    }
    co_return from->next++;
}

asio::awaitable<int> take_from_below(numbers* from)
{
    auto const got = co_await take(from);
    co_return got;
}

asio::awaitable<std::vector<int>> take_by_two(numbers* from)
{
    co_await asio::post(asio::use_awaitable);
    std::vector<int> got;
    while (got.size() != 100) {
        auto const either = co_await (take_from_below(from) || take_from_below(from));
        got.push_back(either.index() == 0 ? std::get<0>(either) : std::get<1>(either));
        auto const alone = co_await take_from_below(from);
        got.push_back(alone);
    }
    co_return got;
}

} // namespace

BOOST_AUTO_TEST_SUITE(net_fresh_coroutine)

BOOST_AUTO_TEST_CASE(a_coroutine_is_fresh_until_it_is_suspended_whatever_frame_asks)
{
    asio::io_context context{1};
    answers got;
    asio::post(context, [&] {
        asio::co_spawn(context, ask_from_below(&got), asio::detached);
        BOOST_TEST(got.fresh.size() == 1u); // up to the first suspension within the call
    });
    context.run();
    BOOST_TEST((got.fresh == std::vector<bool>{true, false, false, false}));
}

BOOST_AUTO_TEST_CASE(one_that_has_spawned_another_is_not_fresh_again)
{
    asio::io_context context{1};
    answers got;
    asio::co_spawn(context, spawn(&got), asio::detached);
    context.run();
    BOOST_TEST_REQUIRE(got.fresh.size() == 5u);
    BOOST_TEST(got.fresh[0]);
    // The second answer is that of the spawning one, which may count as fresh itself.
    BOOST_TEST(
        (std::vector<bool>(got.fresh.begin() + 2, got.fresh.end()) ==
         std::vector<bool>{false, false, false})
    );
}

BOOST_AUTO_TEST_CASE(who_goes_through_the_loop_while_fresh_loses_nothing_to_a_faster_one)
{
    asio::io_context context{1};
    numbers from;
    auto const got = run(context, take_by_two(&from));
    for (std::size_t i = 0; i != got.size(); ++i)
        BOOST_TEST_REQUIRE(got[i] == static_cast<int>(i));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
