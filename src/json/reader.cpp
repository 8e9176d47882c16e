#include "json/reader.hpp"

#include "base/utf8.hpp"
#include "json/text.hpp"

#include <system_error>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace hicap::json {

namespace {

constexpr bool is_digit(char byte) noexcept
{
    return byte >= '0' && byte <= '9';
}

/// The value of `magnitude` with its sign, absent where 64 bits cannot hold it.
constexpr std::optional<std::int64_t> with_sign(std::uint64_t magnitude, bool negative) noexcept
{
    constexpr auto max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (magnitude > max + (negative ? 1u : 0u))
        return std::nullopt;
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

/// The value of a well-formed JSON number that is an integer, by decimal arithmetic.
std::optional<std::int64_t> exact_integer(std::string_view number) noexcept
{
    constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();

    bool const negative = number.front() == '-';
    if (negative)
        number.remove_prefix(1);
    auto const exponent_at = std::min(number.find_first_of("eE"), number.size());
    auto const mantissa = number.substr(0, exponent_at);
    std::int64_t exponent = 0;
    if (exponent_at != number.size()) {
        auto digits = number.substr(exponent_at + 1);
        if (digits.front() == '+')
            digits.remove_prefix(1);
        auto const result = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        if (result.ec != std::errc()) // beyond any size a text can make up for, unless it is 0e...
            exponent = digits.front() == '-' ? -1'000'000'000'000 : 1'000'000'000'000;
    }

    // How many digits of the mantissa stand left of the decimal point once the exponent is
    // applied. What stands right of it must be zero.
    auto const dot = std::min(mantissa.find('.'), mantissa.size());
    auto whole_digits = static_cast<std::int64_t>(dot) +
                        std::clamp<std::int64_t>(exponent, -1'000'000'000'000, 1'000'000'000'000);
    std::uint64_t magnitude = 0;
    for (char const byte : mantissa) {
        if (byte == '.')
            continue;
        auto const digit = static_cast<std::uint64_t>(byte - '0');
        if (whole_digits <= 0) {
            if (digit != 0)
                return std::nullopt;
            continue;
        }
        --whole_digits;
        if (magnitude > (max - digit) / 10)
            return std::nullopt;
        magnitude = magnitude * 10 + digit;
    }
    for (; magnitude != 0 && whole_digits > 0; --whole_digits) {
        if (magnitude > max / 10)
            return std::nullopt;
        magnitude *= 10;
    }
    return with_sign(magnitude, negative);
}

void append_utf8(std::string& out, std::uint32_t code)
{
    auto const add = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0 | (code >> 6));
        add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        add(0xE0 | (code >> 12));
        add(0x80 | ((code >> 6) & 0x3F));
        add(0x80 | (code & 0x3F));
    } else {
        add(0xF0 | (code >> 18));
        add(0x80 | ((code >> 12) & 0x3F));
        add(0x80 | ((code >> 6) & 0x3F));
        add(0x80 | (code & 0x3F));
    }
}

/// The code unit of four hexadecimal digits, absent where they are not all there.
std::optional<std::uint32_t> hex4(char const* position, char const* end) noexcept
{
    if (end - position < 4)
        return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i != 4; ++i) {
        char const byte = position[i];
        std::uint32_t digit = 0;
        if (is_digit(byte))
            digit = static_cast<std::uint32_t>(byte - '0');
        else if (byte >= 'a' && byte <= 'f')
            digit = static_cast<std::uint32_t>(byte - 'a' + 10);
        else if (byte >= 'A' && byte <= 'F')
            digit = static_cast<std::uint32_t>(byte - 'A' + 10);
        else
            return std::nullopt;
        value = value << 4 | digit;
    }
    return value;
}

