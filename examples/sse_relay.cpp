// usage: example_sse_relay [port]
//
// An HTTP server that relays answers to its own callers as server-sent events:
//
//     curl -N http://127.0.0.1:8081/ -d "Why is the sky blue?"
//
// It teaches:
// - heartbeats for the caller: beside the opening of the stream, as some gateways hold back the
//   head of an answer until its first token, and then by `stream.ready(...)`, which loses no event;
// - stopping what nobody reads any more: when the caller leaves, the signal of his session cancels
//   the stream, which closes its connection on its way out, and the model stops generating;
// - sockets of Boost.Beast and streams of this library in one event loop, on one thread.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <system_error>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::use_awaitable;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

using chat_stream = hicap::stream<hicap::chat::chunk>;

// A caller, and the way to stop what is done for him.
struct session
{
    explicit session(tcp::socket connected) : socket(std::move(connected)) {}

    tcp::socket socket;
    asio::cancellation_signal stop{};
};

// Not to be cancelled: half of an event would spoil what follows. Closing the socket ends it.
asio::awaitable<void> send(session& caller, std::string event)
{
    auto const chunk = http::make_chunk(asio::buffer(event));
    co_await asio::async_write(
        caller.socket, chunk, asio::bind_cancellation_slot(asio::cancellation_slot(), use_awaitable)
    );
}

// [opening
asio::awaitable<void> send_heartbeats(session& caller)
{
    asio::steady_timer pause(caller.socket.get_executor());
    for (;;) {
        pause.expires_after(1s);
        co_await pause.async_wait(use_awaitable);
        co_await send(caller, ": still thinking\n\n");
    }
}

// With heartbeats until it is open: whichever of the two ends first stops the other.
asio::awaitable<chat_stream>
open(session& caller, hicap::client client, hicap::chat::completion_request request)
{
    auto const executor = co_await asio::this_coro::executor;
    auto both = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, client.chat().completions().stream(request), asio::deferred),
        asio::co_spawn(executor, send_heartbeats(caller), asio::deferred)
    );
    auto [order, failure, stream, no_heartbeats] =
        co_await both.async_wait(asio::experimental::wait_for_one(), use_awaitable);
    if (failure)
        std::rethrow_exception(failure);
    co_return std::move(stream);
}

// opening]

// [relay
asio::awaitable<void> relay(session& caller, hicap::client client, std::string prompt)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user(std::move(prompt))},
    };
    auto stream = co_await open(caller, client, request);
    for (;;) {
        bool ready = co_await stream.ready(1s);
        for (; !ready; ready = co_await stream.ready(1s))
            co_await send(caller, ": still thinking\n\n");
        auto const* chunk = co_await stream.next();
        if (chunk == nullptr)
            break;
        if (auto const text = chunk->text(); !text.empty())
            co_await send(caller, "data: " + boost::json::serialize(text) + "\n\n");
    }
    co_await send(caller, "data: [DONE]\n\n");
}

// relay]

asio::awaitable<void> serve(std::shared_ptr<session> caller, hicap::client client)
{
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    co_await http::async_read(caller->socket, buffer, request, use_awaitable);

    // [leave
    // He has nothing more to say: when his socket becomes readable, he has left.
    caller->socket.async_wait(tcp::socket::wait_read, [caller](boost::system::error_code const&) {
        caller->stop.emit(asio::cancellation_type::terminal);
        caller->socket.close();
    });
    // leave]

    http::response<http::empty_body> head{http::status::ok, request.version()};
    head.set(http::field::content_type, "text/event-stream");
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer{head};
    co_await http::async_write_header(caller->socket, serializer, use_awaitable);
    std::string failure;
    try {
        co_await relay(*caller, std::move(client), request.body());
    } catch (hicap::error const& error) {
        failure = error.what();
    }
    if (!failure.empty())
        co_await send(*caller, "event: error\ndata: " + failure + "\n\n");
    co_await asio::async_write(caller->socket, http::make_chunk_last(), use_awaitable);
}

// Others will come: this caller has left again, or there is nothing to serve him with just now.
bool passes(boost::system::error_code const& code)
{
    namespace errc = boost::system::errc;
    return code == errc::connection_aborted || code == errc::too_many_files_open ||
           code == errc::too_many_files_open_in_system || code == errc::no_buffer_space ||
           code == errc::not_enough_memory;
}

asio::awaitable<void> listen(tcp::acceptor acceptor, hicap::client client)
{
    asio::steady_timer pause(acceptor.get_executor());
    for (;;) {
        boost::system::error_code code;
        auto socket = co_await acceptor.async_accept(asio::redirect_error(use_awaitable, code));
        if (code && !passes(code))
            throw boost::system::system_error(code, "accept");
        if (code) {
            std::cerr << "sse_relay: " << code.message() << '\n';
            pause.expires_after(100ms); // by then a descriptor may be free
            co_await pause.async_wait(use_awaitable);
            continue;
        }
        auto caller = std::make_shared<session>(std::move(socket));
        auto finish = [caller](std::exception_ptr failure) {
            caller->socket.close();
            std::cout << (failure ? "stopped" : "served") << std::endl;
        };
        asio::co_spawn(
            acceptor.get_executor(),
            serve(caller, client),
            asio::bind_cancellation_slot(caller->stop.slot(), std::move(finish))
        );
    }
}

std::uint16_t port_of(std::string_view text)
{
    std::uint16_t port = 0;
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, port);
    if (read.ec != std::errc() || read.ptr != end)
        throw std::invalid_argument("usage: example_sse_relay [port], from 0 to 65535");
    return port;
}

tcp::acceptor accept_at(asio::io_context& context, std::uint16_t port)
{
    try {
        return {context, {asio::ip::address_v4::loopback(), port}};
    } catch (boost::system::system_error const& error) {
        throw std::runtime_error(
            "cannot listen on 127.0.0.1 port " + std::to_string(port) +
            ", give another as an argument: " + error.code().message()
        );
    }
}

} // namespace

int main(int count, char** values)
{
    try {
        asio::io_context context(1);
        auto acceptor = accept_at(context, count > 1 ? port_of(values[1]) : 8'081);
        std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
        auto const stopped = [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        };
        asio::co_spawn(context, listen(std::move(acceptor), hicap::client()), stopped);
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "sse_relay: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
