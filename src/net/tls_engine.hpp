#ifndef HICAP_NET_TLS_ENGINE_HPP
#define HICAP_NET_TLS_ENGINE_HPP

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace hicap::net {

/// One TLS session without a socket: ciphertext in and out are plain memory.
///
/// Ciphertext from the peer is shown to it by `feed` and taken from there, piece by piece, as
/// `handshake` and `read` need it. What is to be sent gathers in `output`.
///
/// Failures are thrown as `hicap::error` (certificate_*, tls_handshake, tls_failure). A session
/// that has thrown can only be destroyed.
class tls_engine
{
public:
    enum class status
    {
        done,
        need_input, ///< all that was fed is used up
        closed      ///< the peer has ended the session with close_notify
    };

    /// Takes ownership of a client-side SSL object. `host` is for messages.
    tls_engine(ssl_st* session, std::string host);
    tls_engine(tls_engine const&) = delete;
    tls_engine& operator=(tls_engine const&) = delete;
    ~tls_engine();

    /// Shows the next ciphertext. Precondition: the former is used up. It must stay in place until
    /// it is used up.
    void feed(std::string_view ciphertext) noexcept { input_ = ciphertext; }

    [[nodiscard]] bool has_input() const noexcept { return !input_.empty(); }

    /// Whether `read` could only ask for input.
    [[nodiscard]] bool is_used_up() const noexcept;

    /// Goes on with the handshake; `output` may have to be sent in any case.
    status handshake();

    /// Decrypts at most `size` bytes to `data`; `got` says how many.
    status read(char* data, std::size_t size, std::size_t& got);

    /// Encrypts all of `data` to `output`.
    void write(std::string_view data);

    /// Ciphertext to be sent; the sender removes what it has sent.
    [[nodiscard]] std::string& output() noexcept { return output_; }

    /// The host that the certificate must be for.
    [[nodiscard]] std::string const& host() const noexcept { return host_; }

    /// Gives back the memory that OpenSSL holds between records, 34 KiB a session.
    void release_buffers() noexcept;

    /// Whether the handshake was cut short by a session ticket.
    [[nodiscard]] bool resumed() const noexcept;

private:
    friend struct engine_bio;
    [[noreturn]] void fail(int result, bool handshaking);

    std::string_view input_;
    std::string output_;
    ssl_st* session_;
    std::string host_;
    bool holds_buffers_ = true; // since it was used
};

} // namespace hicap::net

#endif
