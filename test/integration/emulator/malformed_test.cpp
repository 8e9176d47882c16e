#include "integration/emulator/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace emulator_test;
using hicap::emulator_fault;
using damage = hicap::emulator_fault::damage;
namespace http = boost::beast::http;

BOOST_AUTO_TEST_SUITE(emulator_malformed)

namespace {

std::string stream_body()
{
    return chat_body("Hello", R"({"stream":true})");
}

void damage_by_header_and_by_script(
    char const* name,
    damage what,
    std::string const& body,
    std::function<void(running_emulator&, client&)> const& check
)
{
    emulator_fault step;
    step.malformed = what;
    fail_by_header_and_by_script({{"x-emulator-malformed", name}}, step, body, check);
}

// For a stream and for a whole answer: what a strict parser says of it.
void check_refused_as(char const* name, damage what, http::error expected)
{
    for (auto const& body : {stream_body(), chat_body("Hello")}) {
        damage_by_header_and_by_script(
            name,
            what,
            body,
            [expected](running_emulator&, client& connection) {
                BOOST_CHECK_EXCEPTION(
                    (void)connection.receive(),
                    boost::system::system_error,
                    [expected](auto const& error) { return error.code() == expected; }
                );
            }
        );
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(a_status_line_may_have_no_status)
{
    check_refused_as("status-line", damage::status_line, http::error::bad_status);
}

BOOST_AUTO_TEST_CASE(a_header_may_have_no_colon)
{
    check_refused_as("header", damage::header, http::error::bad_field);
}

BOOST_AUTO_TEST_CASE(a_chunk_may_have_no_size)
{
    check_refused_as("chunk-size", damage::chunk_size, http::error::bad_chunk);
}

BOOST_AUTO_TEST_CASE(length_and_chunks_may_both_be_told)
{
    for (auto const& body : {stream_body(), chat_body("Hello")}) {
        damage_by_header_and_by_script(
            "both-framings",
            damage::both_framings,
            body,
            [](running_emulator&, client& connection) {
                auto const bytes = connection.receive_until("\r\n0\r\n\r\n");
                auto const head = bytes.substr(0, bytes.find("\r\n\r\n") + 2);
                BOOST_TEST(head.find("\r\ncontent-length: ") != std::string::npos);
                BOOST_TEST(head.find("\r\ntransfer-encoding: chunked\r\n") != std::string::npos);
            }
        );
    }
}

BOOST_AUTO_TEST_CASE(a_header_may_never_end)
{
    for (auto const& body : {stream_body(), chat_body("Hello")}) {
        damage_by_header_and_by_script(
            "endless-header",
            damage::endless_header,
            body,
            [](running_emulator& server, client& connection) {
                auto received = connection.receive_until("x-endless: ");
                while (received.size() < 1'000'000)
                    received += connection.receive_some();
                BOOST_TEST(received.find("\r\n\r\n") == std::string::npos);
                BOOST_TEST(received.ends_with("xxxx"));
                connection.close();
                server.wait_for([](auto const& now) { return now.connections_open == 0; });
            }
        );
    }
}

BOOST_AUTO_TEST_CASE(a_content_length_may_be_too_short)
{
    damage_by_header_and_by_script(
        "content-length-short",
        damage::content_length_short,
        chat_body("Hello"),
        [](running_emulator&, client& connection) {
            auto const answer = connection.receive();
            BOOST_TEST(!answer.broken);
            BOOST_TEST(answer.keep_alive);
            BOOST_TEST(answer.body.front() == '{');
            // The byte that is left would begin the next response.
            connection.finish();
            BOOST_TEST(connection.receive_rest() == "}");
        }
    );
    damage_by_header_and_by_script(
        "content-length-short",
        damage::content_length_short,
        stream_body(),
        [](running_emulator&, client& connection) {
            auto const answer = connection.receive();
            BOOST_TEST(!answer.broken);
            BOOST_TEST(answer.body.size() == 16U);
            BOOST_TEST(connection.receive_rest().ends_with("data: [DONE]\n\n"));
        }
    );
}

BOOST_AUTO_TEST_CASE(a_content_length_may_be_too_long)
{
    damage_by_header_and_by_script(
        "content-length-long",
        damage::content_length_long,
        chat_body("Hello"),
        [](running_emulator&, client& connection) {
            auto const answer = connection.receive();
            BOOST_TEST((answer.broken == http::error::partial_message));
            BOOST_TEST(std::stoul(answer.header("content-length")) == answer.body.size() + 1);
        }
    );
    damage_by_header_and_by_script(
        "content-length-long",
        damage::content_length_long,
        stream_body(),
        [](running_emulator&, client& connection) {
            auto const answer = connection.receive();
            BOOST_TEST((answer.broken == http::error::partial_message));
            BOOST_TEST(answer.chunks().size() > 3U);
        }
    );
}

BOOST_AUTO_TEST_CASE(a_stream_may_begin_with_garbage)
{
    damage_by_header_and_by_script(
        "sse-garbage",
        damage::sse_garbage,
        stream_body(),
        [](running_emulator&, client& connection) {
            auto answer = connection.receive();
            auto const data = answer.body.find("data: ");
            BOOST_TEST(data > 1U);
            BOOST_TEST(answer.body.substr(0, data).find("data") == std::string::npos);
            answer.body.erase(0, data);
            auto const events = answer.events();
            BOOST_TEST_REQUIRE(events.size() > 3U);
            BOOST_CHECK_THROW((void)json::parse(events[0]), boost::system::system_error);
            BOOST_TEST(json::parse(events[1]).is_object());
        }
    );
}

BOOST_AUTO_TEST_CASE(a_whole_answer_is_damaged_for_http_1_0_too)
{
    running_emulator const server;
    client connection(server->port());
    emulator_fault step;
    step.malformed = damage::chunk_size;
    server->script({step});
    connection.send("GET / HTTP/1.0\r\n\r\n");

    BOOST_TEST(connection.receive_rest().find("transfer-encoding: chunked") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
