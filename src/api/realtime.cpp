#include "api/operation.hpp"
#include "json/codec.hpp"

#include <hicap/realtime.hpp>

#include <string>
#include <utility>

namespace hicap::realtime {
namespace {

using detail::client_core;

template <class Request>
detail::prepared_request prepare(
    client_core const& core,
    std::string_view path,
    Request const& request,
    request_options const& options
)
{
    std::string body;
    json::encode_with(request, options.extra_body, body);
    return core.prepare_post(path, std::move(body), client_core::accepts::json, options);
}

} // namespace

resource::resource(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}

asio::awaitable<reply<session>> resource::create_session(session_request const& request) const
{
    request_options const none;
    return create_session(request, none);
}

asio::awaitable<reply<session>>
resource::create_session(session_request const& request, request_options const& options) const
{
    return detail::fetch<session>(core_, prepare(*core_, "/realtime/sessions", request, options));
}

asio::awaitable<reply<transcription_session>>
resource::create_transcription_session(transcription_session_request const& request) const
{
    request_options const none;
    return create_transcription_session(request, none);
}

asio::awaitable<reply<transcription_session>> resource::create_transcription_session(
    transcription_session_request const& request, request_options const& options
) const
{
    return detail::fetch<transcription_session>(
        core_, prepare(*core_, "/realtime/transcription_sessions", request, options)
    );
}

} // namespace hicap::realtime
