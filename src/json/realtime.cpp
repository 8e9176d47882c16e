#include "json/realtime_description.hpp"

namespace hicap::json {

template decode_result decode(std::string_view, realtime::session_request&);
template decode_result decode(std::string_view, realtime::session&);
template decode_result decode(std::string_view, realtime::transcription_session_request&);
template decode_result decode(std::string_view, realtime::transcription_session&);

template void encode(realtime::session const&, std::string&);
template void encode(realtime::transcription_session const&, std::string&);

template void encode_with(realtime::session_request const&, unknown_members const&, std::string&);
template void
encode_with(realtime::transcription_session_request const&, unknown_members const&, std::string&);

} // namespace hicap::json
