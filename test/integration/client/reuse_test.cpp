#include "support/hicap_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace hicap;

namespace {

/// Answers the first requests, one a connection and all at once, and then only reads: what comes
/// after closes its connection without an answer.
class swallowing_server
{
public:
    swallowing_server(asio::io_context& context, int answered)
        : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), answered_(answered)
    {
        asio::co_spawn(context, accept(), asio::detached);
    }

    [[nodiscard]] std::string base_url() const
    {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/v1";
    }

    int requests = 0;

private:
    using socket = asio::ip::tcp::socket;

    asio::awaitable<void> accept()
    {
        auto const executor = co_await asio::this_coro::executor;
        for (;;) {
            auto accepted = co_await acceptor_.async_accept(asio::use_awaitable);
            asio::co_spawn(
                executor, serve(std::make_shared<socket>(std::move(accepted))), asio::detached
            );
        }
    }

    asio::awaitable<void> serve(std::shared_ptr<socket> peer)
    {
        static constexpr std::string_view answer = "HTTP/1.1 200 OK\r\n"
                                                   "Content-Type: application/json\r\n"
                                                   "Content-Length: 2\r\n\r\n{}";
        std::string received;
        for (;;) {
            auto const size = co_await asio::async_read_until(
                *peer, asio::dynamic_buffer(received), "]}", asio::use_awaitable
            );
            received.erase(0, size);
            ++requests;
            if (requests > answered_)
                co_return;
            waiting_.push_back(peer);
            if (static_cast<int>(waiting_.size()) != answered_)
                continue;
            for (auto const& one : waiting_)
                asio::write(*one, asio::buffer(answer));
            waiting_.clear();
        }
    }

    asio::ip::tcp::acceptor acceptor_;
    int answered_;
    std::vector<std::shared_ptr<socket>> waiting_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connections_are_reused, test::hicap_fixture)

BOOST_AUTO_TEST_CASE(by_requests_in_a_row)
{
    client const hicap(options());
    for (int i = 0; i != 5; ++i)
        create(hicap, ask("a"));
    BOOST_TEST(server.statistics().requests == 5U);
    BOOST_TEST(server.statistics().connections_accepted == 1U);
}

BOOST_AUTO_TEST_CASE(after_a_stream_that_was_read_to_its_end)
{
    client const hicap(options());
    for (int i = 0; i != 3; ++i) {
        auto events = open_stream(hicap, ask("a"));
        run(events.collect());
        settle(); // what is left of the body is read in the background
    }
    create(hicap, ask("a"));
    BOOST_TEST(server.statistics().connections_accepted == 1U);
}

BOOST_AUTO_TEST_CASE(after_an_error_status)
{
    client const hicap(options());
    auto const request = ask("a");
    auto const fault = with({{"x-emulator-status", "429"}});
    BOOST_CHECK_THROW(create(hicap, request, fault), api_error);
    create(hicap, request);
    BOOST_TEST(server.statistics().connections_accepted == 1U);
}

BOOST_AUTO_TEST_CASE(but_not_after_a_stream_that_was_dropped)
{
    client const hicap(options());
    {
        auto events = open_stream(hicap, ask("a"));
        run(events.next());
    }
    create(hicap, ask("a"));
    BOOST_TEST(server.statistics().connections_accepted == 2U);
}

