#ifndef HICAP_JSON_ACCESS_HPP
#define HICAP_JSON_ACCESS_HPP

#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/secret.hpp>
#include <hicap/unknown_members.hpp>

#include <string>

namespace hicap {

/// What the decoder may do that users may not: fill the text types with text that it has checked
/// itself, and bring a `nullable`'s old value back to be overwritten, storage and all.
struct access
{
    [[nodiscard]] static std::string& text(open_enum& value) noexcept { return value.text_; }

    [[nodiscard]] static std::string& text(secret& value) noexcept { return value.text_; }

    [[nodiscard]] static std::string& text(raw_json& value) noexcept { return value.text_; }

    /// What stands for it in a document, also where it was moved from and has no text.
    [[nodiscard]] static std::string_view json_of(raw_json const& value) noexcept
    {
        return value.text_.empty() ? std::string_view("null") : value.text_;
    }

    [[nodiscard]] static std::string& text(unknown_members& value) noexcept { return value.text_; }

    template <class T>
    [[nodiscard]] static T& revive(nullable<T>& value) noexcept
    {
        value.state_ = nullable<T>::state::present;
        return value.value_;
    }
};

} // namespace hicap

#endif
