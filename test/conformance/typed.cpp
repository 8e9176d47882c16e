#include "conformance/typed.hpp"

#include <algorithm>

namespace conformance {

namespace {

template <class Table>
Table const& as(codec::type const& how)
{
    return static_cast<Table const&>(how);
}

std::string_view view_of(json::string_view text)
{
    return {text.data(), text.size()};
}

json::string_view to_json(std::string_view text)
{
    return {text.data(), text.size()};
}

bool is_left_to_extra(std::span<left_to_extra const> untyped, std::string_view member)
{
    return std::any_of(untyped.begin(), untyped.end(), [&](auto const& each) {
        return each.member == member;
    });
}

/// Whether a type of C++ is there for values of that type of JSON.
bool is_for(codec::type const& how, std::string_view type)
{
    switch (how.kind) {
    case codec::kind::string:
        return type == "string";
    case codec::kind::boolean:
        return type == "boolean";
    case codec::kind::int32:
    case codec::kind::int64:
        return type == "integer";
    case codec::kind::number:
        return type == "number";
    case codec::kind::array:
        return type == "array";
    case codec::kind::map:
    case codec::kind::object:
        return type == "object";
    default:
        return true;
    }
}

bool allows_null(json::value const& document, json::object const& said)
{
    auto const& schema = resolve(document, said);
    if (is_null(schema))
        return true;
    if (auto const* const type = schema.if_contains("type"); type && type->is_array()) {
        auto const& list = type->get_array();
        return std::find(list.begin(), list.end(), json::value("null")) != list.end();
    }
    for (json::string_view const key : {"oneOf", "anyOf", "allOf"}) {
        auto const* const list = schema.if_contains(key);
        if (!list)
            continue;
        for (auto const& each : list->as_array()) {
            if (allows_null(document, each.as_object()))
                return true;
        }
    }
    return false;
}

/// Whether the schema, or one that it is made of, requires the member.
bool requires_member(
    json::value const& document, json::object const& said, json::string_view member
)
{
    auto const& schema = resolve(document, said);
    if (auto const* const list = schema.if_contains("required")) {
        auto const& names = list->as_array();
        if (std::find(names.begin(), names.end(), json::value(member)) != names.end())
            return true;
    }
    auto const* const parts = schema.if_contains("allOf");
    return parts &&
           std::any_of(parts->as_array().begin(), parts->as_array().end(), [&](auto const& part) {
               return requires_member(document, part.as_object(), member);
           });
}

} // namespace

void* place::reach() const
{
    void* value = root_;
    for (auto const& [how, index] : steps_) {
        switch (how->kind) {
        case codec::kind::optional:
        case codec::kind::nullable:
            value = as<codec::optional_type>(*how).engage(value);
            break;
        case codec::kind::array: {
            auto const& table = as<codec::array_type>(*how);
            if (table.size(value) == 0)
                table.resize(value, 1);
            value = table.at(value, 0);
            break;
        }
        case codec::kind::map:
            value = as<codec::map_type>(*how).insert(value, "key");
            break;
        case codec::kind::object:
            value = as<codec::object_type>(*how).members()[index].at(value);
            break;
        case codec::kind::choice:
            value = as<codec::choice_type>(*how).alternatives[index].hold(value);
            break;
        default:
            break;
        }
    }
    return value;
}

place place::then(step taken, codec::type const* to) const
{
    auto made = *this;
    made.steps_.push_back(taken);
    made.how_ = to;
    made.whole_ = nullptr;
    return made;
}

place place::within() const
{
    switch (how_->kind) {
    case codec::kind::array:
        return then({how_, 0}, as<codec::array_type>(*how_).element);
    case codec::kind::map:
        return then({how_, 0}, as<codec::map_type>(*how_).value);
    default:
        return then({how_, 0}, as<codec::optional_type>(*how_).value);
    }
}

place place::part(std::size_t index) const
{
    if (how_->kind == codec::kind::choice)
        return then({how_, index}, as<codec::choice_type>(*how_).alternatives[index].type);
    return then({how_, index}, as<codec::object_type>(*how_).members()[index].type);
}

mapping::mapping(
    json::value const& document,
    std::span<body const> bodies,
    std::span<left_to_extra const> untyped
)
    : document_(document), untyped_(untyped)
{
    for (auto const& root : bodies) {
        json::object const reference{{"$ref", "#/components/schemas/" + std::string(root.schema)}};
        walk(reference, place(root), std::string(root.schema));
    }
}

void mapping::complain(std::string const& where, std::string_view what)
{
    complaints_.push_back(where + ": " + std::string(what));
}

void mapping::walk(json::object const& schema, place const& at, std::string const& where)
{
    if (auto const name = referred(schema); !name.empty()) {
        auto& known = places_[name];
        bool const is_new = std::none_of(known.begin(), known.end(), [&](auto const& each) {
            return &each.how() == &at.how() && each.whole() == at.whole();
        });
        if (is_new)
            known.push_back(at);
        auto const& schemas = document_.at("components").at("schemas").as_object();
        walk(schemas.at(name).as_object(), at, name);
        return;
    }
    auto const kind = at.how().kind;
    if (kind == codec::kind::raw || !seen_.emplace(&schema, &at.how()).second)
        return;
    if (kind == codec::kind::optional || kind == codec::kind::nullable) {
        walk(schema, at.within(), where);
        return;
    }
    if (auto const* const parts = schema.if_contains("allOf")) {
        for (auto const& part : parts->as_array())
            walk(part.as_object(), at.as_part_of(schema), where);
        return;
    }
    auto const kinds = alternatives(schema);
    if (kind == codec::kind::choice) {
        walk_kinds(kinds.empty() ? std::vector{&schema} : kinds, at, where);
        return;
    }
    for (auto const* each : kinds)
        walk(*each, at, where);
    if (!kinds.empty())
        return;

    auto const* const type = schema.if_contains("type");
    json::array const types =
        !type ? json::array() : (type->is_array() ? type->as_array() : json::array{*type});
    for (auto const& each : types) {
        auto const said = view_of(each.as_string());
        if (said != "null" && !is_for(at.how(), said))
            complain(where, "the type is not for a " + std::string(said));
    }
    if (kind == codec::kind::string) {
        if (auto const* const values = schema.if_contains("enum")) {
            for (auto const& value : values->as_array()) {
                if (value.is_string())
                    listed_[&at.how()].emplace(view_of(value.get_string()));
            }
        }
    } else if (kind == codec::kind::object) {
        walk_members(schema, at, where);
    } else if (kind == codec::kind::map) {
        auto const* const values = schema.if_contains("additionalProperties");
        if (values && values->is_object())
            walk(values->as_object(), at.within(), where + ".*");
    } else if (kind == codec::kind::array) {
        if (auto const* const items = schema.if_contains("items"))
            walk(items->as_object(), at.within(), where + "[]");
    }
}

void mapping::walk_kinds(
    std::vector<json::object const*> const& schemas, place const& at, std::string const& where
)
{
    auto const& table = as<codec::choice_type>(at.how());
    instance_maker maker(document_);
    for (auto const* schema : schemas) {
        auto const& meant = resolve(document_, *schema);
        if (!alternatives(meant).empty()) { // a union in a union
            walk(*schema, at, where);
            continue;
        }
        for (auto const members :
             {instance_maker::members::all, instance_maker::members::required}) {
            auto const text = json::serialize(maker.make(*schema, members));
            auto* const value = at.reach();
            auto const result = codec::decode_value({text.data(), text.size()}, table, value);
            auto const index = table.index(value);
            auto const& chosen = table.alternatives[index];
            if (!result || chosen.type->kind == codec::kind::unknown) {
                complain(where, "no kind of the type is for " + text);
                continue;
            }
            kinds_.emplace(&table, index);
            walk(*schema, at.part(index), where);
        }
    }
}

void mapping::walk_members(json::object const& schema, place const& at, std::string const& where)
{
    auto const& table = as<codec::object_type>(at.how());
    for (auto const& property : properties(schema)) {
        auto const name = view_of(property.key());
        auto const members = table.members();
        auto const found = std::find_if(members.begin(), members.end(), [&](auto const& member) {
            return member.name == name;
        });
        if (found != members.end()) {
            auto const index = static_cast<std::size_t>(found - members.begin());
            auto& facts = members_[{&table, index}];
            facts.where = where + '.' + std::string(name);
            facts.nullable |= allows_null(document_, property.value().as_object());
            facts.omissible |=
                !requires_member(document_, schema, property.key()) &&
                !(at.whole() && requires_member(document_, *at.whole(), property.key()));
            ++facts.schemas;
            walk(property.value().as_object(), at.part(index), where + '.' + std::string(name));
            continue;
        }
        auto const* const values = property.value().as_object().if_contains("enum");
        bool const is_tag = !table.tag.empty() && table.tag_key == name && values &&
                            values->as_array() == json::array{to_json(table.tag)};
        if (!is_tag && !is_left_to_extra(untyped_, name))
            complain(where, "the type has no member " + std::string(name));
    }
}

namespace {

class inspector
{
public:
    explicit inspector(std::span<left_to_extra const> untyped) : untyped_(untyped) {}

