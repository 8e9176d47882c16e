#include "net/tls_context.hpp"
#include "support/security.hpp"
#include "support/temporary_folder.hpp"
#include "support/tls_client.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::test {
namespace {

struct files_fixture
{
    /// Whether a client with these options trusts `server` and is trusted by it.
    static bool agree(tls_server& server, net::tls_options const& options)
    {
        tls_client client(std::make_shared<net::tls_context>(options));
        tls_peer peer(server);
        try {
            client.shake_hands(peer);
        } catch (error const& refused) { // by the client
            BOOST_TEST((refused.code() == errc::certificate_untrusted), refused.what());
            return false;
        }
        client.engine->write("ping");
        peer.feed(client.output());
        return peer.received == "ping";
    }

    /// Options that name the files of an identity.
    [[nodiscard]] net::tls_options presenting(identity const& who) const
    {
        net::tls_options options;
        options.certificate_file = folder.write("client.pem", who.certificate);
        options.key_file = folder.write("client.key", who.key);
        return options;
    }

    temporary_folder folder;
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// A server that trusts one client alone.
certificate_options asking_for(identity const& client, bool tls_1_2)
{
    certificate_options options;
    options.client_ca_pem = client.certificate;
    options.tls_1_2 = tls_1_2;
    return options;
}

/// What somebody types, where there is no terminal.
struct standard_input
{
    explicit standard_input(std::string const& file) : former(::dup(STDIN_FILENO))
    {
        auto const opened = ::open(file.c_str(), O_RDONLY);
        ::dup2(opened, STDIN_FILENO);
        ::close(opened);
    }

    standard_input(standard_input const&) = delete;
    standard_input& operator=(standard_input const&) = delete;

    ~standard_input()
    {
        ::dup2(former, STDIN_FILENO);
        ::close(former);
    }

