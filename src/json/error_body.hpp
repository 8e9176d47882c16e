#ifndef HICAP_JSON_ERROR_BODY_HPP
#define HICAP_JSON_ERROR_BODY_HPP

#include <optional>
#include <string>
#include <string_view>

namespace hicap::json {

/// What an API error says of itself. Server text: escape before showing.
struct error_body
{
    std::string message;
    std::string type;
    std::string code; ///< a number is kept as its text
    std::string param;
    /// Whether an error object was found at all. What it leaves out or sets to null is empty.
    bool present = false;
};

/// Reads the body of an error response, of whatever shape: `{"error":{...}}`, `{"error":"text"}`,
/// the object without its wrapper, a list of one of these. `present` is false for anything else,
/// such as HTML or nothing. Never throws for what is in `body`.
[[nodiscard]] error_body read_error_body(std::string_view body);

/// The error that a stream reports in place of an event: `data` is an object whose member `error`
/// is not null, or whose `type` is `error` and that has a message or a code itself, which then go
/// first. Costs one scan for the name where there is none.
[[nodiscard]] std::optional<error_body> find_stream_error(std::string_view data);

} // namespace hicap::json

#endif