    void look(codec::type const& how, void const* value, std::string const& where)
    {
        switch (how.kind) {
        case codec::kind::optional:
        case codec::kind::nullable: {
            auto const& table = as<codec::optional_type>(how);
            if (auto const* const held = table.get(value))
                look(*table.value, held, where);
            break;
        }
        case codec::kind::array: {
            auto const& table = as<codec::array_type>(how);
            for (std::size_t i = 0; i != table.size(value); ++i)
                look(*table.element, table.at(value, i), where + '[' + std::to_string(i) + ']');
            break;
        }
        case codec::kind::map:
            look_at_entries(as<codec::map_type>(how), value, where);
            break;
        case codec::kind::object:
            look_at_members(as<codec::object_type>(how), value, where);
            break;
        case codec::kind::choice: {
            auto const& table = as<codec::choice_type>(how);
            auto const& held = table.alternatives[table.index(value)];
            look(*held.type, held.hold(const_cast<void*>(value)), where);
            break;
        }
        case codec::kind::unknown: {
            auto const& kept = *static_cast<hicap::unknown const*>(value);
            if (!is_of_no_kind(kept))
                found.push_back(where + " is unknown: " + kept.json.text());
            break;
        }
        default:
            break;
        }
    }

    std::vector<std::string> found;

private:
    /// Whether it is of a new kind, or lacks what tells the kinds apart.
    static bool is_of_no_kind(hicap::unknown const& kept)
    {
        if (to_json(kept.type) == from_the_future)
            return true;
        auto const value = json::parse(to_json(kept.json.text()));
        if (!value.is_object())
            return false;
        for (json::string_view const key : {"type", "role", "id", "content"}) {
            auto const* const told = value.get_object().if_contains(key);
            if (told && (told->is_null() || *told == json::value(from_the_future)))
                return true;
        }
        return false;
    }

