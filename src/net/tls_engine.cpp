#include "net/tls_engine.hpp"

#include <hicap/error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <utility>

namespace hicap::net {

/// The callbacks by which OpenSSL reads from `input_` and writes to `output_`.
struct engine_bio
{
    static int read(BIO* bio, char* data, int size)
    {
        BIO_clear_retry_flags(bio);
        auto& input = static_cast<tls_engine*>(BIO_get_data(bio))->input_;
        if (input.empty()) {
            BIO_set_retry_read(bio);
            return -1;
        }
        auto const n = std::min(input.size(), static_cast<std::size_t>(size));
        std::memcpy(data, input.data(), n);
        input.remove_prefix(n);
        return static_cast<int>(n);
    }

    static int write(BIO* bio, char const* data, int size)
    {
        BIO_clear_retry_flags(bio);
        auto* const engine = static_cast<tls_engine*>(BIO_get_data(bio));
        try {
            engine->output_.append(data, static_cast<std::size_t>(size));
        } catch (...) { // out of memory must not unwind through C
            return -1;
        }
        return size;
    }

    static long control(BIO*, int command, long, void*)
    {
        return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
    }

    static BIO_METHOD* method()
    {
        static auto* const shared = [] {
            auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "hicap");
            BIO_meth_set_read(made, &engine_bio::read);
            BIO_meth_set_write(made, &engine_bio::write);
            BIO_meth_set_ctrl(made, &engine_bio::control);
            return made;
        }();
        return shared;
    }
};

namespace {

/// What OpenSSL says of a failure must not be mixed up with older ones, of whoever left them.
void forget_errors() noexcept
{
    if (ERR_peek_error() != 0) // clearing costs more than all else here, and is hardly ever due
        ERR_clear_error();
}

errc code_of_verification(long result) noexcept
{
    switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return errc::certificate_host_mismatch;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return errc::certificate_expired;
    default:
        return errc::certificate_untrusted;
    }
}

bool is_too_weak(long result) noexcept
{
    return result == X509_V_ERR_EE_KEY_TOO_SMALL || result == X509_V_ERR_CA_KEY_TOO_SMALL ||
           result == X509_V_ERR_CA_MD_TOO_WEAK;
}

/// Whether the server refuses the client's certificate, or a client that has none. TLS 1.3 has a
/// word for the latter, which comes after the handshake; before, all that can be told is that the
/// server gave up after it had asked for one.
bool refuses_certificate(SSL* session, unsigned long reason, bool handshaking) noexcept
{
    if (ERR_GET_LIB(reason) != ERR_LIB_SSL)
        return false;
    switch (ERR_GET_REASON(reason)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
        return true;
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        return handshaking && SSL_get_certificate(session) == nullptr &&
               SSL_get0_certificate_types(session, nullptr) != 0;
    default:
        return false;
    }
}

} // namespace

tls_engine::tls_engine(ssl_st* session, std::string host)
    : session_(session), host_(std::move(host))
{
    auto* const bio = BIO_new(engine_bio::method());
    if (bio == nullptr)
        throw error(errc::tls_failure, "out of memory for a TLS session");
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(session_, bio, bio);
    SSL_set_connect_state(session_);
}

tls_engine::~tls_engine()
{
    SSL_free(session_);
}

tls_engine::status tls_engine::handshake()
{
    forget_errors();
    auto const result = SSL_do_handshake(session_);
    if (result == 1)
        return status::done;
    if (SSL_get_error(session_, result) == SSL_ERROR_WANT_READ)
        return status::need_input;
    fail(result, true);
}

tls_engine::status tls_engine::read(char* data, std::size_t size, std::size_t& got)
{
    forget_errors();
    holds_buffers_ = true;
    auto const result =
        SSL_read(session_, data, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
    if (result > 0) {
        got = static_cast<std::size_t>(result);
        return status::done;
    }
    got = 0;
    switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
        return status::need_input;
    case SSL_ERROR_ZERO_RETURN:
        return status::closed;
    default:
        fail(result, false);
    }
}

void tls_engine::write(std::string_view data)
{
    holds_buffers_ = true;
    while (!data.empty()) {
        forget_errors();
        std::size_t written = 0;
        auto const result = SSL_write_ex(session_, data.data(), data.size(), &written);
        if (result != 1)
            fail(result, false);
        data.remove_prefix(written);
    }
}

void tls_engine::release_buffers() noexcept
{
    if (!holds_buffers_)
        return;
    // Between the header and the body of a record they are in use, which not every OpenSSL 3 sees
    // (CVE-2024-4741).
    if (SSL_has_pending(session_) == 0 && std::strcmp(SSL_rstate_string(session_), "RH") == 0)
        holds_buffers_ = SSL_free_buffers(session_) != 1;
}

bool tls_engine::is_used_up() const noexcept
{
    return input_.empty() && SSL_has_pending(session_) == 0;
}

bool tls_engine::resumed() const noexcept
{
    return SSL_session_reused(session_) == 1;
}

void tls_engine::fail(int result, bool handshaking)
{
    auto const reason = ERR_peek_last_error();
    auto const kind = SSL_get_error(session_, result);
    ERR_clear_error(); // whoever else uses OpenSSL on this thread must not find it
    auto const verified = SSL_get_verify_result(session_);
    bool const verifies = SSL_get_verify_mode(session_) != SSL_VERIFY_NONE;
    if (handshaking && verifies && verified != X509_V_OK) {
        auto const code = code_of_verification(verified);
        std::string message = "the certificate of " + host_ + " was refused: ";
        message += X509_verify_cert_error_string(verified);
        if (code == errc::certificate_host_mismatch)
            message +=
                "; its subjectAltName names no such host, and its common name does not count";
        if (is_too_weak(verified))
            message += "; keys and signatures must have 112 bits of security: RSA of 2048 bits and "
                       "SHA-256, for example";
        else if (code == errc::certificate_untrusted)
            message += "; trust a private authority by client_options::extra_ca_files";
        throw error(code, message);
    }
    std::string message = handshaking ? "TLS handshake with " : "TLS session with ";
    message += host_;
    message += ": ";
    if (reason != 0) {
        char text[256];
        ERR_error_string_n(reason, text, sizeof text);
        message += text;
    } else {
        message += "error " + std::to_string(kind);
    }
    if (handshaking && ERR_GET_REASON(reason) == SSL_R_WRONG_VERSION_NUMBER)
        message += "; if the port is not for TLS, the base URL must begin with http";
    if (refuses_certificate(session_, reason, handshaking)) {
        message += SSL_get_certificate(session_) == nullptr
                       ? "; the server asks for a certificate of the client"
                       : "; the server refuses the client's certificate";
        message += ", see client_options::client_certificate_file";
        throw error(errc::client_certificate_refused, message);
    }
    throw error(handshaking ? errc::tls_handshake : errc::tls_failure, message);
}

} // namespace hicap::net
