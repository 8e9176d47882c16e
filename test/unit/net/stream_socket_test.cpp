#include "net/stream_socket.hpp"
#include "support/manual_clock.hpp"
#include "support/started.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using local = asio::local::stream_protocol;
using net::interest;
using time_point = net::clock::time_point;

constexpr auto no_deadline = time_point::max();
constexpr interest all_interests[] = {interest::read, interest::write, interest::either};

/// Whose timers can be set as often as it is said, and no more.
class poor_clock final : public net::clock
{
public:
    [[nodiscard]] time_point now() const noexcept override { return time_.now(); }

    [[nodiscard]] std::unique_ptr<net::timer> make_timer(asio::any_io_executor executor) override
    {
        return std::make_unique<poor_timer>(*this, time_.make_timer(std::move(executor)));
    }

    void advance(duration by) { time_.advance(by); }

    int timers = 0;

private:
    class poor_timer final : public net::timer
    {
    public:
        poor_timer(poor_clock& of, std::unique_ptr<net::timer> real)
            : of_(of), real_(std::move(real))
        {}

        void wait_until(time_point when, handler done) override
        {
            if (of_.timers == 0)
                throw std::bad_alloc();
            --of_.timers;
            real_->wait_until(when, std::move(done));
        }

        void cancel() noexcept override { real_->cancel(); }

    private:
        poor_clock& of_;
        std::unique_ptr<net::timer> real_;
    };

    manual_clock time_;
};

/// A socket of the library, and the plain one that it is connected to.
struct socket_fixture
{
    socket_fixture() { connect(clock); }

    void connect(std::shared_ptr<net::clock> time)
    {
        connect(std::move(time), context->get_executor());
    }

    void connect(std::shared_ptr<net::clock> time, asio::any_io_executor const& executor)
    {
        local::socket near(executor);
        far = local::socket(far_context);
        asio::local::connect_pair(near, far);
        descriptor = near.native_handle();
        far.non_blocking(true);
        // The whole suite runs by either.
        of_its_own = std::getenv("HICAP_TEST_PORTABLE_POLLER") != nullptr
                         ? net::make_portable_poller(executor)
                         : nullptr;
        link = net::make_socket(std::move(near), std::move(time), of_its_own);
    }

    /// Tells the context, and the poller that it does not know.
    void become_child()
    {
        context->notify_fork(asio::execution_context::fork_child);
        if (of_its_own)
            of_its_own->forget();
    }

    [[nodiscard]] auto wait(interest what, time_point deadline = no_deadline)
    {
        return started<bool>(*context, link->ready(what, deadline));
    }

    void give(std::string_view bytes)
    {
        BOOST_TEST_REQUIRE(far.write_some(asio::buffer(bytes)) == bytes.size());
    }

    std::string receive()
    {
        char data[100];
        auto const got = link->receive(data, sizeof data);
        return {data, got.what == net::socket::status::done ? got.size : 0};
    }

