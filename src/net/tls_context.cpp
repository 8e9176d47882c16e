#include "net/tls_context.hpp"

#include "net/tls_engine.hpp"

#include <hicap/error.hpp>

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <system_error>

#include <cerrno>
#include <cstdio>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace hicap::net {
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

using context_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using session_ptr = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;

/// The authorities of the system, read once a process: it costs more than a thousand requests.
X509_STORE* system_authorities()
{
    static auto* const store = [] {
        auto* const made = X509_STORE_new();
        if (made != nullptr)
            X509_STORE_set_default_paths(made);
        return made;
    }();
    return store;
}

bool is_address(std::string const& host) noexcept
{
    unsigned char parsed[sizeof(in6_addr)];
    return inet_pton(AF_INET, host.c_str(), parsed) == 1 ||
           inet_pton(AF_INET6, host.c_str(), parsed) == 1;
}

/// Trusts all certificates of a PEM text; false where there is none, or one that cannot be read.
bool trust(SSL_CTX* context, std::string const& pem)
{
    std::unique_ptr<BIO, freed_by<BIO_free_all>> const text(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))
    );
    auto* const store = SSL_CTX_get_cert_store(context);
    bool all = true;
    bool any = false;
    ERR_clear_error();
    for (;;) {
        std::unique_ptr<X509, freed_by<X509_free>> const certificate(
            PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)
        );
        if (!certificate)
            break;
        all = X509_STORE_add_cert(store, certificate.get()) == 1 && all;
        any = true;
    }
    // The end of the text counts as an error, too.
    all = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE && all;
    ERR_clear_error();
    return any && all;
}

[[noreturn]] void out_of_memory()
{
    throw error(errc::tls_failure, "out of memory for TLS");
}

/// Why OpenSSL could not read `file`, which `must_be` something: it tells of both alike.
std::string why_unreadable(std::string const& file, std::string const& must_be)
{
    std::unique_ptr<std::FILE, freed_by<std::fclose>> const opened(std::fopen(file.c_str(), "r"));
    auto const name = '"' + file + '"';
    if (!opened)
        return "cannot open " + name + ": " + std::generic_category().message(errno);
    return name + " is not " + must_be;
}

void trust_file(SSL_CTX* context, char const* option, std::string const& file)
{
    if (SSL_CTX_load_verify_file(context, file.c_str()) == 1)
        return;
    ERR_clear_error();
    throw error(
        errc::ca_file_unreadable,
        std::string("client_options::") + option + ": " +
            why_unreadable(file, "a PEM file with certificates")
    );
}

void trust_authorities(SSL_CTX* context, tls_options const& options)
{
    bool const those_of_system = options.ca_file.empty() && options.ca_pem.empty();
    if (those_of_system && options.extra_ca_files.empty()) {
        if (system_authorities() == nullptr)
            out_of_memory();
        SSL_CTX_set1_cert_store(context, system_authorities());
        return;
    }
    if (those_of_system)
        SSL_CTX_set_default_verify_paths(context
        ); // into a store of its own, others share the other
    if (!options.ca_file.empty())
        trust_file(context, "ca_file", options.ca_file);
    for (auto const& file : options.extra_ca_files)
        trust_file(context, "extra_ca_files", file);
    if (!options.ca_pem.empty() && !trust(context, options.ca_pem)) {
        throw error(
            errc::ca_file_unreadable,
            "client_options::ca_pem holds no certificate in PEM form, or one that cannot be read"
        );
    }
}

void present_certificate(SSL_CTX* context, tls_options const& options)
{
    auto const refuse = [](std::string const& why) {
        ERR_clear_error();
        throw error(errc::client_certificate_unusable, why);
    };
    // Without this OpenSSL asks for the password of a file on the terminal, and waits.
    SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
    if (options.certificate_file.empty() || options.key_file.empty())
        refuse("client_options::client_certificate_file and client_key_file: one needs the other");
    if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1) {
        refuse(
            "client_options::client_certificate_file: " +
            why_unreadable(
                options.certificate_file,
                "a PEM file with a certificate whose keys and signatures are strong enough, as "
                "RSA of 2048 bits and SHA-256 are"
            )
        );
    }
    if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        refuse(
            "client_options::client_key_file: " +
            why_unreadable(
                options.key_file, "a PEM file with a key without password that fits the certificate"
            )
        );
    }
}

} // namespace

