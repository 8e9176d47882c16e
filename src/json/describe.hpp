#ifndef HICAP_JSON_DESCRIBE_HPP
#define HICAP_JSON_DESCRIBE_HPP

#include "json/access.hpp"
#include "json/codec.hpp"
#include "json/reader.hpp"
#include "json/shape.hpp"
#include "json/trace.hpp"

#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/unknown_members.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// How a C++ type becomes JSON and back: said once, as constant tables, and followed by one
/// decoder and one encoder that are no templates.
///
/// A struct is described by a specialisation of `description`:
///
/// @code
/// template <>
/// struct description<chat::function_choice>
/// {
///     using t = chat::function_choice;
///     static constexpr std::array members = {member<&t::function>("function")};
/// };
/// @endcode
///
/// Members are written in the order of the table, and read fastest in it. The struct must have a
/// member `unknown_members extra`. Two more things may be said:
/// - `static constexpr std::string_view tag` in the struct: the constant that tells it apart in a
///   union. It is written first, under the name `tag_key` ("type" unless said otherwise), and is
///   not stored.
/// - `static constexpr std::array<std::string_view, N> tags` in the struct: it stands for several
///   kinds. It then stores which, in a described member that is called as `tag_key` says.
///
/// A `std::variant` needs no description: each alternative is chosen by the JSON type of the value
/// and, between objects, by tag. `unknown` (or `raw_json`) takes what no other alternative does.
/// What derives from a variant is described as that.
///
/// Where kinds of a union have the same tag, all of them have `requirements`: of the kinds that
/// meet theirs the one with the most is chosen. `tag_optional` lets a kind be meant also by an
/// object that has no tag.
namespace hicap::json {

enum class kind : unsigned char
{
    string,
    boolean,
    int32,
    int64,
    number,
    raw,
    unknown,
    optional,
    nullable,
    array,
    map,
    object,
    choice
};

/// What the tables of all kinds begin with. All functions in the tables take the address of the
/// C++ value; those that only find something take it const and hand out what they find for
/// reading and writing, as the decoder needs it.
struct type
{
    json::kind kind;
};

/// `std::optional` and `nullable`.
struct optional_type : type
{
    type const* value;
    void* (*get)(void const*) noexcept; ///< null where there is no value
    bool (*is_null)(void const*) noexcept;
    void* (*engage)(void*); ///< makes it hold some value
    void (*disengage)(void*, bool as_null) noexcept;
};

/// `std::vector`.
struct array_type : type
{
    type const* element;
    std::size_t element_size;
    std::size_t (*size)(void const*) noexcept;
    void (*resize)(void*, std::size_t);
    void* (*at)(void const*, std::size_t) noexcept;
};

/// `std::map` with strings for keys.
struct map_type : type
{
    using visitor = void (*)(void* context, std::string const& key, void const* value);

