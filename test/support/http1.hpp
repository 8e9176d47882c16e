#ifndef HICAP_TEST_SUPPORT_HTTP1_HPP
#define HICAP_TEST_SUPPORT_HTTP1_HPP

#include "net/http1_exchange.hpp"
#include "net/tls_context.hpp"
#include "net/tls_engine.hpp"
#include "support/manual_clock.hpp"
#include "support/run.hpp"
#include "support/scripted_socket.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {

/// What came in answer to a request.
struct answer
{
    int status = 0;
    headers fields;
    std::string body;
};

constexpr auto no_deadline = net::clock::time_point::max();

inline asio::awaitable<void> send(net::http1_exchange& exchange, std::string head, std::string body)
{
    exchange.begin(head, body);
    while (!exchange.write_some())
        co_await exchange.writable(no_deadline);
}

inline asio::awaitable<void> read_head(net::http1_exchange& exchange)
{
    while (!exchange.read_head())
        co_await exchange.readable(no_deadline);
}

inline asio::awaitable<std::string> read_rest(net::exchange& exchange)
{
    std::string body;
    for (;;) {
        std::string_view piece;
        auto const status = exchange.read_body(piece);
        if (status == net::exchange::status::end)
            co_return body;
        if (status == net::exchange::status::blocked)
            co_await exchange.readable(no_deadline);
        else
            body += piece;
    }
}

/// A context, a pool in it, and exchanges over scripted sockets.
struct http1_fixture
{
    static constexpr std::string_view request = "POST /v1/x HTTP/1.1\r\nContent-Length: 4\r\n\r\n";

    /// A lease of the pool with a connection to `far`.
    net::lease session(
        std::shared_ptr<wire> far,
        std::shared_ptr<net::tls_context> tls = nullptr,
        std::unique_ptr<net::tls_engine> engine = nullptr
    )
    {
        return session_in(context, std::move(far), std::move(tls), std::move(engine));
    }

    net::lease session_in(
        asio::io_context& where,
        std::shared_ptr<wire> far,
        std::shared_ptr<net::tls_context> tls = nullptr,
        std::unique_ptr<net::tls_engine> engine = nullptr
    )
    {
        auto made = pool->try_acquire(where.get_executor(), true);
        BOOST_TEST_REQUIRE(made.has_value());
        made->opened(std::make_unique<net::connection>(
            std::make_unique<scripted_socket>(std::move(far)), std::move(tls), std::move(engine)
        ));
        return std::move(*made);
    }

    [[nodiscard]] std::shared_ptr<net::operation> begin_operation() const
    {
        return std::make_shared<net::operation>(all, nullptr, clock, "POST", "/v1/x");
    }

    [[nodiscard]] std::unique_ptr<net::http1_exchange> over(net::lease held) const
    {
        return std::make_unique<net::http1_exchange>(std::move(held), begin_operation());
    }

    std::unique_ptr<net::http1_exchange> over(std::shared_ptr<wire> far)
    {
        return over(session(std::move(far)));
    }

    /// An exchange whose head has been read.
    std::unique_ptr<net::http1_exchange> opened(std::shared_ptr<wire> far)
    {
        auto made = over(std::move(far));
        run(context, send(*made, std::string(request), "body"));
        run(context, read_head(*made));
        return made;
    }

    static asio::awaitable<answer> ask(std::unique_ptr<net::http1_exchange> exchange)
    {
        answer got;
        co_await send(*exchange, std::string(request), "body");
        co_await read_head(*exchange);
        got.body = co_await read_rest(*exchange);
        got.status = exchange->head().status;
        got.fields = exchange->take_fields();
        co_return got;
    }

    /// What the pool holds, or a lease without a session.
    net::lease take()
    {
        auto held = pool->try_acquire(context.get_executor(), false);
        BOOST_TEST_REQUIRE(held.has_value());
        return std::move(*held);
    }

    /// Takes from the pool what it holds, and says whether it held something.
    bool pooled() { return take().session != nullptr; }

    asio::io_context context{1};
    std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
    std::shared_ptr<net::operations> all = std::make_shared<net::operations>();
    std::shared_ptr<net::pool> pool =
        std::make_shared<net::pool>(pool_options{}, clock, [] { return 0.0; });
};

} // namespace hicap::test

#endif
