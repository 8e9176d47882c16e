#ifndef HICAP_HTTP_MULTIPART_HPP
#define HICAP_HTTP_MULTIPART_HPP

#include <cstddef>
#include <string>
#include <string_view>

// The text around the parts of a multipart/form-data body (RFC 7578), as browsers write it.
namespace hicap::http {

/// What no part contains: 32 hexadecimal digits made of numbers in [0, 1).
template <class Random>
[[nodiscard]] std::string make_boundary(Random&& random)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string made = "hicap-";
    for (int i = 0; i != 32; ++i)
        made += digits[static_cast<std::size_t>(random() * 16.0)];
    return made;
}

/// What comes before the content of a part. `filename` and `content_type` are left out where they
/// are empty.
/// Throws `hicap::error` with `errc::invalid_header` for a content type that no header can hold.
[[nodiscard]] std::string part_head(
    std::string_view boundary,
    std::string_view name,
    std::string_view filename,
    std::string_view content_type
);

/// What comes behind the content of each part.
inline constexpr std::string_view part_end = "\r\n";

/// What comes behind the last part.
[[nodiscard]] std::string form_end(std::string_view boundary);

/// The value of Content-Type.
[[nodiscard]] std::string form_content_type(std::string_view boundary);

/// By the end of its name, of the kinds of file that the API takes; else
/// `application/octet-stream`.
[[nodiscard]] std::string_view content_type_of(std::string_view filename) noexcept;

} // namespace hicap::http

#endif
