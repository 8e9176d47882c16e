#include "net/exchange.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
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

/// Owns the exchange until it has ended, or has to be abandoned.
asio::awaitable<void>
drain(std::unique_ptr<exchange> rest, std::size_t budget, clock::time_point deadline)
{
    bool going_on = true;
    while (going_on) {
        bool const in_time = co_await rest->readable(deadline);
        going_on = in_time && !drain_some(*rest, budget);
    }
}

} // namespace

void finish(
    std::unique_ptr<exchange> done, std::shared_ptr<clock> time, asio::any_io_executor executor
)
{
    std::size_t budget = max_rest;
    try {
        if (drain_some(*done, budget))
            return;
    } catch (std::exception const&) { // the exchange is abandoned, and the caller has its result
        return;
    }
    auto const deadline = time->now() + max_wait;
    asio::co_spawn(
        executor, drain(std::move(done), budget, deadline), [](std::exception_ptr) {} // as above
    );
}

} // namespace hicap::net
