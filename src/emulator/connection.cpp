#include "emulator/connection.hpp"

#include "emulator/refusal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>

namespace hicap::emulation {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using clock = std::chrono::steady_clock;

constexpr std::uint32_t max_head_size = 64 * 1024;
constexpr std::uint64_t max_body_size = 64 * 1024 * 1024;
// More than the head of a request, which is parsed in one piece.
constexpr std::size_t max_received_size = 2 * std::size_t{max_head_size};
constexpr std::chrono::seconds max_parting_time{1};

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

using request_parser = http::request_parser<http::string_body>;

std::string string_of(beast::string_view text)
{
    return {text.data(), text.size()};
}

request to_request(request_parser& parser)
{
    auto message = parser.release();
    request result;
    result.method = string_of(message.method_string());
    result.target = string_of(message.target());
    for (auto const& field : message)
        result.headers.append(string_of(field.name_string()), string_of(field.value()));
    result.body = std::move(message.body());
    return result;
}

refusal refusal_of(boost::system::error_code const& error)
{
    if (error == http::error::body_limit)
        return {413, "The body of the request is larger than 64 MiB."};
    if (error == http::error::header_limit)
        return {431, "The head of the request is larger than 64 KiB."};
    return {400, "The request is not HTTP/1.1: " + error.message() + '.'};
}

bool expects_continue(request_parser const& parser)
{
    auto const& message = parser.get();
    return message.version() == 11 && beast::iequals(message[http::field::expect], "100-continue");
}

bool may_have_body(int status) noexcept
{
    return status != 204 && status != 304;
}

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

} // namespace

connection::connection(
    asio::any_io_executor executor,
    std::unique_ptr<byte_stream> stream,
    std::shared_ptr<connection_owner> owner
)
    : executor_(std::move(executor)), owner_(std::move(owner)), stream_(std::move(stream)),
      wake_(executor_), space_(executor_)
{}

connection::~connection()
{
    owner_->on_closed(this);
}

void connection::start()
{
    asio::co_spawn(executor_, run(shared_from_this()), asio::detached);
}

void connection::abort() noexcept
{
    ended_ = true;
    stream_->close();
    wake_.cancel();
    space_.cancel();
}

asio::awaitable<void> connection::run(std::shared_ptr<connection> self)
{
    auto const result = co_await self->stream_->handshake();
    self->owner_->on_handshake(result);
    if (result != handshake_result::failed) {
        asio::co_spawn(self->executor_, keep_reading(self), asio::detached);
        // What throws is out of memory, and no answer can be made of it.
        try {
            co_await self->serve();
        } catch (std::exception const&) {
        }
    }
    self->abort();
}

asio::awaitable<void> connection::keep_reading(std::shared_ptr<connection> self)
{
    while (!self->ended_) {
        auto const result = co_await self->stream_->read_some(asio::buffer(self->chunk_));
        if (result.first)
            break;
        self->received_.append(self->chunk_.data(), result.second);
        self->wake_.cancel();
        while (self->received_.size() > max_received_size && !self->ended_) {
            self->space_.expires_at(clock::time_point::max());
            co_await self->space_.async_wait(use_tuple);
        }
    }
    self->ended_ = true;
    if (self->streaming_)
        self->stream_->close();
    self->wake_.cancel();
}

asio::awaitable<void> connection::wait_for_wake_up()
{
    wake_.expires_at(clock::time_point::max());
    co_await wake_.async_wait(use_tuple);
}

asio::awaitable<bool> connection::wait_for_more_than(std::size_t size)
{
    while (received_.size() <= size && !ended_)
        co_await wait_for_wake_up();
    co_return received_.size() > size;
}

asio::awaitable<bool> connection::wait_until(clock::time_point time)
{
    while (!ended_ && clock::now() < time) {
        wake_.expires_at(time);
        co_await wake_.async_wait(use_tuple);
    }
    co_return !ended_;
}

asio::awaitable<bool> connection::write(std::string_view bytes)
{
    auto const error = co_await stream_->write(asio::buffer(bytes));
    co_return !error;
}

asio::awaitable<void> connection::serve()
{
    while (keep_alive_) {
        auto request = co_await read_request();
        if (!request)
            co_return;
        owner_->on_request();
        co_await respond(owner_->answer(*request));
    }
}

asio::awaitable<std::optional<request>> connection::read_request()
{
    request_parser parser;
    parser.header_limit(max_head_size);
    parser.body_limit(max_body_size);
    parser.eager(true);

    bool may_continue = true;
    std::size_t unparsed = 0;
    while (!parser.is_done()) {
        if (!co_await wait_for_more_than(unparsed))
            co_return std::nullopt;

        boost::system::error_code error;
        received_.erase(0, parser.put(asio::buffer(received_), error));
        unparsed = received_.size();
        space_.cancel();
        if (error && error != http::error::need_more) {
            co_await refuse_and_close(refusal_of(error));
            co_return std::nullopt;
        }
        if (may_continue && parser.is_header_done() && !parser.is_done()) {
            may_continue = false;
            if (expects_continue(parser) && !co_await write("HTTP/1.1 100 Continue\r\n\r\n"))
                co_return std::nullopt;
        }
    }
    chunked_ = parser.get().version() == 11;
    keep_alive_ = chunked_ && parser.keep_alive();
    head_only_ = parser.get().method() == http::verb::head;
    co_return to_request(parser);
}

