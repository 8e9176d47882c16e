#ifndef HICAP_OBSERVER_HPP
#define HICAP_OBSERVER_HPP

#include <hicap/attempt.hpp>
#include <hicap/visibility.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

HICAP_API_BEGIN

namespace hicap {

/// Which call an event is of. No query, no header, no body: nothing here is secret.
///
/// Views live as long as the hook that they are given to runs, here and below.
struct call_identity
{
    std::uint64_t number = 0; ///< unique within the process
    std::string_view server;  ///< `https://api.hicap.ai`
    std::string_view method;  ///< `POST`
    std::string_view path;    ///< `/responses/{response_id}`, `client::request`, none for `prewarm`
};

/// A request is about to be sent, or to be sent again.
struct attempt_event
{
    /// The call; its time counts from its begin.
    call_identity call;
    unsigned number = 1; ///< 1 is the first
    std::chrono::microseconds since_begin{0};
};

/// The attempt has a connection, or could not get one.
struct connection_event
{
    /// Of which call and attempt.
    call_identity call;
    unsigned attempt = 1;
    bool reused = false;          ///< it was open already
    bool resumed_session = false; ///< its handshake was shortened by a session ticket
    phase_times times;
    boost::system::error_code code; ///< why there is none
    std::chrono::microseconds since_begin{0};
};

/// The head of a response is there.
struct first_byte_event
{
    /// Of which call and attempt.
    call_identity call;
    unsigned attempt = 1;
    int status = 0;
    std::string_view request_id; ///< as sent: escape before showing, see `escape_for_display`
    std::chrono::microseconds since_begin{0};
};

/// The first event of a stream has been given to the caller.
struct first_event_event
{
    /// Of which call.
    call_identity call;
    std::chrono::microseconds since_begin{0};
};

/// An attempt has failed and another one follows.
struct retry_event
{
    /// Of which call.
    call_identity call;
    unsigned number = 1; ///< of the attempt that failed
    attempt failed;
    std::chrono::microseconds since_begin{0};
};

/// How a call ended.
enum class call_end : std::uint8_t
{
    completed, ///< with its whole answer
    failed,    ///< with an error
    cancelled, ///< by the caller, or by `client::shutdown`
    abandoned  ///< the caller destroyed the stream before its end, and cancelled nothing
};

/// Nothing of the call is left: its connection is closed or free for others.
struct end_event
{
    /// Which call ended, and how.
    call_identity call;
    call_end how = call_end::completed;
    /// Of the error that ended it, where one did; none of an exception of the caller's callbacks
    /// that has no code.
    boost::system::error_code code;
    int status = 0;              ///< of the last response; 0 where none came
    std::string_view request_id; ///< of the last response, as sent
    /// Why its last attempt, which could have been followed by another, was not: for people. Empty
    /// where nothing is to be explained.
    std::string_view not_retried;
    unsigned attempts = 0;    ///< that were begun
    std::uint64_t events = 0; ///< of a stream, given to the caller
    std::chrono::microseconds since_begin{0};
};

/// Is told what the calls of a client do: for metrics, traces and logs. See `make_log_observer`.
///
/// Hooks are called on the thread and in the midst of the call that they tell of: they must be
/// quick, must not throw, and must not use the client. For each call: `on_attempt` and
/// `on_connection` for each attempt (the latter not where it is cancelled before it has a
/// connection), `on_first_byte` for each response, `on_retry` between attempts, `on_first_event`
/// once where it is a stream with events, `on_end` once and last. Where a call retrieves a response
/// until it is over (`wait`, `create_and_wait`), each time is an attempt of that call as well,
/// under its method and path, without `on_retry` where nothing has failed.
///
/// Thread safety: called from all threads that use the client, possibly at the same time.
class observer
{
public:
    virtual ~observer();

    /// Before a request is sent.
    virtual void on_attempt(attempt_event const&) noexcept {}

    /// When an attempt has a connection, or cannot get one.
    virtual void on_connection(connection_event const&) noexcept {}

    /// When the head of a response is there.
    virtual void on_first_byte(first_byte_event const&) noexcept {}

    /// Before the pause that comes before the next attempt.
    virtual void on_retry(retry_event const&) noexcept {}

    /// When the first event of a stream has been given to the caller.
    virtual void on_first_event(first_event_event const&) noexcept {}

    /// When nothing of the call is left.
    virtual void on_end(end_event const&) noexcept {}
};

} // namespace hicap

HICAP_API_END

#endif
