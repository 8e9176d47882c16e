#include "net/pool.hpp"
#include "support/manual_clock.hpp"
#include "support/thrown.hpp"

#include <hicap/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using peer_status = net::socket::status;

/// The server's end of a connection on which nothing is ever sent.
struct peer
{
    std::atomic<bool> open{true}; ///< the client has not closed
    peer_status says = peer_status::blocked;
};

class unused_socket final : public net::socket
{
public:
    explicit unused_socket(std::shared_ptr<peer> far) : far_(std::move(far)) {}

    unused_socket(unused_socket const&) = delete;
    unused_socket& operator=(unused_socket const&) = delete;

    ~unused_socket() override { far_->open = false; }

    result receive(char* data, std::size_t) noexcept override
    {
        if (far_->says == peer_status::done)
            *data = 'x';
        auto const code = far_->says == peer_status::failed ? asio::error::connection_reset
                                                            : boost::system::error_code();
        return {far_->says, 1, code};
    }

    result send(char const*, std::size_t size) noexcept override
    {
        return {status::done, size, {}};
    }

    asio::awaitable<bool> ready(net::interest, net::clock::time_point) override { co_return true; }

    [[nodiscard]] net::clock& time() const noexcept override { return *time_; }

    void rest() noexcept override {}

    void stop() noexcept override {}

private:
    std::shared_ptr<peer> far_;
    std::shared_ptr<net::clock> time_ = net::system_clock();
};

std::shared_ptr<peer> connect(net::lease& into)
{
    auto far = std::make_shared<peer>();
    into.opened(
        std::make_unique<net::connection>(std::make_unique<unused_socket>(far), nullptr, nullptr)
    );
    return far;
}

/// A call that wants a lease. It lives as long as it waits.
class asker : public std::enable_shared_from_this<asker>
{
public:
    asker(
        std::shared_ptr<net::operations> all,
        std::shared_ptr<net::clock> time,
        policy::deadline_set const& limits,
        net::clock::time_point until = net::clock::time_point::max()
    )
        : operation(std::make_shared<net::operation>(
              std::move(all), nullptr, time, std::string_view("POST"), std::string_view("/x")
          )),
          on(time, limits, until, operation)
    {}

    void ask(net::pool& pool, asio::io_context& context, bool only_new = false)
    {
        done = false;
        asio::co_spawn(
            context,
            pool.acquire(&on, only_new),
            asio::bind_cancellation_slot(
                signal.slot(),
                [this, self = shared_from_this()](std::exception_ptr thrown, net::lease got) {
                    done = true;
                    failure = thrown;
                    held = std::move(got);
                    resumed_on = std::this_thread::get_id();
                }
            )
        );
    }

    void cancel() { signal.emit(asio::cancellation_type::terminal); }

    [[nodiscard]] bool has_slot() const { return done && !failure; }

    [[nodiscard]] bool may_dial() const { return has_slot() && !held.session; }

    [[nodiscard]] net::http1_session* session() const { return held.session.get(); }

    /// The code that it failed with.
    [[nodiscard]] boost::system::error_code code() const { return code_of(failure); }

    [[nodiscard]] std::string message() const { return words_of(failure); }

    std::shared_ptr<net::operation> operation;
    net::call on;
    asio::cancellation_signal signal;
    bool done = false;
    std::exception_ptr failure;
    net::lease held;
    std::thread::id resumed_on;
};

struct pool_fixture
{
    pool_fixture() : pool_fixture(pool_options{}) {}

    explicit pool_fixture(pool_options const& options)
        : pool(std::make_shared<net::pool>(options, clock, [] { return 0.0; }))
    {}

    void poll() { poll(context); }

    static void poll(asio::io_context& which)
    {
        which.restart();
        which.poll();
    }

    net::lease acquire(bool only_new = false) { return acquire_in(context, only_new); }

    net::lease acquire_in(asio::io_context& in, bool only_new = false)
    {
        auto got = pool->try_acquire(in.get_executor(), only_new);
        BOOST_TEST_REQUIRE(got.has_value());
        return std::move(*got);
    }

    bool must_wait() { return !pool->try_acquire(context.get_executor(), false); }

    /// An idle session.
    std::shared_ptr<peer> idle() { return idle_in(context); }

    std::shared_ptr<peer> idle_in(asio::io_context& in)
    {
        auto held = acquire_in(in, true);
        auto far = connect(held);
        held.give_back();
        return far;
    }

