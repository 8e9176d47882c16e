#include "emulator/sender.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace hicap::emulation {
namespace {

namespace http = boost::beast::http;
using clock = std::chrono::steady_clock;
using damage = emulator_fault::damage;

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

void append_hex(std::string& text, std::size_t number)
{
    constexpr int base = 16;
    std::array<char, 16> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    text.append(digits.data(), end);
}

// How long that many tokens take. What is longer than a year is never waited for.
clock::duration time_for(std::uint64_t tokens, double tokens_per_second)
{
    constexpr double year = 365.0 * 24 * 3600;
    std::chrono::duration<double> const time(
        std::min(static_cast<double>(tokens) / tokens_per_second, year)
    );
    return std::chrono::duration_cast<clock::duration>(time);
}

class stall_notice
{
public:
    explicit stall_notice(response_observer& observer) : observer_(observer)
    {
        observer_.on_stall_begin();
    }

    stall_notice(stall_notice const&) = delete;
    stall_notice& operator=(stall_notice const&) = delete;

    ~stall_notice() { observer_.on_stall_end(); }

private:
    response_observer& observer_;
};

} // namespace

response_sender::response_sender(
    response_path& path, response_observer& observer, response response, client_wishes wishes
)
    : path_(path), observer_(observer), response_(std::move(response)), fault_(response_.fault),
      wishes_(wishes)
{
    auto const wrong_length =
        suffers(damage::content_length_short) || suffers(damage::content_length_long);
    auto const wrong_chunks = suffers(damage::both_framings) || suffers(damage::chunk_size);
    auto const is_stream = response_.events != nullptr;
    chunked_ = wrong_chunks || (is_stream && wishes_.chunks && !wrong_length);
    if ((is_stream && !chunked_) || suffers(damage::content_length_long))
        wishes_.keep_alive = false;
}

asio::awaitable<response_outcome> response_sender::send()
{
    auto whole = co_await pause(fault_.delay_head);
    if (whole && suffers(damage::endless_header))
        whole = co_await send_endless_header();
    else if (whole && response_.events)
        whole = co_await send_stream();
    else if (whole)
        whole = co_await send_document();

    if (response_.events && !told_) {
        if (cut_)
            observer_.on_stream_cut();
        else
            observer_.on_stream_abandoned();
    }
    if (cut_)
        co_return response_outcome::cut;
    if (!whole)
        co_return response_outcome::abandoned;
    co_return wishes_.keep_alive ? response_outcome::finished : response_outcome::finished_last;
}

asio::awaitable<bool> response_sender::put(std::string_view bytes)
{
    constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();
    auto const drip = fault_.drip != 0 ? fault_.drip : no_limit;
    auto const cut_after = fault_.cut_after.value_or(no_limit);
    auto const stall_after = fault_.stall_after_bytes.value_or(no_limit);

    while (sent_ != cut_after && sent_ != stall_after) {
        if (bytes.empty())
            co_return true;
        if (sent_ != 0 && !co_await pause(fault_.delay_drip))
            co_return false;
        auto const most = std::min({drip, cut_after - sent_, stall_after - sent_});
        auto const piece = bytes.substr(0, static_cast<std::size_t>(most));
        if (!co_await path_.write(piece))
            co_return false;
        sent_ += piece.size();
        bytes.remove_prefix(piece.size());
    }
    cut_ = sent_ == cut_after;
    if (!cut_)
        co_await stall();
    co_return false;
}

asio::awaitable<bool> response_sender::pass(std::uint64_t events)
{
    if (fault_.events == events) {
        auto const is_clean = fault_.cut == emulator_fault::ending::clean;
        if (is_clean && chunked_ && !co_await put(last_chunk))
            co_return false;
        cut_ = true;
        co_return false;
    }
    if (fault_.stall_after_events == events) {
        co_await stall();
        co_return false;
    }
    co_return true;
}

asio::awaitable<bool> response_sender::send_endless_header()
{
    auto bytes = head();
    bytes.resize(bytes.size() - line_end.size());
    bytes += "x-endless: ";
    while (co_await put(bytes)) {
        if (!path_.has_client())
            break;
        bytes.assign(1024, 'x');
    }
    co_return false;
}

asio::awaitable<bool> response_sender::send_document()
{
    observer_.on_tokens(response_.tokens);
    if (response_.tokens_per_second > 0 &&
        !co_await pause(time_for(response_.tokens, response_.tokens_per_second)))
        co_return false;

    auto bytes = head();
    if (!has_body() || wishes_.head_only)
        co_return co_await put(bytes);

    auto const in_parts =
        fault_.events || fault_.stall_after_events || fault_.delay_event != clock::duration(0);
    if (in_parts) {
        if (!co_await put(bytes) || !co_await pass(0) || !co_await pause(fault_.delay_event))
            co_return false;
        bytes.clear();
    }
    if (!response_.body.empty())
        append_piece(bytes, {response_.body});
    if (in_parts) {
        if (!co_await put(bytes) || !co_await pass(1))
            co_return false;
        bytes.clear();
    }
    if (chunked_)
        bytes += last_chunk;
    co_return co_await put(bytes);
}

