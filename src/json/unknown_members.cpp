#include "json/access.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

#include <hicap/unknown_members.hpp>

#include <algorithm>
#include <limits>

namespace hicap {

namespace {

/// Reads the members of an object that has no braces. The text is well-formed.
class member_list
{
public:
    explicit member_list(std::string_view text) noexcept
        : in_(text, std::numeric_limits<std::size_t>::max())
    {}

    /// Goes to the next member; false at the end.
    bool next()
    {
        if (!in_.next_bare_member(name_, scratch_))
            return false;
        begin_ = in_.name_offset(); // the value may have names of its own
        return in_.skip_value(value_);
    }

    [[nodiscard]] std::string_view name() const noexcept { return name_; }

    [[nodiscard]] std::string_view value() const noexcept { return value_; }

    /// Where the member's name and value begin and end in the text.
    [[nodiscard]] std::size_t begin() const noexcept { return begin_; }

    [[nodiscard]] std::size_t end() const noexcept { return in_.offset(); }

private:
    json::reader in_;
    std::string scratch_;
    std::string_view name_;
    std::string_view value_;
    std::size_t begin_ = 0;
};

} // namespace

unknown_members::unknown_members(
    std::initializer_list<std::pair<std::string_view, raw_json>> members
)
{
    for (auto const& [name, value] : members)
        set(name, value);
}

std::optional<std::string_view> unknown_members::find(std::string_view name) const
{
    std::optional<std::string_view> found;
    member_list members(text_);
    while (members.next()) {
        if (members.name() == name)
            found = members.value();
    }
    return found;
}

std::optional<std::string> unknown_members::string(std::string_view name) const
{
    auto const json = find(name);
    if (!json)
        return std::nullopt;
    json::reader in(*json);
    std::string scratch;
    std::string_view text;
    if (in.peek() != json::token::string || !in.read_string(text, scratch))
        return std::nullopt;
    return std::string(text);
}

void unknown_members::set(std::string_view name, raw_json const& value)
{
    std::string member;
    json::writer out(member);
    out.name(name, json::path());
    out.raw(access::json_of(value));

    erase(name);
    if (!text_.empty())
        text_.push_back(',');
    text_.append(member);
}

bool unknown_members::erase(std::string_view name)
{
    std::string rest;
    bool found = false;
    member_list members(text_);
    while (members.next()) {
        if (members.name() == name) {
            found = true;
            continue;
        }
        if (!rest.empty())
            rest.push_back(',');
        rest.append(text_, members.begin(), members.end() - members.begin());
    }
    if (found)
        text_.assign(rest);
    return found;
}

void unknown_members::for_each(
    std::function<void(std::string_view name, std::string_view json)> const& visit
) const
{
    member_list members(text_);
    while (members.next())
        visit(members.name(), members.value());
}

} // namespace hicap
