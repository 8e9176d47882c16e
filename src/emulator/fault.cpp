#include "emulator/fault.hpp"

#include "emulator/refusal.hpp"
#include "emulator/response_items.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::emulation {
namespace {

using milliseconds = std::chrono::milliseconds;

constexpr std::string_view html_page = "<!doctype html>\n<html><head><title>Sign in</title></head>"
                                       "<body><h1>Please sign in</h1></body></html>\n";

constexpr std::string_view garbage = "\x01\xfe\xff no field\nnor: this\nno colon\n\n"
                                     "data: {\"id\":\"chatcmpl-\n\n";

[[noreturn]] void refuse(std::string_view name, std::string_view expected)
{
    std::string message = "The header ";
    message += name;
    message += " must be ";
    message += expected;
    message += '.';
    throw invalid_request(std::move(message), "invalid_value", std::string(name));
}

// All that is a number: its header, its place and its range.
template <class Fault, class Visitor>
void for_each_number(Fault& fault, Visitor const& visit)
{
    constexpr std::uint64_t max_count = 1'000'000'000;
    constexpr std::int64_t max_text_tokens = 1'000'000;
    constexpr double max_rate = 1e9;
    constexpr milliseconds no_delay(0);
    constexpr milliseconds max_delay = std::chrono::hours(1);

    visit("x-emulator-status", fault.status, 200, 599);
    visit("x-emulator-comments", fault.comments, 0, max_count);
    visit("x-emulator-empty-events", fault.empty_events, 0, max_count);
    visit("x-emulator-stream-error", fault.stream_error, 0, max_count);
    visit("x-emulator-events", fault.events, 0, max_count);
    visit("x-emulator-cut-after", fault.cut_after, 0, max_count);
    visit("x-emulator-stall-after-events", fault.stall_after_events, 0, max_count);
    visit("x-emulator-stall-after-bytes", fault.stall_after_bytes, 0, max_count);
    visit("x-emulator-drip", fault.drip, 0, max_count);
    visit("x-emulator-delay-head", fault.delay_head, no_delay, max_delay);
    visit("x-emulator-delay-event", fault.delay_event, no_delay, max_delay);
    visit("x-emulator-delay-drip", fault.delay_drip, no_delay, max_delay);
    visit("x-emulator-tokens", fault.tokens, 1, max_text_tokens);
    visit("x-emulator-tokens-per-second", fault.tokens_per_second, 0, max_rate);
}

template <class Number>
std::string to_text(Number number)
{
    return std::to_string(number);
}

std::string to_text(milliseconds time)
{
    return to_text(time.count());
}

template <class Number>
bool read_number(std::string_view text, Number& value)
{
    auto const* const end = text.data() + text.size();
    auto const parsed = std::from_chars(text.data(), end, value);
    return parsed.ec == std::errc() && parsed.ptr == end;
}

bool read_number(std::string_view text, milliseconds& value)
{
    milliseconds::rep count = 0;
    auto const read = read_number(text, count);
    value = milliseconds(count);
    return read;
}

template <class Number>
bool read_number(std::string_view text, std::optional<Number>& value)
{
    return read_number(text, value.emplace());
}

template <class Number, class Min, class Max>
bool is_within(Number value, Min min, Max max)
{
    // Written so that NaN is not.
    return value >= static_cast<Number>(min) && value <= static_cast<Number>(max);
}

template <class Number, class Min, class Max>
bool is_within(std::optional<Number> const& value, Min min, Max max)
{
    return !value || is_within(*value, min, max);
}

template <class Min, class Max>
[[noreturn]] void refuse_number(std::string_view name, Min min, Max max)
{
    refuse(name, "a number from " + to_text(min) + " to " + to_text(max));
}

template <class Choice>
using choices = std::initializer_list<std::pair<std::string_view, Choice>>;

/// The headers of a request, which remembers what it was asked for.
class fault_headers
{
public:
    explicit fault_headers(fields const& all) : all_(all) {}

    std::string const* find(std::string_view name)
    {
        known_.push_back(name);
        return all_.find(name);
    }

