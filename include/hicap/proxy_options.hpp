#ifndef HICAP_PROXY_OPTIONS_HPP
#define HICAP_PROXY_OPTIONS_HPP

#include <hicap/visibility.hpp>

#include <string>

HICAP_API_BEGIN

namespace hicap {

/// Through which HTTP proxy connections are made, if any.
///
/// The proxy is asked for a tunnel (CONNECT) to the host of `client_options::base_url`. With an API
/// behind https it sees neither the key nor what is said: TLS goes through it. A proxy that refuses
/// fails the call with `errc::proxy_refused`. Without `url` and `from_environment` there is none.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
struct proxy_options
{
    /// `http://[user:password@]host[:port]`, or without `http://`; port 80 where none is given.
    /// User and password are percent-encoded, and sent to the proxy alone (Basic); no error shows
    /// them. Proxies that are spoken to by TLS or SOCKS, and what is no such URL, are refused with
    /// `errc::invalid_argument`.
    std::string url{};

    /// Hosts to connect to directly, separated by commas or spaces, without regard to case:
    ///
    /// - `example.com`, `.example.com` and `*.example.com`: the name and all names below it;
    /// - `10.1.2.3`, `2001:db8::1`: an address, however it is written;
    /// - `10.0.0.0/8`, `2001:db8::/32`: all addresses of a network;
    /// - `*`: everything.
    ///
    /// Each may be followed by a port, then it holds for this port alone: `example.com:8080`,
    /// `[2001:db8::1]:8080`. Names are not looked up to be compared with addresses. Nothing else is
    /// left out, not even `localhost`. An entry that is none of these matches nothing.
    std::string no_proxy{};

    /// Whether `url` and `no_proxy` are taken from the environment where they are empty. Off by
    /// default: then no variable of a machine can lead requests astray.
    ///
    /// For an API behind https: HTTPS_PROXY, https_proxy, ALL_PROXY, all_proxy. Behind http:
    /// http_proxy, ALL_PROXY, all_proxy, and never HTTP_PROXY, which in a CGI program is a header
    /// of whoever asks. Then NO_PROXY, no_proxy. The first that is not empty counts; one
    /// that is not as `url` may be is refused as `url` is, not passed over.
    bool from_environment = false;
};

} // namespace hicap

HICAP_API_END

#endif
