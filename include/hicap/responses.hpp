#ifndef HICAP_RESPONSES_HPP
#define HICAP_RESPONSES_HPP

#include <hicap/pages.hpp>
#include <hicap/reply.hpp>
#include <hicap/request_options.hpp>
#include <hicap/responses_events.hpp>
#include <hicap/responses_items.hpp>
#include <hicap/responses_types.hpp>
#include <hicap/stream.hpp>
#include <hicap/temporaries.hpp>
#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::detail {

class client_core;

} // namespace hicap::detail

HICAP_API_BEGIN

namespace hicap {

namespace asio = boost::asio;

/// What a stream of these events assembles.
template <>
struct stream_traits<responses::event>
{
    /// See `stream::snapshot`.
    using snapshot = responses::response;
    /// See `stream::text`.
    static constexpr bool has_text = true;
};

extern template class stream<responses::event>;
extern template class text_stream<responses::event>;
extern template class pages<responses::listed_item>;

namespace responses {

/// Which parts of a stored response are wanted.
struct retrieve_options
{
    /// What is left out unless it is asked for.
    std::vector<responses::include> include{};
};

/// Where a stream goes on, and what it brings.
struct resume_options
{
    /// The sequence number of the last event that is not wanted. Absent: from the beginning.
    std::optional<std::int64_t> starting_after{};
    /// What is left out unless it is asked for.
    std::vector<responses::include> include{};
    /// Default: true. Padding that hides the length of the text; false saves bytes.
    std::optional<bool> include_obfuscation{};
};

/// Which part of a list is wanted, and what of its elements: `page_options`, with `include`.
struct list_options
{
    /// Begins behind the element of this id.
    std::optional<std::string> after{};
    /// Elements of a page, 1..100. Default: 20. A list has as many pages as it needs.
    std::optional<std::int64_t> limit{};
    /// By time: `asc` or `desc`.
    std::optional<std::string> order{};
    /// What is left out unless it is asked for.
    std::vector<responses::include> include{};
};

/// How often `resource::wait` asks.
struct wait_options
{
    /// The pause before the response is asked for again. It doubles each time up to `max_pause`, is
    /// 100 ms behind one of 0, and up to a quarter is taken off at random. What the server asks for
    /// in `retry-after-ms` or `retry-after` is used instead, but no less than 100 ms and no more
    /// than `retry_options::max_retry_after`.
    std::chrono::milliseconds first_pause{500};
    std::chrono::milliseconds max_pause{5'000}; ///< positive
};

/// What became of a response that was to be cancelled.
enum class cancel_result : std::uint8_t
{
    cancelled,        ///< nothing more of it is made
    already_finished, ///< it was over before, or the server has it no more
    not_cancellable,  ///< it does not run in the background, or the server says so
    unreachable       ///< the server gave no answer: the response may go on
};

/// The same, with what is known of the response.
struct cancel_outcome
{
    cancel_result result = cancel_result::unreachable; /**< what came of it */
    /// As the server told it, which may still be `in_progress`. Absent where it told nothing.
    std::optional<responses::response> response{};
    /// What the server answered, or why it did not, where it did not cancel.
    std::exception_ptr failure{};

    /// The response, for whoever cannot do without. Throws `failure` where there is none.
    responses::response const& value_or_throw() const;
};

/// The events of a response as they come.
///
/// It is the stream of one connection until that breaks. Where the response runs in the background
/// (`request::background`) it then goes on with the next event, on another connection, by itself:
/// within `retry_options`, counted anew with each event and where a server ended it in order after
/// more than 1 s, as gateways do while it thinks: that only `deadlines::total` bounds. No event is
/// given twice; where a sequence number is missing it is asked for again, or fails; see `attempts`.
/// Where the server does not stream the response any more, it is retrieved until it is over, and
/// becomes the last event. What no event has told of its text is then in that response alone:
/// `snapshot` has all of it, and so has `text` where the stream was read from its beginning.
///
/// Where a connection breaks before any event has named the response, nobody can go on: that is an
/// error, and the response may run on at the server.
///
/// Destroying it before its end closes the connection. What else happens to a response in the
/// background is said by `on_abandon`. A stream that has failed has not ended.
///
/// Move-only. Thread safety: as `hicap::stream`.
class event_stream : public hicap::stream<event>
{
public:
    event_stream() noexcept;
    event_stream(event_stream&& other) noexcept;            ///< as those of `hicap::stream`
    event_stream& operator=(event_stream&& other) noexcept; ///< the same
    ~event_stream();

    /// Names the response, also for `resource::resume` in another process. Empty until an event has
    /// told it.
    [[nodiscard]] std::string_view response_id() const noexcept;

    /// The number of the last event that `next` gave; absent where none had one.
    [[nodiscard]] std::optional<std::int64_t> sequence_number() const noexcept;

