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

#include <memory>
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

/// The operations on responses: `client.responses()`.
///
/// Requests and options are read before an operation returns its awaitable: they need not outlive
/// the call. What they say wrongly (a header with a line break, an empty id, a number that JSON
/// cannot hold) is thrown by the call itself, as `hicap::error` with `errc::invalid_header`,
/// `invalid_argument` or `invalid_json`.
///
/// A response that the model could not complete is no error: see `response::status`.
///
/// Cancellation of all: terminal; the connection is closed. Errors of all: as
/// `chat::completions_resource::create`.
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
    [[nodiscard]] asio::awaitable<hicap::stream<event>> stream(request const& request) const;
    [[nodiscard]] asio::awaitable<hicap::stream<event>>
    stream(request const& request, request_options const& options) const;

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

    HICAP_REFUSE_TEMPORARIES(create, request)
    HICAP_REFUSE_TEMPORARIES(stream, request)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, retrieve_options&&)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, retrieve_options&&, request_options const&)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, retrieve_options const&, request_options&&)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, retrieve_options&&, request_options&&)
    HICAP_REFUSE_TEMPORARY(cancel, std::string_view, request_options&&)
    HICAP_REFUSE_TEMPORARY(remove, std::string_view, request_options&&)

private:
    std::shared_ptr<detail::client_core> core_;
};

} // namespace responses
} // namespace hicap

HICAP_API_END

#endif
