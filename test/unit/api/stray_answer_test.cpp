// Whatever a server or somebody on the path slips in, an answer is that of its own request.

#include "support/security.hpp"
#include "support/tls_server.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/raw_json.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

/// The answer that nobody has asked for.
std::string const stray =
    response(200, R"({"id":"c2","choices":[{"index":0,"message":{"content":"Evil"}}]})");

/// What may lie behind an answer.
std::vector<std::string> const& strays()
{
    static std::vector<std::string> const all{
        stray,
        "H",
        "\r\n",
        "0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
    };
    return all;
}

struct stray_fixture : client_fixture
{
    /// What a new call says, which the server that is dialled next answers.
    void check_asks_elsewhere(std::shared_ptr<wire> const& spoilt)
    {
        auto const dials = dialer->dials;
        auto const other = connect({completion_response});
        auto call = create();
        BOOST_TEST_REQUIRE(call.done());
        BOOST_TEST(call.get().text() == "Hello");
        BOOST_TEST(call.get().attempts().size() == 1u);
        BOOST_TEST(dialer->dials == dials + 1);
        BOOST_TEST(!spoilt->open);
        BOOST_TEST(other->sent.starts_with("POST "));
    }
};

/// A server that speaks TLS, and one answer after each request.
struct tls_answers
{
    explicit tls_answers(std::shared_ptr<net::clock> time)
        : far(std::make_shared<wire>(std::move(time)))
    {
        far->shows_after_wait = false;
        far->when_sent = [this](std::string_view bytes) {
            peer.feed(bytes);
            far->give(peer.output());
            if (!std::exchange(peer.received, {}).empty())
                far->give(peer.encrypt(completion_response));
        };
    }

    tls_server server;
    tls_peer peer{server};
    std::shared_ptr<wire> far;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_stray_answer, stray_fixture)

BOOST_AUTO_TEST_CASE(what_comes_on_an_idle_connection_answers_no_later_request, *security)
{
    for (auto const& text : strays()) {
        BOOST_TEST_CONTEXT(text)
        {
            stray_fixture one;
            auto const far = one.connect({completion_response});
            far->shows_after_wait = false;
            BOOST_TEST(one.create().get().text() == "Hello");
            BOOST_TEST(far->open); // it is idle
            far->give(text);
            one.check_asks_elsewhere(far);
        }
    }
}

BOOST_AUTO_TEST_CASE(nor_does_it_over_tls, *security)
{
    for (auto const& text : strays()) {
        BOOST_TEST_CONTEXT(text)
        {
            stray_fixture one;
            one.checks_requests = false;
            tls_answers first(one.time);
            one.options.base_url = "https://api.test/v1";
            one.options.ca_pem = first.server.ca_pem();
            one.dialer->connect(first.far);
            BOOST_TEST(one.create().get().text() == "Hello");
            BOOST_TEST(first.far->open);
            first.far->give(first.peer.encrypt(text));
            tls_peer other(first.server);
            auto const far = one.silent_server();
            far->when_sent = [&](std::string_view bytes) {
                other.feed(bytes);
                far->give(other.output());
                if (!std::exchange(other.received, {}).empty())
                    far->give(other.encrypt(completion_response));
            };
            one.dialer->connect(far);
            auto call = one.create();
            BOOST_TEST_REQUIRE(call.done());
            BOOST_TEST(call.get().text() == "Hello");
            BOOST_TEST(one.dialer->dials == 2u);
            BOOST_TEST(!first.far->open);
            far->when_sent = [](std::string_view) {};
        }
    }
}

