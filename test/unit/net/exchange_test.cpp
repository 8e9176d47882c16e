#include "net/exchange.hpp"
#include "support/http1.hpp"
#include "support/security.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct finish_fixture : http1_fixture
{
    void finish(std::unique_ptr<net::exchange> done)
    {
        net::finish(std::move(done), clock, context.get_executor());
    }

    /// Runs what is ready.
    void settle()
    {
        context.restart();
        context.poll();
    }

    static std::string head(std::size_t length)
    {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
    }

    std::shared_ptr<wire> far = std::make_shared<wire>();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_finish, finish_fixture)

BOOST_AUTO_TEST_CASE(a_rest_that_is_at_hand_is_read_at_once)
{
    far->give("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nend\r\n0\r\n\r\n");
    finish(opened(far));
    BOOST_TEST(context.poll() == 0u);
    BOOST_TEST(pooled());
}

BOOST_AUTO_TEST_CASE(a_rest_that_comes_later_is_read_in_the_background)
{
    far->give("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nend\r\n");
    finish(opened(far));
    settle();
    BOOST_TEST(far->open);
    BOOST_TEST(!pooled());
    far->give("0\r\n");
    settle();
    BOOST_TEST(!pooled());
    far->give("\r\n");
    settle();
    BOOST_TEST(pooled());
    context.restart();
    BOOST_TEST(context.run() == 0u); // nor does a timer remain
}

BOOST_AUTO_TEST_CASE(a_rest_of_64_kib_is_read)
{
    far->give(head(64 * 1024) + "some text");
    finish(opened(far));
    far->give(std::string(64 * 1024 - 9, 'x'));
    settle();
    BOOST_TEST(pooled());
}

BOOST_AUTO_TEST_CASE(a_longer_rest_closes_the_connection, *security)
{
    far->give(head(64 * 1024 + 1) + "some text");
    finish(opened(far));
    far->give(std::string(60'000, 'x'));
    settle();
    BOOST_TEST(far->open);
    far->give(std::string(64 * 1024 + 1 - 60'009, 'x'));
    settle();
    BOOST_TEST(!far->open);
    BOOST_TEST(!pooled());
}

BOOST_AUTO_TEST_CASE(a_rest_that_breaks_closes_the_connection)
{
    for (bool const by_fin : {true, false}) {
        auto const broken = std::make_shared<wire>();
        broken->give(head(100) + "some text");
        finish(opened(broken));
        if (by_fin)
            broken->close();
        else
            broken->fail(asio::error::connection_reset);
        settle();
        BOOST_TEST(!broken->open);
        BOOST_TEST(!pooled());
    }
}

BOOST_AUTO_TEST_CASE(a_rest_that_is_no_http_closes_the_connection)
{
    far->give("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nend\r\nzzz\r\n");
    finish(opened(far));
    BOOST_TEST(!far->open);
    BOOST_TEST(!pooled());
}

BOOST_AUTO_TEST_CASE(a_rest_that_does_not_come_is_not_waited_for_long, *security)
{
    far = std::make_shared<wire>(clock);
    far->give(head(100) + "some text");
    finish(opened(far));
    settle();
    clock->advance(249ms);
    far->give("some more");
    settle();
    BOOST_TEST(far->open);
    clock->advance(1ms);
    settle();
    BOOST_TEST(!far->open);
    BOOST_TEST(!pooled());
    BOOST_TEST(all->running() == 0u);
}

BOOST_AUTO_TEST_CASE(a_rest_is_given_up_when_its_call_is_stopped)
{
    far->give(head(100) + "some text");
    finish(opened(far));
    settle();
    BOOST_TEST(all->running() == 1u);
    all->stop_all();
    settle();
    BOOST_TEST(!far->open);
    BOOST_TEST(!pooled());
    BOOST_TEST(all->running() == 0u);
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_takes_the_background_along)
{
    auto own = std::make_unique<asio::io_context>(1);
    far->give(head(100) + "some text");
    auto exchange = over(session_in(*own, far));
    run(*own, send(*exchange, std::string(request), "body"));
    run(*own, read_head(*exchange));
    net::finish(std::move(exchange), clock, own->get_executor());
    own->restart();
    own->poll();
    own.reset();
    BOOST_TEST(!far->open);
    BOOST_TEST(all->running() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
