#ifndef HICAP_JSON_PATH_HPP
#define HICAP_JSON_PATH_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace hicap::json {

/// Where in a document a value stands. The steps are a list from the value outwards that lives on
/// the stack of whoever walks the document, so that a walk which meets no fault costs nothing.
struct path
{
    path const* parent = nullptr;
    std::string_view name{}; ///< of the member, empty for an element
    std::size_t index = 0;   ///< of the element
};

/// Such as `choices[0].delta.content`, empty for the whole document.
[[nodiscard]] std::string to_string(path const& where);

} // namespace hicap::json

#endif
