#include "emulator/member_rules.hpp"

#include <algorithm>
#include <string>

namespace hicap::emulation {
namespace {

using kind = member_rule::kind;

void check_choice(
    members const& object, std::string_view name, std::string_view expected, json::kind other
)
{
    auto const& value = object.require(name);
    if (!value.is_string() && value.kind() != other)
        object.refuse_type(name, expected, value);
}

void check(members const& object, member_rule const& rule)
{
    switch (rule.type) {
    case kind::text:
        (void)object.require_text(rule.name);
        break;
    case kind::name:
        (void)object.require_name(rule.name);
        break;
    case kind::integer:
        (void)object.require(rule.name);
        (void)object.integer(rule.name);
        break;
    case kind::boolean:
        (void)object.require(rule.name);
        (void)object.boolean(rule.name);
        break;
    case kind::array:
        (void)object.require(rule.name);
        (void)object.array(rule.name);
        break;
    case kind::object:
        (void)object.require_child(rule.name);
        break;
    case kind::text_or_array:
        check_choice(object, rule.name, "a string or an array", json::kind::array);
        break;
    case kind::text_or_object:
        check_choice(object, rule.name, "a string or an object", json::kind::object);
        break;
    case kind::any:
        (void)object.require(rule.name);
        break;
    }
}

} // namespace

std::string_view check_by_type(members const& object, std::span<object_rule const> rules)
{
    auto const type = object.require_text("type");
    auto const rule = std::find_if(rules.begin(), rules.end(), [type](object_rule const& each) {
        return each.type == type;
    });
    if (rule == rules.end()) {
        std::string reason = "it must be one of";
        for (auto const& each : rules) {
            reason += each.type == rules.front().type ? " " : ", ";
            reason += each.type;
        }
        object.refuse_value("type", reason);
    }
    for (auto const& each : rule->required) {
        if (!each.name.empty())
            check(object, each);
    }
    return type;
}

} // namespace hicap::emulation
