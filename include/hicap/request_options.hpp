#ifndef HICAP_REQUEST_OPTIONS_HPP
#define HICAP_REQUEST_OPTIONS_HPP

#include <hicap/deadlines.hpp>
#include <hicap/on_abandon.hpp>
#include <hicap/retry_options.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

HICAP_API_BEGIN

namespace hicap {

/// What one call may say beyond its request. Everything is optional.
///
/// Precedence, for this and all other settings: the call, then `client_options`, then the
/// environment, then the default.
struct request_options
{
    /// Headers to add, name and value. A name that the client sends too is replaced; one that
    /// the transport depends on (Host, Content-Length, Transfer-Encoding, Connection, ...),
    /// `x-hicap-tags`, and Content-Type where files are uploaded, is refused with
    /// `errc::invalid_header`.
    std::vector<std::pair<std::string, std::string>> extra_headers{};

    /// Query parameters to add, but for those whose name the operation itself sends, as `limit` of
    /// a list; they are encoded. A name that stands here twice is sent twice.
    std::vector<std::pair<std::string, std::string>> extra_query{};

    /// Members to add to the JSON body at its top level, in place of a member of the same name.
    /// A request without one is refused (`errc::invalid_argument`), but for `wait` and `resume`.
    unknown_members extra_body{};

    /// Tags of this call, merged over `client_options::tags` into the header `x-hicap-tags`.
    std::map<std::string, std::string> tags{};

    /// Sent as `Idempotency-Key` where it is not empty, the same with every attempt.
    std::string idempotency_key{};

    /// Whether a stream assembles its `snapshot` as it goes, of at most `response_limits::max_body`
    /// bytes of events. Without it a stream keeps nothing but its current event, has no end to what
    /// it may bring, and `snapshot` and `collect` have nothing to give.
    bool assemble = true;

    /// Where one is absent that of `client_options::deadlines` holds.
    hicap::deadlines deadlines{};

    /// In place of `client_options::retries`, as a whole.
    std::optional<retry_options> retries{};

    /// In place of `client_options::on_abandon`.
    std::optional<hicap::on_abandon> on_abandon{};
};

} // namespace hicap

HICAP_API_END

#endif
