#ifndef HICAP_LOG_OBSERVER_HPP
#define HICAP_LOG_OBSERVER_HPP

#include <hicap/observer.hpp>
#include <hicap/visibility.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

HICAP_API_BEGIN

namespace hicap {

/// How much a log tells.
enum class log_level : std::uint8_t
{
    error, ///< calls that failed
    info,  ///< and how every call ended, and attempts that others follow
    debug  ///< and its attempts, connections, first bytes and first events
};

/// Takes one line, without its end. The view lives as long as the call. Called from all threads
/// that use the client, possibly at the same time; what it throws is swallowed.
using log_sink = std::function<void(log_level, std::string_view line)>;

/// Writes a line for each thing that happens, to `sink`, or to stderr where that is empty:
///
///     hicap call 12 POST /chat/completions attempt 2 begins at=40ms
///     hicap call 12 POST /chat/completions first event at=950ms
///     hicap call 12 POST /chat/completions ended completed status=200 attempts=1 events=57
///         request_id=req_1 took=1.204s
///
/// A key is left out where it has nothing to say; later versions may add some. A text that is no
/// plain word is in quotes and escaped, and cut to 128 bytes.
///
/// A line holds what is listed here and nothing else, so that no key, prompt or answer can get into
/// it: the number of the call, method and path, times, counts, statuses, codes and their messages,
/// the client's reason not to try again, the request id, and whether a connection was open, its
/// session resumed, the request replayed.
///
/// Thread safety: the observer may be used by several clients and threads at the same time.
[[nodiscard]] std::shared_ptr<observer> make_log_observer(log_level level, log_sink sink = {});

/// The same for the text of the environment variable HICAP_LOG: `error`, `info` or `debug`. Null
/// for `off` and an empty text. Throws `hicap::error` with `errc::invalid_argument` for any other.
[[nodiscard]] std::shared_ptr<observer> make_log_observer(std::string_view level);

} // namespace hicap

HICAP_API_END

#endif