    /// Whether a session is the one to `far`: then it closes with it.
    static bool is_for(net::lease held, peer const& far)
    {
        bool const was_open = far.open;
        held = {};
        return was_open && !far.open;
    }

    std::shared_ptr<asker> make_asker(policy::deadline_set const& limits = {})
    {
        return std::make_shared<asker>(operations, clock, limits);
    }

    std::shared_ptr<asker> ask(asio::io_context& in, bool only_new = false)
    {
        auto made = make_asker();
        made->ask(*pool, in, only_new);
        poll(in);
        return made;
    }

    std::shared_ptr<asker> ask() { return ask(context); }

    asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    std::shared_ptr<net::operations> operations = std::make_shared<net::operations>();
    std::shared_ptr<net::pool> pool;
};

/// Two connections; two may wait.
struct small_pool : pool_fixture
{
    small_pool() : pool_fixture({.max_connections = 2, .max_waiters = 2})
    {
        first_peer = connect(first);
        second_peer = connect(second);
    }

    net::lease first = acquire(true);
    net::lease second = acquire(true);
    std::shared_ptr<peer> first_peer;
    std::shared_ptr<peer> second_peer;
};

} // namespace

BOOST_AUTO_TEST_SUITE(net_pool)

BOOST_FIXTURE_TEST_SUITE(roomy, pool_fixture)

BOOST_AUTO_TEST_CASE(an_empty_pool_lets_dial)
{
    auto const held = acquire();
    BOOST_TEST(!held.session);
    BOOST_TEST(pool->statistics().connections_dialling == 1U);
}

BOOST_AUTO_TEST_CASE(the_session_that_came_last_goes_first)
{
    auto held = acquire(true);
    auto other = acquire(true);
    auto const bottom = connect(held);
    auto const top = connect(other);
    held.give_back();
    other.give_back();
    BOOST_TEST(is_for(acquire(), *top));
    BOOST_TEST(is_for(acquire(), *bottom));
    BOOST_TEST(!acquire().session);
}

BOOST_AUTO_TEST_CASE(a_lease_that_holds_a_session_closes_it)
{
    auto held = acquire();
    auto const far = connect(held);
    BOOST_TEST(far->open);
    auto moved = std::move(held);
    BOOST_TEST(far->open);
    moved = {};
    BOOST_TEST(!far->open);
    BOOST_TEST(pool->statistics().connections_leased == 0U);
}

BOOST_AUTO_TEST_CASE(a_session_that_its_owner_has_closed_frees_its_slot)
{
    auto held = acquire();
    auto const far = connect(held);
    held.session.reset();
    held.give_back();
    auto const now = pool->statistics();
    BOOST_TEST(now.connections_leased == 0U);
    BOOST_TEST(now.connections_dialling == 0U);
    BOOST_TEST(now.connections_closed == 1U);
}

BOOST_AUTO_TEST_CASE(a_session_expires_after_55_seconds_without_a_timer)
{
    auto const old = idle();
    clock->advance(seconds(30));
    auto const young = idle();
    clock->advance(seconds(25));
    poll();
    BOOST_TEST(context.stopped()); // what is idle keeps no event loop from ending
    BOOST_TEST(clock->pending() == 0U);
    BOOST_TEST(old->open);
    BOOST_TEST(is_for(acquire(), *young));
    BOOST_TEST(!old->open);
}

