#include "net/name_lookup.hpp"

#include "net/alarm.hpp"

#include <hicap/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace hicap::net {
namespace {

using asio::ip::tcp;
using endpoints = std::vector<tcp::endpoint>;

/// The endpoint that needs no lookup.
std::optional<tcp::endpoint> literal(std::string const& host, std::string const& port)
{
    boost::system::error_code code;
    auto const address = asio::ip::make_address(host, code);
    std::uint16_t number = 0;
    auto const parsed = std::from_chars(port.data(), port.data() + port.size(), number);
    if (code || parsed.ec != std::errc() || parsed.ptr != port.data() + port.size())
        return std::nullopt;
    return tcp::endpoint(address, number);
}

/// Shared with the resolver's handler, which may come when nobody waits any more.
struct lookup
{
    lookup(clock& time, asio::any_io_executor const& executor)
        : resolver(executor), done(time, executor)
    {}

    tcp::resolver resolver;
    boost::system::error_code code;
    endpoints found;
    alarm done; // orders the two above between threads
};

/// Lookups run one after another: one that nobody waits for any more must not hold up the others.
struct abandoning
{
    ~abandoning() { what->resolver.cancel(); }

    std::shared_ptr<lookup> what;
};

} // namespace

asio::awaitable<endpoints>
look_up(std::string host, std::string port, call* on, std::string_view what)
{
    endpoints found;
    if (auto const known = literal(host, port)) {
        found.push_back(*known);
        co_return found;
    }
    auto const executor = co_await asio::this_coro::executor;
    auto const deadline = on->begin(phase::resolve);
    auto const state = std::make_shared<lookup>(on->time(), executor);
    state->resolver.async_resolve(
        host,
        port,
        [state](boost::system::error_code code, tcp::resolver::results_type const& results) {
            state->code = code;
            for (auto const& result : results)
                state->found.push_back(result.endpoint());
            state->done.wake();
        }
    );
    abandoning const at_the_end{state};
    waiting const here(on->running(), state->done);
    bool const in_time = co_await state->done.sleep_until(deadline);
    auto const name = std::string(what) + " \"" + host + '"';
    on->check(in_time, "resolving ", name);
    on->end();
    if (!state->code && state->found.empty())
        state->code = asio::error::host_not_found;
    if (state->code)
        throw error(state->code, "cannot resolve " + name);
    found = std::move(state->found);
    co_return found;
}

} // namespace hicap::net
