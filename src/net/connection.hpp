#ifndef HICAP_NET_CONNECTION_HPP
#define HICAP_NET_CONNECTION_HPP

#include "base/secret.hpp"
#include "http/url.hpp"
#include "net/buffer_pool.hpp"
#include "net/call.hpp"
#include "net/dialer.hpp"
#include "net/socket.hpp"
#include "net/tls_context.hpp"
#include "net/tls_engine.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hicap::net {

/// A connection to a server, plain or TLS: a socket, the session on it, and the bytes in between.
///
/// Reading and writing are steps that never wait (`fill`, `write_some`); between them the caller
/// waits with `readable` or `writable`. A step that fails throws `hicap::error`, and the connection
/// can only be destroyed then. A cancelled wait changes nothing.
class connection
{
public:
    enum class status
    {
        data,    ///< `unread` has grown
        blocked, ///< nothing has come, or too much in one turn: wait with `readable`
        closed   ///< the peer has sent its last byte
    };

    /// Dials and shakes hands, which is the phase `tls` of the call. `tls` is used for https
    /// origins alone.
    static asio::awaitable<std::unique_ptr<connection>> open(
        http::origin where, std::shared_ptr<dialer> dial, std::shared_ptr<tls_context> tls, call* on
    );

    /// A connection over a socket that is at hand; `session` is null where there is no TLS.
    connection(
        std::unique_ptr<socket> link,
        std::shared_ptr<tls_context> tls,
        std::unique_ptr<tls_engine> session
    );

    /// Queues `head` and `body`, which must stay in place until `write_some` has sent them.
    /// Precondition: all that was queued before is sent.
    void begin_write(std::string_view head, std::string_view body);

    /// Queues more of the same message, under the same conditions.
    void write_more(std::string_view piece) noexcept { unsent_ = piece; }

    /// Sends what can be sent now; true when nothing is left.
    bool write_some();

    /// Reads what can be read now and appends it to `unread`, whose bytes may move.
    status fill();

    /// Decrypted bytes that nobody has taken yet; the reader removes what it takes.
    /// They stay in place until the next `fill`.
    [[nodiscard]] std::string_view& unread() noexcept { return unread_; }

    /// After `closed`: whether the peer said so, or the stream may have been cut by somebody else
    /// (TLS without close_notify).
    [[nodiscard]] bool closed_cleanly() const noexcept { return closed_cleanly_; }

    /// Whether sending has failed: what has come before can be read, and nothing more be asked.
    [[nodiscard]] bool write_failed() const noexcept { return write_failed_; }

    /// Whether nothing came since the last message, not even a FIN, so that it may be used again.
    [[nodiscard]] bool quiet() noexcept;

    /// Gives back what memory it can, before a time of which nobody knows how long it is.
    void release_buffers() noexcept;

    /// True when `fill` may get further, false when `deadline` passes first.
    [[nodiscard]] asio::awaitable<bool> readable(clock::time_point deadline);

    /// The same for `write_some`; true as well when the peer speaks before it has read all.
    [[nodiscard]] asio::awaitable<bool> writable(clock::time_point deadline);

    /// Nothing is waited for until the next request.
    void rest() noexcept
    {
        release_buffers();
        socket_->rest();
    }

    /// Of the wait that has just ended. It would keep an event loop from ending for as long.
    void forget_deadline() noexcept { socket_->rest(); }

    /// What ends every wait, from any thread.
    [[nodiscard]] stoppable& link() noexcept { return *socket_; }

    [[nodiscard]] bool encrypted() const noexcept { return tls_ != nullptr; }

    /// Whether the handshake was cut short by a session ticket.
    [[nodiscard]] bool resumed() const noexcept { return tls_ && tls_->resumed(); }

private:
    asio::awaitable<void> shake_hands(call* on);
    asio::awaitable<bool> turn(clock::time_point deadline);

    std::string& output() noexcept { return tls_ ? tls_->output() : plain_output_.reveal(); }

    void encrypt_next();
    bool send_output();
    void answer_tls();
    bool receive_ciphertext(status& why_not);
    [[noreturn]] void fail(boost::system::error_code code, std::string doing);
    status fill_plain(char* data, std::size_t size, std::size_t& got);
    status fill_tls(char* data, std::size_t size, std::size_t& got);

    std::unique_ptr<socket> socket_;
    std::shared_ptr<tls_context> tls_context_; // the engine refers to it
    std::unique_ptr<tls_engine> tls_;
    secret_string plain_output_; // the key is in it
    std::size_t sent_ = 0;       // of output()
    std::string_view unsent_;
    pooled_buffer ciphertext_;
    pooled_buffer plaintext_;
    std::string_view unread_;
    std::size_t came_ = 0; // from the socket since the last wait
    std::size_t owed_ = 0; // of output(): what TLS has answered by itself
    bool drained_ = false; // the last receive took all there was: the next would be for nothing
    bool starved_ = false; // the engine has used up all that it was fed
    bool write_failed_ = false; // what the peer has sent before can still be read
    bool closed_cleanly_ = false;
};

} // namespace hicap::net

#endif
