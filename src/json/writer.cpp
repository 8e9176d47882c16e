#include "json/writer.hpp"

#include "base/utf8.hpp"
#include "json/text.hpp"

#include <hicap/error.hpp>

#include <charconv>
#include <cmath>

namespace hicap::json {

namespace {

[[noreturn]] void refuse(path const& where, std::string const& why)
{
    auto place = to_string(where);
    if (place.empty())
        place = "the value";
    throw error(errc::invalid_argument, place + " cannot be sent: " + why);
}

template <class Number>
void append_number(std::string& out, Number value)
{
    char digits[32]; // the longest is a double of 24 characters
    auto const result = std::to_chars(std::begin(digits), std::end(digits), value);
    out.append(std::begin(digits), result.ptr);
}

void append_escape(std::string& out, char byte)
{
    constexpr char hex[] = "0123456789abcdef";
    switch (byte) {
    case '"':
        out += "\\\"";
        break;
    case '\\':
        out += "\\\\";
        break;
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    case '\b':
        out += "\\b";
        break;
    case '\f':
        out += "\\f";
        break;
    default:
        out += "\\u00";
        out.push_back(hex[byte >> 4]);
        out.push_back(hex[byte & 0x0F]);
    }
}

} // namespace

std::string to_string(path const& where)
{
    if (!where.parent)
        return {};
    auto text = to_string(*where.parent);
    if (where.name.empty())
        return text + '[' + std::to_string(where.index) + ']';
    if (!text.empty())
        text.push_back('.');
    return text + escape_for_display(where.name, 64);
}

void writer::begin(char bracket)
{
    separate();
    out_.push_back(bracket);
    comma_ = false;
}

void writer::end(char bracket)
{
    out_.push_back(bracket);
    comma_ = true;
}

void writer::literal(std::string_view text)
{
    separate();
    out_.append(text);
}

void writer::plain_name(std::string_view text)
{
    separate();
    out_.push_back('"');
    out_.append(text);
    out_.append("\":");
    comma_ = false;
}

void writer::name(std::string_view text, path const& where)
{
    separate();
    quoted(text, where);
    out_.push_back(':');
    comma_ = false;
}

void writer::integer(std::int64_t value)
{
    separate();
    append_number(out_, value);
}

void writer::number(double value, path const& where)
{
    if (!std::isfinite(value))
        refuse(where, "JSON has no infinity and no NaN");
    separate();
    append_number(out_, value);
}

void writer::string(std::string_view text, path const& where)
{
    separate();
    quoted(text, where);
}

void writer::quoted(std::string_view text, path const& where)
{
    char const* at = text.data();
    char const* const end = at + text.size();
    out_.push_back('"');
    for (;;) {
        char const* const run = at;
        at = skip_plain(at, end);
        out_.append(run, at);
        if (at == end)
            break;
        if (static_cast<unsigned char>(*at) < 0x80) {
            append_escape(out_, *at);
            ++at;
            continue;
        }
        auto const size = utf8_sequence(at, end);
        if (size == 0)
            refuse(
                where,
                "malformed UTF-8 at byte " + std::to_string(at - text.data()) + " of the text"
            );
        out_.append(at, size);
        at += size;
    }
    out_.push_back('"');
}

} // namespace hicap::json
