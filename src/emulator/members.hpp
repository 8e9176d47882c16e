#ifndef HICAP_EMULATOR_MEMBERS_HPP
#define HICAP_EMULATOR_MEMBERS_HPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::emulation {

namespace json = boost::json;

/// `what` of a JSON value in a sentence: "a string", "null", ...
[[nodiscard]] std::string_view name_of_kind(json::value const& value) noexcept;

/// The object in the body of a request, which is refused where it is none.
[[nodiscard]] json::object parse_object(std::string const& body);

/// Reads the members of one object of a request.
///
/// A member of a wrong type or out of its range is refused, and the refusal names its whole path.
/// A null counts as absent. Views and pointers live as long as the object.
class members
{
public:
    static constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

    /// `path` is empty for the request itself, else for example `messages[0]`.
    explicit members(json::object const& object, std::string path = {});

    /// The object in `value`, which is refused where it is none.
    members(json::value const& value, std::string path);

    [[nodiscard]] json::object const& object() const noexcept { return *object_; }

    [[nodiscard]] std::string const& path() const noexcept { return path_; }

    [[nodiscard]] std::string path_of(std::string_view name) const;

    /// The member, null where it is absent or null.
    [[nodiscard]] json::value const* find(std::string_view name) const noexcept;

    /// The member, which is refused where it is absent or null.
    [[nodiscard]] json::value const& require(std::string_view name) const;

    [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> integer(
        std::string_view name,
        std::int64_t min = std::numeric_limits<std::int64_t>::min(),
        std::int64_t max = std::numeric_limits<std::int64_t>::max()
    ) const;
    [[nodiscard]] std::optional<double> number(std::string_view name, double min, double max) const;
    [[nodiscard]] std::optional<std::string_view>
    text(std::string_view name, std::size_t max_size = no_limit) const;
    [[nodiscard]] std::string_view require_text(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view>
    one_of(std::string_view name, std::initializer_list<std::string_view> allowed) const;
    [[nodiscard]] std::optional<members> child(std::string_view name) const;
    [[nodiscard]] members require_child(std::string_view name) const;
    /// An array of at least `min_size` and at most `max_size` elements.
    [[nodiscard]] json::array const*
    array(std::string_view name, std::size_t min_size = 0, std::size_t max_size = no_limit) const;

    /// A name of a function, tool or schema: 1 to 64 letters, digits, `_` and `-`.
    [[nodiscard]] std::string_view require_name(std::string_view name) const;

    /// Refuses the member for its type.
    [[noreturn]] void
    refuse_type(std::string_view name, std::string_view expected, json::value const& got) const;

    /// Refuses the member for its value.
    [[noreturn]] void refuse_value(std::string_view name, std::string_view reason) const;

private:
    json::object const* object_;
    std::string path_;
};

/// `path[index]`.
[[nodiscard]] std::string element_path(std::string_view path, std::size_t index);

/// Refuses the value at `path` for its type.
[[noreturn]] void
refuse_type_at(std::string path, std::string_view expected, json::value const& got);

/// The string in `value`, which is refused where it is none.
[[nodiscard]] std::string_view text_at(json::value const& value, std::string const& path);

} // namespace hicap::emulation

#endif
