#ifndef HICAP_NET_TLS_CONTEXT_HPP
#define HICAP_NET_TLS_CONTEXT_HPP

#include <memory>
#include <string>
#include <vector>

namespace hicap::net {

class tls_engine;

struct tls_options
{
    /// The authorities to trust, as a PEM file and as PEM text; those of the system where both are
    /// empty.
    std::string ca_file;
    std::string ca_pem;
    /// PEM files of authorities to trust besides those.
    std::vector<std::string> extra_ca_files;
    /// PEM files of the client's certificate chain and its key; both or none.
    std::string certificate_file;
    std::string key_file;
    /// Accept any certificate. For tests of other people's servers.
    bool dangerous_accept_any_certificate = false;

    [[nodiscard]] bool has_files() const noexcept
    {
        return !ca_file.empty() || !ca_pem.empty() || !extra_ca_files.empty() ||
               !certificate_file.empty() || !key_file.empty();
    }
};

/// What all TLS connections of a client share: settings, trusted authorities, and the session
/// tickets that make later handshakes cheap.
///
/// Thread safety: shared objects safe.
class tls_context
{
public:
    /// Throws `hicap::error` with `errc::ca_file_unreadable` or `client_certificate_unusable`.
    explicit tls_context(tls_options const& options);
    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;
    ~tls_context();

    /// A client's side of a session with `host`, which the certificate must be for: a DNS name or
    /// a literal address. The context must outlive it.
    [[nodiscard]] std::unique_ptr<tls_engine> start(std::string const& host);

    /// Forgets the tickets of `host`, with one of which a handshake may have failed.
    void forget_tickets(std::string const& host);

private:
    struct implementation;
    std::unique_ptr<implementation> impl_;
};

} // namespace hicap::net

#endif
