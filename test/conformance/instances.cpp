#include "conformance/instances.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace conformance {

namespace {

constexpr std::string_view schemas_pointer = "#/components/schemas/";

json::value const* find(json::object const& object, json::string_view name)
{
    return object.if_contains(name);
}

std::string text_of(json::value const& value)
{
    return {value.as_string().data(), value.as_string().size()};
}

/// Such as `{"required":["image"]}`: says nothing of what the value is.
bool is_mere_condition(json::object const& schema)
{
    return std::all_of(schema.begin(), schema.end(), [](auto const& member) {
        return member.key() == "required" || member.key() == "description";
    });
}

std::vector<json::object const*> listed_in(json::object const& schema)
{
    for (json::string_view const key : {"oneOf", "anyOf"}) {
        auto const* const list = find(schema, key);
        if (!list)
            continue;
        std::vector<json::object const*> found;
        for (auto const& each : list->as_array())
            found.push_back(&each.as_object());
        return found;
    }
    return {};
}

} // namespace

json::object const& resolve(json::value const& document, json::object const& schema)
{
    auto const name = referred(schema);
    if (name.empty())
        return schema;
    auto const& schemas = document.at("components").at("schemas").as_object();
    return resolve(document, schemas.at(name).as_object());
}

json::object const& properties(json::object const& schema)
{
    static json::object const none;
    auto const* const found = find(schema, "properties");
    return found ? found->as_object() : none;
}

std::string referred(json::object const& schema)
{
    auto const* const reference = find(schema, "$ref");
    return reference ? text_of(*reference).substr(schemas_pointer.size()) : std::string();
}

bool is_null(json::object const& schema)
{
    auto const* const type = find(schema, "type");
    return type && *type == "null";
}

std::vector<json::object const*> alternatives(json::object const& schema)
{
    auto found = listed_in(schema);
    found.erase(
        std::remove_if(
            found.begin(),
            found.end(),
            [](auto const* each) { return is_null(*each) || is_mere_condition(*each); }
        ),
        found.end()
    );
    return found;
}

std::vector<json::object const*>
all_alternatives(json::value const& document, json::object const& schema)
{
    std::vector<json::object const*> found;
    for (auto const* each : alternatives(schema)) {
        auto const within = all_alternatives(document, resolve(document, *each));
        if (within.empty())
            found.push_back(each);
        else
            found.insert(found.end(), within.begin(), within.end());
    }
    return found;
}

json::value instance_maker::make(json::object const& schema, members which)
{
    which_ = which;
    site_ = 0;
    future_ = 0;
    return make(schema);
}

void instance_maker::for_each(
    json::object const& schema, std::function<void(json::value const& instance)> const& visit
)
{
    visit(make(schema, members::required));
    visit(make(schema, members::all_and_unknown));
    options_.clear();
    visit(make(schema, members::all));
    auto const sites = std::move(options_);
    for (std::size_t site = 0; site != sites.size(); ++site) {
        for (std::size_t option = 1; option < sites[site]; ++option) {
            other_site_ = site;
            other_option_ = option;
            visit(make(schema, members::all));
        }
    }
    other_site_ = nowhere;
    options_.clear();
}

std::size_t instance_maker::decide(std::size_t options)
{
    if (depth_ > 1 || which_ != members::all)
        return 0;
    auto const site = site_++;
    if (other_site_ == nowhere)
        options_.push_back(options);
    return site == other_site_ ? std::min(other_option_, options - 1) : 0;
}

