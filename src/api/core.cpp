#include "api/core.hpp"

#include "api/tags.hpp"
#include "base/text.hpp"
#include "json/reader.hpp"
#include "policy/proxy.hpp"
#include "policy/retry.hpp"

#include <hicap/error.hpp>
#include <hicap/log_observer.hpp>
#include <hicap/version.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <utility>

namespace hicap::detail {
namespace {

constexpr char default_base_url[] = "https://api.hicap.ai/v1";
constexpr std::string_view user_agent = "hicap-cpp/" HICAP_VERSION_STRING;
constexpr std::string_view content_type = "Content-Type";

using extra_header = std::pair<std::string, std::string>;

std::string environment(char const* name)
{
    char const* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// Empty where a callback gives it.
secret_string key_of(client_options const& options)
{
    if (options.credentials)
        return {};
    secret_string key(options.api_key.empty() ? environment("HICAP_API_KEY") : options.api_key);
    if (key.reveal().empty()) {
        throw error(
            errc::missing_api_key,
            "set client_options::api_key or the environment variable HICAP_API_KEY"
        );
    }
    return key;
}

/// Without the key.
client_options with_environment(client_options options)
{
    wipe(options.api_key);
    if (!options.observer)
        options.observer = make_log_observer(environment("HICAP_LOG"));
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

/// Hides the keys that somebody sends in headers of his own: as a whole, and without the scheme.
/// Whether there are any.
bool hide_keys(std::vector<extra_header> const& list, hidden_secret& all)
{
    bool any = false;
    for (auto const& [name, value] : list) {
        for (std::string_view const of_keys :
             {"authorization", "proxy-authorization", "api-key", "x-api-key"}) {
            if (!equal_ignoring_case(name, of_keys))
                continue;
            any = true;
            all.add(value);
            std::string_view rest = value; // behind the scheme
            rest.remove_prefix(std::min(rest.find_first_of(" \t"), rest.size()));
            rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
            all.add(rest);
        }
    }
    return any;
}

surroundings with_defaults(surroundings world)
{
    if (!world.random) {
        world.random = [] {
            thread_local std::minstd_rand generator(std::random_device{}());
            return std::generate_canonical<double, 32>(generator);
        };
    }
    return world;
}

void check_limits(response_limits const& limits)
{
    auto const check = [](std::size_t limit, char const* what) {
        if (limit == 0)
            throw error(errc::invalid_argument, std::string("response_limits::") + what);
    };
    check(limits.max_body, "max_body is 0: no answer could be read");
    check(limits.max_event, "max_event is 0: no event could be read");
    check(limits.max_comments, "max_comments is 0: no event could have a name");
}

/// Refuses what the system would leave out without a word.
void check_tcp(tcp_options const& options)
{
    auto const check =
        [](std::int64_t value, std::int64_t least, std::int64_t most, char const* name) {
            if (value >= least && value <= most)
                return;
            throw error(
                errc::invalid_argument,
                std::string("tcp_options::") + name + " is " + std::to_string(value) +
                    ": it must be " + std::to_string(least) + " to " + std::to_string(most)
            );
        };
    constexpr std::int64_t most_seconds = 32'767; // of Linux
    if (options.keep_alive) {
        check(options.keep_alive_idle.count(), 1, most_seconds, "keep_alive_idle");
        check(options.keep_alive_interval.count(), 1, most_seconds, "keep_alive_interval");
        check(options.keep_alive_probes, 1, 127, "keep_alive_probes");
    }
    check(options.user_timeout.count(), 0, std::numeric_limits<int>::max(), "user_timeout");
}

/// Adds those of the client to the members of `body`, where that is an object without them.
void add_members(std::string& body, unknown_members const& of_client)
{
    // What was written here may be as deep as a request with a `raw_json` in it.
    json::reader in(body, std::numeric_limits<std::size_t>::max());
    if (of_client.empty() || in.peek() != json::token::object || !in.enter_object())
        return;
    auto missing = of_client;
    bool has_members = false;
    std::string scratch;
    std::string_view name;
    std::string_view value;
    while (in.next_member(name, scratch) && in.skip_value(value)) {
        has_members = true;
        if (missing.find(name))
            missing.erase(name);
    }
    if (!in.finish()) {
        throw error(
            errc::invalid_argument,
            "client_options::extra_body cannot be added to this request, which at byte " +
                std::to_string(in.offset()) + " is no JSON: " + in.what()
        );
    }
    if (missing.empty())
        return;
    body.insert(body.rfind('}'), (has_members ? "," : "") + missing.text());
}

/// Adds the parameters of `more` whose names are not in the query that `target` has already.
void add_query(std::string& target, std::vector<std::pair<std::string, std::string>> const& more)
{
    if (more.empty()) // as nearly always
        return;
    auto const begin = std::min(target.find('?'), target.size());
    auto const before = target.substr(begin);
    for (auto const& [name, value] : more) {
        std::string added;
        http::append_query(added, name, value);
        added.front() = '&';
        auto const named = std::string_view(added).substr(1, added.find('='));
        bool is_there = false;
        for (std::size_t at = 0; at < before.size() && !is_there;) {
            auto const end = std::min(before.find('&', at + 1), before.size());
            auto one = before.substr(at + 1, end - at - 1);
            if (one.find('=') == std::string::npos)
                one += '=';
            is_there = one.starts_with(named);
            at = end;
        }
        if (!is_there)
            http::append_query(target, name, value);
    }
}

/// How to reach `where` under these options.
net::dial_options dialling(client_options const& options, http::origin const& where)
{
    net::dial_options made;
    made.host = where.host;
    made.port = where.port;
    made.tcp = options.tcp;
    made.unix_socket = options.unix_socket;
    auto const get = [](char const* name) -> char const* { return std::getenv(name); };
    auto chosen = policy::choose_proxy(options.proxy, where.tls(), where.host, where.port, get);
    if (chosen && !options.unix_socket.empty()) {
        throw error(
            errc::invalid_argument, "client_options: a Unix socket cannot be reached by a proxy"
        );
    }
    if (chosen) {
        auto& proxy = made.proxy.emplace();
        proxy.host = std::move(chosen->host);
        proxy.port = std::move(chosen->port);
        proxy.authorization = std::move(chosen->authorization);
    }
    return made;
}

} // namespace

void check_key(std::string_view key, std::string const& name)
{
    auto const at = std::find_if(key.begin(), key.end(), [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7F';
    });
    if (at != key.end()) {
        throw error(
            errc::invalid_header,
            name + " holds a line break or another control character at byte " +
                std::to_string(at - key.begin()) + " of " + std::to_string(key.size()) +
                ": remove it (what was read from a file often ends with a line break)"
        );
    }
}

client_core::client_core(client_options const& options, surroundings world)
    : options_(with_environment(options)), where_(http::parse_base_url(options_.base_url)),
      server_(std::make_shared<std::string const>(
          where_.origin.scheme + "://" + http::host_header(where_.origin)
      )),
      key_(key_of(options)), hidden_key_(key_.reveal()), world_(with_defaults(std::move(world))),
      transport_(
          where_.origin,
          net::tls_options{
              .ca_file = options_.ca_file,
              .ca_pem = options_.ca_pem,
              .extra_ca_files = options_.extra_ca_files,
              .certificate_file = options_.client_certificate_file,
              .key_file = options_.client_key_file,
              .dangerous_accept_any_certificate = options_.dangerous_accept_any_certificate,
          },
          world_.dialer ? world_.dialer : net::make_dialer(dialling(options_, where_.origin)),
          std::make_shared<net::pool>(options_.pool, world_.time, world_.random)
      )
{
    check_key(key_.reveal(), "the API key");
    check_not_reserved(options_.extra_headers);
    hide_keys(options_.extra_headers, hidden_key_);
    static_cast<void>(usual_deadlines()); // refuses what is none
    policy::check_retries(options_.retries);
    check_tcp(options_.tcp);
    check_limits(options_.limits);
    usual_headers_.reveal() = headers_for({}, false);
}

/// The headers that do not depend on the message. What comes first wins: the call, the client, the
/// defaults. A form has a Content-Type that nothing else can stand for.
std::string client_core::headers_for(request_options const& options, bool is_form) const
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
        if (!contains(of_call, name) && !(is_form && equal_ignoring_case(name, content_type)))
            http::append_header(out, name, value);
    for (auto const& [name, value] : of_call)
        http::append_header(out, name, value);

    if (options_.credentials)
        return out;
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
    endpoint const where{"POST", path, path};
    payload json;
    json.content_type = "application/json";
    json.text = std::move(body);
    return prepare(where, std::move(json), what, options);
}

prepared_request client_core::prepare(
    endpoint const& where, payload carried, accepts what, request_options const& options
) const
{
    if (!options.extra_body.empty() && carried.content_type != "application/json") {
        throw error(
            errc::invalid_argument,
            "request_options::extra_body has members, and this request has no JSON body"
        );
    }
    std::string target = where_.path_prefix;
    target += where.target;
    add_query(target, options.extra_query);
    add_query(target, options_.extra_query);
    if (carried.content_type == "application/json")
        add_members(carried.text, options_.extra_body);

    bool const is_form = carried.pieces != nullptr;
    if (is_form && contains(options.extra_headers, content_type)) {
        throw error(
            errc::invalid_header,
            "request_options::extra_headers: a form sets \"Content-Type\" itself, with its boundary"
        );
    }
    bool const usual = options.extra_headers.empty() && options.tags.empty() &&
                       options.idempotency_key.empty() &&
                       !(is_form && contains(options_.extra_headers, content_type));
    secret_string own;
    if (!usual) {
        check_not_reserved(options.extra_headers);
        own.reveal() = headers_for(options, is_form);
    }
    auto const& block = usual ? usual_headers_.reveal() : own.reveal();

    prepared_request made;
    if (!options.extra_headers.empty()) {
        auto hidden = hidden_key_;
        if (hide_keys(options.extra_headers, hidden))
            made.hidden = std::move(hidden);
    }
    made.method = where.method;
    made.is_idempotent = where.method == "GET";
    made.path = where.name;
    made.deadlines = policy::resolve_deadlines(options.deadlines, options_.deadlines);
    if (options.retries)
        policy::check_retries(*options.retries);
    made.retries = options.retries.value_or(options_.retries);
    auto& head = made.head.reveal();
    head.reserve(target.size() + block.size() + 256);
    http::append_request_line(head, made.method, target);
    head += block;
    auto const is_free = [&](std::string_view name) {
        return !contains(options.extra_headers, name) && !contains(options_.extra_headers, name);
    };
    if (!carried.content_type.empty() && (is_form || is_free(content_type)))
        http::append_header(head, content_type, carried.content_type);
    if (is_free("Accept"))
        head += what == accepts::json ? "Accept: application/json\r\n"
                                      : "Accept: text/event-stream\r\n";
    if (is_form && !carried.size)
        head += "Transfer-Encoding: chunked\r\n";
    else if (!carried.content_type.empty() || where.method == "POST")
        http::append_content_length(head, carried.size.value_or(carried.text.size()));
    if (options_.credentials) {
        made.takes_bearer =
            options_.auth != auth_scheme::api_key_header && is_free("Authorization");
        made.takes_api_key = options_.auth != auth_scheme::bearer && is_free("api-key");
    } else {
        http::append_end_of_head(head);
    }
    made.body = std::move(carried.text);
    made.pieces = std::move(carried.pieces);
    return made;
}

net::call client_core::begin(
    std::string_view method,
    std::string_view path,
    policy::deadline_set const& limits,
    net::errand what_for
)
{
    ++calls_;
    auto running = std::make_shared<net::operation>(
        operations_, options_.observer, world_.time, method, path, server_, what_for
    );
    running->watched().ends(call_end::cancelled); // unless it comes to something else
    running->watched().hides(hidden_key_);
    auto const until = policy::add_saturated(world_.time->now(), limits.total);
    return {world_.time, limits, until, std::move(running)};
}

policy::deadline_set client_core::usual_deadlines() const
{
    return policy::resolve_deadlines({}, options_.deadlines);
}

std::size_t client_core::room_for_connections() const
{
    auto const now = transport_.connections().statistics();
    auto const taken = now.connections_idle + now.connections_leased + now.connections_dialling;
    auto const room = [](std::size_t bound, std::size_t used) {
        return bound - std::min(used, bound);
    };
    return std::min(
        room(options_.pool.max_connections, taken),
        room(options_.pool.max_idle, now.connections_idle)
    );
}

client_statistics client_core::statistics() const
{
    auto now = transport_.connections().statistics();
    now.calls = calls_;
    now.calls_running = operations_->running();
    now.retries = retries_;
    now.replays = replays_;
    now.responses_cancelled = books.cancelled;
    now.responses_finished = books.finished;
    now.responses_lost = books.lost;
    now.responses_abandoned = books.abandoned; // last, so that it is never less than the others
    return now;
}

} // namespace hicap::detail
