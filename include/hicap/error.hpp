#ifndef HICAP_ERROR_HPP
#define HICAP_ERROR_HPP

#include <hicap/attempt.hpp>
#include <hicap/headers.hpp>
#include <hicap/rate_limit.hpp>
#include <hicap/visibility.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

HICAP_API_BEGIN

namespace hicap {

/// Why an operation failed. Compare with a `condition` unless the exact reason matters.
///
/// Failures of the operating system and of name resolution keep the codes of Boost.Asio
/// (`boost::asio::error::connection_refused`, `boost::asio::error::host_not_found`, ...), and a
/// cancelled operation is `boost::asio::error::operation_aborted`.
enum class errc
{
    // The API answered with an error status, or with an error object in the middle of a stream.
    invalid_request = 1, ///< 400, 413, 422, other 4xx: the request is malformed or refused
    authentication,      ///< 401: the key is missing, wrong or revoked
    payment_required,    ///< 402: the account has no credit
    permission_denied,   ///< 403: the key may not do this
    not_found,           ///< 404: no such endpoint, model or object
    conflict,            ///< 409: the object is in a state that does not allow this
    rate_limited,        ///< 429: slow down; see `api_error::retry_after`
    insufficient_quota,  ///< 429 with code `insufficient_quota`: waiting does not help
    server_error,        ///< 5xx and anything else: the server failed
    overloaded,          ///< 503, 529: the server has too much to do
    timed_out_upstream,  ///< 408, 504: the server gave up waiting
    response_incomplete, ///< thrown by `value_or_throw`: the response ended early, see its reason
    response_cancelled,  ///< thrown by `value_or_throw`: somebody cancelled the response

    // The answer is not what HTTP or the API allows.
    truncated_stream = 100, ///< the event stream ended before its terminal mark
    truncated_response,     ///< the connection closed inside a response
    invalid_response,       ///< not HTTP/1.1
    unexpected_content,     ///< a redirect, or a content type that cannot be read, as HTML
    invalid_json,           ///< a body or event is not JSON
    header_too_large,       ///< the head of a response exceeds its limit
    body_too_large,         ///< the body of a response exceeds its limit
    event_too_large,        ///< an event of a stream exceeds its limit
    too_many_comments,      ///< a stream sends comments without end

    // TLS.
    certificate_untrusted = 200, ///< signed by no authority that is trusted here
    certificate_host_mismatch,   ///< issued for another host
    certificate_expired,         ///< expired, or not valid yet
    tls_handshake,               ///< no agreement on protocol or cipher, or an alert of the peer
    tls_failure,                 ///< a record that cannot be decrypted, a broken session
    ca_file_unreadable,          ///< `client_options::ca_file`, `extra_ca_files` or `ca_pem`
    client_certificate_unusable, ///< `client_options::client_certificate_file` or its key
    client_certificate_refused,  ///< the server wants another certificate, or one where none is set

    // The caller.
    /// Neither `client_options::api_key` nor HICAP_API_KEY is set, or `client_options::credentials`
    /// has given an empty key.
    missing_api_key = 300,
    invalid_base_url, ///< not an http or https URL with a host
    invalid_header,   ///< a name or value that cannot be sent, or a name that the client sets
    invalid_argument, ///< an argument that no request can be made of: see the message
    client_shut_down, ///< `client::shutdown` was called

    // Deadlines, see `hicap::deadlines`.
    pool_wait_timeout = 400, ///< no connection came free
    resolve_timeout,         ///< the name server did not answer
    connect_timeout,         ///< no address accepted a connection
    tls_timeout,             ///< the TLS handshake did not end
    first_byte_timeout,      ///< the head of the response did not come
    idle_timeout,            ///< a response stopped in its midst
    total_timeout,           ///< the call as a whole took too long
    pool_exhausted,          ///< all connections are busy, and `pool_options::max_waiters` wait

