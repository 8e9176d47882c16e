#include "policy/rate_limit.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace hicap::policy {
namespace {

using std::chrono::milliseconds;

using nanosecond_count = std::uint64_t;

constexpr nanosecond_count second = 1'000'000'000;
constexpr nanosecond_count longest_wait = second * 3600 * 24 * 365 * 100;

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

bool take(std::string_view& text, std::string_view front) noexcept
{
    if (!text.starts_with(front))
        return false;
    text.remove_prefix(front.size());
    return true;
}

milliseconds round_up(nanosecond_count count) noexcept
{
    return milliseconds((count + 999'999) / 1'000'000);
}

// A decimal number without sign, the way Go and people write them: "2", "0.5", "3.", ".5".
struct decimal
{
    std::uint64_t whole = 0;
    std::uint64_t billionths = 0; // further digits are dropped

    // In nanoseconds, and anything beyond the longest wait as the longest wait.
    [[nodiscard]] nanosecond_count times(nanosecond_count unit) const noexcept
    {
        if (whole > longest_wait / unit)
            return longest_wait;
        // In this order neither product overflows.
        auto const fraction = billionths * (unit / 1000) / (second / 1000);
        return std::min(whole * unit + fraction, longest_wait);
    }
};

std::optional<decimal> take_decimal(std::string_view& text) noexcept
{
    decimal out;
    bool any = false;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), any = true) {
        // Saturates: neither this product nor a sum of two can overflow.
        out.whole = out.whole > longest_wait / 10
                        ? longest_wait
                        : out.whole * 10 + static_cast<std::uint64_t>(text.front() - '0');
    }
    if (take(text, ".")) {
        auto place = second / 10;
        for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), any = true) {
            out.billionths += static_cast<std::uint64_t>(text.front() - '0') * place;
            place /= 10;
        }
    }
    if (!any)
        return std::nullopt;
    return out;
}

// The whole text as a number of `unit`.
std::optional<nanosecond_count> parse_number(std::string_view text, nanosecond_count unit) noexcept
{
    auto const number = take_decimal(text);
    if (!number || !text.empty())
        return std::nullopt;
    return number->times(unit);
}

std::optional<nanosecond_count> take_unit(std::string_view& text) noexcept
{
    struct named
    {
        std::string_view name;
        nanosecond_count value;
    };

    // "ms" comes before "m". The micro sign and the Greek letter mu are both in use.
    static constexpr std::array<named, 8> units{{
        {"ns", 1},
        {"us", 1000},
        {"\xC2\xB5s", 1000},
        {"\xCE\xBCs", 1000},
        {"ms", 1'000'000},
        {"s", second},
        {"m", 60 * second},
        {"h", 3600 * second},
    }};
    for (auto const& unit : units) {
        if (take(text, unit.name))
            return unit.value;
    }
    return std::nullopt;
}

// "6m0s", or plain seconds. Absent from the longest wait on, a figure that nobody means.
std::optional<milliseconds> parse_duration(std::string_view text) noexcept
{
    auto sum = parse_number(text, second);
    if (!sum) {
        if (text.empty())
            return std::nullopt;
        sum = 0;
        while (!text.empty() && *sum < longest_wait) {
            auto const number = take_decimal(text);
            auto const unit = number ? take_unit(text) : std::nullopt;
            if (!unit)
                return std::nullopt;
            *sum += number->times(*unit);
        }
    }
    if (*sum >= longest_wait)
        return std::nullopt;
    return round_up(*sum);
}

rate_limit_window parse_window(headers const& fields, std::string_view kind)
{
    auto const field = [&](std::string_view part) {
        return fields.find(std::string("x-ratelimit-").append(part).append("-").append(kind));
    };
    auto const integer = [&](std::string_view part) -> std::optional<std::int64_t> {
        auto const text = field(part).value_or("");
        std::int64_t value = 0;
        auto const* const last = text.data() + text.size();
        auto const [stop, failure] = std::from_chars(text.data(), last, value);
        if (failure != std::errc() || stop != last)
            return std::nullopt;
        return value;
    };

    rate_limit_window out;
    out.limit = integer("limit");
    out.remaining = integer("remaining");
    out.reset_text = field("reset").value_or("");
    out.reset = parse_duration(out.reset_text);
    return out;
}

// Reads the parts of a date from left to right; once one is missing, all that follow are.
class date_reader
{
public:
    explicit date_reader(std::string_view text) noexcept : rest_(text) {}

