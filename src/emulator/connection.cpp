#include "emulator/connection.hpp"

#include "emulator/refusal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <exception>
#include <utility>

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

using ending = emulator_fault::ending;
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
        if (result.first) {
            self->note_client_left(result.first);
            break;
        }
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
    while (!ended_ && clock::now() < time)
        co_await wait_for_wake_up_until(time);
    co_return !ended_;
}

asio::awaitable<bool> connection::wait_for_wake_up_until(clock::time_point time)
{
    if (!ended_) {
        wake_.expires_at(time);
        co_await wake_.async_wait(use_tuple);
    }
    co_return !ended_;
}

void connection::wake_up() noexcept
{
    wake_.cancel();
}

asio::awaitable<bool> connection::write(std::string_view bytes)
{
    auto const error = co_await stream_->write(asio::buffer(bytes));
    if (error)
        note_client_left(error);
    co_return !error;
}

void connection::note_client_left(boost::system::error_code const& error) noexcept
{
    // What is aborted was closed from this side.
    if (error == asio::error::operation_aborted || std::exchange(parting_, true))
        return;
    auto const by_reset =
        error == asio::error::connection_reset || error == asio::error::broken_pipe;
    owner_->on_client_left(by_reset);
}

asio::awaitable<void> connection::serve()
{
    while (wishes_.keep_alive) {
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
    wishes_.chunks = parser.get().version() == 11;
    wishes_.keep_alive = wishes_.chunks && parser.keep_alive();
    wishes_.head_only = parser.get().method() == http::verb::head;
    co_return to_request(parser);
}

asio::awaitable<void> connection::refuse_and_close(refusal why)
{
    wishes_.keep_alive = false;
    co_await respond(owner_->refuse(why));
}

asio::awaitable<void> connection::respond(response response)
{
    streaming_ = response.events != nullptr;
    auto const how = response.fault.cut;
    response_sender sender(*this, *owner_, std::move(response), wishes_);
    auto const outcome = co_await sender.send();
    streaming_ = false;
    wishes_.keep_alive = outcome == response_outcome::finished;
    if (outcome == response_outcome::finished_last)
        co_await part(ending::clean);
    else if (outcome == response_outcome::cut)
        co_await part(how);
}

asio::awaitable<void> connection::part(ending how)
{
    parting_ = true;
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
    if (how == ending::half_record)
        co_await stream_->send_half_record();
    else if (how != ending::no_close_notify)
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