json::value instance_maker::make(json::object const& schema)
{
    if (find(schema, "$ref")) {
        ++depth_;
        auto made = make(resolve(document_, schema));
        --depth_;
        return made;
    }
    if (auto const* const parts = find(schema, "allOf")) {
        json::object made;
        for (auto const& part : parts->as_array()) {
            auto const more = make(part.as_object());
            for (auto const& member : more.as_object())
                made[member.key()] = member.value();
        }
        return made;
    }
    if (auto const kinds = all_alternatives(document_, schema); !kinds.empty())
        return make_union(schema, kinds);
    forced_ = 0;

    if (auto const* const values = find(schema, "enum")) {
        auto options = values->as_array();
        if (options.front().is_string())
            options.emplace_back(from_the_future);
        return options[decide(options.size())];
    }
    auto const* const type = find(schema, "type");
    if (!type && find(schema, "properties"))
        return make_object(schema);
    if (!type)
        return find(schema, "items") ? make_array(schema) : make_anything();
    json::array types = type->is_array() ? type->as_array() : json::array{*type};
    auto const& which = types.size() == 1 ? types.front() : types[decide(types.size())];
    if (which == "object")
        return make_object(schema);
    if (which == "array")
        return make_array(schema);
    if (which == "string")
        return make_string(schema);
    if (which == "integer")
        return make_integer(schema);
    if (which == "number")
        return make_number(schema);
    if (which == "boolean")
        return decide(2) == 0;
    return nullptr;
}

json::value instance_maker::make_union(
    json::object const& schema, std::vector<json::object const*> const& kinds
)
{
    auto const tag = kinds.size() == 1 ? std::string() : tag_of(kinds);
    bool const nullable = has_null(schema);
    auto const forced = std::exchange(forced_, 0);
    auto const chosen = forced != 0
                            ? forced - 1
                            : decide(kinds.size() + (nullable ? 1 : 0) + (tag.empty() ? 0 : 1));
    if (chosen < kinds.size())
        return make(*kinds[chosen]);
    if (nullable && chosen == kinds.size())
        return nullptr;
    return json::object{
        {tag, from_the_future},
        {from_the_future, json::array{1, nullptr, json::object{{"a", 0.5}}}}};
}

bool instance_maker::has_null(json::object const& schema)
{
    auto const listed = listed_in(schema);
    return std::any_of(listed.begin(), listed.end(), [this](auto const* each) {
        return is_null(*each) || has_null(resolve(document_, *each));
    });
}

json::object const& instance_maker::properties_of(json::object const& schema)
{
    auto const& meant = resolve(document_, schema);
    if (auto const* const parts = find(meant, "allOf"))
        return properties_of(parts->as_array().front().as_object());
    return properties(meant);
}

std::string instance_maker::tag_of(std::vector<json::object const*> const& kinds)
{
    for (json::string_view const tag : {"type", "role"}) {
        bool const has_it = std::any_of(kinds.begin(), kinds.end(), [&](auto const* each) {
            auto const* const property = properties_of(*each).if_contains(tag);
            return property && property->is_object() && find(property->as_object(), "enum");
        });
        if (has_it)
            return {tag.data(), tag.size()};
    }
    return {};
}

json::value instance_maker::make_object(json::object const& schema)
{
    json::object made;
    bool const has_properties = schema.contains("properties");
    auto const* const required = find(schema, "required");
    auto const is_in = [](json::value const* list, json::string_view name) {
        return list &&
               std::any_of(list->as_array().begin(), list->as_array().end(), [&](auto& each) {
                   return each == name;
               });
    };
    json::value const* one_needed = nullptr;
    for (auto const* each : listed_in(schema)) {
        if (is_mere_condition(*each) && !one_needed)
            one_needed = find(*each, "required");
    }
    for (auto const& property : properties(schema)) {
        auto const name = property.key();
        bool const needed = is_in(required, name) || is_in(one_needed, name);
        if (!needed && which_ == members::required)
            continue;
        auto const& meant = property.value().as_object();
        auto const* const values = find(meant, "enum");
        bool const is_tag = values && values->as_array().size() == 1;
        // There, null, left out.
        auto const how = is_tag && needed ? 0 : decide(needed ? 2 : 3);
        if (how == 0)
            made[name] = make(meant);
        else if (how == 1 && !is_tag)
            made[name] = nullptr;
    }
    if (auto const* const never = find(schema, "not")) {
        auto const& names = never->as_object().at("required").as_array();
        if (std::all_of(names.begin(), names.end(), [&](auto const& name) {
                return made.contains(name.as_string());
            }))
            made.erase(names.back().as_string());
    }

    auto const* const further = find(schema, "additionalProperties");
    if (!has_properties && further && further->is_object()) {
        made["key"] = make(further->as_object());
        if (which_ != members::required) {
            made["Gr\u00fc\u00dfe \"\\"] = make(further->as_object());
            made[""] = make(further->as_object());
        }
        return decide(2) == 0 ? json::value(made) : json::value(json::object());
    }
    if (!has_properties)
        return make_anything();
    if (which_ == members::all_and_unknown) {
        static std::array<json::value, 7> const values = {
            1,
            "text \xf0\x9f\x98\x80",
            nullptr,
            0.25,
            true,
            json::array{1, json::array{}, json::object{}},
            json::object{{"type", "x"}, {"n", std::numeric_limits<std::int64_t>::max()}}};
        made[from_the_future] = values[future_++ % values.size()];
    }
    return made;
}

