#ifndef HICAP_EMULATOR_RESPONSE_ITEMS_HPP
#define HICAP_EMULATOR_RESPONSE_ITEMS_HPP

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

// The items that a response can hold: one example of each type, for those who ask for them.
namespace hicap::emulation {

class id_source;

/// What stands for all of them in `emulator_fault::items`.
inline constexpr std::string_view all_items = "all";

/// All types of output items.
[[nodiscard]] std::vector<std::string_view> item_types();

[[nodiscard]] bool is_item_type(std::string_view type) noexcept;

/// The prefix of the ids of items of that type. Precondition: `is_item_type(type)`.
[[nodiscard]] std::string_view item_id_prefix(std::string_view type) noexcept;

/// Whether items of that type have a status. Precondition: `is_item_type(type)`.
[[nodiscard]] bool item_has_status(std::string_view type) noexcept;

/// A finished item of that type, with an id. Precondition: `is_item_type(type)`.
[[nodiscard]] boost::json::object example_item(std::string_view type, id_source& ids);

} // namespace hicap::emulation

#endif
