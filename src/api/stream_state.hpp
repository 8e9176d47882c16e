#ifndef HICAP_API_STREAM_STATE_HPP
#define HICAP_API_STREAM_STATE_HPP

// The implementation of stream<Event>, included by the one file that instantiates it.

#include "api/event_source.hpp"
#include "api/failure.hpp"
#include "api/stream_upkeep.hpp"
#include "json/shape.hpp"
#include "net/call.hpp"
#include "net/cancellation.hpp"
#include "net/fresh_coroutine.hpp"
#include "policy/deadlines.hpp"

#include <hicap/error.hpp>
#include <hicap/stream.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::detail {

/// What a kind of event adds to the common stream, specialised beside its types:
///
///     void add(Event const&, bool assemble);  // takes note of an event
///     bool complete() const;                  // whether the body may end here
///     bool ended() const;                     // whether nothing comes that is worth a wait
///     static constexpr bool done_is_whole;    // whether it may end at [DONE], whatever has come
///     static bool may_be_failure(Event const&); // whether its text may be an error object
///     static bool keeps_open(Event const&, std::string_view name); // see `event_source.hpp`
///     void adopt(snapshot);                   // takes an answer that came whole
///     snapshot const& get(); snapshot take(); // what has been assembled
template <class Event>
class assembler;

/// Whether events may bring the whole of what they are pieces of.
template <class Event>
concept has_whole = requires(Event const& event)
{
    event.terminal();
    event.response()->text();
};

template <class Event>
class stream_state
{
public:
    enum class step
    {
        event, ///< in `event`
        blocked,
        paused, ///< there may be more at hand, after a turn of the event loop
        end
    };

    /// A stream whose events are always at hand must not starve the others of the loop. Usually it
    /// is its connection that lets them have their turn, between two buffers.
    static constexpr unsigned max_events_at_once = 256;

    using snapshot_type = typename stream_traits<Event>::snapshot;

    /// Up to `max_assembled` bytes of events are assembled, none for 0.
    stream_state(
        response_info response,
        event_source from,
        net::call on,
        std::size_t max_assembled,
        std::unique_ptr<stream_upkeep<Event>> upkeep = nullptr
    )
        : info(std::move(response)), source_(std::in_place, std::move(from)),
          on_(std::in_place, std::move(on)), max_assembled_(max_assembled),
          upkeep_(std::move(upkeep))
    {}

    /// A stream without a connection, which `upkeep` has to open.
    stream_state(
        response_info response,
        net::call on,
        std::size_t max_assembled,
        std::unique_ptr<stream_upkeep<Event>> upkeep
    )
        : info(std::move(response)), max_assembled_(max_assembled), upkeep_(std::move(upkeep)),
          reopening_(true)
    {
        upkeep_->reopen(info.attempts(), std::move(on));
    }

    /// A stream of events that are at hand, made of `whole`.
    stream_state(
        response_info response,
        std::vector<Event> events,
        snapshot_type whole,
        std::string body = {}
    )
        : info(std::move(response)), whole_(std::move(events)), body_(std::move(body))
    {
        assembled.adopt(std::move(whole));
    }

    stream_state(stream_state const&) = delete;
    stream_state& operator=(stream_state const&) = delete;

    ~stream_state()
    {
        if (upkeep_ && !is_over())
            upkeep_->leave(std::move(source_), std::move(on_));
    }

    /// Advances as far as it gets without waiting.
    step advance()
    {
        if (failure_)
            std::rethrow_exception(failure_);
        try {
            step got = look();
            seen_ = false;
            for (unsigned dropped = 0; got == step::event && !decode();) {
                if (++dropped == max_events_at_once)
                    return step::paused;
                got = look();
                seen_ = false;
            }
            return got;
        } catch (error& failure) {
            seen_ = false;
            if (failure_) // in full
                throw;
            if (mend(failure))
                return step::blocked;
            complete(failure);
            if (loses_one_event(failure.code()))
                on_->running().watched().fails(failure.code());
            else
                break_off(failure.code());
            throw;
        } catch (...) {
            break_off(make_error_code(errc::invalid_response));
            throw;
        }
    }

    /// What `advance` would give, with `end` for a failure. The present event stays.
    step at_hand()
    {
        if (failure_)
            return step::end;
        try {
            step got = look();
            for (unsigned dropped = 0; got == step::event && comes_again();) {
                seen_ = false;
                if (++dropped == max_events_at_once)
                    return step::paused;
                got = look();
            }
            return got;
        } catch (error& failure) {
            if (failure_)
                return step::end;
            if (mend(failure))
                return step::blocked;
            complete(failure);
            break_off(failure.code());
            return step::end;
        } catch (...) { // of a callback of the caller's, in opening it again
            if (!failure_)
                break_off(make_error_code(errc::invalid_response));
            return step::end;
        }
    }

