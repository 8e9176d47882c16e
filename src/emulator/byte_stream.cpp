#include "emulator/byte_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>

#include <array>

namespace hicap::emulation {
namespace {

using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

template <class Stream>
class stream_base : public byte_stream
{
public:
    template <class... Arguments>
    explicit stream_base(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...)
    {}

    asio::awaitable<std::pair<error_code, std::size_t>> read_some(asio::mutable_buffer buffer
    ) override
    {
        auto const [error, size] = co_await stream_.async_read_some(buffer, use_tuple);
        co_return std::pair<error_code, std::size_t>(error, size);
    }

    asio::awaitable<error_code> write(asio::const_buffer bytes) override
    {
        auto const [error, size] = co_await asio::async_write(stream_, bytes, use_tuple);
        (void)size;
        co_return error;
    }

    void finish() noexcept override
    {
        error_code ignored;
        socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    void reset_on_close() noexcept override
    {
        error_code ignored;
        socket().set_option(asio::socket_base::linger(true, 0), ignored);
    }

    void close() noexcept override
    {
        error_code ignored;
        socket().close(ignored);
    }

protected:
    Stream& stream() noexcept { return stream_; }

private:
    auto& socket() noexcept { return stream_.lowest_layer(); }

    Stream stream_;
};

class plain_stream : public stream_base<tcp::socket>
{
public:
    using stream_base::stream_base;

    asio::awaitable<handshake_result> handshake() override { co_return handshake_result::none; }

    asio::awaitable<void> say_farewell() override { co_return; }

    asio::awaitable<void> send_half_record() override { co_return; }
};

class tls_stream : public stream_base<asio::ssl::stream<tcp::socket>>
{
public:
    using stream_base::stream_base;

    asio::awaitable<handshake_result> handshake() override
    {
        auto const [error] =
            co_await stream().async_handshake(asio::ssl::stream_base::server, use_tuple);
        if (error)
            co_return handshake_result::failed;
        co_return SSL_session_reused(stream().native_handle()) != 0 ? handshake_result::resumed
                                                                    : handshake_result::full;
    }

    asio::awaitable<void> say_farewell() override
    {
        auto const [error] = co_await stream().async_shutdown(use_tuple);
        (void)error;
    }

    asio::awaitable<void> send_half_record() override
    {
        // Whoever has half a record cannot decrypt it, so it need not be encrypted: the header says
        // application data of 64 bytes, and 32 follow.
        constexpr std::array<unsigned char, 5 + 32> half = {0x17, 0x03, 0x03, 0x00, 0x40};
        auto const bytes = asio::buffer(half);
        auto const [error, size] =
            co_await asio::async_write(stream().next_layer(), bytes, use_tuple);
        (void)error;
        (void)size;
    }
};

} // namespace

std::unique_ptr<byte_stream> make_plain_stream(tcp::socket socket)
{
    return std::make_unique<plain_stream>(std::move(socket));
}

std::unique_ptr<byte_stream> make_tls_stream(tcp::socket socket, asio::ssl::context& context)
{
    return std::make_unique<tls_stream>(std::move(socket), context);
}

} // namespace hicap::emulation
