#include "net/name_lookup.hpp"

#include "net/alarm.hpp"

#include <hicap/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <charconv>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace hicap::net {
namespace {

using asio::ip::tcp;

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

} // namespace

/// One call of `getaddrinfo`, in one context. Belongs to those who wait and to the resolver's
/// handler, which may come when nobody waits any more.
struct name_lookup::lookup
{
    explicit lookup(asio::any_io_executor const& executor) : resolver(executor) {}

    tcp::resolver resolver;
    std::unordered_set<alarm*> waiting;
    bool ended = false;
    boost::system::error_code code;
    tcp::resolver::results_type found;
};

/// What the waiters of all contexts share. The lock orders all that is in it and in its lookups.
struct name_lookup::shared
{
    /// The resolver's handler: it allocates nothing, as nobody would see the exception.
    void finish(
        lookup& ended,
        asio::execution_context* where,
        clock& time,
        boost::system::error_code code,
        tcp::resolver::results_type const& results
    ) noexcept
    {
        std::lock_guard const lock(mutex);
        ended.ended = true;
        ended.code = code;
        if (!code && results.empty())
            ended.code = asio::error::host_not_found;
        if (!ended.code) {
            ended.found = results; // which are shared
            known = results;
            known_until = time.now() + keeps;
        }
        remove(ended, where);
        for (auto* const waiter : ended.waiting)
            waiter->wake();
    }

    /// What was found a moment ago; false where nothing was.
    bool recall(clock::time_point now, endpoints& found)
    {
        std::lock_guard const lock(mutex);
        if (now >= known_until)
            return false;
        for (auto const& one : known)
            found.push_back(one.endpoint());
        return true;
    }

    void remove(lookup const& what, asio::execution_context* where) noexcept
    {
        auto const at = running.find(where);
        if (at != running.end() && at->second.get() == &what)
            running.erase(at);
    }

    std::mutex mutex;
    std::unordered_map<asio::execution_context*, std::shared_ptr<lookup>> running;
    tcp::resolver::results_type known;
    clock::time_point known_until = clock::time_point::min();
};

/// One call's part in the lookup of its context, which it begins where there is none.
class name_lookup::waiter
{
public:
    waiter(
        std::shared_ptr<shared> all,
        std::shared_ptr<clock> const& time,
        asio::any_io_executor const& executor,
        std::string const& host,
        std::string const& port
    )
        : bell(*time, executor), all_(std::move(all)),
          where_(&asio::query(executor, asio::execution::context))
    {
        std::lock_guard const lock(all_->mutex);
        auto const at = all_->running.find(where_);
        if (at != all_->running.end()) {
            lookup_ = at->second;
        } else {
            lookup_ = std::make_shared<lookup>(executor);
            begin(time, host, port);
            all_->running.emplace(where_, lookup_);
        }
        lookup_->waiting.insert(&bell);
    }

    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    ~waiter()
    {
        std::lock_guard const lock(all_->mutex);
        lookup_->waiting.erase(&bell);
        if (!lookup_->waiting.empty() || lookup_->ended)
            return;
        lookup_->resolver.cancel(); // it must not hold up those of other names
        all_->remove(*lookup_, where_);
    }

    /// Precondition: the bell has rung.
    boost::system::error_code take(endpoints& found)
    {
        std::lock_guard const lock(all_->mutex);
        for (auto const& one : lookup_->found)
            found.push_back(one.endpoint());
        return lookup_->code;
    }

    alarm bell;

private:
    void begin(std::shared_ptr<clock> const& time, std::string const& host, std::string const& port)
    {
        try {
            lookup_->resolver.async_resolve(
                host,
                port,
                [all = all_, where = where_, made = lookup_, time](
                    boost::system::error_code code, tcp::resolver::results_type const& results
                ) { all->finish(*made, where, *time, code, results); }
            );
        } catch (boost::system::system_error const& why) {
            throw error(
                why.code(), "cannot begin to resolve \"" + host + "\", which takes a thread"
            );
        }
    }

    std::shared_ptr<shared> all_;
    asio::execution_context* where_;
    std::shared_ptr<lookup> lookup_;
};

name_lookup::name_lookup(std::string host, std::string port, std::string what)
    : host_(std::move(host)), port_(std::move(port)), what_(std::move(what)),
      shared_(std::make_shared<shared>())
{}

name_lookup::~name_lookup() = default;

asio::awaitable<name_lookup::endpoints> name_lookup::find(call* on)
{
    endpoints found;
    if (auto const known = literal(host_, port_)) {
        found.push_back(*known);
        co_return found;
    }
    auto const executor = co_await asio::this_coro::executor;
    auto const deadline = on->begin(phase::resolve);
    if (shared_->recall(on->time().now(), found)) {
        on->end();
        co_return found;
    }
    waiter mine(shared_, on->shared_time(), executor, host_, port_);
    waiting const here(on->running(), mine.bell);
    bool const in_time = co_await mine.bell.sleep_until(deadline);
    auto const name = what_ + " \"" + host_ + '"';
    on->check(in_time, "resolving ", name);
    on->end();
    auto const code = mine.take(found);
    if (code)
        throw error(code, "cannot resolve " + name);
    co_return found;
}

void name_lookup::forget() noexcept
{
    std::lock_guard const lock(shared_->mutex);
    shared_->known_until = clock::time_point::min();
}

} // namespace hicap::net
