#ifndef HICAP_JSON_WRITER_HPP
#define HICAP_JSON_WRITER_HPP

#include "json/path.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hicap::json {

/// Appends JSON text to a string. Commas are set by the writer.
///
/// The caller sees to it that the calls make a value: a `name` before each member's value, an end
/// for each begin.
///
/// Throws `hicap::error` with `errc::invalid_argument` for what JSON cannot hold; `where` is named
/// in the message.
class writer
{
public:
    /// `out` must outlive the writer.
    explicit writer(std::string& out) noexcept : out_(out) {}

    void begin_object() { begin('{'); }

    void end_object() { end('}'); }

    void begin_array() { begin('['); }

    void end_array() { end(']'); }

    /// A member's name. The faster one is for names known to need no escapes.
    void name(std::string_view text, path const& where);
    void plain_name(std::string_view text);

    void null() { literal("null"); }

    void boolean(bool value) { literal(value ? "true" : "false"); }

    void integer(std::int64_t value);

    /// The shortest text that reads as `value` again. Refuses infinities and NaN.
    void number(double value, path const& where);

    /// Refuses what is not UTF-8.
    void string(std::string_view text, path const& where);

    /// Splices JSON text: a value, or members joined by commas.
    void raw(std::string_view json) { literal(json); }

private:
    void begin(char bracket);
    void end(char bracket);
    void literal(std::string_view text);
    void quoted(std::string_view text, path const& where);

    void separate()
    {
        if (comma_)
            out_.push_back(',');
        comma_ = true;
    }

    std::string& out_;
    /// Whether the next value or name needs a comma before it.
    bool comma_ = false;
};

} // namespace hicap::json

#endif
