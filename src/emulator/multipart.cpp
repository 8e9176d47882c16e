#include "emulator/multipart.hpp"

#include "emulator/exchange.hpp"
#include "emulator/refusal.hpp"

#include <algorithm>
#include <utility>

namespace hicap::emulation {
namespace {

constexpr std::size_t max_parts = 64;
constexpr std::size_t max_head_size = 8 * 1024;
constexpr std::size_t max_boundary_size = 70;
constexpr std::string_view line_end = "\r\n";

[[noreturn]] void refuse(std::string what)
{
    throw invalid_request("The body of the request is no form: " + what + '.', "invalid_multipart");
}

bool is_token_character(char c) noexcept
{
    constexpr std::string_view separators = "()<>@,;:\\\"/[]?={}";
    return c > ' ' && c < '\x7f' && separators.find(c) == std::string_view::npos;
}

bool is_boundary_character(char c) noexcept
{
    constexpr std::string_view others = "'()+_,-./:=? ";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

void skip_spaces(std::string_view& text) noexcept
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

std::string take_quoted(std::string_view& text)
{
    std::string result;
    for (std::size_t i = 1; i < text.size(); ++i) {
        auto const escaped =
            text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return result;
        }
        if (escaped)
            ++i;
        result += text[i];
    }
    refuse("a quotation has no end");
}

std::string take_token(std::string_view& text)
{
    auto const* const end = std::find_if_not(text.begin(), text.end(), &is_token_character);
    std::string result(text.begin(), end);
    text.remove_prefix(result.size());
    return result;
}

/// A value of a header, and the parameters after it.
class parametrized
{
public:
    explicit parametrized(std::string_view text)
    {
        auto const end = std::min(text.find(';'), text.size());
        value_ = text.substr(0, end);
        while (value_.ends_with(' ') || value_.ends_with('\t'))
            value_.remove_suffix(1);
        text.remove_prefix(end);
        while (!text.empty())
            take_parameter(text);
    }

    std::string_view value() const noexcept { return value_; }

    std::optional<std::string> parameter(std::string_view name) const
    {
        for (auto const& [each, value] : parameters_) {
            if (equal_ignoring_case(each, name))
                return value;
        }
        return std::nullopt;
    }

private:
    void take_parameter(std::string_view& text)
    {
        if (text.front() != ';')
            refuse("something stands between two parameters of a header");
        text.remove_prefix(1);
        skip_spaces(text);
        auto name = take_token(text);
        if (name.empty() || !text.starts_with('='))
            refuse("a parameter of a header has no name or no value");
        text.remove_prefix(1);
        if (parameter(name))
            refuse("the parameter '" + name + "' comes twice");
        auto value = text.starts_with('"') ? take_quoted(text) : take_token(text);
        skip_spaces(text);
        parameters_.emplace_back(std::move(name), std::move(value));
    }

    std::string_view value_;
    std::vector<std::pair<std::string, std::string>> parameters_;
};

std::string boundary_of(std::string_view content_type)
{
    parametrized const type(content_type);
    if (!equal_ignoring_case(type.value(), "multipart/form-data"))
        refuse("its type is not multipart/form-data");
    auto const boundary = type.parameter("boundary");
    if (!boundary || boundary->empty() || boundary->size() > max_boundary_size ||
        boundary->back() == ' ' ||
        !std::all_of(boundary->begin(), boundary->end(), &is_boundary_character))
        refuse("its type has no boundary of 1 to 70 allowed characters");
    return *boundary;
}

void read_disposition(form_part& part, std::string_view value)
{
    parametrized const disposition(value);
    if (!equal_ignoring_case(disposition.value(), "form-data"))
        refuse("the disposition of a part is not form-data");
    auto name = disposition.parameter("name");
    if (!name || name->empty())
        refuse("a part has no name");
    if (disposition.parameter("filename*"))
        refuse("the part '" + *name + "' has a 'filename*', which forms may not have");
    part.name = std::move(*name);
    part.filename = disposition.parameter("filename");
}

form_part read_head(std::string_view head)
{
    form_part part;
    part.content_type = "text/plain";
    bool has_disposition = false;
    bool has_type = false;
    while (!head.empty()) {
        auto const end = head.find(line_end);
        auto line = head.substr(0, end);
        head.remove_prefix(end + line_end.size());
        auto const name = take_token(line);
        if (name.empty() || !line.starts_with(':') || line.find_first_of("\r\n") != line.npos ||
            line.find('\0') != line.npos)
            refuse("a line in the head of a part is no header");
        line.remove_prefix(1);
        skip_spaces(line);
        if (equal_ignoring_case(name, "content-disposition")) {
            if (std::exchange(has_disposition, true))
                refuse("a part has two dispositions");
            read_disposition(part, line);
        } else if (equal_ignoring_case(name, "content-type")) {
            if (std::exchange(has_type, true))
                refuse("a part has two types");
            part.content_type = parametrized(line).value();
        } else if (equal_ignoring_case(name, "content-transfer-encoding")) {
            if (!equal_ignoring_case(line, "binary") && !equal_ignoring_case(line, "8bit") &&
                !equal_ignoring_case(line, "7bit"))
                refuse("a part has a transfer encoding, which forms may not have");
        }
    }
    if (!has_disposition)
        refuse("a part has no disposition");
    return part;
}

// Takes the head of a part and the empty line after it.
form_part take_head(std::string_view& rest)
{
    if (rest.starts_with(line_end))
        refuse("a part has no head");
    auto const end = rest.substr(0, max_head_size + 4).find("\r\n\r\n");
    if (end == std::string_view::npos)
        refuse("the head of a part has no end within 8 KiB");
    auto part = read_head(rest.substr(0, end + line_end.size()));
    rest.remove_prefix(end + 2 * line_end.size());
    return part;
}

} // namespace

std::vector<form_part> parse_form(std::string_view content_type, std::string_view body)
{
    auto const delimiter = "--" + boundary_of(content_type);
    auto const delimiter_in_body = std::string(line_end) + delimiter;
    if (!body.starts_with(delimiter))
        refuse("it does not begin with its boundary");
    auto rest = body.substr(delimiter.size());

    std::vector<form_part> parts;
    while (!rest.starts_with("--")) {
        skip_spaces(rest);
        if (!rest.starts_with(line_end))
            refuse("a boundary is not alone in its line");
        rest.remove_prefix(line_end.size());
        if (parts.size() == max_parts)
            refuse("it has more than 64 parts");
        auto part = take_head(rest);
        auto const end = rest.find(delimiter_in_body);
        if (end == std::string_view::npos)
            refuse("its last boundary is missing");
        part.content = rest.substr(0, end);
        rest.remove_prefix(end + delimiter_in_body.size());
        parts.push_back(std::move(part));
    }
    rest.remove_prefix(2);
    skip_spaces(rest);
    if (!rest.empty() && rest != line_end)
        refuse("something follows its last boundary");
    if (parts.empty())
        refuse("it has no part");
    return parts;
}

} // namespace hicap::emulation
