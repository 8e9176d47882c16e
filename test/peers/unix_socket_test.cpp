#include "peers/front.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace hicap;

namespace {

struct front_at_a_path : test::front
{
    front_at_a_path()
    {
        auto const plain = "listen unix:" + plain_path + ";\n";
        start(plain + "listen unix:" + secure_path + " ssl;\n");
    }

    std::string plain_path = (folder / "plain.socket").string();
    std::string secure_path = (folder / "secure.socket").string();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_unix_socket, front_at_a_path, *test::needs({"nginx", "openssl"}))

BOOST_AUTO_TEST_CASE(takes_the_place_of_the_host)
{
    auto chosen = options();
    chosen.base_url = "http://api.test/v1"; // a name that no lookup would find
    chosen.unix_socket = plain_path;
    client const hicap(chosen);
    auto const request = ask("a");

    auto const whole = create(hicap, request);
    auto events = open_stream(hicap, request);
    auto const assembled = run(events.collect());

    BOOST_TEST(!whole.text().empty());
    BOOST_TEST(assembled.text() == whole.text());
    BOOST_TEST(server.statistics().requests == 2U);
    BOOST_TEST(hicap.statistics().connections_opened == 1U);
}

BOOST_AUTO_TEST_CASE(is_spoken_to_by_tls_as_the_host_would_be)
{
    auto chosen = through();
    chosen.unix_socket = secure_path;
    client const hicap(chosen);
    auto const request = ask("a");
    BOOST_TEST(create(hicap, request).http_status() == 200);

    chosen.base_url = "https://api.test/v1"; // which the certificate does not name
    client const mistaken(chosen);
    auto const failure = test::failure_of<error>([&] { create(mistaken, request); });
    BOOST_TEST((failure.code() == errc::certificate_host_mismatch), failure.what());
}

BOOST_AUTO_TEST_CASE(is_named_when_nobody_listens)
{
    gate->stop();
    auto chosen = options();
    chosen.unix_socket = plain_path;
    client const hicap(chosen);
    auto const request = ask("a");

    auto const failure = test::failure_of<error>([&] { create(hicap, request); });

    BOOST_TEST((failure.code() == condition::connection), failure.what());
    BOOST_TEST(std::string(failure.what()).find(plain_path) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
