#include "api/extra_assembler.hpp"

#include "json/access.hpp"
#include "json/reader.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

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
        found = members_.insert(members_.end(), member{std::string(name), {}, 0, 0, false, true});
    }
    if (found->is_text && json == "null")
        return; // no piece this time
    std::string scratch;
    std::string_view text;
    json::reader in(json);
    bool const is_text =
        how == texts::grow && in.peek() == json::token::string && in.read_string(text, scratch);
    if (!is_text || !found->is_text) {
        found->fresh.clear();
        found->replaces = true;
    }
    found->is_text = is_text;
    found->fresh += is_text ? text : json;
}

void extra_assembler::write_to(unknown_members& to)
{
    if (!changed_)
        return;
    changed_ = false;
    auto& out = access::text(to);
    std::size_t before = 0; // what those before have had, and have now
    std::size_t now = 0;
    for (auto& one : members_) {
        if (one.end == 0) {
            if (!out.empty())
                out += ',';
            out += raw_json::quoted(one.name).text();
            out += ':';
            one.begin = one.end = out.size();
        } else {
            one.begin += now - before;
            one.end += now - before;
        }
        before += one.end - one.begin;
        write(one, out);
        now += one.end - one.begin;
    }
}

/// Brings the value of a member to where it stands.
void extra_assembler::write(member& one, std::string& out)
{
    auto const size = one.end - one.begin;
    if (std::exchange(one.replaces, false)) {
        auto const json = one.is_text ? raw_json::quoted(one.fresh) : raw_json();
        auto const& text = one.is_text ? json.text() : one.fresh;
        out.replace(one.begin, size, text);
        one.end = one.begin + text.size();
    } else if (!one.fresh.empty()) {
        auto const json = raw_json::quoted(one.fresh);
        std::string_view const text = json.text();
        auto const more = text.substr(1, text.size() - 2);
        out.insert(one.end - 1, more);
        one.end += more.size();
    }
    one.fresh.clear();
}

} // namespace hicap::detail
