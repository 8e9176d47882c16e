#ifndef HICAP_RETRY_OPTIONS_HPP
#define HICAP_RETRY_OPTIONS_HPP

#include <hicap/visibility.hpp>

#include <chrono>

HICAP_API_BEGIN

namespace hicap {

/// When a failed call is tried again.
///
/// That is after 408, 409, 429 (but never `insufficient_quota`) and 5xx, and when resolving,
/// connecting (but not for a proxy that refuses), the TLS handshake (but not for a certificate) or
/// the connection failed before the first byte of a response (of a GET: before the end of its
/// head); the deadlines of these three phases included, and no others. `x-should-retry: true` or
/// `false` of an error response decides in place of its status, but for `insufficient_quota`: no
/// pause mends that. What else has begun to answer is not asked again (the polls of `wait` are).
///
/// All calls of a client share a budget: 50 retries, and one more for each ten calls that succeed.
/// When it is used up calls fail at once, so that a server that is down is not asked thrice as
/// much. Whoever waits for a response in the background, by stream or `wait`, is not bound by it.
///
/// Pauses are not negative: else the client, or the call, is refused with `errc::invalid_argument`.
struct retry_options
{
    unsigned max_retries = 2; ///< after the first attempt; 0 turns retries off

    /// The pause before the first retry. It doubles with each further one up to `max_backoff`, and
    /// up to a quarter of each is taken off at random. What the server asks for in `retry-after-ms`
    /// or `retry-after` is used instead.
    std::chrono::milliseconds initial_backoff{500};
    std::chrono::milliseconds max_backoff{8'000};

    /// A server that asks for a longer pause than this is not waited for: the call fails at once
    /// with its answer. So it does when a pause, of whatever origin, would not end before
    /// `deadlines::total`.
    std::chrono::milliseconds max_retry_after{60'000};

    /// Whether 409 is tried again.
    bool conflicts = true;

    /// Whether a request is sent again that had been sent, whole or in part, when its connection
    /// broke without an answer. The server may have worked on it, and bill both. Off, this also
    /// ends the replay on a new connection that is free where a reused one turns out to be dead.
    bool unanswered = true;
};

} // namespace hicap

HICAP_API_END

#endif
