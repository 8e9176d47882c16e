#include "http/multipart.hpp"

#include "base/text.hpp"
#include "http/request_head.hpp"

#include <array>
#include <utility>

namespace hicap::http {
namespace {

/// Quote and line breaks are what a quoted name cannot hold, and some servers take a backslash for
/// the beginning of an escape, others not.
std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"')
            out += "%22";
        else if (c == '\\')
            out += "%5C";
        else if (c == '\r')
            out += "%0D";
        else if (c == '\n')
            out += "%0A";
        else
            out += c;
    }
    out += '"';
    return out;
}

} // namespace

std::string part_head(
    std::string_view boundary,
    std::string_view name,
    std::string_view filename,
    std::string_view content_type
)
{
    std::string out = "--";
    out += boundary;
    out += "\r\nContent-Disposition: form-data; name=";
    out += quoted(name);
    if (!filename.empty())
        out += "; filename=" + quoted(filename);
    out += "\r\n";
    if (!content_type.empty())
        append_header(out, "Content-Type", content_type);
    out += "\r\n";
    return out;
}

std::string form_end(std::string_view boundary)
{
    std::string out = "--";
    out += boundary;
    out += "--\r\n";
    return out;
}

std::string form_content_type(std::string_view boundary)
{
    std::string out = "multipart/form-data; boundary=";
    out += boundary;
    return out;
}

std::string_view content_type_of(std::string_view filename) noexcept
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> known = {{
        {"png", "image/png"},
        {"jpg", "image/jpeg"},
        {"jpeg", "image/jpeg"},
        {"webp", "image/webp"},
    }};
    auto const dot = filename.rfind('.');
    if (dot != std::string_view::npos) {
        for (auto const& [ending, type] : known)
            if (equal_ignoring_case(filename.substr(dot + 1), ending))
                return type;
    }
    return "application/octet-stream";
}

} // namespace hicap::http