    void look_at_entries(codec::map_type const& how, void const* value, std::string const& where)
    {
        struct state
        {
            inspector& self;
            codec::type const& how;
            std::string const& where;
        } context{*this, *how.value, where};

        how.visit(value, &context, [](void* erased, std::string const& key, void const* entry) {
            auto& [self, element, outer] = *static_cast<state*>(erased);
            self.look(element, entry, outer + '.' + key);
        });
    }

    void look_at_members(codec::object_type const& how, void const* value, std::string const& where)
    {
        how.extra(value)->for_each([&](std::string_view name, std::string_view text) {
            bool const is_empty = text == "null" || text == "[]" || text == "{}" || text == "\"\"";
            bool const is_other_tag =
                name == how.tag_key && text == json::serialize(json::value(from_the_future));
            if (to_json(name) != from_the_future && !is_empty && !is_other_tag &&
                !is_left_to_extra(untyped_, name))
                found.push_back(
                    where + " has no place for " + std::string(name) + ": " + std::string(text)
                );
        });
        for (auto const& member : how.members())
            look(*member.type, member.at(value), where + '.' + std::string(member.name));
    }

    std::span<left_to_extra const> untyped_;
};

} // namespace

std::vector<std::string>
not_typed(codec::type const& how, void const* value, std::span<left_to_extra const> untyped)
{
    inspector look(untyped);
    look.look(how, value, "");
    return std::move(look.found);
}

} // namespace conformance
