#include "net/pool.hpp"
#include "support/http1.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace hicap::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A pool whose time is what the test says it is.
struct pool_fixture : http1_fixture
{
    /// Gives a new session to the pool.
    std::shared_ptr<wire> give(net::pool::clock::duration since_start = {})
    {
        auto far = std::make_shared<wire>();
        far->shows_after_wait = false;
        pool->give(session(far), start + since_start);
        return far;
    }

    std::unique_ptr<net::http1_session> take(net::pool::clock::duration since_start = {})
    {
        return pool->take(context, start + since_start);
    }

    /// Which of the wires a session is for.
    static bool is_for(net::http1_session& session, wire const& far)
    {
        auto const before = far.sent.size();
        session.link->begin_write("x", {});
        session.link->write_some();
        return far.sent.size() == before + 1;
    }

    net::pool::clock::time_point start{std::chrono::hours(1)};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_pool, pool_fixture)

BOOST_AUTO_TEST_CASE(an_empty_pool_gives_nothing)
{
    BOOST_TEST(!take());
}

BOOST_AUTO_TEST_CASE(the_session_that_came_last_goes_first)
{
    std::vector<std::shared_ptr<wire>> const wires{give(), give(), give()};
    for (auto far = wires.rbegin(); far != wires.rend(); ++far) {
        auto const session = take();
        BOOST_TEST_REQUIRE(session != nullptr);
        BOOST_TEST(is_for(*session, **far));
    }
    BOOST_TEST(!take());
}

BOOST_AUTO_TEST_CASE(a_session_expires_after_55_seconds)
{
    auto const young = give();
    BOOST_TEST(take(seconds(55) - milliseconds(1)) != nullptr);
    auto const old = give();
    BOOST_TEST(old->open);
    BOOST_TEST(!take(seconds(55)));
    BOOST_TEST(!old->open);
}

BOOST_AUTO_TEST_CASE(what_is_too_old_is_closed_when_something_is_given)
{
    auto const old = give();
    auto const middle = give(seconds(30));
    auto const young = give(seconds(60));
    BOOST_TEST(!old->open);
    BOOST_TEST(middle->open);
    BOOST_TEST(young->open);
}

BOOST_AUTO_TEST_CASE(what_is_too_old_is_closed_when_something_is_taken)
{
    auto const old = give();
    auto const young = give(seconds(30));
    auto const taken = take(seconds(60));
    BOOST_TEST_REQUIRE(taken != nullptr);
    BOOST_TEST(is_for(*taken, *young));
    BOOST_TEST(!old->open);
}

BOOST_AUTO_TEST_CASE(a_session_that_is_used_does_not_age)
{
    auto const far = give();
    for (int i = 1; i != 5; ++i) {
        auto session = take(i * seconds(50));
        BOOST_TEST_REQUIRE(session != nullptr);
        pool->give(std::move(session), start + i * seconds(50));
    }
    BOOST_TEST(far->open);
}

BOOST_AUTO_TEST_CASE(a_session_whose_server_has_closed_is_skipped)
{
    auto const good = give();
    auto const closed = give();
    auto const reset = give();
    auto const talking = give();
    closed->close();
    reset->fail(asio::error::connection_reset);
    talking->give("HTTP/1.1 408 Request Timeout\r\n\r\n");
    auto const session = take();
    BOOST_TEST_REQUIRE(session != nullptr);
    BOOST_TEST(is_for(*session, *good));
    BOOST_TEST(!closed->open);
    BOOST_TEST(!reset->open);
    BOOST_TEST(!talking->open);
}

BOOST_AUTO_TEST_CASE(sessions_beyond_the_bound_are_closed)
{
    std::vector<std::shared_ptr<wire>> wires;
    for (std::size_t i = 0; i != net::pool::max_idle_per_context; ++i)
        wires.push_back(give());
    auto const one_more = give();
    BOOST_TEST(!one_more->open);
    BOOST_TEST(wires.front()->open);
    BOOST_TEST(wires.back()->open);
}

BOOST_AUTO_TEST_CASE(a_session_stays_in_its_context)
{
    asio::io_context other{1};
    auto const far = give();
    BOOST_TEST(!pool->take(other, start));
    BOOST_TEST(take() != nullptr);
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_closes_its_sessions)
{
    auto const stays = give();
    auto const goes = std::make_shared<wire>();
    {
        asio::io_context other{1};
        auto of_other = session(goes);
        of_other->context = &other;
        pool->give(std::move(of_other), start);
        BOOST_TEST(goes->open);
    }
    BOOST_TEST(!goes->open);
    BOOST_TEST(stays->open);
    BOOST_TEST(take() != nullptr);
}

BOOST_AUTO_TEST_CASE(a_new_context_at_the_address_of_an_old_one_starts_empty)
{
    std::optional<asio::io_context> other;
    for (int i = 0; i != 3; ++i) {
        other.emplace(1);
        BOOST_TEST(!pool->take(*other, start));
        auto const far = std::make_shared<wire>();
        auto of_other = session(far);
        of_other->context = &*other;
        pool->give(std::move(of_other), start);
        BOOST_TEST(pool->take(*other, start) != nullptr);
    }
}

BOOST_AUTO_TEST_CASE(a_pool_that_ends_first_closes_its_sessions)
{
    auto const far = give();
    pool.reset();
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(an_exchange_may_end_with_its_context)
{
    auto const far = std::make_shared<wire>();
    far->give("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    std::optional<asio::io_context> other;
    other.emplace(1);
    BOOST_TEST(!pool->take(*other, start));
    auto of_other = session(far);
    of_other->context = &*other;
    auto exchange = std::make_unique<net::http1_exchange>(pool, std::move(of_other));
    run(*other, send(*exchange, std::string(request), "body"));
    run(*other, read_head(*exchange));
    run(*other, read_rest(*exchange));
    asio::post(*other, [kept = std::move(exchange)] {});
    other.reset();
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(pools_share_a_context_without_sharing_sessions)
{
    auto const other = std::make_shared<net::pool>();
    auto const far = give();
    BOOST_TEST(!other->take(context, start));
    BOOST_TEST(take() != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
