#include "net/transport.hpp"
#include "support/http1.hpp"
#include "support/scripted_dialer.hpp"
#include "support/started.hpp"
#include "support/test_call.hpp"
#include "support/tls_client.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Bodies that come in pieces while they are sent.

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using exchange_ptr = std::unique_ptr<net::exchange>;

constexpr std::string_view head = "POST /v1/x HTTP/1.1\r\nHost: api.test\r\n\r\n";
constexpr std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world";

/// Pieces that come when the test says so.
class paced_source final : public net::body_source
{
public:
    paced_source(std::shared_ptr<net::clock> time, std::vector<std::string> pieces)
        : time_(std::move(time)), pieces_(std::move(pieces))
    {}

    std::unique_ptr<net::body_reader> open() override
    {
        ++opened;
        return std::make_unique<reader>(*this);
    }

    [[nodiscard]] bool repeatable() const noexcept override { return can_be_repeated; }

    bool can_be_repeated = true;
    std::chrono::milliseconds pause{0}; ///< before each piece
    std::exception_ptr failure;         ///< in place of the end
    std::size_t opened = 0;

private:
    class reader final : public net::body_reader
    {
    public:
        explicit reader(paced_source& of) : of_(of) {}

        asio::awaitable<std::string_view> next() override
        {
            if (of_.pause.count() != 0) {
                net::alarm sleeper(*of_.time_, co_await asio::this_coro::executor);
                co_await sleeper.sleep_until(of_.time_->now() + of_.pause);
            }
            if (next_ != of_.pieces_.size())
                co_return of_.pieces_[next_++];
            if (of_.failure)
                std::rethrow_exception(of_.failure);
            co_return std::string_view();
        }

    private:
        paced_source& of_;
        std::size_t next_ = 0;
    };

    std::shared_ptr<net::clock> time_;
    std::vector<std::string> pieces_;
};

struct body_fixture
{
    [[nodiscard]] std::shared_ptr<wire> dial()
    {
        auto far = std::make_shared<wire>(clock);
        dialer->connect(far);
        return far;
    }

    [[nodiscard]] auto send(test_call& of, net::body_source& what)
    {
        return started<exchange_ptr>(context, transport.send(&of.on, head, &what));
    }

    [[nodiscard]] std::unique_ptr<test_call> call(policy::deadline_set const& limits = {}) const
    {
        return std::make_unique<test_call>(limits, clock, all);
    }

    asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    std::shared_ptr<net::operations> all = std::make_shared<net::operations>();
    std::shared_ptr<scripted_dialer> dialer = std::make_shared<scripted_dialer>();
    std::shared_ptr<net::pool> pool =
        std::make_shared<net::pool>(pool_options{}, clock, [] { return 0.0; });
    net::transport transport{{"http", "api.test", "80"}, {}, dialer, pool};
    paced_source source{clock, {"one", std::string(300'000, 'x'), "three"}};
    std::string const whole = "one" + std::string(300'000, 'x') + "three";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_transport_body, body_fixture)

BOOST_AUTO_TEST_CASE(pieces_are_sent_one_after_the_other)
{
    auto const far = dial();
    auto const of = call();
    auto sends = send(*of, source);
    BOOST_TEST((far->sent == std::string(head) + whole));
    far->give(response);
    sends.poll();
    BOOST_TEST(run(context, read_rest(*sends.get())) == "hello world");
    sends.get().reset();
    BOOST_TEST(far->open);
    BOOST_TEST(source.opened == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_that_reads_slowly_gets_all_of_it)
{
    auto const far = dial();
    far->max_send = 40'000;
    far->send_blocks = true;
    auto const of = call();
    auto sends = send(*of, source);
    BOOST_TEST((far->sent == std::string(head) + whole));
}

BOOST_AUTO_TEST_CASE(pieces_are_encrypted)
{
    tls_server server;
    net::tls_options trusting;
    trusting.ca_pem = server.ca_pem();
    net::transport secure({"https", "api.test", "443"}, trusting, dialer, pool);
    tls_peer peer(server);
    auto const far = dial();
    far->when_sent = [&](std::string_view bytes) {
        peer.feed(bytes);
        far->give(peer.output());
    };
    auto const of = call();
    started<exchange_ptr> sends(context, secure.send(&of->on, head, &source));
    BOOST_TEST((peer.received == std::string(head) + whole));
    far->give(peer.encrypt(response));
    sends.poll();
    BOOST_TEST(run(context, read_rest(*sends.get())) == "hello world");
}

BOOST_AUTO_TEST_CASE(a_slow_source_does_not_use_up_the_time_of_the_server)
{
    policy::deadline_set limits;
    limits.first_byte = 10s;
    source.pause = 9s;
    auto const far = dial();
    auto const of = call(limits);
    auto sends = send(*of, source);
    for (int i = 0; i != 4; ++i) {
        clock->advance(9s);
        sends.poll();
    }
    BOOST_TEST((far->sent == std::string(head) + whole));
    BOOST_TEST(!sends.done());
    clock->advance(10s);
    sends.poll();
    BOOST_TEST((sends.code() == errc::first_byte_timeout));
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_to_read_is_late)
{
    policy::deadline_set limits;
    limits.first_byte = 10s;
    auto const far = dial();
    far->set_window(1000);
    auto const of = call(limits);
    auto sends = send(*of, source);
    clock->advance(10s);
    sends.poll();
    BOOST_TEST((sends.code() == errc::first_byte_timeout));
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(the_deadline_of_a_piece_comes_before_that_of_the_call)
{
    policy::deadline_set limits;
    limits.first_byte = 10s;
    limits.total = 15s;
    auto const far = dial();
    far->set_window(1000);
    auto const of = call(limits);
    auto sends = send(*of, source);
    clock->advance(10s);
    sends.poll();
    BOOST_TEST((sends.code() == errc::first_byte_timeout));
    BOOST_TEST((of->on.made.times.first_byte == 10s));
}

BOOST_AUTO_TEST_CASE(a_source_without_end_ends_with_the_call)
{
    policy::deadline_set limits;
    limits.total = 3s;
    paced_source endless{clock, std::vector<std::string>(100, "piece")};
    endless.pause = 1s;
    auto const far = dial();
    auto const of = call(limits);
    auto sends = send(*of, endless);
    for (int i = 0; i != 3; ++i) {
        BOOST_TEST(!sends.done());
        clock->advance(1s);
        sends.poll();
    }
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST((sends.code() == errc::total_timeout));
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(an_early_answer_ends_the_sending)
{
    auto const far = dial();
    far->set_window(1000);
    auto const of = call();
    auto sends = send(*of, source);
    far->give("HTTP/1.1 413 Too large\r\nContent-Length: 2\r\n\r\n{}");
    sends.poll();
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST(sends.get()->head().status == 413);
    sends.get().reset();
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(what_a_source_throws_ends_the_request)
{
    auto const far = dial();
    source.failure = std::make_exception_ptr(std::runtime_error("the disk is gone"));
    auto const of = call();
    auto sends = send(*of, source);
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST(sends.what() == "the disk is gone");
    BOOST_TEST(!far->open);
    BOOST_TEST(pool->statistics().connections_leased == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_source_throws_is_no_failure_of_the_connection)
{
    source.failure = std::make_exception_ptr(error(asio::error::connection_reset, "of the source"));
    auto const far = dial();
    auto const of = call();
    auto sends = send(*of, source);
    BOOST_TEST((sends.code() == asio::error::connection_reset));
    BOOST_TEST(of->on.failed_by_caller);
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(a_source_that_is_waited_for_can_be_cancelled)
{
    source.pause = 1h;
    auto const far = dial();
    auto const of = call();
    auto sends = send(*of, source);
    sends.cancel();
    BOOST_TEST((sends.code() == asio::error::operation_aborted));
    BOOST_TEST(!far->open);
    BOOST_TEST(clock->pending() == 0u);
}

/// Sends the source over a used connection that dies at once.
struct dying_fixture : body_fixture
{
    dying_fixture()
    {
        used->give(response);
        test_call former({}, clock, all);
        started<exchange_ptr> first(
            context, transport.send(&former.on, head, std::string_view("body"))
        );
        run(context, read_rest(*first.get()));
        first.get().reset();
        used->when_sent = [this](std::string_view) { used->close(); };
        fresh->give(response);
    }

    std::shared_ptr<wire> used = dial();
    std::shared_ptr<wire> fresh = dial();
};

BOOST_FIXTURE_TEST_CASE(what_can_be_read_again_is_replayed, dying_fixture)
{
    auto const of = call();
    auto sends = send(*of, source);
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST(sends.get()->head().status == 200);
    BOOST_TEST((fresh->sent == std::string(head) + whole));
    BOOST_TEST(source.opened == 2u);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_read_again_is_not_replayed, dying_fixture)
{
    source.can_be_repeated = false;
    auto const of = call();
    auto sends = send(*of, source);
    BOOST_TEST_REQUIRE(sends.done());
    BOOST_TEST((sends.code() == errc::truncated_response));
    BOOST_TEST(source.opened == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
