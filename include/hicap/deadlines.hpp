#ifndef HICAP_DEADLINES_HPP
#define HICAP_DEADLINES_HPP

#include <hicap/visibility.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

HICAP_API_BEGIN

namespace hicap {

/// The parts of a call that may take long, in their order.
enum class phase : std::uint8_t
{
    pool_wait,  ///< all connections that may be open are busy
    resolve,    ///< looking up the name of the host or proxy
    connect,    ///< TCP, and the tunnel where there is a proxy
    tls,        ///< the TLS handshake
    first_byte, ///< sending the request (an upload: one piece), until its response has a head
    idle,       ///< between two events of a stream, or two pieces of another body
    total       ///< the whole call, all attempts and the pauses between them
};

/// `pool_wait`, `resolve`, ... as in the enumeration.
[[nodiscard]] std::string_view to_string(phase value) noexcept;

/// How long each part of a call may take.
///
/// What is absent in `request_options` is taken from `client_options`, and what is absent there has
/// the default named here. `deadlines::none` turns one off. One that is not positive is refused
/// with `errc::invalid_argument`.
///
/// A deadline that passes fails with an error of its own (`errc::connect_timeout`, ...), which
/// equals `condition::timeout` and tells what every phase took.
struct deadlines
{
    /// Of milliseconds.
    using duration = std::chrono::milliseconds;

    /// Turns a deadline off.
    static constexpr duration none = duration::max();

    std::optional<duration> pool_wait{};  ///< default 30 s
    std::optional<duration> resolve{};    ///< default 5 s; never waits for `getaddrinfo`
    std::optional<duration> connect{};    ///< default 5 s, for all addresses together
    std::optional<duration> tls{};        ///< default 10 s
    std::optional<duration> first_byte{}; ///< default 10 min: an answer that reasons comes late
    /// Default 5 min. In a stream only events count that bring something, and neither comments, nor
    /// empty events, nor such that cannot be read, nor those that keep a connection open: events of
    /// a type that this library does not know and that is called `keepalive`, `keep-alive`,
    /// `keep_alive`, `ping` or `heartbeat`, numbered or not, `{}`, and chunks of a chat without
    /// choices, usage, or any member of their own; `next` gives them as any other event.
    /// It counts from the moment in which `next` or `ready` finds nothing at hand, or from the last
    /// event that counted where such events came since: what a caller does meanwhile is no silence
    /// of the server.
    std::optional<duration> idle{};
    /// Default none. Counts from the call, and for a stream until its last event.
    std::optional<duration> total{};
};

} // namespace hicap

HICAP_API_END

#endif