json::value instance_maker::make_array(json::object const& schema)
{
    json::array made;
    auto const* const items = find(schema, "items");
    auto const element = [&] { return items ? make(items->as_object()) : make_anything(); };
    auto const size = decide(3);
    if (size == 1)
        return made;
    made.push_back(element());
    if (size == 2)
        made.push_back(element());
    // In a list at hand, one of each kind.
    if (items && size == 0 && depth_ == 0 && which_ != members::required) {
        auto const kinds = all_alternatives(document_, resolve(document_, items->as_object()));
        for (std::size_t i = 1; i < kinds.size(); ++i) {
            forced_ = i + 1;
            made.push_back(element());
        }
    }
    return made;
}

json::value instance_maker::make_string(json::object const& schema)
{
    if (auto const* const pattern = find(schema, "pattern"))
        return pattern->as_string().starts_with("^tunnel_")
                   ? json::value("tunnel_" + std::string(32, 'a'))
                   : json::value("name_1");
    auto const* const format = find(schema, "format");
    static constexpr char escaped[] = "quote \" slash \\ / tab \t line \n bell \x07 zero \0 end";
    static std::array<json::value, 4> const texts = {
        "text",
        "Gr\xc3\xbc\xc3\x9f"
        "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80 \xe2\x80\xa8 \x7f",
        json::string(escaped, sizeof escaped - 1),
        ""};
    auto const option = decide(texts.size());
    if (option == 0 && format && *format == "uri")
        return "https://example.com/a?b=c";
    return texts[option];
}

json::value instance_maker::make_integer(json::object const& schema)
{
    auto const* const low = find(schema, "minimum");
    auto const* const high = find(schema, "maximum");
    // Bounds too large for an integer are none.
    bool const has_low = low && low->is_int64();
    std::int64_t const usual = has_low ? std::max<std::int64_t>(low->as_int64(), 0) + 1 : 7;
    bool const bounded = high && high->is_int64();
    std::int64_t const first = bounded ? std::min(usual, high->as_int64()) : usual;
    using limits = std::numeric_limits<std::int64_t>;
    std::vector<std::int64_t> const numbers = {
        first, 0, -1, (std::int64_t(1) << 53) + 1, limits::max(), limits::min()};
    return numbers[decide(numbers.size())];
}

json::value instance_maker::make_number(json::object const& schema)
{
    (void)schema;
    static std::array<json::value, 8> const numbers = {
        0.5, 0, -1.5, 0.1, 1e300, 5e-324, 1e21, 9007199254740992};
    return numbers[decide(numbers.size())];
}

json::value instance_maker::make_anything()
{
    static std::array<json::value, 2> const objects = {
        json::object{
            {"type", "object"},
            {"properties",
             {{"Stra\xc3\x9f"
               "e",
               {{"type", "string"}, {"default", nullptr}}}}},
            {"required", json::array{"a", 1, 0.5, true}},
            {"n", std::numeric_limits<std::int64_t>::min()}},
        json::object{}};
    return objects[decide(objects.size())];
}

} // namespace conformance
