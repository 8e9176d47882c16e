#include "emulator/certificate.hpp"
#include "integration/emulator/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace emulator_test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(emulator_tls)

namespace {

hicap::emulator_options over_tls()
{
    hicap::emulator_options options;
    options.tls = true;
    return options;
}

tls_options trusting(running_emulator const& server)
{
    tls_options options;
    options.ca_pem = server->ca_pem();
    return options;
}

std::string failure_of(running_emulator const& server, tls_options const& options)
{
    try {
        client connection(server->port(), options);
    } catch (boost::system::system_error const& error) {
        return error.what();
    }
    return "none";
}

// A folder that is gone when the test is over.
class temporary_folder
{
public:
    temporary_folder()
        : path_(std::filesystem::temp_directory_path() / ("hicap-" + std::to_string(::getpid())))
    {
        std::filesystem::create_directories(path_);
    }

    ~temporary_folder() { std::filesystem::remove_all(path_); }

    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;

    std::string write(char const* name, std::string const& text) const
    {
        std::ofstream(path_ / name) << text;
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

} // namespace

BOOST_AUTO_TEST_CASE(the_certificate_is_trusted_by_its_authority)
{
    running_emulator const server(over_tls());
    client connection(server->port(), trusting(server));

    connection.send(post(chat_body("Hello", R"({"stream":true})")));
    BOOST_TEST(connection.receive().chunks().size() > 3U);
    connection.send(post(chat_body("Hello")));
    BOOST_TEST(connection.receive().status == 200);

    BOOST_TEST(connection.protocol() == "http/1.1");
    BOOST_TEST(server->statistics().tls_handshakes_full == 1U);
    BOOST_TEST(server->base_url() == "https://localhost:" + std::to_string(server->port()) + "/v1");
}

BOOST_AUTO_TEST_CASE(the_certificate_fits_its_names_and_no_others)
{
    auto options = over_tls();
    options.certificate_names = {"api.example.com", "127.0.0.1", "::1"};
    running_emulator const server(options);
    auto trust = trusting(server);

    for (auto const* fitting : {"api.example.com", "127.0.0.1", "::1"}) {
        trust.host = fitting;
        BOOST_TEST(failure_of(server, trust) == "none", fitting);
    }
    for (auto const* other : {"localhost", "example.com", "127.0.0.2"}) {
        trust.host = other;
        BOOST_TEST(failure_of(server, trust).find("verify failed") != std::string::npos, other);
    }
    server.wait_for([](auto const& now) { return now.tls_handshakes_failed == 3; });
}

BOOST_AUTO_TEST_CASE(another_authority_does_not_vouch_for_it)
{
    running_emulator const server(over_tls());
    running_emulator const other(over_tls());

    BOOST_TEST(failure_of(server, trusting(other)).find("verify failed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_certificate_may_have_expired_or_not_be_valid_yet)
{
    auto expired = over_tls();
    expired.certificate_valid_from = -7200s;
    expired.certificate_valid_for = 3600s;
    running_emulator const past(expired);
    BOOST_TEST(failure_of(past, trusting(past)).find("verify failed") != std::string::npos);

    auto early = over_tls();
    early.certificate_valid_from = 3600s;
    running_emulator const future(early);
    BOOST_TEST(failure_of(future, trusting(future)).find("verify failed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_session_can_be_resumed)
{
    running_emulator const server(over_tls());
    auto options = trusting(server);
    client first(server->port(), options);
    // The ticket comes with the first answer at the latest.
    first.send(post(chat_body("Hello")));
    BOOST_TEST(first.receive().status == 200);

    options.session = first.session();
    client second(server->port(), options);
    second.send(post(chat_body("Hello")));
    BOOST_TEST(second.receive().status == 200);

    BOOST_TEST(server->statistics().tls_handshakes_full == 1U);
    BOOST_TEST(server->statistics().tls_handshakes_resumed == 1U);
}

BOOST_AUTO_TEST_CASE(a_cut_ends_tls_with_or_without_its_farewell)
{
    running_emulator const server(over_tls());
    auto const ending = [&](char const* how) {
        client connection(server->port(), trusting(server));
        connection.send(post(
            chat_body("Hello", R"({"stream":true})"),
            {{"api-key", "k"}, {"x-emulator-events", "1"}, {"x-emulator-cut", how}}
        ));
        connection.receive_until("\n\n");
        return connection.receive_end();
    };

    BOOST_TEST(ending("clean") == boost::asio::error::eof);
    BOOST_TEST(ending("fin") == boost::asio::error::eof);
    BOOST_TEST(ending("no-close-notify") == boost::asio::ssl::error::stream_truncated);
}

BOOST_AUTO_TEST_CASE(the_generation_stops_when_the_client_of_a_tls_stream_goes_away)
{
    running_emulator const server(over_tls());
    client connection(server->port(), trusting(server));

    connection.send(post(
        chat_body("Hello", R"({"stream":true})"),
        {{"api-key", "k"}, {"x-emulator-tokens-per-second", "0.001"}}
    ));
    connection.receive_until("\n\n");
    connection.close();

    auto const statistics = server.wait_for([](auto const& now) {
        return now.streams_abandoned == 1 && now.connections_open == 0;
    });
    BOOST_TEST(statistics.tokens_generated == 0U);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_speak_tls_is_turned_away)
{
    running_emulator const server(over_tls());
    client connection(server->port());

    connection.send(post(chat_body("Hello")));

    BOOST_TEST(connection.receive_end().failed());
    server.wait_for([](auto const& now) { return now.connections_open == 0; });
    BOOST_TEST(server->statistics().tls_handshakes_failed == 1U);
    BOOST_TEST(server->statistics().requests == 0U);
}

BOOST_AUTO_TEST_CASE(a_certificate_of_the_users_is_served)
{
    temporary_folder const folder;
    auto const own = hicap::emulation::make_identity({"own.example.com"}, -1s, 3600s);
    auto options = over_tls();
    options.certificate_file = folder.write("certificate.pem", own.certificate);
    options.key_file = folder.write("key.pem", own.key);
    running_emulator const server(options);

    tls_options trust;
    trust.ca_pem = own.authority;
    trust.host = "own.example.com";
    BOOST_TEST(failure_of(server, trust) == "none");
    BOOST_TEST(server->ca_pem() == own.certificate);
}

BOOST_AUTO_TEST_CASE(files_that_are_missing_or_do_not_fit_are_named)
{
    temporary_folder const folder;
    auto const one = hicap::emulation::make_identity({"localhost"}, -1s, 3600s);
    auto const two = hicap::emulation::make_identity({"localhost"}, -1s, 3600s);
    auto options = over_tls();
    auto const names = [&](std::string const& text) {
        return [text](boost::system::system_error const& error) {
            return std::string(error.what()).find(text) != std::string::npos;
        };
    };

    options.certificate_file = folder.write("certificate.pem", one.certificate);
    options.key_file = "/nonexistent/key.pem";
    BOOST_CHECK_EXCEPTION(
        running_emulator{options}, boost::system::system_error, names("/nonexistent/key.pem")
    );
    options.key_file = folder.write("key.pem", two.key);
    BOOST_CHECK_EXCEPTION(
        running_emulator{options}, boost::system::system_error, names("certificate.pem")
    );
    options.certificate_file.clear();
    BOOST_CHECK_THROW(running_emulator{options}, std::invalid_argument);
    options.key_file.clear();
    options.certificate_names = {"a,DNS:b"};
    BOOST_CHECK_EXCEPTION(running_emulator{options}, boost::system::system_error, names("a,DNS:b"));
}

BOOST_AUTO_TEST_SUITE_END()
