#ifndef HICAP_NET_NAME_LOOKUP_HPP
#define HICAP_NET_NAME_LOOKUP_HPP

#include "net/call.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace hicap::net {

/// The addresses of `host`, a name or a literal address: never empty. The phase `resolve` of the
/// call. Throws `hicap::error`, which calls it `what`.
///
/// The system's `getaddrinfo` cannot be stopped. Whoever is cancelled or late leaves it behind on
/// the thread that Asio keeps for it, and does not wait.
[[nodiscard]] asio::awaitable<std::vector<asio::ip::tcp::endpoint>>
look_up(std::string host, std::string port, call* on, std::string_view what = "the host name");

} // namespace hicap::net

#endif
