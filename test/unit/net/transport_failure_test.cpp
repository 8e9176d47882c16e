#include "net/transport.hpp"
#include "support/http1.hpp"
#include "support/scripted_dialer.hpp"
#include "support/started.hpp"
#include "support/test_call.hpp"
#include "support/tls_client.hpp"

#include <hicap/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {
namespace {

constexpr std::string_view head =
    "POST /v1/x HTTP/1.1\r\nHost: api.test\r\nContent-Length: 4\r\n\r\n";
constexpr std::string_view body = "body";
constexpr std::string_view response =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
constexpr std::size_t request_size = head.size() + body.size();

/// How a connection is opened and cut.
struct variant
{
    bool tls;
    bool small_pieces;
};

/// A server that answers every request, in the clear or not.
class far_end
{
public:
    far_end(std::shared_ptr<manual_clock> time, tls_server& server, variant how)
        : link(std::make_shared<wire>(std::move(time))), how_(how)
    {
        if (how_.tls)
            peer_ = std::make_unique<tls_peer>(server);
        if (how_.small_pieces) {
            link->max_send = 50;
            link->send_blocks = true;
        }
        link->when_sent = [this](std::string_view bytes) { on_sent(bytes); };
    }

    far_end(far_end const&) = delete;
    far_end& operator=(far_end const&) = delete;

    ~far_end()
    {
        link->when_sent = [](std::string_view) {};
    }

    [[nodiscard]] std::size_t requests() const { return received().size() / request_size; }

    /// From now on a TLS server answers with an alert, as one does that has lost its keys.
    void forget_session() { alerts_ = true; }

    /// The same as soon as there is one.
    void forget_session_when_open() { alerts_when_open_ = true; }

    std::shared_ptr<wire> link;

private:
    [[nodiscard]] std::string const& received() const
    {
        return peer_ ? peer_->received : link->sent;
    }

    void on_sent(std::string_view bytes)
    {
        if (alerts_ || (alerts_when_open_ && peer_->done)) {
            alert();
            return;
        }
        if (peer_) {
            peer_->feed(bytes);
            give(peer_->output());
        }
        if (requests() == answered_)
            return;
        ++answered_;
        give(peer_ ? peer_->encrypt(response) : std::string(response));
    }

    void alert()
    {
        std::string const wrong = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
        BOOST_CHECK_THROW(peer_->feed(wrong), std::runtime_error);
        auto const said = peer_->output();
        BOOST_TEST(!said.empty());
        give(said);
    }

    void give(std::string const& bytes)
    {
        auto const size = how_.small_pieces ? std::size_t{30} : bytes.size();
        for (std::string_view rest = bytes; !rest.empty();
             rest.remove_prefix(std::min(size, rest.size())))
            link->give(rest.substr(0, size));
    }

    variant how_;
    std::unique_ptr<tls_peer> peer_;
    std::size_t answered_ = 0;
    bool alerts_ = false;
    bool alerts_when_open_ = false;
};

/// A client, the server that it uses, and another one should it need a new connection.
class trial
{
public:
    explicit trial(variant how)
        : first(clock, server, how), second(clock, server, how), transport_(make_transport(how.tls))
    {
        dialer->connect(first.link);
        dialer->connect(second.link);
    }

    [[nodiscard]] asio::awaitable<std::string> ask(net::call* on)
    {
        auto got = co_await transport_->send(on, head, body);
        co_return co_await read_rest(*got);
    }

    [[nodiscard]] client_statistics statistics() const { return pool->statistics(); }

    asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    std::shared_ptr<net::operations> all = std::make_shared<net::operations>();
    std::shared_ptr<scripted_dialer> dialer = std::make_shared<scripted_dialer>();
    std::shared_ptr<net::pool> pool =
        std::make_shared<net::pool>(pool_options{}, clock, [] { return 0.0; });
    tls_server server;
    far_end first;
    far_end second;

private:
    [[nodiscard]] std::unique_ptr<net::transport> make_transport(bool tls) const
    {
        net::tls_options options;
        options.ca_pem = server.ca_pem();
        http::origin const where{tls ? "https" : "http", "api.test", tls ? "443" : "80"};
        return std::make_unique<net::transport>(where, options, dialer, pool);
    }

    std::unique_ptr<net::transport> transport_;
};

constexpr variant variants[] = {{false, false}, {false, true}, {true, false}, {true, true}};

/// Lets the `n`-th call of the first connection fail, counted from when it has served `before`
/// requests; false where it was not made.
bool fails_well(variant how, std::size_t before, std::size_t n)
{
    trial one(how);
    auto& link = *one.first.link;
    for (std::size_t i = 0; i != before; ++i) {
        test_call former({}, one.clock, one.all);
        BOOST_TEST_REQUIRE(run(one.context, one.ask(&former.on)) == "hello");
    }
    link.fail_at = link.calls + n;
    link.fail_with = asio::error::connection_reset;
    {
        test_call of({}, one.clock, one.all);
        started asks(one.context, one.ask(&of.on));
        BOOST_TEST_REQUIRE(asks.done());
        auto const code = asks.code();
        auto const replayed = of.on.earlier.size();
        auto const& attempt = replayed == 0 ? of.on.made : of.on.earlier.front();

        // Never a short or doubled answer, and no error but that of the call that failed.
        if (!code)
            BOOST_TEST(asks.get() == "hello");
        else
            BOOST_TEST(
                (code == asio::error::connection_reset || code == asio::error::operation_aborted),
                asks.what()
            );
        if (!link.failed)
            BOOST_TEST((!code && replayed == 0));

        // Only a used connection is replaced, and only by a request that is known to be unanswered.
        BOOST_TEST(replayed <= before);
        if (replayed != 0) {
            BOOST_TEST(attempt.replayed);
            BOOST_TEST(attempt.reused_connection);
            BOOST_TEST((attempt.code == asio::error::connection_reset));
        }
        auto const second_used = one.dialer->dials == 2;
        BOOST_TEST(one.second.requests() == (second_used ? 1u : 0u));
        if (second_used)
            BOOST_TEST(!code);
    }

    // Nothing is left, and what has failed is not used again.
    auto const now = one.statistics();
    BOOST_TEST(now.connections_leased == 0u);
    BOOST_TEST(now.connections_dialling == 0u);
    BOOST_TEST(one.all->running() == 0u);
    BOOST_TEST(one.clock->pending() == 0u);
    BOOST_TEST(link.open != link.failed);
    return link.failed;
}

} // namespace

