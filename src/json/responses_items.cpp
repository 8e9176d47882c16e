#include "json/responses_items_description.hpp"

namespace hicap::responses {

input_item as_input(output_item const& item)
{
    return std::visit([](auto const& one) -> input_item { return one; }, item);
}

} // namespace hicap::responses
