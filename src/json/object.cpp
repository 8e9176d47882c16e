#include "json/object.hpp"

#include "json/describe.hpp"

namespace hicap::json {

template <>
struct description<object>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template decode_result decode(std::string_view, object&);
template void encode_with(object const&, unknown_members const&, std::string&);

} // namespace hicap::json
