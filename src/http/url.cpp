#include "http/url.hpp"

#include "base/text.hpp"

#include <hicap/error.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace hicap::http {
namespace {

// A URL without what may be secret: user information, query and fragment.
std::string shown(std::string_view url)
{
    url = url.substr(0, url.find_first_of("?#"));
    if (auto const at = url.rfind('@'); at != std::string_view::npos)
        return "\"..." + escape_for_display(url.substr(at)) + "\"";
    return "\"" + escape_for_display(url) + "\"";
}

[[noreturn]] void refuse(std::string_view url, std::string const& why)
{
    throw error(errc::invalid_base_url, "the base URL " + shown(url) + " " + why);
}

constexpr char const* example = "write it like \"https://api.hicap.ai/v1\"";

std::string lower_case(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), to_lower);
    return out;
}

std::string read_port(std::string_view url, std::string_view digits, bool tls)
{
    if (digits.empty())
        return tls ? "443" : "80";
    std::uint16_t port = 0;
    auto const* const last = digits.data() + digits.size();
    auto const [stop, failure] = std::from_chars(digits.data(), last, port);
    if (failure != std::errc() || stop != last || port == 0)
        refuse(url, "has no valid port: use a number between 1 and 65535, or leave it out");
    return std::to_string(port);
}

constexpr bool is_unreserved(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char const c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        auto const code = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(digits[code >> 4]);
        out.push_back(digits[code & 0xF]);
    }
}

} // namespace

base_url parse_base_url(std::string_view text)
{
    if (text.empty())
        refuse(text, std::string("is empty: ") + example);
    if (text.find("://") == std::string_view::npos)
        refuse(text, std::string("has no scheme: ") + example);
    auto const parsed = boost::urls::parse_uri(text);
    // Boost.URL 1.81 takes "http://host:8x" for port 8 and path "x".
    auto const is_url =
        parsed && (parsed->encoded_path().empty() || parsed->encoded_path().front() == '/');
    if (!is_url)
        refuse(text, std::string("is not a URL: ") + example);
    boost::urls::url_view const& url = *parsed;

    auto const scheme = lower_case(url.scheme());
    if (scheme != "http" && scheme != "https")
        refuse(text, "has the scheme \"" + scheme + "\": use https, or http for a local server");
    if (url.has_userinfo())
        refuse(text, "holds user information: remove it and pass the key as api_key");
    if (url.has_query() || url.has_fragment())
        refuse(text, "is followed by a query or a fragment: remove it");

    base_url out;
    out.origin.scheme = scheme;
    switch (url.host_type()) {
    case boost::urls::host_type::name:
    case boost::urls::host_type::ipv4:
    case boost::urls::host_type::ipv6:
        out.origin.host = lower_case(url.host_address());
        break;
    case boost::urls::host_type::none:
    case boost::urls::host_type::ipvfuture:
        break;
    }
    if (out.origin.host.empty())
        refuse(text, std::string("has no host: ") + example);
    auto const is_ipv6 = url.host_type() == boost::urls::host_type::ipv6;
    auto const is_host_character = [&](char c) {
        return is_unreserved(c) || (c == ':' && is_ipv6);
    };
    if (!std::all_of(out.origin.host.begin(), out.origin.host.end(), is_host_character))
        refuse(text, "has a host with special characters: write its name in ASCII (punycode)");
    out.origin.port = read_port(text, url.port(), out.origin.tls());
    out.path_prefix = std::string_view(url.encoded_path());
    out.path_prefix.erase(out.path_prefix.find_last_not_of('/') + 1);
    return out;
}

std::string host_header(origin const& where)
{
    auto out = where.host.find(':') == std::string::npos ? where.host : "[" + where.host + "]";
    if (where.port != (where.tls() ? "443" : "80"))
        out.append(":").append(where.port);
    return out;
}

std::string percent_encode_segment(std::string_view segment)
{
    if (segment.empty() || segment == "." || segment == "..") {
        throw error(
            errc::invalid_argument,
            "\"" + std::string(segment) +
                "\" cannot be part of the path of a request: pass the id as the API returned it"
        );
    }
    std::string out;
    out.reserve(segment.size());
    append_encoded(out, segment);
    return out;
}

void append_query(std::string& target, std::string_view name, std::string_view value)
{
    target.push_back(target.find('?') == std::string::npos ? '?' : '&');
    append_encoded(target, name);
    target.push_back('=');
    append_encoded(target, value);
}

} // namespace hicap::http
