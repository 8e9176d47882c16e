#include "integration/emulator/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>
#include <optional>
#include <thread>

using namespace emulator_test;
namespace asio = boost::asio;

BOOST_AUTO_TEST_SUITE(emulator_life)

namespace {

// A request whose answer would take for ever.
std::string endless_stream()
{
    return post(
        chat_body("Hello", R"({"stream":true})"),
        {{"api-key", "k"}, {"x-emulator-tokens-per-second", "0.001"}}
    );
}

// Runs the context in the test's own thread until the condition is true.
template <class Condition>
void run_until(asio::io_context& context, hicap::emulator const& emulator, Condition condition)
{
    while (!condition(emulator.statistics()))
        context.run_one();
}

} // namespace

BOOST_AUTO_TEST_CASE(the_system_chooses_a_port)
{
    asio::io_context context;
    hicap::emulator const one(context.get_executor());
    hicap::emulator const two(context.get_executor());

    BOOST_TEST(one.port() != 0);
    BOOST_TEST(one.port() != two.port());
    BOOST_TEST(one.base_url() == "http://127.0.0.1:" + std::to_string(one.port()) + "/v1");
    BOOST_TEST(one.ca_pem() == "");
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_used_is_named)
{
    asio::io_context context;
    hicap::emulator const first(context.get_executor());
    hicap::emulator_options options;
    options.port = first.port();
    auto const names_port = [&](boost::system::system_error const& error) {
        return error.code() == asio::error::address_in_use &&
               std::string(error.what()).find(std::to_string(first.port())) != std::string::npos;
    };

    BOOST_CHECK_EXCEPTION(
        hicap::emulator(context.get_executor(), options), boost::system::system_error, names_port
    );
    options.address = "nowhere";
    BOOST_CHECK_THROW(
        hicap::emulator(context.get_executor(), options), boost::system::system_error
    );
}

BOOST_AUTO_TEST_CASE(options_out_of_their_range_are_refused)
{
    asio::io_context context;
    auto const refused = [&](hicap::emulator_options const& options) {
        BOOST_CHECK_THROW(hicap::emulator(context.get_executor(), options), std::invalid_argument);
    };

    hicap::emulator_options options;
    options.tokens_per_second = -1;
    refused(options);
    options.tokens_per_second = std::numeric_limits<double>::quiet_NaN();
    refused(options);
    options = {};
    options.rate_limit.requests = 0;
    refused(options);
    options = {};
    options.rate_limit.window = std::chrono::seconds(0);
    refused(options);
    options = {};
    options.certificate_names.clear();
    refused(options);
}

BOOST_AUTO_TEST_CASE(run_returns_after_stop)
{
    asio::io_context context;
    hicap::emulator emulator(context.get_executor());
    emulator.start();
    emulator.start();
    client idle(emulator.port());
    client streaming(emulator.port());
    streaming.send(endless_stream());
    run_until(context, emulator, [](auto const& now) { return now.requests == 1; });

    emulator.stop();
    emulator.stop();
    context.run();

    BOOST_TEST(emulator.statistics().connections_open == 0U);
    BOOST_TEST(idle.receive_end().failed());
    emulator.start();
    context.restart();
    context.run();
    BOOST_CHECK_THROW(client{emulator.port()}, boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_client_may_connect_before_the_start)
{
    asio::io_context context;
    hicap::emulator emulator(context.get_executor());
    client early(emulator.port());
    early.send(post(chat_body("Hello")));

    emulator.start();
    run_until(context, emulator, [](auto const& now) { return now.requests == 1; });
    context.poll();

    BOOST_TEST(early.receive().status == 200);
}

BOOST_AUTO_TEST_CASE(the_context_may_be_destroyed_in_any_state)
{
    // Leaks are for the sanitizer to find.
    for (std::size_t handlers : {0U, 1U, 2U, 3U, 5U, 8U, 13U, 21U}) {
        asio::io_context context;
        hicap::emulator_options options;
        options.tls = handlers % 2 == 1;
        hicap::emulator emulator(context.get_executor(), options);
        emulator.start();
        client connection(emulator.port());
        connection.send(endless_stream());
        for (std::size_t i = 0; i != handlers; ++i)
            context.poll_one();
    }
}

BOOST_AUTO_TEST_CASE(the_emulator_may_be_destroyed_while_it_serves)
{
    asio::io_context context;
    auto emulator = std::make_optional<hicap::emulator>(context.get_executor());
    emulator->start();
    client connection(emulator->port());
    connection.send(endless_stream());
    run_until(context, *emulator, [](auto const& now) { return now.requests == 1; });

    emulator.reset();
    context.run();

    BOOST_TEST(connection.receive_end().failed());
}

BOOST_AUTO_TEST_CASE(many_threads_may_serve_one_emulator)
{
    constexpr int clients = 8;
    asio::thread_pool pool(4);
    hicap::emulator emulator(pool.get_executor());
    emulator.start();
    std::vector<std::thread> threads;
    for (int i = 0; i != clients; ++i) {
        threads.emplace_back([&emulator] {
            client connection(emulator.port());
            for (int j = 0; j != 10; ++j) {
                connection.send(post(chat_body("Hello", R"({"stream":true})")));
                (void)connection.receive();
                (void)emulator.statistics();
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(emulator.statistics().streams_finished == 10U * clients);
    emulator.stop();
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
