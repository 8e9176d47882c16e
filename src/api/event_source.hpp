#ifndef HICAP_API_EVENT_SOURCE_HPP
#define HICAP_API_EVENT_SOURCE_HPP

#include "net/exchange.hpp"
#include "net/tenant.hpp"
#include "sse/decoder.hpp"

#include <hicap/client_options.hpp>
#include <hicap/unknown_members.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::detail {

namespace asio = boost::asio;

/// Whether what begins so is a stream of events; absent: that takes more of it.
[[nodiscard]] std::optional<bool> begins_events(std::string_view body) noexcept;

/// Whether events of this name or `type` are those that gateways and servers send to keep a
/// connection open while nothing happens. They are given to the caller as any other, but do not
/// show that the server gets on.
[[nodiscard]] bool names_sign_of_life(std::string_view name) noexcept;

/// The same of an event of a kind that this library does not know, and the name that it came by.
[[nodiscard]] bool is_sign_of_life(unknown const& event, std::string_view name) noexcept;

/// The events of a response body, as text. Those without data are left out, as comments are.
///
/// `next` never waits; while it says `blocked` the caller waits with `readable`, and cancelling
/// that wait loses nothing.
class event_source
{
public:
    enum class status
    {
        event,
        blocked,
        end ///< of the body, whatever the events before it said
    };

    /// `executor` runs what is left to do when the stream ends before its body. `begun` has been
    /// read of it.
    event_source(
        std::unique_ptr<net::exchange> body,
        asio::any_io_executor const& executor,
        response_limits const& limits,
        std::string begun = {}
    );

    /// Throws what the exchange throws, `errc::event_too_large` and `errc::too_many_comments`.
    status next(sse::event& out);

    /// At the end: whether it came inside an event.
    [[nodiscard]] bool inside_event() const noexcept;

    /// At the end, or where it breaks off: whether nothing of a further event has come.
    [[nodiscard]] bool between_events() const noexcept { return !decoder_.has_begun(); }

    /// True when `next` may get further, false when `deadline` passes first.
    [[nodiscard]] asio::awaitable<bool> readable(net::clock::time_point deadline)
    {
        return body_->readable(deadline);
    }

    /// Nothing more is wanted: the connection is closed, and so the server is stopped.
    void close() noexcept { body_.reset(); }

    /// The same, but the connection is kept where the body is about to end.
    void finish(std::shared_ptr<net::clock> time);

private:
    std::unique_ptr<std::string const> begun_; // not to be moved: the decoder sees it
    std::unique_ptr<net::exchange> body_;
    net::lasting_executor executor_; // a stream may be kept for longer than its context
    sse::decoder decoder_;
    std::size_t empty_events_ = 0; // since the last that has data
    std::size_t max_empty_events_;
};

} // namespace hicap::detail

#endif
