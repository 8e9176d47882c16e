#ifndef HICAP_CLIENT_OPTIONS_HPP
#define HICAP_CLIENT_OPTIONS_HPP

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hicap {

/// How the key is sent. Page: Authentication.
enum class auth_scheme
{
    bearer,         ///< `Authorization: Bearer KEY`
    api_key_header, ///< `api-key: KEY`
    both            ///< both headers with the same key
};

/// Bounds on what a server may send. Beyond them an operation fails; nothing is cut silently.
struct response_limits
{
    std::size_t max_body = std::size_t{256}
                           << 20; ///< bytes of a response, or of the events of a stream
    std::size_t max_event = std::size_t{64} << 20; ///< bytes of one event of a stream
    std::size_t max_comments = 100'000;            ///< lines without data between two events
};

/// How a `client` connects and who it is.
struct client_options
{
    /// Empty: the value of the environment variable HICAP_API_KEY.
    std::string api_key{};

    auth_scheme auth = auth_scheme::bearer;

    /// What the paths of the operations are appended to, http or https. Empty: the value of the
    /// environment variable HICAP_BASE_URL, else `https://api.hicap.ai/v1`.
    std::string base_url{};

    /// PEM file of the certificate authorities to trust in place of those of the system.
    std::string ca_file{};

    /// The same as text, for an authority that is in no file. Trusted besides `ca_file`.
    std::string ca_pem{};

    /// Accepts every certificate: whoever is on the path can read and change everything, the key
    /// included. For experiments on one machine alone.
    bool dangerous_accept_any_certificate = false;

    /// Sent with every request in the header `x-hicap-tags`.
    std::map<std::string, std::string> tags{};

    /// Headers to add to every request, under the rules of `request_options::extra_headers`.
    std::vector<std::pair<std::string, std::string>> extra_headers{};

    response_limits limits{};
};

} // namespace hicap

#endif
