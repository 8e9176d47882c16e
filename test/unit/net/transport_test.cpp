#include "net/transport.hpp"
#include "support/http1.hpp"
#include "support/scripted_dialer.hpp"
#include "support/started.hpp"
#include "support/test_call.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using exchange_ptr = std::unique_ptr<net::exchange>;

constexpr std::string_view head =
    "POST /v1/x HTTP/1.1\r\nHost: api.test\r\nContent-Length: 4\r\n\r\n";
constexpr std::string_view body = "body";
constexpr std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world";
constexpr std::size_t request_size = head.size() + body.size();

struct transport_fixture
{
    /// A server that answers every request.
    [[nodiscard]] std::shared_ptr<wire> good_server() const
    {
        auto far = std::make_shared<wire>(clock);
        serve(*far);
        return far;
    }

    static void serve(wire& far)
    {
        far.when_sent = [&far](std::string_view) {
            if (far.sent.size() % request_size == 0)
                far.give(response);
        };
    }

    [[nodiscard]] std::unique_ptr<test_call> call(policy::deadline_set const& limits = {}) const
    {
        return std::make_unique<test_call>(limits, clock, all);
    }

    [[nodiscard]] auto send(test_call& of, std::string_view what = body)
    {
        return started<exchange_ptr>(context, transport.send(&of.on, head, what));
    }

    /// Sends a request and reads its answer; the connection can be used again.
    void use_connection()
    {
        auto const of = call();
        auto sends = send(*of);
        BOOST_TEST_REQUIRE(sends.done());
        BOOST_TEST(run(context, read_rest(*sends.get())) == "hello world");
    }

    /// One that has served a request already.
    std::shared_ptr<wire> used_server()
    {
        auto far = good_server();
        dialer->connect(far);
        use_connection();
        BOOST_TEST(transport.connections().statistics().connections_idle == 1u);
        return far;
    }

    /// No more than that many connections, and calls that wait for one.
    void limit(std::size_t connections, std::size_t waiters)
    {
        pool_options options;
        options.max_connections = connections;
        options.max_waiters = waiters;
        pool = std::make_shared<net::pool>(options, clock, [] { return 0.0; });
        transport = net::transport({"http", "api.test", "80"}, {}, dialer, pool);
    }

    [[nodiscard]] asio::awaitable<bool> warm(net::call* on)
    {
        co_await transport.warm(on);
        co_return true;
    }

    /// No call has anything any more.
    void check_all_is_given_back()
    {
        auto const now = transport.connections().statistics();
        BOOST_TEST(now.connections_leased == 0u);
        BOOST_TEST(now.connections_dialling == 0u);
        BOOST_TEST(now.calls_waiting == 0u);
        BOOST_TEST(clock->pending() == 0u);
    }

    asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    std::shared_ptr<net::operations> all = std::make_shared<net::operations>();
    std::shared_ptr<scripted_dialer> dialer = std::make_shared<scripted_dialer>();
    std::shared_ptr<net::pool> pool =
        std::make_shared<net::pool>(pool_options{}, clock, [] { return 0.0; });
    net::transport transport{{"http", "api.test", "80"}, {}, dialer, pool};
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_transport, transport_fixture)

BOOST_AUTO_TEST_CASE(a_request_goes_out_on_a_new_connection)
{
    auto const far = good_server();
    dialer->connect(far, 3ms);
    auto const of = call();
    auto sends = send(*of);
    clock->advance(3ms);
    sends.poll();
    BOOST_TEST_REQUIRE(sends.done());
    auto& got = sends.get();
    BOOST_TEST(far->sent == std::string(head) + std::string(body));
    BOOST_TEST(got->head().status == 200);
    BOOST_TEST(run(context, read_rest(*got)) == "hello world");
    BOOST_TEST(of->on.sent);
    BOOST_TEST(of->on.earlier.empty());
    BOOST_TEST(!of->on.made.reused_connection);
    BOOST_TEST((of->on.made.times.connect == 3ms));
    BOOST_TEST((of->on.made.times.first_byte == 0us));
    BOOST_TEST(!of->on.made.times.tls.has_value());
    BOOST_TEST(!of->on.made.times.pool_wait.has_value());
}

