#include "support/tls_server.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace hicap::test {
namespace {

template <auto Free>
struct freed_by
{
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<&EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<&X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<&BIO_free_all>>;

void require(bool good, char const* what)
{
    if (good)
        return;
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    throw std::runtime_error(std::string("test server: ") + what + ": " + text);
}

std::string contents(BIO* memory)
{
    char* data = nullptr;
    auto const size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
}

certificate_ptr read_certificate(std::string const& pem)
{
    bio_ptr const text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    certificate_ptr made(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    require(made != nullptr, "reading a certificate");
    return made;
}

key_ptr read_key(std::string const& pem)
{
    bio_ptr const text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    key_ptr made(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
    require(made != nullptr, "reading a key");
    return made;
}

key_ptr make_key(certificate_options const& options)
{
    auto const bits = static_cast<std::size_t>(options.rsa_bits);
    key_ptr made(bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(bits));
    require(made != nullptr, "key");
    return made;
}

/// Adds one as OpenSSL writes it; none where `text` is empty.
void add_extension(X509* to, int kind, std::string const& text)
{
    if (text.empty())
        return;
    auto* const made = X509V3_EXT_conf_nid(nullptr, nullptr, kind, text.c_str());
    require(made != nullptr && X509_add_ext(to, made, -1) == 1, "extension");
    X509_EXTENSION_free(made);
}

certificate_ptr make_certificate(EVP_PKEY* key, certificate_options const& options)
{
    certificate_ptr made(X509_new());
    auto* const x509 = made.get();
    X509_set_version(x509, 2); // which means 3
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), options.valid_from.count());
    X509_gmtime_adj(X509_getm_notAfter(x509), options.valid_until.count());
    static std::atomic<int> last{0};
    // Issuers are found by their names.
    auto const label =
        options.common_name.empty() ? "test " + std::to_string(++last) : options.common_name;
    auto const* const text = reinterpret_cast<unsigned char const*>(label.c_str());
    auto* const name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_pubkey(x509, key);
    add_extension(x509, NID_subject_alt_name, options.names);
    add_extension(x509, NID_basic_constraints, options.constraints);
    add_extension(x509, NID_ext_key_usage, options.uses);
    certificate_ptr issuer;
    key_ptr key_of_issuer;
    if (!options.chain.empty()) {
        issuer = read_certificate(options.chain.front().certificate);
        key_of_issuer = read_key(options.chain.front().key);
    }
    X509_set_issuer_name(x509, issuer ? X509_get_subject_name(issuer.get()) : name);
    auto* const signs = key_of_issuer ? key_of_issuer.get() : key;
    require(X509_sign(x509, signs, options.sha_1 ? EVP_sha1() : EVP_sha256()) != 0, "signing");
    return made;
}

std::string pem_of(X509* certificate)
{
    bio_ptr const text(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(text.get(), certificate) == 1, "writing the certificate");
    return contents(text.get());
}

std::string pem_of(EVP_PKEY* key, std::string password)
{
    bio_ptr const text(BIO_new(BIO_s_mem()));
    auto const* const cipher = password.empty() ? nullptr : EVP_aes_128_cbc();
    auto* const secret = password.empty() ? nullptr : password.data();
    auto const size = static_cast<int>(password.size());
    require(
        PEM_write_bio_PKCS8PrivateKey(text.get(), key, cipher, secret, size, nullptr, nullptr) == 1,
        "writing the key"
    );
    return contents(text.get());
}

/// Clients have to show a certificate that `pem` vouches for.
void ask_for_certificate(SSL_CTX* context, std::string const& pem)
{
    auto const authority = read_certificate(pem);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

} // namespace

identity make_identity(certificate_options const& options)
{
    auto const key = make_key(options);
    auto const certificate = make_certificate(key.get(), options);
    return {pem_of(certificate.get()), pem_of(key.get(), {}), pem_of(key.get(), "secret")};
}

tls_server::tls_server(certificate_options const& options)
    : context_(SSL_CTX_new(TLS_server_method()))
{
    auto const key = make_key(options);
    require(context_ != nullptr, "context");
    if (options.tls_1_1 || options.rsa_bits != 0 || options.sha_1 || !options.ciphers.empty())
        SSL_CTX_set_security_level(context_, 0); // else it would refuse by itself
    auto const certificate = make_certificate(key.get(), options);
    require(
        SSL_CTX_use_certificate(context_, certificate.get()) == 1 &&
            SSL_CTX_use_PrivateKey(context_, key.get()) == 1,
        "using the certificate"
    );
    for (auto const& above : options.chain)
        if (&above != &options.chain.back())
            SSL_CTX_add0_chain_cert(context_, read_certificate(above.certificate).release());
    if (options.tls_1_2 || !options.ciphers.empty())
        SSL_CTX_set_max_proto_version(context_, TLS1_2_VERSION);
    if (options.tls_1_1) {
        SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_, TLS1_1_VERSION);
    }
    if (!options.client_ca_pem.empty())
        ask_for_certificate(context_, options.client_ca_pem);
    if (!options.ciphers.empty())
        require(SSL_CTX_set_cipher_list(context_, options.ciphers.c_str()) == 1, "ciphers");
    ca_pem_ = options.chain.empty() ? pem_of(certificate.get()) : options.chain.back().certificate;
}

tls_server::~tls_server()
{
    SSL_CTX_free(context_);
}

tls_peer::tls_peer(tls_server& server) : session_(SSL_new(server.context_))
{
    require(session_ != nullptr, "session");
    auto* const from_client = BIO_new(BIO_s_mem());
    auto* const to_client = BIO_new(BIO_s_mem());
    SSL_set_bio(session_, from_client, to_client);
    SSL_set_accept_state(session_);
}

tls_peer::~tls_peer()
{
    SSL_free(session_);
}

void tls_peer::feed(std::string_view ciphertext)
{
    ERR_clear_error();
    if (!ciphertext.empty())
        BIO_write(SSL_get_rbio(session_), ciphertext.data(), static_cast<int>(ciphertext.size()));
    if (!done) {
        auto const result = SSL_do_handshake(session_);
        done = result == 1;
        if (!done) {
            require(SSL_get_error(session_, result) == SSL_ERROR_WANT_READ, "handshake");
            return;
        }
    }
    for (;;) {
        char data[16 * 1024];
        auto const result = SSL_read(session_, data, sizeof data);
        if (result <= 0) {
            auto const why = SSL_get_error(session_, result);
            closed = closed || why == SSL_ERROR_ZERO_RETURN;
            require(why == SSL_ERROR_WANT_READ || why == SSL_ERROR_ZERO_RETURN, "reading");
            return;
        }
        received.append(data, static_cast<std::size_t>(result));
    }
}

std::string tls_peer::output()
{
    auto* const memory = SSL_get_wbio(session_);
    auto out = contents(memory);
    BIO_reset(memory);
    return out;
}

std::string tls_peer::encrypt(std::string_view data)
{
    auto const result = SSL_write(session_, data.data(), static_cast<int>(data.size()));
    require(result == static_cast<int>(data.size()), "writing");
    return output();
}

std::string tls_peer::close_notify()
{
    require(SSL_shutdown(session_) >= 0, "closing");
    return output();
}

std::string tls_peer::update_keys()
{
    require(SSL_key_update(session_, SSL_KEY_UPDATE_REQUESTED) == 1, "asking for new keys");
    require(SSL_do_handshake(session_) == 1, "sending new keys");
    return output();
}

std::string tls_peer::tickets(std::size_t size)
{
    std::string all;
    while (all.size() < size) {
        require(SSL_new_session_ticket(session_) == 1, "wanting a ticket");
        require(SSL_do_handshake(session_) == 1, "sending a ticket");
        all += output();
    }
    return all;
}

bool tls_peer::resumed() const
{
    return SSL_session_reused(session_) == 1;
}

std::string tls_peer::server_name() const
{
    auto const* const name = SSL_get_servername(session_, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? std::string() : std::string(name);
}

} // namespace hicap::test