BOOST_AUTO_TEST_CASE(what_lies_behind_an_answer_answers_no_later_request, *security)
{
    for (auto const& text : strays()) {
        for (bool const in_one_piece : {true, false}) {
            BOOST_TEST_CONTEXT(text << (in_one_piece ? ", in one piece" : ""))
            {
                stray_fixture one;
                auto const far = one.connect({});
                far->shows_after_wait = false;
                auto call = one.create();
                if (in_one_piece) {
                    far->give(completion_response + text);
                } else {
                    far->give(completion_response);
                    far->give(text);
                }
                one.settle();
                BOOST_TEST_REQUIRE(call.done());
                BOOST_TEST(call.get().text() == "Hello");
                one.check_asks_elsewhere(far);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(nor_does_what_lies_behind_a_stream, *security)
{
    std::string const events = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},"
                               "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    for (auto const& text : strays()) {
        BOOST_TEST_CONTEXT(text)
        {
            stray_fixture one;
            auto const far = one.connect({stream_response(events) + text});
            {
                auto opens = one.open_stream();
                started<chat::completion> collected(one.context, opens.get().collect());
                BOOST_TEST(collected.get().text() == "Hi");
            }
            one.settle();
            one.check_asks_elsewhere(far);
        }
    }
}

BOOST_AUTO_TEST_CASE(nor_does_the_body_of_an_answer_that_has_none, *security)
{
    auto const far = connect(
        {"HTTP/1.1 204 No Content\r\nContent-Length: " + std::to_string(stray.size()) + "\r\n\r\n" +
         stray}
    );
    started<reply<raw_json>> call(context, api().request("GET", "/models"));
    BOOST_TEST(call.done());
    check_asks_elsewhere(far);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_connection_gets_none_on_which_something_lies, *security)
{
    options.pool.max_connections = 1;
    auto const far = connect({});
    far->shows_after_wait = false;
    auto first = create();
    auto second = create();
    BOOST_TEST(!second.done());
    auto const other = connect({completion_response});
    far->give(completion_response);
    far->give(stray);
    settle();
    BOOST_TEST(first.get().text() == "Hello");
    BOOST_TEST_REQUIRE(second.done());
    BOOST_TEST(second.get().text() == "Hello");
    BOOST_TEST(count(far->sent, "POST ") == 1u);
    BOOST_TEST(count(other->sent, "POST ") == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_that_speaks_first_is_not_listened_to, *security)
{
    auto const far = connect({});
    far->shows_after_wait = false;
    started<std::size_t> warms(context, api().prewarm(1));
    BOOST_TEST(warms.get() == 1u);
    far->give(stray);
    check_asks_elsewhere(far);
    BOOST_TEST(far->sent == "");
}

BOOST_AUTO_TEST_CASE(an_answer_that_can_be_read_in_two_ways_is_refused, *security)
{
    std::string const body = R"({"id":"c1","choices":[]})";
    auto const size = std::to_string(body.size());
    auto const chunks = "18\r\n" + body + "\r\n0\r\n\r\n";
    for (std::string const& text :
         {"Content-Length: " + size + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunks,
          "Content-Length: " + size + "\r\nContent-Length: 5\r\n\r\n" + body,
          "Content-Length: 5, " + size + "\r\n\r\n" + body,
          "Transfer-Encoding: identity, chunked\r\n\r\n" + chunks,
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunks,
          "Transfer-Encoding:\x0b"
          "chunked\r\n\r\n" +
              chunks,
          "Transfer-Encoding : chunked\r\n\r\n" + chunks,
          "Content-Length: +" + size + "\r\n\r\n" + body,
          "Content-Length: 0x18\r\n\r\n" + body,
          "Content-Length: " + size + "\n\n" + body,
          "X-Request-Id: r\nContent-Length: " + size + "\r\n\r\n" + body,
          "X-Request-Id: r\rContent-Length: " + size + "\r\n\r\n" + body,
          "Transfer-Encoding: chunked\r\n\r\n18;\n" + body + "\r\n0\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n18\n" + body + "\n0\n\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n0x18\r\n" + body + "\r\n0\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n18\r\n" + body + "xx0\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n18\r\n" + body +
              "\r\n0\r\nContent-Length: 5\r\n\r\n"}) {
        BOOST_TEST_CONTEXT(text)
        {
            stray_fixture one;
            auto const far =
                one.connect({"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + text});
            auto call = one.create();
            BOOST_TEST_REQUIRE(call.done());
            BOOST_TEST((call.code() == errc::invalid_response), call.what());
            one.check_asks_elsewhere(far);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_folded_line_stays_one_header, *security)
{
    auto const far = connect({response(
        200,
        R"({"id":"c1","choices":[]})",
        "X-Folded: one\r\n Content-Length: 5\r\n\tEvil: 1\r\nx-request-id: r1\r\n"
    )});
    auto call = create();
    auto const& fields = call.get().headers();
    BOOST_TEST(fields.find("x-folded").value_or("") == "one Content-Length: 5 Evil: 1");
    BOOST_TEST(!fields.find("evil").has_value());
    BOOST_TEST(call.get().request_id() == "r1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
