#ifndef HICAP_BENCH_TLS_MEMORY_HPP
#define HICAP_BENCH_TLS_MEMORY_HPP

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bench {

inline void require(bool done, char const* what)
{
    if (!done)
        throw std::runtime_error(what);
}

/// A TLS session between two pieces of memory, by a BIO of its own: nothing is copied but by
/// OpenSSL itself, and one buffer for what comes in serves all sessions.
class tls_memory
{
public:
    /// The session is made for the side that `context` is for.
    explicit tls_memory(SSL_CTX* context) : ssl_(SSL_new(context))
    {
        auto* const bio = BIO_new(method());
        require(ssl_ != nullptr && bio != nullptr, "out of memory for a TLS session");
        BIO_set_data(bio, this);
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_, bio, bio);
    }

    tls_memory(tls_memory const&) = delete;
    tls_memory& operator=(tls_memory const&) = delete;

    ~tls_memory() { SSL_free(ssl_); }

    [[nodiscard]] SSL* ssl() const noexcept { return ssl_; }

    /// Shows what has come; it must stay in place until `read` says that there is no more.
    void feed(char const* data, std::size_t size) { input_ = {data, size}; }

    /// Decrypts the next record; empty when more has to be fed.
    std::string_view read(char* data, std::size_t size)
    {
        auto const got = SSL_read(ssl_, data, static_cast<int>(size));
        if (got > 0)
            return {data, static_cast<std::size_t>(got)};
        require(SSL_get_error(ssl_, got) == SSL_ERROR_WANT_READ, "the TLS session has ended");
        return {};
    }

    /// Encrypts to `output`, as one record while it is below 16 KiB.
    void write(std::string_view data)
    {
        require(
            SSL_write(ssl_, data.data(), static_cast<int>(data.size())) ==
                static_cast<int>(data.size()),
            "encrypting"
        );
    }

    std::string output; ///< to be sent

private:
    static tls_memory& of(BIO* bio) { return *static_cast<tls_memory*>(BIO_get_data(bio)); }

    static int take(BIO* bio, char* data, int size)
    {
        auto& input = of(bio).input_;
        BIO_clear_retry_flags(bio);
        if (input.empty()) {
            BIO_set_retry_read(bio);
            return -1;
        }
        auto const n = std::min(input.size(), static_cast<std::size_t>(size));
        std::memcpy(data, input.data(), n);
        input.remove_prefix(n);
        return static_cast<int>(n);
    }

    static int give(BIO* bio, char const* data, int size)
    {
        BIO_clear_retry_flags(bio);
        of(bio).output.append(data, static_cast<std::size_t>(size));
        return size;
    }

    static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH; }

    static BIO_METHOD* method()
    {
        static auto* const shared = [] {
            auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bench");
            BIO_meth_set_read(made, &tls_memory::take);
            BIO_meth_set_write(made, &tls_memory::give);
            BIO_meth_set_ctrl(made, &tls_memory::control);
            return made;
        }();
        return shared;
    }

    SSL* ssl_;
    std::string_view input_;
};

} // namespace bench

#endif
