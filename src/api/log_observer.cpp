#include <hicap/deadlines.hpp>
#include <hicap/error.hpp>
#include <hicap/log_observer.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace hicap {
namespace {

// Of one text in a line: longer than any that is honest.
constexpr std::size_t max_text = 128;

bool is_harmless(std::string_view text) noexcept
{
    return text.size() <= max_text && std::all_of(text.begin(), text.end(), [](char c) {
               return c >= ' ' && c <= '~' && c != '"' && c != '\\';
           });
}

/// A line while it is written: words and `key=value`, with one space between.
class line_writer
{
public:
    explicit line_writer(call_identity const& call)
    {
        text_.reserve(256);
        text_ += "hicap";
        word("call").word(call.number).text(call.method);
        if (!call.path.empty())
            text(call.path);
    }

    line_writer& word(std::string_view literal)
    {
        text_ += ' ';
        text_ += literal;
        return *this;
    }

    line_writer& word(std::integral auto number)
    {
        text_ += ' ';
        append(number);
        return *this;
    }

    line_writer& add(std::string_view name, std::integral auto number)
    {
        key(name);
        append(number);
        return *this;
    }

    line_writer& add(std::string_view name, std::chrono::microseconds time)
    {
        key(name);
        auto const count = time.count();
        if (count < 1000) {
            append(count);
            text_ += "us";
        } else if (count < 1'000'000) {
            append(count / 1000);
            text_ += "ms";
        } else {
            append(count / 1'000'000);
            text_ += '.';
            for (auto const unit : {100'000, 10'000, 1000})
                append(count / unit % 10);
            text_ += 's';
        }
        return *this;
    }

    line_writer& add(std::string_view name, bool value)
    {
        key(name);
        text_ += value ? "yes" : "no";
        return *this;
    }

    line_writer& add(phase_times const& times)
    {
        add(phase::pool_wait, times.pool_wait);
        add(phase::resolve, times.resolve);
        add(phase::connect, times.connect);
        add(phase::tls, times.tls);
        add(phase::first_byte, times.first_byte);
        return *this;
    }

    /// Nothing where no response came.
    line_writer& add_status(int status)
    {
        if (status != 0)
            add("status", status);
        return *this;
    }

    /// Nothing where there is no error.
    line_writer& add_error(boost::system::error_code code)
    {
        if (code) {
            key("error");
            text_ += code.category().name();
            text_ += ':';
            append(code.value());
            add_text("message", code.message());
        }
        return *this;
    }

    /// Nothing where there is none.
    line_writer& add_reason(std::string_view why)
    {
        if (!why.empty())
            add_text("reason", why);
        return *this;
    }

    /// Nothing where the server sent none.
    line_writer& add_request_id(std::string_view id)
    {
        if (!id.empty())
            add_text("request_id", id);
        return *this;
    }

    /// The whole line with its end.
    [[nodiscard]] std::string_view finish()
    {
        text_ += '\n';
        return text_;
    }

private:
    void key(std::string_view name)
    {
        word(name);
        text_ += '=';
    }

    void append(std::integral auto number)
    {
        char digits[24];
        auto const end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
        text_.append(digits, end);
    }

    void add(phase which, std::optional<phase_times::duration> const& time)
    {
        if (time)
            add(to_string(which), *time);
    }

    void add_text(std::string_view name, std::string_view value)
    {
        key(name);
        append_text(value);
    }

    void text(std::string_view value)
    {
        text_ += ' ';
        append_text(value);
    }

    /// In quotes unless it is one plain word, so that no text looks like a key of ours.
    void append_text(std::string_view value)
    {
        bool const harmless = is_harmless(value);
        bool const quoted = !harmless || value.find(' ') != std::string_view::npos;
        if (quoted)
            text_ += '"';
        if (harmless)
            text_ += value;
        else
            text_ += escape_for_display(value, max_text);
        if (quoted)
            text_ += '"';
    }