    /// Ends the stream and cancels its response on the server, on another connection. Where there
    /// is no id yet, it reads events until one comes, for 5 s. Then it takes as long as the server
    /// takes, and at most 30 s.
    ///
    /// The answer of the server is a result, whatever it is; what fails below it is `unreachable`.
    /// A response in the foreground ends with its connection and is `not_cancellable`. One that is
    /// over is `already_finished`, and nothing is sent.
    ///
    /// Afterwards `next` gives null, and `snapshot` is the response of the result where it has one,
    /// with the items that were read where it has none.
    ///
    /// Precondition: no other function of this stream is running.
    /// Cancellation: terminal. Once the request is sent it goes on, as it does where the stream is
    /// destroyed.
    [[nodiscard]] asio::awaitable<cancel_outcome> cancel();

    /// As `collect`, and throws what `response::value_or_throw` does.
    [[nodiscard]] asio::awaitable<response> collect_or_throw();

    /// For the library: a stream over what an operation has opened.
    explicit event_stream(std::unique_ptr<detail::stream_state<event>> state) noexcept;
};

/// The operations on responses: `client.responses()`.
///
/// Requests and options are read before an operation returns its awaitable: they need not outlive
/// the call. What they say wrongly (a header with a line break, an empty id, a number that JSON
/// cannot hold) is thrown by the call itself, as `hicap::error` with `errc::invalid_header`,
/// `invalid_argument` or `invalid_json`.
///
/// A response that the model could not complete is no error: see `response::status`.
///
/// Cancellation of all: terminal; the connection is closed. Nothing has been sent of what still
/// waited for one. Where `create` or `stream` of a response in the background had been sent, the
/// answer is waited for by a task of its own, and the response abandoned: see `on_abandon`.
///
/// Errors of all: as `chat::completions_resource::create`.
///
/// Thread safety: shared objects safe.
class resource
{
public:
    /// For the library.
    explicit resource(std::shared_ptr<detail::client_core> core) noexcept;

    /// Asks for a response and waits for all of it; with `request::background` it comes at once,
    /// and is retrieved later. Page: POST /responses.
    [[nodiscard]] asio::awaitable<reply<response>> create(request const& request) const;
    [[nodiscard]] asio::awaitable<reply<response>>
    create(request const& request, request_options const& options) const;

    /// Asks for a response and completes when it begins. The stream ends behind `completed`,
    /// `failed` or `incomplete`; an `error` event is thrown by `next` as an `api_error`. Its
    /// `snapshot` is the response as it grows.
    ///
    /// A server that answers with a whole response instead gives a stream of one event.
    /// Page: POST /responses, with `stream`.
    [[nodiscard]] asio::awaitable<event_stream> stream(request const& request) const;
    [[nodiscard]] asio::awaitable<event_stream>
    stream(request const& request, request_options const& options) const;

    /// Goes on with the stream of a response in the background, behind the event with the sequence
    /// number `starting_after`, or from its beginning; completes when the first byte is there.
    /// What came before the first event that it gives is missing in `snapshot` until the response
    /// is over.
    ///
    /// `on_abandon::keep_running` is the default here, whatever that of the client is.
    /// Page: GET /responses/{response_id}, with `stream`.
    [[nodiscard]] asio::awaitable<event_stream> resume(std::string_view id) const;
    [[nodiscard]] asio::awaitable<event_stream>
    resume(std::string_view id, std::optional<std::int64_t> starting_after) const;
    [[nodiscard]] asio::awaitable<event_stream> resume(
        std::string_view id,
        std::optional<std::int64_t> starting_after,
        request_options const& options
    ) const;

    /// The same with all that can be said of it. `which` is a `resume_options`; no braced list,
    /// which would be taken for a number.
    template <std::same_as<resume_options> Which>
    [[nodiscard]] asio::awaitable<event_stream>
    resume(std::string_view id, Which const& which) const
    {
        request_options const none;
        return resume_with(id, which, none);
    }

    /// The same, with options of this call.
    template <std::same_as<resume_options> Which>
    [[nodiscard]] asio::awaitable<event_stream>
    resume(std::string_view id, Which const& which, request_options const& options) const
    {
        return resume_with(id, which, options);
    }

    /// Retrieves a response in the background until it is over, however it ended. All of that is
    /// one call: `deadlines::total` bounds it.
    ///
    /// Cancellation: terminal, and abandons the response: see `on_abandon`. One that fails does
    /// not. Page: GET /responses/{response_id}.
    [[nodiscard]] asio::awaitable<reply<response>> wait(std::string_view id) const;
    [[nodiscard]] asio::awaitable<reply<response>>
    wait(std::string_view id, wait_options const& how) const;
    [[nodiscard]] asio::awaitable<reply<response>>
    wait(std::string_view id, wait_options const& how, request_options const& options) const;

    /// Asks for a response in the background, whatever `request::background` says, and waits until
    /// it is over: no connection has to stay open meanwhile. `deadlines::total` bounds both.
    ///
    /// Cancellation: terminal, and abandons the response, as a failure to wait for it does.
    [[nodiscard]] asio::awaitable<reply<response>> create_and_wait(request const& request) const;
    [[nodiscard]] asio::awaitable<reply<response>>
    create_and_wait(request const& request, request_options const& options) const;
    [[nodiscard]] asio::awaitable<reply<response>> create_and_wait(
        request const& request, wait_options const& how, request_options const& options
    ) const;