    int former;
};

void check_unusable(net::tls_options const& options, std::string_view member)
{
    BOOST_CHECK_EXCEPTION(net::tls_context{options}, error, [&](error const& thrown) {
        BOOST_TEST(contains(thrown.what(), member), thrown.what());
        return thrown.code() == errc::client_certificate_unusable;
    });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_tls_context, files_fixture)

BOOST_AUTO_TEST_CASE(authorities_of_every_option_are_trusted_together)
{
    tls_server by_file;
    tls_server by_text;
    tls_server by_extra;
    tls_server by_other_extra;
    tls_server by_nobody;
    net::tls_options options;
    options.ca_file = folder.write("ca.pem", by_file.ca_pem());
    options.ca_pem = by_text.ca_pem();
    options.extra_ca_files = {
        folder.write("extra.pem", by_extra.ca_pem()),
        folder.write("other.pem", by_other_extra.ca_pem())};
    BOOST_TEST(agree(by_file, options));
    BOOST_TEST(agree(by_text, options));
    BOOST_TEST(agree(by_extra, options));
    BOOST_TEST(agree(by_other_extra, options));
    BOOST_TEST(!agree(by_nobody, options));
}

BOOST_AUTO_TEST_CASE(extra_authorities_come_on_top_of_those_of_the_system, *security)
{
    tls_server by_extra;
    tls_server by_nobody;
    net::tls_options options;
    options.extra_ca_files = {folder.write("extra.pem", by_extra.ca_pem())};
    BOOST_TEST(agree(by_extra, options));
    BOOST_TEST(!agree(by_nobody, options));
    BOOST_TEST(!agree(by_extra, {})); // nor does another client trust them now
}

BOOST_AUTO_TEST_CASE(extra_authorities_that_cannot_be_read_are_reported)
{
    for (auto const& file :
         {(folder / "missing.pem").string(), folder.write("empty.pem", "nothing")}) {
        net::tls_options options;
        options.extra_ca_files = {file};
        BOOST_CHECK_EXCEPTION(net::tls_context{options}, error, [&](error const& thrown) {
            BOOST_TEST(contains(thrown.what(), "client_options::extra_ca_files"));
            auto const expected = file.ends_with("missing.pem")
                                      ? "cannot open \"" + file + "\": No such file or directory"
                                      : '"' + file + "\" is not a PEM file with certificates";
            BOOST_TEST(contains(thrown.what(), expected), thrown.what());
            return thrown.code() == errc::ca_file_unreadable;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_client_shows_its_certificate_to_a_server_that_asks)
{
    auto const client = make_identity();
    for (bool const tls_1_2 : {false, true}) {
        tls_server server(asking_for(client, tls_1_2));
        auto options = presenting(client);
        options.ca_pem = server.ca_pem();
        BOOST_TEST(agree(server, options));
    }
}

BOOST_AUTO_TEST_CASE(a_client_with_a_certificate_talks_to_a_server_that_does_not_ask)
{
    tls_server server;
    auto options = presenting(make_identity());
    options.ca_pem = server.ca_pem();
    BOOST_TEST(agree(server, options));
}

BOOST_AUTO_TEST_CASE(a_server_refuses_the_certificate_of_another_client, *security)
{
    tls_server server(asking_for(make_identity(), false));
    auto options = presenting(make_identity());
    options.ca_pem = server.ca_pem();
    BOOST_CHECK_THROW(agree(server, options), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_client_without_certificate_is_told_that_it_needs_one)
{
    auto const wanted = make_identity();
    for (bool const tls_1_2 : {false, true}) {
        tls_server server(asking_for(wanted, tls_1_2));
        tls_client client(server);
        tls_peer peer(server);
        std::string text;
        bool done = client.advance({});
        while (text.empty()) {
            try {
                peer.feed(client.output());
            } catch (std::runtime_error const&) { // it says why to the client
            }
            try {
                if (done)
                    client.read(peer.output());
                else
                    done = client.advance(peer.output());
            } catch (error const& refused) {
                BOOST_TEST((refused.code() == errc::client_certificate_refused));
                text = refused.what();
            }
        }
        BOOST_TEST(contains(text, "client_options::client_certificate_file"), text);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_and_its_key_need_each_other)
{
    auto without_key = presenting(make_identity());
    without_key.key_file.clear();
    check_unusable(without_key, "client_options::client_certificate_file and client_key_file");
    auto without_certificate = presenting(make_identity());
    without_certificate.certificate_file.clear();
    check_unusable(
        without_certificate, "client_options::client_certificate_file and client_key_file"
    );
}

BOOST_AUTO_TEST_CASE(a_certificate_that_cannot_be_read_is_reported)
{
    auto options = presenting(make_identity());
    for (auto const& file :
         {(folder / "missing.pem").string(),
          folder.write("text.pem", "nothing"),
          options.key_file}) {
        options.certificate_file = file;
        check_unusable(options, "client_options::client_certificate_file: ");
        check_unusable(options, file);
    }
}

BOOST_AUTO_TEST_CASE(a_key_that_cannot_be_used_is_reported)
{
    auto const who = make_identity();
    auto options = presenting(who);
    for (auto const& file :
         {(folder / "missing.key").string(),
          folder.write("text.key", "nothing"),
          folder.write("other.key", make_identity().key)}) {
        options.key_file = file;
        check_unusable(options, "client_options::client_key_file: ");
        check_unusable(options, file);
    }
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_for_the_password_of_a_key)
{
    standard_input const typed(folder.write("typed", "secret\n"));
    auto const who = make_identity();
    auto options = presenting(who);
    options.key_file = folder.write("locked.key", who.locked_key);
    check_unusable(options, "without password");
}

BOOST_AUTO_TEST_CASE(a_client_that_accepts_any_server_still_shows_its_own_certificate)
{
    auto const client = make_identity();
    tls_server server(asking_for(client, false));
    auto options = presenting(client);
    options.dangerous_accept_any_certificate = true;
    BOOST_TEST(agree(server, options));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
