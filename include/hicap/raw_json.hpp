#ifndef HICAP_RAW_JSON_HPP
#define HICAP_RAW_JSON_HPP

#include <hicap/visibility.hpp>

#include <string>
#include <string_view>

HICAP_API_BEGIN

namespace hicap {

/// Any JSON value, kept as its text: schemas, tool parameters, whatever has no type here.
///
/// The text is checked once, when the object is made, and from then on is spliced into requests
/// byte for byte. What the server sent comes back out unchanged, down to its white space.
///
/// @code
/// hicap::raw_json schema(R"({"type":"object","properties":{"city":{"type":"string"}}})");
/// @endcode
///
/// Thread safety: distinct objects safe, shared objects unsafe.
class raw_json
{
public:
    /// The value `null`.
    raw_json() : text_("null") {}

    /// Takes `text` when it is one JSON value, in UTF-8, at most 128 levels deep.
    /// Throws `hicap::error` with `errc::invalid_json`; the message holds the offset of the fault.
    explicit raw_json(std::string text);
    explicit raw_json(std::string_view text);
    explicit raw_json(char const* text);

    /// `text` as a JSON string: quoted and escaped.
    /// Throws `hicap::error` with `errc::invalid_argument` when `text` is not UTF-8.
    [[nodiscard]] static raw_json quoted(std::string_view text);

    /// The JSON text.
    [[nodiscard]] std::string const& text() const noexcept { return text_; }

    /// Compares the texts: `{"a": 1}` and `{"a":1}` differ.
    friend bool operator==(raw_json const&, raw_json const&) = default;

private:
    friend struct access;

    std::string text_;
};

} // namespace hicap

HICAP_API_END

#endif
