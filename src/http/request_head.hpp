#ifndef HICAP_HTTP_REQUEST_HEAD_HPP
#define HICAP_HTTP_REQUEST_HEAD_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace hicap::http {

/// Throws `hicap::error` with `errc::invalid_header` unless `name` is a token and `value` is free
/// of CR, LF, NUL and other controls (a tab is allowed). The message names the header and never
/// shows the value, which may be a key.
void check_header(std::string_view name, std::string_view value);

// The head of a request is one string that grows: a request line, headers, the end. A block of
// headers that all requests share is written once and appended as it is.

/// Appends `METHOD target HTTP/1.1`.
/// Throws `hicap::error` with `errc::invalid_argument` when `method` is no token, or when `target`
/// is empty or holds anything but visible ASCII. `out` is unchanged then.
void append_request_line(std::string& out, std::string_view method, std::string_view target);

/// Appends a header that `check_header` accepts, and throws what it throws.
/// `out` is unchanged then.
void append_header(std::string& out, std::string_view name, std::string_view value);

/// Appends `Content-Length`. A request that may have a body has to say so even when it is empty:
/// servers exist that wait for a body else.
void append_content_length(std::string& out, std::uint64_t size);

/// Ends the head.
void append_end_of_head(std::string& out);

} // namespace hicap::http

#endif
