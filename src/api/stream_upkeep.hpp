#ifndef HICAP_API_STREAM_UPKEEP_HPP
#define HICAP_API_STREAM_UPKEEP_HPP

#include "api/event_source.hpp"
#include "net/call.hpp"

#include <hicap/attempt.hpp>
#include <hicap/error.hpp>
#include <hicap/reply.hpp>
#include <hicap/stream.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace hicap::detail {

/// How a stream goes on after its connection has broken: with further events, or with all that they
/// would have come to.
template <class Event>
struct reopened_stream
{
    response_info info;
    std::optional<event_source> source;
    std::optional<net::call> on;
    std::optional<typename stream_traits<Event>::snapshot> whole;
};

/// What keeps a stream alive that is more than its connection, and what cleans up behind it.
///
/// Belongs to one coroutine at a time, as the stream does.
template <class Event>
class stream_upkeep
{
public:
    using snapshot = typename stream_traits<Event>::snapshot;

    virtual ~stream_upkeep() = default;

    /// Whether an event that has come is new. Throws `errc::truncated_stream` where some are
    /// missing before it. Changes nothing that is told of the stream.
    virtual bool wants(Event const& event) = 0;

    /// An event that was wanted is given. Whether it shows that the server gets on, which one that
    /// only keeps the connection open does not.
    virtual bool took(Event const& event, bool keeps_open) noexcept = 0;

    /// Something came in the place of an event that could not be read.
    virtual void missed() noexcept = 0;

    /// Whether an event of this text has come before.
    [[nodiscard]] virtual bool had(std::string_view text) const = 0;

    /// Whether the stream was asked for from its first event on.
    [[nodiscard]] virtual bool from_beginning() const noexcept = 0;

    /// Takes note of an answer that came in place of events. False: it is all that there will be.
    virtual bool goes_on(snapshot const& answer) = 0;

    /// Whether `reopen` may follow; where not, `failure` may say why. `between_events`: what came
    /// last was a whole event, or nothing.
    virtual bool may_reopen(error& failure, net::call const& on, bool between_events) = 0;

    /// Begins to open the stream again, as a part of the call.
    virtual void reopen(std::vector<attempt> earlier, net::call on) = 0;

    [[nodiscard]] virtual bool reopened() = 0;

    /// True when it is reopened, false when `deadline` passes first. Cancelling it loses nothing.
    [[nodiscard]] virtual asio::awaitable<bool> reopened_by(net::clock::time_point deadline) = 0;

    /// Throws where it could not be opened again. Precondition: `reopened`.
    [[nodiscard]] virtual reopened_stream<Event> take() = 0;

    /// The one event of an answer that came whole.
    [[nodiscard]] virtual Event event_of(snapshot const& answer) = 0;

    [[nodiscard]] virtual net::clock& time() const noexcept = 0;

    /// The stream is destroyed before its end, or stopped with its client; what is left of it,
    /// where it has a connection. The first time counts.
    virtual void leave(std::optional<event_source> rest, std::optional<net::call> on) noexcept = 0;
};

} // namespace hicap::detail

#endif
