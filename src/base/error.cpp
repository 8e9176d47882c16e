#include "base/utf8.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace hicap {
namespace {

namespace sys = boost::system;

char const* describe(errc value) noexcept
{
    switch (value) {
    case errc::invalid_request:
        return "the request was refused as invalid";
    case errc::authentication:
        return "the API key was refused";
    case errc::payment_required:
        return "the account has no credit";
    case errc::permission_denied:
        return "the API key may not do this";
    case errc::not_found:
        return "no such endpoint, model or object";
    case errc::conflict:
        return "the object's state does not allow this";
    case errc::rate_limited:
        return "too many requests";
    case errc::insufficient_quota:
        return "the quota is used up";
    case errc::server_error:
        return "the server failed";
    case errc::overloaded:
        return "the server is overloaded";
    case errc::timed_out_upstream:
        return "the server gave up waiting";
    case errc::response_incomplete:
        return "the response is incomplete";
    case errc::response_cancelled:
        return "the response was cancelled";
    case errc::truncated_stream:
        return "the event stream ended before its terminal mark";
    case errc::truncated_response:
        return "the connection closed inside a response";
    case errc::invalid_response:
        return "the response is not HTTP/1.1";
    case errc::unexpected_content:
        return "the response is of a content type or kind that cannot be read here";
    case errc::invalid_json:
        return "not valid JSON";
    case errc::header_too_large:
        return "the head of the response exceeds its limit";
    case errc::body_too_large:
        return "the body of the response exceeds its limit";
    case errc::event_too_large:
        return "an event of the stream exceeds its limit";
    case errc::too_many_comments:
        return "the stream sends comments without end";
    case errc::certificate_untrusted:
        return "the server's certificate is signed by no trusted authority";
    case errc::certificate_host_mismatch:
        return "the server's certificate is for another host";
    case errc::certificate_expired:
        return "the server's certificate has expired or is not valid yet";
    case errc::tls_handshake:
        return "the TLS handshake failed";
    case errc::tls_failure:
        return "the TLS session broke";
    case errc::ca_file_unreadable:
        return "the file of certificate authorities cannot be used";
    case errc::client_certificate_unusable:
        return "the client's certificate or key cannot be used";
    case errc::client_certificate_refused:
        return "the server refused the client's certificate, or the lack of one";
    case errc::missing_api_key:
        return "no API key";
    case errc::invalid_base_url:
        return "invalid base URL";
    case errc::invalid_header:
        return "invalid header";
    case errc::invalid_argument:
        return "invalid argument";
    case errc::client_shut_down:
        return "the client is shut down";
    case errc::pool_wait_timeout:
        return "no connection came free in time";
    case errc::resolve_timeout:
        return "the host name was not resolved in time";
    case errc::connect_timeout:
        return "no connection was made in time";
    case errc::tls_timeout:
        return "the TLS handshake did not end in time";
    case errc::first_byte_timeout:
        return "no response came in time";
    case errc::idle_timeout:
        return "the response stopped in its midst";
    case errc::total_timeout:
        return "the call took longer than it may";
    case errc::pool_exhausted:
        return "too many calls wait for a connection";
    case errc::proxy_refused:
        return "the proxy did not open a tunnel";
    }
    return "unknown error";
}

/// All but that of the call as a whole.
bool is_deadline_of_phase(sys::error_code const& code) noexcept
{
    return code == errc::pool_wait_timeout || code == errc::resolve_timeout ||
           code == errc::connect_timeout || code == errc::tls_timeout ||
           code == errc::first_byte_timeout || code == errc::idle_timeout;
}

bool is_connection_failure(sys::error_code const& code) noexcept
{
    namespace error = boost::asio::error;
    return code == error::connection_refused || code == error::connection_reset ||
           code == error::connection_aborted || code == error::broken_pipe ||
           code == error::host_unreachable || code == error::network_unreachable ||
           code == error::network_down || code == error::network_reset ||
           code == error::timed_out || code == error::eof || code == error::not_connected ||
           code == error::access_denied || code == error::no_permission ||
           code == error::no_descriptors || code == sys::errc::too_many_files_open_in_system ||
           code == sys::errc::address_not_available ||
           code == sys::errc::no_such_file_or_directory || // of a Unix socket
           code == sys::error_code(EHOSTDOWN, sys::system_category()) ||
           code.category() == error::get_netdb_category() ||
           code.category() == error::get_addrinfo_category() || code == errc::truncated_response ||
           code == errc::resolve_timeout || code == errc::connect_timeout ||
           code == errc::proxy_refused;
}

class errc_category final : public sys::error_category
{
public:
    char const* name() const noexcept override { return "hicap"; }