BOOST_AUTO_TEST_CASE(a_connection_is_used_again)
{
    auto const far = used_server();
    auto const of = call();
    auto sends = send(*of);
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST(run(context, read_rest(*sends.get())) == "hello world");
    BOOST_TEST(dialer->dials == 1u);
    BOOST_TEST(of->on.made.reused_connection);
    BOOST_TEST(!of->on.made.times.connect.has_value());
    BOOST_TEST(of->on.made.times.first_byte.has_value());
}

BOOST_AUTO_TEST_CASE(a_connection_at_rest_keeps_no_loop_running)
{
    auto const far = used_server();
    BOOST_TEST(far->rests == 2u); // behind the head, and at the end
    check_all_is_given_back();
    context.restart();
    context.run(); // returns
    BOOST_TEST(far->open);
}

BOOST_AUTO_TEST_CASE(a_connection_whose_end_was_seen_is_not_used)
{
    auto const far = used_server();
    far->shows_after_wait = false;
    far->close();
    dialer->connect(good_server());
    auto const of = call();
    auto sends = send(*of);
    BOOST_TEST(sends.get()->head().status == 200);
    BOOST_TEST(of->on.earlier.empty()); // nothing was sent on it
    BOOST_TEST(!of->on.made.reused_connection);
    BOOST_TEST(dialer->dials == 2u);
}

BOOST_AUTO_TEST_CASE(a_used_connection_that_dies_without_a_word_is_replaced)
{
    enum class death
    {
        fin,
        reset,
        refuses_to_send
    };

    for (auto const how : {death::fin, death::reset, death::refuses_to_send}) {
        auto const far = used_server();
        far->when_sent = [&far, how](std::string_view) {
            if (how == death::fin)
                far->close();
            else
                far->fail(asio::error::connection_reset);
        };
        if (how == death::refuses_to_send) {
            far->fail_at = far->calls + 1; // behind the look at it
            far->fail_with = asio::error::broken_pipe;
        }
        auto const next = good_server();
        dialer->connect(next);
        dialer->dials = 0;
        auto const of = call();
        {
            auto sends = send(*of);
            BOOST_TEST_REQUIRE(sends.done());
            BOOST_TEST(run(context, read_rest(*sends.get())) == "hello world");
        }
        BOOST_TEST(dialer->dials == 1u);
        BOOST_TEST(!far->open);
        BOOST_TEST(next->sent == std::string(head) + std::string(body));
        BOOST_TEST_REQUIRE(of->on.earlier.size() == 1u);
        auto const& former = of->on.earlier.front();
        BOOST_TEST(former.replayed);
        BOOST_TEST(former.reused_connection);
        BOOST_TEST((former.code == condition::connection), former.code.message());
        BOOST_TEST(former.status == 0);
        BOOST_TEST(!of->on.made.reused_connection);
        BOOST_TEST(!of->on.made.replayed);
        check_all_is_given_back();
        next->shows_after_wait = false;
        next->close(); // so that the next one is new again
    }
}

BOOST_AUTO_TEST_CASE(a_replay_takes_a_new_connection_and_no_other_used_one)
{
    auto const far = good_server();
    auto const other = good_server();
    dialer->connect(far);
    dialer->connect(other);
    {
        auto const one = call();
        auto const two = call();
        auto first = send(*one);
        auto second = send(*two);
        run(context, read_rest(*second.get()));
        run(context, read_rest(*first.get()));
    }
    BOOST_TEST(transport.connections().statistics().connections_idle == 2u);
    for (auto const& dead : {far, other})
        dead->when_sent = [&dead = *dead](std::string_view) { dead.close(); };
    dialer->connect(good_server());
    auto const of = call();
    auto sends = send(*of);
    BOOST_TEST(sends.get()->head().status == 200);
    BOOST_TEST(of->on.earlier.size() == 1u);
    BOOST_TEST(dialer->dials == 3u);
    BOOST_TEST(transport.connections().statistics().connections_idle == 1u);
}

