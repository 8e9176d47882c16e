#include "support/manual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

using std::chrono::seconds;

struct manual_clock_fixture
{
    /// Waits, and writes `name` when the time has come, `-name` when it was cancelled.
    auto writes(std::string name)
    {
        return [this, name](boost::system::error_code code) {
            if (code)
                BOOST_TEST((code == asio::error::operation_aborted));
            written += (code ? "-" : "") + name;
        };
    }

    std::string run()
    {
        context.restart();
        context.poll();
        return std::exchange(written, {});
    }

    net::clock::time_point in(int time) const { return start + seconds(time); }

    asio::io_context context;
    manual_clock clock;
    net::clock::time_point const start = clock.now();
    std::unique_ptr<net::timer> timer = clock.make_timer(context.get_executor());
    std::string written;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_manual_clock, manual_clock_fixture)

BOOST_AUTO_TEST_CASE(time_stands_still_until_it_is_moved)
{
    BOOST_TEST((clock.now() == start));
    clock.advance(seconds(3));
    BOOST_TEST((clock.now() == in(3)));
    clock.advance_to(in(1));
    BOOST_TEST((clock.now() == in(3)));
}

BOOST_AUTO_TEST_CASE(a_wait_ends_when_its_time_comes)
{
    timer->wait_until(in(2), writes("a"));
    clock.advance(seconds(1));
    BOOST_TEST(run() == "");
    clock.advance(seconds(1));
    BOOST_TEST(written == ""); // never within the call
    BOOST_TEST(run() == "a");
}

BOOST_AUTO_TEST_CASE(a_wait_for_the_past_ends_at_once_but_not_within_the_call)
{
    timer->wait_until({}, writes("a"));
    BOOST_TEST(written == "");
    BOOST_TEST(run() == "a");
}

BOOST_AUTO_TEST_CASE(waits_end_in_the_order_of_their_times)
{
    auto const second = clock.make_timer(context.get_executor());
    auto const third = clock.make_timer(context.get_executor());
    timer->wait_until(in(2), writes("c"));
    second->wait_until(in(1), writes("a"));
    third->wait_until(in(1), writes("b"));
    clock.advance(seconds(5));
    BOOST_TEST(run() == "abc");
}

BOOST_AUTO_TEST_CASE(the_next_wait_is_known)
{
    BOOST_TEST(!clock.next());
    BOOST_TEST(!clock.advance_to_next());
    auto const second = clock.make_timer(context.get_executor());
    timer->wait_until(in(2), writes("b"));
    second->wait_until(in(1), writes("a"));
    BOOST_TEST((clock.next() == in(1)));
    BOOST_TEST(clock.advance_to_next());
    BOOST_TEST(run() == "a");
    BOOST_TEST((clock.next() == in(2)));
    BOOST_TEST(clock.pending() == 1U);
}

BOOST_AUTO_TEST_CASE(a_wait_is_cancelled_by_its_timer)
{
    timer->cancel();
    timer->wait_until(in(1), writes("a"));
    timer->cancel();
    BOOST_TEST(written == "");
    BOOST_TEST(run() == "-a");
    timer->wait_until(in(1), writes("b"));
    clock.advance(seconds(1));
    BOOST_TEST(run() == "b");
}

BOOST_AUTO_TEST_CASE(a_new_wait_cancels_the_pending_one)
{
    timer->wait_until(in(1), writes("a"));
    timer->wait_until(in(2), writes("b"));
    BOOST_TEST(run() == "-a");
    clock.advance(seconds(2));
    BOOST_TEST(run() == "b");
}

BOOST_AUTO_TEST_CASE(a_wait_is_cancelled_with_its_timer_and_may_outlive_the_clock)
{
    std::optional<manual_clock> other(std::in_place);
    auto dies = other->make_timer(context.get_executor());
    auto lives = other->make_timer(context.get_executor());
    dies->wait_until(in(1), writes("a"));
    lives->wait_until(in(1), writes("b"));
    other.reset();
    BOOST_TEST(run() == "");
    dies.reset();
    BOOST_TEST(run() == "-a");
    lives->cancel();
    BOOST_TEST(run() == "-b");
}

BOOST_AUTO_TEST_CASE(a_wait_is_cancelled_by_the_slot_of_its_handler)
{
    asio::cancellation_signal signal;
    timer->wait_until(in(1), asio::bind_cancellation_slot(signal.slot(), writes("a")));
    signal.emit(asio::cancellation_type::none);
    BOOST_TEST(run() == "");
    signal.emit(asio::cancellation_type::terminal);
    BOOST_TEST(run() == "-a");
    signal.emit(asio::cancellation_type::terminal); // after its end
    BOOST_TEST(run() == "");
}

BOOST_AUTO_TEST_CASE(a_handler_is_called_on_its_own_executor)
{
    asio::io_context other;
    timer->wait_until(in(1), asio::bind_executor(other, writes("a")));
    clock.advance(seconds(1));
    BOOST_TEST(run() == "");
    other.poll();
    BOOST_TEST(written == "a");
}

BOOST_AUTO_TEST_CASE(a_pending_wait_keeps_its_event_loop_from_ending)
{
    timer->wait_until(in(1), writes("a"));
    run();
    BOOST_TEST(!context.stopped());
    clock.advance(seconds(1));
    BOOST_TEST(run() == "a");
    BOOST_TEST(context.stopped());
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_destroys_the_handlers_that_wait_in_it)
{
    auto const alive = std::make_shared<int>();
    std::unique_ptr<net::timer> of_other;
    {
        asio::io_context other;
        of_other = clock.make_timer(other.get_executor());
        of_other->wait_until(in(1), [alive](auto) {});
        timer->wait_until(in(1), writes("a"));
        BOOST_TEST(alive.use_count() == 2);
    }
    BOOST_TEST(alive.use_count() == 1);
    clock.advance(seconds(1));
    BOOST_TEST(run() == "a");
}

BOOST_AUTO_TEST_CASE(threads_share_a_clock)
{
    constexpr int rounds = 500;
    std::atomic<int> ended = 0;
    std::atomic<bool> done = false;
    std::thread mover([&] {
        while (!done) {
            clock.advance(seconds(1));
            std::this_thread::yield();
        }
    });
    std::vector<std::thread> waiters;
    for (int i = 0; i != 2; ++i) {
        waiters.emplace_back([&] {
            asio::io_context mine{1};
            auto const its_timer = clock.make_timer(mine.get_executor());
            for (int round = 0; round != rounds; ++round) {
                its_timer->wait_until(clock.now() + seconds(2), [&](auto) { ++ended; });
                if (round % 2 == 0)
                    its_timer->cancel();
                mine.restart();
                mine.run();
            }
        });
    }
    for (auto& waiter : waiters)
        waiter.join();
    done = true;
    mover.join();
    BOOST_TEST(ended == 2 * rounds);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
