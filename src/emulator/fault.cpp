#include "emulator/fault.hpp"

#include "emulator/refusal.hpp"

#include <charconv>
#include <string_view>
#include <utility>

namespace hicap::emulation {
namespace {

constexpr std::string_view html_page = "<!doctype html>\n<html><head><title>Sign in</title></head>"
                                       "<body><h1>Please sign in</h1></body></html>\n";

[[noreturn]] void refuse(std::string_view name, std::string_view expected)
{
    std::string message = "The header ";
    message += name;
    message += " must be ";
    message += expected;
    message += '.';
    throw invalid_request(std::move(message), "invalid_value", std::string(name));
}

template <class Number>
std::optional<Number>
read_number(fields const& headers, std::string_view name, Number min, Number max)
{
    auto const* text = headers.find(name);
    if (text == nullptr)
        return std::nullopt;
    Number value{};
    auto const* const end = text->data() + text->size();
    auto const parsed = std::from_chars(text->data(), end, value);
    // Written so that NaN is refused too.
    if (parsed.ec != std::errc() || parsed.ptr != end || !(value >= min && value <= max)) {
        auto const range = "a number from " + std::to_string(min) + " to " + std::to_string(max);
        refuse(name, range);
    }
    return value;
}

ending read_ending(fields const& headers)
{
    auto const* text = headers.find("x-emulator-cut");
    if (text == nullptr || *text == "fin")
        return ending::fin;
    if (*text == "clean")
        return ending::clean;
    if (*text == "no-close-notify")
        return ending::no_close_notify;
    if (*text == "rst")
        return ending::rst;
    refuse("x-emulator-cut", "one of fin, clean, no-close-notify, rst");
}

fault::error_body read_body(std::string_view text)
{
    if (text == "text")
        return fault::error_body::text;
    if (text == "empty")
        return fault::error_body::empty;
    if (text == "string-error")
        return fault::error_body::string_error;
    refuse("x-emulator-body", "one of text, empty, string-error");
}

std::string text_of(fields const& headers, std::string_view name)
{
    auto const* text = headers.find(name);
    return text != nullptr ? *text : std::string();
}

response error_response(fault const& faults)
{
    response result;
    result.status = *faults.status;
    if (!faults.retry_after.empty())
        result.headers.append("retry-after", faults.retry_after);
    switch (faults.body) {
    case fault::error_body::json:
        result.headers.append("content-type", "application/json");
        result.body = refusal(result.status, "This failure was asked for.", faults.code).body();
        break;
    case fault::error_body::text:
        result.headers.append("content-type", "text/plain");
        result.body = "upstream connect error or disconnect before headers";
        break;
    case fault::error_body::string_error:
        result.headers.append("content-type", "application/json");
        result.body = R"({"error":"This failure was asked for."})";
        break;
    case fault::error_body::empty:
        break;
    }
    return result;
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

private:
    std::unique_ptr<event_source> inner_;
    std::uint64_t left_;
    std::string error_;
};

} // namespace

fault read_fault(fields const& headers)
{
    constexpr std::uint64_t max_events = 1'000'000'000;
    constexpr std::int64_t max_text_tokens = 1'000'000;
    constexpr double max_rate = 1e9;

    fault result;
    result.status = read_number(headers, "x-emulator-status", 200, 599);
    result.retry_after = text_of(headers, "x-emulator-retry-after");
    result.code = text_of(headers, "x-emulator-code");
    if (auto const* body = headers.find("x-emulator-body")) {
        result.body = read_body(*body);
        if (!result.status)
            result.status = 500;
    }
    if (auto const* content = headers.find("x-emulator-content")) {
        if (*content != "html")
            refuse("x-emulator-content", "html");
        result.html = true;
    }
    auto const how = read_ending(headers);
    if (auto const after =
            read_number<std::uint64_t>(headers, "x-emulator-events", 0, max_events)) {
        result.cut.emplace();
        result.cut->after_events = *after;
        result.cut->how = how;
    }
    result.stream_error =
        read_number<std::uint64_t>(headers, "x-emulator-stream-error", 0, max_events);
    result.text_tokens =
        read_number<std::int64_t>(headers, "x-emulator-tokens", 1, max_text_tokens);
    result.tokens_per_second =
        read_number<double>(headers, "x-emulator-tokens-per-second", 0, max_rate);
    return result;
}

std::optional<response> replacement(fault const& faults)
{
    if (faults.status)
        return error_response(faults);
    if (!faults.html)
        return std::nullopt;
    response page;
    page.headers.append("content-type", "text/html; charset=utf-8");
    page.body = html_page;
    return page;
}

std::unique_ptr<event_source>
fail_after(std::unique_ptr<event_source> inner, std::uint64_t events, std::string const& code)
{
    refusal const error(500, "The stream failed, as was asked for.", code);
    return std::make_unique<failing_source>(std::move(inner), events, error.body());
}

} // namespace hicap::emulation