/// What a backslash and `byte` stand for, 0 for `u` and whatever is no escape.
constexpr char simple_escape(char byte) noexcept
{
    switch (byte) {
    case '"':
    case '\\':
    case '/':
        return byte;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

/// Why `byte`, which begins no UTF-8 sequence, cannot stand in a string.
constexpr char const* fault_in_string(char byte) noexcept
{
    return static_cast<unsigned char>(byte) < 0x20 ? "a control character in a string"
                                                   : "malformed UTF-8";
}

} // namespace

std::string_view to_string(token kind) noexcept
{
    switch (kind) {
    case token::null:
        return "null";
    case token::boolean:
        return "boolean";
    case token::number:
        return "number";
    case token::string:
        return "string";
    case token::array:
        return "array";
    case token::object:
        return "object";
    case token::invalid:
        break;
    }
    return "no value";
}

bool reader::fail(char const* position, char const* what) noexcept
{
    if (!fault_) {
        position_ = position;
        fault_ = what;
    }
    return false;
}

bool reader::open() noexcept
{
    if (fault_)
        return false;
    if (levels_left_ == 0)
        return fail(position_, "nested too deeply");
    --levels_left_;
    ++position_;
    first_ = true;
    return true;
}

void reader::close() noexcept
{
    ++position_;
    ++levels_left_;
    first_ = false;
}

constinit std::array<token, 256> const reader::beginnings = [] {
    std::array<token, 256> table{};
    table.fill(token::invalid);
    for (char const digit : std::string_view("-0123456789"))
        table[static_cast<unsigned char>(digit)] = token::number;
    table['"'] = token::string;
    table['{'] = token::object;
    table['['] = token::array;
    table['t'] = table['f'] = token::boolean;
    table['n'] = token::null;
    return table;
}();

bool reader::scan_literal(std::string_view literal) noexcept
{
    if (fault_)
        return false;
    if (static_cast<std::size_t>(end_ - position_) < literal.size() ||
        std::memcmp(position_, literal.data(), literal.size()) != 0)
        return fail(position_, "expected a value");
    position_ += literal.size();
    return true;
}

bool reader::read_null() noexcept
{
    return scan_literal("null");
}

bool reader::read_boolean(bool& value) noexcept
{
    if (fault_)
        return false;
    value = *position_ == 't';
    return scan_literal(value ? "true" : "false");
}

bool reader::scan_number(std::string_view& text) noexcept
{
    if (fault_)
        return false;
    char const* at = position_;
    auto const digits = [&] {
        char const* const first = at;
        while (at != end_ && is_digit(*at))
            ++at;
        return at != first;
    };

    if (at != end_ && *at == '-')
        ++at;
    if (at != end_ && *at == '0')
        ++at;
    else if (!digits())
        return fail(at, "expected a digit");
    if (at != end_ && *at == '.') {
        ++at;
        if (!digits())
            return fail(at, "expected a digit");
    }
    if (at != end_ && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end_ && (*at == '+' || *at == '-'))
            ++at;
        if (!digits())
            return fail(at, "expected a digit");
    }
    text = std::string_view(position_, static_cast<std::size_t>(at - position_));
    position_ = at;
    return true;
}

std::optional<std::int64_t> reader::read_integer() noexcept
{
    // Plain digits that cannot overflow are nearly all there are.
    constexpr std::ptrdiff_t safe_digits = 18;
    if (fault_)
        return std::nullopt;
    char const* at = position_;
    bool const negative = at != end_ && *at == '-';
    if (negative)
        ++at;
    char const* const first = at;
    char const* const last = end_ - at > safe_digits ? at + safe_digits : end_;
    std::uint64_t magnitude = 0;
    for (; at != last && is_digit(*at); ++at)
        magnitude = magnitude * 10 + static_cast<std::uint64_t>(*at - '0');
    bool const number_ends =
        at == end_ || (!is_digit(*at) && *at != '.' && *at != 'e' && *at != 'E');
    bool const leading_zero = at != first && *first == '0' && at - first > 1;
    if (at != first && number_ends && !leading_zero) {
        position_ = at;
        return with_sign(magnitude, negative);
    }

    std::string_view text;
    if (!scan_number(text))
        return std::nullopt;
    return exact_integer(text);
}

std::optional<double> reader::read_double() noexcept
{
    std::string_view text;
    if (!scan_number(text))
        return std::nullopt;
    double value = 0;
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc())
        return std::nullopt;
    return value;
}

/// Reads a string whose part before `at` is plain ASCII.
bool reader::read_rest_of_string(char const* at, std::string_view& value, std::string& scratch)
{
    char const* const first = position_ + 1;
    for (;;) {
        if (at == end_)
            return fail(at, "a string is not closed");
        if (*at == '"') {
            value = std::string_view(first, static_cast<std::size_t>(at - first));
            position_ = at + 1;
            return true;
        }
        if (*at == '\\')
            break;
        auto const size = utf8_sequence(at, end_);
        if (size == 0)
            return fail(at, fault_in_string(*at));
        at = skip_plain(at + size, end_);
    }

    scratch.assign(first, at);
    position_ = at;
    if (!unescape(scratch))
        return false;
    value = scratch;
    return true;
}

