#include "net/connection.hpp"
#include "support/scripted_dialer.hpp"
#include "support/security.hpp"
#include "support/started.hpp"
#include "support/test_call.hpp"
#include "support/tls_client.hpp"

#include <hicap/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using opened = std::unique_ptr<net::connection>;

struct handshake_fixture
{
    /// The server answers what is sent to it.
    static void serve(wire& far, tls_peer& peer)
    {
        far.when_sent = [&far, &peer](std::string_view bytes) {
            peer.feed(bytes);
            far.give(peer.output());
        };
    }

    [[nodiscard]] auto open() { return started<opened>(context, connect()); }

    [[nodiscard]] asio::awaitable<opened> connect()
    {
        return net::connection::open({"https", "api.test", "443"}, dialer, trusting, &with.on);
    }

    /// A server of this kind finds nothing to agree on in what it is offered, and hears no more.
    void check_is_offered_nothing(certificate_options const& options);

    asio::io_context context{1};
    test_call with;
    tls_server server;
    std::shared_ptr<net::tls_context> trusting = tls_client::trusting(server);
    std::shared_ptr<wire> far = std::make_shared<wire>(with.clock);
    std::shared_ptr<scripted_dialer> dialer = std::make_shared<scripted_dialer>();
};

/// So many bytes at least that a client takes for nothing before its handshake is done.
std::string hello_requests(std::size_t size)
{
    constexpr std::string_view record("\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9);
    std::string all;
    while (all.size() < size)
        all += record;
    return all;
}

/// Whether all of it is records of the handshake.
bool sends_handshake_alone(std::string_view sent)
{
    while (sent.size() > 5 && sent[0] == 22) {
        auto const high = static_cast<unsigned char>(sent[3]);
        auto const low = static_cast<unsigned char>(sent[4]);
        sent.remove_prefix(std::min(sent.size(), std::size_t{5} + high * 256U + low));
    }
    return sent.empty();
}

void handshake_fixture::check_is_offered_nothing(certificate_options const& options)
{
    tls_server weak(options);
    trusting = tls_client::trusting(weak);
    tls_peer peer(weak);
    far = std::make_shared<wire>(with.clock);
    bool refused = false;
    far->when_sent = [&](std::string_view bytes) {
        if (std::exchange(refused, true))
            return;
        BOOST_CHECK_THROW(peer.feed(bytes), std::runtime_error);
        far->give(peer.output());
    };
    dialer->connect(far);
    auto opens = open();
    BOOST_TEST_REQUIRE(opens.done());
    BOOST_TEST(refused);
    BOOST_TEST((opens.code() == errc::tls_handshake), opens.what());
    BOOST_TEST(sends_handshake_alone(far->sent));
    BOOST_TEST(!far->open);
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_tls_handshake, handshake_fixture)

BOOST_AUTO_TEST_CASE(a_connection_is_open_when_both_sides_have_shaken_hands)
{
    tls_peer peer(server);
    serve(*far, peer);
    dialer->connect(far, 3ms);
    auto opens = open();
    with.clock->advance(3ms);
    opens.poll();
    BOOST_TEST_REQUIRE(opens.done());
    auto const link = std::move(opens.get());
    BOOST_TEST(peer.done);
    BOOST_TEST(!link->resumed());
    BOOST_TEST((with.on.made.times.connect == 3ms));
    BOOST_TEST((with.on.made.times.tls == 0us));
    BOOST_TEST(with.clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(without_tls_there_is_no_handshake)
{
    dialer->connect(far);
    started opens(
        context, net::connection::open({"http", "api.test", "80"}, dialer, nullptr, &with.on)
    );
    BOOST_TEST_REQUIRE(opens.done());
    BOOST_TEST(!opens.get()->resumed());
    BOOST_TEST(far->calls == 0u);
    BOOST_TEST(!with.on.made.times.tls.has_value());
}

BOOST_AUTO_TEST_CASE(a_socket_that_takes_little_at_a_time_shakes_hands_all_the_same)
{
    tls_peer peer(server);
    serve(*far, peer);
    far->max_send = 7;
    far->send_blocks = true;
    dialer->connect(far);
    auto opens = open();
    BOOST_TEST_REQUIRE(opens.done());
    BOOST_TEST((opens.get() != nullptr));
    BOOST_TEST(peer.done);
}

BOOST_AUTO_TEST_CASE(a_server_that_falls_silent_is_waited_for_until_the_deadline, *security)
{
    dialer->connect(far);
    auto opens = open();
    with.clock->advance(10s - 1ns);
    opens.poll();
    BOOST_TEST(!opens.done());
    with.clock->advance(1ns);
    opens.poll();
    BOOST_TEST_REQUIRE(opens.done());
    BOOST_TEST((opens.code() == errc::tls_timeout));
    BOOST_TEST((opens.code() == condition::timeout));
    BOOST_TEST(contains(opens.what(), "the TLS handshake with api.test did not end"));
    BOOST_TEST((with.on.made.times.tls == 10s));
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(a_server_that_answers_byte_by_byte_is_not_given_more_time, *security)
{
    tls_peer peer(server);
    std::string flight;
    far->when_sent = [&](std::string_view bytes) {
        peer.feed(bytes);
        flight += peer.output();
    };
    dialer->connect(far);
    auto opens = open();
    for (int second = 0; second != 10; ++second) {
        BOOST_TEST(!opens.done());
        far->give(flight.substr(static_cast<std::size_t>(second), 1));
        with.clock->advance(1s);
        opens.poll();
    }
    BOOST_TEST_REQUIRE(opens.done());
    BOOST_TEST((opens.code() == errc::tls_timeout));
}

BOOST_AUTO_TEST_CASE(
    a_server_that_never_comes_to_the_point_is_waited_for_until_the_deadline, *security
)
{
    enum class reason
    {
        deadline,
        stop,
        cancellation
    };

    for (auto const why : {reason::deadline, reason::stop, reason::cancellation}) {
        test_call of;
        far = std::make_shared<wire>(of.clock);
        far->shows_after_wait = false;
        far->give(hello_requests(4'000'000));
        dialer->connect(far);
        asio::cancellation_signal signal;
        std::exception_ptr failure;
        auto const done = [&failure](std::exception_ptr thrown, opened) { failure = thrown; };
        asio::co_spawn(
            context,
            net::connection::open({"https", "api.test", "443"}, dialer, trusting, &of.on),
            asio::bind_cancellation_slot(signal.slot(), done)
        );
        // Another handler of the loop, whenever it has its turn.
        std::function<void()> const other = [&] {
            if (far->calls < 5) {
                asio::post(context, other);
                return;
            }
            if (why == reason::deadline)
                of.clock->advance(10s);
            if (why == reason::stop)
                of.operation->stop();
            if (why == reason::cancellation)
                signal.emit(asio::cancellation_type::terminal);
        };
        asio::post(context, other);
        context.restart();
        context.poll();
        BOOST_TEST_REQUIRE((failure != nullptr));
        auto const code = code_of(failure);
        if (why == reason::deadline)
            BOOST_TEST((code == errc::tls_timeout), words_of(failure));
        if (why == reason::stop)
            BOOST_TEST((code == errc::client_shut_down), words_of(failure));
        if (why == reason::cancellation)
            BOOST_TEST((code == asio::error::operation_aborted), words_of(failure));
        BOOST_TEST(far->calls < 20u); // the rest is not read
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(a_server_may_take_long_to_come_to_the_point)
{
    tls_peer peer(server);
    far->shows_after_wait = false;
    far->when_sent = [&, first = true](std::string_view bytes) mutable {
        peer.feed(bytes);
        far->give((std::exchange(first, false) ? hello_requests(1'000'000) : "") + peer.output());
    };
    dialer->connect(far);
    auto opens = open();
    BOOST_TEST_REQUIRE(opens.done());
    BOOST_TEST((opens.get() != nullptr));
    BOOST_TEST(peer.done);
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_read_is_waited_for_until_the_deadline, *security)
{
    far->set_window(10);
    dialer->connect(far);
    auto opens = open();
    with.clock->advance(10s);
    opens.poll();
    BOOST_TEST_REQUIRE(opens.done());
    BOOST_TEST((opens.code() == errc::tls_timeout));
}

BOOST_AUTO_TEST_CASE(a_handshake_that_is_cancelled_or_stopped_closes_the_connection)
{
    for (bool const by_stop : {false, true}) {
        far = std::make_shared<wire>(with.clock);
        dialer->connect(far);
        auto opens = open();
        BOOST_TEST(!opens.done());
        if (by_stop)
            with.operation->stop();
        else
            opens.cancel();
        opens.poll();
        BOOST_TEST_REQUIRE(opens.done());
        if (by_stop)
            BOOST_TEST((opens.code() == errc::client_shut_down));
        else
            BOOST_TEST((opens.code() == asio::error::operation_aborted));
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(a_stop_between_two_steps_is_no_fault_of_the_server)
{
    for (std::size_t const max_send : {std::size_t{50}, wire::never}) {
        test_call of;
        far = std::make_shared<wire>(of.clock);
        far->max_send = max_send;
        far->when_sent = [&of](std::string_view) { of.operation->stop(); };
        dialer->connect(far);
        started opens(
            context, net::connection::open({"https", "api.test", "443"}, dialer, trusting, &of.on)
        );
        BOOST_TEST_REQUIRE(opens.done());
        BOOST_TEST((opens.code() == errc::client_shut_down), opens.what());
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_closes_is_told_from_one_that_refuses)
{
    far->close();
    dialer->connect(far);
    auto opens = open();
    BOOST_TEST((opens.code() == errc::tls_handshake));
    BOOST_TEST(contains(opens.what(), "api.test: the server closed the connection"), opens.what());

    auto const other = std::make_shared<wire>(with.clock);
    other->give("HTTP/1.1 400 This is no TLS\r\n\r\n");
    dialer->connect(other);
    auto plain = open();
    BOOST_TEST((plain.code() == errc::tls_handshake));
}

BOOST_AUTO_TEST_CASE(a_server_that_speaks_nothing_newer_than_tls_1_1_is_refused, *security)
{
    certificate_options options;
    options.tls_1_1 = true;
    check_is_offered_nothing(options);
}

BOOST_AUTO_TEST_CASE(a_server_that_chooses_tls_1_1_though_it_was_not_offered_is_refused, *security)
{
    constexpr std::string_view begin("\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02", 11);
    constexpr std::string_view end("\x00\xc0\x13\x00", 4); // ECDHE-RSA-AES128-SHA
    far->give(std::string(begin) + std::string(32, 'r') + std::string(end));
    dialer->connect(far);
    auto opens = open();
    BOOST_TEST_REQUIRE(opens.done());
    BOOST_TEST((opens.code() == errc::tls_handshake), opens.what());
    BOOST_TEST(contains(opens.what(), "unsupported protocol"), opens.what());
    BOOST_TEST(sends_handshake_alone(far->sent));
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(
    a_server_without_a_cipher_that_encrypts_and_tells_who_it_is_is_refused, *security
)
{
    for (auto const* const ciphers : {"eNULL", "aNULL"}) {
        certificate_options options;
        options.ciphers = ciphers;
        check_is_offered_nothing(options);
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_chooses_a_cipher_that_was_not_offered_is_refused, *security)
{
    constexpr std::string_view begin("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03", 11);
    for (std::string_view const cipher :
         {std::string_view("\x00\x00", 2),    // none at all
          std::string_view("\x00\x3b", 2),    // RSA with SHA-256, not encrypted
          std::string_view("\x00\x05", 2),    // RSA with RC4 and SHA-1
          std::string_view("\x00\x6c", 2)}) { // anonymous DH with AES-128
        far = std::make_shared<wire>(with.clock);
        far->give(std::string(begin) + std::string(32, 'r') + '\0' + std::string(cipher) + '\0');
        dialer->connect(far);
        auto opens = open();
        BOOST_TEST_REQUIRE(opens.done());
        BOOST_TEST((opens.code() == errc::tls_handshake), opens.what());
        BOOST_TEST(contains(opens.what(), "cipher"), opens.what());
        BOOST_TEST(sends_handshake_alone(far->sent));
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(a_failure_at_any_call_is_an_error)
{
    std::size_t n = 0;
    for (;; ++n) {
        tls_peer peer(server);
        auto const broken = std::make_shared<wire>(with.clock);
        serve(*broken, peer);
        broken->max_send = 100;
        broken->send_blocks = true;
        broken->fail_at = n;
        broken->fail_with = asio::error::connection_reset;
        dialer->connect(broken);
        trusting = tls_client::trusting(server); // without tickets
        auto opens = open();
        BOOST_TEST_REQUIRE(opens.done());
        auto const code = opens.code();
        if (!broken->failed) {
            BOOST_TEST(!code);
            break;
        }
        auto const wait = code == asio::error::operation_aborted;
        BOOST_TEST((wait || code == asio::error::connection_reset), code.message());
        BOOST_TEST(!broken->open);
    }
    BOOST_TEST(n > 5u);
}

BOOST_AUTO_TEST_CASE(a_ticket_is_used_again_and_forgotten_when_a_handshake_fails)
{
    auto const shake_hands = [this](bool cut) {
        tls_peer peer(server);
        far = std::make_shared<wire>(with.clock);
        far->shows_after_wait = false;
        if (cut)
            far->close();
        else
            serve(*far, peer);
        dialer->connect(far);
        auto opens = open();
        BOOST_TEST_REQUIRE(opens.done());
        if (cut)
            return false;
        auto const link = std::move(opens.get());
        BOOST_TEST(link->quiet()); // reads the tickets
        return link->resumed();
    };
    BOOST_TEST(!shake_hands(false));
    BOOST_TEST(shake_hands(false));
    BOOST_TEST(!shake_hands(true));
    BOOST_TEST(!shake_hands(false));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
