#ifndef HICAP_REALTIME_HPP
#define HICAP_REALTIME_HPP

#include <hicap/realtime_types.hpp>
#include <hicap/reply.hpp>
#include <hicap/request_options.hpp>
#include <hicap/temporaries.hpp>
#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace hicap::detail {

class client_core;

} // namespace hicap::detail

HICAP_API_BEGIN

namespace hicap {

namespace asio = boost::asio;

namespace realtime {

/// The operations that make realtime sessions: `client.realtime()`. The sessions themselves are
/// held by whoever gets the client secret, a browser for example, and not by this library.
///
/// A client secret is a credential: `client_secret::value` cannot be printed, but `reply::raw`
/// holds it too.
///
/// Requests and options are read before an operation returns its awaitable: they need not outlive
/// the call. What they say wrongly is thrown by the call itself, as `hicap::error` with
/// `errc::invalid_header`, `invalid_argument` or `invalid_json`.
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

    /// Makes a session in which a model speaks and listens. Page: POST /realtime/sessions.
    [[nodiscard]] asio::awaitable<reply<session>> create_session(session_request const& request
    ) const;
    [[nodiscard]] asio::awaitable<reply<session>>
    create_session(session_request const& request, request_options const& options) const;

    /// Makes a session that writes down what it hears. Page: POST /realtime/transcription_sessions.
    [[nodiscard]] asio::awaitable<reply<transcription_session>>
    create_transcription_session(transcription_session_request const& request) const;
    [[nodiscard]] asio::awaitable<reply<transcription_session>> create_transcription_session(
        transcription_session_request const& request, request_options const& options
    ) const;

    HICAP_REFUSE_TEMPORARIES(create_session, session_request)
    HICAP_REFUSE_TEMPORARIES(create_transcription_session, transcription_session_request)

private:
    std::shared_ptr<detail::client_core> core_;
};

} // namespace realtime
} // namespace hicap

HICAP_API_END

#endif