    void literal(std::string_view wanted) noexcept { ok_ = ok_ && take(rest_, wanted); }

    // One of the names' first `size` characters, and its place in the list, counted from 1.
    template <std::size_t N>
    unsigned name(std::array<std::string_view, N> const& names, std::size_t size) noexcept
    {
        for (std::size_t i = 0; ok_ && i != N; ++i) {
            if (take(rest_, names[i].substr(0, size)))
                return static_cast<unsigned>(i + 1);
        }
        ok_ = false;
        return 0;
    }

    unsigned number(std::size_t digits) noexcept
    {
        unsigned value = 0;
        for (; digits != 0; --digits) {
            ok_ = ok_ && !rest_.empty() && is_digit(rest_.front());
            if (!ok_)
                return 0;
            value = value * 10 + static_cast<unsigned>(rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }

    // The day of the month, padded by a space.
    unsigned padded_day() noexcept { return take(rest_, " ") ? number(1) : number(2); }

    std::chrono::seconds time() noexcept
    {
        std::chrono::hours const hour(number(2));
        literal(":");
        std::chrono::minutes const minute(number(2));
        literal(":");
        std::chrono::seconds const past(number(2)); // 60 in a leap second
        ok_ = ok_ && hour.count() < 24 && minute.count() < 60 && past.count() <= 60;
        return hour + minute + past;
    }

    [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

constexpr std::array<std::string_view, 7> weekdays{
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> months{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// A year of two digits is never more than 50 years ahead.
int full_year(int two_digits, std::chrono::system_clock::time_point now) noexcept
{
    std::chrono::year_month_day const today(std::chrono::floor<std::chrono::days>(now));
    auto const this_year = static_cast<int>(today.year());
    auto const year = this_year - this_year % 100 + two_digits;
    return year > this_year + 50 ? year - 100 : year;
}

// The three forms of HTTP: "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" and
// "Sun Nov  6 08:49:37 1994".
std::optional<std::chrono::sys_seconds>
parse_date(std::string_view text, std::chrono::system_clock::time_point now) noexcept
{
    date_reader reader(text);
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    std::chrono::seconds time{};
    auto const comma = text.find(',');
    if (comma == std::string_view::npos) {
        reader.name(weekdays, 3);
        reader.literal(" ");
        month = reader.name(months, 3);
        reader.literal(" ");
        day = reader.padded_day();
        reader.literal(" ");
        time = reader.time();
        reader.literal(" ");
        year = static_cast<int>(reader.number(4));
    } else {
        auto const is_short = comma == 3;
        auto const* const dash = is_short ? " " : "-";
        reader.name(weekdays, is_short ? 3 : std::string_view::npos);
        reader.literal(", ");
        day = reader.number(2);
        reader.literal(dash);
        month = reader.name(months, 3);
        reader.literal(dash);
        year = is_short ? static_cast<int>(reader.number(4))
                        : full_year(static_cast<int>(reader.number(2)), now);
        reader.literal(" ");
        time = reader.time();
        reader.literal(" GMT");
    }
    auto const date = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    if (!reader.done() || !date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date) + time;
}

} // namespace

rate_limit parse_rate_limit(headers const& fields)
{
    rate_limit out;
    out.requests = parse_window(fields, "requests");
    out.tokens = parse_window(fields, "tokens");
    return out;
}

std::optional<milliseconds>
parse_retry_after(headers const& fields, std::chrono::system_clock::time_point now)
{
    if (auto const text = fields.find("retry-after-ms")) {
        if (auto const wait = parse_number(*text, second / 1000))
            return round_up(*wait);
    }
    auto const text = fields.find("retry-after");
    if (!text)
        return std::nullopt;
    if (auto const wait = parse_number(*text, second))
        return round_up(*wait);
    auto const date = parse_date(*text, now);
    if (!date)
        return std::nullopt;
    auto const wait = milliseconds(date->time_since_epoch()) -
                      std::chrono::floor<milliseconds>(now.time_since_epoch());
    return std::clamp(wait, milliseconds(0), round_up(longest_wait));
}

std::string_view request_id(headers const& fields) noexcept
{
    for (std::string_view const name : {"x-request-id", "apim-request-id", "request-id"}) {
        if (auto const id = fields.find(name))
            return *id;
    }
    return {};
}

} // namespace hicap::policy
