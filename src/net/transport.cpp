#include "net/transport.hpp"

#include "net/http1_exchange.hpp"

#include <hicap/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace hicap::net {

transport::transport(
    http::origin where,
    tls_options const& tls,
    std::shared_ptr<dialer> dial,
    std::shared_ptr<pool> connections
)
    : origin_(std::move(where)), dialer_(std::move(dial)), pool_(std::move(connections))
{
    // Without TLS it is made as well, for files that cannot be read.
    auto made = origin_.tls() || tls.has_files() ? std::make_shared<tls_context>(tls) : nullptr;
    if (origin_.tls())
        tls_ = std::move(made);
}

/// Waits for a lease where there is none yet, and dials where it has no connection.
asio::awaitable<lease> transport::connect(call* on, bool only_new, std::optional<lease> got)
{
    lease held;
    std::exception_ptr failure;
    try {
        if (got)
            held = std::move(*got);
        else
            held = co_await pool_->acquire(on, only_new);
        on->made.reused_connection = held.session != nullptr;
        if (!on->made.reused_connection) {
            auto link = co_await connection::open(origin_, dialer_, tls_, on);
            held.opened(std::move(link));
        }
    } catch (error const& thrown) { // not what cancellation throws
        on->end();
        on->running().watched().connected(on->made, false, thrown.code());
        failure = std::current_exception();
    }
    if (failure)
        std::rethrow_exception(failure);
    co_return held;
}

namespace {

/// Sends the pieces as they come. The server has the time of the phase for each of them, and for
/// its response after the last. False where it does not read on within that.
asio::awaitable<bool> send_pieces(http1_exchange* to, body_reader* from, call* on)
{
    while (!to->answered()) {
        std::string_view piece;
        try {
            piece = co_await from->next();
        } catch (...) {
            on->failed_by_caller = true;
            throw;
        }
        on->running().check();
        on->check_total("sending the body");
        if (piece.empty())
            break;
        auto const deadline = on->begin(phase::first_byte);
        to->write_more(piece);
        bool in_time = true;
        while (in_time && !to->write_some())
            in_time = co_await to->writable(deadline);
        if (!in_time)
            co_return false;
    }
    co_return true;
}

/// A reader of `what`, null where that is no source.
std::unique_ptr<body_reader> open_pieces(body_source* what, call* on)
{
    if (what == nullptr)
        return nullptr;
    on->may_replay = on->may_replay && what->repeatable();
    try {
        return what->open();
    } catch (...) {
        on->failed_by_caller = true;
        throw;
    }
}

} // namespace

asio::awaitable<std::unique_ptr<exchange>>
transport::send(call* on, std::string_view head, request_body body)
{
    auto const executor = co_await asio::this_coro::executor;
    auto& watched = on->running().watched();
    for (std::optional<lease> got;;) {
        watched.attempt_begins();
        // The common case needs no coroutine of its own: a connection is idle.
        if (!got)
            got = pool_->try_acquire(executor, false);
        on->made.reused_connection = got && got->session;
        lease held;
        if (on->made.reused_connection)
            held = std::move(*got);
        else
            held = co_await connect(on, false, std::move(got));
        watched.connected(on->made, held.session->link->resumed(), {});

        auto started = std::make_unique<http1_exchange>(std::move(held), on->shared_operation());
        boost::system::error_code code;
        std::exception_ptr failure;
        try {
            auto const pieces = open_pieces(body.pieces, on);
            auto deadline = on->begin(phase::first_byte);
            on->running().request_begins();
            on->sent = true;
            started->begin(head, body.whole);
            bool in_time = true;
            while (in_time && !started->write_some())
                in_time = co_await started->writable(deadline);
            if (in_time && pieces) {
                in_time = co_await send_pieces(started.get(), pieces.get(), on);
                if (in_time)
                    deadline = on->begin(phase::first_byte);
            }
            while (in_time && !started->read_head())
                in_time = co_await started->readable(deadline);
            on->check(in_time, "waiting for a response");
            on->end();
        } catch (error const& thrown) {
            on->end();
            code = thrown.code();
            failure = std::current_exception();
        }
        if (!failure)
            co_return started;
        on->running().request_ends();
        on->answered = !started->silent();
        bool const stale = on->may_replay && on->made.reused_connection && !on->answered &&
                           !on->failed_by_caller &&
                           (code == condition::connection || code == errc::tls_failure);
        if (!stale)
            std::rethrow_exception(failure);
        on->running().check();
        got = started->give_up_session(); // the replay has its place, whoever waits for one
        on->made.replayed = true;
        on->next_attempt(code);
        watched.retry_follows(on->earlier.back());
    }
}

asio::awaitable<void> transport::warm(call* on)
{
    auto& watched = on->running().watched();
    watched.attempt_begins();
    auto held = co_await connect(on, true, std::nullopt);
    watched.connected(on->made, held.session->link->resumed(), {});
    held.session->link->rest();
    held.give_back();
}

} // namespace hicap::net
