#ifndef HICAP_API_STREAM_STATE_HPP
#define HICAP_API_STREAM_STATE_HPP

// The implementation of stream<Event>, included by the one file that instantiates it.

#include "api/event_source.hpp"
#include "api/failure.hpp"
#include "json/codec.hpp"

#include <hicap/error.hpp>
#include <hicap/stream.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace hicap::detail {

/// What a kind of event adds to the common stream, specialised beside its types:
///
///     void add(Event const&, bool assemble);  // takes note of an event
///     bool complete() const;                  // whether the body may end here
///     void adopt(snapshot);                   // takes an answer that came whole
///     snapshot const& get(); snapshot take(); // what has been assembled
template <class Event>
class assembler;

template <class Event>
class stream_state
{
public:
    enum class step
    {
        event, ///< in `event`
        blocked,
        end
    };

    using snapshot_type = typename stream_traits<Event>::snapshot;

    /// Up to `max_assembled` bytes of events are assembled, none for 0.
    stream_state(response_info response, event_source from, std::size_t max_assembled)
        : info(std::move(response)), source_(std::in_place, std::move(from)),
          max_assembled_(max_assembled)
    {}

    /// A stream of one event that is at hand, made of `whole`.
    stream_state(response_info response, Event only, snapshot_type whole)
        : event(std::move(only)), info(std::move(response)), at_hand_(true)
    {
        assembled.adopt(std::move(whole));
    }

    /// Advances as far as it gets without waiting.
    step advance()
    {
        if (failure_)
            std::rethrow_exception(failure_);
        try {
            return try_advance();
        } catch (error& failure) {
            if (failure.request_id().empty())
                failure.set_request_id(std::string(info.request_id()));
            if (failure.code() != errc::invalid_json) // that loses one event, not the stream
                break_off();
            throw;
        } catch (...) {
            break_off();
            throw;
        }
    }

    [[nodiscard]] asio::awaitable<void> readable() { return source_->readable(); }

    Event event;
    response_info info;
    assembler<Event> assembled;
    unsigned since_pause = 0;

private:
    step try_advance()
    {
        if (at_hand_) {
            at_hand_ = false;
            return step::event;
        }
        if (ended_ || !source_)
            return step::end;
        sse::event raw;
        switch (source_->next(raw)) {
        case event_source::status::blocked:
            return step::blocked;
        case event_source::status::end:
            if (!assembled.complete()) {
                throw error(
                    errc::truncated_stream,
                    "the server ended the stream of request " + request_name() +
                        " in the middle of an answer"
                );
            }
            return end();
        case event_source::status::event:
            break;
        }
        if (raw.data == "[DONE]")
            return end();
        return decode(raw.data);
    }

    step decode(std::string_view data)
    {
        auto const result = json::decode(data, event);
        if (!result || !event.extra.empty())
            throw_if_error_object(info, data);
        if (!result) {
            throw error(
                result.code,
                "an event of request " + request_name() + " at byte " +
                    std::to_string(result.offset) + ": " + result.what + " in \"" +
                    escape_for_display(data) + '"'
            );
        }
        assemble(data.size());
        return step::event;
    }

    void assemble(std::size_t size)
    {
        assembled.add(event, max_assembled_ != 0);
        if (max_assembled_ == 0)
            return;
        if (size >= max_assembled_) {
            throw error(
                errc::body_too_large,
                "the events of request " + request_name() +
                    " are too many to be kept, see response_limits::max_body and "
                    "request_options::assemble"
            );
        }
        max_assembled_ -= size;
    }

    /// A broken stream must not look like one that has ended, however often it is asked.
    void break_off()
    {
        failure_ = std::current_exception();
        if (source_)
            source_->close(false);
    }

    step end()
    {
        ended_ = true;
        source_->close(true);
        return step::end;
    }

    [[nodiscard]] std::string request_name() const
    {
        auto const id = info.request_id();
        return id.empty() ? "(no id)" : escape_for_display(id, 128);
    }

    std::optional<event_source> source_;
    std::exception_ptr failure_;
    bool at_hand_ = false;
    bool ended_ = false;
    std::size_t max_assembled_ = 0; // bytes of events that may still come
};

/// One turn of the event loop; throws if the caller was cancelled until then.
inline asio::awaitable<void> pause()
{
    co_await asio::post(asio::use_awaitable);
    auto const state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

} // namespace hicap::detail

namespace hicap {

template <class Event>
stream<Event>::stream() noexcept = default;

template <class Event>
stream<Event>::stream(stream&& other) noexcept = default;

template <class Event>
stream<Event>& stream<Event>::operator=(stream&& other) noexcept = default;

template <class Event>
stream<Event>::~stream() = default;

template <class Event>
stream<Event>::stream(std::unique_ptr<detail::stream_state<Event>> state) noexcept
    : state_(std::move(state))
{}

template <class Event>
asio::awaitable<Event const*> stream<Event>::next()
{
    using step = typename detail::stream_state<Event>::step;

    // A stream whose events are always at hand must not starve the others of the loop.
    constexpr unsigned max_events_at_once = 64;

    // An event may be taken only when the caller is sure to get it. Two moments are not: after a
    // wait, when a cancellation came as it was completing; and in a coroutine that has not been
    // suspended since it was spawned, as the operands of `||` are, because Asio then posts its
    // result and a cancellation can overtake it. So both look for a cancellation first.
    auto& state = *state_;
    asio::detail::awaitable_thread_has_context_switched const has_been_suspended{};
    bool const fresh = !(co_await has_been_suspended);
    if (fresh || ++state.since_pause == max_events_at_once) {
        state.since_pause = 0;
        co_await detail::pause();
    }
    for (;;) {
        switch (state.advance()) {
        case step::event:
            co_return &state.event;
        case step::end:
            co_return nullptr;
        case step::blocked:
            break;
        }
        state.since_pause = 0;
        co_await state.readable();
        auto const cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
}

template <class Event>
asio::awaitable<typename stream<Event>::snapshot_type> stream<Event>::collect()
{
    bool more = true;
    while (more)
        more = co_await next() != nullptr;
    co_return state_->assembled.take();
}

template <class Event>
typename stream<Event>::snapshot_type const& stream<Event>::snapshot() const
{
    return state_->assembled.get();
}

template <class Event>
response_info const& stream<Event>::info() const noexcept
{
    return state_->info;
}

template <class Event>
asio::awaitable<std::optional<std::string_view>> text_stream<Event>::next()
{
    while (auto const* event = co_await events_->next())
        if (auto const text = event->text(); !text.empty())
            co_return text;
    co_return std::nullopt;
}

} // namespace hicap

#endif
