#ifndef HICAP_TEST_CONFORMANCE_TYPED_HPP
#define HICAP_TEST_CONFORMANCE_TYPED_HPP

#include "conformance/instances.hpp"
#include "json/describe.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conformance {

namespace codec = hicap::json;

/// A body of an operation: its schema, and the object that the library reads it into or writes it
/// from.
struct body
{
    std::string_view schema;
    codec::type const* how;
    void* object;
};

/// A member of a schema that the type has no member for, and why.
struct left_to_extra
{
    std::string_view member;
    std::string_view reason;
};

/// A place in a body where a value of some type stands: the steps that lead to it from the body.
/// Nothing but what a body of an operation holds can be a place, so every type that is tested is
/// one that the library uses there.
class place
{
public:
    explicit place(body const& root) : root_(root.object), how_(root.how) {}

    [[nodiscard]] codec::type const& how() const noexcept { return *how_; }

    /// The schema that the one that stands here is a part of: what it requires as well is there
    /// too. Null for one that is whole.
    [[nodiscard]] json::object const* whole() const noexcept { return whole_; }

    [[nodiscard]] place as_part_of(json::object const& whole) const
    {
        auto made = *this;
        if (!made.whole_)
            made.whole_ = &whole;
        return made;
    }

    /// The value there, which comes into being where it was missing.
    [[nodiscard]] void* reach() const;

    /// The value within an optional, the first element, the first entry.
    [[nodiscard]] place within() const;

    /// Of a struct a member, of a union a kind.
    [[nodiscard]] place part(std::size_t index) const;

private:
    struct step
    {
        codec::type const* how;
        std::size_t index;
    };

    [[nodiscard]] place then(step taken, codec::type const* to) const;

    void* root_;
    std::vector<step> steps_;
    codec::type const* how_;
    json::object const* whole_ = nullptr;
};

/// What the schemas in which a member of a type stands say of it.
struct member_facts
{
    std::string where;       ///< in one of them
    bool nullable = false;   ///< in some
    bool omissible = false;  ///< in some
    std::size_t schemas = 0; ///< how many
};

/// Walks the schemas of the bodies and the types side by side, and finds for each schema the places
/// where a value of it stands.
class mapping
{
public:
    mapping(
        json::value const& document,
        std::span<body const> bodies,
        std::span<left_to_extra const> untyped
    );

    /// By the name of the schema; of each type one place.
    [[nodiscard]] std::map<std::string, std::vector<place>> const& places() const noexcept
    {
        return places_;
    }

    /// Members and kinds for which there is no type, and values of another type.
    [[nodiscard]] std::vector<std::string> const& complaints() const noexcept
    {
        return complaints_;
    }

    /// What a schema lists for the strings of a type: those of each open enum have a type of their
    /// own.
    [[nodiscard]] std::map<codec::type const*, std::set<std::string>> const& listed() const noexcept
    {
        return listed_;
    }

    /// By the struct and the index of the member.
    [[nodiscard]] std::map<std::pair<codec::object_type const*, std::size_t>, member_facts> const&
    members() const noexcept
    {
        return members_;
    }

    /// Which kinds of the unions some schema stands for.
    [[nodiscard]] std::set<std::pair<codec::type const*, std::size_t>> const& kinds() const noexcept
    {
        return kinds_;
    }

private:
    void walk(json::object const& schema, place const& at, std::string const& where);
    void walk_kinds(
        std::vector<json::object const*> const& schemas, place const& at, std::string const& where
    );
    void walk_members(json::object const& schema, place const& at, std::string const& where);
    void complain(std::string const& where, std::string_view what);

    json::value const& document_;
    std::span<left_to_extra const> untyped_;
    std::map<std::string, std::vector<place>> places_;
    std::vector<std::string> complaints_;
    std::set<std::pair<codec::type const*, std::size_t>> kinds_;
    std::map<codec::type const*, std::set<std::string>> listed_;
    std::map<std::pair<codec::object_type const*, std::size_t>, member_facts> members_;
    std::set<std::pair<json::object const*, codec::type const*>> seen_;
};

/// What of a value that was read did not find its member or kind, a line each. What the maker of
/// instances took from the future is not counted, nor nulls and empty lists.
[[nodiscard]] std::vector<std::string>
not_typed(codec::type const& how, void const* value, std::span<left_to_extra const> untyped);

} // namespace conformance

#endif
