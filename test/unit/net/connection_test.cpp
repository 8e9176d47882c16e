#include "net/connection.hpp"
#include "support/run.hpp"
#include "support/scripted_socket.hpp"
#include "support/security.hpp"
#include "support/tls_client.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

using connection_status = net::connection::status;

constexpr auto no_deadline = net::clock::time_point::max();
constexpr std::size_t megabyte = std::size_t{1} << 20;

std::string long_text(std::size_t size)
{
    std::string text(size, 'x');
    for (std::size_t i = 0; i != size; ++i)
        text[i] = static_cast<char>('a' + (i * 7 + i / 1000) % 26);
    return text;
}

struct connection_fixture
{
    connection_fixture() { far->shows_after_wait = false; }

    /// Waits until something has arrived, and reads it.
    connection_status fill_after_wait()
    {
        run(context, link.readable(no_deadline));
        return link.fill();
    }

    /// Sends all of it, waiting where the socket says so; how often it waited.
    int write(std::string_view head, std::string_view body)
    {
        int waits = 0;
        link.begin_write(head, body);
        for (; !link.write_some(); ++waits)
            run(context, link.writable(no_deadline));
        return waits;
    }

    asio::io_context context{1};
    std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>();
    std::shared_ptr<wire> far = std::make_shared<wire>(time);
    net::connection link{std::make_unique<scripted_socket>(far), nullptr, nullptr};
};

/// A connection over TLS, its handshake done.
struct tls_fixture
{
    tls_fixture()
    {
        client.shake_hands(peer);
        far->shows_after_wait = false;
        engine = client.engine.get();
        link = std::make_unique<net::connection>(
            std::make_unique<scripted_socket>(far), client.context, std::move(client.engine)
        );
    }

    std::string take()
    {
        std::string text(link->unread());
        link->unread() = {};
        return text;
    }

    /// At least so many bytes that ask for answers.
    std::string key_updates(std::size_t size)
    {
        std::string all;
        while (all.size() < size)
            all += peer.update_keys();
        return all;
    }

    /// What the peer gets of it.
    std::string client_says(std::string_view text)
    {
        peer.received.clear();
        auto const before = far->sent.size();
        link->begin_write(text, {});
        BOOST_TEST(link->write_some());
        peer.feed(far->sent.substr(before));
        return peer.received;
    }

    asio::io_context context{1};
    tls_server server;
    tls_peer peer{server};
    tls_client client{server};
    std::shared_ptr<wire> far = std::make_shared<wire>();
    net::tls_engine* engine = nullptr; // of the link
    std::unique_ptr<net::connection> link;
};

bool is_reset(error const& e)
{
    return e.code() == asio::error::connection_reset;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_connection, connection_fixture)

BOOST_AUTO_TEST_CASE(what_comes_is_appended_to_what_is_unread)
{
    far->give("hello");
    far->give(" world");
    BOOST_TEST((link.fill() == connection_status::data));
    BOOST_TEST(link.unread() == "hello");
    BOOST_TEST((fill_after_wait() == connection_status::data));
    BOOST_TEST(link.unread() == "hello world");
}

BOOST_AUTO_TEST_CASE(what_never_ends_lets_others_have_their_turn)
{
    far->give(long_text(2 * megabyte));
    auto const read = [this] {
        std::size_t came = 0;
        for (; link.fill() == connection_status::data; link.unread() = {})
            came += link.unread().size();
        return came;
    };
    BOOST_TEST(read() == net::pooled_buffer::capacity);
    BOOST_TEST(read() == 0U);
    bool others = false;
    asio::post(context, [&others] { others = true; });
    auto const calls = far->calls;
    BOOST_TEST(run(context, link.readable(no_deadline)));
    BOOST_TEST(others);
    BOOST_TEST(far->calls == calls); // the socket is not waited for: it may have shown all it has
    BOOST_TEST(read() == net::pooled_buffer::capacity);
    BOOST_TEST(!run(context, link.readable(time->now()))); // a deadline holds as ever
    BOOST_TEST(read() == net::pooled_buffer::capacity);
    BOOST_TEST(link.quiet() == false);
}

BOOST_AUTO_TEST_CASE(a_reader_takes_a_part_and_keeps_the_rest)
{
    far->give("abc");
    far->give("def");
    link.fill();
    link.unread().remove_prefix(2);
    fill_after_wait();
    BOOST_TEST(link.unread() == "cdef");
    link.unread().remove_prefix(4);
    far->give("g");
    fill_after_wait();
    BOOST_TEST(link.unread() == "g");
}