    // Proxies.
    proxy_refused = 500, ///< the proxy did not open a tunnel: see the message for its status
};

/// Classes of failure, to compare an error code with: `if (e.code() == condition::retryable)`.
enum class condition
{
    /// Trying again later may succeed: 408, 409, 429 (but not `insufficient_quota`), 5xx,
    /// connections that failed or broke, `tls_handshake` and `tls_failure`, answers that end early,
    /// and deadlines but for that of the call as a whole; `pool_exhausted`. Neither
    /// `proxy_refused` nor certificates.
    retryable = 1,
    rate_limited,     ///< 429 of either kind
    timeout,          ///< a deadline of the client, of the system or of the server passed
    cancelled,        ///< the caller cancelled, or shut the client down, or a response is cancelled
    authentication,   ///< 401 and 403, and no key at all
    invalid_request,  ///< 400, 404, 409, 413, 422, most other 4xx; what the client refuses to send
    connection,       ///< resolving or connecting failed, or a connection broke, whenever
    tls,              ///< a certificate, the file of one, or the TLS protocol
    invalid_response, ///< what came back breaks HTTP, SSE or JSON, or ends early
};

/// The category of `errc`.
[[nodiscard]] boost::system::error_category const& hicap_category() noexcept;

/// The category of `condition`.
[[nodiscard]] boost::system::error_category const& condition_category() noexcept;

/// The code of `value`, in `hicap_category`.
[[nodiscard]] boost::system::error_code make_error_code(errc value) noexcept;
/// The condition of `value`, in `condition_category`.
[[nodiscard]] boost::system::error_condition make_error_condition(condition value) noexcept;

/// `text` with quotes, backslashes and all but printable ASCII and well-formed UTF-8 escaped, `...`
/// in place of what is beyond `max_size` bytes. What a server sent is never shown in another way.
[[nodiscard]] std::string escape_for_display(std::string_view text, std::size_t max_size = 512);

/// What every operation of this library throws when it fails.
///
/// One that was cancelled throws its base, `boost::system::system_error`, as everything in Asio
/// does; its code is `operation_aborted`, which equals `condition::cancelled`.
///
/// `what()` says what failed and what can be done, in the words of the client. It never holds a
/// key, and server text only escaped.
class error : public boost::system::system_error
{
public:
    /// An error of this code, with a message that stands before that of the code.
    error(boost::system::error_code code, std::string const& message);
    explicit error(errc code, std::string const& message);
    ~error() override;

    /// Names the attempt in the server's logs, empty where no response came.
    [[nodiscard]] std::string const& request_id() const noexcept { return *request_id_; }

    /// Sets what `request_id` returns.
    void set_request_id(std::string id);

    /// Every time that the request was sent, or could not be, in order; the last is the one that
    /// this error tells of. Empty for what failed before there was any.
    [[nodiscard]] std::vector<attempt> const& attempts() const noexcept;

    /// Sets what `attempts` returns.
    void set_attempts(std::vector<attempt> all);

    /// What the server sent in place of what was expected, raw: escape before showing. The whole
    /// of an `api_error`, the beginning (64 KiB) of an answer that could not be read; empty
    /// for other errors. Without the key.
    [[nodiscard]] std::string const& body() const noexcept;

    /// Sets what `body` returns.
    void set_body(std::shared_ptr<std::string const> text) noexcept { body_ = std::move(text); }

    /// Lets `what` end with this text.
    void append(std::string_view note);

    /// What failed, and what can be done.
    [[nodiscard]] char const* what() const noexcept override;

private:
    std::shared_ptr<std::string const> request_id_;
    std::shared_ptr<std::vector<attempt> const> attempts_;
    std::shared_ptr<std::string const> body_; // null: empty
    std::shared_ptr<std::string const> what_; // null: that of the base
};

/// The API said no: an error status, or an error object in the middle of a stream.
///
/// Page: the API's error table (status, type, code, param).
class api_error : public error
{
public:
    /// What the server sent.
    struct details
    {
        int status = 0;      ///< of HTTP; 200 for an error in the middle of a stream
        std::string type;    ///< `rate_limit_error`, ...; empty where none came
        std::string code;    ///< `invalid_api_key`, ...; a number is kept as its text
        std::string param;   ///< the request member at fault
        std::string message; ///< the server's words, raw: escape before showing
        std::string body;    ///< the whole body, or the event's data
        /// Names the request in the server's logs.
        std::string request_id;
        /// How long to wait, from `retry-after-ms` or `retry-after`, absent where none was sent.
        std::optional<std::chrono::milliseconds> retry_after;
        hicap::rate_limit rate_limit;
        hicap::headers headers;
    };

    /// An error of what the server sent.
    explicit api_error(details what_came);
    ~api_error() override;

    /// The status of HTTP; 200 for an error in the middle of a stream.
    [[nodiscard]] int status() const noexcept { return details_->status; }

    /// `rate_limit_error`, ...; empty where none came.
    [[nodiscard]] std::string const& type() const noexcept { return details_->type; }

    /// `invalid_api_key`, ...: `details::code`, whereas `code` is that of the system.
    [[nodiscard]] std::string const& api_code() const noexcept { return details_->code; }

    /// The request member at fault.
    [[nodiscard]] std::string const& param() const noexcept { return details_->param; }

    /// The server's words, raw: escape before showing.
    [[nodiscard]] std::string const& message() const noexcept { return details_->message; }

    /// How long the server asks to wait, absent where it does not.
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const noexcept
    {
        return details_->retry_after;
    }

    /// What the response said of the limits.
    [[nodiscard]] hicap::rate_limit const& rate_limit() const noexcept
    {
        return details_->rate_limit;
    }

    /// The headers of the response.
    [[nodiscard]] hicap::headers const& headers() const noexcept { return details_->headers; }

private:
    std::shared_ptr<details const> details_;
};

} // namespace hicap

HICAP_API_END

template <>
struct boost::system::is_error_code_enum<hicap::errc> : std::true_type
{};

template <>
struct boost::system::is_error_condition_enum<hicap::condition> : std::true_type
{};

#endif
