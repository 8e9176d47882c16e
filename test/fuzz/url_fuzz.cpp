// Base URLs against Boost.URL, URLs of proxies, and what is put into targets.

#include "fuzz.hpp"
#include "http/url.hpp"
#include "policy/proxy.hpp"

#include <hicap/error.hpp>

#include <boost/url.hpp>

#include <string>

namespace {

using hicap::fuzz::require;

bool is_token(std::string_view text)
{
    return text.find_first_of(std::string_view(" \t\r\n\0", 5)) == std::string_view::npos;
}

void read_base_url(std::string_view text)
{
    hicap::http::base_url made;
    try {
        made = hicap::http::parse_base_url(text);
    } catch (hicap::error const& refused) {
        require(refused.code() == hicap::errc::invalid_base_url, "a base URL is refused as one");
        return;
    }
    auto const reference = boost::urls::parse_uri({text.data(), text.size()});
    require(bool(reference), "what is accepted Boost.URL accepts");
    require(!reference->has_query() && !reference->has_fragment(), "a query is refused");
    auto const header = hicap::http::host_header(made.origin);
    require(is_token(header) && is_token(made.path_prefix), "nothing splits a request");
    require(made.path_prefix.empty() || made.path_prefix.front() == '/', "a prefix is a path");
    auto const again =
        hicap::http::parse_base_url(made.origin.scheme + "://" + header + made.path_prefix);
    require(again == made, "what a base URL was read to is the same base URL");
}

void read_proxy(std::string_view text)
{
    try {
        auto const made = hicap::policy::parse_proxy_url(text);
        require(!made.host.empty() && !made.port.empty(), "a proxy has an address");
        require(is_token(made.host), "a host has no spaces");
        require(
            made.authorization.reveal().find_first_of("\r\n") == std::string::npos,
            "nothing splits a request"
        );
    } catch (hicap::error const& refused) {
        require(refused.code() == hicap::errc::invalid_argument, "a proxy is refused as one");
    }
}

void encode(std::string_view text)
{
    std::string encoded;
    try {
        encoded = hicap::http::percent_encode_segment(text);
    } catch (hicap::error const&) {
        require(text.empty() || text == "." || text == "..", "all else is a segment");
        return;
    }
    require(encoded.find_first_of("/?#") == std::string::npos, "a segment stays one");
    auto const view = boost::urls::make_pct_string_view(encoded);
    require(bool(view), "a segment is percent-encoded");
    require(view->decode() == std::string(text), "a segment is what it was");
    std::string target = "/v1";
    hicap::http::append_query(target, text, text);
    require(is_token(target), "nothing splits a request");
}

} // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    read_base_url(text);
    read_proxy(text);
    encode(text);
    static_cast<void>(hicap::policy::bypasses(text, "api.hicap.ai", "443"));
    static_cast<void>(hicap::policy::bypasses(text, "::1", "443"));
    return 0;
}