BOOST_AUTO_TEST_CASE(nothing_changes_while_nothing_comes)
{
    far->give("abc");
    link.fill();
    BOOST_TEST((link.fill() == connection_status::blocked));
    BOOST_TEST(link.unread() == "abc");
}

BOOST_AUTO_TEST_CASE(a_receive_that_took_all_there_was_is_not_repeated_before_a_wait)
{
    far->give("abc");
    link.fill();
    auto const before = far->calls;
    BOOST_TEST((link.fill() == connection_status::blocked));
    BOOST_TEST(far->calls == before);
}

BOOST_AUTO_TEST_CASE(more_than_a_buffer_comes_in_order)
{
    auto const text = long_text(300'000);
    far->give(text);
    far->close();
    std::string got;
    for (;;) {
        auto const status = link.fill();
        got += link.unread();
        link.unread() = {};
        if (status == connection_status::closed)
            break;
        if (status == connection_status::blocked)
            run(context, link.readable(no_deadline));
    }
    BOOST_TEST((got == text));
    BOOST_TEST(link.closed_cleanly());
}

BOOST_AUTO_TEST_CASE(a_fin_leaves_what_is_unread)
{
    far->give("abc");
    far->close();
    link.fill();
    BOOST_TEST(!link.closed_cleanly());
    BOOST_TEST((fill_after_wait() == connection_status::closed));
    BOOST_TEST(link.unread() == "abc");
    BOOST_TEST(link.closed_cleanly());
}

BOOST_AUTO_TEST_CASE(a_failure_of_receiving_keeps_its_code)
{
    far->fail(asio::error::connection_reset);
    BOOST_CHECK_EXCEPTION(link.fill(), error, is_reset);
}

BOOST_AUTO_TEST_CASE(a_small_request_goes_out_in_one_piece)
{
    BOOST_TEST(write("head", "body") == 0);
    BOOST_TEST(far->sent == "headbody");
    BOOST_TEST(far->calls == 1u);
}

BOOST_AUTO_TEST_CASE(a_request_may_have_no_body)
{
    write("head", {});
    BOOST_TEST(far->sent == "head");
}

BOOST_AUTO_TEST_CASE(a_socket_that_takes_little_at_a_time_gets_everything)
{
    auto const head = long_text(500);
    auto const body = long_text(5'000);
    for (std::size_t const size : {1u, 7u, 499u, 500u, 501u, 5'499u}) {
        far->sent.clear();
        far->max_send = size;
        far->send_blocks = true;
        BOOST_TEST(write(head, body) > 0);
        BOOST_TEST((far->sent == head + body));
    }
}

BOOST_AUTO_TEST_CASE(a_large_body_arrives_whole)
{
    auto const body = long_text(5 * megabyte + 12'345);
    far->max_send = 100'000;
    far->send_blocks = true;
    write("head", body);
    BOOST_TEST((far->sent == "head" + body));
}

BOOST_AUTO_TEST_CASE(a_large_body_is_copied_piece_by_piece)
{
    write("head", long_text(5 * megabyte));
    BOOST_TEST(far->largest_send < megabyte);
}

BOOST_AUTO_TEST_CASE(requests_follow_one_another)
{
    write("one", "1");
    write("two", long_text(100'000));
    write("three", {});
    BOOST_TEST((far->sent == "one1two" + long_text(100'000) + "three"));
}

BOOST_AUTO_TEST_CASE(a_failure_of_sending_keeps_its_code)
{
    auto const body = long_text(megabyte);
    for (std::size_t n = 0; n != 5; ++n) {
        auto const broken = std::make_shared<wire>();
        broken->fail_at = n;
        broken->fail_with = asio::error::connection_reset;
        broken->max_send = 50'000;
        net::connection one(std::make_unique<scripted_socket>(broken), nullptr, nullptr);
        one.begin_write("head", body);
        BOOST_CHECK_EXCEPTION(one.write_some(), error, is_reset);
    }
}

BOOST_AUTO_TEST_CASE(a_quiet_connection_is_one_to_which_nothing_has_come)
{
    BOOST_TEST(link.quiet());
    far->give("x");
    BOOST_TEST(!link.quiet());
    BOOST_TEST(!link.quiet()); // it is unread
}

BOOST_AUTO_TEST_CASE(a_connection_that_has_ended_is_not_quiet)
{
    far->close();
    BOOST_TEST(!link.quiet());

    auto const broken = std::make_shared<wire>();
    broken->shows_after_wait = false;
    broken->fail(asio::error::connection_reset);
    net::connection other(std::make_unique<scripted_socket>(broken), nullptr, nullptr);
    BOOST_TEST(!other.quiet());
}

BOOST_AUTO_TEST_CASE(the_socket_closes_with_the_connection)
{
    auto const other = std::make_shared<wire>();
    std::make_unique<net::connection>(std::make_unique<scripted_socket>(other), nullptr, nullptr);
    BOOST_TEST(!other->open);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(net_tls_connection, tls_fixture)

BOOST_AUTO_TEST_CASE(a_small_request_is_one_record)
{
    link->begin_write("head", "body");
    BOOST_TEST(link->write_some());
    BOOST_TEST(far->calls == 1u);
    BOOST_TEST(far->sent.size() < 60u);
    peer.feed(far->sent);
    BOOST_TEST(peer.received == "headbody");
}

BOOST_AUTO_TEST_CASE(the_plain_text_of_a_request_stays_in_no_buffer, *security)
{
    std::string const head = "Authorization: Bearer sk-canary-of-tests\r\n\r\n";
    for (std::size_t const size : {std::size_t{10}, megabyte}) {
        auto const body = long_text(size);
        link->begin_write(head, body);
        while (!link->write_some())
            run(context, link->writable(no_deadline));
        net::pooled_buffer next; // the block that was given back last
        next.acquire();
        std::string_view const memory(next.data(), net::pooled_buffer::capacity);
        BOOST_TEST(memory.find("canary") == std::string_view::npos);
    }
    peer.feed(far->sent);
    BOOST_TEST(peer.received.find("canary") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_large_body_is_encrypted_piece_by_piece)
{
    auto const body = long_text(5 * megabyte + 12'345);
    far->max_send = 100'000;
    far->send_blocks = true;
    link->begin_write("head", body);
    while (!link->write_some())
        run(context, link->writable(no_deadline));
    BOOST_TEST(far->largest_send < megabyte);
    peer.feed(far->sent);
    BOOST_TEST((peer.received == "head" + body));
    BOOST_TEST(engine->output().capacity() < 100u); // and nothing is held of it
}

BOOST_AUTO_TEST_CASE(data_comes_however_it_is_cut)
{
    auto const text = long_text(200);
    auto const bytes = peer.encrypt(text);
    for (auto const& byte : byte_by_byte(bytes)) {
        BOOST_TEST(link->unread().empty());
        far->give({byte});
        run(context, link->readable(no_deadline));
        link->fill();
    }
    BOOST_TEST(take() == text);
    BOOST_TEST((link->fill() == connection_status::blocked));
}

BOOST_AUTO_TEST_CASE(a_fin_with_close_notify_is_clean)
{
    auto bytes = peer.encrypt("last");
    bytes += peer.close_notify();
    far->give(bytes);
    far->close();
    BOOST_TEST((link->fill() == connection_status::data));
    BOOST_TEST((link->fill() == connection_status::closed));
    BOOST_TEST(link->closed_cleanly());
    BOOST_TEST(take() == "last");
}

BOOST_AUTO_TEST_CASE(a_fin_without_close_notify_is_not)
{
    far->give(peer.encrypt("last"));
    far->close();
    BOOST_TEST((link->fill() == connection_status::data));
    run(context, link->readable(no_deadline));
    BOOST_TEST((link->fill() == connection_status::closed));
    BOOST_TEST(!link->closed_cleanly());
    BOOST_TEST(take() == "last");
}

BOOST_AUTO_TEST_CASE(messages_of_tls_alone_leave_a_connection_quiet)
{
    far->give(peer.update_keys());
    BOOST_TEST(link->quiet());
    far->give(peer.encrypt("text"));
    BOOST_TEST(!link->quiet());
}

BOOST_AUTO_TEST_CASE(more_messages_of_tls_than_a_buffer_holds_do_not)
{
    far->give(peer.tickets(30'000));
    BOOST_TEST(link->quiet());
    auto const calls = far->calls;
    far->give(peer.tickets(megabyte));
    BOOST_TEST(!link->quiet());
    BOOST_TEST(far->calls == calls + 1);
}

BOOST_AUTO_TEST_CASE(a_deadline_holds_while_tls_talks_and_nothing_can_be_sent, *security)
{
    far->set_window(far->sent.size());
    std::string const body(megabyte, 'x');
    link->begin_write("POST", body);
    BOOST_TEST(!link->write_some());
    far->give(peer.tickets(megabyte));
    BOOST_TEST((link->fill() == connection_status::blocked)); // its turn is over
    BOOST_TEST(!run(context, link->writable(net::clock::time_point{})));
    bool others = false;
    asio::post(context, [&others] { others = true; });
    BOOST_TEST((link->fill() == connection_status::blocked));
    BOOST_TEST(run(context, link->writable(no_deadline)));
    BOOST_TEST(others);
}

BOOST_AUTO_TEST_CASE(messages_of_tls_without_end_let_others_have_their_turn, *security)
{
    far->give(peer.tickets(megabyte)); // each piece begins a receive
    far->give(peer.encrypt("text"));
    BOOST_TEST((link->fill() == connection_status::blocked));
    BOOST_TEST(far->calls == 1u); // which is a turn
    BOOST_TEST((link->fill() == connection_status::blocked));
    BOOST_TEST(far->calls == 1u);
    bool others = false;
    asio::post(context, [&others] { others = true; });
    BOOST_TEST(run(context, link->readable(no_deadline)));
    BOOST_TEST(others);
    BOOST_TEST((link->fill() == connection_status::blocked));
    BOOST_TEST(far->calls == 2u);
    BOOST_TEST(!run(context, link->readable(net::clock::time_point{}))); // a deadline holds
    while (link->fill() == connection_status::blocked)
        run(context, link->readable(no_deadline));
    BOOST_TEST(take() == "text");
}

BOOST_AUTO_TEST_CASE(data_without_end_lets_others_have_their_turn)
{
    auto const text = long_text(2 * megabyte);
    far->give(peer.encrypt(text));
    std::string got;
    std::size_t turns = 0;
    for (;; ++turns) {
        while (link->fill() == connection_status::data)
            got += take();
        if (got.size() == text.size())
            break;
        run(context, link->readable(no_deadline));
    }
    BOOST_TEST((got == text));
    BOOST_TEST(turns == 32u); // what the records add comes after it
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_the_answers_may_change_its_keys_again_and_again)
{
    far->give(key_updates(megabyte / 4));
    far->give(peer.encrypt("text"));
    while (link->fill() == connection_status::blocked)
        run(context, link->readable(no_deadline));
    BOOST_TEST(take() == "text");
    BOOST_TEST(far->sent.size() > megabyte / 8);
    peer.feed(far->sent);
    BOOST_TEST(client_says("hello") == "hello");
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_no_answers_is_not_answered_for_ever, *security)
{
    far->give(key_updates(megabyte / 4));
    far->set_window(0);
    auto const read = [this] {
        while (link->fill() == connection_status::blocked)
            run(context, link->readable(no_deadline));
    };
    BOOST_CHECK_EXCEPTION(read(), error, [](error const& e) {
        BOOST_TEST(std::string_view(e.what()).starts_with("TLS session with api.test: "));
        return e.code() == errc::tls_failure;
    });
    BOOST_TEST(far->calls < 8u);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_not_read_is_no_such_answer)
{
    auto const body = long_text(megabyte);
    far->set_window(0);
    link->begin_write("head", body);
    BOOST_TEST(!link->write_some());
    for (int i = 0; i != 10; ++i) {
        far->give(peer.update_keys());
        run(context, link->readable(no_deadline));
        BOOST_TEST((link->fill() == connection_status::blocked));
    }
    far->set_window(wire::never);
    BOOST_TEST(link->write_some());
    peer.feed(far->sent);
    BOOST_TEST((peer.received == "head" + body));
}

BOOST_AUTO_TEST_CASE(a_connection_whose_session_has_ended_is_not_quiet)
{
    far->give(peer.close_notify());
    BOOST_TEST(!link->quiet());
}

BOOST_AUTO_TEST_CASE(a_record_that_is_forged_is_an_error, *security)
{
    auto bytes = peer.encrypt("text");
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    far->give(bytes);
    BOOST_CHECK_EXCEPTION(link->fill(), error, [](error const& e) {
        return e.code() == errc::tls_failure;
    });
}

BOOST_AUTO_TEST_CASE(a_reset_keeps_its_code)
{
    far->fail(asio::error::connection_reset);
    BOOST_CHECK_EXCEPTION(link->fill(), error, is_reset);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