    /// Sends until no more can be sent.
    void fill()
    {
        std::vector<char> const bytes(100'000);
        while (link->send(bytes.data(), bytes.size()).what == net::socket::status::done) {
        }
    }

    /// The peer reads all that was sent.
    void drain()
    {
        std::vector<char> bytes(100'000);
        boost::system::error_code code;
        while (far.read_some(asio::buffer(bytes), code) != 0) {
        }
    }

    static void check_end_of(::pid_t child)
    {
        int status = -1;
        BOOST_TEST(::waitpid(child, &status, 0) == child);
        BOOST_TEST(status == 0);
    }

    bool closed_for_peer()
    {
        char data[1];
        boost::system::error_code code;
        far.read_some(asio::buffer(data), code);
        return code == asio::error::eof;
    }

    asio::io_context far_context{1};
    local::socket far{far_context};
    int descriptor = -1; // of the near one
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    time_point start = clock->now();
    std::optional<asio::io_context> context{1};
    std::shared_ptr<net::poller> of_its_own;
    std::unique_ptr<net::socket> link;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_stream_socket, socket_fixture)

BOOST_AUTO_TEST_CASE(bytes_go_both_ways)
{
    BOOST_TEST((link->send("hello", 5).what == net::socket::status::done));
    char data[5];
    asio::read(far, asio::buffer(data));
    BOOST_TEST(std::string(data, 5) == "hello");
    give("world");
    BOOST_TEST(receive() == "world");
}

BOOST_AUTO_TEST_CASE(nothing_blocks)
{
    char data[1];
    BOOST_TEST((link->receive(data, 1).what == net::socket::status::blocked));
    fill();
    BOOST_TEST((link->send(data, 1).what == net::socket::status::blocked));
}

BOOST_AUTO_TEST_CASE(a_fin_is_told_from_a_failure)
{
    far.close();
    char data[1];
    BOOST_TEST((link->receive(data, 1).what == net::socket::status::closed));
    auto const sent = link->send(data, 1);
    BOOST_TEST((sent.what == net::socket::status::failed));
    BOOST_TEST((sent.code == asio::error::broken_pipe)); // and no signal
}

BOOST_AUTO_TEST_CASE(a_wait_ends_when_something_comes)
{
    auto waits = wait(interest::read);
    BOOST_TEST(!waits.done());
    give("x");
    waits.poll();
    BOOST_TEST_REQUIRE(waits.done());
    BOOST_TEST(waits.get());
    BOOST_TEST(receive() == "x");
}

BOOST_AUTO_TEST_CASE(a_wait_ends_when_something_can_be_sent)
{
    auto at_once = wait(interest::write);
    BOOST_TEST_REQUIRE(at_once.done());
    BOOST_TEST(at_once.get());
    fill();
    auto waits = wait(interest::write);
    BOOST_TEST(!waits.done());
    drain();
    waits.poll();
    BOOST_TEST_REQUIRE(waits.done());
    BOOST_TEST(waits.get());
}

BOOST_AUTO_TEST_CASE(a_wait_for_either_ends_by_each)
{
    for (bool const by_reading : {true, false}) {
        fill();
        auto waits = wait(interest::either, start + 10s);
        BOOST_TEST(!waits.done());
        if (by_reading)
            drain();
        else
            give("x");
        waits.poll();
        BOOST_TEST_REQUIRE(waits.done());
        BOOST_TEST(waits.get());
        BOOST_TEST(receive() == (by_reading ? "" : "x"));
        link->rest(); // it keeps its timer for the next wait
        waits.poll();
        BOOST_TEST(context->stopped()); // the wait for the other is over, too
    }
    BOOST_TEST(clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_its_deadline)
{
    fill();
    for (auto const what : all_interests) {
        auto const now = clock->now();
        auto waits = wait(what, now + 10s);
        clock->advance(10s - 1ns);
        waits.poll();
        BOOST_TEST(!waits.done());
        clock->advance(1ns);
        waits.poll();
        BOOST_TEST_REQUIRE(waits.done());
        BOOST_TEST(!waits.get());
    }
    BOOST_TEST(clock->pending() == 0u);
    give("x"); // and the next wait is as good as any
    auto waits = wait(interest::read, clock->now() + 1s);
    BOOST_TEST(waits.get());
}

BOOST_AUTO_TEST_CASE(a_wait_without_deadline_needs_no_timer)
{
    auto waits = wait(interest::read);
    BOOST_TEST(clock->pending() == 0u);
    clock->advance(1000h);
    waits.poll();
    BOOST_TEST(!waits.done());
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_stopped_or_rests_keeps_no_timer)
{
    for (bool const stops : {true, false}) {
        socket_fixture one;
        one.give("x");
        BOOST_TEST(one.wait(interest::read, start + 10s).get());
        BOOST_TEST(one.clock->pending() == 1u);
        if (stops)
            one.link->stop();
        else
            one.link->rest();
        BOOST_TEST(one.clock->pending() == 0u);
        BOOST_TEST(one.wait(interest::read, start + 10s).get());
    }
}

BOOST_AUTO_TEST_CASE(a_later_deadline_costs_no_timer_until_the_former_one_fires)
{
    give("x");
    BOOST_TEST(wait(interest::read, start + 10s).get());
    receive();
    auto waits = wait(interest::read, start + 30s);
    BOOST_TEST(clock->pending() == 1u);
    BOOST_TEST((clock->next() == start + 10s)); // that of the first wait
    clock->advance(10s);
    waits.poll();
    BOOST_TEST(!waits.done());
    BOOST_TEST((clock->next() == start + 30s));
    clock->advance(20s);
    waits.poll();
    BOOST_TEST_REQUIRE(waits.done());
    BOOST_TEST(!waits.get());
}

BOOST_AUTO_TEST_CASE(an_earlier_deadline_is_kept_as_well)
{
    give("x");
    BOOST_TEST(wait(interest::read, start + 30s).get());
    receive();
    auto waits = wait(interest::read, start + 10s);
    BOOST_TEST(clock->pending() == 1u);
    clock->advance(10s);
    waits.poll();
    BOOST_TEST_REQUIRE(waits.done());
    BOOST_TEST(!waits.get());
}

BOOST_AUTO_TEST_CASE(a_timer_that_fires_between_two_waits_harms_neither)
{
    give("x");
    BOOST_TEST(wait(interest::read, start + 10s).get());
    clock->advance(10s);
    context->restart();
    context->poll();
    receive();
    auto waits = wait(interest::read, start + 20s);
    BOOST_TEST(!waits.done());
    BOOST_TEST((clock->next() == start + 20s));
    give("y");
    waits.poll();
    BOOST_TEST_REQUIRE(waits.done());
    BOOST_TEST(waits.get());
}

BOOST_AUTO_TEST_CASE(what_is_at_hand_wins_over_a_deadline_that_has_passed)
{
    // As after a time in which the event loop could not run. The timers of the system are looked
    // at behind its sockets.
    connect(net::system_clock());
    auto const past = net::system_clock()->now() - 1h;
    give("x");
    for (int i = 0; i != 3; ++i) {
        BOOST_TEST(wait(interest::read, past).get());
        BOOST_TEST(wait(interest::write, past).get());
        BOOST_TEST(wait(interest::either, past).get());
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_that_has_passed_ends_a_wait_at_once)
{
    fill();
    for (auto const what : all_interests) {
        auto waits = wait(what, start - 1h);
        BOOST_TEST_REQUIRE(waits.done());
        BOOST_TEST(!waits.get());
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_loses_nothing)
{
    fill();
    for (auto const what : all_interests) {
        auto cancelled = wait(what, start + 10s);
        cancelled.cancel();
        BOOST_TEST_REQUIRE(cancelled.done());
        BOOST_TEST((cancelled.code() == asio::error::operation_aborted));
    }
    give("x");
    BOOST_TEST(wait(interest::read, start + 20s).get());
    BOOST_TEST(receive() == "x");
    auto waits = wait(interest::read, start + 20s);
    clock->advance(10s); // the timer of what was cancelled
    waits.poll();
    BOOST_TEST(!waits.done());
}

BOOST_AUTO_TEST_CASE(a_socket_at_rest_keeps_no_loop_running)
{
    give("x");
    BOOST_TEST(wait(interest::read, start + 1h).get());
    BOOST_TEST(clock->pending() == 1u);
    link->rest();
    BOOST_TEST(clock->pending() == 0u);
    context->restart();
    context->run(); // returns

    auto waits = wait(interest::write, start + 2h); // and it works on
    BOOST_TEST(waits.get());
    receive();
    auto late = wait(interest::read, start + 10s);
    clock->advance(10s);
    late.poll();
    BOOST_TEST(!late.get());
}

BOOST_AUTO_TEST_CASE(a_stop_from_another_thread_ends_a_wait_and_all_further_ones)
{
    for (auto const what : all_interests) {
        connect(clock);
        fill();
        auto waits = wait(what);
        BOOST_TEST(!waits.done());
        std::thread other([this] { link->stop(); });
        waits.finish();
        other.join();
        BOOST_TEST(waits.get());
        char data[1];
        BOOST_TEST((link->receive(data, 1).what == net::socket::status::closed));
        auto const sent = link->send(data, 1);
        BOOST_TEST((sent.code == asio::error::broken_pipe));
        BOOST_TEST(wait(what).get());
    }
}

BOOST_AUTO_TEST_CASE(a_peer_sees_the_end_at_once_though_a_timer_is_far)
{
    give("x");
    BOOST_TEST(wait(interest::read, start + 1h).get());
    receive();
    link.reset();
    BOOST_TEST(closed_for_peer());
    BOOST_TEST(clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(a_peer_sees_the_end_though_another_process_holds_the_descriptor)
{
    int const held = ::dup(descriptor); // as a child does that was forked
    link.reset();
    BOOST_TEST(closed_for_peer());
    ::close(held);
}

BOOST_AUTO_TEST_CASE(a_child_that_was_forked_does_not_end_what_its_parent_uses)
{
    auto const child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        link.reset();
        ::_exit(0);
    }
    check_end_of(child);
    BOOST_TEST(!closed_for_peer());
    give("x");
    BOOST_TEST(receive() == "x");
}

BOOST_AUTO_TEST_CASE(a_child_that_ends_its_loop_does_not_make_its_parent_deaf)
{
    wait(interest::write).get(); // the loop has looked at sockets
    auto waits = wait(interest::read);
    auto const child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        link.reset();
        context.reset();
        ::_exit(0);
    }
    check_end_of(child);
    give("x");
    waits.finish();
    BOOST_TEST(waits.get());
    receive();
    auto again = wait(interest::read);
    give("y");
    again.finish();
    BOOST_TEST(again.get());
}

BOOST_AUTO_TEST_CASE(a_child_that_tells_its_loop_has_sockets_of_its_own)
{
    auto waits = wait(interest::read);
    context->notify_fork(asio::execution_context::fork_prepare);
    auto const child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        context->notify_fork(asio::execution_context::fork_child);
        connect(clock);
        auto own = wait(interest::read);
        give("x");
        own.finish();
        bool const woken = own.get() && receive() == "x";
        ::_exit(woken ? 0 : 1);
    }
    context->notify_fork(asio::execution_context::fork_parent);
    check_end_of(child);
    give("y");
    waits.finish();
    BOOST_TEST(waits.get());
    BOOST_TEST(receive() == "y");
}

BOOST_AUTO_TEST_CASE(a_child_leaves_a_socket_of_its_parent_alone)
{
    wait(interest::write).get(); // the loop has looked at sockets
    context->notify_fork(asio::execution_context::fork_prepare);
    auto const child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        become_child();
        bool const known = link->inherited();
        link->stop();
        auto waits = wait(interest::read);
        waits.finish();
        char byte = 0;
        auto const got = link->receive(&byte, 1);
        bool const fails =
            got.what == net::socket::status::failed && got.code == asio::error::not_connected;
        ::_exit(known && fails ? 0 : 1);
    }
    context->notify_fork(asio::execution_context::fork_parent);
    check_end_of(child);
    BOOST_TEST(!link->inherited());
    BOOST_TEST(!closed_for_peer());
    give("x");
    BOOST_TEST(receive() == "x");
}

BOOST_AUTO_TEST_CASE(one_that_runs_the_loop_itself_keeps_no_other_from_waking)
{
    struct one
    {
        std::unique_ptr<net::socket> link;
        bool woken = false;
        bool saw_the_other = false;
    };

    auto const wakes = [](asio::io_context* loop, one* self, one* other) -> asio::awaitable<void> {
        co_await self->link->ready(interest::read, no_deadline);
        self->woken = true;
        for (int i = 0; i != 10 && !other->woken; ++i)
            loop->poll();
        self->saw_the_other = other->woken;
    };
    std::vector<local::socket> peers;
    one both[2];
    for (auto& each : both) {
        connect(clock);
        each.link = std::move(link);
        peers.push_back(std::move(far));
    }
    asio::co_spawn(*context, wakes(&*context, &both[0], &both[1]), asio::detached);
    asio::co_spawn(*context, wakes(&*context, &both[1], &both[0]), asio::detached);
    context->poll();
    for (auto& peer : peers)
        peer.write_some(asio::buffer("x", 1));
    context->run();
    BOOST_TEST(both[0].saw_the_other);
    BOOST_TEST(both[1].saw_the_other);
}

BOOST_AUTO_TEST_CASE(any_number_may_wake_at_once)
{
    std::vector<local::socket> peers;
    std::vector<std::unique_ptr<net::socket>> links;
    std::size_t woken = 0;
    auto const wakes = [](net::socket* each, std::size_t* count) -> asio::awaitable<void> {
        co_await each->ready(interest::read, no_deadline);
        ++*count;
    };
    for (int i = 0; i != 200; ++i) {
        connect(clock);
        asio::co_spawn(*context, wakes(link.get(), &woken), asio::detached);
        links.push_back(std::move(link));
        peers.push_back(std::move(far));
    }
    context->poll();
    for (auto& peer : peers)
        peer.write_some(asio::buffer("x", 1));
    context->run(); // returns
    BOOST_TEST(woken == 200u);
}

BOOST_AUTO_TEST_CASE(waits_that_cross_in_many_threads_all_end_and_so_does_the_loop)
{
    constexpr std::size_t sockets = 8;
    constexpr int rounds = 300;
    std::vector<local::socket> peers;
    std::vector<std::unique_ptr<net::socket>> links;
    std::atomic<std::size_t> bytes = 0;
    // Each wakes the next, and some of its waits are late.
    auto const passes_on = [](net::socket* mine, local::socket* next, std::atomic<std::size_t>* got
                           ) -> asio::awaitable<void> {
        for (int i = 0; i != rounds; ++i) {
            next->write_some(asio::buffer("x", 1));
            char data[1];
            while (mine->receive(data, 1).what != net::socket::status::done) {
                auto const until = i % 3 == 0 ? mine->time().now() : no_deadline;
                co_await mine->ready(interest::read, until);
            }
            ++*got;
        }
    };
    link.reset();
    context.emplace(3);
    for (std::size_t i = 0; i != sockets; ++i) {
        connect(net::system_clock(), asio::make_strand(*context));
        links.push_back(std::move(link));
        peers.push_back(std::move(far));
    }
    for (std::size_t i = 0; i != sockets; ++i) {
        asio::co_spawn(
            asio::make_strand(*context),
            passes_on(links[i].get(), &peers[(i + 1) % sockets], &bytes),
            asio::detached
        );
    }
    std::vector<std::thread> threads;
    for (int i = 0; i != 3; ++i)
        threads.emplace_back([this] { context->run(); });
    for (auto& thread : threads)
        thread.join(); // though all sockets live
    BOOST_TEST(bytes == sockets * rounds);
}

BOOST_AUTO_TEST_CASE(a_socket_may_end_under_a_wait)
{
    for (auto const what : all_interests) {
        connect(clock);
        fill();
        auto waits = wait(what, start + 1h);
        link.reset();
        waits.poll();
        BOOST_TEST(waits.done());
        drain();
        BOOST_TEST(closed_for_peer());
    }
    BOOST_TEST(clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(a_context_may_end_under_a_wait)
{
    for (auto const what : all_interests) {
        link.reset();
        context.emplace(1);
        connect(clock);
        fill();
        auto const owns = [](std::unique_ptr<net::socket> mine, interest wanted, time_point until
                          ) -> asio::awaitable<void> { co_await mine->ready(wanted, until); };
        asio::co_spawn(*context, owns(std::move(link), what, start + 1h), asio::detached);
        context->poll();
        context.reset();
        drain();
        BOOST_TEST(closed_for_peer());
    }
    BOOST_TEST(clock->pending() == 0u);
    clock->advance(1h);
}

BOOST_AUTO_TEST_CASE(a_context_may_end_before_its_socket)
{
    for (auto const& time : {net::system_clock(), std::shared_ptr<net::clock>(clock)}) {
        for (bool const on_strand : {false, true}) {
            context.emplace(1);
            auto executor = asio::any_io_executor(context->get_executor());
            if (on_strand)
                executor = asio::make_strand(executor);
            connect(time, executor);
            executor = nullptr;
            give("x");
            BOOST_TEST(wait(interest::read, time->now() + 1h).get()); // which leaves a timer
            receive();
            BOOST_TEST(!link->orphaned());
            context.reset();
            BOOST_TEST(closed_for_peer());
            BOOST_TEST(link->orphaned());

            char data[1];
            for (auto const& got : {link->receive(data, 1), link->send(data, 1)}) {
                BOOST_TEST((got.what == net::socket::status::failed));
                BOOST_TEST((got.code == asio::error::not_connected));
            }
            context.emplace(1);
            for (auto const what : all_interests)
                BOOST_TEST(wait(what, time->now() + 1h).get());
            link->stop();
            link->rest();
            link.reset();
        }
    }
    BOOST_TEST(clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(a_context_and_a_stop_may_end_a_socket_at_the_same_time)
{
    for (int i = 0; i != 50; ++i) {
        context.emplace(1);
        connect(clock);
        std::thread other([this] { link->stop(); });
        context.reset();
        other.join();
        link.reset();
    }
}

// What a wait throws is taken for a cancellation: so the next call of the system tells of it.
BOOST_AUTO_TEST_CASE(a_socket_without_memory_for_its_timer_fails)
{
    auto const failure = [this] {
        char byte = 0;
        auto const got = link->receive(&byte, 1);
        BOOST_TEST((got.what == net::socket::status::failed));
        BOOST_TEST((link->send("x", 1).code == got.code));
        return got.code;
    };
    auto const poor = std::make_shared<poor_clock>();
    connect(poor);
    BOOST_TEST(wait(interest::read, poor->now() + 10s).get());
    BOOST_TEST((failure() == boost::system::errc::not_enough_memory));

    connect(poor);
    poor->timers = 1;
    give("x");
    BOOST_TEST(wait(interest::read, poor->now() + 10s).get());
    BOOST_TEST(receive() == "x");
    auto later = wait(interest::read, poor->now() + 30s); // needs it again after ten
    BOOST_TEST(!later.done());
    poor->advance(10s);
    later.poll(); // throws nothing
    BOOST_TEST_REQUIRE(later.done());
    BOOST_TEST(later.get());
    BOOST_TEST((failure() == boost::system::errc::not_enough_memory));
    BOOST_TEST(wait(interest::read, poor->now() + 10s).get()); // and again, at once
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