asio::awaitable<void> connection::refuse_and_close(refusal why)
{
    keep_alive_ = false;
    co_await send_whole(owner_->refuse(why));
}

asio::awaitable<void> connection::respond(response response)
{
    if (response.events)
        co_await send_stream(std::move(response));
    else
        co_await send_whole(std::move(response));
}

std::string connection::head_of(response const& response, std::string_view framing) const
{
    auto const reason =
        http::obsolete_reason(static_cast<http::status>(static_cast<unsigned>(response.status)));
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ' + string_of(reason);
    head += "\r\nserver: hicap-emulator\r\n";
    for (auto const& [name, value] : response.headers)
        head += name + ": " + value + "\r\n";
    head += framing;
    if (!keep_alive_)
        head += "connection: close\r\n";
    head += "\r\n";
    return head;
}

asio::awaitable<void> connection::send_whole(response response)
{
    owner_->on_tokens(response.tokens);
    if (response.tokens_per_second > 0) {
        auto const ready = clock::now() + time_for(response.tokens, response.tokens_per_second);
        if (!co_await wait_until(ready)) {
            keep_alive_ = false;
            co_return;
        }
    }
    std::string bytes;
    if (may_have_body(response.status)) {
        auto const size = "content-length: " + std::to_string(response.body.size()) + "\r\n";
        bytes = head_of(response, size);
        if (!head_only_)
            bytes += response.body;
    } else {
        bytes = head_of(response, {});
    }
    if (!co_await write(bytes))
        keep_alive_ = false;
    else if (!keep_alive_)
        co_await part(ending::clean);
}

asio::awaitable<void> connection::send_stream(response response)
{
    auto const head = head_of(response, chunked_ ? "transfer-encoding: chunked\r\n" : "");
    auto const cut = response.cut;
    streaming_ = true;
    auto result = outcome::abandoned;
    if (co_await write(head))
        result = co_await send_events(std::move(response));
    streaming_ = false;

    auto how = ending::clean;
    switch (result) {
    case outcome::finished:
        owner_->on_stream_finished();
        break;
    case outcome::failed:
        owner_->on_stream_cut();
        break;
    case outcome::cut:
        owner_->on_stream_cut();
        how = cut->how;
        keep_alive_ = false;
        break;
    case outcome::abandoned:
        owner_->on_stream_abandoned();
        keep_alive_ = false;
        co_return;
    }
    if (how == ending::clean && chunked_ && !co_await write("0\r\n\r\n"))
        keep_alive_ = false;
    else if (!keep_alive_)
        co_await part(how);
}

asio::awaitable<connection::outcome> connection::send_events(response response)
{
    auto const start = clock::now();
    std::uint64_t sent = 0;
    std::uint64_t tokens = 0;
    auto result = outcome::finished;
    for (;; ++sent) {
        if (response.cut && response.cut->after_events == sent)
            co_return outcome::cut;
        auto const event = response.events->next();
        if (!event)
            co_return result;
        if (event->failure)
            result = outcome::failed;

        tokens += event->tokens;
        if (response.tokens_per_second > 0 && event->tokens != 0) {
            auto const due = start + time_for(tokens, response.tokens_per_second);
            if (!co_await wait_until(due))
                co_return outcome::abandoned;
        }
        if (ended_)
            co_return outcome::abandoned;
        owner_->on_tokens(event->tokens);
        if (!co_await send_event(event->data))
            co_return outcome::abandoned;
    }
}

asio::awaitable<bool> connection::send_event(std::string_view data)
{
    constexpr std::string_view before = "data: ";
    constexpr std::string_view after = "\n\n";

    // One write, so one TLS record and one HTTP chunk.
    event_.clear();
    if (chunked_) {
        append_hex(event_, before.size() + data.size() + after.size());
        event_ += "\r\n";
    }
    event_ += before;
    event_ += data;
    event_ += after;
    if (chunked_)
        event_ += "\r\n";
    co_return co_await write(event_);
}

asio::awaitable<void> connection::part(ending how)
{
    if (how == ending::rst) {
        stream_->reset_on_close();
        co_return;
    }
    // A client that does not answer the farewell is not waited for.
    asio::steady_timer limit(executor_, max_parting_time);
    limit.async_wait([weak = weak_from_this()](boost::system::error_code const& cancelled) {
        auto const self = weak.lock();
        if (!cancelled && self)
            self->stream_->close();
    });
    if (how != ending::no_close_notify)
        co_await stream_->say_farewell();
    stream_->finish();
    // To close with bytes unread would send a reset, which can overtake the answer.
    while (!ended_) {
        received_.clear();
        space_.cancel();
        co_await wait_for_wake_up();
    }
}

} // namespace hicap::emulation
