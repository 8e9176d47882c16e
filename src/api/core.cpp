#include "api/core.hpp"

#include "api/failure.hpp"
#include "api/tags.hpp"
#include "base/text.hpp"
#include "policy/rate_limit.hpp"

#include <hicap/error.hpp>
#include <hicap/version.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace hicap::detail {
namespace {

constexpr char default_base_url[] = "https://api.hicap.ai/v1";
constexpr std::string_view user_agent = "hicap-cpp/" HICAP_VERSION_STRING;

using extra_header = std::pair<std::string, std::string>;

std::string environment(char const* name)
{
    char const* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

client_options with_environment(client_options options)
{
    if (options.api_key.empty())
        options.api_key = environment("HICAP_API_KEY");
    if (options.api_key.empty()) {
        throw error(
            errc::missing_api_key,
            "set client_options::api_key or the environment variable HICAP_API_KEY"
        );
    }
    if (options.base_url.empty())
        options.base_url = environment("HICAP_BASE_URL");
    if (options.base_url.empty())
        options.base_url = default_base_url;
    return options;
}

bool contains(std::vector<extra_header> const& list, std::string_view name) noexcept
{
    return std::any_of(list.begin(), list.end(), [name](auto const& header) {
        return equal_ignoring_case(header.first, name);
    });
}

/// Refuses the headers that follow from the message or from other settings: a second opinion would
/// break the connection, or be overruled in silence.
void check_not_reserved(std::vector<extra_header> const& list)
{
    static constexpr std::string_view of_the_transport[] = {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "keep-alive",
        "proxy-connection",
    };
    for (auto const name : of_the_transport)
        if (contains(list, name))
            throw error(
                errc::invalid_header,
                "extra_headers: \"" + std::string(name) + "\" is set by the transport"
            );
    if (contains(list, "x-hicap-tags"))
        throw error(errc::invalid_header, "extra_headers: use tags in place of \"x-hicap-tags\"");
}

/// Appends what is at hand; true at the end of the body.
bool append_body(net::exchange& from, std::size_t max_size, std::string& body)
{
    try {
        for (;;) {
            std::string_view piece;
            switch (from.read_body(piece)) {
            case net::exchange::status::end:
                return true;
            case net::exchange::status::blocked:
                return false;
            case net::exchange::status::piece:
                break;
            }
            if (piece.size() > max_size - body.size()) {
                throw error(
                    errc::body_too_large,
                    "the response has more than " + std::to_string(max_size) +
                        " bytes, see response_limits::max_body"
                );
            }
            body.append(piece);
        }
    } catch (error& failure) {
        failure.set_request_id(std::string(policy::request_id(from.head().fields)));
        throw;
    }
}

} // namespace

client_core::client_core(client_options const& options)
    : options_(with_environment(options)), where_(http::parse_base_url(options_.base_url)),
      key_(std::exchange(options_.api_key, {})),
      transport_(
          where_.origin,
          net::tls_options{
              .ca_file = options_.ca_file,
              .ca_pem = options_.ca_pem,
              .dangerous_accept_any_certificate = options_.dangerous_accept_any_certificate,
          }
      )
{
    check_not_reserved(options_.extra_headers);
    usual_headers_.reveal() = headers_for({});
}

/// The headers that do not depend on the message. What comes first wins: the call, the client, the
/// defaults.
std::string client_core::headers_for(request_options const& options) const
{
    std::string out;
    auto const& of_call = options.extra_headers;
    auto const& of_client = options_.extra_headers;
    auto const add_default = [&](std::string_view name, std::string_view value) {
        if (!contains(of_call, name) && !contains(of_client, name))
            http::append_header(out, name, value);
    };

    http::append_header(out, "Host", http::host_header(where_.origin));
    add_default("User-Agent", user_agent);
    add_default("Accept-Encoding", "identity"); // compressed events arrive late
    if (auto const tags = tags_header(options_.tags, options.tags); !tags.empty())
        http::append_header(out, "x-hicap-tags", tags);
    if (!options.idempotency_key.empty())
        add_default("Idempotency-Key", options.idempotency_key);
    for (auto const& [name, value] : of_client)
        if (!contains(of_call, name))
            http::append_header(out, name, value);
    for (auto const& [name, value] : of_call)
        http::append_header(out, name, value);

    // Last, and into memory that is large enough: no copy of the key is left in an outgrown one.
    out.reserve(out.size() + 2 * key_.reveal().size() + 64);
    if (options_.auth != auth_scheme::api_key_header) {
        secret_string const value("Bearer " + key_.reveal());
        add_default("Authorization", value.reveal());
    }
    if (options_.auth != auth_scheme::bearer)
        add_default("api-key", key_.reveal());
    return out;
}

prepared_request client_core::prepare_post(
    std::string_view path, std::string body, accepts what, request_options const& options
) const
{
    std::string target = where_.path_prefix;
    target += path;
    for (auto const& [name, value] : options.extra_query)
        http::append_query(target, name, value);

    bool const usual =
        options.extra_headers.empty() && options.tags.empty() && options.idempotency_key.empty();
    secret_string own;
    if (!usual) {
        check_not_reserved(options.extra_headers);
        own.reveal() = headers_for(options);
    }
    auto const& block = usual ? usual_headers_.reveal() : own.reveal();

    prepared_request made;
    auto& head = made.head.reveal();
    head.reserve(target.size() + block.size() + 256);
    http::append_request_line(head, "POST", target);
    head += block;
    // Constants, so there is nothing to check.
    auto const add_default = [&](std::string_view name, std::string_view line) {
        if (!contains(options.extra_headers, name) && !contains(options_.extra_headers, name))
            head += line;
    };
    add_default("Content-Type", "Content-Type: application/json\r\n");
    add_default(
        "Accept",
        what == accepts::json ? "Accept: application/json\r\n" : "Accept: text/event-stream\r\n"
    );
    http::append_content_length(head, body.size());
    http::append_end_of_head(head);
    made.body = std::move(body);
    return made;
}

asio::awaitable<std::unique_ptr<net::exchange>> client_core::open(prepared_request request)
{
    auto opened = co_await transport_.send(std::move(request.head), std::move(request.body));
    auto const status = opened->head().status;
    if (status >= 200 && status < 300)
        co_return opened;
    // The status counts, also when the body that explains it breaks off or has no end.
    constexpr std::size_t max_explanation = std::size_t{1} << 20;
    auto const max_size = std::min(options_.limits.max_body, max_explanation);
    std::string body;
    try {
        while (!append_body(*opened, max_size, body))
            co_await opened->readable();
    } catch (error const&) { // what came of it is shown
    }
    throw_api_error(response_info(status, opened->take_fields()), std::move(body));
}

asio::awaitable<std::string> read_body(net::exchange& from, std::size_t max_size)
{
    // Beyond this a length is believed only when the bytes come.
    constexpr std::uint64_t max_reserved = std::uint64_t{1} << 20;
    std::string body;
    body.reserve(std::min(from.head().content_length.value_or(0), max_reserved));
    while (!append_body(from, max_size, body))
        co_await from.readable();
    co_return body;
}

} // namespace hicap::detail
