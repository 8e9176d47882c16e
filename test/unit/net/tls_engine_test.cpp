#include "net/tls_engine.hpp"
#include "support/security.hpp"
#include "support/tls_client.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace hicap::test {
namespace {

using engine_status = net::tls_engine::status;

/// The code and text of what a handshake of `host` fails with.
struct refusal
{
    boost::system::error_code code;
    std::string what;
};

refusal refusal_of(tls_server& server, std::shared_ptr<net::tls_context> context, std::string host)
{
    tls_client client(std::move(context), host);
    tls_peer peer(server);
    try {
        client.shake_hands(peer);
    } catch (error const& e) {
        return {e.code(), e.what()};
    }
    return {};
}

refusal refusal_of(certificate_options const& options, std::string host)
{
    tls_server server(options);
    return refusal_of(server, tls_client::trusting(server), std::move(host));
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// Both sides after their handshake.
struct session
{
    explicit session(certificate_options const& options = {}) : server(options)
    {
        client.shake_hands(peer);
    }

    tls_server server;
    tls_peer peer{server};
    tls_client client{server};
};

std::string long_text(std::size_t size)
{
    std::string text(size, 'x');
    for (std::size_t i = 0; i != size; ++i)
        text[i] = static_cast<char>('a' + i % 23);
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(net_tls_engine)

BOOST_AUTO_TEST_CASE(a_handshake_is_the_same_however_it_is_cut)
{
    for (bool const tls_1_2 : {false, true}) {
        certificate_options options;
        options.tls_1_2 = tls_1_2;
        tls_server server(options);
        bool complete = false;
        for (std::size_t offset = 1; !complete; ++offset) {
            auto const context = tls_client::trusting(server); // without tickets
            tls_client client(context);
            tls_peer peer(server);
            BOOST_TEST_REQUIRE(!client.advance({}));
            peer.feed(client.output());
            auto const flight = peer.output();
            complete = offset >= flight.size();
            bool done = client.advance(std::string_view(flight).substr(0, offset));
            BOOST_TEST_REQUIRE(!(done && !complete), "done after " << offset << " bytes");
            if (!complete)
                done = client.advance(std::string_view(flight).substr(offset));
            while (!done || !peer.done) {
                peer.feed(client.output());
                auto const more = peer.output();
                for (auto const& byte : byte_by_byte(more))
                    if (!done)
                        done = client.advance({byte.data(), byte.size()});
                    else
                        client.read({byte.data(), byte.size()});
            }
            client.engine->write("ping");
            peer.feed(client.output());
            BOOST_TEST_REQUIRE(peer.received == "ping");
            BOOST_TEST_REQUIRE(client.read(peer.encrypt("pong")) == "pong");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_handshake_goes_byte_by_byte_in_both_directions)
{
    tls_server server;
    tls_client client(server);
    tls_peer peer(server);
    bool done = client.advance({});
    while (!done || !peer.done) {
        for (auto const& byte : byte_by_byte(client.output()))
            peer.feed({byte.data(), byte.size()});
        for (auto const& byte : byte_by_byte(peer.output())) {
            if (!done)
                done = client.advance({byte.data(), byte.size()});
            else
                client.read({byte.data(), byte.size()});
        }
    }
    BOOST_TEST(client.read(peer.encrypt("pong")) == "pong");
}

BOOST_AUTO_TEST_CASE(data_arrives_however_it_is_cut)
{
    session both;
    auto const text = long_text(300);
    std::size_t offset = 0;
    for (bool complete = false; !complete; ++offset) {
        auto const ciphertext = both.peer.encrypt(text);
        complete = offset >= ciphertext.size();
        auto got = both.client.read(std::string_view(ciphertext).substr(0, offset));
        BOOST_TEST((both.client.last == engine_status::need_input));
        if (!complete)
            got += both.client.read(std::string_view(ciphertext).substr(offset));
        BOOST_TEST(got == text);
        BOOST_TEST(!both.client.engine->has_input());
    }
    std::string got;
    for (auto const& byte : byte_by_byte(both.peer.encrypt(text)))
        got += both.client.read({byte.data(), byte.size()});
    BOOST_TEST(got == text);
}

BOOST_AUTO_TEST_CASE(several_records_at_once_are_read_one_after_the_other)
{
    session both;
    auto const first = long_text(100'000);
    auto ciphertext = both.peer.encrypt(first);
    ciphertext += both.peer.encrypt("second");
    BOOST_TEST(both.client.read(ciphertext) == first + "second");
}

BOOST_AUTO_TEST_CASE(all_that_is_written_reaches_the_server)
{
    session both;
    auto const text = long_text(3'000'000);
    both.client.engine->write(text);
    both.client.engine->write({});
    both.client.engine->write("end");
    both.peer.feed(both.client.output());
    BOOST_TEST((both.peer.received == text + "end"));
}

BOOST_AUTO_TEST_CASE(close_notify_is_told_from_silence)
{
    session both;
    auto text = both.peer.encrypt("last");
    text += both.peer.close_notify();
    BOOST_TEST(both.client.read(text) == "last");
    BOOST_TEST((both.client.last == engine_status::closed));
    BOOST_TEST(both.client.read({}).empty());
    BOOST_TEST((both.client.last == engine_status::closed));
}

BOOST_AUTO_TEST_CASE(new_keys_are_answered)
{
    session both;
    BOOST_TEST(both.client.read(both.peer.update_keys()).empty());
    BOOST_TEST(both.client.read(both.peer.encrypt("new")) == "new");
    both.client.engine->write("also new"); // behind the client's own new keys
    both.peer.feed(both.client.output());
    BOOST_TEST(both.peer.received == "also new");
    BOOST_TEST(both.client.read(both.peer.encrypt("still new")) == "still new");
}

BOOST_AUTO_TEST_CASE(it_is_known_when_there_is_nothing_left_to_read)
{
    session both;
    auto& engine = *both.client.engine;
    BOOST_TEST(engine.is_used_up());
    auto ciphertext = both.peer.encrypt("text");
    ciphertext += both.peer.encrypt("more");
    engine.feed(ciphertext);
    BOOST_TEST(!engine.is_used_up());
    char data[8];
    std::size_t got = 0;
    auto const read = [&](std::size_t size) { return engine.read(data, size, got); };
    BOOST_TEST((read(2) == engine_status::done));
    BOOST_TEST(!engine.is_used_up());
    BOOST_TEST((read(8) == engine_status::done));
    BOOST_TEST(got == 2U);
    BOOST_TEST(!engine.is_used_up());
    BOOST_TEST((read(8) == engine_status::done));
    BOOST_TEST(got == 4U);
    BOOST_TEST(engine.is_used_up());
    BOOST_TEST((read(8) == engine_status::need_input));
    auto const ended = both.peer.close_notify();
    engine.feed(ended);
    BOOST_TEST(!engine.is_used_up());
}

#ifdef __GLIBC__
BOOST_AUTO_TEST_CASE(a_session_that_waits_holds_no_buffers)
{
    session both;
    auto& engine = *both.client.engine;
    auto const held = [] { return ::mallinfo2().uordblks; };
    auto const before = held();
    std::string const some(100'000, 'x');
    if (held() < before + some.size()) {
        BOOST_TEST_MESSAGE("skipped: the heap is not that of the C library");
        return;
    }
    // All that the server says comes first: its session is in the same heap.
    auto const tickets = both.peer.tickets(1);
    auto const more_tickets = both.peer.tickets(1);
    auto const text = both.peer.encrypt("text");
    auto const keys = both.peer.update_keys();
    engine.release_buffers();
    auto const least = held();
    auto const check = [&](char const* after) {
        engine.release_buffers();
        BOOST_TEST_CONTEXT(after)
        {
            BOOST_TEST(held() < least + 8192); // the tickets are kept
        }
    };
    engine.write("request");
    check("writing");
    BOOST_TEST(both.client.read(tickets).empty());
    BOOST_TEST(held() > least + 16'384); // OpenSSL has buffers for them
    check("tickets");
    BOOST_TEST(both.client.read(more_tickets).empty());
    check("more tickets");
    BOOST_TEST(both.client.read(text) == "text");
    check("data");
    BOOST_TEST(both.client.read(keys).empty());
    check("new keys");
}
#endif

BOOST_AUTO_TEST_CASE(what_is_not_tls_fails_the_handshake, *security)
{
    tls_server server;
    std::string_view const alert("\x15\x03\x03\x00\x02\x02\x28", 7); // handshake_failure
    for (std::string_view const text :
         {std::string_view("HTTP/1.1 400 Bad Request\r\n\r\n"),
          std::string_view("SSH-2.0-OpenSSH_9.2\r\n"),
          alert}) {
        tls_client client(server);
        BOOST_TEST(!client.advance({}));
        BOOST_CHECK_EXCEPTION(client.advance(text), error, [](error const& e) {
            BOOST_TEST(contains(e.what(), "TLS handshake with api.test"));
            return e.code() == errc::tls_handshake;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_changed_byte_of_a_record_breaks_the_session, *security)
{
    constexpr std::size_t header = 5;
    for (std::size_t const at : {header, header + 3, header + 20}) {
        session both;
        auto ciphertext = both.peer.encrypt("some text");
        ciphertext[at] = static_cast<char>(ciphertext[at] ^ 1);
        BOOST_CHECK_EXCEPTION(both.client.read(ciphertext), error, [](error const& e) {
            BOOST_TEST(contains(e.what(), "TLS session with api.test"));
            return e.code() == errc::tls_failure && e.code() == condition::tls;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_session_may_be_dropped_in_the_middle_of_its_handshake)
{
    tls_server server;
    tls_peer peer(server);
    tls_client client(server);
    BOOST_TEST(!client.advance({}));
    peer.feed(client.output());
    auto const flight = peer.output();
    BOOST_TEST(!client.advance(std::string_view(flight).substr(0, 100)));
    client.engine.reset();
    BOOST_TEST(!peer.done);
}

BOOST_AUTO_TEST_CASE(a_certificate_for_the_host_is_accepted, *security)
{
    certificate_options options;
    options.names = "DNS:api.test,DNS:*.example.test,IP:127.0.0.1,IP:::1";
    for (auto const* const host :
         {"api.test", "API.TEST", "api.test.", "a.example.test", "127.0.0.1", "::1"}) {
        auto const got = refusal_of(options, host);
        BOOST_TEST(!got.code, host << ": " << got.what);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_host_is_refused, *security)
{
    certificate_options options;
    options.names = "DNS:api.test,DNS:*.example.test,IP:127.0.0.1";
    for (auto const* const host :
         {"other.test",
          "api.test.evil",
          "example.test",
          "a.b.example.test",
          "127.0.0.2",
          "::1",
          "test"}) { // the common name does not count
        auto const got = refusal_of(options, host);
        BOOST_TEST((got.code == errc::certificate_host_mismatch), host << ": " << got.what);
        BOOST_TEST(contains(got.what, host));
    }
}

BOOST_AUTO_TEST_CASE(
    a_certificate_that_names_the_host_by_its_common_name_alone_is_refused, *security
)
{
    certificate_options options;
    options.names = "";
    for (auto const* const name : {"api.test", "127.0.0.1"}) {
        options.common_name = name;
        auto const got = refusal_of(options, name);
        BOOST_TEST((got.code == errc::certificate_host_mismatch), got.what);
        BOOST_TEST(contains(got.what, "its subjectAltName names no such host"), got.what);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_out_of_its_time_is_refused, *security)
{
    using std::chrono::hours;
    certificate_options expired;
    expired.valid_from = -hours(48);
    expired.valid_until = -hours(24);
    certificate_options not_yet;
    not_yet.valid_from = hours(24);
    not_yet.valid_until = hours(48);
    for (auto const& options : {expired, not_yet}) {
        auto const got = refusal_of(options, "api.test");
        BOOST_TEST((got.code == errc::certificate_expired), got.what);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_that_nobody_vouches_for_is_refused, *security)
{
    tls_server server;
    tls_server other;
    auto const got = refusal_of(server, tls_client::trusting(other), "api.test");
    BOOST_TEST((got.code == errc::certificate_untrusted), got.what);
    BOOST_TEST(contains(got.what, "client_options::extra_ca_files"));

    auto const of_system =
        refusal_of(server, std::make_shared<net::tls_context>(net::tls_options{}), "api.test");
    BOOST_TEST((of_system.code == errc::certificate_untrusted), of_system.what);
}

BOOST_AUTO_TEST_CASE(a_chain_that_ends_in_an_authority_is_accepted, *security)
{
    certificate_options root;
    root.constraints = "critical,CA:TRUE";
    certificate_options between = root;
    between.chain = {make_identity(root)};
    certificate_options options;
    options.constraints = "critical,CA:FALSE";
    options.uses = "serverAuth";
    options.chain = {make_identity(between), between.chain.front()};
    auto const got = refusal_of(options, "api.test");
    BOOST_TEST(!got.code, got.what);
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_use_is_refused, *security)
{
    for (auto const* const uses : {"clientAuth", "emailProtection", "codeSigning,OCSPSigning"}) {
        certificate_options options;
        options.uses = uses;
        auto const got = refusal_of(options, "api.test");
        BOOST_TEST((got.code == errc::certificate_untrusted), uses << ": " << got.what);
        BOOST_TEST(contains(got.what, "purpose"), got.what);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_signed_by_none_of_an_authority_is_refused, *security)
{
    // Whoever has an honest certificate for a host of his own could make those of others with it.
    certificate_options root;
    root.constraints = "critical,CA:TRUE";
    for (auto const* const constraints : {"critical,CA:FALSE", ""}) {
        certificate_options honest;
        honest.names = "DNS:other.test";
        honest.constraints = constraints;
        honest.chain = {make_identity(root)};
        certificate_options forged;
        forged.chain = {make_identity(honest), honest.chain.front()};
        auto const got = refusal_of(forged, "api.test");
        BOOST_TEST((got.code == errc::certificate_untrusted), constraints << ": " << got.what);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_with_a_weak_key_or_signature_is_refused, *security)
{
    certificate_options root;
    root.constraints = "critical,CA:TRUE";
    certificate_options weak_key;
    weak_key.rsa_bits = 1024;
    certificate_options weak_root = root;
    weak_root.rsa_bits = 1024;
    certificate_options of_weak_root;
    of_weak_root.chain = {make_identity(weak_root)};
    of_weak_root.rsa_bits = 2048;
    certificate_options weak_signature;
    weak_signature.chain = {make_identity(root)};
    weak_signature.sha_1 = true;
    for (auto const& options : {weak_key, of_weak_root, weak_signature}) {
        auto const got = refusal_of(options, "api.test");
        BOOST_TEST((got.code == errc::certificate_untrusted), got.what);
    }
}

BOOST_AUTO_TEST_CASE(a_server_is_told_the_name_of_the_host_and_no_address, *security)
{
    certificate_options options;
    options.names = "DNS:api.test,IP:127.0.0.1,IP:::1";
    tls_server server(options);
    for (std::string const host : {"api.test", "127.0.0.1", "::1"}) {
        tls_client client(tls_client::trusting(server), host);
        tls_peer peer(server);
        client.shake_hands(peer);
        BOOST_TEST(peer.server_name() == (host == "api.test" ? host : ""));
    }
}

BOOST_AUTO_TEST_CASE(any_certificate_is_accepted_only_on_demand, *security)
{
    certificate_options options;
    options.names = "DNS:other.test";
    options.valid_until = -std::chrono::minutes(1);
    tls_server server(options);
    net::tls_options dangerous;
    dangerous.dangerous_accept_any_certificate = true;
    auto const got = refusal_of(server, std::make_shared<net::tls_context>(dangerous), "api.test");
    BOOST_TEST(!got.code, got.what);
}

BOOST_AUTO_TEST_CASE(authorities_that_cannot_be_read_are_reported, *security)
{
    net::tls_options no_file;
    no_file.ca_file = "/nowhere/ca.pem";
    net::tls_options no_pem;
    no_pem.ca_pem = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
    net::tls_options half;
    tls_server const server;
    half.ca_pem = server.ca_pem() + no_pem.ca_pem;
    for (auto const& options : {no_file, no_pem, half}) {
        BOOST_CHECK_EXCEPTION(net::tls_context{options}, error, [](error const& e) {
            BOOST_TEST(contains(e.what(), "client_options::ca_"));
            return e.code() == errc::ca_file_unreadable;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_session_ticket_shortens_the_next_handshake)
{
    for (bool const tls_1_2 : {false, true}) {
        certificate_options options;
        options.tls_1_2 = tls_1_2;
        tls_server server(options);
        auto const context = tls_client::trusting(server);
        // A ticket is used once, so that each handshake has to bring the next; the sessions end
        // without a close_notify, as those of the library do.
        for (int i = 0; i != 5; ++i) {
            tls_client client(context);
            tls_peer peer(server);
            client.shake_hands(peer);
            BOOST_TEST(client.engine->resumed() == (i != 0), "TLS 1.2: " << tls_1_2 << ", " << i);
            BOOST_TEST(peer.resumed() == (i != 0));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_last_ticket_is_kept)
{
    tls_server server;
    auto const context = tls_client::trusting(server);
    {
        tls_client client(context);
        tls_peer peer(server);
        client.shake_hands(peer);
    }
    // None of these gets as far as to bring a ticket.
    for (int i = 0; i != 5; ++i) {
        tls_client client(context);
        BOOST_TEST(!client.advance({}));
    }
    tls_client client(context);
    tls_peer peer(server);
    client.shake_hands(peer);
    BOOST_TEST(client.engine->resumed());
}

BOOST_AUTO_TEST_CASE(a_ticket_is_for_its_host_alone, *security)
{
    certificate_options options;
    options.names = "DNS:api.test,DNS:other.test";
    tls_server server(options);
    auto const context = tls_client::trusting(server);
    for (auto const* const host : {"api.test", "other.test"}) {
        tls_client client(context, host);
        tls_peer peer(server);
        client.shake_hands(peer);
        BOOST_TEST(!client.engine->resumed());
    }
}

BOOST_AUTO_TEST_CASE(a_ticket_spares_no_check_of_a_new_certificate, *security)
{
    tls_server server;
    auto const context = tls_client::trusting(server);
    {
        tls_client client(context);
        tls_peer peer(server);
        client.shake_hands(peer);
    }
    tls_server other;
    tls_client client(context);
    tls_peer peer(other);
    BOOST_CHECK_EXCEPTION(client.shake_hands(peer), error, [](error const& e) {
        return e.code() == errc::certificate_untrusted;
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
