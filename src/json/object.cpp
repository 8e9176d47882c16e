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

namespace {

/// Where the value of the member begins.
std::optional<reader> value_of(std::string_view text, std::string_view name, std::string& scratch)
{
    reader in(text);
    if (in.peek() != token::object)
        return std::nullopt;
    return in.peek_member(name, scratch);
}

} // namespace

std::string string_member(std::string_view text, std::string_view name)
{
    std::string scratch;
    auto at = value_of(text, name, scratch);
    std::string_view value;
    if (!at || at->peek() != token::string || !at->read_string(value, scratch))
        return {};
    return std::string(value);
}

std::optional<std::int64_t> integer_member(std::string_view text, std::string_view name)
{
    std::string scratch;
    auto at = value_of(text, name, scratch);
    if (!at || at->peek() != token::number)
        return std::nullopt;
    return at->read_integer();
}

} // namespace hicap::json
