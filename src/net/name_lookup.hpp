#ifndef HICAP_NET_NAME_LOOKUP_HPP
#define HICAP_NET_NAME_LOOKUP_HPP

#include "net/call.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace hicap::net {

/// Looks up the addresses of one host, for all who dial it.
///
/// Asio runs the lookups of a context one after another. So all who wait in a context at the same
/// time wait for one, and what it finds is good for those of the next seconds. A failure is told to
/// all who wait, and not kept.
///
/// The system's `getaddrinfo` cannot be stopped. Whoever is cancelled or late leaves it behind, and
/// does not wait. Where nobody waits any more it is abandoned on the thread that Asio keeps for it.
///
/// Thread safety: shared objects safe. Contexts may end while something waits in them.
class name_lookup
{
public:
    using endpoints = std::vector<asio::ip::tcp::endpoint>;

    /// How long a result is used again, by the clock of the calls.
    static constexpr std::chrono::seconds keeps{5};

    /// `host` is a name or a literal address, which needs no lookup. Errors call it `what`.
    name_lookup(std::string host, std::string port, std::string what = "the host name");
    name_lookup(name_lookup const&) = delete;
    name_lookup& operator=(name_lookup const&) = delete;
    ~name_lookup();

    /// The addresses, never empty. The phase `resolve` of the call. Throws `hicap::error`.
    /// Precondition: the object outlives the operation. Cancellation: terminal.
    [[nodiscard]] asio::awaitable<endpoints> find(call* on);

    /// Nobody could be reached where the last lookup said: the next call makes another.
    void forget() noexcept;

private:
    struct lookup;
    struct shared;
    class waiter;

    std::string host_;
    std::string port_;
    std::string what_;
    std::shared_ptr<shared> shared_;
};

} // namespace hicap::net

#endif
