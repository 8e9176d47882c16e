#ifndef HICAP_EMULATOR_MEMBER_RULES_HPP
#define HICAP_EMULATOR_MEMBER_RULES_HPP

#include "emulator/members.hpp"

#include <array>
#include <span>
#include <string_view>

// Tables for unions whose variants are told apart by `type`.
namespace hicap::emulation {

/// A member that has to be there.
struct member_rule
{
    enum class kind
    {
        text,
        name, ///< as `members::require_name`
        integer,
        boolean,
        array,
        object,
        text_or_array,
        text_or_object,
        any, ///< but null
    };

    std::string_view name; ///< empty: no rule
    kind type = kind::any;
};

/// A variant of a union.
struct object_rule
{
    std::string_view type;
    std::array<member_rule, 4> required{};
};

/// Checks the object by the rule of its type, and returns the type. An unknown one is refused.
std::string_view check_by_type(members const& object, std::span<object_rule const> rules);

} // namespace hicap::emulation

#endif
