#include "emulator/json_instance.hpp"

#include "emulator/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace hicap::emulation {
namespace json = boost::json;

namespace {

// A schema that refers to itself has no smallest instance, so depth ends it.
constexpr int max_depth = 24;
// And one that refers to itself twice doubles with each level, so the number of values ends it.
constexpr int max_values = 10'000;
// Below this depth an array is as short as it may be.
constexpr int max_depth_of_filled_arrays = 6;
constexpr std::int64_t max_array_size = 64;
constexpr std::int64_t max_string_size = 4096;

// The schema of what has none.
json::value const anything;

std::string_view view_of(json::string const& text) noexcept
{
    return {text.data(), text.size()};
}

std::int64_t
integer_member(json::object const& schema, std::string_view name, std::int64_t otherwise) noexcept
{
    auto const* value = schema.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

double number_member(json::object const& schema, std::string_view name, double otherwise)
{
    auto const* value = schema.if_contains(name);
    return value != nullptr && value->is_number() ? value->to_number<double>() : otherwise;
}

// `type` may be a list: the first that is not "null" is taken.
std::string_view type_of(json::object const& schema) noexcept
{
    if (auto const* type = schema.if_contains("type")) {
        if (auto const* name = type->if_string())
            return view_of(*name);
        if (auto const* list = type->if_array()) {
            for (auto const& each : *list) {
                if (each.is_string() && each.get_string() != "null")
                    return view_of(each.get_string());
            }
            return "null";
        }
    }
    if (schema.contains("properties") || schema.contains("required"))
        return "object";
    if (schema.contains("items") || schema.contains("prefixItems"))
        return "array";
    return "string";
}

json::value number_instance(json::object const& schema, bool whole)
{
    constexpr double largest_exact_integer = 9'007'199'254'740'992.0;
    constexpr double small_step = 0.5;
    auto const infinity = std::numeric_limits<double>::infinity();
    auto const step = whole ? 1.0 : small_step;
    auto const low = std::max(
        number_member(schema, "minimum", -infinity),
        number_member(schema, "exclusiveMinimum", -infinity) + step
    );
    auto const high = std::min(
        number_member(schema, "maximum", infinity),
        number_member(schema, "exclusiveMaximum", infinity) - step
    );
    auto value = std::min(std::max(1.0, low), high);
    if (auto const multiple = number_member(schema, "multipleOf", 0); multiple > 0) {
        value = std::ceil(value / multiple) * multiple;
        if (value > high)
            value -= multiple;
    }
    if (whole)
        value = std::ceil(value);
    if (std::abs(value) <= largest_exact_integer && value == std::floor(value))
        return static_cast<std::int64_t>(value);
    return value;
}

std::string string_instance(json::object const& schema, std::string_view words)
{
    if (auto const* format = schema.if_contains("format");
        format != nullptr && format->is_string()) {
        auto const name = view_of(format->get_string());
        if (name == "date-time")
            return "2025-01-31T12:00:00Z";
        if (name == "date")
            return "2025-01-31";
        if (name == "time")
            return "12:00:00Z";
        if (name == "duration")
            return "PT1H";
        if (name == "email")
            return "user@example.com";
        if (name == "hostname")
            return "example.com";
        if (name == "uri")
            return "https://example.com/";
        if (name == "uuid")
            return "00000000-0000-4000-8000-000000000000";
        if (name == "ipv4")
            return "192.0.2.1";
        if (name == "ipv6")
            return "2001:db8::1";
    }
    auto const min =
        std::clamp<std::int64_t>(integer_member(schema, "minLength", 0), 0, max_string_size);
    auto const max =
        std::max<std::int64_t>(integer_member(schema, "maxLength", max_string_size), 0);
    std::string result(first_code_points(words, static_cast<std::size_t>(max)));
    // Lengths count code points. Padding by the size in bytes would be too short.
    auto length = static_cast<std::int64_t>(count_code_points(result));
    for (; length < min; ++length)
        result += '.';
    return result;
}

class builder
{
public:
    builder(json::value const& root, std::string_view words) : root_(root), words_(words) {}

    json::value build(json::value const& schema, int depth)
    {
        if (depth > max_depth || ++values_ > max_values)
            return nullptr;
        auto const* object = schema.if_object();
        if (object == nullptr)
            return json::value(json::string_view(words_.data(), words_.size()));
        if (auto const* constant = object->if_contains("const"))
            return *constant;
        if (auto const* choices = array_member(*object, "enum"))
            return choices->front();
        if (auto const* reference = object->if_contains("$ref"))
            return build(resolve(*reference), depth + 1);
        for (auto const* name : {"anyOf", "oneOf"}) {
            if (auto const* variants = array_member(*object, name))
                return build(variants->front(), depth + 1);
        }
        if (auto const* parts = array_member(*object, "allOf"))
            return build_all(*object, *parts, depth);
        return build_type(*object, depth);
    }

private:
    static json::array const* array_member(json::object const& schema, std::string_view name)
    {
        auto const* value = schema.if_contains(name);
        auto const* array = value != nullptr ? value->if_array() : nullptr;
        return array != nullptr && !array->empty() ? array : nullptr;
    }

    json::value const& resolve(json::value const& reference) const
    {
        auto const* text = reference.if_string();
        if (text == nullptr || !text->starts_with('#'))
            return anything;
        if (text->size() == 1)
            return root_;
        boost::system::error_code failure;
        auto const* target = root_.find_pointer(text->subview(1), failure);
        return target != nullptr ? *target : anything;
    }

    // Objects are merged; of other types the first part decides.
    json::value build_all(json::object const& schema, json::array const& parts, int depth)
    {
        json::object merged;
        for (auto const& part : parts) {
            auto value = build(part, depth + 1);
            auto* object = value.if_object();
            if (object == nullptr)
                return value;
            for (auto& member : *object)
                merged.insert_or_assign(member.key(), std::move(member.value()));
        }
        if (schema.contains("properties")) {
            auto own = build_object(schema, depth);
            for (auto& member : own)
                merged.insert_or_assign(member.key(), std::move(member.value()));
        }
        return merged;
    }

    json::value build_type(json::object const& schema, int depth)
    {
        auto const type = type_of(schema);
        if (type == "object")
            return build_object(schema, depth);
        if (type == "array")
            return build_array(schema, depth);
        if (type == "integer")
            return number_instance(schema, true);
        if (type == "number")
            return number_instance(schema, false);
        if (type == "boolean")
            return true;
        if (type == "null")
            return nullptr;
        return json::value(json::string(string_instance(schema, words_)));
    }

    json::object build_object(json::object const& schema, int depth)
    {
        json::object result;
        auto const* required = array_member(schema, "required");
        if (required == nullptr)
            return result;
        auto const* found = schema.if_contains("properties");
        auto const* properties = found != nullptr ? found->if_object() : nullptr;
        for (auto const& name : *required) {
            if (!name.is_string())
                continue;
            auto const* property =
                properties != nullptr ? properties->if_contains(name.get_string()) : nullptr;
            result.insert_or_assign(
                name.get_string(), build(property != nullptr ? *property : anything, depth + 1)
            );
        }
        return result;
    }

    json::array build_array(json::object const& schema, int depth)
    {
        json::array result;
        if (auto const* each = array_member(schema, "prefixItems")) {
            for (auto const& item : *each)
                result.push_back(build(item, depth + 1));
        }
        auto const wanted = depth < max_depth_of_filled_arrays ? 1 : 0;
        auto const size = std::min(
            {std::max<std::int64_t>(integer_member(schema, "minItems", 0), wanted),
             std::max<std::int64_t>(integer_member(schema, "maxItems", max_array_size), 0),
             max_array_size}
        );
        auto const* items = schema.if_contains("items");
        while (static_cast<std::int64_t>(result.size()) < size)
            result.push_back(build(items != nullptr ? *items : anything, depth + 1));
        return result;
    }

    json::value const& root_;
    std::string_view words_;
    int values_ = 0;
};

} // namespace

json::value instance_of(json::value const& schema, std::string_view words)
{
    return builder(schema, words).build(schema, 0);
}

} // namespace hicap::emulation
