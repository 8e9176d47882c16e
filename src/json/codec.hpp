#ifndef HICAP_JSON_CODEC_HPP
#define HICAP_JSON_CODEC_HPP

#include <hicap/unknown_members.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::json {

/// A value of another JSON type than the API promises. It did not fail the document.
using mismatch = misfit;

/// How reading a document went. Costs no allocation when all is well.
struct decode_result
{
    /// `errc::invalid_json`: the text is not JSON. `errc::unexpected_content`: it is, but not of
    /// the kind that was asked for, an array in place of an object. `errc::body_too_large`: it has
    /// so many elements that the objects made of them would take far more memory than the text.
    boost::system::error_code code;
    std::size_t offset = 0; ///< of the byte at fault
    std::string what;       ///< what is wrong with it, in words that contain none of the text
    /// At most `max_mismatches`: a broken server breaks every element in the same way.
    std::vector<mismatch> mismatches;

    static constexpr std::size_t max_mismatches = 32;

    /// Whether the document was read. Mismatches are no failure.
    explicit operator bool() const { return !code.failed(); }
};

/// Reads `text` into `into`, every member of which is set or reset. What is in it already is used
/// for its storage alone: a value that is decoded into over and over does not allocate.
/// Precondition: `text` does not lie in `into`.
///
/// Never throws for what is in `text`. After a failure `into` holds some valid value.
///
/// Defined for the root types of each resource, in the file that describes them.
template <class T>
[[nodiscard]] decode_result decode(std::string_view text, T& into);

/// Appends the JSON of `value`. Throws `hicap::error` with `errc::invalid_argument` when it holds
/// text that is not UTF-8 or a number that JSON has not; `out` is then as before.
template <class T>
void encode(T const& value, std::string& out);

/// As `encode`, with further members at top level. A member of `extra_body` takes the place of the
/// one of that name in `value`.
template <class T>
void encode_with(T const& value, unknown_members const& extra_body, std::string& out);

} // namespace hicap::json

#endif
