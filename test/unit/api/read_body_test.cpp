#include "api/core.hpp"
#include "support/run.hpp"
#include "support/scripted_exchange.hpp"
#include "support/security.hpp"
#include "support/started.hpp"
#include "unit/api/call.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t no_limit = 1'000'000;

struct read_body_fixture
{
    detail::opened_response over(std::shared_ptr<scripted_body> const& body)
    {
        auto made = std::make_unique<scripted_exchange>(body);
        exchange = made.get();
        policy::deadline_set limits;
        limits.idle = 10s;
        auto on = call_of(time, limits);
        on.made.status = 200;
        on.made.request_id = "r1";
        return {std::move(made), std::move(on)};
    }

    std::string read(std::shared_ptr<scripted_body> const& body, std::size_t max_size = no_limit)
    {
        auto response = over(body);
        return run(context, detail::read_body(&response, max_size));
    }

    started<std::string> start(detail::opened_response& from)
    {
        return {context, detail::read_body(&from, no_limit)};
    }

    void settle()
    {
        context.restart();
        context.poll();
    }

    std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>();
    asio::io_context context{1};
    scripted_exchange* exchange = nullptr;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_read_body, read_body_fixture)

BOOST_AUTO_TEST_CASE(a_body_is_the_same_however_it_is_cut)
{
    for (bool const blocks : {false, true}) {
        for_each_split("some text", [&](pieces const& text) {
            auto const body = std::make_shared<scripted_body>(text);
            body->blocks = blocks;
            BOOST_TEST(read(body) == "some text");
            BOOST_TEST(body->read_to_end);
        });
    }
    BOOST_TEST(read(std::make_shared<scripted_body>()).empty());
}

BOOST_AUTO_TEST_CASE(a_body_may_be_as_large_as_its_limit, *security)
{
    BOOST_TEST(read(std::make_shared<scripted_body>(byte_by_byte("some text")), 9) == "some text");
    for (auto const& text : {cut("some text", {}), byte_by_byte("some text")}) {
        BOOST_CHECK_EXCEPTION(
            read(std::make_shared<scripted_body>(text), 8),
            error,
            [](error const& e) { return e.code() == errc::body_too_large; }
        );
    }
}

BOOST_AUTO_TEST_CASE(a_length_that_lies_costs_no_memory, *security)
{
    auto response = over(std::make_shared<scripted_body>("text"));
    exchange->mutable_head().content_length = ~std::uint64_t{0};
    BOOST_TEST(run(context, detail::read_body(&response, no_limit)) == "text");
}

BOOST_AUTO_TEST_CASE(a_failure_is_never_a_short_body_and_names_request_and_attempts)
{
    auto const body = std::make_shared<scripted_body>("some");
    body->failure = std::make_exception_ptr(error(errc::truncated_response, "cut"));
    auto response = over(body);
    response.on.earlier.emplace_back().status = 500;
    BOOST_CHECK_EXCEPTION(
        run(context, detail::read_body(&response, no_limit)),
        error,
        [](error const& e) {
            BOOST_TEST_REQUIRE(e.attempts().size() == 2u);
            BOOST_TEST(e.attempts()[0].status == 500);
            BOOST_TEST(e.attempts()[1].status == 200);
            BOOST_TEST((e.attempts()[1].code == errc::truncated_response));
            return e.code() == errc::truncated_response && e.request_id() == "r1";
        }
    );
}

BOOST_AUTO_TEST_CASE(each_piece_has_the_whole_idle_deadline)
{
    auto const body = std::make_shared<scripted_body>(time);
    auto response = over(body);
    auto reading = start(response);
    for (auto const* const piece : {"so", "me", " te", "xt"}) {
        time->advance(9s);
        settle();
        body->give(piece);
        settle();
    }
    BOOST_TEST(!reading.done());
    body->finish();
    settle();
    BOOST_TEST(reading.get() == "some text");
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_fails_with_the_idle_deadline)
{
    auto const body = std::make_shared<scripted_body>(time);
    auto response = over(body);
    auto reading = start(response);
    body->give("some");
    settle();
    time->advance(10s);
    settle();
    BOOST_CHECK_EXCEPTION(reading.get(), error, [](error const& e) {
        std::string_view const what = e.what();
        BOOST_TEST(what.find("10000 ms, see deadlines::idle") != what.npos, what);
        BOOST_TEST(e.request_id() == "r1");
        return e.code() == errc::idle_timeout;
    });
}

BOOST_AUTO_TEST_CASE(reading_can_be_cancelled)
{
    auto const body = std::make_shared<scripted_body>(time);
    auto response = over(body);
    auto reading = start(response);
    reading.cancel();
    BOOST_TEST((reading.code() == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
