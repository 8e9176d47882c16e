#ifndef HICAP_CHAT_HPP
#define HICAP_CHAT_HPP

#include <hicap/chat_types.hpp>
#include <hicap/pages.hpp>
#include <hicap/reply.hpp>
#include <hicap/request_options.hpp>
#include <hicap/stream.hpp>
#include <hicap/temporaries.hpp>
#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace hicap::detail {

class client_core;

} // namespace hicap::detail

HICAP_API_BEGIN

namespace hicap {

/// What a stream of these events assembles.
template <>
struct stream_traits<chat::chunk>
{
    /// See `stream::snapshot`.
    using snapshot = chat::completion;
    /// See `stream::text`.
    static constexpr bool has_text = true;
};

extern template class stream<chat::chunk>;
extern template class text_stream<chat::chunk>;
extern template class pages<chat::stored_message>;

namespace chat {

/// The operations on chat completions: `client.chat().completions()`.
///
/// Requests and options are read before an operation returns its awaitable: they need not outlive
/// the call. What they say wrongly (a header with a line break, a number that JSON cannot hold) is
/// thrown by the call itself, as `hicap::error` with `errc::invalid_header`, `invalid_argument` or
/// `invalid_json`.
///
/// Page: POST /chat/completions.
///
/// Thread safety: shared objects safe.
class completions_resource
{
public:
    /// For the library.
    explicit completions_resource(std::shared_ptr<detail::client_core> core) noexcept;

    /// Asks for an answer and waits for all of it.
    ///
    /// Cancellation: terminal; the connection is closed. Errors, thrown as `hicap::error`:
    /// `api_error` for an error status; those of the system, of name resolution and of TLS; those
    /// of `deadlines`; `errc::proxy_refused`, `pool_exhausted`, `client_shut_down`; and for what
    /// came in place of an answer `errc::truncated_response`, `invalid_response`, `invalid_json`,
    /// `unexpected_content`, `header_too_large`, `body_too_large`. With
    /// `client_options::credentials` what that throws, `errc::missing_api_key` for an empty key,
    /// and `invalid_header` for one that cannot be sent.
    [[nodiscard]] asio::awaitable<reply<completion>> create(completion_request const& request
    ) const;
    [[nodiscard]] asio::awaitable<reply<completion>>
    create(completion_request const& request, request_options const& options) const;

    /// Asks for an answer and completes when it begins. The stream ends at `[DONE]`. Servers
    /// without that mark may just end the body where all has come: every choice with its
    /// `finish_reason`, as many as `completion_request::n` asks for, and the usage where
    /// `stream_options::include_usage` does. Else it is `errc::truncated_stream`.
    ///
    /// A server that answers with a whole completion instead gives a stream of one event.
    ///
    /// Cancellation and errors as `create`, until the response begins; then see `stream::next`.
    [[nodiscard]] asio::awaitable<hicap::stream<chunk>> stream(completion_request const& request
    ) const;
    [[nodiscard]] asio::awaitable<hicap::stream<chunk>>
    stream(completion_request const& request, request_options const& options) const;

    /// A completion that was made with `completion_request::store`. Its request's members are found
    /// in `extra`. Page: GET /chat/completions/{completion_id}.
    ///
    /// Cancellation and errors as `create`; `errc::invalid_argument` for an empty id.
    [[nodiscard]] asio::awaitable<reply<completion>> retrieve(std::string_view id) const;
    [[nodiscard]] asio::awaitable<reply<completion>>
    retrieve(std::string_view id, request_options const& options) const;

    /// The messages of such a request, the oldest first unless `page_options::order` says
    /// otherwise. Page: GET /chat/completions/{completion_id}/messages.
    ///
    /// Cancellation and errors: see `pages::next`, which tells as well what `options` say wrongly;
    /// `errc::invalid_argument` for an empty id, thrown by the call itself.
    [[nodiscard]] pages<stored_message> messages(std::string_view id) const;
    [[nodiscard]] pages<stored_message>
    messages(std::string_view id, page_options const& which) const;
    [[nodiscard]] pages<stored_message>
    messages(std::string_view id, page_options const& which, request_options const& options) const;

    HICAP_REFUSE_TEMPORARIES(create, completion_request)
    HICAP_REFUSE_TEMPORARIES(stream, completion_request)
    HICAP_REFUSE_TEMPORARY(retrieve, std::string_view, request_options&&)

private:
    std::shared_ptr<detail::client_core> core_;
};

/// `client.chat()`.
class resource
{
public:
    /// For the library.
    explicit resource(std::shared_ptr<detail::client_core> core) noexcept;

    /// The operations on chat completions.
    [[nodiscard]] completions_resource completions() const;

private:
    std::shared_ptr<detail::client_core> core_;
};

} // namespace chat
} // namespace hicap

HICAP_API_END

#endif
