#include "support/hicap_fixture.hpp"
#include "support/security.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

using namespace hicap;

namespace {

/// The code that a request ends with; none when it succeeds.
boost::system::error_code outcome(test::hicap_fixture& with, client_options const& options)
{
    client const hicap(options);
    auto const request = with.ask("a");
    try {
        with.create(hicap, request);
    } catch (boost::system::system_error const& failure) {
        return failure.code();
    }
    return {};
}

/// Whether this system knows the name that some tests need.
boost::test_tools::assertion_result knows_localhost(boost::unit_test::test_unit_id)
{
    asio::io_context context;
    boost::system::error_code code;
    asio::ip::tcp::resolver(context).resolve("localhost", "443", code);
    boost::test_tools::assertion_result result(!code);
    result.message() << "SKIPPED: this system does not know the name localhost";
    return result;
}

auto const needs_localhost = boost::unit_test::precondition(&knows_localhost);

} // namespace

BOOST_AUTO_TEST_SUITE(certificates)

BOOST_AUTO_TEST_CASE(an_unknown_authority_is_refused, *test::security)
{
    test::hicap_fixture local;
    auto of_the_system = local.options();
    of_the_system.ca_pem.clear();
    BOOST_TEST((outcome(local, of_the_system) == errc::certificate_untrusted));

    test::hicap_fixture const other;
    auto of_another = local.options();
    of_another.ca_pem = other.server.ca_pem();
    BOOST_TEST((outcome(local, of_another) == errc::certificate_untrusted));
    BOOST_TEST((outcome(local, of_another) == condition::tls));
    BOOST_TEST(local.server.statistics().requests == 0U);
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_host_is_refused, *needs_localhost* test::security)
{
    auto options = test::hicap_fixture::with_tls();
    options.certificate_names = {"elsewhere.example"};
    test::hicap_fixture local(options);
    auto by_name = local.options();
    auto const port = std::to_string(local.server.port());
    by_name.base_url = "https://localhost:" + port + "/v1";
    BOOST_TEST((outcome(local, by_name) == errc::certificate_host_mismatch));
    auto by_address = local.options();
    by_address.base_url = "https://127.0.0.1:" + port + "/v1";
    BOOST_TEST((outcome(local, by_address) == errc::certificate_host_mismatch));
    BOOST_TEST(local.server.statistics().requests == 0U);
}

BOOST_AUTO_TEST_CASE(name_and_address_of_the_certificate_are_accepted, *needs_localhost)
{
    test::hicap_fixture local;
    auto options = local.options();
    for (auto const* const host : {"localhost", "127.0.0.1"}) {
        options.base_url =
            "https://" + std::string(host) + ":" + std::to_string(local.server.port()) + "/v1";
        BOOST_TEST((!outcome(local, options)), host);
    }
}

BOOST_AUTO_TEST_CASE(expired_and_future_certificates_are_refused, *test::security)
{
    using namespace std::chrono_literals;
    auto expired = test::hicap_fixture::with_tls();
    expired.certificate_valid_from = -7200s;
    expired.certificate_valid_for = 3600s;
    test::hicap_fixture past(expired);
    BOOST_TEST((outcome(past, past.options()) == errc::certificate_expired));

    auto early = test::hicap_fixture::with_tls();
    early.certificate_valid_from = 3600s;
    test::hicap_fixture future(early);
    BOOST_TEST((outcome(future, future.options()) == errc::certificate_expired));
}

BOOST_AUTO_TEST_CASE(an_authority_can_be_given_as_a_file)
{
    test::hicap_fixture local;
    auto const path = "ca-of-" + std::to_string(local.server.port()) + ".pem";
    std::ofstream(path) << local.server.ca_pem();
    auto options = local.options();
    options.ca_pem.clear();
    options.ca_file = path;
    auto const code = outcome(local, options);
    std::remove(path.c_str());
    BOOST_TEST((!code), code.message());
}

BOOST_AUTO_TEST_CASE(only_the_dangerous_option_turns_verification_off, *test::security)
{
    auto wrong = test::hicap_fixture::with_tls();
    wrong.certificate_names = {"elsewhere.example"};
    test::hicap_fixture local(wrong);
    auto options = local.options();
    options.base_url = "https://127.0.0.1:" + std::to_string(local.server.port()) + "/v1";
    options.ca_pem.clear();
    options.dangerous_accept_any_certificate = true;
    BOOST_TEST((!outcome(local, options)));
}

BOOST_AUTO_TEST_CASE(a_second_connection_resumes_the_session)
{
    test::hicap_fixture local;
    client const hicap(local.options());
    auto const request = local.ask("a");
    // Two streams at once need two connections; the tickets come with the first answer.
    auto first = local.open_stream(hicap, request);
    BOOST_TEST((local.run(first.next()) != nullptr));
    auto second = local.open_stream(hicap, request);
    BOOST_TEST(local.run(second.collect()).text() == local.run(first.collect()).text());
    BOOST_TEST(local.server.statistics().tls_handshakes_full == 1U);
    BOOST_TEST(local.server.statistics().tls_handshakes_resumed == 1U);
}

BOOST_AUTO_TEST_CASE(tls_to_a_plain_server_is_a_handshake_error, *test::security)
{
    test::hicap_fixture local{emulator_options{}};
    auto options = local.options();
    options.base_url = "https://127.0.0.1:" + std::to_string(local.server.port()) + "/v1";
    BOOST_TEST((outcome(local, options) == errc::tls_handshake));
}

BOOST_AUTO_TEST_SUITE_END()