    /// Until when the next event has to come. What else arrives does not move it: what comes again,
    /// cannot be read, or only keeps the connection open.
    net::clock::time_point deadline()
    {
        if (reopening_) // which has deadlines of its own
            return net::clock::time_point::max();
        if (deadline_ == net::clock::time_point{})
            deadline_ = on_->begin(phase::idle);
        return deadline_;
    }

    /// True when there may be more at hand; false when that did not come until `when`.
    [[nodiscard]] asio::awaitable<bool> readable(net::clock::time_point when)
    {
        if (reopening_)
            return upkeep_->reopened_by(when);
        return source_->readable(when);
    }

    [[nodiscard]] net::clock& time() const noexcept { return on_ ? on_->time() : upkeep_->time(); }

    /// For a stream that never waits: looks whether an event is late, though others come.
    void check_late()
    {
        if (on_ && deadline_ != net::clock::time_point{} && time().now() >= deadline_)
            be_late();
    }

    /// The same for the call as a whole.
    void check_total()
    {
        if (!on_)
            return;
        try {
            on_->check_total("waiting for the end of the stream");
        } catch (error& failure) {
            complete(failure);
            break_off(failure.code());
        }
    }

    /// One turn of the event loop, for a stream that never waits.
    [[nodiscard]] asio::awaitable<void> turn()
    {
        co_await asio::post(asio::use_awaitable);
        auto const cancellation = co_await asio::this_coro::cancellation_state;
        check(cancellation);
        check_total();
    }

    /// The same in the midst of a wait for an event.
    [[nodiscard]] asio::awaitable<void> turn_of_wait()
    {
        static_cast<void>(deadline()); // which has begun
        co_await turn();
        check_late();
    }

    /// Throws where the caller was cancelled.
    void check(asio::cancellation_state const& caller)
    {
        if (caller.cancelled() != asio::cancellation_type::none)
            interrupted(asio::error::operation_aborted);
        net::throw_if_cancelled(caller);
    }

    /// A wait ended with `code`. Nothing is lost: the stream may be asked again.
    void interrupted(boost::system::error_code code)
    {
        if (on_)
            on_->running().watched().fails(code);
    }

    /// A wait ended with the deadline; `advance` tells. What has come by now is not late: others
    /// may have waited before, and seen nothing of it.
    void be_late()
    {
        check_total(); // which nothing that comes makes longer
        auto const got = at_hand();
        if (got == step::event || got == step::end || !on_)
            return;
        try {
            on_->throw_late("waiting for an event");
        } catch (error& failure) {
            if (mend(failure))
                return;
            complete(failure);
            break_off(failure.code());
        }
    }

    /// Whether its last event has been given, or all that there is.
    [[nodiscard]] bool is_over() const noexcept
    {
        return ended_ || assembled.ended() || (!source_ && !reopening_ && !failure_);
    }

    /// Ends it before its end. The connection is closed with what this gives.
    std::optional<event_source> give_up()
    {
        if (on_)
            on_->running().watched().ends(call_end::cancelled);
        auto rest = std::exchange(source_, std::nullopt);
        on_.reset();
        failure_ = nullptr;
        seen_ = false;
        present_ = {};
        whole_.clear();
        reopening_ = false;
        ended_ = true;
        return rest;
    }

    [[nodiscard]] stream_upkeep<Event>* upkeep() const noexcept { return upkeep_.get(); }

    /// The text that the present event was read from, where it is still known.
    [[nodiscard]] std::string_view raw() const noexcept { return present_; }

    /// What the present event adds to the text that `advance` has brought. Where a whole answer
    /// ends it, that is what the pieces have not told.
    [[nodiscard]] std::string_view text()
    {
        if constexpr (has_whole<Event>) {
            auto const* const whole = event.terminal() ? event.response() : nullptr;
            if (whole != nullptr && knows_text()) {
                rest_ = whole->text();
                rest_.erase(0, text_size_);
                return rest_;
            }
        }
        return event.text();
    }

    Event event; // written by `decoder_` alone; users get it as const
    response_info info;
    assembler<Event> assembled;
    unsigned since_pause = 0;

private:
    /// Finds the next event and leaves it in `raw_`, without taking it.
    step look()
    {
        present_ = {}; // which may move
        if (reopening_ && !take_reopened())
            return step::blocked;
        if (!whole_.empty())
            return step::event;
        if (ended_ || !source_)
            return step::end;
        if (seen_)
            return step::event;
        if (assembled.ended())
            return end();
        switch (source_->next(raw_)) {
        case event_source::status::blocked:
            return step::blocked;
        case event_source::status::end:
            return end_in_order(assembled.complete() && !source_->inside_event());
        case event_source::status::event:
            break;
        }
        if (raw_.data == "[DONE]")
            return end_in_order(assembled.complete() || assembler<Event>::done_is_whole);
        seen_ = true;
        return step::event;
    }

