#ifndef HICAP_TEST_SUPPORT_TLS_SERVER_HPP
#define HICAP_TEST_SUPPORT_TLS_SERVER_HPP

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace hicap::test {

/// A certificate and its key, as PEM.
struct identity
{
    std::string certificate;
    std::string key;
    std::string locked_key; ///< the same, with the password "secret"
};

/// What a server says of itself, and what it wants to know of its clients.
struct certificate_options
{
    std::string names = "DNS:api.test"; ///< in the syntax of OpenSSL's subjectAltName; may be empty
    std::string common_name;            ///< empty for one that is like no other
    std::chrono::seconds valid_from = -std::chrono::hours(1);
    std::chrono::seconds valid_until = std::chrono::hours(1);
    std::string constraints;     ///< basicConstraints as OpenSSL writes them; empty: none
    std::string uses;            ///< the same of extendedKeyUsage
    int rsa_bits = 0;            ///< of the key; 0: it is one of P-256
    bool sha_1 = false;          ///< signed by way of it
    std::vector<identity> chain; ///< who has signed it, who that, and so on; empty: it itself
    bool tls_1_2 = false;        ///< nothing newer
    bool tls_1_1 = false;        ///< nothing newer, and no matter that nothing in it is secure
    std::string ciphers;         ///< of TLS 1.2, which is the newest then; empty: the usual ones
    std::string client_ca_pem;   ///< not empty: clients need a certificate that this vouches for
};

[[nodiscard]] identity make_identity(certificate_options const& options = {});

/// A server's certificate, and the keys of its session tickets.
class tls_server
{
public:
    explicit tls_server(certificate_options const& options = {});
    tls_server(tls_server const&) = delete;
    tls_server& operator=(tls_server const&) = delete;
    ~tls_server();

    /// The certificate at the end of its chain.
    [[nodiscard]] std::string const& ca_pem() const noexcept { return ca_pem_; }

private:
    friend class tls_peer;

    ssl_ctx_st* context_ = nullptr;
    std::string ca_pem_;
};

/// The server's side of one session, in memory. Nothing here is lenient: it throws
/// `std::runtime_error` for whatever a client gets wrong.
class tls_peer
{
public:
    explicit tls_peer(tls_server& server);
    tls_peer(tls_peer const&) = delete;
    tls_peer& operator=(tls_peer const&) = delete;
    ~tls_peer();

    /// Takes all of `ciphertext`, goes on with the handshake, and decrypts to `received`.
    void feed(std::string_view ciphertext);

    /// What has to go to the client, moved out.
    [[nodiscard]] std::string output();

    /// The ciphertext of `data`, behind what `output` holds.
    [[nodiscard]] std::string encrypt(std::string_view data);

    /// The same for an end of the session.
    [[nodiscard]] std::string close_notify();

    /// The same for new keys, which the client has to answer with its own.
    [[nodiscard]] std::string update_keys();

    /// The same for session tickets, at least so many bytes of them.
    [[nodiscard]] std::string tickets(std::size_t size);

    [[nodiscard]] bool resumed() const;

    /// The host that the client has named; empty where it has named none.
    [[nodiscard]] std::string server_name() const;

    std::string received;
    bool done = false;   ///< the handshake
    bool closed = false; ///< by the client's close_notify

private:
    ssl_st* session_;
};

} // namespace hicap::test

#endif
