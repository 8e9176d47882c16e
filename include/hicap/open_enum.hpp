#ifndef HICAP_OPEN_ENUM_HPP
#define HICAP_OPEN_ENUM_HPP

#include <hicap/visibility.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

HICAP_API_BEGIN

namespace hicap {

class open_enum;

namespace detail {

template <class Text>
concept plain_text =
    std::convertible_to<Text const&, std::string_view> && !std::derived_from<Text, open_enum>;

} // namespace detail

/// A string for which the API documents a list of values that may grow.
///
/// Each such list is a class of its own that derives from this one and names the values known
/// today as `static constexpr std::string_view`. Any other string is kept and sent as it is, so
/// a new value of the server never fails a parse.
///
/// @code
/// if (choice.finish_reason == hicap::chat::finish_reason::length) ...
/// request.reasoning_effort = hicap::chat::effort::low;
/// request.reasoning_effort = "a value that is newer than this library";
/// @endcode
///
/// Thread safety: distinct objects safe, shared objects unsafe.
class open_enum
{
public:
    /// Empty.
    open_enum() = default;

    /// Holds any text.
    open_enum(std::string_view text) : text_(text) {}

    /// Holds any text.
    open_enum(std::string text) noexcept : text_(std::move(text)) {}

    /// Holds any text.
    open_enum(char const* text) : text_(text) {}

    /// The text as it came or will be sent.
    [[nodiscard]] std::string const& str() const noexcept { return text_; }

    /// Whether there is no text.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// Compares the texts.
    friend bool operator==(open_enum const&, open_enum const&) = default;

    /// Compares with a text.
    template <detail::plain_text Text>
    friend bool operator==(open_enum const& value, Text const& text) noexcept
    {
        return value.text_ == std::string_view(text);
    }

private:
    friend struct access;

    std::string text_;
};

} // namespace hicap

HICAP_API_END

#endif
