#include "base/text.hpp"

#include <hicap/headers.hpp>

namespace hicap {

void headers::reserve(std::size_t fields, std::size_t characters)
{
    entries_.reserve(fields);
    text_.reserve(characters);
}

void headers::append(std::string_view name, std::string_view value)
{
    entry added{};
    added.name = static_cast<std::uint32_t>(text_.size());
    text_.append(name);
    added.value = static_cast<std::uint32_t>(text_.size());
    text_.append(value);
    added.end = static_cast<std::uint32_t>(text_.size());
    entries_.push_back(added);
}

std::optional<std::string_view> headers::find(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i != entries_.size(); ++i) {
        auto const field = (*this)[i];
        if (equal_ignoring_case(field.first, name))
            return field.second;
    }
    return std::nullopt;
}

std::pair<std::string_view, std::string_view> headers::operator[](std::size_t index) const noexcept
{
    auto const& at = entries_[index];
    std::string_view const all = text_;
    return {all.substr(at.name, at.value - at.name), all.substr(at.value, at.end - at.value)};
}

void headers::clear() noexcept
{
    text_.clear();
    entries_.clear();
}

} // namespace hicap
