#include "net/http1_exchange.hpp"
#include "support/http1.hpp"
#include "support/security.hpp"
#include "support/started.hpp"
#include "support/tls_client.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

struct sample
{
    char const* name;
    std::string_view text;
    std::string_view body;
    bool ends_by_close;
};

constexpr sample samples[] = {
    {"length",
     "HTTP/1.1 200 OK\r\nX-Request-Id: r1\r\nContent-Length: 11\r\n\r\nhello world",
     "hello world",
     false},
    {"chunks",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n",
     "hello world",
     false},
    {"interim response",
     "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 429 No\r\nContent-Length: 2\r\n\r\n{}",
     "{}",
     false},
    {"no body", "HTTP/1.1 204 No Content\r\n\r\n", "", false},
    {"until close", "HTTP/1.0 200 OK\r\nContent-Type: a\r\n\r\nhello world", "hello world", true},
};

void answer_with(wire& far, sample const& from, pieces const& text)
{
    far.give(text);
    if (from.ends_by_close)
        far.close();
}

std::shared_ptr<wire> wire_of(sample const& from, pieces const& text)
{
    auto far = std::make_shared<wire>();
    answer_with(*far, from, text);
    return far;
}

std::string code_name(boost::system::error_code const& code)
{
    return code.to_string() + " " + code.message();
}

template <class Run>
boost::system::error_code failure_of(Run run)
{
    try {
        run();
    } catch (error const& e) {
        return e.code();
    }
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_http1_exchange, http1_fixture)

