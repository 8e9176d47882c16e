#ifndef HICAP_CLIENT_OPTIONS_HPP
#define HICAP_CLIENT_OPTIONS_HPP

#include <hicap/deadlines.hpp>
#include <hicap/on_abandon.hpp>
#include <hicap/pool_options.hpp>
#include <hicap/proxy_options.hpp>
#include <hicap/retry_options.hpp>
#include <hicap/tcp_options.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

HICAP_API_BEGIN

namespace hicap {

/// How the key is sent. Page: Authentication.
enum class auth_scheme
{
    bearer,         ///< `Authorization: Bearer KEY`
    api_key_header, ///< `api-key: KEY`
    both            ///< both headers with the same key
};

/// Bounds on what a server may send. Beyond them an operation fails; nothing is cut silently.
/// All are at least 1, else no client is made (`errc::invalid_argument`).
struct response_limits
{
    std::size_t max_body = std::size_t{256}
                           << 20; ///< bytes of a response, or of the events of a stream
    std::size_t max_event = std::size_t{64} << 20; ///< bytes of one event of a stream
    std::size_t max_comments =
        100'000; ///< lines (or 4 KiB of one), or events, without data between two events
};

class observer;

/// What a credentials callback is told.
struct credentials_request
{
    /// The API has refused the key that was given last for this call: one that is kept in a cache
    /// is of no use any more.
    bool refused = false;
};

/// Gives the key for a request, each time that one is sent. It is awaited on the executor of the
/// call, and by several calls at a time; a cache is the business of the callback. What it throws,
/// the call throws. Its time counts against no deadline but `deadlines::total`, which does not stop
/// it.
using credentials_callback =
    std::function<boost::asio::awaitable<std::string>(credentials_request)>;

/// How a `client` connects and who it is.
struct client_options
{
    /// Empty: the value of the environment variable HICAP_API_KEY.
    std::string api_key{};

    /// Takes the place of `api_key`, for keys that change. After a 401 it is asked again, and the
    /// request is sent again with the new key, once for each request of a call.
    credentials_callback credentials{};

    /// In which header the key is sent.
    auth_scheme auth = auth_scheme::bearer;

    /// What the paths of the operations are appended to, http or https. Empty: the value of the
    /// environment variable HICAP_BASE_URL, else `https://api.hicap.ai/v1`.
    std::string base_url{};

    /// PEM file of the certificate authorities to trust in place of those of the system.
    std::string ca_file{};

    /// The same as text, for an authority that is in no file. Trusted besides `ca_file`.
    std::string ca_pem{};

    /// PEM files of authorities to trust besides those above or of the system: of a proxy that
    /// reads what passes through it, for example.
    std::vector<std::string> extra_ca_files{};

    /// PEM files of the client's own certificate (or chain) and its key, for servers that ask for
    /// one. Both or none.
    std::string client_certificate_file{};
    std::string client_key_file{};

    /// Accepts every certificate: whoever is on the path can read and change everything, the key
    /// included. For experiments on one machine alone.
    bool dangerous_accept_any_certificate = false;

    /// Sent with every request in the header `x-hicap-tags`.
    std::map<std::string, std::string> tags{};

    /// Headers to add to every request, under the rules of `request_options::extra_headers`; a
    /// Content-Type is left out where files are uploaded.
    std::vector<std::pair<std::string, std::string>> extra_headers{};

    /// Query parameters to add to every request, but for those whose name the operation itself or
    /// `request_options::extra_query` sends; they are encoded.
    std::vector<std::pair<std::string, std::string>> extra_query{};

    /// Members to add to the JSON body of every request that has one, at its top level, where it
    /// has none of that name. Forms are left alone.
    unknown_members extra_body{};

    /// Each of these is documented at its type.
    response_limits limits{};
    hicap::deadlines deadlines{};
    retry_options retries{};
    pool_options pool{};
    proxy_options proxy{};
    tcp_options tcp{};

    /// What happens on the server to a response in the background that nobody waits for any more.
    hicap::on_abandon on_abandon = hicap::on_abandon::cancel;

    /// Path of a Unix socket to connect to in place of the host of `base_url`, which then only
    /// names the server. Excludes a proxy.
    std::string unix_socket{};

    /// Is told what the calls do; see <hicap/observer.hpp> and <hicap/log_observer.hpp>. Null: the
    /// environment variable HICAP_LOG (`error`, `info` or `debug`) asks for a log to stderr, else
    /// nobody is told.
    std::shared_ptr<hicap::observer> observer{};
};

} // namespace hicap

HICAP_API_END

#endif
