#include "emulator/exchange.hpp"

#include <algorithm>

namespace hicap::emulation {
namespace {

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower(x) == lower(y);
    });
}

void fields::remove(std::string_view name)
{
    std::erase_if(entries_, [name](auto const& entry) {
        return equal_ignoring_case(entry.first, name);
    });
}

std::string const* fields::find(std::string_view name) const noexcept
{
    for (auto const& entry : entries_) {
        if (equal_ignoring_case(entry.first, name))
            return &entry.second;
    }
    return nullptr;
}

std::size_t fields::count(std::string_view name) const noexcept
{
    return static_cast<std::size_t>(std::count_if(
        entries_.begin(),
        entries_.end(),
        [name](auto const& entry) { return equal_ignoring_case(entry.first, name); }
    ));
}

} // namespace hicap::emulation
