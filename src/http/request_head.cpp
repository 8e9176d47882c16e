#include "http/request_head.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace hicap::http {
namespace {

bool is_token_character(char c) noexcept
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_value_character(char c) noexcept
{
    auto const code = static_cast<unsigned char>(c);
    return c == '\t' || (code >= 0x20 && code != 0x7F);
}

bool is_target_character(char c) noexcept
{
    return c > ' ' && c < '\x7F';
}

} // namespace

void check_header(std::string_view name, std::string_view value)
{
    if (!is_token(name)) {
        throw error(
            errc::invalid_header,
            "\"" + escape_for_display(name) +
                "\" cannot be the name of a header: use letters, digits and hyphens"
        );
    }
    if (!std::all_of(value.begin(), value.end(), is_value_character)) {
        throw error(
            errc::invalid_header,
            "the value of the header \"" + std::string(name) +
                "\" holds a line break or another control character: remove it (a value that was "
                "read from a file often ends with a line break)"
        );
    }
}

void append_request_line(std::string& out, std::string_view method, std::string_view target)
{
    if (!is_token(method)) {
        throw error(
            errc::invalid_argument,
            "\"" + escape_for_display(method) + "\" is not a method of HTTP: use GET, for example"
        );
    }
    if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_character)) {
        throw error(
            errc::invalid_argument,
            "the path of a request is empty or holds a space, a control character or a character "
            "outside ASCII: percent-encode it"
        );
    }
    out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
}

void append_header(std::string& out, std::string_view name, std::string_view value)
{
    check_header(name, value);
    out.append(name).append(": ").append(value).append("\r\n");
}

void append_content_length(std::string& out, std::uint64_t size)
{
    char digits[std::numeric_limits<std::uint64_t>::digits10 + 1];
    auto const end = std::to_chars(std::begin(digits), std::end(digits), size).ptr;
    out.append("Content-Length: ").append(std::begin(digits), end).append("\r\n");
}

void append_end_of_head(std::string& out)
{
    out.append("\r\n");
}

} // namespace hicap::http