    /// Refuses what nobody has asked for: a mistyped fault would let a test pass.
    void refuse_others() const
    {
        constexpr std::string_view prefix = "x-emulator-";
        for (auto const& header : all_) {
            std::string_view const name = header.first;
            auto const is_it = [name](std::string_view each) {
                return equal_ignoring_case(name, each);
            };
            if (equal_ignoring_case(name.substr(0, prefix.size()), prefix) &&
                std::none_of(known_.begin(), known_.end(), is_it))
                refuse(name, "left out: the emulator does not know it");
        }
    }

private:
    fields const& all_;
    std::vector<std::string_view> known_;
};

template <class Choice>
void read_choice(
    fault_headers& headers, std::string_view name, Choice& value, choices<Choice> const& known
)
{
    auto const* text = headers.find(name);
    if (text == nullptr)
        return;
    std::string expected = known.size() == 1 ? "" : "one of ";
    for (auto const& [each, meaning] : known) {
        if (*text == each) {
            value = meaning;
            return;
        }
        if (each != known.begin()->first)
            expected += ", ";
        expected += each;
    }
    refuse(name, expected);
}

void read_choices(fault_headers& headers, emulator_fault& fault)
{
    using body = emulator_fault::error_body;
    using content = emulator_fault::other_content;
    using damage = emulator_fault::damage;
    using ending = emulator_fault::ending;

    choices<body> const bodies = {
        {"text", body::text},
        {"empty", body::empty},
        {"string-error", body::string_error},
    };
    choices<content> const contents = {
        {"html", content::html},
        {"json", content::json},
    };
    choices<damage> const damages = {
        {"status-line", damage::status_line},
        {"header", damage::header},
        {"endless-header", damage::endless_header},
        {"content-length-short", damage::content_length_short},
        {"content-length-long", damage::content_length_long},
        {"both-framings", damage::both_framings},
        {"chunk-size", damage::chunk_size},
        {"sse-garbage", damage::sse_garbage},
    };
    choices<ending> const endings = {
        {"fin", ending::fin},
        {"clean", ending::clean},
        {"no-close-notify", ending::no_close_notify},
        {"rst", ending::rst},
        {"half-record", ending::half_record},
    };
    choices<std::optional<std::uint64_t>> const stalls = {
        {"head", 0U},
    };
    read_choice(headers, "x-emulator-body", fault.body, bodies);
    read_choice(headers, "x-emulator-content", fault.content, contents);
    read_choice(headers, "x-emulator-malformed", fault.malformed, damages);
    read_choice(headers, "x-emulator-cut", fault.cut, endings);
    read_choice(headers, "x-emulator-stall", fault.stall_after_bytes, stalls);
}

constexpr std::string_view events_header = "x-emulator-events";
constexpr std::string_view items_header = "x-emulator-items";

// A number of events is where a stream ends, a word is the life of a response.
bool is_word(std::string_view text)
{
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z';
}

void read_life(fault_headers& headers, emulator_fault& fault)
{
    using course = emulator_fault::course;

    choices<course> const courses = {
        {"all", course::all},
        {"failed", course::failed},
        {"incomplete", course::incomplete},
        {"error", course::error},
        {"queued", course::queued},
        {"in_progress", course::in_progress},
    };
    auto const* text = headers.find(events_header);
    if (text != nullptr && is_word(*text))
        read_choice(headers, events_header, fault.life, courses);
}

std::string text_of(fault_headers& headers, std::string_view name)
{
    auto const* text = headers.find(name);
    return text != nullptr ? *text : std::string();
}

constexpr std::string_view extra_header = "x-emulator-header";
constexpr std::string_view extra_header_form = "of the form 'Name: value'";

std::string_view trim(std::string_view text)
{
    auto const is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

// An empty name, which no item has, stands for what is missing between two commas.
std::vector<std::string> read_items(std::string_view text)
{
    std::vector<std::string> result;
    if (text.empty())
        return result;
    for (;;) {
        auto const end = text.find(',');
        result.emplace_back(trim(text.substr(0, end)));
        if (end == std::string_view::npos)
            return result;
        text.remove_prefix(end + 1);
    }
}

std::pair<std::string, std::string> read_extra_header(std::string_view text)
{
    auto const colon = text.find(':');
    if (colon == std::string_view::npos)
        refuse(extra_header, extra_header_form);
    return {std::string(text.substr(0, colon)), std::string(trim(text.substr(colon + 1)))};
}

bool is_header_name(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        constexpr std::string_view separators = "()<>@,;:\\\"/[]?={}";
        return c > ' ' && c < '\x7f' && separators.find(c) == std::string_view::npos;
    });
}

bool is_header_value(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) {
        return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f';
    });
}

response error_response(emulator_fault const& fault)
{
    using error_body = emulator_fault::error_body;

    response result;
    result.status = fault.status.value_or(500);
    if (!fault.retry_after.empty())
        result.headers.append("retry-after", fault.retry_after);
    switch (fault.body) {
    case error_body::json:
        result.headers.append("content-type", "application/json");
        result.body = refusal(result.status, "This failure was asked for.", fault.code).body();
        break;
    case error_body::text:
        result.headers.append("content-type", "text/plain");
        result.body = "upstream connect error or disconnect before headers";
        break;
    case error_body::string_error:
        result.headers.append("content-type", "application/json");
        result.body = R"({"error":"This failure was asked for."})";
        break;
    case error_body::empty:
        break;
    }
    return result;
}

/// Whether an error takes the place of the answer.
bool is_error(emulator_fault const& fault) noexcept
{
    return fault.status || fault.body != emulator_fault::error_body::json;
}

class failing_source : public event_source
{
public:
    failing_source(std::unique_ptr<event_source> inner, std::uint64_t events, std::string error)
        : inner_(std::move(inner)), left_(events), error_(std::move(error))
    {}

    std::optional<event> next() override
    {
        if (left_ == 0) {
            if (error_.empty())
                return std::nullopt;
            return event{std::exchange(error_, {}), 0, true};
        }
        --left_;
        return inner_->next();
    }