/// Appends the rest of a string from its first escape on.
bool reader::unescape(std::string& out)
{
    char const* at = position_;
    for (;;) {
        char const* const run = at;
        at = skip_plain(at, end_);
        out.append(run, at);
        if (at == end_)
            return fail(at, "a string is not closed");
        if (*at == '"') {
            position_ = at + 1;
            return true;
        }
        if (*at != '\\') {
            auto const size = utf8_sequence(at, end_);
            if (size == 0)
                return fail(at, fault_in_string(*at));
            out.append(at, size);
            at += size;
            continue;
        }
        if (end_ - at < 2)
            return fail(end_, "a string is not closed");
        if (char const plain = simple_escape(at[1])) {
            out.push_back(plain);
            at += 2;
            continue;
        }
        if (at[1] != 'u')
            return fail(at, "an unknown escape");
        auto const unit = hex4(at + 2, end_);
        if (!unit)
            return fail(at, "an escape without four hexadecimal digits");
        at += 6;
        std::uint32_t code = *unit;
        if (code >= 0xD800 && code < 0xE000) {
            bool const escape_follows = end_ - at >= 2 && at[0] == '\\' && at[1] == 'u';
            auto const low = escape_follows ? hex4(at + 2, end_) : std::nullopt;
            if (code < 0xDC00 && low && *low >= 0xDC00 && *low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (*low - 0xDC00);
                at += 6;
            } else {
                code = 0xFFFD;
            }
        }
        append_utf8(out, code);
    }
}

bool reader::skip_string() noexcept
{
    if (fault_)
        return false;
    char const* at = position_ + 1;
    for (;;) {
        at = skip_plain(at, end_);
        if (at == end_)
            return fail(at, "a string is not closed");
        if (*at == '"') {
            position_ = at + 1;
            return true;
        }
        if (*at == '\\') {
            if (end_ - at < 2)
                return fail(end_, "a string is not closed");
            if (simple_escape(at[1]) != 0) {
                at += 2;
            } else if (at[1] != 'u') {
                return fail(at, "an unknown escape");
            } else if (!hex4(at + 2, end_)) {
                return fail(at, "an escape without four hexadecimal digits");
            } else {
                at += 6;
            }
            continue;
        }
        auto const size = utf8_sequence(at, end_);
        if (size == 0)
            return fail(at, fault_in_string(*at));
        at += size;
    }
}

bool reader::skip_any() noexcept
{
    switch (peek()) {
    case token::null:
        return scan_literal("null");
    case token::boolean:
        return scan_literal(*position_ == 't' ? "true" : "false");
    case token::number: {
        std::string_view text;
        return scan_number(text);
    }
    case token::string:
        return skip_string();
    case token::array:
        if (!enter_array())
            return false;
        while (next_element()) {
            if (!skip_any())
                return false;
        }
        return !failed();
    case token::object:
        if (!enter_object())
            return false;
        while (next_name()) {
            if (!skip_string() || !expect_colon() || !skip_any())
                return false;
        }
        return !failed();
    case token::invalid:
        break;
    }
    return fail(position_, "expected a value");
}

bool reader::skip_value(std::string_view& raw) noexcept
{
    skip_space();
    char const* const first = position_;
    if (!skip_any())
        return false;
    raw = std::string_view(first, static_cast<std::size_t>(position_ - first));
    return true;
}

bool reader::enter_object() noexcept
{
    return open();
}

bool reader::enter_array() noexcept
{
    return open();
}

/// What `next_name` does when there is none.
bool reader::end_of_object() noexcept
{
    if (fault_)
        return false;
    if (position_ == end_)
        return fail(position_, "an object is not closed");
    close();
    return false;
}

bool reader::next_bare_member(std::string_view& name, std::string& scratch)
{
    first_ = position_ == begin_;
    skip_space();
    return position_ != end_ && next_member(name, scratch);
}

bool reader::next_element() noexcept
{
    skip_space();
    if (fault_)
        return false;
    if (position_ == end_)
        return fail(position_, "an array is not closed");
    if (*position_ == ']') {
        close();
        return false;
    }
    if (!first_) {
        if (*position_ != ',')
            return fail(position_, "expected a comma or the end of an array");
        ++position_;
    }
    first_ = false;
    return true;
}

std::optional<reader> reader::peek_member(std::string_view name, std::string& scratch) const
{
    reader ahead = *this;
    if (!ahead.enter_object())
        return std::nullopt;
    std::string_view found;
    while (ahead.next_member(found, scratch)) {
        if (found == name)
            return ahead;
        if (!ahead.skip_any())
            break;
    }
    return std::nullopt;
}

bool reader::finish() noexcept
{
    skip_space();
    if (fault_)
        return false;
    if (position_ != end_)
        return fail(position_, "something follows the value");
    return true;
}

} // namespace hicap::json
