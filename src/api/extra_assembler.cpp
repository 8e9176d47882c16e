#include "api/extra_assembler.hpp"

#include "json/access.hpp"
#include "json/reader.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <cstddef>

namespace hicap::detail {
namespace {

// Each member is looked for among all names, so their number must have a bound.
constexpr std::size_t max_names = 256;

} // namespace

void extra_assembler::add(unknown_members const& from, texts how)
{
    if (from.empty() || (how == texts::replace && from.text() == last_))
        return;
    if (how == texts::replace)
        last_ = from.text();
    changed_ = true;
    from.for_each([this, how](std::string_view name, std::string_view json) {
        add(name, json, how);
    });
}

void extra_assembler::add(std::string_view name, std::string_view json, texts how)
{
    auto found = std::find_if(members_.begin(), members_.end(), [name](member const& one) {
        return one.name == name;
    });
    if (found == members_.end()) {
        if (members_.size() == max_names) {
            throw error(
                errc::invalid_response,
                "a stream has more than " + std::to_string(max_names) + " unknown members"
            );
        }
        found = members_.insert(members_.end(), member{std::string(name), {}, false});
    }
    if (found->is_text && json == "null")
        return; // no piece this time
    std::string scratch;
    std::string_view text;
    json::reader in(json);
    bool const is_text =
        how == texts::grow && in.peek() == json::token::string && in.read_string(text, scratch);
    if (!is_text)
        found->value = json;
    else if (found->is_text)
        found->value += text;
    else
        found->value = text;
    found->is_text = is_text;
}

void extra_assembler::write_to(unknown_members& to)
{
    if (!changed_)
        return;
    changed_ = false;
    auto& out = access::text(to);
    out.clear();
    for (auto const& one : members_) {
        if (!out.empty())
            out += ',';
        out += raw_json::quoted(one.name).text();
        out += ':';
        out += one.is_text ? raw_json::quoted(one.value).text() : one.value;
    }
}

} // namespace hicap::detail
