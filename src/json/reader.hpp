#ifndef HICAP_JSON_READER_HPP
#define HICAP_JSON_READER_HPP

#include "json/text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::json {

inline constexpr std::size_t default_max_depth = 128;

/// What a value begins like.
enum class token : unsigned char
{
    null,
    boolean,
    number,
    string,
    array,
    object,
    invalid ///< none of these: the end of the text, or a character that begins no value
};

/// The name of a token for messages: `string`, `object`, ...
[[nodiscard]] std::string_view to_string(token kind) noexcept;

/// Reads JSON text front to back, and checks all of it on the way.
///
/// The caller asks for what `peek` announced. Nothing throws: the first fault is kept, and from
/// then on every call says false. Each function that is named for a kind of value has the
/// precondition that `peek()` returned that kind.
///
/// @code
/// reader in(text);
/// if (in.peek() == token::object && in.enter_object()) {
///     std::string_view name;
///     std::string scratch;
///     while (in.next_member(name, scratch))
///         in.skip_value();
/// }
/// if (!in.finish()) report(in.what(), in.offset());
/// @endcode
///
/// Accepted is RFC 8259 and nothing else, in well-formed UTF-8. Half of a surrogate pair in an
/// escape, which the grammar allows and no text can hold, is read as U+FFFD.
///
/// A copy is a second reader at the same place; that is how one looks ahead.
class reader
{
public:
    /// `text` must outlive the reader. `max_depth` bounds nesting, and with it the stack of whoever
    /// follows it.
    explicit reader(std::string_view text, std::size_t max_depth = default_max_depth) noexcept
        : begin_(text.data()), position_(text.data()), end_(text.data() + text.size()),
          levels_left_(max_depth)
    {}

    /// Skips white space and says what comes.
    [[nodiscard]] token peek() noexcept
    {
        skip_space();
        return fault_ || position_ == end_ ? token::invalid : beginning(*position_);
    }

    [[nodiscard]] bool read_null() noexcept;
    [[nodiscard]] bool read_boolean(bool& value) noexcept;

    /// Reads a number when it is an integer of the range, in whatever notation: `1`, `1.0`, `1e3`.
    /// Exact: nothing passes through a double. Absent: it is none (and has been passed over), or
    /// the text is at fault.
    [[nodiscard]] std::optional<std::int64_t> read_integer() noexcept;

    /// Absent: a number that a double cannot hold, such as 1e999 (which has been passed over), or
    /// the text is at fault.
    [[nodiscard]] std::optional<double> read_double() noexcept;

    /// Sets `value` to the string's text: a view of the source when it has no escapes, else of
    /// `scratch`.
    [[nodiscard]] bool read_string(std::string_view& value, std::string& scratch)
    {
        if (fault_)
            return false;
        char const* const first = position_ + 1;
        char const* const at = skip_plain(first, end_);
        if (at == end_ || *at != '"')
            return read_rest_of_string(at, value, scratch);
        value = std::string_view(first, static_cast<std::size_t>(at - first));
        position_ = at + 1;
        return true;
    }

    /// Passes the value, and says where it lies.
    [[nodiscard]] bool skip_value(std::string_view& raw) noexcept;

    [[nodiscard]] bool enter_object() noexcept;

    /// Goes to the value of the next member; `name` as in `read_string`.
    /// False: the object has ended, or the text is at fault.
    [[nodiscard]] bool next_member(std::string_view& name, std::string& scratch)
    {
        return next_name() && read_name(name, scratch);
    }

    /// The two halves of `next_member`: goes to the next member's name, and past it.
    [[nodiscard]] bool next_name() noexcept
    {
        skip_space();
        if (fault_ || position_ == end_ || *position_ == '}')
            return end_of_object();
        if (!first_) {
            if (*position_ != ',')
                return fail(position_, "expected a comma or the end of an object");
            ++position_;
            skip_space();
        }
        first_ = false;
        if (position_ == end_ || *position_ != '"')
            return fail(position_, "expected the name of a member");
        name_ = position_;
        return true;
    }

