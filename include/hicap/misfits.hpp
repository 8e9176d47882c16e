#ifndef HICAP_MISFITS_HPP
#define HICAP_MISFITS_HPP

#include <hicap/chat_types.hpp>
#include <hicap/images_types.hpp>
#include <hicap/realtime_types.hpp>
#include <hicap/responses_events.hpp>
#include <hicap/responses_items.hpp>
#include <hicap/responses_types.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <vector>

HICAP_API_BEGIN

namespace hicap {

/// Which values in an answer came in another JSON type than the API promises, with their paths, at
/// most 32, in no particular order. Empty where all is as it should be.
///
/// A server that sends `"total_tokens": "12"` fails no answer and no stream: `total_tokens` is 0,
/// and the text is in `extra`. This tells where that happened, for logs and for those who check a
/// gateway:
///
///     for (auto const& each : hicap::misfits(answer))
///         log(each.path + ": expected " + each.expected + ", found " + each.found);
///
/// Members that are missing, null, or not known to this library are no misfits. A value that has
/// been changed since it came is looked at as it is now.
///
/// It writes the value and reads it again, and so costs what both do; nothing is spent on it where
/// it is not called.
///
/// Throws `hicap::error` with `errc::invalid_argument` for text that is not UTF-8, which no value
/// that came from a server holds.
[[nodiscard]] std::vector<misfit> misfits(chat::completion const& value);
[[nodiscard]] std::vector<misfit> misfits(chat::chunk const& value);
[[nodiscard]] std::vector<misfit> misfits(chat::stored_message const& value);
[[nodiscard]] std::vector<misfit> misfits(images::result const& value);
[[nodiscard]] std::vector<misfit> misfits(images::event const& value);
[[nodiscard]] std::vector<misfit> misfits(responses::response const& value);
[[nodiscard]] std::vector<misfit> misfits(responses::event const& value);
[[nodiscard]] std::vector<misfit> misfits(responses::listed_item const& value);
[[nodiscard]] std::vector<misfit> misfits(realtime::session const& value);
[[nodiscard]] std::vector<misfit> misfits(realtime::transcription_session const& value);

} // namespace hicap

HICAP_API_END

#endif