    [[nodiscard]] time_point due() const noexcept override
    {
        return left_ == 0 ? time_point::min() : inner_->due();
    }

    void on_change(std::function<void()> notify) override { inner_->on_change(std::move(notify)); }

private:
    std::unique_ptr<event_source> inner_;
    std::uint64_t left_;
    std::string error_;
};

class prefaced_source : public event_source
{
public:
    struct preface
    {
        std::string_view text;
        std::uint64_t times;
    };

    using prefaces = std::array<preface, 3>;

    prefaced_source(std::unique_ptr<event_source> inner, prefaces const& before)
        : inner_(std::move(inner)), before_(before)
    {}

    std::optional<event> next() override
    {
        for (auto& [text, times] : before_) {
            if (times == 0)
                continue;
            --times;
            return event{std::string(text), 0, false, true};
        }
        return inner_->next();
    }

    [[nodiscard]] time_point due() const noexcept override
    {
        auto const has_preface = std::any_of(before_.begin(), before_.end(), [](auto const& each) {
            return each.times != 0;
        });
        return has_preface ? time_point::min() : inner_->due();
    }

    void on_change(std::function<void()> notify) override { inner_->on_change(std::move(notify)); }

private:
    std::unique_ptr<event_source> inner_;
    prefaces before_;
};

} // namespace

emulator_fault read_fault(fields const& all)
{
    fault_headers headers(all);
    emulator_fault result;
    for_each_number(result, [&](std::string_view name, auto& value, auto min, auto max) {
        auto const* text = headers.find(name);
        if (text == nullptr || (name == events_header && is_word(*text)))
            return;
        if (!read_number(*text, value))
            refuse_number(name, min, max);
    });
    read_choices(headers, result);
    read_life(headers, result);
    result.items = read_items(text_of(headers, items_header));
    result.retry_after = text_of(headers, "x-emulator-retry-after");
    result.code = text_of(headers, "x-emulator-code");
    static_cast<void>(headers.find(extra_header)); // may come often
    for (auto const& [name, value] : all) {
        if (equal_ignoring_case(name, extra_header))
            result.headers.push_back(read_extra_header(value));
    }
    headers.refuse_others();
    return result;
}

void check_fault(emulator_fault const& fault, bool tls)
{
    using ending = emulator_fault::ending;

    for_each_number(fault, [](std::string_view name, auto const& value, auto min, auto max) {
        if (!is_within(value, min, max))
            refuse_number(name, min, max);
    });
    if (!is_header_value(fault.retry_after))
        refuse("x-emulator-retry-after", "without control characters");
    if (!fault.retry_after.empty() && !is_error(fault))
        refuse("x-emulator-retry-after", "accompanied by x-emulator-status or x-emulator-body");
    for (auto const& [name, value] : fault.headers) {
        if (!is_header_name(name) || !is_header_value(value))
            refuse(extra_header, extra_header_form);
    }
    for (auto const& item : fault.items) {
        if (!is_item_type(item) && (item != all_items || fault.items.size() != 1))
            refuse(items_header, "types of output items, or all");
    }
    auto const is_cut = fault.events || fault.cut_after;
    if (fault.cut != ending::fin && !is_cut)
        refuse("x-emulator-cut", "accompanied by x-emulator-events or x-emulator-cut-after");
    if (fault.cut == ending::clean && fault.cut_after)
        refuse("x-emulator-cut", "other than clean with x-emulator-cut-after: events alone end so");
    if (fault.cut == ending::half_record && !tls)
        refuse("x-emulator-cut", "other than half-record where there is no TLS");
    if (fault.delay_drip != milliseconds(0) && fault.drip == 0)
        refuse("x-emulator-delay-drip", "accompanied by x-emulator-drip");
}

std::optional<response> replacement(emulator_fault const& fault)
{
    if (is_error(fault))
        return error_response(fault);
    if (fault.content != emulator_fault::other_content::html)
        return std::nullopt;
    response page;
    page.headers.append("content-type", "text/html; charset=utf-8");
    page.body = html_page;
    return page;
}

std::unique_ptr<event_source>
spoil(std::unique_ptr<event_source> inner, emulator_fault const& fault)
{
    auto result = std::move(inner);
    if (fault.stream_error) {
        refusal const error(500, "The stream failed, as was asked for.", fault.code);
        result =
            std::make_unique<failing_source>(std::move(result), *fault.stream_error, error.body());
    }
    auto const has_garbage = fault.malformed == emulator_fault::damage::sse_garbage;
    if (fault.comments != 0 || fault.empty_events != 0 || has_garbage) {
        prefaced_source::prefaces const before = {{
            {": keep-alive\n\n", fault.comments},
            {"data:\n\n", fault.empty_events},
            {garbage, has_garbage ? 1U : 0U},
        }};
        result = std::make_unique<prefaced_source>(std::move(result), before);
    }
    return result;
}

} // namespace hicap::emulation