    type const* value;
    std::size_t entry_size;
    bool (*empty)(void const*) noexcept;
    void (*clear)(void*) noexcept;
    void* (*insert)(void*, std::string_view key);
    void (*erase)(void*, std::string_view key);
    void (*visit)(void const*, void* context, visitor);
};

struct member_entry
{
    std::string_view name;
    json::type const* type;
    void* (*at)(void const* object) noexcept;
    bool omit_empty;
};

/// A struct.
struct object_type : type
{
    /// A function, because while a recursive type is described its description is incomplete.
    std::span<member_entry const> (*members)() noexcept;
    unknown_members* (*extra)(void const*) noexcept;
    std::string_view tag_key;
    std::string_view tag; ///< empty where the struct has none, or stores it
};

/// What an object must have to be of a kind, besides its tag.
struct requirement
{
    std::string_view member;
    token shape = token::invalid; ///< of the member; `invalid`: any but null
    std::span<std::string_view const> one_of =
        {}; ///< for a string: what it may be; empty: anything
};

struct alternative
{
    json::type const* type;
    token shape; ///< `invalid` for one that takes what no other does
    std::span<std::string_view const> tags;
    std::span<requirement const> requirements;
    bool tag_optional;
    void* (*hold)(void*); ///< makes the variant hold this alternative, if it does not, and finds it
};

/// `std::variant`.
struct choice_type : type
{
    std::span<alternative const> alternatives;
    std::string_view tag_key; ///< empty where no alternative has a tag
    std::size_t (*index)(void const*) noexcept;
};

/// The most members that a struct may have.
inline constexpr std::size_t max_members = 128;

/// The table of `T`.
template <class T>
struct type_of;

/// To be specialised for each struct.
template <class T>
struct description;

/// The name under which a struct's tag is sent. To be specialised, before the descriptions, where
/// it is another.
template <class T>
inline constexpr std::string_view tag_key = "type";

/// To be specialised, before the descriptions, for a struct whose tag others in its union have too.
template <class T>
inline constexpr std::span<requirement const> requirements = {};

/// To be specialised, before the descriptions, for a struct that needs no tag to be recognised. It
/// stores its tag, in a described member that may be absent.
template <class T>
inline constexpr bool tag_optional = false;

namespace detail {

template <class... T>
std::variant<T...> variant_of(std::variant<T...> const&);

template <class T>
using variant_base = decltype(variant_of(std::declval<T const&>()));

template <class T>
concept derives_from_variant = requires
{
    typename variant_base<T>;
};

} // namespace detail

/// The address that the tables of `T` work on: open enums and secrets are handled as the string
/// that they are.
template <class T>
[[nodiscard]] void* erase(T const& value) noexcept
{
    auto& unlocked = const_cast<T&>(value);
    if constexpr (std::derived_from<T, open_enum> || std::same_as<T, secret>)
        return &access::text(unlocked);
    else if constexpr (detail::derives_from_variant<T>)
        return static_cast<detail::variant_base<T>*>(&unlocked);
    else
        return &unlocked;
}

namespace detail {

template <class T>
[[nodiscard]] T& restore(void* value) noexcept
{
    return *static_cast<T*>(value);
}

template <class T>
[[nodiscard]] T const& restore(void const* value) noexcept
{
    return *static_cast<T const*>(value);
}

template <auto Member>
struct member_access;

template <class Object, class Member, Member Object::*Pointer>
struct member_access<Pointer>
{
    using type = Member;

    static void* at(void const* object) noexcept { return erase(restore<Object>(object).*Pointer); }
};

} // namespace detail

/// How a list or map that is optional in the API is described: sent only when it holds something.
enum class when
{
    always,
    not_empty
};

/// `name` must be ASCII without quote and backslash.
template <auto Member>
[[nodiscard]] constexpr member_entry member(std::string_view name, when sent = when::always)
{
    using access = detail::member_access<Member>;
    return {name, &type_of<typename access::type>::value, &access::at, sent == when::not_empty};
}

// Scalars ---------------------------------------------------------------------------------------

template <>
struct type_of<std::string>
{
    static constexpr type value{kind::string};
};

template <std::derived_from<open_enum> T>
struct type_of<T>
{
    static constexpr type value{kind::string};
};

template <>
struct type_of<secret>
{
    static constexpr type value{kind::string};
};

template <>
struct type_of<bool>
{
    static constexpr type value{kind::boolean};
};

template <>
struct type_of<std::int32_t>
{
    static constexpr type value{kind::int32};
};

template <>
struct type_of<std::int64_t>
{
    static constexpr type value{kind::int64};
};

template <>
struct type_of<double>
{
    static constexpr type value{kind::number};
};

template <>
struct type_of<raw_json>
{
    static constexpr type value{kind::raw};
};

template <>
struct type_of<unknown>
{
    static constexpr type value{kind::unknown};
};

// Wrappers and containers. The tables are defined out of class so that types may be recursive. ---

template <class T>
struct type_of<std::optional<T>>
{
    static optional_type const value;

    static void* get(void const* self) noexcept
    {
        auto const& held = detail::restore<std::optional<T>>(self);
        return held ? erase(*held) : nullptr;
    }

