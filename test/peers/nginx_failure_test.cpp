#include "peers/front.hpp"

#include <hicap/observer.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

using namespace hicap;

namespace {

/// Does something between a failed attempt and the next.
class between_attempts final : public observer
{
public:
    explicit between_attempts(std::function<void()> what) : what_(std::move(what)) {}

    void on_retry(retry_event const&) noexcept override { what_(); }

private:
    std::function<void()> what_;
};

struct failing_front : test::front
{
    [[nodiscard]] client_options retrying() const
    {
        auto made = through();
        made.retries.max_retries = 2;
        made.retries.initial_backoff = std::chrono::milliseconds(1);
        return made;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(nginx_fails, failing_front, *test::needs({"nginx", "openssl"}))

BOOST_AUTO_TEST_CASE(and_is_not_there)
{
    start({});
    client const hicap(retrying());
    auto const request = ask("a");
    create(hicap, request); // leaves a connection, which nginx closes when it ends
    gate->stop();

    auto const failure = test::failure_of<error>([&] { create(hicap, request); });

    BOOST_TEST((failure.code() == asio::error::connection_refused), failure.what());
    BOOST_TEST(std::string(failure.what()).find("127.0.0.1") != std::string::npos);
    BOOST_TEST_REQUIRE(failure.attempts().size() == 3U);
    for (auto const& attempt : failure.attempts()) {
        BOOST_TEST((attempt.code == asio::error::connection_refused));
        BOOST_TEST(!attempt.reused_connection);
    }
    BOOST_TEST(server.statistics().requests == 1U);
}

BOOST_AUTO_TEST_CASE(and_is_there_again_before_the_next_attempt)
{
    start({});
    auto chosen = retrying();
    chosen.observer = std::make_shared<between_attempts>([this] { gate->start(); });
    client const hicap(chosen);
    auto const request = ask("a");
    create(hicap, request);
    gate->stop();

    auto const answer = create(hicap, request);

    BOOST_TEST(answer.http_status() == 200);
    BOOST_TEST_REQUIRE(answer.attempts().size() == 2U);
    BOOST_TEST((answer.attempts().front().code == asio::error::connection_refused));
    BOOST_TEST((!answer.attempts().back().code));
    BOOST_TEST(hicap.statistics().retries == 1U);
    BOOST_TEST(server.statistics().requests == 2U);
}

BOOST_AUTO_TEST_CASE(in_the_midst_of_a_stream)
{
    start({});
    client const hicap(retrying());
    auto const request = ask("a");
    auto const fault = with({{"x-emulator-stall-after-events", "3"}});
    auto events = open_stream(hicap, request, fault);
    for (int i = 0; i != 3; ++i)
        BOOST_TEST((run(events.next()) != nullptr));

    gate->stop();

    auto const failure = test::failure_of<error>([&] { run(events.next()); });
    BOOST_TEST((failure.code() == errc::truncated_response), failure.what());
    BOOST_TEST(failure.attempts().size() == 1U);
    BOOST_TEST(server.statistics().requests == 1U);
}

BOOST_AUTO_TEST_CASE(as_nothing_is_behind_it)
{
    start({});
    client const hicap(retrying());
    auto const request = ask("a");
    create(hicap, request);
    server.stop();
    settle();

    auto const failure = test::failure_of<api_error>([&] { create(hicap, request); });

    BOOST_TEST(failure.status() == 502);
    BOOST_TEST((failure.code() == errc::server_error), failure.what());
    BOOST_TEST(std::string(failure.what()).find("no retries left") != std::string::npos);
    BOOST_TEST_REQUIRE(failure.attempts().size() == 3U);
    for (auto const& attempt : failure.attempts())
        BOOST_TEST(attempt.status == 502);
}

BOOST_AUTO_TEST_SUITE_END()