asio::awaitable<bool> response_sender::send_stream()
{
    auto const bytes = head();
    if (!co_await put(bytes) || !co_await send_events())
        co_return false;
    if (chunked_)
        co_return co_await put(last_chunk);
    co_return true;
}

asio::awaitable<bool> response_sender::send_events()
{
    auto const start = clock::now();
    std::uint64_t events = 0;
    std::uint64_t tokens = 0;
    bool failed = false;
    std::string bytes;
    response_.events->on_change([this] { path_.wake_up(); });
    for (;;) {
        if (!co_await pass(events) || !co_await wait_for_next_event())
            co_return false;
        auto const event = response_.events->next();
        if (!event)
            break;
        failed = failed || event->failure;
        if (event->made)
            observer_.on_tokens(event->tokens);

        if (!co_await pause(fault_.delay_event))
            co_return false;
        tokens += event->tokens;
        if (response_.tokens_per_second > 0 && event->tokens != 0) {
            auto const due = start + time_for(tokens, response_.tokens_per_second);
            if (!co_await path_.wait_until(due))
                co_return false;
        }
        if (!path_.has_client())
            co_return false;
        if (!event->made)
            observer_.on_tokens(event->tokens);

        // One write, so one TLS record and one HTTP chunk.
        bytes.clear();
        if (event->raw)
            append_piece(bytes, {event->data});
        else if (!event->name.empty())
            append_piece(bytes, {"event: ", event->name, "\ndata: ", event->data, "\n\n"});
        else
            append_piece(bytes, {"data: ", event->data, "\n\n"});
        if (!co_await put(bytes))
            co_return false;
        if (!event->raw)
            ++events;
    }
    told_ = true;
    if (failed)
        observer_.on_stream_cut();
    else
        observer_.on_stream_finished();
    co_return true;
}

asio::awaitable<bool> response_sender::wait_for_next_event()
{
    for (auto due = response_.events->due(); clock::now() < due; due = response_.events->due()) {
        if (!co_await path_.wait_for_wake_up_until(due))
            co_return false;
    }
    co_return true;
}

asio::awaitable<bool> response_sender::pause(clock::duration time)
{
    if (time == clock::duration(0))
        co_return true;
    co_return co_await path_.wait_until(clock::now() + time);
}

asio::awaitable<void> response_sender::stall()
{
    stall_notice const notice(observer_);
    co_await path_.wait_until(clock::time_point::max());
}

bool response_sender::suffers(damage what) const noexcept
{
    return fault_.malformed == what;
}

bool response_sender::has_body() const noexcept
{
    return response_.status != 204 && response_.status != 304;
}

std::string response_sender::head() const
{
    auto const reason =
        http::obsolete_reason(static_cast<http::status>(static_cast<unsigned>(response_.status)));
    auto head = suffers(damage::status_line) ? std::string("HTTP/1.1 fine ")
                                             : "HTTP/1.1 " + std::to_string(response_.status) + ' ';
    head.append(reason.data(), reason.size());
    head += "\r\nserver: hicap-emulator\r\n";
    if (suffers(damage::header))
        head += "no colon\r\n";
    for (auto const& [name, value] : response_.headers)
        head += name + ": " + value + "\r\n";
    head += framing();
    if (!wishes_.keep_alive)
        head += "connection: close\r\n";
    head += line_end;
    return head;
}

std::string response_sender::framing() const
{
    std::string result;
    if (!has_body())
        return result;
    if (auto const length = declared_length())
        result += "content-length: " + std::to_string(*length) + "\r\n";
    if (chunked_)
        result += "transfer-encoding: chunked\r\n";
    return result;
}

std::optional<std::size_t> response_sender::declared_length() const noexcept
{
    // Less and more than any stream has.
    constexpr std::size_t short_stream = 16;
    constexpr std::size_t long_stream = 1'000'000'000;

    auto const size = response_.body.size();
    if (suffers(damage::content_length_short))
        return response_.events ? short_stream : size - std::min<std::size_t>(size, 1);
    if (suffers(damage::content_length_long))
        return response_.events ? long_stream : size + 1;
    if (suffers(damage::both_framings))
        return response_.events ? short_stream : size;
    if (chunked_ || response_.events)
        return std::nullopt;
    return size;
}

void response_sender::append_piece(
    std::string& bytes, std::initializer_list<std::string_view> parts
) const
{
    if (chunked_) {
        std::size_t size = 0;
        for (auto const part : parts)
            size += part.size();
        if (suffers(damage::chunk_size))
            bytes += "some";
        else
            append_hex(bytes, size);
        bytes += line_end;
    }
    for (auto const part : parts)
        bytes += part;
    if (chunked_)
        bytes += line_end;
}

} // namespace hicap::emulation
