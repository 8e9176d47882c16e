#ifndef HICAP_ON_ABANDON_HPP
#define HICAP_ON_ABANDON_HPP

#include <hicap/visibility.hpp>

#include <cstdint>

HICAP_API_BEGIN

namespace hicap {

/// What happens on the server to a response that runs in the background (`request::background`)
/// when nobody waits for it any more: its stream is destroyed before its end, or `create`, `stream`
/// or `wait` is cancelled. A response in the foreground ends with its connection, whatever this is.
enum class on_abandon : std::uint8_t
{
    /// It is cancelled, so that no more of it is made and billed. The request for that is sent at
    /// once, on another connection, by a task of its own on the same executor: nobody waits for it,
    /// it ends within 40 s, `client::statistics` counts what comes of it, and `client::shutdown`
    /// waits for it. Where the response has no id yet, that is waited for first, for 5 s.
    ///
    /// The task dies with its `io_context`: a response whose context ends goes on.
    cancel,
    /// It goes on, and can be retrieved, waited for and resumed by its id.
    keep_running
};

} // namespace hicap

HICAP_API_END

#endif
