#ifndef HICAP_JSON_OBJECT_HPP
#define HICAP_JSON_OBJECT_HPP

#include <hicap/unknown_members.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::json {

/// An object of which nothing is known.
struct object
{
    unknown_members extra{};
};

/// The text of the member `name` of the object that `text` is; empty where it has no such text.
[[nodiscard]] std::string string_member(std::string_view text, std::string_view name);

/// The same of one that is an integer.
[[nodiscard]] std::optional<std::int64_t>
integer_member(std::string_view text, std::string_view name);

} // namespace hicap::json

#endif
