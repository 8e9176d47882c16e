#include "net/alarm.hpp"
#include "support/manual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace hicap::test {
namespace {

using std::chrono::seconds;

enum class outcome
{
    asleep,
    woken,
    late,
    cancelled
};

struct alarm_fixture
{
    /// Lets a coroutine sleep for a minute, beginning now.
    void sleep()
    {
        result = outcome::asleep;
        auto const done = [this](std::exception_ptr failure, bool woken) {
            result = failure ? outcome::cancelled : woken ? outcome::woken : outcome::late;
            if (failure)
                BOOST_CHECK_EXCEPTION(
                    std::rethrow_exception(failure),
                    boost::system::system_error,
                    [](auto const& thrown) {
                        return thrown.code() == asio::error::operation_aborted;
                    }
                );
        };
        asio::co_spawn(
            context,
            bell->sleep_until(clock.now() + seconds(60)),
            asio::bind_cancellation_slot(signal.slot(), done)
        );
        poll();
    }

    void poll()
    {
        context.restart();
        context.poll();
    }

    asio::io_context context;
    manual_clock clock;
    std::optional<net::alarm> bell{std::in_place, clock, context.get_executor()};
    asio::cancellation_signal signal;
    outcome result = outcome::asleep;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_alarm, alarm_fixture)

BOOST_AUTO_TEST_CASE(it_sleeps_until_its_time)
{
    sleep();
    clock.advance(seconds(59));
    poll();
    BOOST_CHECK(result == outcome::asleep);
    clock.advance(seconds(1));
    poll();
    BOOST_CHECK(result == outcome::late);
}

BOOST_AUTO_TEST_CASE(a_wake_ends_the_sleep)
{
    sleep();
    bell->wake();
    BOOST_CHECK(result == outcome::asleep); // it resumes on its executor
    poll();
    BOOST_CHECK(result == outcome::woken);
    BOOST_TEST(clock.pending() == 0U);
}

BOOST_AUTO_TEST_CASE(a_wake_before_the_sleep_ends_it_at_once)
{
    bell->wake();
    sleep();
    BOOST_CHECK(result == outcome::woken);
}

BOOST_AUTO_TEST_CASE(a_wake_ends_one_sleep)
{
    bell->wake();
    bell->wake();
    sleep();
    BOOST_CHECK(result == outcome::woken);
    sleep();
    BOOST_CHECK(result == outcome::asleep);
    bell->wake();
    poll();
    BOOST_CHECK(result == outcome::woken);
}

BOOST_AUTO_TEST_CASE(a_wake_that_crosses_the_time_counts)
{
    sleep();
    clock.advance(seconds(60));
    bell->wake();
    poll();
    BOOST_CHECK(result == outcome::woken);
    sleep();
    BOOST_CHECK(result == outcome::asleep);
}

BOOST_AUTO_TEST_CASE(a_sleep_can_be_cancelled)
{
    sleep();
    signal.emit(asio::cancellation_type::terminal);
    poll();
    BOOST_CHECK(result == outcome::cancelled);
    BOOST_TEST(clock.pending() == 0U);
    sleep();
    BOOST_CHECK(result == outcome::asleep);
}

BOOST_AUTO_TEST_CASE(a_wake_that_crosses_a_cancellation_is_kept)
{
    sleep();
    signal.emit(asio::cancellation_type::terminal);
    bell->wake();
    poll();
    BOOST_CHECK(result == outcome::cancelled);
    sleep();
    BOOST_CHECK(result == outcome::woken);
}

BOOST_AUTO_TEST_CASE(a_cancellation_that_crosses_a_wake_keeps_it)
{
    sleep();
    asio::post(context, [this] {
        bell->wake();
        signal.emit(asio::cancellation_type::terminal);
    });
    poll();
    BOOST_CHECK(result == outcome::cancelled);
    sleep();
    BOOST_CHECK(result == outcome::woken);
}

BOOST_AUTO_TEST_CASE(a_stop_is_for_good)
{
    sleep();
    bell->stop();
    poll();
    BOOST_CHECK(result == outcome::woken);
    for (int i = 0; i != 2; ++i) {
        sleep();
        BOOST_CHECK(result == outcome::woken);
    }
}

BOOST_AUTO_TEST_CASE(a_stop_before_the_sleep_ends_it_at_once)
{
    bell->stop();
    sleep();
    BOOST_CHECK(result == outcome::woken);
}

BOOST_AUTO_TEST_CASE(a_wake_when_nobody_sleeps_any_more_does_no_harm)
{
    sleep();
    clock.advance(seconds(60));
    poll();
    bell->wake();
    poll();
    BOOST_CHECK(result == outcome::late);
    sleep();
    BOOST_CHECK(result == outcome::woken);
}

BOOST_AUTO_TEST_CASE(another_thread_wakes_a_sleeper_which_resumes_where_it_was)
{
    // With either clock: that of the machine is the one that is used.
    for (auto* const time : {static_cast<net::clock*>(&clock), net::system_clock().get()}) {
        bell.emplace(*time, context.get_executor());
        std::thread::id resumed_on;
        auto const asleep = [&]() -> asio::awaitable<bool> {
            bool const woken = co_await bell->sleep_until(time->now() + std::chrono::hours(1));
            resumed_on = std::this_thread::get_id();
            co_return woken;
        };
        for (int round = 0; round != 200; ++round) {
            result = outcome::asleep;
            resumed_on = {};
            asio::co_spawn(context, asleep(), [&](std::exception_ptr failure, bool woken) {
                result = !failure && woken ? outcome::woken : outcome::late;
            });
            std::thread waker([&] { bell->wake(); });
            context.restart();
            context.run();
            waker.join();
            BOOST_CHECK(result == outcome::woken);
            BOOST_CHECK(resumed_on == std::this_thread::get_id());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_context_may_end_while_somebody_sleeps)
{
    std::optional<asio::io_context> other(std::in_place);
    bool destroyed = false;

    struct notes_end
    {
        explicit notes_end(bool& flag) : flag_(flag) {}

        notes_end(notes_end const&) = delete;

        ~notes_end() { flag_ = true; }

        bool& flag_;
    };

    auto const asleep = [&]() -> asio::awaitable<void> {
        net::alarm own(clock, co_await asio::this_coro::executor);
        notes_end const note(destroyed);
        co_await own.sleep_until(clock.now() + seconds(60));
    };
    asio::co_spawn(*other, asleep(), [](std::exception_ptr) {});
    other->poll();
    BOOST_TEST(clock.pending() == 1U);
    other.reset();
    BOOST_TEST(destroyed);
    BOOST_TEST(clock.pending() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
