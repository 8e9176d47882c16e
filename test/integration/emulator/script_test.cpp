#include "integration/emulator/client.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <thread>

using namespace emulator_test;
using hicap::emulator_fault;

BOOST_AUTO_TEST_SUITE(emulator_script)

namespace {

emulator_fault with_status(int status)
{
    emulator_fault result;
    result.status = status;
    return result;
}

int status_of(running_emulator const& server, header_list const& headers = {})
{
    return ask(server, chat_body("Hello"), headers).status;
}

} // namespace

BOOST_AUTO_TEST_CASE(each_request_takes_a_step_and_then_all_is_well)
{
    running_emulator const server;
    server->script({
        with_status(503),
        {},
        {.status = 429, .retry_after = "7", .code = "insufficient_quota"},
    });

    BOOST_TEST(status_of(server) == 503);
    BOOST_TEST(status_of(server) == 200);
    auto const third = ask(server, chat_body("Hello"));
    BOOST_TEST(third.status == 429);
    BOOST_TEST(third.header("retry-after") == "7");
    BOOST_TEST(third.error("code") == "insufficient_quota");
    BOOST_TEST(status_of(server) == 200);
}

BOOST_AUTO_TEST_CASE(a_step_takes_the_place_of_the_headers)
{
    running_emulator const server;
    server->script({with_status(503), {}, {}});

    BOOST_TEST(status_of(server, {{"x-emulator-status", "500"}}) == 503);
    BOOST_TEST(status_of(server, {{"x-emulator-status", "500"}}) == 200);
    BOOST_TEST(status_of(server, {{"x-emulator-status", "nothing"}}) == 200);
    BOOST_TEST(status_of(server, {{"x-emulator-status", "500"}}) == 500);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_refused_takes_a_step)
{
    running_emulator const server;
    server->script({{}, with_status(503)});

    BOOST_TEST(ask(server, "no JSON").status == 400);
    BOOST_TEST(status_of(server) == 503);
}

BOOST_AUTO_TEST_CASE(requests_of_one_connection_take_their_steps_in_order)
{
    running_emulator const server;
    client connection(server->port());
    server->script({with_status(500), with_status(502), with_status(503)});
    auto const request = post(chat_body("Hello"));

    connection.send(request + request + request + request);

    for (auto const status : {500, 502, 503, 200})
        BOOST_TEST(connection.receive().status == status);
}

BOOST_AUTO_TEST_CASE(a_new_script_drops_the_old_one)
{
    running_emulator const server;
    server->script({with_status(500), with_status(502)});
    server->script({with_status(503)});

    BOOST_TEST(status_of(server) == 503);
    BOOST_TEST(status_of(server) == 200);
    server->script({with_status(500)});
    server->script({});
    BOOST_TEST(status_of(server) == 200);
}

BOOST_AUTO_TEST_CASE(what_the_headers_may_not_ask_for_a_step_may_not_either)
{
    running_emulator const server;
    server->script({with_status(503)});
    auto const refused = [&](emulator_fault const& step, std::string const& header) {
        BOOST_CHECK_EXCEPTION(
            server->script({{}, step}),
            std::invalid_argument,
            [&](std::invalid_argument const& error) {
                std::string const text = error.what();
                return text.find("step 1") != std::string::npos &&
                       text.find(header) != std::string::npos;
            }
        );
    };

    refused(with_status(199), "x-emulator-status");
    refused({.status = 429, .retry_after = "1\r\nx: y"}, "x-emulator-retry-after");
    refused({.retry_after = "1"}, "x-emulator-retry-after"); // of no error
    refused({.headers = {{"x", "1\r\ny: z"}}}, "x-emulator-header");
    refused({.headers = {{"x y", "1"}}}, "x-emulator-header");
    refused({.comments = 1'000'000'001}, "x-emulator-comments");
    refused({.cut_after = 1, .cut = emulator_fault::ending::clean}, "x-emulator-cut");
    refused({.cut = emulator_fault::ending::rst}, "x-emulator-cut");
    refused({.events = 1, .cut = emulator_fault::ending::half_record}, "x-emulator-cut");
    refused({.delay_head = std::chrono::milliseconds(-1)}, "x-emulator-delay-head");
    refused({.delay_event = std::chrono::hours(2)}, "x-emulator-delay-event");
    refused({.delay_drip = std::chrono::milliseconds(1)}, "x-emulator-delay-drip");
    refused({.tokens = 0}, "x-emulator-tokens");
    // The steps that were there are still there.
    BOOST_TEST(status_of(server) == 503);
}

BOOST_AUTO_TEST_CASE(several_threads_may_write_scripts)
{
    running_emulator const server;
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i) {
        threads.emplace_back([&server] {
            for (int j = 0; j != 20; ++j) {
                server->script({with_status(503)});
                (void)ask(server, chat_body("Hello"));
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    server->script({});

    BOOST_TEST(status_of(server) == 200);
}

BOOST_AUTO_TEST_SUITE_END()
