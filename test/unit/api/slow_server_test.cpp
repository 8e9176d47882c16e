// A server that gives a little now and then holds nobody for longer than the deadlines say.

#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct slow_fixture : client_fixture
{
    slow_fixture()
    {
        options.retries.max_retries = 0;
        options.deadlines.first_byte = 10s;
        options.deadlines.idle = 5s;
        options.deadlines.total = 60s;
    }

    /// How long a call goes on that gets one byte of `text` a second, from the beginning again
    /// where it is at its end.
    template <class T>
    std::chrono::seconds drip(started<T>& call, wire& far, std::string_view text)
    {
        std::chrono::seconds passed{0};
        for (std::size_t i = 0; !call.done() && passed < 1000s; ++i) {
            far.give(text.substr(i % text.size(), 1));
            settle();
            if (call.done())
                break;
            pass(1s);
            passed += 1s;
        }
        return passed;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_slow_server, slow_fixture)

BOOST_AUTO_TEST_CASE(a_head_that_comes_byte_by_byte_has_one_deadline, *security)
{
    auto const far = connect({});
    auto call = create();
    BOOST_TEST((drip(call, *far, "HTTP/1.1 200 OK\r\nX-Long: x") == 10s));
    BOOST_TEST((call.code() == errc::first_byte_timeout), call.what());
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(interim_responses_are_no_response, *security)
{
    auto const far = connect({});
    auto call = create();
    for (int second = 0; second != 10; ++second) {
        BOOST_TEST(!call.done());
        far->give("HTTP/1.1 100 Continue\r\n\r\n");
        pass(1s);
    }
    BOOST_TEST_REQUIRE(call.done());
    BOOST_TEST((call.code() == errc::first_byte_timeout), call.what());
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_byte_by_byte_ends_with_the_call, *security)
{
    for (std::string_view const head :
         {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"}) {
        slow_fixture one;
        auto const far = one.connect({std::string(head)});
        auto call = one.create();
        BOOST_TEST((one.drip(call, *far, " ") == 60s));
        BOOST_TEST((call.code() == errc::total_timeout), call.what());
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(a_line_between_chunks_that_comes_byte_by_byte_ends_with_the_call, *security)
{
    for (std::string_view const begun : {"", "1;", "2\r\n{}\r\n0\r\nX: "}) {
        slow_fixture one;
        auto const far = one.connect(
            {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(begun)}
        );
        auto call = one.create();
        BOOST_TEST((one.drip(call, *far, "0") == 60s));
        BOOST_TEST((call.code() == errc::total_timeout), call.what());
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(an_explanation_that_comes_byte_by_byte_has_one_deadline, *security)
{
    auto const far = connect({"HTTP/1.1 500 No\r\nContent-Length: 1000\r\n\r\n"});
    auto call = create();
    BOOST_TEST((drip(call, *far, "x") == 5s));
    BOOST_TEST((call.code() == errc::server_error), call.what());
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_byte_by_byte_is_no_event, *security)
{
    for (std::string_view const text : {"data: x", ": a comment\n", "id: 1\n", "\n"}) {
        slow_fixture one;
        auto const far = one.connect({stream_head + ":\n"});
        auto opens = one.open_stream();
        BOOST_TEST_REQUIRE(opens.done());
        auto waits = one.next(opens.get());
        BOOST_TEST((one.drip(waits, *far, text) == 5s));
        BOOST_TEST((waits.code() == errc::idle_timeout), waits.what());
        BOOST_TEST(!far->open);
    }
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_stream_that_comes_byte_by_byte_is_left, *security)
{
    auto const far = connect(
        {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
         "e\r\ndata: [DONE]\n\n\r\n"}
    );
    {
        auto opens = open_stream();
        BOOST_TEST_REQUIRE(opens.done());
        auto ends = next(opens.get());
        BOOST_TEST(ends.done());
    }
    for (int i = 0; i != 3 && far->open; ++i) {
        far->give("0");
        pass(100ms);
    }
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