    /// A response that is stored. Page: GET /responses/{response_id}.
    [[nodiscard]] asio::awaitable<reply<response>> retrieve(std::string_view id) const;
    [[nodiscard]] asio::awaitable<reply<response>>
    retrieve(std::string_view id, retrieve_options const& which) const;
    [[nodiscard]] asio::awaitable<reply<response>> retrieve(
        std::string_view id, retrieve_options const& which, request_options const& options
    ) const;

    /// Stops a response that is made in the background, and with it what is billed.
    /// Page: POST /responses/{response_id}/cancel.
    [[nodiscard]] asio::awaitable<reply<response>> cancel(std::string_view id) const;
    [[nodiscard]] asio::awaitable<reply<response>>
    cancel(std::string_view id, request_options const& options) const;

    /// Deletes a response that is stored. A server that answers without a body gives a `deletion`
    /// of this id. Page: DELETE /responses/{response_id}.
    [[nodiscard]] asio::awaitable<reply<deletion>> remove(std::string_view id) const;
    [[nodiscard]] asio::awaitable<reply<deletion>>
    remove(std::string_view id, request_options const& options) const;

    /// What a response was made from, the newest first unless `page_options::order` says otherwise.
    /// Page: GET /responses/{response_id}/input_items.
    [[nodiscard]] pages<listed_item> input_items(std::string_view id) const;
    [[nodiscard]] pages<listed_item>
    input_items(std::string_view id, page_options const& which) const;
    [[nodiscard]] pages<listed_item> input_items(
        std::string_view id, page_options const& which, request_options const& options
    ) const;

    /// The same with all that can be said of it. `which` is a `list_options`; no braced list, which
    /// would be taken for a `page_options`.
    template <std::same_as<list_options> Which>
    [[nodiscard]] pages<listed_item> input_items(std::string_view id, Which const& which) const
    {
        request_options const none;
        return input_items(id, which, none);
    }

    /// The same, with options of this call.
    template <std::same_as<list_options> Which>
    [[nodiscard]] pages<listed_item>
    input_items(std::string_view id, Which const& which, request_options const& options) const
    {
        page_options const page{which.after, which.limit, which.order};
        return list_input_items(id, page, which.include, options);
    }

    HICAP_REFUSE_TEMPORARIES(create, request)
    HICAP_REFUSE_TEMPORARIES(stream, request)
    HICAP_REFUSE_TEMPORARIES(create_and_wait, request)
    HICAP_REFUSE_TEMPORARY(create_and_wait, responses::request&&, wait_options const&, request_options const&)
    HICAP_REFUSE_TEMPORARY(create_and_wait, responses::request const&, wait_options&&, request_options const&)
    HICAP_REFUSE_TEMPORARY(create_and_wait, responses::request const&, wait_options const&, request_options&&)
    HICAP_REFUSE_TEMPORARY(create_and_wait, responses::request&&, wait_options&&, request_options const&)
    HICAP_REFUSE_TEMPORARY(create_and_wait, responses::request&&, wait_options const&, request_options&&)
    HICAP_REFUSE_TEMPORARY(create_and_wait, responses::request const&, wait_options&&, request_options&&)
    HICAP_REFUSE_TEMPORARY(create_and_wait, responses::request&&, wait_options&&, request_options&&)
    HICAP_REFUSE_TEMPORARY(resume, std::string_view, std::optional<std::int64_t>, request_options&&)
    HICAP_REFUSE_TEMPORARY_LIKE(resume_options, resume, std::string_view, Like&&)
    HICAP_REFUSE_TEMPORARY_LIKE(resume_options, resume, std::string_view, Like&&, request_options const&)
    HICAP_REFUSE_TEMPORARY_LIKE(resume_options, resume, std::string_view, Like const&, request_options&&)
    HICAP_REFUSE_TEMPORARY_LIKE(resume_options, resume, std::string_view, Like&&, request_options&&)
    HICAP_REFUSE_TEMPORARY(wait, std::string_view, wait_options&&)
    HICAP_REFUSE_TEMPORARY(wait, std::string_view, wait_options&&, request_options const&)
    HICAP_REFUSE_TEMPORARY(wait, std::string_view, wait_options const&, request_options&&)
    HICAP_REFUSE_TEMPORARY(wait, std::string_view, wait_options&&, request_options&&)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, retrieve_options&&)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, retrieve_options&&, request_options const&)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, retrieve_options const&, request_options&&)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, retrieve_options&&, request_options&&)
    HICAP_REFUSE_TEMPORARY(cancel, std::string_view, request_options&&)
    HICAP_REFUSE_TEMPORARY(remove, std::string_view, request_options&&)

private:
    [[nodiscard]] asio::awaitable<event_stream> resume_with(
        std::string_view id, resume_options const& which, request_options const& options
    ) const;
    [[nodiscard]] pages<listed_item> list_input_items(
        std::string_view id,
        page_options const& which,
        std::vector<include> const& more,
        request_options const& options
    ) const;

    std::shared_ptr<detail::client_core> core_;
};

} // namespace responses
} // namespace hicap

HICAP_API_END

#endif
