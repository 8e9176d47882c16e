#ifndef HICAP_EMULATOR_BYTE_STREAM_HPP
#define HICAP_EMULATOR_BYTE_STREAM_HPP

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace hicap::emulation {

namespace asio = boost::asio;

enum class handshake_result
{
    none, ///< plain TCP
    full,
    resumed,
    failed,
};

/// A connection as HTTP sees it, over TCP or TLS. Virtual, so that HTTP is compiled once.
///
/// One read and one write may be outstanding at a time, on one strand. The stream has to outlive
/// the operations.
class byte_stream
{
public:
    virtual ~byte_stream() = default;

    [[nodiscard]] virtual asio::awaitable<handshake_result> handshake() = 0;

    /// The error and the number of bytes; at the end of the stream `asio::error::eof` or, where TLS
    /// ended without a farewell, `asio::ssl::error::stream_truncated`.
    [[nodiscard]] virtual asio::awaitable<std::pair<boost::system::error_code, std::size_t>>
    read_some(asio::mutable_buffer buffer) = 0;

    [[nodiscard]] virtual asio::awaitable<boost::system::error_code> write(asio::const_buffer bytes
    ) = 0;

    /// Sends the farewell of TLS, where there is one.
    [[nodiscard]] virtual asio::awaitable<void> say_farewell() = 0;

    /// Sends the first half of a TLS record. Nothing else may be written after it.
    /// Precondition: the stream is one of TLS.
    [[nodiscard]] virtual asio::awaitable<void> send_half_record() = 0;

    /// Sends FIN. Reading goes on.
    virtual void finish() noexcept = 0;

    /// Makes `close` send a reset in place of a FIN.
    virtual void reset_on_close() noexcept = 0;

    /// Closes the socket, whatever is outstanding.
    virtual void close() noexcept = 0;
};

[[nodiscard]] std::unique_ptr<byte_stream> make_plain_stream(asio::ip::tcp::socket socket);

/// Precondition: the context outlives the stream.
[[nodiscard]] std::unique_ptr<byte_stream>
make_tls_stream(asio::ip::tcp::socket socket, asio::ssl::context& context);

} // namespace hicap::emulation

#endif
