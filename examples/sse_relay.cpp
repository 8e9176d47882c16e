// usage: example_sse_relay [port]
//
// An HTTP server that relays answers to its own callers as server-sent events:
//
//     curl -N http://127.0.0.1:8081/ -d "Why is the sky blue?"
//
// It teaches:
// - `stream.ready(...)`: a heartbeat for the caller while the model thinks, without losing an
// event;
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
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::use_awaitable;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

// A caller, and the way to stop what is done for him.
struct session
{
    explicit session(tcp::socket connected) : socket(std::move(connected)) {}

    tcp::socket socket;
    asio::cancellation_signal stop{};
};

asio::awaitable<void> send(session& caller, std::string event)
{
    co_await asio::async_write(caller.socket, http::make_chunk(asio::buffer(event)), use_awaitable);
}

// [relay
asio::awaitable<void> relay(session& caller, hicap::client client, std::string prompt)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user(std::move(prompt))},
    };
    auto stream = co_await client.chat().completions().stream(request);
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

asio::awaitable<void> listen(tcp::acceptor acceptor, hicap::client client)
{
    for (;;) {
        auto socket = co_await acceptor.async_accept(use_awaitable);
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

} // namespace

int main(int count, char** values)
{
    try {
        auto const port = static_cast<std::uint16_t>(count > 1 ? std::stoul(values[1]) : 8'081);
        asio::io_context context(1);
        tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
        std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
        asio::co_spawn(context, listen(std::move(acceptor), hicap::client()), asio::detached);
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "sse_relay: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