BOOST_AUTO_TEST_CASE(a_response_is_the_same_however_it_is_cut)
{
    for (auto const& one : samples) {
        BOOST_TEST_CONTEXT(one.name)
        {
            auto const whole = run(context, ask(over(wire_of(one, cut(one.text, {})))));
            BOOST_TEST(whole.body == one.body);
            pooled();
            for_each_split(one.text, [&](pieces const& text) {
                auto const far = wire_of(one, text);
                auto const got = run(context, ask(over(far)));
                BOOST_TEST(got.status == whole.status);
                BOOST_TEST(got.body == whole.body);
                BOOST_TEST_REQUIRE(got.fields.size() == whole.fields.size());
                for (std::size_t i = 0; i != got.fields.size(); ++i)
                    BOOST_TEST((got.fields[i] == whole.fields[i]));
                BOOST_TEST(pooled() == !one.ends_by_close);
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(a_failure_at_any_call_is_an_error_and_never_a_short_body)
{
    boost::system::error_code const reset = asio::error::connection_reset;
    for (auto const& one : samples) {
        for (bool const small_pieces : {false, true}) {
            std::size_t n = 0;
            for (;; ++n) {
                BOOST_TEST_CONTEXT(one.name << ", failure at call " << n)
                {
                    auto const far = std::make_shared<wire>();
                    if (small_pieces) {
                        far->max_send = 9;
                        far->send_blocks = true;
                        far->when_sent = [&far = *far, &one](std::string_view) {
                            if (far.sent.size() == request.size() + 4)
                                answer_with(far, one, byte_by_byte(one.text));
                        };
                    } else {
                        answer_with(*far, one, cut(one.text, {7}));
                    }
                    far->fail_at = n;
                    far->fail_with = reset;
                    boost::system::error_code code;
                    bool of_this_library = true;
                    answer got;
                    try {
                        got = run(context, ask(over(far)));
                    } catch (error const& e) {
                        code = e.code();
                    } catch (boost::system::system_error const& e) { // of a wait
                        code = e.code();
                        of_this_library = false;
                    }
                    if (!far->failed) {
                        far->fail_at = wire::never;
                        BOOST_TEST(!code, code_name(code));
                        BOOST_TEST(got.body == one.body);
                        BOOST_TEST(pooled() == !one.ends_by_close);
                    } else {
                        auto const aborted = code == asio::error::operation_aborted;
                        // A send may fail when the answer is there already.
                        if (!code)
                            BOOST_TEST(got.body == one.body);
                        else
                            BOOST_TEST((code == reset || aborted), code_name(code));
                        BOOST_TEST(of_this_library == !aborted);
                        BOOST_TEST(!pooled());
                        BOOST_TEST(!far->open);
                        continue;
                    }
                }
                break;
            }
            BOOST_TEST(n > 3u);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_response_that_is_cut_anywhere_is_an_error, *security)
{
    for (auto const& one : samples) {
        auto const head_size = one.text.rfind("\r\n\r\n") + 4;
        auto const end = one.ends_by_close ? head_size : one.text.size();
        for (std::size_t size = 0; size != end; ++size) {
            BOOST_TEST_CONTEXT(one.name << ", " << size << " bytes")
            {
                auto const far = std::make_shared<wire>();
                far->give(one.text.substr(0, size));
                far->close();
                auto const code = failure_of([&] { run(context, ask(over(far))); });
                BOOST_TEST((code == errc::truncated_response), code_name(code));
                BOOST_TEST(!pooled());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reset_in_the_middle_of_a_body_keeps_its_code)
{
    auto const far = std::make_shared<wire>();
    far->give("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello");
    far->fail(asio::error::connection_reset);
    auto const code = failure_of([&] { run(context, ask(over(far))); });
    BOOST_TEST((code == asio::error::connection_reset), code_name(code));
    BOOST_TEST((code == condition::connection));
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_refused_with_its_first_bytes)
{
    for (std::string_view const text :
         {"SSH-2.0-OpenSSH\r\n",
          "HTTP/1.1 200 OK\nX: y\n\n",
          "HTTP/1.1 999999 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
        BOOST_TEST_CONTEXT(text)
        {
            auto const far = std::make_shared<wire>();
            far->give(text);
            auto const code = failure_of([&] { run(context, ask(over(far))); });
            BOOST_TEST((code == errc::invalid_response), code_name(code));
            BOOST_TEST(!pooled());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_head_without_end_is_refused, *security)
{
    auto const far = std::make_shared<wire>();
    far->give("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
    auto const code = failure_of([&] { run(context, ask(over(far))); });
    BOOST_TEST((code == errc::header_too_large), code_name(code));
}

BOOST_AUTO_TEST_CASE(an_exchange_is_silent_until_the_first_byte_comes)
{
    auto const far = std::make_shared<wire>();
    auto const exchange = over(far);
    run(context, send(*exchange, std::string(request), "body"));
    BOOST_TEST(!exchange->read_head());
    BOOST_TEST(exchange->silent());
    far->give("H");
    run(context, exchange->readable(no_deadline));
    BOOST_TEST(!exchange->read_head());
    BOOST_TEST(!exchange->silent());
}

BOOST_AUTO_TEST_CASE(an_exchange_that_fails_before_the_first_byte_is_silent)
{
    for (bool const by_reset : {false, true}) {
        auto const far = std::make_shared<wire>();
        if (by_reset)
            far->fail(asio::error::connection_reset);
        else
            far->close();
        auto const exchange = over(far);
        run(context, send(*exchange, std::string(request), "body"));
        BOOST_CHECK_THROW(run(context, read_head(*exchange)), error);
        BOOST_TEST(exchange->silent());
    }
}

BOOST_AUTO_TEST_CASE(the_request_arrives_byte_for_byte)
{
    auto const far = std::make_shared<wire>();
    far->max_send = 3;
    far->send_blocks = true;
    auto const exchange = over(far);
    run(context, send(*exchange, std::string(request), "body"));
    BOOST_TEST(far->sent == std::string(request) + "body");
}

BOOST_AUTO_TEST_CASE(reading_behind_the_end_says_end_again)
{
    auto const far = std::make_shared<wire>();
    far->give("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    auto const exchange = opened(far);
    BOOST_TEST(run(context, read_rest(*exchange)) == "{}");
    std::string_view piece;
    BOOST_TEST((exchange->read_body(piece) == net::exchange::status::end));
}

BOOST_AUTO_TEST_CASE(a_connection_is_used_again_when_nothing_is_in_doubt, *security)
{
    struct row
    {
        char const* what;
        std::string_view text;
        bool pooled;
    };

    constexpr row rows[] = {
        {"length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", true},
        {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true},
        {"an error", "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n{}", true},
        {"HTTP/1.0 with keep-alive",
         "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
         true},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", false},
        {"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", false},
        {"bytes behind the response", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}H", false},
        {"a second response",
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
         false},
    };
    for (auto const& one : rows) {
        BOOST_TEST_CONTEXT(one.what)
        {
            auto const far = std::make_shared<wire>();
            far->give(one.text);
            run(context, ask(over(far)));
            BOOST_TEST(far->open == one.pooled);
            BOOST_TEST(pooled() == one.pooled);
        }
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_come_behind_the_response_later_spoil_the_connection, *security)
{
    auto const far = std::make_shared<wire>();
    far->give("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    run(context, ask(over(far)));
    far->shows_after_wait = false;
    far->give("HTTP/1.1 408 Request Timeout\r\n\r\n");
    BOOST_TEST(!pooled());
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_read_to_its_end_closes_the_connection)
{
    for (std::string_view const text :
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"}) {
        auto const far = std::make_shared<wire>();
        far->give(text);
        auto exchange = opened(far);
        std::string_view piece;
        BOOST_TEST((exchange->read_body(piece) == net::exchange::status::piece));
        BOOST_TEST(piece == "{}");
        exchange.reset();
        BOOST_TEST(!far->open);
        BOOST_TEST(!pooled());
    }
}

BOOST_AUTO_TEST_CASE(a_pooled_session_serves_the_next_request)
{
    auto const far = std::make_shared<wire>();
    for (int i = 0; i != 3; ++i) {
        far->give("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(i));
        auto held = i == 0 ? session(far) : take();
        BOOST_TEST_REQUIRE(held.session != nullptr);
        auto const got = run(context, ask(over(std::move(held))));
        BOOST_TEST(got.body == std::to_string(i));
        BOOST_TEST(got.fields.size() == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_loses_nothing)
{
    auto const far = std::make_shared<wire>();
    far->give("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello");
    auto const exchange = opened(far);
    std::string_view piece;
    BOOST_TEST((exchange->read_body(piece) == net::exchange::status::piece));
    BOOST_TEST((exchange->read_body(piece) == net::exchange::status::blocked));
    started waits(context, exchange->readable(no_deadline));
    BOOST_TEST(!waits.done());
    waits.cancel();
    BOOST_TEST((waits.code() == asio::error::operation_aborted));
    far->give(" world");
    BOOST_TEST(run(context, read_rest(*exchange)) == " world");
}

BOOST_AUTO_TEST_CASE(over_tls_a_close_delimits_a_body_only_with_close_notify, *security)
{
    for (bool const notified : {true, false}) {
        for (bool const byte_wise : {true, false}) {
            tls_server server;
            tls_peer peer(server);
            tls_client client(server);
            client.shake_hands(peer);
            auto const far = std::make_shared<wire>();
            auto text = peer.encrypt("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello world");
            if (notified)
                text += peer.close_notify();
            far->give(byte_wise ? byte_by_byte(text) : cut(text, {}));
            far->close();
            auto exchange = over(session(far, client.context, std::move(client.engine)));
            answer got;
            auto const code = failure_of([&] { got = run(context, ask(std::move(exchange))); });
            if (notified)
                BOOST_TEST(got.body == "hello world");
            else
                BOOST_TEST((code == errc::truncated_response), code_name(code));
            peer.feed(far->sent);
            BOOST_TEST(peer.received == std::string(request) + "body");
        }
    }
}

BOOST_AUTO_TEST_CASE(over_tls_a_body_with_a_length_needs_no_close_notify)
{
    tls_server server;
    tls_peer peer(server);
    tls_client client(server);
    client.shake_hands(peer);
    auto const far = std::make_shared<wire>();
    far->give(peer.encrypt("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world"));
    far->close();
    auto exchange = over(session(far, client.context, std::move(client.engine)));
    BOOST_TEST(run(context, ask(std::move(exchange))).body == "hello world");
    far->shows_after_wait = false;
    BOOST_TEST(!pooled()); // because of the FIN
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
