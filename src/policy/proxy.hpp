#ifndef HICAP_POLICY_PROXY_HPP
#define HICAP_POLICY_PROXY_HPP

#include "base/secret.hpp"

#include <hicap/proxy_options.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hicap::policy {

/// An HTTP proxy that opens tunnels.
struct proxy
{
    std::string host;            ///< lower case; an IPv6 address has no brackets
    std::string port;            ///< decimal, without leading zeros, never empty
    secret_string authorization; ///< the value of `Proxy-Authorization`, or empty
};

/// Reads `[http://][user[:password]@]host[:port][/]`.
/// Throws `hicap::error` with `errc::invalid_argument`, whose message begins with `source`, says
/// what is wrong and shows nothing of the URL but its scheme.
[[nodiscard]] proxy
parse_proxy_url(std::string_view url, std::string_view source = "proxy_options::url");

/// Whether `no_proxy`, in the form of `proxy_options::no_proxy`, names the host. An IPv6 address
/// has no brackets, the port is decimal.
[[nodiscard]] bool
bypasses(std::string_view no_proxy, std::string_view host, std::string_view port);

/// As `std::getenv`: null for what is not set.
using environment = char const* (*)(char const* name);

/// The proxy for connections to this host and port, `tls` for an origin of https. Absent: none.
/// Throws as `parse_proxy_url`.
[[nodiscard]] std::optional<proxy> choose_proxy(
    proxy_options const& options,
    bool tls,
    std::string_view host,
    std::string_view port,
    environment variable
);

} // namespace hicap::policy

#endif
