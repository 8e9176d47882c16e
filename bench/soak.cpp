// A client that lives long: requests and streams without end, some of which fail, are cancelled or
// left in the middle. Memory, descriptors and the books of the pool must be flat.
//
//     hicap-emulator --port 8080 & bench_soak --port 8080 --requests 1000000 --streams 10000

#include "common.hpp"

#include <hicap/hicap.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <dirent.h>
#include <exception>
#include <fstream>
#include <malloc.h>
#include <map>
#include <random>

namespace bench {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// KiB that the system says this process has in memory.
std::size_t resident()
{
    ::malloc_trim(0); // what the allocator keeps is no leak
    std::ifstream in("/proc/self/statm");
    std::size_t total = 0;
    std::size_t pages = 0;
    in >> total >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

std::size_t descriptors()
{
    std::size_t count = 0;
    auto* const folder = ::opendir("/proc/self/fd");
    while (folder != nullptr && ::readdir(folder) != nullptr)
        ++count;
    if (folder != nullptr)
        ::closedir(folder);
    return count;
}

/// How a request fares.
struct kind
{
    char const* name;
    std::array<std::pair<char const*, char const*>, 2> headers; ///< empty names: none
    bool fails;                                                 ///< always
};

constexpr kind kinds[] = {
    {"whole", {}, false},
    {"refused", {{{"x-emulator-status", "503"}}}, true},
    {"limited", {{{"x-emulator-status", "429"}, {"x-emulator-retry-after", "0"}}}, true},
    {"cut", {{{"x-emulator-cut-after", "300"}}}, true},
    {"reset", {{{"x-emulator-cut-after", "100"}, {"x-emulator-cut", "rst"}}}, true},
    {"silent", {{{"x-emulator-cut-after", "0"}}}, true},
    {"malformed", {{{"x-emulator-malformed", "header"}}}, true},
    {"html", {{{"x-emulator-content", "html"}}}, true},
    {"stalled", {{{"x-emulator-stall-after-bytes", "200"}}}, true}, // until it is cancelled
    {"dripping", {{{"x-emulator-drip", "64"}}}, false},
};

struct state
{
    explicit state(asio::io_context& in) : context(in) {}

    asio::io_context& context;
    std::mt19937 random{7};
    std::size_t requests_left = 0;
    std::size_t streams_left = 0;
    std::map<std::string, std::size_t> ended{};
    std::string wrong{};

    kind const& choose()
    {
        // Nine of ten are well.
        auto const many = std::size(kinds) * 10;
        auto const drawn = random() % many;
        return kinds[drawn < std::size(kinds) ? drawn : 0];
    }
};

hicap::request_options options_of(kind const& which)
{
    hicap::request_options made;
    for (auto const& [name, value] : which.headers)
        if (name != nullptr)
            made.extra_headers.emplace_back(name, value);
    made.retries.emplace().max_retries = 0;
    return made;
}

asio::awaitable<void> create(hicap::client by, kind which)
{
    auto const request = make_request();
    auto const options = options_of(which);
    auto const answer = co_await by.chat().completions().create(request, options);
    if (answer.text().empty())
        throw std::runtime_error("an answer without text");
}

asio::awaitable<void> stream(hicap::client by, kind which, std::size_t max_events)
{
    auto const request = make_request();
    auto const options = options_of(which);
    auto events = co_await by.chat().completions().stream(request, options);
    std::size_t count = 0;
    while (auto const* event = co_await events.next()) {
        static_cast<void>(event);
        if (++count == max_events)
            co_return; // the rest is left
    }
}

/// One request after the other until all are made. Some are cancelled after a while.
asio::awaitable<void> work(hicap::client by, state* all)
{
    auto const executor = co_await asio::this_coro::executor;
    while (all->requests_left + all->streams_left != 0) {
        auto const total = all->requests_left + all->streams_left;
        bool const is_stream = all->random() % total < all->streams_left;
        --(is_stream ? all->streams_left : all->requests_left);
        auto const which = all->choose();
        bool const stalls =
            which.headers[0].first != nullptr && std::string_view(which.name) == "stalled";
        bool const cancelled = stalls || all->random() % 50 == 0;
        auto const max_events = all->random() % 3 == 0 ? 1 + all->random() % 10 : 0;
        auto operation = is_stream ? stream(by, which, max_events) : create(by, which);

        asio::cancellation_signal signal;
        asio::steady_timer patience(executor);
        bool done = false;
        if (cancelled) {
            patience.expires_after(std::chrono::microseconds(all->random() % 20'000));
            patience.async_wait([&signal, &done](boost::system::error_code code) {
                if (!code && !done)
                    signal.emit(asio::cancellation_type::terminal);
            });
        }
        std::string how = which.name;
        try {
            auto token = asio::bind_cancellation_slot(signal.slot(), asio::use_awaitable);
            co_await asio::co_spawn(executor, std::move(operation), std::move(token));
            if (which.fails && !is_stream)
                all->wrong = std::string(which.name) + " did not fail";
        } catch (boost::system::system_error const& failure) {
            bool const expected = failure.code() == hicap::condition::cancelled || which.fails;
            if (!expected)
                all->wrong = failure.what();
            how = failure.code() == hicap::condition::cancelled ? "cancelled" : how + " failed";
        }
        done = true;
        patience.cancel();
        ++all->ended[how];
    }
}

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    return bench::guarded("bench_soak", [&] {
        bench::command_line const line(
            argc, argv, {"--port", "--ca-file", "--requests", "--streams", "--at-once"}
        );
        auto const requests = line.number("--requests", 100'000);
        auto const streams = line.number("--streams", 1'000);
        auto const at_once = line.number("--at-once", 64);
        constexpr std::size_t parts = 10;

        hicap::client_options options;
        options.api_key = "bench-key";
        bool const tls = line.has("--ca-file");
        options.base_url =
            (tls ? "https://localhost:" : "http://127.0.0.1:") + line.text("--port") + "/v1";
        if (tls)
            options.ca_file = line.text("--ca-file");
        hicap::client const client(options);

        std::size_t first_resident = 0;
        std::size_t first_descriptors = 0;
        std::size_t last_resident = 0;
        std::size_t last_descriptors = 0;
        boost::asio::io_context context(1);
        bench::state all(context);
        for (std::size_t part = 1; part <= parts; ++part) {
            all.requests_left = requests / parts;
            all.streams_left = streams / parts;
            std::exception_ptr failure;
            for (std::size_t i = 0; i != at_once; ++i) {
                boost::asio::co_spawn(
                    context,
                    bench::work(client, &all),
                    [&failure](std::exception_ptr thrown) {
                        if (thrown)
                            failure = thrown;
                    }
                );
            }
            context.restart();
            context.run();
            if (failure)
                std::rethrow_exception(failure);
            if (!all.wrong.empty())
                throw std::runtime_error(all.wrong);
            auto const books = client.statistics();
            last_resident = bench::resident();
            last_descriptors = bench::descriptors() - books.connections_idle;
            std::printf(
                "%zu%%: %zu KiB, %zu descriptors besides %zu idle connections\n",
                part * 100 / parts,
                last_resident,
                last_descriptors,
                books.connections_idle
            );
            if (part == 2) { // caches have their size by then
                first_resident = last_resident;
                first_descriptors = last_descriptors;
            }
            auto const left = books.connections_leased + books.connections_dialling +
                              books.calls_waiting + books.calls_running;
            if (left != 0 ||
                books.connections_opened != books.connections_closed + books.connections_idle)
                throw std::runtime_error("the books of the pool are not balanced");
        }
        for (auto const& [how, count] : all.ended)
            std::printf("%s: %zu\n", how.c_str(), count);
        std::printf(
            "soak: %zu requests, %zu streams, memory %+ld KiB, descriptors %+ld, books balanced\n",
            requests,
            streams,
            static_cast<long>(last_resident) - static_cast<long>(first_resident),
            static_cast<long>(last_descriptors) - static_cast<long>(first_descriptors)
        );
        constexpr std::size_t noise = 2048; // KiB
        if (last_resident > first_resident + first_resident / 20 + noise)
            throw std::runtime_error("memory has grown");
        if (last_descriptors > first_descriptors)
            throw std::runtime_error("descriptors have grown");
    });
}
