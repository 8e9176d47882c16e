#include "api/tags.hpp"

#include <hicap/raw_json.hpp>
#include <hicap/unknown_members.hpp>

#include <cstddef>
#include <string_view>

namespace hicap::detail {
namespace {

void append_escape(std::string& out, unsigned code_unit)
{
    static constexpr char hex[] = "0123456789abcdef";
    out += "\\u";
    for (unsigned shift = 16; shift != 0; shift -= 4)
        out += hex[(code_unit >> (shift - 4)) & 0xFU];
}

/// JSON text with every character beyond visible ASCII as an escape: a header is no place for
/// others. Precondition: well-formed UTF-8.
std::string to_ascii(std::string_view json)
{
    std::string out;
    for (std::size_t i = 0; i != json.size();) {
        auto const lead = static_cast<unsigned char>(json[i++]);
        if (lead < 0x7FU) {
            out += static_cast<char>(lead);
            continue;
        }
        if (lead == 0x7FU) {
            append_escape(out, lead);
            continue;
        }
        unsigned const tail = lead >= 0xF0U ? 3 : lead >= 0xE0U ? 2 : 1;
        unsigned code_point = lead & (0x3FU >> tail);
        for (unsigned n = 0; n != tail; ++n)
            code_point = (code_point << 6U) | (static_cast<unsigned char>(json[i++]) & 0x3FU);
        if (code_point >= 0x10000U) {
            append_escape(out, 0xD800U + ((code_point - 0x10000U) >> 10U));
            append_escape(out, 0xDC00U + ((code_point - 0x10000U) & 0x3FFU));
        } else {
            append_escape(out, code_point);
        }
    }
    return out;
}

} // namespace

std::string tags_header(
    std::map<std::string, std::string> const& of_client,
    std::map<std::string, std::string> const& of_call
)
{
    if (of_client.empty() && of_call.empty())
        return {};
    auto merged = of_call;
    merged.insert(of_client.begin(), of_client.end()); // does not replace
    unknown_members members;
    for (auto const& [name, value] : merged)
        members.set(name, raw_json::quoted(value));
    return to_ascii('{' + members.text() + '}');
}

} // namespace hicap::detail
