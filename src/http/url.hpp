#ifndef HICAP_HTTP_URL_HPP
#define HICAP_HTTP_URL_HPP

#include <string>
#include <string_view>

namespace hicap::http {

/// Where connections lead to. Two requests may share a connection when their origins are equal.
struct origin
{
    std::string scheme; ///< "http" or "https"
    std::string host;   ///< lower case; an IPv6 address has no brackets
    std::string port;   ///< decimal, without leading zeros, never empty

    [[nodiscard]] bool tls() const noexcept { return scheme == "https"; }

    friend bool operator==(origin const&, origin const&) = default;
};

/// What the paths of the operations are appended to.
struct base_url
{
    http::origin origin;
    std::string path_prefix; ///< percent-encoded, "/v1" for example, without a slash at its end

    friend bool operator==(base_url const&, base_url const&) = default;
};

/// Reads `text`, "https://api.hicap.ai/v1" for example.
/// Throws `hicap::error` with `errc::invalid_base_url`, saying what is wrong and how to mend it.
/// The message never shows user information or a query, which may be secrets.
[[nodiscard]] base_url parse_base_url(std::string_view text);

/// The value of the header `Host`: brackets around IPv6, the port only where it is not the default
/// of the scheme.
[[nodiscard]] std::string host_header(origin const& where);

/// `segment` as one segment of a path: all but unreserved characters are encoded.
/// Throws `hicap::error` with `errc::invalid_argument` for "", "." and "..", which would lead to
/// another endpoint.
[[nodiscard]] std::string percent_encode_segment(std::string_view segment);

/// Appends a parameter to the query of `target`, and begins the query where there is none.
void append_query(std::string& target, std::string_view name, std::string_view value);

} // namespace hicap::http

#endif
