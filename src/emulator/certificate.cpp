#include "emulator/certificate.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace hicap::emulation {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

template <auto Free>
struct deleter
{
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

using key_ptr = std::unique_ptr<EVP_PKEY, deleter<&EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, deleter<&X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, deleter<&X509_EXTENSION_free>>;
using address_ptr = std::unique_ptr<ASN1_OCTET_STRING, deleter<&ASN1_OCTET_STRING_free>>;
using bio_ptr = std::unique_ptr<BIO, deleter<&BIO_free>>;

[[noreturn]] void fail(std::string const& what)
{
    boost::system::error_code const code(
        static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category()
    );
    throw boost::system::system_error(code, what);
}

void require(bool done, char const* what)
{
    if (!done)
        fail(what);
}

key_ptr make_key()
{
    key_ptr key(EVP_EC_gen("P-256"));
    require(key != nullptr, "making a P-256 key");
    return key;
}

void set_serial(X509* certificate)
{
    std::array<unsigned char, 8> bytes{};
    require(
        RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "making a serial number"
    );
    std::uint64_t number = 0;
    for (auto const byte : bytes)
        number = (number << 8U) | byte;
    // Positive and never zero.
    number = (number >> 1U) | 1U;
    require(
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number) == 1,
        "setting the serial number"
    );
}

void set_validity(X509* certificate, seconds from, seconds to)
{
    require(
        X509_gmtime_adj(X509_getm_notBefore(certificate), from.count()) != nullptr &&
            X509_gmtime_adj(X509_getm_notAfter(certificate), to.count()) != nullptr,
        "setting the validity of the certificate"
    );
}

void set_name(X509_NAME* name, char const* text)
{
    auto const* bytes = reinterpret_cast<unsigned char const*>(text);
    require(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes, -1, -1, 0) == 1,
        "naming the certificate"
    );
}

void add_extension(X509* certificate, X509* issuer, int kind, std::string const& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    extension_ptr const extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    if (extension == nullptr || X509_add_ext(certificate, extension.get(), -1) != 1)
        fail("adding '" + value + "' to the certificate");
}

certificate_ptr
make_unsigned(EVP_PKEY* key, char const* name, X509_NAME const* issuer, seconds from, seconds to)
{
    certificate_ptr certificate(X509_new());
    require(certificate != nullptr, "making a certificate");
    // Version 3 is written as 2.
    require(X509_set_version(certificate.get(), 2) == 1, "setting the certificate's version");
    set_serial(certificate.get());
    set_validity(certificate.get(), from, to);
    set_name(X509_get_subject_name(certificate.get()), name);
    require(
        X509_set_issuer_name(
            certificate.get(), issuer != nullptr ? issuer : X509_get_subject_name(certificate.get())
        ) == 1,
        "naming the issuer"
    );
    require(X509_set_pubkey(certificate.get(), key) == 1, "setting the certificate's key");
    return certificate;
}

// One entry of subjectAltName. What separates entries could smuggle in another.
std::string alternative_name(std::string const& name)
{
    address_ptr const address(a2i_IPADDRESS(name.c_str()));
    auto const valid = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_' || c == '*' || c == ':';
    });
    if (!valid || (address == nullptr && name.find(':') != std::string::npos))
        throw boost::system::system_error(
            make_error_code(boost::system::errc::invalid_argument),
            "the certificate name '" + name + "' is neither a host name nor an IP address"
        );
    return (address == nullptr ? "DNS:" : "IP:") + name;
}

std::string pem_of(X509* certificate)
{
    bio_ptr const bio(BIO_new(BIO_s_mem()));
    require(
        bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1, "writing a certificate"
    );
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(EVP_PKEY* key)
{
    bio_ptr const bio(BIO_new(BIO_s_mem()));
    require(
        bio != nullptr &&
            PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "writing a key"
    );
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

void sign(X509* certificate, EVP_PKEY* key)
{
    require(X509_sign(certificate, key, EVP_sha256()) != 0, "signing a certificate");
}

} // namespace

identity make_identity(std::vector<std::string> const& names, seconds valid_from, seconds valid_for)
{
    std::string alternatives;
    for (auto const& name : names) {
        if (!alternatives.empty())
            alternatives += ',';
        alternatives += alternative_name(name);
    }
    auto const valid_to = valid_from + valid_for;
    auto const margin = seconds(hours(24));

    auto const authority_key = make_key();
    auto const authority = make_unsigned(
        authority_key.get(),
        "hicap-emulator authority",
        nullptr,
        std::min(valid_from, seconds(0)) - margin,
        std::max(valid_to, seconds(0)) + margin
    );
    auto* const issuer = authority.get();
    add_extension(issuer, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(issuer, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(issuer, issuer, NID_subject_key_identifier, "hash");
    sign(issuer, authority_key.get());

    auto const key = make_key();
    auto const certificate = make_unsigned(
        key.get(), "hicap-emulator", X509_get_subject_name(issuer), valid_from, valid_to
    );
    auto* const leaf = certificate.get();
    add_extension(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(leaf, issuer, NID_ext_key_usage, "serverAuth");
    add_extension(leaf, issuer, NID_subject_key_identifier, "hash");
    add_extension(leaf, issuer, NID_authority_key_identifier, "keyid");
    add_extension(leaf, issuer, NID_subject_alt_name, alternatives);
    sign(leaf, authority_key.get());

    return {pem_of(issuer), pem_of(leaf), pem_of(key.get())};
}

} // namespace hicap::emulation
