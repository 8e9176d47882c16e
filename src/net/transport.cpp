#include "net/transport.hpp"

#include "net/http1_exchange.hpp"

#include <hicap/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace hicap::net {

transport::transport(http::origin where, tls_options const& tls)
    : origin_(std::move(where)), pool_(std::make_shared<pool>())
{
    if (origin_.tls())
        tls_ = std::make_shared<tls_context>(tls);
}

asio::awaitable<std::unique_ptr<exchange>> transport::send(secret_string head, std::string body)
{
    auto const executor = co_await asio::this_coro::executor;
    auto& context = asio::query(executor, asio::execution::context);
    for (bool replayed = false;; replayed = true) {
        std::unique_ptr<http1_session> session;
        if (!replayed)
            session = pool_->take(context, pool::clock::now());
        bool const reused = session != nullptr;
        if (!reused) {
            session = std::make_unique<http1_session>();
            session->context = &context;
            session->link = co_await connection::open(origin_, tls_);
        }
        auto started = std::make_unique<http1_exchange>(pool_, std::move(session));
        std::exception_ptr failure;
        try {
            started->begin(head.reveal(), body);
            while (!started->write_some())
                co_await started->writable();
            while (!started->read_head())
                co_await started->readable();
        } catch (error const&) { // not what cancellation throws
            failure = std::current_exception();
        }
        if (!failure)
            co_return started;
        if (!reused || !started->silent())
            std::rethrow_exception(failure);
    }
}

} // namespace hicap::net
