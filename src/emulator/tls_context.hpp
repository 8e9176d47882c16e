#ifndef HICAP_EMULATOR_TLS_CONTEXT_HPP
#define HICAP_EMULATOR_TLS_CONTEXT_HPP

#include <hicap/emulator.hpp>

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace hicap::emulation {

struct tls_settings
{
    boost::asio::ssl::context context;
    std::string authority; ///< PEM, to trust
};

/// TLS 1.2 or later, session tickets, ALPN `http/1.1`, with the certificate that the options name
/// or with one made now. Throws `boost::system::system_error` that names the file at fault.
[[nodiscard]] tls_settings make_tls_settings(emulator_options const& options);

} // namespace hicap::emulation

#endif