    step end_in_order(bool whole)
    {
        if (!whole) {
            throw error(
                errc::truncated_stream, "the server ended the stream in the middle of an answer"
            );
        }
        return end();
    }

    /// Takes the event that was found. False where it had come before.
    bool decode()
    {
        if (!whole_.empty()) {
            event = std::move(whole_.front());
            whole_.erase(whole_.begin());
            present_ = body_;
            return true;
        }
        present_ = raw_.data;
        auto const result = decoder_.decode(raw_.data, event);
        if (!result || assembler<Event>::may_be_failure(event))
            throw_if_error_object(info, raw_.data, on_->running().watched().hidden());
        if (!result) {
            text_lost_ = true;
            if (upkeep_)
                upkeep_->missed();
            throw error(
                result.code,
                "an event, at byte " + std::to_string(result.offset) + ": " + result.what +
                    " in \"" + shown() + '"'
            );
        }
        if (upkeep_ && !upkeep_->wants(event))
            return false;
        assemble(raw_.data.size());
        bool const keeps_open = assembler<Event>::keeps_open(event, raw_.type);
        bool const moves_on = upkeep_ ? upkeep_->took(event, keeps_open) : !keeps_open;
        if (moves_on)
            deadline_ = {};
        count_text();
        on_->running().watched().event();
        return true;
    }

    /// Whether `advance` would drop the event that was found.
    bool comes_again() { return upkeep_ && whole_.empty() && upkeep_->had(raw_.data); }

    /// Whether the stream goes on in spite of `failure`.
    bool mend(error& failure)
    {
        if (!upkeep_ || !source_ || !on_ || dynamic_cast<api_error const*>(&failure) != nullptr)
            return false;
        if (!upkeep_->may_reopen(failure, *on_, source_->between_events()))
            return false;
        auto attempts = info.attempts();
        if (!attempts.empty())
            attempts.back().code = failure.code();
        present_ = {};
        source_.reset(); // the call waits for nothing any more
        auto on = std::move(*on_);
        on_.reset();
        deadline_ = {};
        try {
            upkeep_->reopen(std::move(attempts), std::move(on));
        } catch (...) { // out of memory, or its context is gone
            failure_ = std::current_exception();
            throw;
        }
        reopening_ = true;
        return true;
    }

    /// False while there is nothing to take.
    bool take_reopened()
    {
        if (!upkeep_->reopened())
            return false;
        reopening_ = false;
        try {
            auto again = upkeep_->take();
            info = std::move(again.info);
            source_ = std::move(again.source);
            on_ = std::move(again.on);
            if (again.whole) {
                whole_.push_back(upkeep_->event_of(*again.whole));
                assembled.adopt(std::move(*again.whole));
            }
        } catch (...) {
            failure_ = std::current_exception();
            throw;
        }
        return true;
    }

    /// Whether the next event can be read in spite of it.
    static bool loses_one_event(boost::system::error_code code) noexcept
    {
        return code == errc::invalid_json || code == errc::unexpected_content;
    }

    /// Whether all text before the present event was counted.
    [[nodiscard]] bool knows_text() const noexcept
    {
        return !text_lost_ && (from_beginning_ || !begun_) &&
               (!upkeep_ || upkeep_->from_beginning());
    }

    /// Keeps the books for `text`.
    void count_text()
    {
        if constexpr (has_whole<Event>) {
            bool const first = event.response() != nullptr || event.sequence_number() == 0;
            bool const of_gateway = !event.sequence_number() && event.text().empty() && !first;
            if (!begun_ && !of_gateway) {
                begun_ = true;
                from_beginning_ = first;
            }
            text_size_ += event.text().size();
        }
    }

    /// The event for people.
    [[nodiscard]] std::string shown() const
    {
        auto const& key = on_->running().watched().hidden();
        return escape_for_display(key.removed_from(std::string(raw_.data)));
    }

    void assemble(std::size_t size)
    {
        assembled.add(event, max_assembled_ != 0);
        if (max_assembled_ == 0)
            return;
        if (size >= max_assembled_) {
            throw error(
                errc::body_too_large,
                "the events are too many to be kept, see response_limits::max_body and "
                "request_options::assemble"
            );
        }
        max_assembled_ -= size;
    }