    std::string text_;
};

class log_observer final : public observer
{
public:
    log_observer(log_level level, log_sink sink) : level_(level), sink_(std::move(sink)) {}

    void on_attempt(attempt_event const& event) noexcept override
    {
        write(log_level::debug, event.call, [&event](line_writer& line) {
            line.word("attempt").word(event.number).word("begins").add("at", event.since_begin);
        });
    }

    void on_connection(connection_event const& event) noexcept override
    {
        write(log_level::debug, event.call, [&event](line_writer& line) {
            line.word("attempt").word(event.attempt);
            if (event.code) {
                line.word("not").word("connected").add(event.times).add_error(event.code);
            } else {
                line.word("connected").add("reused", event.reused);
                if (event.resumed_session)
                    line.add("resumed", true);
                line.add(event.times);
            }
            line.add("at", event.since_begin);
        });
    }

    void on_first_byte(first_byte_event const& event) noexcept override
    {
        write(log_level::debug, event.call, [&event](line_writer& line) {
            line.word("attempt").word(event.attempt).word("answered").add_status(event.status);
            line.add_request_id(event.request_id).add("at", event.since_begin);
        });
    }

    void on_retry(retry_event const& event) noexcept override
    {
        write(log_level::info, event.call, [&event](line_writer& line) {
            auto const& failed = event.failed;
            line.word("attempt").word(event.number).word("failed").add_status(failed.status);
            line.add_error(failed.code).add("reused", failed.reused_connection).add(failed.times);
            line.add_request_id(failed.request_id);
            if (failed.replayed)
                line.add("replayed", true);
            else
                line.add("backoff", failed.backoff);
            line.add("at", event.since_begin);
        });
    }

    void on_first_event(first_event_event const& event) noexcept override
    {
        write(log_level::debug, event.call, [&event](line_writer& line) {
            line.word("first").word("event").add("at", event.since_begin);
        });
    }

    void on_end(end_event const& event) noexcept override
    {
        auto const level = event.how == call_end::failed ? log_level::error : log_level::info;
        write(level, event.call, [&event](line_writer& line) {
            line.word("ended").word(name_of(event.how)).add_status(event.status);
            line.add_error(event.code).add_reason(event.not_retried);
            line.add("attempts", event.attempts).add("events", event.events);
            line.add_request_id(event.request_id).add("took", event.since_begin);
        });
    }

private:
    static std::string_view name_of(call_end how) noexcept
    {
        switch (how) {
        case call_end::completed:
            return "completed";
        case call_end::failed:
            return "failed";
        case call_end::cancelled:
            return "cancelled";
        case call_end::abandoned:
            return "abandoned";
        }
        return "unknown";
    }

    /// The call goes on without its log where there is no memory or the sink throws.
    template <class Fill>
    void write(log_level level, call_identity const& call, Fill fill) noexcept
    {
        if (level > level_)
            return;
        try {
            line_writer line(call);
            fill(line);
            auto const text = line.finish();
            if (sink_)
                sink_(level, text.substr(0, text.size() - 1));
            else
                std::fwrite(text.data(), 1, text.size(), stderr); // in one piece
        } catch (...) {
        }
    }

    log_level level_;
    log_sink sink_;
};

} // namespace

std::shared_ptr<observer> make_log_observer(log_level level, log_sink sink)
{
    return std::make_shared<log_observer>(level, std::move(sink));
}

std::shared_ptr<observer> make_log_observer(std::string_view level)
{
    if (level.empty() || level == "off")
        return nullptr;
    if (level == "error")
        return make_log_observer(log_level::error);
    if (level == "info")
        return make_log_observer(log_level::info);
    if (level == "debug")
        return make_log_observer(log_level::debug);
    throw error(
        errc::invalid_argument,
        "HICAP_LOG is \"" + escape_for_display(level, max_text) +
            "\": it must be error, info, debug or off"
    );
}

} // namespace hicap