BOOST_AUTO_TEST_SUITE(net_transport_failure)

BOOST_AUTO_TEST_CASE(any_call_of_a_connection_may_fail)
{
    for (auto const how : variants) {
        for (std::size_t const before : {0u, 1u, 2u}) {
            std::size_t n = 0;
            bool failed = true;
            for (; failed; ++n) {
                BOOST_TEST_CONTEXT(
                    (how.tls ? "TLS" : "plain") << (how.small_pieces ? ", small pieces" : "")
                                                << ", used " << before << " times, call " << n
                )
                {
                    failed = fails_well(how, before, n);
                }
            }
            BOOST_TEST(n >= 4u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_used_connection_whose_session_the_server_ends_with_an_alert_is_replaced)
{
    trial one({true, false});
    {
        test_call former({}, one.clock, one.all);
        BOOST_TEST_REQUIRE(run(one.context, one.ask(&former.on)) == "hello");
    }
    one.first.forget_session();
    test_call of({}, one.clock, one.all);
    started asks(one.context, one.ask(&of.on));
    BOOST_TEST_REQUIRE(asks.done());
    BOOST_TEST(asks.get() == "hello");
    BOOST_TEST_REQUIRE(of.on.earlier.size() == 1u);
    BOOST_TEST(of.on.earlier[0].replayed);
    BOOST_TEST((of.on.earlier[0].code == errc::tls_failure));
    BOOST_TEST(!one.first.link->open);
    BOOST_TEST(one.second.requests() == 1u);
}

BOOST_AUTO_TEST_CASE(a_new_connection_whose_session_the_server_ends_is_not)
{
    trial one({true, false});
    one.second.link->when_sent = [](std::string_view) { BOOST_ERROR("a replay"); };
    test_call of({}, one.clock, one.all);
    one.first.forget_session_when_open();
    started asks(one.context, one.ask(&of.on));
    BOOST_TEST_REQUIRE(asks.done());
    BOOST_TEST((asks.code() == errc::tls_failure), asks.what());
    BOOST_TEST(of.on.earlier.empty());
}

BOOST_AUTO_TEST_CASE(a_call_may_be_cancelled_wherever_it_waits)
{
    for (auto const how : variants) {
        for (std::size_t const before : {0u, 1u}) {
            bool done = false;
            std::size_t cancelled = 0;
            for (std::size_t handlers = 0; !done; ++handlers) {
                BOOST_TEST_CONTEXT("cancelled behind handler " << handlers)
                {
                    trial one(how);
                    for (std::size_t i = 0; i != before; ++i) {
                        test_call former({}, one.clock, one.all);
                        run(one.context, one.ask(&former.on));
                    }
                    auto const sent_before = one.first.link->sent.size();
                    test_call of({}, one.clock, one.all);
                    asio::cancellation_signal signal;
                    std::string text;
                    bool ended = false;
                    boost::system::error_code code;
                    auto const finish = [&](std::exception_ptr thrown, std::string got) {
                        ended = true;
                        done = !thrown;
                        code = code_of(thrown);
                        text = std::move(got);
                    };
                    asio::co_spawn(
                        one.context,
                        one.ask(&of.on),
                        asio::bind_cancellation_slot(signal.slot(), finish)
                    );
                    one.context.restart();
                    for (std::size_t i = 0; i != handlers; ++i)
                        one.context.poll_one();
                    bool const ended_before = ended;
                    signal.emit(asio::cancellation_type::terminal);
                    auto const later = one.context.poll();
                    BOOST_TEST_REQUIRE(ended);
                    if (done)
                        BOOST_TEST(text == "hello");
                    else
                        BOOST_TEST((code == asio::error::operation_aborted));
                    // A call that ends well all the same was about to: its result was on its way.
                    BOOST_TEST((!done || ended_before || later <= 3), later << " handlers later");
                    cancelled += done ? 0 : 1;
                    auto const now = one.statistics();
                    BOOST_TEST(now.connections_leased == 0u);
                    BOOST_TEST(now.connections_dialling == 0u);
                    BOOST_TEST(
                        now.connections_opened == now.connections_idle + now.connections_closed
                    );
                    auto const& link = *one.first.link;
                    bool const was_used = link.sent.size() > sent_before;
                    BOOST_TEST((!was_used || link.open == done));
                    BOOST_TEST(one.all->running() == 1u); // this one
                    BOOST_TEST(one.clock->pending() == 0u);
                }
            }
            BOOST_TEST(cancelled >= 1u);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