    static bool is_null(void const*) noexcept { return false; }

    static void* engage(void* self)
    {
        auto& held = detail::restore<std::optional<T>>(self);
        return erase(held ? *held : held.emplace());
    }

    static void disengage(void* self, bool) noexcept
    {
        detail::restore<std::optional<T>>(self).reset();
    }
};

template <class T>
constinit optional_type const type_of<std::optional<T>>::value = {
    {kind::optional}, &type_of<T>::value, &get, &is_null, &engage, &disengage};

template <class T>
struct type_of<nullable<T>>
{
    static optional_type const value;

    static void* get(void const* self) noexcept
    {
        auto const& held = detail::restore<nullable<T>>(self);
        return held ? erase(*held) : nullptr;
    }

    static bool is_null(void const* self) noexcept
    {
        return detail::restore<nullable<T>>(self).is_null();
    }

    static void* engage(void* self)
    {
        return erase(access::revive(detail::restore<nullable<T>>(self)));
    }

    static void disengage(void* self, bool as_null) noexcept
    {
        auto& held = detail::restore<nullable<T>>(self);
        if (as_null)
            held = null;
        else
            held.reset();
    }
};

template <class T>
constinit optional_type const type_of<nullable<T>>::value = {
    {kind::nullable}, &type_of<T>::value, &get, &is_null, &engage, &disengage};

template <class T>
struct type_of<std::vector<T>>
{
    static_assert(!std::same_as<T, bool>);

    static array_type const value;

    static std::size_t size(void const* self) noexcept
    {
        return detail::restore<std::vector<T>>(self).size();
    }

    static void resize(void* self, std::size_t count)
    {
        detail::restore<std::vector<T>>(self).resize(count);
    }

    static void* at(void const* self, std::size_t index) noexcept
    {
        return erase(detail::restore<std::vector<T>>(self)[index]);
    }
};

template <class T>
constinit array_type const type_of<std::vector<T>>::value = {
    {kind::array}, &type_of<T>::value, sizeof(T), &size, &resize, &at};

template <class T, class Less>
struct type_of<std::map<std::string, T, Less>>
{
    using self_type = std::map<std::string, T, Less>;

    static map_type const value;

    static bool empty(void const* self) noexcept
    {
        return detail::restore<self_type>(self).empty();
    }

    static void clear(void* self) noexcept { detail::restore<self_type>(self).clear(); }

    static void* insert(void* self, std::string_view key)
    {
        return erase(detail::restore<self_type>(self)[std::string(key)]);
    }

    static void remove(void* self, std::string_view key)
    {
        detail::restore<self_type>(self).erase(std::string(key));
    }

    static void visit(void const* self, void* context, map_type::visitor visitor)
    {
        for (auto const& [key, held] : detail::restore<self_type>(self))
            visitor(context, key, erase(held));
    }
};

template <class T, class Less>
constinit map_type const type_of<std::map<std::string, T, Less>>::value = {
    {kind::map},
    &type_of<T>::value,
    sizeof(typename self_type::value_type),
    &empty,
    &clear,
    &insert,
    &remove,
    &visit};

// Structs ---------------------------------------------------------------------------------------

namespace detail {

template <class T>
concept has_tag = requires
{
    std::string_view(T::tag);
};

template <class T>
concept has_tags = requires
{
    std::span<std::string_view const>(T::tags);
};

template <class T>
[[nodiscard]] constexpr std::string_view tag() noexcept
{
    if constexpr (has_tag<T>)
        return T::tag;
    else
        return {};
}

template <class T>
[[nodiscard]] constexpr std::span<std::string_view const> tags() noexcept
{
    if constexpr (has_tag<T>)
        return {&T::tag, 1};
    else if constexpr (has_tags<T>)
        return T::tags;
    else
        return {};
}

} // namespace detail

template <class T>
struct type_of
{
    static object_type const value;

    static std::span<member_entry const> members() noexcept
    {
        static_assert(description<T>::members.size() <= max_members);
        return description<T>::members;
    }

