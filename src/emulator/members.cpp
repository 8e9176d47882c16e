#include "emulator/members.hpp"

#include "emulator/refusal.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace hicap::emulation {
namespace {

std::string_view view_of(json::string const& text) noexcept
{
    return {text.data(), text.size()};
}

std::string quoted(std::string_view path)
{
    std::string result = "'";
    result += path;
    result += '\'';
    return result;
}

std::string number_text(double value)
{
    auto const whole = static_cast<std::int64_t>(value);
    return static_cast<double>(whole) == value ? std::to_string(whole) : std::to_string(value);
}

bool is_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

// The message is made before the path is moved from.
[[noreturn]] void refuse_at(std::string path, std::string_view what, std::string code)
{
    auto message = quoted(path);
    message += what;
    throw invalid_request(std::move(message), std::move(code), std::move(path));
}

json::object const& object_at(json::value const& value, std::string const& path)
{
    if (auto const* object = value.if_object())
        return *object;
    refuse_type_at(path, "an object", value);
}

} // namespace

std::string_view name_of_kind(json::value const& value) noexcept
{
    switch (value.kind()) {
    case json::kind::null:
        return "null";
    case json::kind::bool_:
        return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
        return "an integer";
    case json::kind::double_:
        return "a decimal number";
    case json::kind::string:
        return "a string";
    case json::kind::array:
        return "an array";
    default:
        return "an object";
    }
}

json::object parse_object(std::string const& body)
{
    json::parse_options options;
    options.max_depth = 128;
    boost::system::error_code failure;
    auto value = json::parse(body, failure, {}, options);
    if (failure)
        throw invalid_request("The body of the request is not JSON: " + failure.message() + '.');
    if (!value.is_object()) {
        std::string message = "The body of the request must be an object and is ";
        message += name_of_kind(value);
        message += '.';
        throw invalid_request(std::move(message));
    }
    return std::move(value.get_object());
}

std::string element_path(std::string_view path, std::size_t index)
{
    std::string result(path);
    result += '[';
    result += std::to_string(index);
    result += ']';
    return result;
}

void refuse_type_at(std::string path, std::string_view expected, json::value const& got)
{
    std::string what = " has the wrong type: it must be ";
    what += expected;
    what += " and is ";
    what += name_of_kind(got);
    what += '.';
    refuse_at(std::move(path), what, "invalid_type");
}

std::string_view text_at(json::value const& value, std::string const& path)
{
    if (auto const* text = value.if_string())
        return view_of(*text);
    refuse_type_at(path, "a string", value);
}

members::members(json::object const& object, std::string path)
    : object_(&object), path_(std::move(path))
{}

members::members(json::value const& value, std::string path)
    : object_(&object_at(value, path)), path_(std::move(path))
{}

std::string members::path_of(std::string_view name) const
{
    auto result = path_;
    if (!result.empty())
        result += '.';
    result += name;
    return result;
}

json::value const* members::find(std::string_view name) const noexcept
{
    auto const* value = object_->if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

json::value const& members::require(std::string_view name) const
{
    if (auto const* value = find(name))
        return *value;
    refuse_at(path_of(name), " is required and missing.", "missing_required_parameter");
}

void members::refuse_type(std::string_view name, std::string_view expected, json::value const& got)
    const
{
    refuse_type_at(path_of(name), expected, got);
}

void members::refuse_value(std::string_view name, std::string_view reason) const
{
    std::string what = " is invalid: ";
    what += reason;
    what += '.';
    refuse_at(path_of(name), what, "invalid_value");
}

std::optional<bool> members::boolean(std::string_view name) const
{
    auto const* value = find(name);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_bool())
        refuse_type(name, "a boolean", *value);
    return value->get_bool();
}

std::optional<std::int64_t>
members::integer(std::string_view name, std::int64_t min, std::int64_t max) const
{
    auto const* value = find(name);
    if (value == nullptr)
        return std::nullopt;
    // The parser makes a uint64 only of what an int64 cannot hold.
    auto const above = value->is_uint64();
    if (!above && !value->is_int64())
        refuse_type(name, "an integer", *value);
    if (above || value->get_int64() > max) {
        refuse_at(
            path_of(name), " may be at most " + std::to_string(max) + ".", "integer_above_max_value"
        );
    }
    if (value->get_int64() < min) {
        refuse_at(
            path_of(name),
            " must be at least " + std::to_string(min) + ".",
            "integer_below_min_value"
        );
    }
    return value->get_int64();
}

std::optional<double> members::number(std::string_view name, double min, double max) const
{
    auto const* value = find(name);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_number())
        refuse_type(name, "a number", *value);
    auto const number = value->to_number<double>();
    if (number > max) {
        refuse_at(
            path_of(name), " may be at most " + number_text(max) + ".", "decimal_above_max_value"
        );
    }
    if (number < min) {
        refuse_at(
            path_of(name), " must be at least " + number_text(min) + ".", "decimal_below_min_value"
        );
    }
    return number;
}

std::optional<std::string_view> members::text(std::string_view name, std::size_t max_size) const
{
    auto const* value = find(name);
    if (value == nullptr)
        return std::nullopt;
    auto path = path_of(name);
    auto const result = text_at(*value, path);
    if (result.size() > max_size) {
        refuse_at(
            std::move(path),
            " may be at most " + std::to_string(max_size) + " characters long.",
            "string_above_max_length"
        );
    }
    return result;
}

std::string_view members::require_text(std::string_view name) const
{
    return text_at(require(name), path_of(name));
}

std::optional<std::string_view>
members::one_of(std::string_view name, std::initializer_list<std::string_view> allowed) const
{
    auto const result = text(name);
    if (result && std::find(allowed.begin(), allowed.end(), *result) == allowed.end()) {
        std::string reason = "it must be one of";
        for (auto const& each : allowed) {
            reason += each == *allowed.begin() ? " " : ", ";
            reason += each;
        }
        refuse_value(name, reason);
    }
    return result;
}

std::optional<members> members::child(std::string_view name) const
{
    auto const* value = find(name);
    if (value == nullptr)
        return std::nullopt;
    return members(*value, path_of(name));
}

members members::require_child(std::string_view name) const
{
    return members(require(name), path_of(name));
}

json::array const*
members::array(std::string_view name, std::size_t min_size, std::size_t max_size) const
{
    auto const* value = find(name);
    if (value == nullptr)
        return nullptr;
    auto const* result = value->if_array();
    if (result == nullptr)
        refuse_type(name, "an array", *value);
    auto path = path_of(name);
    if (result->size() < min_size) {
        refuse_at(
            std::move(path),
            " needs at least " + std::to_string(min_size) + " element(s).",
            result->empty() ? "empty_array" : "array_below_min_length"
        );
    }
    if (result->size() > max_size) {
        refuse_at(
            std::move(path),
            " may have at most " + std::to_string(max_size) + " element(s).",
            "array_above_max_length"
        );
    }
    return result;
}

std::string_view members::require_name(std::string_view name) const
{
    auto const result = require_text(name);
    if (result.empty() || result.size() > 64 ||
        !std::all_of(result.begin(), result.end(), is_name_character))
        refuse_value(name, "it must match ^[a-zA-Z0-9_-]{1,64}$");
    return result;
}

} // namespace hicap::emulation
