#include "emulator/tls_context.hpp"

#include "emulator/certificate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/ssl.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string_view>

namespace hicap::emulation {
namespace {

namespace asio = boost::asio;
using asio::ssl::context;

std::string read_file(std::string const& name)
{
    std::ifstream file(name, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file)
        throw boost::system::system_error(
            errno, boost::system::generic_category(), "cannot read '" + name + "'"
        );
    return text;
}

void use(context& tls, identity const& own, std::string const& what)
{
    boost::system::error_code error;
    tls.use_certificate_chain(asio::buffer(own.certificate), error);
    if (!error)
        tls.use_private_key(asio::buffer(own.key), context::pem, error);
    if (error)
        throw boost::system::system_error(error, "cannot use " + what);
}

// OpenSSL's list of protocols: each with its length before it.
constexpr std::string_view protocols = "\x08http/1.1";

int select_protocol(
    SSL* /*session*/,
    unsigned char const** chosen,
    unsigned char* chosen_size,
    unsigned char const* offered,
    unsigned int offered_size,
    void* /*argument*/
)
{
    auto const* own = reinterpret_cast<unsigned char const*>(protocols.data());
    auto const own_size = static_cast<unsigned int>(protocols.size());
    unsigned char* selected = nullptr;
    if (SSL_select_next_proto(&selected, chosen_size, own, own_size, offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = selected;
    return SSL_TLSEXT_ERR_OK;
}

} // namespace

tls_settings make_tls_settings(emulator_options const& options)
{
    constexpr std::string_view session_context = "hicap-emulator";

    tls_settings settings{context(context::tls_server), {}};
    auto* const native = settings.context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_id_context(
        native,
        reinterpret_cast<unsigned char const*>(session_context.data()),
        static_cast<unsigned int>(session_context.size())
    );
    SSL_CTX_set_alpn_select_cb(native, &select_protocol, nullptr);

    if (options.certificate_file.empty()) {
        auto const own = make_identity(
            options.certificate_names, options.certificate_valid_from, options.certificate_valid_for
        );
        use(settings.context, own, "the certificate made at start");
        settings.authority = own.authority;
    } else {
        auto const& certificate = options.certificate_file;
        identity const own{{}, read_file(certificate), read_file(options.key_file)};
        use(settings.context, own, "'" + certificate + "' with '" + options.key_file + "'");
        settings.authority = own.certificate;
    }
    return settings;
}

} // namespace hicap::emulation