BOOST_AUTO_TEST_CASE(by_copies_of_a_client)
{
    client const first(options());
    client const second = first; // NOLINT: the copy is what is tested
    create(first, ask("a"));
    create(second, ask("a"));
    BOOST_TEST(server.statistics().connections_accepted == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_has_closed_is_replaced)
{
    auto again = std::make_unique<emulator>(context.get_executor());
    again->start();
    auto const port = again->port();
    auto plain = options();
    plain.base_url = again->base_url();
    client const hicap(plain);
    create(hicap, ask("a"));

    again->stop();
    settle();
    emulator_options same_port;
    same_port.port = port;
    again = std::make_unique<emulator>(context.get_executor(), same_port);
    again->start();

    BOOST_TEST(create(hicap, ask("a")).http_status() == 200);
    BOOST_TEST(again->statistics().connections_accepted == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_is_replayed_once_however_many_connections_are_dead)
{
    swallowing_server far(context, 4);
    auto plain = options();
    plain.base_url = far.base_url();
    client const hicap(plain);
    auto const request = ask("a");
    int answered = 0;
    for (int i = 0; i != 4; ++i) {
        asio::co_spawn(
            context,
            hicap.chat().completions().create(request),
            [&answered](std::exception_ptr failure, auto const&) { answered += !failure; }
        );
    }
    while (answered != 4)
        context.run_one();
    BOOST_TEST(far.requests == 4);

    // Four idle connections, on each of which the next request is read and never answered.
    BOOST_CHECK_THROW(create(hicap, request), error);
    BOOST_TEST(far.requests == 4 + 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(lifetimes)

BOOST_AUTO_TEST_CASE(idle_connections_do_not_keep_the_context_running)
{
    test::hicap_fixture local;
    client const hicap(local.options());
    local.create(hicap, local.ask("a"));
    local.server.stop();
    local.context.restart();
    local.context.run(); // returns
    BOOST_TEST(local.server.statistics().requests == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_nobody_reads_does_not_keep_the_context_running)
{
    test::hicap_fixture local;
    client const hicap(local.options());
    auto const request = local.ask("a");
    auto const events = local.open_stream(hicap, request);
    local.server.stop();
    local.context.restart();
    local.context.run(); // returns
    BOOST_TEST(hicap.statistics().calls_running == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_may_outlive_its_context_and_serve_another)
{
    std::unique_ptr<client> hicap;
    for (int round = 0; round != 3; ++round) {
        test::hicap_fixture local{emulator_options{}};
        if (round == 0) {
            hicap = std::make_unique<client>(local.options());
            local.create(*hicap, local.ask("a"));
            continue; // the context ends with an idle connection of the client in it
        }
        // The emulator has another port now: what matters is that nothing dangles.
        auto const request = local.ask("a");
        BOOST_CHECK_THROW(local.create(*hicap, request), error);
    }
}

BOOST_AUTO_TEST_CASE(a_client_may_end_before_its_stream)
{
    test::hicap_fixture local;
    stream<chat::chunk> events;
    {
        client const hicap(local.options());
        events = local.open_stream(hicap, local.ask("a"));
    }
    BOOST_TEST(!local.run(events.collect()).text().empty());
}

BOOST_AUTO_TEST_CASE(two_contexts_share_a_client_but_no_connection)
{
    test::hicap_fixture local{emulator_options{}};
    client const hicap(local.options());
    local.create(hicap, local.ask("a"));

    asio::io_context other(1);
    bool done = false;
    auto const request = local.ask("a");
    asio::co_spawn(
        other,
        hicap.chat().completions().create(request),
        [&done](std::exception_ptr, auto) { done = true; }
    );
    while (!done) {
        other.poll();
        local.settle();
    }
    BOOST_TEST(local.server.statistics().connections_accepted == 2U);
    local.create(hicap, request);
    BOOST_TEST(local.server.statistics().connections_accepted == 2U);
}

namespace {

/// A stream that has begun, with a client and a context of its own.
struct begun_stream
{
    begun_stream(test::hicap_fixture& local, bool on_strand)
    {
        auto executor = asio::any_io_executor(context->get_executor());
        if (on_strand)
            executor = asio::make_strand(executor);
        hicap.emplace(local.options());
        auto const request = local.ask("a");
        auto const slow = local.with({{"x-emulator-tokens-per-second", "1"}});
        asio::co_spawn(
            executor,
            begin(*hicap, request, slow),
            [this](std::exception_ptr failure, stream<chat::chunk> opened) {
                done = true;
                BOOST_TEST(!failure);
                events = std::move(opened);
            }
        );
        executor = nullptr;
        while (!done) {
            context->poll();
            local.settle();
        }
    }

    static asio::awaitable<stream<chat::chunk>>
    begin(client by, chat::completion_request request, request_options options)
    {
        auto opened = co_await by.chat().completions().stream(request, options);
        auto const* const first = co_await opened.next();
        BOOST_TEST((first != nullptr));
        co_return opened;
    }

    std::optional<asio::io_context> context{1};
    std::optional<client> hicap;
    std::optional<stream<chat::chunk>> events;
    bool done = false;
};

} // namespace

BOOST_AUTO_TEST_CASE(client_stream_and_context_may_end_in_any_order)
{
    for (bool const on_strand : {false, true}) {
        std::string order = "ces"; // client, event loop, stream
        do {
            test::hicap_fixture local;
            begun_stream one(local, on_strand);
            for (char const which : order) {
                if (which == 'c')
                    one.hicap.reset();
                else if (which == 'e')
                    one.context.reset();
                else
                    one.events.reset();
            }
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

BOOST_AUTO_TEST_CASE(a_stream_without_its_context_says_so)
{
    test::hicap_fixture local;
    begun_stream one(local, false);
    one.context.reset();
    BOOST_CHECK_EXCEPTION(local.run(one.events->collect()), error, [](error const& thrown) {
        return std::string_view(thrown.what()).find("the io_context that the connection") !=
               std::string_view::npos;
    });
    BOOST_CHECK_THROW(local.run(one.events->next()), error); // again and again
}

BOOST_AUTO_TEST_SUITE_END()