    /// A broken stream must not look like one that has ended, however often it is asked.
    /// Precondition: called where an exception is handled.
    void break_off(boost::system::error_code code)
    {
        failure_ = std::current_exception();
        if (on_)
            on_->running().watched().fails(code);
        // While the call still runs: a shutdown would think that there is nothing left to do.
        if (upkeep_ && code == errc::client_shut_down)
            upkeep_->leave(std::move(source_), std::move(on_));
        if (source_)
            source_->close();
        on_.reset(); // the call is over, though the stream may be kept
    }

    step end()
    {
        ended_ = true;
        source_->finish(on_->shared_time());
        on_->running().watched().ends(call_end::completed);
        on_.reset();
        return step::end;
    }

    /// Says what is known of the call.
    void complete(error& failure)
    {
        if (on_) {
            add_server(failure, on_->running(), info.request_id());
            add_reason_of_begun(failure);
        }
        add_call(failure, info);
    }

    std::optional<event_source> source_;
    std::optional<net::call> on_;
    net::clock::time_point deadline_{}; // of the wait for an event, since the first time it began
    std::exception_ptr failure_;
    sse::event raw_;
    json::shaped_decoder<Event> decoder_;
    std::vector<Event> whole_; // made of a whole answer, and not taken yet
    std::string body_;         // of that answer
    std::string_view present_; // in `source_` or `body_`
    bool seen_ = false;        // `raw_` is an event that was not taken yet
    bool ended_ = false;
    bool begun_ = false;                           // an event has come,
    bool from_beginning_ = false;                  // and told that nothing came before
    bool text_lost_ = false;                       // an event could not be read
    std::size_t text_size_ = 0;                    // of all events
    std::string rest_;                             // what `text` refers to
    std::size_t max_assembled_ = 0;                // bytes of events that may still come
    std::unique_ptr<stream_upkeep<Event>> upkeep_; // of a stream that may outlive its connection
    bool reopening_ = false;                       // it has no connection, and waits for one
};

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

    // An event may be taken only when the caller is sure to get it. Two moments are not: after a
    // wait, when a cancellation came as it was completing; and in a coroutine that has not been
    // suspended since it was spawned, as the operands of `||` are, because Asio then posts its
    // result and a cancellation can overtake it. So both look for a cancellation first.
    auto& state = *state_;
    net::launch_query const launching{};
    bool const fresh = net::is_fresh(co_await launching);
    if (fresh || ++state.since_pause == detail::stream_state<Event>::max_events_at_once) {
        state.since_pause = 0;
        co_await state.turn();
    }
    for (;;) {
        auto const got = state.advance();
        switch (got) {
        case step::event:
            co_return &state.event;
        case step::end:
            co_return nullptr;
        case step::blocked:
        case step::paused:
            break;
        }
        state.since_pause = 0;
        if (got == step::paused) {
            co_await state.turn_of_wait();
            continue;
        }
        auto const deadline = state.deadline();
        bool in_time = false;
        try {
            in_time = co_await state.readable(deadline);
        } catch (boost::system::system_error const& stopped) {
            state.interrupted(stopped.code());
            throw;
        }
        auto const cancellation = co_await asio::this_coro::cancellation_state;
        state.check(cancellation);
        if (!in_time)
            state.be_late();
    }
}

template <class Event>
asio::awaitable<bool> stream<Event>::ready(std::chrono::milliseconds within)
{
    using step = typename detail::stream_state<Event>::step;

    auto& state = *state_;
    auto const start = co_await asio::this_coro::cancellation_state;
    state.check(start);
    std::optional<net::clock::time_point> end;
    for (;;) {
        auto const got = state.at_hand();
        if (got == step::event || got == step::end)
            co_return true;
        if (!end)
            end = policy::add_saturated(state.time().now(), within);
        if (got == step::paused) {
            co_await state.turn_of_wait();
            if (state.time().now() >= *end)
                co_return false;
            continue;
        }
        auto const deadline = state.deadline();
        bool in_time = false;
        try {
            in_time = co_await state.readable(std::min(deadline, *end));
        } catch (boost::system::system_error const& stopped) {
            state.interrupted(stopped.code());
            throw;
        }
        auto const cancellation = co_await asio::this_coro::cancellation_state;
        state.check(cancellation);
        if (!in_time && deadline > *end) {
            auto const last = state.at_hand();
            co_return last == step::event || last == step::end;
        }
        if (!in_time)
            state.be_late();
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
std::string_view stream<Event>::raw() const noexcept
{
    return state_->raw();
}

template <class Event>
response_info const& stream<Event>::info() const noexcept
{
    return state_->info;
}

template <class Event>
asio::awaitable<std::optional<std::string_view>> text_stream<Event>::next()
{
    while (auto const* event = co_await events_->next()) {
        static_cast<void>(event);
        if (auto const text = events_->state_->text(); !text.empty())
            co_return text;
    }
    co_return std::nullopt;
}

} // namespace hicap

#endif