    std::string message(int value) const override { return describe(static_cast<errc>(value)); }
};

/// Which codes, of whatever category, belong to a condition.
class errc_condition_category final : public sys::error_category
{
public:
    char const* name() const noexcept override { return "hicap.condition"; }

    std::string message(int value) const override
    {
        switch (static_cast<condition>(value)) {
        case condition::retryable:
            return "trying again may succeed";
        case condition::rate_limited:
            return "rate limited";
        case condition::timeout:
            return "timed out";
        case condition::cancelled:
            return "cancelled";
        case condition::authentication:
            return "authentication failed";
        case condition::invalid_request:
            return "invalid request";
        case condition::connection:
            return "connection failed";
        case condition::tls:
            return "TLS failed";
        case condition::invalid_response:
            return "invalid response";
        }
        return "unknown condition";
    }

    bool equivalent(sys::error_code const& code, int value) const noexcept override
    {
        auto const one_of = [&code](auto... candidates) { return ((code == candidates) || ...); };
        switch (static_cast<condition>(value)) {
        case condition::retryable:
            return one_of(
                       errc::conflict,
                       errc::rate_limited,
                       errc::server_error,
                       errc::overloaded,
                       errc::timed_out_upstream,
                       errc::truncated_stream,
                       errc::tls_handshake,
                       errc::tls_failure,
                       errc::pool_exhausted
                   ) ||
                   is_deadline_of_phase(code) ||
                   (is_connection_failure(code) && code != errc::proxy_refused);
        case condition::rate_limited:
            return one_of(errc::rate_limited, errc::insufficient_quota);
        case condition::timeout:
            return one_of(errc::timed_out_upstream, errc::total_timeout) ||
                   is_deadline_of_phase(code) || code == boost::asio::error::timed_out;
        case condition::cancelled:
            return code == boost::asio::error::operation_aborted ||
                   one_of(errc::client_shut_down, errc::response_cancelled);
        case condition::authentication:
            return one_of(errc::authentication, errc::permission_denied, errc::missing_api_key);
        case condition::invalid_request:
            return one_of(
                errc::invalid_request,
                errc::not_found,
                errc::conflict,
                errc::invalid_argument,
                errc::invalid_header,
                errc::invalid_base_url
            );
        case condition::connection:
            return is_connection_failure(code);
        case condition::tls:
            return one_of(
                errc::certificate_untrusted,
                errc::certificate_host_mismatch,
                errc::certificate_expired,
                errc::tls_handshake,
                errc::tls_failure,
                errc::ca_file_unreadable,
                errc::client_certificate_unusable,
                errc::client_certificate_refused
            );
        case condition::invalid_response:
            return one_of(
                errc::truncated_stream,
                errc::truncated_response,
                errc::invalid_response,
                errc::unexpected_content,
                errc::invalid_json,
                errc::header_too_large,
                errc::body_too_large,
                errc::event_too_large,
                errc::too_many_comments
            );
        }
        return false;
    }
};

std::shared_ptr<std::string const> const& no_request_id()
{
    static auto const empty = std::make_shared<std::string const>();
    return empty;
}

errc code_of(api_error::details const& came)
{
    switch (came.status) {
    case 401:
        return errc::authentication;
    case 402:
        return errc::payment_required;
    case 403:
        return errc::permission_denied;
    case 404:
        return errc::not_found;
    case 408:
    case 504:
        return errc::timed_out_upstream;
    case 409:
        return errc::conflict;
    case 429:
        return came.code == "insufficient_quota" || came.type == "insufficient_quota"
                   ? errc::insufficient_quota
                   : errc::rate_limited;
    case 503:
    case 529:
        return errc::overloaded;
    default:
        break;
    }
    if (came.status >= 300 && came.status < 400)
        return errc::unexpected_content; // redirects are not followed: they would get the key
    if (came.status >= 400 && came.status < 500)
        return errc::invalid_request;
    if (came.status >= 500)
        return errc::server_error;

    // An error object inside a stream whose status was 200: only its words tell the class.
    struct word
    {
        std::string_view text;
        errc code;
    };

    static constexpr word words[] = {
        {"response_incomplete", errc::response_incomplete}, // whatever the reason is
        {"response_cancelled", errc::response_cancelled},
        {"insufficient_quota", errc::insufficient_quota},
        {"rate_limit_error", errc::rate_limited},
        {"rate_limit_exceeded", errc::rate_limited},
        {"overloaded_error", errc::overloaded},
        {"invalid_request_error", errc::invalid_request},
        {"authentication_error", errc::authentication},
        {"invalid_api_key", errc::authentication},
        {"permission_error", errc::permission_denied},
        {"not_found_error", errc::not_found},
    };
    for (auto const& known : words)
        if (came.code == known.text || came.type == known.text)
            return known.code;
    return came.code.starts_with("invalid_") ? errc::invalid_request : errc::server_error;
}

std::string compose(api_error::details const& came)
{
    std::string out = "the API answered ";
    out += std::to_string(came.status);
    bool const in_the_middle = came.status == 200;
    bool const is_whole = came.type.starts_with("response_");
    if (in_the_middle)
        out += is_whole ? " with a response that did not succeed"
                        : " and failed in the middle of its answer";
    auto const add = [&out](char const* label, std::string const& value) {
        if (value.empty())
            return;
        out += label;
        out += escape_for_display(value, 128);
    };
    add(in_the_middle ? ": " : " ", came.type);
    add(", code ", came.code);
    add(", param ", came.param);
    add(", request id ", came.request_id);
    if (came.retry_after) {
        out += ", retry after ";
        out += std::to_string(came.retry_after->count());
        out += " ms";
    }
    if (auto const location = came.headers.find("location"); location && came.status / 100 == 3) {
        out += ", redirects to ";
        out += escape_for_display(*location, 256);
        out += " and is not followed, as it would get the key (is the base URL right?)";
    }
    if (!came.message.empty()) {
        out += ": \"";
        out += escape_for_display(came.message);
        out += '"';
    } else if (!came.body.empty()) {
        out += ", body \"";
        out += escape_for_display(came.body);
        out += '"';
    }
    if (came.status == 401)
        out += " (is the key right, HICAP_API_KEY or client_options::api_key?)";
    else if (came.status == 404 && came.code.empty() && came.param.empty())
        out += " (is the base URL right? It usually ends with /v1)";
    return out;
}

} // namespace

