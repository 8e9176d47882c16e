#include "emulator/target.hpp"

#include "emulator/refusal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace hicap::emulation {
namespace {

namespace json = boost::json;

constexpr std::string_view list_mark = "[]";

std::optional<unsigned> hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<unsigned>(c - 'a') + 10U;
    if (c >= 'A' && c <= 'F')
        return static_cast<unsigned>(c - 'A') + 10U;
    return std::nullopt;
}

std::string decode_form(std::string_view text)
{
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return percent_decode(spaced);
}

json::value value_of(std::string_view text, typed_member::kind type)
{
    if (type == typed_member::kind::boolean && (text == "true" || text == "false"))
        return text == "true";
    if (type == typed_member::kind::integer) {
        std::int64_t number = 0;
        auto const* const end = text.data() + text.size();
        auto const parsed = std::from_chars(text.data(), end, number);
        if (parsed.ec == std::errc() && parsed.ptr == end && !text.empty())
            return number;
    }
    return json::string(text);
}

} // namespace

std::vector<std::string_view> split_path(std::string_view path)
{
    std::vector<std::string_view> segments;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        auto const end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

std::string percent_decode(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i != text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        auto const high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
        auto const low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
        if (!high || !low)
            throw invalid_request("In the target of the request a '%' begins no escape.");
        result += static_cast<char>(static_cast<unsigned char>(*high * 16U + *low));
        i += 2;
    }
    return result;
}

text_pairs read_query(std::string_view target)
{
    text_pairs result;
    auto const mark = target.find('?');
    if (mark == std::string_view::npos)
        return result;
    auto rest = target.substr(mark + 1);
    while (!rest.empty()) {
        auto const end = std::min(rest.find('&'), rest.size());
        auto const pair = rest.substr(0, end);
        auto const equals = std::min(pair.find('='), pair.size());
        auto const value = pair.substr(std::min(equals + 1, pair.size()));
        if (!pair.empty())
            result.emplace_back(decode_form(pair.substr(0, equals)), decode_form(value));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return result;
}

json::object object_of_texts(text_pairs const& texts, std::initializer_list<typed_member> typed)
{
    json::object result;
    for (auto const& [whole_name, text] : texts) {
        std::string_view name = whole_name;
        auto const is_list = name.ends_with(list_mark);
        if (is_list)
            name.remove_suffix(list_mark.size());
        auto const* const known =
            std::find_if(typed.begin(), typed.end(), [name](typed_member const& each) {
                return each.name == name;
            });
        json::value value = json::string(text);
        if (known != typed.end())
            value = value_of(text, known->type);
        auto* const before = result.if_contains(name);
        if (before == nullptr) {
            if (is_list)
                result[name] = json::array({std::move(value)});
            else
                result[name] = std::move(value);
            continue;
        }
        if (!before->is_array())
            *before = json::array({std::move(*before)});
        before->get_array().push_back(std::move(value));
    }
    return result;
}

} // namespace hicap::emulation
