#include "api/event_source.hpp"

#include "base/text.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <utility>

namespace hicap::detail {
namespace {

[[noreturn]] void throw_too_many_comments()
{
    throw error(errc::too_many_comments, "see response_limits::max_comments");
}

} // namespace

std::optional<bool> begins_events(std::string_view body) noexcept
{
    constexpr std::size_t max_blank = 1024; // it has to come to something
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (body.size() < byte_order_mark.size() && byte_order_mark.starts_with(body))
        return std::nullopt;
    auto text = body;
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    if (text.empty())
        return body.size() > max_blank ? std::optional(false) : std::nullopt;
    bool may_be = false;
    for (std::string_view const field : {":", "data:", "event:", "id:", "retry:"}) {
        if (text.starts_with(field))
            return true;
        may_be = may_be || field.starts_with(text);
    }
    return may_be ? std::nullopt : std::optional(false);
}

bool names_sign_of_life(std::string_view name) noexcept
{
    for (std::string_view const known :
         {"keepalive", "keep-alive", "keep_alive", "ping", "heartbeat"}) {
        if (equal_ignoring_case(name, known))
            return true;
    }
    return false;
}

bool is_sign_of_life(unknown const& event, std::string_view name) noexcept
{
    if (!event.type.empty())
        return names_sign_of_life(event.type);
    return names_sign_of_life(name) || event.json.text() == "{}";
}

event_source::event_source(
    std::unique_ptr<net::exchange> body,
    asio::any_io_executor const& executor,
    response_limits const& limits,
    std::string begun
)
    : begun_(begun.empty() ? nullptr : std::make_unique<std::string const>(std::move(begun))),
      body_(std::move(body)), executor_(executor),
      decoder_(sse::limits{
          .max_event = limits.max_event,
          .max_comments_between_events = limits.max_comments,
      }),
      max_empty_events_(limits.max_comments)
{
    if (begun_)
        decoder_.feed(*begun_);
}

event_source::status event_source::next(sse::event& out)
{
    for (;;) {
        switch (decoder_.next(out)) {
        case sse::decoder::status::event:
            if (out.data.empty()) { // some gateways keep a connection open with these
                if (++empty_events_ > max_empty_events_)
                    throw_too_many_comments();
                continue;
            }
            empty_events_ = 0;
            return status::event;
        case sse::decoder::status::event_too_large:
            throw error(errc::event_too_large, "see response_limits::max_event");
        case sse::decoder::status::too_many_comments:
            throw_too_many_comments();
        case sse::decoder::status::need_more:
            break;
        }
        std::string_view piece;
        switch (body_->read_body(piece)) {
        case net::exchange::status::piece:
            decoder_.feed(piece);
            break;
        case net::exchange::status::blocked:
            return status::blocked;
        case net::exchange::status::end:
            return status::end;
        }
    }
}

bool event_source::inside_event() const noexcept
{
    // Nothing is lost with the line ends of the terminal mark.
    auto const rest = decoder_.unfinished();
    return !rest.empty() && rest != "[DONE]\n" && rest != "data: [DONE]" && rest != "data:[DONE]";
}

void event_source::finish(std::shared_ptr<net::clock> time)
{
    if (auto const executor = executor_.get())
        net::finish(std::move(body_), std::move(time), executor);
    else
        close();
}

} // namespace hicap::detail