BOOST_AUTO_TEST_CASE(a_replay_does_not_wait_behind_those_who_came_later)
{
    limit(1, 1);
    auto const far = used_server();
    far->when_sent = [](std::string_view) {};
    dialer->connect(good_server());
    auto const one = call();
    auto const two = call();
    auto first = send(*one);
    auto second = send(*two);
    BOOST_TEST(pool->statistics().calls_waiting == 1u);
    far->close();
    first.poll();
    BOOST_TEST_REQUIRE(first.done());
    BOOST_TEST(run(context, read_rest(*first.get())) == "hello world");
    BOOST_TEST(!far->open);
    BOOST_TEST(one->on.earlier.size() == 1u);
    BOOST_TEST(!one->on.made.times.pool_wait.has_value());
    BOOST_TEST(!second.done());
    first.get().reset();
    second.poll();
    BOOST_TEST_REQUIRE(second.done());
    BOOST_TEST(run(context, read_rest(*second.get())) == "hello world");
    BOOST_TEST(two->on.made.reused_connection);
    BOOST_TEST(dialer->dials == 2u);
    auto const now = pool->statistics();
    BOOST_TEST(now.connections_opened == 2u);
    BOOST_TEST(now.connections_closed == 1u);
    second.get().reset();
    check_all_is_given_back();
}

BOOST_AUTO_TEST_CASE(a_replay_that_cannot_connect_leaves_its_place_to_who_waits)
{
    limit(1, 1);
    auto const far = used_server();
    far->when_sent = [](std::string_view) {};
    dialer->fail(asio::error::connection_refused);
    dialer->connect(good_server());
    auto const one = call();
    auto const two = call();
    auto first = send(*one);
    auto second = send(*two);
    far->close();
    first.poll();
    BOOST_TEST_REQUIRE(first.done());
    BOOST_TEST((first.code() == asio::error::connection_refused));
    BOOST_TEST_REQUIRE(second.done());
    BOOST_TEST(run(context, read_rest(*second.get())) == "hello world");
    second.get().reset();
    check_all_is_given_back();
}

BOOST_AUTO_TEST_CASE(a_phase_that_failed_is_told_until_it_did)
{
    auto const far = std::make_shared<wire>(clock);
    dialer->connect(far);
    auto const of = call();
    auto sends = send(*of);
    clock->advance(7ms);
    far->close();
    sends.poll();
    BOOST_TEST((sends.code() == errc::truncated_response));
    BOOST_TEST((of->on.made.times.first_byte == 7ms));
}

BOOST_AUTO_TEST_CASE(a_request_is_replayed_once)
{
    auto const far = used_server();
    far->when_sent = [&far](std::string_view) { far->close(); };
    auto const next = std::make_shared<wire>(clock);
    next->close();
    dialer->connect(next);
    dialer->connect(good_server());
    auto const of = call();
    auto sends = send(*of);
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST((sends.code() == errc::truncated_response));
    BOOST_TEST(dialer->dials == 2u);
    BOOST_TEST(of->on.earlier.size() == 1u);
    check_all_is_given_back();
}

BOOST_AUTO_TEST_CASE(a_replay_that_cannot_connect_says_so)
{
    auto const far = used_server();
    far->when_sent = [&far](std::string_view) { far->close(); };
    dialer->fail(asio::error::connection_refused);
    auto const of = call();
    auto sends = send(*of);
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST((sends.code() == asio::error::connection_refused));
    BOOST_TEST(of->on.earlier.size() == 1u);
    BOOST_TEST(!of->on.sent); // in this attempt
}

