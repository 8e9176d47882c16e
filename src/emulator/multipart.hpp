#ifndef HICAP_EMULATOR_MULTIPART_HPP
#define HICAP_EMULATOR_MULTIPART_HPP

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::emulation {

/// One part of a form.
struct form_part
{
    std::string name;
    std::optional<std::string> filename; ///< of a file
    std::string content_type;            ///< `text/plain` where it does not tell
    std::string_view content;            ///< within the body that was parsed
};

/// Parses a body of `multipart/form-data` (RFC 7578, RFC 2046), to the letter: no preamble, lines
/// end with CRLF, and nothing but an empty line follows the last delimiter. Throws `refusal` that
/// says what is wrong, also for more than 64 parts and for a head of a part over 8 KiB.
[[nodiscard]] std::vector<form_part>
parse_form(std::string_view content_type, std::string_view body);

} // namespace hicap::emulation

#endif