    static unknown_members* extra(void const* self) noexcept
    {
        return const_cast<unknown_members*>(&detail::restore<T>(self).extra);
    }
};

template <class T>
constinit object_type const type_of<T>::value = {
    {kind::object}, &members, &extra, tag_key<T>, detail::tag<T>()};

// Variants --------------------------------------------------------------------------------------

namespace detail {

/// The JSON type of a `T`.
template <class T>
inline constexpr token shape = token::object;
template <>
inline constexpr token shape<std::string> = token::string;
template <std::derived_from<open_enum> T>
inline constexpr token shape<T> = token::string;
template <>
inline constexpr token shape<bool> = token::boolean;
template <>
inline constexpr token shape<std::int32_t> = token::number;
template <>
inline constexpr token shape<std::int64_t> = token::number;
template <>
inline constexpr token shape<double> = token::number;
template <>
inline constexpr token shape<raw_json> = token::invalid;
template <>
inline constexpr token shape<unknown> = token::invalid;
template <class T>
inline constexpr token shape<std::vector<T>> = token::array;

template <class... T>
[[nodiscard]] constexpr std::string_view common_tag_key()
{
    std::string_view key;
    bool agreed = true;
    auto const consider = [&]<class A>(std::type_identity<A>) {
        if constexpr (has_tag<A> || has_tags<A>) {
            agreed = agreed && (key.empty() || key == tag_key<A>);
            key = tag_key<A>;
        }
    };
    (consider(std::type_identity<T>()), ...);
    if (!agreed)
        throw "the alternatives of a union must have the same tag_key";
    return key;
}

} // namespace detail

template <class... T>
struct type_of<std::variant<T...>>
{
    using self_type = std::variant<T...>;

    static choice_type const value;

    static std::size_t index(void const* self) noexcept
    {
        return detail::restore<self_type>(self).index();
    }

    template <std::size_t Index>
    static void* hold(void* self)
    {
        auto& held = detail::restore<self_type>(self);
        return erase(
            held.index() == Index ? std::get<Index>(held) : held.template emplace<Index>()
        );
    }

    template <std::size_t... Index>
    static constexpr std::array<alternative, sizeof...(T)>
    make_alternatives(std::index_sequence<Index...>)
    {
        return {alternative{
            &type_of<T>::value,
            detail::shape<T>,
            detail::tags<T>(),
            json::requirements<T>,
            json::tag_optional<T>,
            &hold<Index>}...};
    }

    static constexpr std::array<alternative, sizeof...(T)> alternatives =
        make_alternatives(std::index_sequence_for<T...>());
};

template <class... T>
constinit choice_type const type_of<std::variant<T...>>::value = {
    {kind::choice}, alternatives, detail::common_tag_key<T...>(), &index};

template <detail::derives_from_variant T>
struct type_of<T> : type_of<detail::variant_base<T>>
{};

// The walkers -----------------------------------------------------------------------------------

/// Precondition: where there is a `places`, it is clear and `text` has at most
/// `trace::max_document` bytes.
[[nodiscard]] decode_result
decode_value(std::string_view text, type const& how, void* into, trace* places = nullptr);
void encode_value(
    type const& how, void const* value, unknown_members const* extra_body, std::string& out
);

template <class T>
decode_result decode(std::string_view text, T& into)
{
    return decode_value(text, type_of<T>::value, erase(into));
}

template <class T>
decode_result shaped_decoder<T>::decode(std::string_view text, T& into)
{
    return shape_.decode(text, type_of<T>::value, erase(into));
}

template <class T>
void encode(T const& value, std::string& out)
{
    encode_value(type_of<T>::value, erase(value), nullptr, out);
}

template <class T>
void encode_with(T const& value, unknown_members const& extra_body, std::string& out)
{
    static_assert(std::same_as<decltype(type_of<T>::value), object_type const>);
    encode_value(type_of<T>::value, erase(value), &extra_body, out);
}

} // namespace hicap::json

#endif
