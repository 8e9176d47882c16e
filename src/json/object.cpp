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

std::string string_member(std::string_view text, std::string_view name)
{
    reader in(text);
    std::string scratch;
    if (in.peek() != token::object)
        return {};
    auto at = in.peek_member(name, scratch);
    std::string_view value;
    if (!at || at->peek() != token::string || !at->read_string(value, scratch))
        return {};
    return std::string(value);
}

} // namespace hicap::json