struct tls_context::implementation
{
    // A ticket is for one use, so that nobody on the path can link connections by it; the last one
    // of a host is copied instead, because a handshake costs four times as much without.
    static constexpr std::size_t max_tickets_per_host = 64;

    context_ptr context;
    std::mutex mutex;
    std::unordered_map<std::string, std::deque<session_ptr>> tickets;

    session_ptr take_ticket(std::string const& host)
    {
        std::lock_guard const lock(mutex);
        auto const found = tickets.find(host);
        if (found == tickets.end() || found->second.empty())
            return nullptr;
        auto& kept = found->second;
        if (kept.size() == 1)
            return session_ptr(SSL_SESSION_dup(kept.back().get()));
        auto newest = std::move(kept.back());
        kept.pop_back();
        return newest;
    }

    void keep_ticket(std::string const& host, session_ptr ticket)
    {
        std::lock_guard const lock(mutex);
        auto& kept = tickets[host];
        if (kept.size() == max_tickets_per_host)
            kept.pop_front();
        kept.push_back(std::move(ticket));
    }

    // A copy is kept: the connection goes on with its session, which no other thread may share
    // then.
    static int on_new_session(SSL* ssl, SSL_SESSION* session)
    {
        auto* const self = static_cast<implementation*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
        auto const* const host = static_cast<std::string const*>(SSL_get_app_data(ssl));
        try {
            if (session_ptr ticket(SSL_SESSION_dup(session)); ticket)
                self->keep_ticket(*host, std::move(ticket));
        } catch (...) { // out of memory: the ticket is lost, and must not unwind through C
        }
        return 0; // the session stays the connection's
    }
};

tls_context::tls_context(tls_options const& options) : impl_(std::make_unique<implementation>())
{
    auto& context = impl_->context;
    context.reset(SSL_CTX_new(TLS_client_method()));
    if (!context)
        out_of_memory();
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    // What a system's configuration may ask for, and some builds of OpenSSL do not: keys of 112
    // bits of security, no SHA-1 under certificates, no cipher that does not encrypt or
    // authenticate.
    constexpr int min_security = 2;
    if (SSL_CTX_get_security_level(context.get()) < min_security)
        SSL_CTX_set_security_level(context.get(), min_security);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION); // a write could have to read
    SSL_CTX_set_app_data(context.get(), impl_.get());

    SSL_CTX_set_session_cache_mode(
        context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
    );
    SSL_CTX_sess_set_new_cb(context.get(), &implementation::on_new_session);

    static constexpr unsigned char protocols[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context.get(), protocols, sizeof protocols - 1);

    if (!options.certificate_file.empty() || !options.key_file.empty())
        present_certificate(context.get(), options);
    if (options.dangerous_accept_any_certificate) {
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
        return;
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    trust_authorities(context.get(), options);
}

tls_context::~tls_context() = default;

void tls_context::forget_tickets(std::string const& host)
{
    std::lock_guard const lock(impl_->mutex);
    impl_->tickets.erase(host);
}

std::unique_ptr<tls_engine> tls_context::start(std::string const& host)
{
    ssl_ptr ssl(SSL_new(impl_->context.get()));
    if (!ssl)
        out_of_memory();
    if (is_address(host)) {
        if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) != 1)
            out_of_memory();
    } else {
        // Without the second OpenSSL takes the common name where there is no subjectAltName, which
        // RFC 9525 forbids: authorities do not check it in that place.
        SSL_set_hostflags(
            ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
        );
        // The dot that ends a full name is for resolvers alone.
        auto const name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
        if (SSL_set1_host(ssl.get(), name.c_str()) != 1 ||
            SSL_set_tlsext_host_name(ssl.get(), name.c_str()) != 1)
            out_of_memory();
    }
    if (auto const ticket = impl_->take_ticket(host))
        SSL_set_session(ssl.get(), ticket.get());

    auto engine = std::make_unique<tls_engine>(ssl.get(), host);
    auto* const session = ssl.release(); // the engine's from here on
    SSL_set_app_data(session, &engine->host());
    return engine;
}

} // namespace hicap::net