    [[nodiscard]] bool read_name(std::string_view& name, std::string& scratch)
    {
        return read_string(name, scratch) && expect_colon();
    }

    /// Another second half, for a caller with a guess: goes past the name when it is `name`, and
    /// else stays. `name` must be ASCII without quote and backslash.
    [[nodiscard]] bool name_is(std::string_view name) noexcept
    {
        if (static_cast<std::size_t>(end_ - position_) < name.size() + 2 ||
            position_[name.size() + 1] != '"' ||
            !same_bytes(position_ + 1, name.data(), name.size()))
            return false;
        position_ += name.size() + 2;
        return expect_colon();
    }

    /// As `next_member`, for text that is the members alone, without the braces around them.
    /// To be called at the beginning of the text and after each value.
    [[nodiscard]] bool next_bare_member(std::string_view& name, std::string& scratch);

    [[nodiscard]] bool enter_array() noexcept;

    /// Goes to the next element. False: the array has ended, or the text is at fault.
    [[nodiscard]] bool next_element() noexcept;

    /// The first member called `name` of the object that comes, without going there: a reader at
    /// its value, absent where there is none (or a fault before it).
    [[nodiscard]] std::optional<reader>
    peek_member(std::string_view name, std::string& scratch) const;

    /// To be called after the value: checks that nothing but white space follows. False: that is
    /// not so, or a fault came before.
    [[nodiscard]] bool finish() noexcept;

    /// Stops reading, for a limit of the caller's own. `what` must outlive the reader.
    void refuse(char const* what) noexcept { fail(position_, what); }

    /// The text from `from` up to here. Precondition: `from <= offset()`.
    [[nodiscard]] std::string_view text_since(std::size_t from) const noexcept
    {
        return {begin_ + from, offset() - from};
    }

    /// Of the quote that begins the name that `next_member` read last, in this object or inside.
    [[nodiscard]] std::size_t name_offset() const noexcept
    {
        return static_cast<std::size_t>(name_ - begin_);
    }

    /// Of the next byte; after a fault, of the byte at fault.
    [[nodiscard]] std::size_t offset() const noexcept
    {
        return static_cast<std::size_t>(position_ - begin_);
    }

    [[nodiscard]] bool failed() const noexcept { return fault_ != nullptr; }

    /// What is wrong with the text, in words that contain none of it; null where nothing is.
    [[nodiscard]] char const* what() const noexcept { return fault_; }

private:
    bool fail(char const* position, char const* what) noexcept;

    [[nodiscard]] static token beginning(char byte) noexcept
    {
        return beginnings[static_cast<unsigned char>(byte)];
    }

    static std::array<token, 256> const beginnings;

    void skip_space() noexcept
    {
        // In compact text there is none, and all four kinds of it compare below.
        while (position_ != end_ && *position_ <= ' ' && is_space(*position_))
            ++position_;
    }

    [[nodiscard]] static constexpr bool is_space(char byte) noexcept
    {
        return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
    }

    [[nodiscard]] bool
    read_rest_of_string(char const* at, std::string_view& value, std::string& scratch);
    [[nodiscard]] bool open() noexcept;
    void close() noexcept;
    bool end_of_object() noexcept;

    [[nodiscard]] bool expect_colon() noexcept
    {
        skip_space();
        if (position_ == end_ || *position_ != ':')
            return fail(position_, "expected a colon");
        ++position_;
        return true;
    }

    [[nodiscard]] bool scan_literal(std::string_view literal) noexcept;
    [[nodiscard]] bool scan_number(std::string_view& text) noexcept;
    [[nodiscard]] bool skip_string() noexcept;
    [[nodiscard]] bool skip_any() noexcept;
    [[nodiscard]] bool unescape(std::string& out);

    char const* begin_;
    char const* position_;
    char const* end_;
    char const* name_ = begin_;
    std::size_t levels_left_;
    char const* fault_ = nullptr;
    /// Whether an object or array was entered and nothing of it has been read.
    bool first_ = false;
};

} // namespace hicap::json

#endif
