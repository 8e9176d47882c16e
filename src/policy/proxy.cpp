#include "policy/proxy.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

#include <hicap/error.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <system_error>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace hicap::policy {
namespace {

constexpr std::string_view example = "write it like \"http://proxy.example:3128\"";

[[noreturn]] void refuse(std::string_view source, std::string_view why)
{
    throw error(errc::invalid_argument, std::string(source).append(" ").append(why));
}

constexpr bool is_letter_or_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_scheme(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.';
    });
}

bool is_host_name(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    });
}

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20U || c == 0x7F;
}

// The whole text as a decimal number.
template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) noexcept
{
    Integer value = 0;
    auto const* const last = text.data() + text.size();
    auto const [stop, failure] = std::from_chars(text.data(), last, value);
    if (failure != std::errc() || stop != last)
        return std::nullopt;
    return value;
}

struct address
{
    static constexpr unsigned bits_v4 = 32;
    static constexpr unsigned bits_v6 = 128;

    std::array<unsigned char, bits_v6 / 8> bytes{};
    unsigned bits = 0; // of the family
};

std::optional<address> parse_address(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::copy(text.begin(), text.end(), terminated.begin());
    address out;
    if (inet_pton(AF_INET, terminated.data(), out.bytes.data()) == 1)
        out.bits = address::bits_v4;
    else if (inet_pton(AF_INET6, terminated.data(), out.bytes.data()) == 1)
        out.bits = address::bits_v6;
    else
        return std::nullopt;
    return out;
}

struct network
{
    address base;
    unsigned prefix = 0; // bits

    [[nodiscard]] bool contains(address const& other) const noexcept
    {
        if (other.bits != base.bits)
            return false;
        auto const whole = prefix / 8;
        auto const rest = prefix % 8;
        if (!std::equal(base.bytes.begin(), base.bytes.begin() + whole, other.bytes.begin()))
            return false;
        return rest == 0 || ((base.bytes[whole] ^ other.bytes[whole]) >> (8 - rest)) == 0;
    }
};

// ::ffff:10.0.0.0/104 is another spelling of 10.0.0.0/8.
network without_mapping(network from) noexcept
{
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    constexpr auto mapped_bits = static_cast<unsigned>(mapped.size() * 8);
    auto const& bytes = from.base.bytes;
    if (from.base.bits != address::bits_v6 || from.prefix < mapped_bits ||
        !std::equal(mapped.begin(), mapped.end(), bytes.begin()))
        return from;
    network out;
    std::copy(bytes.begin() + mapped.size(), bytes.end(), out.base.bytes.begin());
    out.base.bits = address::bits_v4;
    out.prefix = from.prefix - mapped_bits;
    return out;
}

// An address, or one with a slash and the length of its prefix.
std::optional<network> parse_network(std::string_view text) noexcept
{
    auto const slash = text.find('/');
    auto const base = parse_address(text.substr(0, slash));
    if (!base)
        return std::nullopt;
    auto const prefix = slash == std::string_view::npos
                            ? base->bits
                            : parse_integer<unsigned>(text.substr(slash + 1));
    if (!prefix || *prefix > base->bits)
        return std::nullopt;
    return without_mapping({*base, *prefix});
}

std::string_view without_last_dot(std::string_view name) noexcept
{
    if (name.ends_with('.'))
        name.remove_suffix(1);
    return name;
}

// What is compared with the entries of a list.
struct destination
{
    std::string_view name;
    std::optional<network> literal; // where the name is an address, a network of one
    std::optional<std::uint16_t> port;
};

bool is_named_by(std::string_view entry, destination const& to) noexcept
{
    constexpr auto npos = std::string_view::npos;
    std::string_view port;
    auto has_port = false;
    if (entry.starts_with('[')) {
        auto const close = entry.find(']');
        if (close == npos)
            return false;
        port = entry.substr(close + 1);
        entry = entry.substr(1, close - 1);
        has_port = !port.empty();
        if (has_port && !port.starts_with(':'))
            return false;
    } else if (auto const colon = entry.find(':'); colon != npos && colon == entry.rfind(':')) {
        port = entry.substr(colon);
        entry = entry.substr(0, colon);
        has_port = true;
    } // several colons are an IPv6 address
    if (has_port) {
        auto const number = parse_integer<std::uint16_t>(port.substr(1));
        if (!number || number != to.port)
            return false;
    }

    if (entry == "*")
        return true;
    if (to.literal) {
        auto const range = parse_network(entry);
        return range && range->contains(to.literal->base);
    }
    if (entry.starts_with("*."))
        entry.remove_prefix(1);
    if (entry.starts_with('.'))
        entry.remove_prefix(1);
    entry = without_last_dot(entry);
    if (entry.empty() || entry.size() > to.name.size())
        return false;
    auto const above = to.name.size() - entry.size();
    return equal_ignoring_case(to.name.substr(above), entry) &&
           (above == 0 || to.name[above - 1] == '.');
}