BOOST_AUTO_TEST_CASE(a_session_is_not_used_again_after_ten_minutes)
{
    auto held = acquire();
    auto const far = connect(held);
    clock->advance(seconds(600));
    held.give_back();
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(chance_shortens_the_age)
{
    pool = std::make_shared<net::pool>(pool_options{}, clock, [] { return 0.5; });
    auto held = acquire();
    auto const far = connect(held);
    clock->advance(seconds(540));
    held.give_back();
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(a_session_whose_server_has_closed_is_skipped)
{
    std::vector<net::lease> held(4);
    std::vector<std::shared_ptr<peer>> peers;
    for (auto& each : held) {
        each = acquire(true);
        peers.push_back(connect(each));
    }
    for (auto& each : held)
        each.give_back();
    peers[1]->says = peer_status::closed;
    peers[2]->says = peer_status::failed;
    peers[3]->says = peer_status::done; // a response that nobody asked for

    auto const got = acquire();
    BOOST_TEST((got.session != nullptr));
    BOOST_TEST(peers[0]->open);
    for (int i = 1; i != 4; ++i)
        BOOST_TEST(!peers[static_cast<std::size_t>(i)]->open);
    auto const now = pool->statistics();
    BOOST_TEST(now.connections_leased == 1U);
    BOOST_TEST(now.connections_idle == 0U);
    BOOST_TEST(now.connections_dialling == 0U);
    BOOST_TEST(now.connections_closed == 3U);
    BOOST_TEST(now.connections_reused == 1U);
}

BOOST_AUTO_TEST_CASE(where_all_servers_have_closed_there_is_the_right_to_dial)
{
    idle()->says = peer_status::closed;
    auto const held = acquire();
    BOOST_TEST(!held.session);
    auto const now = pool->statistics();
    BOOST_TEST(now.connections_dialling == 1U);
    BOOST_TEST(now.connections_leased == 0U);
    BOOST_TEST(now.connections_reused == 0U);
}

BOOST_AUTO_TEST_CASE(who_finds_something_does_not_wait)
{
    auto const far = idle();
    auto const got = ask();
    BOOST_TEST((got->session() != nullptr));
    BOOST_TEST(!got->on.made.times.pool_wait);
    BOOST_TEST(ask()->may_dial());
}

BOOST_AUTO_TEST_CASE(who_wants_a_new_one_gets_no_used_one)
{
    auto const far = idle();
    BOOST_TEST(ask(context, true)->may_dial());
    BOOST_TEST(far->open);
}

BOOST_AUTO_TEST_CASE(a_session_stays_in_its_context)
{
    asio::io_context other{1};
    auto const far = idle();
    BOOST_TEST(!acquire_in(other).session);
    BOOST_TEST(is_for(acquire(), *far));
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_closes_its_sessions)
{
    auto const stays = idle();
    std::shared_ptr<peer> goes;
    {
        asio::io_context other{1};
        goes = idle_in(other);
        BOOST_TEST(goes->open);
    }
    BOOST_TEST(!goes->open);
    BOOST_TEST(is_for(acquire(), *stays));
    BOOST_TEST(pool->statistics().connections_idle == 0U);
}

BOOST_AUTO_TEST_CASE(a_new_context_at_the_address_of_an_old_one_starts_empty)
{
    std::optional<asio::io_context> other;
    for (int i = 0; i != 3; ++i) {
        other.emplace(1);
        BOOST_TEST(!acquire_in(*other).session);
        auto const far = idle_in(*other);
        BOOST_TEST(is_for(acquire_in(*other), *far));
        idle_in(*other);
    }
}

BOOST_AUTO_TEST_CASE(a_pool_that_ends_first_closes_its_sessions)
{
    auto const far = idle();
    pool.reset();
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(a_lease_may_outlive_its_pool)
{
    auto held = acquire();
    auto const far = connect(held);
    auto empty = acquire();
    pool.reset();
    BOOST_TEST(far->open);
    held.give_back();
    BOOST_TEST(!far->open);
    auto const late = connect(empty);
    empty = {};
    BOOST_TEST(!late->open);
}

BOOST_AUTO_TEST_CASE(a_lease_may_end_with_its_context)
{
    std::optional<asio::io_context> other(std::in_place, 1);
    auto given = acquire_in(*other);
    auto dropped = acquire_in(*other);
    auto const first = connect(given);
    auto const second = connect(dropped);

    struct gives_back
    {
        explicit gives_back(net::lease what) : held(std::move(what)) {}

        gives_back(gives_back&&) = default;

        ~gives_back() { held.give_back(); }

        net::lease held;
    };

    asio::post(*other, [kept = gives_back(std::move(given))] {});
    asio::post(*other, [kept = std::move(dropped)] {});
    other.reset();
    BOOST_TEST(!first->open);
    BOOST_TEST(!second->open);
    BOOST_TEST(pool->statistics().connections_leased == 0U);
}

BOOST_AUTO_TEST_CASE(pools_share_a_context_without_sharing_sessions)
{
    net::pool other(pool_options{}, clock, [] { return 0.0; });
    auto const far = idle();
    BOOST_TEST(!other.try_acquire(context.get_executor(), false)->session);
    BOOST_TEST(is_for(acquire(), *far));
}

BOOST_AUTO_TEST_CASE(what_is_idle_can_be_closed_for_good)
{
    auto const was_idle = idle();
    auto held = acquire(true);
    auto const used = connect(held);
    pool->close_idle();
    BOOST_TEST(!was_idle->open);
    BOOST_TEST(used->open);
    held.give_back();
    BOOST_TEST(!used->open);
}

BOOST_AUTO_TEST_CASE(everything_is_counted)
{
    idle();
    auto const reused = acquire();
    auto leased = acquire();
    connect(leased);
    auto const dialling = acquire();
    auto const now = pool->statistics();
    BOOST_TEST(now.connections_idle == 0U);
    BOOST_TEST(now.connections_leased == 2U);
    BOOST_TEST(now.connections_dialling == 1U);
    BOOST_TEST(now.calls_waiting == 0U);
    BOOST_TEST(now.connections_opened == 2U);
    BOOST_TEST(now.connections_reused == 1U);
    BOOST_TEST(now.connections_closed == 0U);
}

BOOST_AUTO_TEST_CASE(options_that_make_no_sense_are_refused)
{
    auto const refused = [&](pool_options const& options, std::string_view member) {
        BOOST_CHECK_EXCEPTION(
            net::pool(options, clock, [] { return 0.0; }),
            error,
            [&](error const& thrown) {
                return thrown.code() == errc::invalid_argument &&
                       std::string_view(thrown.what()).find(member) != std::string_view::npos;
            }
        );
    };
    refused({.max_connections = 0}, "pool_options::max_connections");
    refused({.idle_time = seconds(0)}, "pool_options::idle_time");
    refused({.max_age = seconds(-1)}, "pool_options::max_age");
    net::pool(
        {.max_connections = 1,
         .max_idle = 0,
         .max_waiters = 0,
         .idle_time = seconds::max(),
         .max_age = seconds::max()},
        clock,
        [] { return 0.0; }
    );
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(narrow, small_pool)

BOOST_AUTO_TEST_CASE(who_waits_gets_the_session_that_is_given_back)
{
    auto const waits = ask();
    BOOST_TEST(!waits->done);
    BOOST_TEST(pool->statistics().calls_waiting == 1U);
    clock->advance(seconds(7));
    first.give_back();
    BOOST_TEST(!waits->done); // it resumes on its executor
    poll();
    BOOST_TEST((waits->session() != nullptr));
    BOOST_TEST(first_peer->open);
    BOOST_TEST((waits->on.made.times.pool_wait == seconds(7)));
    BOOST_TEST(clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(who_waits_may_dial_when_a_session_is_closed)
{
    auto const waits = ask();
    first = {};
    poll();
    BOOST_TEST(waits->may_dial());
}

BOOST_AUTO_TEST_CASE(who_waits_may_dial_when_another_gives_up_dialling)
{
    first = {};
    auto dialling = acquire();
    auto const waits = ask();
    dialling = {};
    poll();
    BOOST_TEST(waits->may_dial());
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_new_one_dials)
{
    auto const waits = ask(context, true);
    first.give_back();
    BOOST_TEST(!first_peer->open);
    poll();
    BOOST_TEST(waits->may_dial());
}

BOOST_AUTO_TEST_CASE(who_came_first_goes_first_and_nobody_overtakes)
{
    auto const one = ask();
    auto const two = ask();
    first.give_back();
    BOOST_TEST(must_wait());
    poll();
    BOOST_TEST(one->has_slot());
    BOOST_TEST(!two->done);
    one->held.give_back();
    BOOST_TEST(must_wait());
    poll();
    BOOST_TEST(two->has_slot());
    BOOST_TEST(first_peer->open);
}

BOOST_AUTO_TEST_CASE(a_server_that_closes_while_its_session_is_handed_on_lets_dial)
{
    auto const waits = ask();
    first.give_back();
    first_peer->says = peer_status::closed;
    poll();
    BOOST_TEST(waits->may_dial());
    BOOST_TEST(!first_peer->open);
    BOOST_TEST(pool->statistics().connections_reused == 0U);
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_its_deadline)
{
    auto const waits = ask();
    clock->advance(seconds(30) - milliseconds(1));
    poll();
    BOOST_TEST(!waits->done);
    clock->advance(milliseconds(1));
    poll();
    BOOST_TEST((waits->code() == errc::pool_wait_timeout));
    auto const message = waits->message();
    BOOST_TEST(message.find("all 2 ") != std::string::npos, message);
    BOOST_TEST(message.find("pool_options::max_connections") != std::string::npos, message);
    BOOST_TEST((waits->on.made.times.pool_wait == seconds(30)));
    BOOST_TEST(pool->statistics().calls_waiting == 0U);
}

BOOST_AUTO_TEST_CASE(a_wait_ends_at_the_deadline_of_the_whole_call)
{
    policy::deadline_set limits;
    limits.total = seconds(5);
    auto const waits =
        std::make_shared<asker>(operations, clock, limits, clock->now() + seconds(5));
    waits->ask(*pool, context);
    poll();
    clock->advance(seconds(5));
    poll();
    BOOST_TEST((waits->code() == errc::total_timeout));
}

BOOST_AUTO_TEST_CASE(what_is_granted_at_the_deadline_is_taken)
{
    auto const waits = ask();
    clock->advance(seconds(30));
    first.give_back();
    poll();
    BOOST_TEST((waits->session() != nullptr));
}

BOOST_AUTO_TEST_CASE(too_many_do_not_wait)
{
    auto const one = ask();
    auto const two = ask();
    auto const three = ask();
    BOOST_TEST(!one->done);
    BOOST_TEST(!two->done);
    BOOST_TEST((three->code() == errc::pool_exhausted));
    auto const message = three->message();
    BOOST_TEST(message.find("all 2 ") != std::string::npos, message);
    BOOST_TEST(message.find("pool_options::max_connections") != std::string::npos, message);
    BOOST_TEST(message.find("pool_options::max_waiters") != std::string::npos, message);
}

BOOST_AUTO_TEST_CASE(a_wait_can_be_cancelled)
{
    auto const waits = ask();
    auto const next = ask();
    waits->cancel();
    poll();
    BOOST_TEST((waits->code() == asio::error::operation_aborted));
    BOOST_TEST(pool->statistics().calls_waiting == 1U);
    first.give_back();
    poll();
    BOOST_TEST((next->session() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_session_granted_to_who_is_cancelled_goes_to_the_next)
{
    auto const waits = ask();
    auto const next = ask();
    asio::post(context, [&] {
        first.give_back();
        waits->cancel();
    });
    poll();
    BOOST_TEST((waits->code() == asio::error::operation_aborted));
    BOOST_TEST((next->session() != nullptr));
    BOOST_TEST(first_peer->open);
}

BOOST_AUTO_TEST_CASE(a_session_granted_to_who_is_cancelled_is_idle_where_nobody_waits)
{
    auto const waits = ask();
    asio::post(context, [&] {
        first.give_back();
        waits->cancel();
    });
    poll();
    BOOST_TEST((waits->code() == asio::error::operation_aborted));
    BOOST_TEST(first_peer->open);
    BOOST_TEST(pool->statistics().connections_idle == 1U);
    BOOST_TEST(is_for(acquire(), *first_peer));
}

BOOST_AUTO_TEST_CASE(a_right_to_dial_granted_to_who_is_cancelled_goes_to_the_next)
{
    auto const waits = ask();
    auto const next = ask();
    asio::post(context, [&] {
        first = {};
        waits->cancel();
    });
    poll();
    BOOST_TEST((waits->code() == asio::error::operation_aborted));
    BOOST_TEST(next->may_dial());
}

BOOST_AUTO_TEST_CASE(a_wait_ends_when_its_call_is_stopped)
{
    auto const waits = ask();
    waits->operation->stop();
    poll();
    BOOST_TEST((waits->code() == errc::client_shut_down));
    auto const late = make_asker();
    late->operation->stop();
    late->ask(*pool, context);
    poll();
    BOOST_TEST((late->code() == errc::client_shut_down));
    BOOST_TEST(pool->statistics().calls_waiting == 0U);
}

BOOST_AUTO_TEST_CASE(a_slot_granted_to_who_is_stopped_is_freed)
{
    auto const waits = ask();
    first = {};
    waits->operation->stop();
    poll();
    BOOST_TEST((waits->code() == errc::client_shut_down));
    BOOST_TEST(!must_wait());
}

BOOST_AUTO_TEST_CASE(an_idle_session_in_another_context_gives_its_slot)
{
    first.give_back();
    asio::io_context other{1};
    auto const got = ask(other);
    BOOST_TEST(got->may_dial());
    BOOST_TEST(!first_peer->open);
}

BOOST_AUTO_TEST_CASE(who_waits_in_another_context_dials_there)
{
    asio::io_context other{1};
    auto const waits = ask(other);
    first.give_back();
    BOOST_TEST(!first_peer->open);
    poll();
    BOOST_TEST(!waits->done);
    poll(other);
    BOOST_TEST(waits->may_dial());
}

BOOST_AUTO_TEST_CASE(a_context_may_end_while_somebody_waits_in_it)
{
    std::optional<asio::io_context> other(std::in_place, 1);
    auto const goes = ask(*other);
    auto const stays = ask();
    other.reset();
    BOOST_TEST(!goes->done);
    BOOST_TEST(pool->statistics().calls_waiting == 1U);
    first.give_back();
    poll();
    BOOST_TEST((stays->session() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_session_granted_in_a_context_that_ends_is_closed_and_its_slot_passed_on)
{
    std::optional<asio::io_context> other(std::in_place, 1);
    first = {};
    auto of_other = acquire_in(*other);
    auto const far = connect(of_other);
    auto const goes = ask(*other);
    auto const stays = ask();
    of_other.give_back();
    other.reset(); // before the one that was granted has run
    BOOST_TEST(!goes->done);
    BOOST_TEST(!far->open);
    poll();
    BOOST_TEST(stays->may_dial());
    BOOST_TEST(pool->statistics().connections_dialling == 1U);
}

BOOST_AUTO_TEST_CASE(a_right_to_dial_granted_in_a_context_that_ends_is_passed_on)
{
    std::optional<asio::io_context> other(std::in_place, 1);
    auto const goes = ask(*other);
    auto const stays = ask();
    first = {};
    other.reset();
    BOOST_TEST(!goes->done);
    poll();
    BOOST_TEST(stays->may_dial());
    BOOST_TEST(pool->statistics().connections_dialling == 1U);
}

BOOST_AUTO_TEST_CASE(a_pool_may_end_while_somebody_waits)
{
    auto const one = ask();
    auto const two = ask();
    pool.reset();
    first.give_back();
    poll();
    BOOST_TEST(one->has_slot());
    second = {};
    poll();
    BOOST_TEST(two->may_dial());
    one->held.give_back();
    BOOST_TEST(!first_peer->open);
}

BOOST_AUTO_TEST_CASE(everything_may_end_at_once)
{
    auto waits = std::make_unique<asio::io_context>(1);
    auto const there = ask(*waits);
    auto const here = ask();
    first.give_back();
    pool.reset();
    clock.reset();
    waits.reset();
    BOOST_TEST(!there->done);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(threads_share_a_pool)
{
    // Contexts that come and go, more coroutines than connections, and calls that are cancelled.
    constexpr int rounds = 5;
    constexpr int coroutines = 6;
    constexpr int leases = 40;
    auto const clock = net::system_clock();
    auto const operations = std::make_shared<net::operations>();
    net::pool pool({.max_connections = 7, .max_idle = 3}, clock, [] {
        thread_local std::minstd_rand generator(1);
        return std::uniform_real_distribution<double>(0, 1)(generator);
    });
    std::atomic<int> taken = 0;
    std::atomic<int> in_use = 0;
    std::atomic<bool> too_many = false;
    std::atomic<bool> failed = false;
    auto const uses = [&](unsigned seed) -> asio::awaitable<void> {
        std::minstd_rand generator(seed);
        for (int i = 0; i != leases; ++i) {
            asker mine(operations, clock, {});
            auto held = co_await pool.acquire(&mine.on, generator() % 8 == 0);
            too_many = too_many || ++in_use > 7;
            ++taken;
            if (!held.session)
                connect(held);
            for (auto n = generator() % 3; n != 0; --n)
                co_await asio::post(asio::use_awaitable); // others run
            --in_use;
            if (generator() % 4 != 0)
                held.give_back();
        }
    };
    auto const runs = [&](unsigned seed) {
        for (unsigned round = 0; round != rounds; ++round) {
            asio::io_context context{1};
            auto const gives_up =
                std::make_shared<asker>(operations, clock, policy::deadline_set{});
            gives_up->ask(pool, context);
            for (unsigned i = 0; i != coroutines; ++i) {
                auto const done = [&failed](std::exception_ptr failure) {
                    failed = failed || failure != nullptr;
                };
                asio::co_spawn(context, uses(seed + 100 * round + i), done);
            }
            context.run_one();
            gives_up->cancel();
            while (context.run_one() != 0)
                if (gives_up->done)
                    gives_up->held = {};
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i != 4; ++i)
        threads.emplace_back(runs, 1 + 10 * i);
    for (auto& thread : threads)
        thread.join();

    BOOST_TEST(taken == 4 * rounds * coroutines * leases);
    BOOST_TEST(!too_many);
    BOOST_TEST(!failed);
    auto const now = pool.statistics();
    BOOST_TEST(now.connections_idle == 0U); // their contexts have ended
    BOOST_TEST(now.connections_leased == 0U);
    BOOST_TEST(now.connections_dialling == 0U);
    BOOST_TEST(now.calls_waiting == 0U);
    BOOST_TEST(now.connections_opened == now.connections_closed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
