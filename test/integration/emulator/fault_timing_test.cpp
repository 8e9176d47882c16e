#include "integration/emulator/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/test/unit_test.hpp>

// Where on its way a response is cut, held up or broken into pieces.
using namespace emulator_test;
using hicap::emulator_fault;
namespace asio = boost::asio;

BOOST_AUTO_TEST_SUITE(emulator_fault_timing)

namespace {

constexpr char const* hour = "3600000";
constexpr std::size_t sizes[] = {0, 1, 8, 9, 100, 500, 900};

std::string stream_body()
{
    return chat_body("Hello", R"({"stream":true})");
}

bool is_stalled(hicap::emulator_statistics const& now)
{
    return now.responses_stalled == 1;
}

std::size_t head_size(std::string const& bytes)
{
    return bytes.find("\r\n\r\n") + 4;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_response_is_cut_after_any_byte)
{
    for (auto const size : sizes) {
        emulator_fault step;
        step.cut_after = size;
        header_list const headers = {{"x-emulator-cut-after", std::to_string(size)}};

        fail_by_header_and_by_script(
            headers,
            step,
            stream_body(),
            [size](running_emulator& server, client& connection) {
                BOOST_TEST(connection.receive_rest().size() == size);
                BOOST_TEST(server->statistics().streams_cut == 1U);
            }
        );
        fail_by_header_and_by_script(
            headers,
            step,
            chat_body("Hello"),
            [size](running_emulator&, client& connection) {
                BOOST_TEST(connection.receive_rest().size() == size);
            }
        );
    }
}

BOOST_AUTO_TEST_CASE(bytes_are_those_before_tls)
{
    for (auto const size : sizes) {
        emulator_fault step;
        step.cut_after = size;
        step.cut = emulator_fault::ending::no_close_notify;

        fail_by_header_and_by_script(
            {{"x-emulator-cut-after", std::to_string(size)}, {"x-emulator-cut", "no-close-notify"}},
            step,
            stream_body(),
            [size](running_emulator&, client& connection) {
                BOOST_TEST(connection.receive_rest().size() == size);
                BOOST_TEST(connection.receive_end() == asio::ssl::error::stream_truncated);
                BOOST_TEST(!connection.has_part_of_record());
            },
            true
        );
    }
}

BOOST_AUTO_TEST_CASE(half_a_record_may_come_last)
{
    emulator_fault step;
    step.cut_after = 100;
    step.cut = emulator_fault::ending::half_record;

    fail_by_header_and_by_script(
        {{"x-emulator-cut-after", "100"}, {"x-emulator-cut", "half-record"}},
        step,
        stream_body(),
        [](running_emulator&, client& connection) {
            BOOST_TEST(connection.receive_rest().size() == 100U);
            BOOST_TEST(connection.receive_end() == asio::ssl::error::stream_truncated);
            BOOST_TEST(connection.has_part_of_record());
        },
        true
    );
    emulator_fault after_event;
    after_event.events = 2;
    after_event.cut = emulator_fault::ending::half_record;
    fail_by_header_and_by_script(
        {{"x-emulator-events", "2"}, {"x-emulator-cut", "half-record"}},
        after_event,
        stream_body(),
        [](running_emulator&, client& connection) {
            auto const answer = connection.receive();
            BOOST_TEST(answer.events().size() == 2U);
            BOOST_TEST(answer.broken == asio::ssl::error::stream_truncated);
            BOOST_TEST(connection.has_part_of_record());
        },
        true
    );
}

BOOST_AUTO_TEST_CASE(a_reset_may_come_before_anything)
{
    emulator_fault step;
    step.cut_after = 0;
    step.cut = emulator_fault::ending::rst;

    fail_by_header_and_by_script(
        {{"x-emulator-cut-after", "0"}, {"x-emulator-cut", "rst"}},
        step,
        chat_body("Hello"),
        [](running_emulator&, client& connection) {
            BOOST_TEST(connection.receive_end() == asio::error::connection_reset);
        }
    );
}

BOOST_AUTO_TEST_CASE(a_response_that_is_shorter_is_not_cut)
{
    emulator_fault step;
    step.cut_after = 1'000'000;

    fail_by_header_and_by_script(
        {{"x-emulator-cut-after", "1000000"}},
        step,
        stream_body(),
        [](running_emulator& server, client& connection) {
            BOOST_TEST(connection.receive().chunks().size() > 3U);
            connection.send(post(chat_body("Hello")));
            BOOST_TEST(connection.receive().status == 200);
            BOOST_TEST(server->statistics().streams_finished == 1U);
        }
    );
}

BOOST_AUTO_TEST_CASE(a_whole_answer_is_cut_after_its_head_or_its_body)
{
    for (std::uint64_t const events : {0U, 1U}) {
        emulator_fault step;
        step.events = events;
        fail_by_header_and_by_script(
            {{"x-emulator-events", std::to_string(events)}},
            step,
            chat_body("Hello"),
            [events](running_emulator&, client& connection) {
                auto const answer = connection.receive();
                BOOST_TEST(answer.status == 200);
                BOOST_TEST(answer.broken.failed() == (events == 0));
                BOOST_TEST(answer.body.empty() == (events == 0));
                BOOST_TEST(connection.receive_end() == asio::error::eof);
            }
        );
    }
}

BOOST_AUTO_TEST_CASE(nothing_comes_in_a_stall_before_the_head)
{
    emulator_fault step;
    step.stall_after_bytes = 0;
    for (auto const& body : {stream_body(), chat_body("Hello")}) {
        fail_by_header_and_by_script(
            {{"x-emulator-stall", "head"}},
            step,
            body,
            [](running_emulator& server, client& connection) {
                server.wait_for(is_stalled);
                connection.finish();
                BOOST_TEST(connection.receive_rest() == "");
                server.wait_for([](auto const& now) { return now.connections_open == 0; });
                BOOST_TEST(server->statistics().responses_stalled == 0U);
            }
        );
    }
}

BOOST_AUTO_TEST_CASE(nothing_comes_in_a_stall_after_any_byte)
{
    for (auto const size : sizes) {
        emulator_fault step;
        step.stall_after_bytes = size;
        for (auto const& body : {stream_body(), chat_body("Hello")}) {
            fail_by_header_and_by_script(
                {{"x-emulator-stall-after-bytes", std::to_string(size)}},
                step,
                body,
                [size](running_emulator& server, client& connection) {
                    server.wait_for(is_stalled);
                    connection.finish();
                    BOOST_TEST(connection.receive_rest().size() == size);
                }
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_comes_in_a_stall_after_events)
{
    for (std::size_t const events : {0U, 2U}) {
        emulator_fault step;
        step.stall_after_events = events;
        fail_by_header_and_by_script(
            {{"x-emulator-stall-after-events", std::to_string(events)}},
            step,
            stream_body(),
            [events](running_emulator& server, client& connection) {
                server.wait_for(is_stalled);
                connection.finish();
                auto const answer = connection.receive();
                BOOST_TEST(answer.status == 200);
                BOOST_TEST(answer.events().size() == events);
                BOOST_TEST(
                    server.wait_for([](auto const& now) { return now.streams_abandoned == 1; }
                    ).streams_finished == 0U
                );
            }
        );
    }
    emulator_fault step;
    step.stall_after_events = 0;
    fail_by_header_and_by_script(
        {{"x-emulator-stall-after-events", "0"}},
        step,
        chat_body("Hello"),
        [](running_emulator& server, client& connection) {
            server.wait_for(is_stalled);
            connection.finish();
            auto const bytes = connection.receive_rest();
            BOOST_TEST(bytes.size() == head_size(bytes));
        }
    );
}

BOOST_AUTO_TEST_CASE(a_stall_ends_with_the_emulator)
{
    emulator_fault step;
    step.stall_after_bytes = 10;

    fail_by_header_and_by_script(
        {{"x-emulator-stall-after-bytes", "10"}},
        step,
        stream_body(),
        [](running_emulator& server, client& connection) {
            server.wait_for(is_stalled);
            server->stop();
            BOOST_TEST(connection.receive_rest().size() == 10U);
        },
        true
    );
}

BOOST_AUTO_TEST_CASE(the_head_may_be_late)
{
    emulator_fault step;
    step.delay_head = std::chrono::milliseconds(1);
    fail_by_header_and_by_script(
        {{"x-emulator-delay-head", "1"}},
        step,
        stream_body(),
        [](running_emulator&, client& connection) {
            BOOST_TEST(connection.receive().chunks().size() > 3U);
        }
    );

    // Later than the test is patient, so nothing comes.
    step.delay_head = std::chrono::hours(1);
    for (auto const& body : {stream_body(), chat_body("Hello")}) {
        fail_by_header_and_by_script(
            {{"x-emulator-delay-head", hour}},
            step,
            body,
            [](running_emulator& server, client& connection) {
                server.wait_for([](auto const& now) { return now.requests == 1; });
                connection.finish();
                BOOST_TEST(connection.receive_rest() == "");
            }
        );
    }
}

BOOST_AUTO_TEST_CASE(events_may_be_late)
{
    emulator_fault step;
    step.delay_event = std::chrono::milliseconds(1);
    fail_by_header_and_by_script(
        {{"x-emulator-delay-event", "1"}},
        step,
        stream_body(),
        [](running_emulator&, client& connection) {
            BOOST_TEST(connection.receive().chunks().size() > 3U);
        }
    );

    step.delay_event = std::chrono::hours(1);
    for (auto const& body : {stream_body(), chat_body("Hello")}) {
        fail_by_header_and_by_script(
            {{"x-emulator-delay-event", hour}},
            step,
            body,
            [](running_emulator&, client& connection) {
                auto const head = connection.receive_until("\r\n\r\n");
                connection.finish();
                BOOST_TEST(head.size() == head_size(head));
                BOOST_TEST(connection.receive_rest() == "");
            }
        );
    }
}

BOOST_AUTO_TEST_CASE(a_response_may_come_in_drips)
{
    for (std::uint64_t const drip : {1U, 7U}) {
        emulator_fault step;
        step.drip = drip;
        header_list const headers = {{"x-emulator-drip", std::to_string(drip)}};

        fail_by_header_and_by_script(
            headers,
            step,
            stream_body(),
            [](running_emulator&, client& connection) {
                BOOST_TEST(connection.receive().chunks().size() > 3U);
            }
        );
        fail_by_header_and_by_script(
            headers,
            step,
            chat_body("Hello"),
            [drip](running_emulator&, client& connection) {
                for (int i = 0; i != 50; ++i)
                    BOOST_TEST(connection.receive_some().size() == drip);
                connection.send(post(chat_body("Hello")));
                connection.receive_until("}");
            },
            true
        );
    }
}

BOOST_AUTO_TEST_CASE(drips_may_be_late)
{
    emulator_fault step;
    step.drip = 100;
    step.delay_drip = std::chrono::milliseconds(1);
    fail_by_header_and_by_script(
        {{"x-emulator-drip", "100"}, {"x-emulator-delay-drip", "1"}},
        step,
        stream_body(),
        [](running_emulator&, client& connection) {
            BOOST_TEST(connection.receive().chunks().size() > 3U);
        }
    );

    step.delay_drip = std::chrono::hours(1);
    fail_by_header_and_by_script(
        {{"x-emulator-drip", "100"}, {"x-emulator-delay-drip", hour}},
        step,
        chat_body("Hello"),
        [](running_emulator&, client& connection) {
            auto const first = connection.receive_some();
            connection.finish();
            BOOST_TEST((first + connection.receive_rest()).size() == 100U);
        }
    );
}

BOOST_AUTO_TEST_SUITE_END()