BOOST_AUTO_TEST_CASE(a_new_connection_that_dies_is_not_replaced)
{
    for (bool const by_reset : {false, true}) {
        auto const far = std::make_shared<wire>(clock);
        if (by_reset)
            far->fail(asio::error::connection_reset);
        else
            far->close();
        dialer->connect(far);
        dialer->dials = 0;
        auto const of = call();
        auto sends = send(*of);
        BOOST_TEST_REQUIRE(sends.done());
        BOOST_TEST((sends.code() == condition::connection));
        BOOST_TEST(dialer->dials == 1u);
        BOOST_TEST(of->on.earlier.empty());
        BOOST_TEST(of->on.sent);
        BOOST_TEST(!of->on.answered);
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_has_begun_to_answer_is_not_replaced)
{
    auto const far = used_server();
    far->when_sent = [&far](std::string_view) {
        far->give("H");
        far->close();
    };
    dialer->connect(good_server());
    auto const of = call();
    auto sends = send(*of);
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST((sends.code() == errc::truncated_response));
    BOOST_TEST(of->on.answered);
    BOOST_TEST(dialer->dials == 1u);
    BOOST_TEST(of->on.earlier.empty());
}

BOOST_AUTO_TEST_CASE(a_used_connection_that_is_too_slow_is_not_replaced)
{
    auto const far = used_server();
    far->when_sent = [](std::string_view) {};
    dialer->connect(good_server());
    auto const of = call();
    auto sends = send(*of);
    BOOST_TEST(!sends.done());
    clock->advance(10min);
    sends.poll();
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST((sends.code() == errc::first_byte_timeout));
    BOOST_TEST(dialer->dials == 1u);
    BOOST_TEST(!far->open);
    check_all_is_given_back();
}

BOOST_AUTO_TEST_CASE(a_response_is_waited_for_until_the_deadline)
{
    auto const far = std::make_shared<wire>(clock);
    far->give("HTTP/1.1 200 OK\r\n"); // which is no head yet
    dialer->connect(far);
    auto const of = call();
    auto sends = send(*of);
    clock->advance(10min - 1ns);
    sends.poll();
    BOOST_TEST(!sends.done());
    clock->advance(1ns);
    sends.poll();
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST((sends.code() == errc::first_byte_timeout));
    BOOST_TEST(contains(sends.what(), "waiting for a response did not end within"), sends.what());
    BOOST_TEST((of->on.made.times.first_byte == 10min));
    BOOST_TEST(!far->open);
    check_all_is_given_back();
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_read_is_waited_for_until_the_deadline)
{
    auto const far = std::make_shared<wire>(clock);
    far->set_window(10);
    dialer->connect(far);
    policy::deadline_set limits;
    limits.total = 1min;
    auto const of = call(limits);
    auto sends = send(*of);
    clock->advance(1min);
    sends.poll();
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST((sends.code() == errc::total_timeout));
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(an_answer_counts_though_the_request_is_not_read_to_its_end)
{
    auto const far = std::make_shared<wire>(clock);
    std::string const large(1'000'000, 'x');
    far->set_window(100'000);
    dialer->connect(far);
    auto const of = call();
    auto sends = send(*of, large);
    BOOST_TEST(!sends.done());
    far->give("HTTP/1.1 413 Too large\r\nContent-Length: 2\r\n\r\n{}");
    sends.poll();
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST(sends.get()->head().status == 413);
    BOOST_TEST(run(context, read_rest(*sends.get())) == "{}");
    sends.get().reset();
    BOOST_TEST(!far->open); // the server waits for the rest of the body
    BOOST_TEST(far->sent.size() == 100'000u);
}

BOOST_AUTO_TEST_CASE(a_request_goes_on_when_the_server_reads_on)
{
    auto const far = std::make_shared<wire>(clock);
    std::string const large(1'000'000, 'x');
    far->set_window(100'000);
    dialer->connect(far);
    auto const of = call();
    auto sends = send(*of, large);
    far->set_window(wire::never);
    sends.poll();
    BOOST_TEST((far->sent == std::string(head) + large));
    far->give(response);
    sends.poll();
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST(run(context, read_rest(*sends.get())) == "hello world");
    sends.get().reset();
    BOOST_TEST(far->open);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled_or_stopped_closes_its_connection)
{
    for (bool const while_sending : {false, true}) {
        for (bool const used : {false, true}) {
            for (bool const by_stop : {false, true}) {
                auto const far = used ? used_server() : std::make_shared<wire>(clock);
                far->when_sent = [](std::string_view) {};
                if (!used)
                    dialer->connect(far);
                if (while_sending)
                    far->set_window(far->sent.size() + 1);
                dialer->dials = 0;
                auto const of = call();
                auto sends = send(*of);
                BOOST_TEST(!sends.done());
                if (by_stop)
                    of->operation->stop();
                else
                    sends.cancel();
                sends.poll();
                BOOST_TEST_REQUIRE(sends.done());
                if (by_stop)
                    BOOST_TEST((sends.code() == errc::client_shut_down), sends.what());
                else
                    BOOST_TEST((sends.code() == asio::error::operation_aborted));
                BOOST_TEST(!far->open);
                BOOST_TEST(dialer->dials == (used ? 0u : 1u));
                BOOST_TEST(of->on.earlier.empty());
                check_all_is_given_back();
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_cannot_be_opened_leaves_its_place_to_others)
{
    dialer->fail(asio::error::connection_refused);
    auto const of = call();
    auto sends = send(*of);
    BOOST_TEST((sends.code() == asio::error::connection_refused));
    BOOST_TEST(!of->on.sent);
    check_all_is_given_back();

    dialer->hang();
    auto const other = call();
    auto hangs = send(*other);
    clock->advance(5s);
    hangs.poll();
    BOOST_TEST((hangs.code() == errc::connect_timeout));
    BOOST_TEST(!other->on.sent);
    check_all_is_given_back();
}

BOOST_AUTO_TEST_CASE(a_stop_from_another_thread_ends_a_call)
{
    for (bool const reset : {false, true}) { // by the peer, which still sends
        auto const far = std::make_shared<wire>(clock);
        if (reset)
            far->stopped_with = asio::error::connection_reset;
        dialer->connect(far);
        auto const of = call();
        auto sends = send(*of);
        std::thread other([this] { all->stop_all(); });
        sends.finish();
        other.join();
        BOOST_TEST((sends.code() == errc::client_shut_down), sends.what());
        BOOST_TEST(far->stops == 1u);
    }
}

BOOST_AUTO_TEST_CASE(warming_leaves_an_open_connection_to_the_pool)
{
    auto const far = good_server();
    dialer->connect(far);
    auto const of = call();
    started warms(context, warm(&of->on));
    BOOST_TEST_REQUIRE(warms.done());
    BOOST_TEST(warms.get());
    BOOST_TEST(far->sent.empty());
    BOOST_TEST(far->rests == 1u);
    BOOST_TEST(of->on.made.times.connect.has_value());
    BOOST_TEST(transport.connections().statistics().connections_idle == 1u);
    check_all_is_given_back();
    use_connection();
    BOOST_TEST(dialer->dials == 1u);
}

BOOST_AUTO_TEST_CASE(warming_opens_one_more_each_time)
{
    for (int i = 0; i != 3; ++i) {
        dialer->connect(good_server());
        auto const of = call();
        started warms(context, warm(&of->on));
        BOOST_TEST(warms.get());
    }
    BOOST_TEST(transport.connections().statistics().connections_idle == 3u);
}

BOOST_AUTO_TEST_CASE(warming_that_fails_says_why)
{
    dialer->fail(asio::error::connection_refused);
    auto const of = call();
    started warms(context, warm(&of->on));
    BOOST_TEST((warms.code() == asio::error::connection_refused));
    check_all_is_given_back();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
