#ifndef HICAP_EMULATOR_CERTIFICATE_HPP
#define HICAP_EMULATOR_CERTIFICATE_HPP

#include <chrono>
#include <string>
#include <vector>

namespace hicap::emulation {

/// A certificate with its key and the authority that signed it, all in PEM.
struct identity
{
    std::string authority;
    std::string certificate;
    std::string key;
};

/// Makes an authority and a certificate for the names (DNS names or IP addresses), both with P-256
/// keys. The validity is relative to now; that of the authority always includes now.
///
/// Throws `boost::system::system_error` where a name is not valid or OpenSSL fails.
[[nodiscard]] identity make_identity(
    std::vector<std::string> const& names,
    std::chrono::seconds valid_from,
    std::chrono::seconds valid_for
);

} // namespace hicap::emulation

#endif
