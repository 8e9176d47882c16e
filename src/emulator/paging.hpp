#ifndef HICAP_EMULATOR_PAGING_HPP
#define HICAP_EMULATOR_PAGING_HPP

#include "emulator/target.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace hicap::emulation {

enum class list_order
{
    ascending,
    descending,
};

/// The page of a list that the query asks for by `after`, `limit` and `order`. All items are
/// objects with an `id`, in ascending order.
[[nodiscard]] boost::json::object
list_page(boost::json::array const& items, text_pairs const& query, list_order usual);

} // namespace hicap::emulation

#endif