sys::error_category const& hicap_category() noexcept
{
    static errc_category const category;
    return category;
}

sys::error_category const& condition_category() noexcept
{
    static errc_condition_category const category;
    return category;
}

sys::error_code make_error_code(errc value) noexcept
{
    return {static_cast<int>(value), hicap_category()};
}

sys::error_condition make_error_condition(condition value) noexcept
{
    return {static_cast<int>(value), condition_category()};
}

std::string escape_for_display(std::string_view text, std::size_t max_size)
{
    static constexpr char hex[] = "0123456789abcdef";
    static constexpr std::string_view mark = "...";
    std::string out;
    while (!text.empty()) {
        auto const first = static_cast<unsigned char>(text.front());
        std::string piece;
        std::size_t used = 1;
        if (first == '\\' || first == '"') {
            piece = {'\\', text.front()};
        } else if (first >= 0x20U && first < 0x7FU) {
            piece = text.front();
        } else if (first == '\n') {
            piece = "\\n";
        } else if (used = first < 0x80U ? 0 : utf8_sequence(text.data(), text.data() + text.size());
                   used != 0 && !(first == 0xC2U && static_cast<unsigned char>(text[1]) < 0xA0U)) {
            piece = text.substr(0, used);
        } else { // controls, C1 controls included, and what is not UTF-8
            used = 1;
            piece = {'\\', 'x', hex[first >> 4U], hex[first & 15U]};
        }
        if (out.size() + piece.size() > max_size) {
            out += mark;
            break;
        }
        out += piece;
        text.remove_prefix(used);
    }
    return out;
}

// Where in Boost a code was made is nothing that a message should show.
error::error(sys::error_code code, std::string const& message)
    : system_error(sys::error_code(code.value(), code.category()), message),
      request_id_(no_request_id())
{}

error::error(errc code, std::string const& message) : error(make_error_code(code), message) {}

error::~error() = default;

void error::set_request_id(std::string id)
{
    request_id_ = std::make_shared<std::string const>(std::move(id));
}

std::vector<attempt> const& error::attempts() const noexcept
{
    static std::vector<attempt> const none;
    return attempts_ ? *attempts_ : none;
}

void error::set_attempts(std::vector<attempt> all)
{
    attempts_ = std::make_shared<std::vector<attempt> const>(std::move(all));
}

std::string const& error::body() const noexcept
{
    static std::string const none;
    return body_ ? *body_ : none;
}

void error::append(std::string_view note)
{
    std::string text = what();
    text += note;
    what_ = std::make_shared<std::string const>(std::move(text));
}

char const* error::what() const noexcept
{
    return what_ ? what_->c_str() : system_error::what();
}

api_error::api_error(details what_came)
    : error(code_of(what_came), compose(what_came)),
      details_(std::make_shared<details const>(std::move(what_came)))
{
    set_request_id(details_->request_id);
    set_body(std::shared_ptr<std::string const>(details_, &details_->body));
}

api_error::~api_error() = default;

} // namespace hicap