int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Into memory that has been reserved, as it is secret. False where a % is not followed by two
// hexadecimal digits.
bool append_decoded(std::string& out, std::string_view text)
{
    for (std::size_t i = 0; i != text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (text.size() - i < 3)
            return false;
        auto const high = hex_value(text[i + 1]);
        auto const low = hex_value(text[i + 2]);
        if (high < 0 || low < 0)
            return false;
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return true;
}

secret_string basic_authorization(std::string_view user_info, std::string_view source)
{
    secret_string pair;
    auto& text = pair.reveal();
    text.reserve(user_info.size() + 1);
    auto const colon = user_info.find(':');
    auto const user = user_info.substr(0, colon);
    auto const password =
        colon == std::string_view::npos ? std::string_view() : user_info.substr(colon + 1);
    auto is_encoded = append_decoded(text, user);
    auto const is_ambiguous = text.find(':') != std::string::npos;
    text.push_back(':');
    is_encoded = append_decoded(text, password) && is_encoded;
    if (!is_encoded)
        refuse(source, "has a % in its user or password that encodes nothing: write it as %25");
    if (is_ambiguous)
        refuse(source, "has a colon in its user, which Basic authentication does not allow");
    if (std::any_of(text.begin(), text.end(), is_control))
        refuse(source, "has a control character in its user or password");

    constexpr std::string_view scheme = "Basic ";
    secret_string out;
    out.reveal().reserve(scheme.size() + (text.size() + 2) / 3 * 4);
    out.reveal() = scheme;
    append_base64(out.reveal(), text);
    return out;
}

void read_host_and_port(proxy& out, std::string_view text, std::string_view source)
{
    constexpr auto npos = std::string_view::npos;
    auto const is_bracketed = text.starts_with('[');
    auto const end_of_host = is_bracketed ? text.find(']') : text.rfind(':');
    if (is_bracketed && end_of_host == npos)
        refuse(source, "has a [ without its ]");
    auto const host = is_bracketed ? text.substr(1, end_of_host - 1) : text.substr(0, end_of_host);
    auto rest = end_of_host == npos ? std::string_view()
                                    : text.substr(end_of_host + (is_bracketed ? 1 : 0));
    if (host.empty())
        refuse(source, std::string("has no host: ").append(example));
    auto const literal = is_bracketed ? parse_address(host) : std::nullopt;
    if (is_bracketed && (!literal || literal->bits != address::bits_v6))
        refuse(source, "has brackets around something that is not an IPv6 address");
    if (!is_bracketed && host.find(':') != npos)
        refuse(source, "has several colons in its host: write an IPv6 address in brackets");
    if (!is_bracketed && !is_host_name(host))
        refuse(source, "has a host with special characters: write its name in ASCII (punycode)");

    auto number = std::optional<std::uint16_t>(80);
    if (rest.starts_with(':')) {
        rest.remove_prefix(1);
        if (!rest.empty())
            number = parse_integer<std::uint16_t>(rest);
        rest = {};
    }
    if (!rest.empty() || !number || *number == 0)
        refuse(source, "has no valid port: use a number between 1 and 65535, or leave it out");
    out.host = host;
    std::transform(out.host.begin(), out.host.end(), out.host.begin(), to_lower);
    out.port = std::to_string(*number);
}

struct setting
{
    std::string_view name;
    std::string_view value;
};

std::optional<setting> first_set(std::initializer_list<char const*> names, environment variable)
{
    for (char const* const name : names) {
        char const* const value = variable(name);
        if (value != nullptr && *value != '\0')
            return setting{name, value};
    }
    return std::nullopt;
}

} // namespace

proxy parse_proxy_url(std::string_view url, std::string_view source)
{
    if (std::any_of(url.begin(), url.end(), [](char c) { return c == ' ' || is_control(c); }))
        refuse(source, "has a space or a control character in it");
    auto rest = url;
    constexpr std::string_view mark = "://";
    if (auto const at = url.find(mark); at != std::string_view::npos) {
        auto const scheme = url.substr(0, at);
        if (is_scheme(scheme)) { // else the mark is part of something that may be secret
            if (!equal_ignoring_case(scheme, "http")) {
                refuse(
                    source,
                    std::string("asks for a proxy by \"")
                        .append(escape_for_display(scheme, 32))
                        .append("\": only HTTP proxies are supported, ")
                        .append(example)
                );
            }
            rest.remove_prefix(at + mark.size());
        }
    }
    auto const end = rest.find_first_of("/?#");
    if (end != std::string_view::npos && rest.substr(end) != "/") {
        refuse(
            source,
            "has something after its host and port: remove it, and percent-encode special "
            "characters of user and password"
        );
    }
    auto const authority = rest.substr(0, end);

    proxy out;
    auto const at = authority.rfind('@');
    auto const has_user = at != std::string_view::npos && at != 0;
    read_host_and_port(
        out, at == std::string_view::npos ? authority : authority.substr(at + 1), source
    );
    if (has_user)
        out.authorization = basic_authorization(authority.substr(0, at), source);
    return out;
}

bool bypasses(std::string_view no_proxy, std::string_view host, std::string_view port)
{
    auto const name = without_last_dot(host);
    destination const to{name, parse_network(name), parse_integer<std::uint16_t>(port)};
    constexpr std::string_view separators = ", \t\r\n";
    while (!no_proxy.empty()) {
        auto const end = std::min(no_proxy.find_first_of(separators), no_proxy.size());
        if (end != 0 && is_named_by(no_proxy.substr(0, end), to))
            return true;
        no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
    }
    return false;
}

std::optional<proxy> choose_proxy(
    proxy_options const& options,
    bool tls,
    std::string_view host,
    std::string_view port,
    environment variable
)
{
    std::string_view no_proxy = options.no_proxy;
    if (options.from_environment && no_proxy.empty()) {
        if (auto const found = first_set({"NO_PROXY", "no_proxy"}, variable))
            no_proxy = found->value;
    }
    if (bypasses(no_proxy, host, port))
        return std::nullopt;
    if (!options.url.empty())
        return parse_proxy_url(options.url);
    if (!options.from_environment)
        return std::nullopt;
    auto const found =
        tls ? first_set({"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"}, variable)
            : first_set({"http_proxy", "ALL_PROXY", "all_proxy"}, variable);
    if (!found)
        return std::nullopt;
    return parse_proxy_url(
        found->value, std::string("the environment variable ").append(found->name)
    );
}

} // namespace hicap::policy
