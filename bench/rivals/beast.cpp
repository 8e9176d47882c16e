// The same job as ../client.cpp with Boost.Beast, as its examples have it: a stream of TLS with
// timeouts, a coroutine for each connection, messages with strings for bodies; streams are read in
// pieces.

#include "chat.hpp"
#include "run.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/version.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <vector>

namespace bench::rivals {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;

// Long enough for ten thousand handshakes at once, and for streams that are held.
constexpr std::chrono::minutes patience(5);

using tls_stream = beast::ssl_stream<beast::tcp_stream>;

/// A connection that is kept.
struct link
{
    link(asio::io_context& io, asio::ssl::context& tls) : stream(io, tls) {}

    tls_stream stream;
    beast::flat_buffer buffer;
    bool open = false;
};

class client
{
public:
    client(asio::io_context& io, job const& work) : io_(io), work_(work)
    {
        tls_.set_verify_mode(asio::ssl::verify_peer);
        tls_.load_verify_file(work.ca_file);
        endpoints_ = asio::ip::tcp::resolver(io).resolve("localhost", work.port);
    }

    /// Asks for `answers` answers on `connections` connections, and completes when they are there.
    tally run(std::size_t connections, std::size_t answers, std::size_t events)
    {
        fields_ = request_fields(work_, events);
        came_ = {};
        request_size_.clear();
        left_ = answers;
        while (links_.size() < connections)
            add_link();
        for (auto const& one : links_)
            spawn(ask(*one));
        io_.restart();
        io_.run();
        rethrow();
        return came_;
    }

    /// Opens streams on new connections, and completes when the first event of each has come.
    void hold(std::size_t streams)
    {
        fields_ = request_fields(work_, work_.events);
        fields_.emplace_back("x-bench-hold", "1");
        left_ = streams;
        held_ = 0;
        io_.restart();
        for (std::size_t opened = 0; held_ != streams; io_.run_one(), rethrow())
            for (; opened != streams && opened - held_ != work_.connections; ++opened)
                spawn(ask(add_link()));
    }

    [[nodiscard]] std::string const& request_size() const noexcept { return request_size_; }

private:
    link& add_link() { return *links_.emplace_back(std::make_unique<link>(io_, tls_)); }

    void spawn(asio::awaitable<void> coroutine)
    {
        asio::co_spawn(io_, std::move(coroutine), [this](std::exception_ptr thrown) {
            if (thrown) {
                failure_ = thrown;
                io_.stop();
            }
        });
    }

    void rethrow() const
    {
        if (failure_)
            std::rethrow_exception(failure_);
    }

    asio::awaitable<void> ask(link& on)
    {
        if (!on.open)
            co_await connect(on);
        while (left_ != 0) {
            --left_;
            if (work_.streams)
                co_await stream_answer(on);
            else
                co_await create_answer(on);
        }
    }

    asio::awaitable<void> connect(link& on)
    {
        auto& tcp = beast::get_lowest_layer(on.stream);
        tcp.expires_after(patience);
        co_await tcp.async_connect(endpoints_, use_awaitable);
        tcp.socket().set_option(asio::ip::tcp::no_delay(true));
        if (SSL_set_tlsext_host_name(on.stream.native_handle(), "localhost") != 1)
            throw std::runtime_error("cannot set the name of the host");
        on.stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
        tcp.expires_after(patience);
        co_await on.stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
        on.open = true;
    }

    [[nodiscard]] http::request<http::string_body> make_message() const
    {
        http::request<http::string_body> made(http::verb::post, "/v1/chat/completions", 11);
        made.set(http::field::host, "localhost:" + work_.port);
        made.set(http::field::user_agent, BOOST_BEAST_VERSION_STRING);
        for (auto const& [name, value] : fields_)
            made.set(name, value);
        made.body() = request_body(work_.streams);
        made.prepare_payload();
        return made;
    }

    asio::awaitable<void> send_request(link& on)
    {
        auto const message = make_message();
        auto& tcp = beast::get_lowest_layer(on.stream);
        tcp.expires_after(patience);
        co_await http::async_write(on.stream, message, use_awaitable);
    }

    asio::awaitable<void> create_answer(link& on)
    {
        co_await send_request(on);
        http::response<http::string_body> response;
        beast::get_lowest_layer(on.stream).expires_after(patience);
        co_await http::async_read(on.stream, on.buffer, response, use_awaitable);
        look_at(response);
        auto const answer = read_completion(response.body());
        text_digest digest;
        digest.add(answer.text);
        came_.add(digest);
    }

    asio::awaitable<void> stream_answer(link& on)
    {
        co_await send_request(on);
        http::response_parser<http::buffer_body> parser;
        parser.body_limit(boost::none);
        auto& tcp = beast::get_lowest_layer(on.stream);
        tcp.expires_after(patience);
        co_await http::async_read_header(on.stream, on.buffer, parser, use_awaitable);
        look_at(parser.get());

        // `parser.eager(true)` would save a fifth of the CPU time, and hold an event back whose
        // successor has come in part.
        event_splitter splitter;
        text_digest digest;
        std::size_t events = 0;
        std::array<char, 4096> piece;
        auto& body = parser.get().body();
        while (!parser.is_done()) {
            body.data = piece.data();
            body.size = piece.size();
            beast::error_code failed;
            tcp.expires_after(patience);
            co_await http::async_read_some(
                on.stream, on.buffer, parser, asio::redirect_error(use_awaitable, failed)
            );
            if (failed && failed != http::error::need_buffer)
                throw beast::system_error(failed);
            std::string_view const bytes(piece.data(), piece.size() - body.size);
            splitter.feed(bytes, [&](std::string_view data) {
                if (data == "[DONE]")
                    return;
                auto const event = read_chunk(data);
                digest.add(event.text);
                if (++events == 1)
                    ++held_;
            });
        }
        came_.events += events;
        came_.add(digest);
    }

    template <class Message>
    void look_at(Message const& response)
    {
        if (response.result() != http::status::ok)
            throw std::runtime_error("not a status of success");
        if (request_size_.empty())
            request_size_ = std::string(response["x-bench-request-bytes"]);
    }

    asio::io_context& io_;
    job work_;
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    asio::ip::tcp::resolver::results_type endpoints_;
    std::vector<std::unique_ptr<link>> links_;
    std::vector<std::pair<std::string, std::string>> fields_;
    std::string request_size_; // as the server counted it
    std::size_t left_ = 0;
    std::size_t held_ = 0; // streams whose first event has come
    tally came_;
    std::exception_ptr failure_;
};

} // namespace
} // namespace bench::rivals

int main(int argc, char** argv)
{
    return bench::guarded("bench_beast", [&] {
        auto const work = bench::read_job(argc, argv);
        boost::asio::io_context io(1);
        bench::rivals::client client(io, work);
        bench::rivals::run(client, work);
    });
}
