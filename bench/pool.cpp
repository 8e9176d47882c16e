// What it costs to find a connection and to give it back, in the books of the pool alone: no lock,
// no socket.

#include "common.hpp"
#include "net/pool_state.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace bench {
namespace {

using hicap::net::pool_state;

/// Of one acquire and one release, in nanoseconds: the median of some rounds. Half of the
/// connections that the pool knows are in use, and the one that has been for longest is given back,
/// so that all of them take part.
double measure(std::size_t connections, std::size_t count)
{
    hicap::pool_options options;
    options.max_connections = options.max_idle = connections;
    pool_state books(options);
    pool_state::place here;
    pool_state::effects then;
    pool_state::time_point now{};
    std::vector<std::unique_ptr<pool_state::item>> items;
    for (std::size_t i = 0; i != connections; ++i) {
        auto const slot = books.acquire(here, true, now, then);
        if (!slot || slot->connection != nullptr)
            throw std::runtime_error("no slot for a new connection");
        books.opened(*items.emplace_back(std::make_unique<pool_state::item>(here)), 0.5, now);
    }
    std::vector<pool_state::item*> used;
    for (std::size_t i = 0; i != connections; ++i) {
        if (i % 2 == 0)
            used.push_back(items[i].get());
        else
            books.release(*items[i], now, then);
    }

    std::vector<double> rounds;
    std::size_t oldest = 0;
    for (int round = 0; round != 7; ++round) {
        stopwatch const watch;
        for (std::size_t i = 0; i != count; ++i) {
            now += std::chrono::nanoseconds(100);
            books.release(*used[oldest], now, then);
            auto const got = books.acquire(here, false, now, then);
            if (!got || got->connection == nullptr)
                throw std::runtime_error("no connection is idle");
            used[oldest] = got->connection;
            oldest = oldest + 1 == used.size() ? 0 : oldest + 1;
        }
        rounds.push_back(watch.cpu() / static_cast<double>(count) * 1e9);
    }
    for (auto* const item : used)
        books.release(*item, now, then);
    books.stop_keeping(then);
    if (books.count().closed != connections)
        throw std::runtime_error("the books are not balanced");
    then.closed.clear();
    std::sort(rounds.begin(), rounds.end());
    return rounds[rounds.size() / 2];
}

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    return bench::guarded("bench_pool", [&] {
        bench::command_line const line(argc, argv, {"--connections", "--count"});
        auto const count = line.number("--count", 1'000'000);
        auto const connections = line.number("--connections", 10);
        if (connections < 2 || count == 0)
            throw std::runtime_error("at least 2 connections, and one acquire");
        std::printf("ns_per_unit %.2f\n", bench::measure(connections, count));
    });
}
