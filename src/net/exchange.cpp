#include "net/exchange.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

namespace hicap::net {
namespace {

constexpr std::size_t max_rest = std::size_t{64} * 1024;
constexpr std::chrono::milliseconds max_wait{250};

/// Reads what is at hand; true when there is nothing left to wait for.
bool drain_some(exchange& from, std::size_t& budget)
{
    for (;;) {
        std::string_view piece;
        switch (from.read_body(piece)) {
        case exchange::status::end:
            return true;
        case exchange::status::blocked:
            return false;
        case exchange::status::piece:
            if (piece.size() > budget)
                return true;
            budget -= piece.size();
        }
    }
}

struct background_drain
{
    std::unique_ptr<exchange> rest;
    asio::steady_timer timer;
    std::size_t budget;
    bool expired = false;
};

asio::awaitable<void> run(std::shared_ptr<background_drain> state)
{
    state->timer.expires_after(max_wait);
    state->timer.async_wait([weak = std::weak_ptr(state)](boost::system::error_code code) {
        if (auto const alive = weak.lock(); alive && !code) {
            alive->expired = true; // for a wait that has just completed
            alive->rest->cancel();
        }
    });
    try {
        do
            co_await state->rest->readable();
        while (!state->expired && !drain_some(*state->rest, state->budget));
    } catch (std::exception const&) { // the exchange is abandoned, and the caller has its result
    }
    state->timer.cancel();
}

} // namespace

void finish(std::unique_ptr<exchange> done, asio::any_io_executor executor)
{
    std::size_t budget = max_rest;
    try {
        if (drain_some(*done, budget))
            return;
    } catch (std::exception const&) { // as above
        return;
    }
    // The timer and the reader share the exchange, and the executor may have several threads.
    auto const strand = asio::make_strand(executor);
    auto state =
        std::make_shared<background_drain>(std::move(done), asio::steady_timer(strand), budget);
    asio::co_spawn(strand, run(std::move(state)), asio::detached);
}

} // namespace hicap::net
