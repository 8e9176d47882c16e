#ifndef HICAP_STREAM_HPP
#define HICAP_STREAM_HPP

#include <hicap/reply.hpp>
#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace hicap::detail {

template <class Event>
class stream_state;

} // namespace hicap::detail

HICAP_API_BEGIN

namespace hicap {

namespace asio = boost::asio;

/// Tells what a stream of `Event` assembles, `using snapshot = ...`, and whether that is a text:
/// `static constexpr bool has_text = ...`.
template <class Event>
struct stream_traits;

template <class Event>
class text_stream;

/// The events of a response as they come: an async generator.
///
///     while (auto const* event = co_await stream.next())
///         use(*event);
///
/// Nothing is queued between the socket and `next`: whoever reads slowly slows the server down.
///
/// Destroying a stream before its end closes its connection, which is how the server learns to
/// stop.
///
/// The `io_context` that it was opened in may end before it. That closes the connection, too, and
/// `next` fails from then on where nothing more is at hand, with `asio::error::not_connected`. A
/// `next`, `ready` or `collect` that waits in another context at that moment does not complete: as
/// with every operation of Asio whose context ends, the coroutine that awaits it is destroyed, by
/// its own executor. (One that waits while a response in the background is asked for again has no
/// connection, and fails as above.)
///
/// Move-only. A default-constructed or moved-from stream can only be assigned to and destroyed.
///
/// Thread safety: one coroutine at a time, and none while its `io_context` ends in another thread.
template <class Event>
class stream
{
public:
    /// What `next` points to.
    using event_type = Event;
    /// What the events amount to.
    using snapshot_type = typename stream_traits<Event>::snapshot;

    /// A stream that can only be assigned to and destroyed.
    stream() noexcept;
    /// Takes over what `other` streams.
    stream(stream&& other) noexcept;
    /// Destroys what this streams, and takes over what `other` does.
    stream& operator=(stream&& other) noexcept;
    /// Closes the connection where the stream has not ended.
    ~stream();

    /// The next event; null at the end of the stream, and from then on.
    ///
    /// The event lives until the next call: it is one object that is filled again and again, so
    /// that reading a steady stream allocates nothing. Its snapshot grows, as its strings do; see
    /// `request_options::assemble`.
    ///
    /// Precondition: no other `next` of this stream is running.
    ///
    /// Cancellation: terminal. Fails with `operation_aborted`, and nothing is lost: the following
    /// `next` continues where this one would have (in a coroutine that was cancelled itself, after
    /// `asio::this_coro::reset_cancellation_state()`). So `next() || timer` is safe on a strand;
    /// but it hears of an error only when the timer ends, and `ready` does at once.
    ///
    /// Errors, thrown as `hicap::error`:
    /// - `errc::truncated_stream`, `errc::truncated_response` and the errors of the system: the
    ///   stream broke before its terminal mark. What came before is in `snapshot`.
    /// - `errc::idle_timeout`, `errc::total_timeout`: see `deadlines`.
    /// - `errc::client_shut_down`: `client::shutdown` did not wait for this stream.
    /// - `api_error`: the server reported a failure in mid-stream; its `status` is 200.
    /// - `errc::invalid_json`, `errc::unexpected_content`: this event is not JSON, or not of the
    ///   kind that events are. The following `next` goes on behind it.
    /// - `errc::event_too_large`, `errc::body_too_large`, `errc::too_many_comments`: a bound of
    ///   `response_limits`. `errc::invalid_response`: an index beyond all reason.
    ///
    /// But for `invalid_json` and `unexpected_content` an error is final: every following call
    /// throws it again.
    [[nodiscard]] asio::awaitable<Event const*> next();

    /// Whether `next` has something to tell within this time, an event, the end or an error, for
    /// whoever has to send a heartbeat of his own meanwhile:
    ///
    ///     bool ready = co_await stream.ready(15s);
    ///     for (; !ready; ready = co_await stream.ready(15s))
    ///         co_await send_heartbeat();
    ///     auto const* event = co_await stream.next();
    ///
    /// Not `while (!co_await stream.ready(15s))`: GCC 12 corrupts a coroutine without local
    /// variables whose condition awaits.
    ///
    /// The present event stays as it is. The stream's own deadlines hold as in `next`, and are told
    /// by it. 0 looks and does not wait.
    ///
    /// Precondition: no other function of this stream is running.
    /// Cancellation: terminal, nothing is lost. Throws nothing else: what failed, `next` throws.
    [[nodiscard]] asio::awaitable<bool> ready(std::chrono::milliseconds within);

    /// Reads to the end and gives what `snapshot` would, moved out.
    /// Cancellation and errors as `next`. Precondition: `request_options::assemble` was not off.
    [[nodiscard]] asio::awaitable<snapshot_type> collect();

    /// What all events until now amount to: after the end, the whole answer.
    /// The reference lives until the next call of a member function that is not const.
    [[nodiscard]] snapshot_type const& snapshot() const;

    /// The JSON of the event that `next` gave, or could not read, as it came. Lives until the next
    /// call of a member function that is not const, `ready` included, and is empty from then on.
    /// All events of an answer that came whole have the text of that, where it did not come in the
    /// course of a stream, else none.
    [[nodiscard]] std::string_view raw() const noexcept;

    /// A generator of the text alone. It refers to this stream, which must outlive it. Where an
    /// answer comes whole, it gives what of that has not come in pieces. Not for streams of images.
    [[nodiscard]] text_stream<Event> text() requires(stream_traits<Event>::has_text)
    {
        return text_stream<Event>(*this);
    }

    /// What came around the events.
    [[nodiscard]] response_info const& info() const noexcept;

    /// As `response_info::http_status`.
    [[nodiscard]] int http_status() const noexcept { return info().http_status(); }

    /// As `response_info::headers`.
    [[nodiscard]] hicap::headers const& headers() const noexcept { return info().headers(); }

    /// As `response_info::request_id`.
    [[nodiscard]] std::string_view request_id() const noexcept { return info().request_id(); }

    /// As `response_info::rate_limit`.
    [[nodiscard]] hicap::rate_limit rate_limit() const { return info().rate_limit(); }

    /// As `response_info::attempts`.
    [[nodiscard]] std::vector<attempt> const& attempts() const noexcept
    {
        return info().attempts();
    }

    /// For the library: a stream over what an operation has opened.
    explicit stream(std::unique_ptr<detail::stream_state<Event>> state) noexcept;

protected:
    [[nodiscard]] auto* state() const noexcept { return state_.get(); } ///< for the library

private:
    friend class text_stream<Event>;

    std::unique_ptr<detail::stream_state<Event>> state_;
};

/// The text of a stream as it comes, without the events around it.
///
///     auto text = stream.text();
///     while (auto piece = co_await text.next())
///         std::cout << *piece;
template <class Event>
class text_stream
{
public:
    /// See `stream::text`.
    explicit text_stream(stream<Event>& events) noexcept : events_(&events) {}

    /// The next piece, never empty, which lives until the next call; nullopt at the end.
    /// Cancellation and errors as `stream::next`.
    [[nodiscard]] asio::awaitable<std::optional<std::string_view>> next();

private:
    stream<Event>* events_;
};

} // namespace hicap

HICAP_API_END

#endif
