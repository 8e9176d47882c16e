// Whatever a server sends too much of is refused by its name, without being kept first.

#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

constexpr std::size_t more = 200'000; // than there may be of anything, with the limits below

std::string times(std::size_t count, std::string_view text)
{
    std::string all;
    all.reserve(count * text.size());
    for (std::size_t i = 0; i != count; ++i)
        all += text;
    return all;
}

std::string chunked(std::string const& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
           "Transfer-Encoding: chunked\r\n\r\n" +
           body;
}

struct oversized_fixture : client_fixture
{
    oversized_fixture()
    {
        checks_requests = false;
        options.retries.max_retries = 0;
        options.limits.max_body = 100'000;
        options.limits.max_event = 10'000;
        options.limits.max_comments = 100;
    }

    /// A call that is answered so fails so, in few words, and its connection is closed.
    template <class T>
    void check_fails(started<T>& call, wire const& far, errc expected)
    {
        BOOST_TEST_REQUIRE(call.done());
        BOOST_TEST((call.code() == expected), call.what());
        BOOST_TEST(call.what().size() < 4096u);
        BOOST_TEST(!far.open);
    }
};

struct answer_row
{
    std::string_view what;
    std::string text;
    errc expected;
};

} // namespace

BOOST_AUTO_TEST_SUITE(api_oversized)

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_large_anywhere_is_refused, *security)
{
    std::string const ok = "HTTP/1.1 200 OK\r\n";
    std::string const end = "Content-Length: 2\r\n\r\n{}";
    std::string const large(more, 'x');
    std::vector<answer_row> const rows{
        {"status line", "HTTP/1.1 200 " + large + "\r\n" + end, errc::header_too_large},
        {"value of a header", ok + "X: " + large + "\r\n" + end, errc::header_too_large},
        {"name of a header", ok + large + ": x\r\n" + end, errc::header_too_large},
        {"folded header",
         ok + "X: x\r\n" + times(more / 4, " x\r\n") + end,
         errc::header_too_large},
        {"number of headers", ok + times(more / 6, "a: b\r\n") + end, errc::header_too_large},
        {"interim responses",
         times(more / 16, "HTTP/1.1 103 E\r\n\r\n") + ok + end,
         errc::header_too_large},
        {"extension of a chunk",
         chunked("2;" + large + "\r\n{}\r\n0\r\n\r\n"),
         errc::header_too_large},
        {"line of a chunk", chunked(std::string(more, '0')), errc::header_too_large},
        {"size of a chunk", chunked("fffffffffffffffff\r\n{}"), errc::invalid_response},
        {"trailer", chunked("2\r\n{}\r\n0\r\nX: " + large + "\r\n\r\n"), errc::header_too_large},
        {"number of trailers",
         chunked("2\r\n{}\r\n0\r\n" + times(more / 6, "a: b\r\n") + "\r\n"),
         errc::header_too_large},
        {"body by its length", response(200, large), errc::body_too_large},
        {"body by its chunks",
         chunked(times(more / 16, "10\r\n0123456789012345\r\n")),
         errc::body_too_large},
        {"body by the close",
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + large,
         errc::body_too_large},
    };
    for (auto const& row : rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            oversized_fixture one;
            auto const far = one.connect({row.text});
            auto call = one.create();
            one.check_fails(call, *far, row.expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_event_that_is_too_large_anywhere_is_refused, *security)
{
    std::string const large(more, 'x');
    std::vector<answer_row> const rows{
        {"line", "data: " + large, errc::event_too_large},
        {"line of an unknown field", large + ": x\n", errc::event_too_large},
        {"type", "event: " + large + "\n", errc::event_too_large},
        {"id", "id: " + large + "\n", errc::event_too_large},
        {"lines of data", times(more / 8, "data: x\n"), errc::event_too_large},
        {"comment", ": " + times(100, large), errc::too_many_comments},
        {"comments", times(more / 3, ":x\n"), errc::too_many_comments},
        {"blank lines", ":\n" + times(more, "\n"), errc::too_many_comments},
        {"events without data", times(more / 8, "data: \n\n"), errc::too_many_comments},
        {"fields without data", times(more / 6, "id: 1\n"), errc::too_many_comments},
        {"events in all",
         times(
             more / 60,
             R"(data: {"choices":[{"index":0,"delta":{"content":"xxxxxxx"}}]})"
             "\n\n"
         ),
         errc::body_too_large},
    };
    for (auto const& row : rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            oversized_fixture one;
            auto const far = one.connect({stream_head + row.text});
            auto opens = one.open_stream();
            BOOST_TEST_REQUIRE(opens.done());
            if (opens.code()) {
                one.check_fails(opens, *far, row.expected);
                continue;
            }
            started<chat::completion> collects(one.context, opens.get().collect());
            for (int i = 0; i != 1000 && !collects.done(); ++i)
                one.settle();
            one.check_fails(collects, *far, row.expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(json_that_is_too_deep_is_refused_and_long_numbers_do_no_harm, *security)
{
    for (auto const& [begin, end] :
         {std::pair<std::string, std::string>{"[", "]"},
          std::pair<std::string, std::string>{R"({"a":)", "1}"}}) {
        auto const depth = 10'000U;
        for (auto const& body :
             {times(depth, begin),
              R"({"id":"c1","choices":)" + times(depth, begin) + times(depth, end) + '}',
              R"({"id":"c1","unknown":)" + times(depth, begin)}) {
            oversized_fixture one;
            one.connect({response(200, body)});
            auto call = one.create();
            BOOST_TEST_REQUIRE(call.done());
            BOOST_TEST((call.code() == errc::invalid_json), call.what());
            BOOST_TEST(call.what().size() < 4096u);
        }
    }
    for (std::string const& number :
         {std::string(90'000, '9'),
          "0." + std::string(90'000, '9'),
          "1e" + std::string(90'000, '9'),
          '-' + std::string(90'000, '9')}) {
        oversized_fixture one;
        one.connect({response(200, R"({"id":"c1","choices":[],"created":)" + number + '}')});
        auto call = one.create();
        BOOST_TEST_REQUIRE(call.done());
        BOOST_TEST(!call.code(), call.what());
        BOOST_TEST(call.get().id == "c1");
        BOOST_TEST(contains(call.get().raw(), number));
    }
}

BOOST_AUTO_TEST_CASE(an_explanation_without_end_is_cut_and_shown_in_part, *security)
{
    auto const said = R"({"error":{"message":")" + std::string(3'000'000, 'x');
    oversized_fixture one;
    one.options.limits.max_body = 10'000'000;
    auto const far =
        one.connect({"HTTP/1.1 500 No\r\nContent-Type: application/json\r\n\r\n" + said});
    auto call = one.create();
    one.check_fails(call, *far, errc::server_error);
    BOOST_CHECK_EXCEPTION(call.get(), api_error, [](api_error const& e) {
        return e.status() == 500 && e.body().size() <= (std::size_t{1} << 20);
    });

    oversized_fixture other;
    auto const stream = other.connect(
        {stream_head + R"(data: {"error":{"message":")" + std::string(9'000, 'x') + "\"}}\n\n"}
    );
    auto opens = other.open_stream();
    auto failed = other.next(opens.get());
    BOOST_TEST_REQUIRE(failed.done());
    BOOST_CHECK_THROW(failed.get(), api_error);
    BOOST_TEST(failed.what().size() < 4096u);
    BOOST_TEST(!stream->open);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_compressed_is_refused_by_its_name, *security)
{
    for (std::string const encoding : {"gzip", "br", "zstd", "deflate", "gzip, gzip"}) {
        oversized_fixture one;
        auto const line = "Content-Encoding: " + encoding + "\r\n";
        one.connect({response(200, "\x1f\x8b\x08", line)});
        auto call = one.create();
        BOOST_TEST_REQUIRE(call.done());
        BOOST_TEST((call.code() == errc::unexpected_content), call.what());
        BOOST_TEST(contains(call.what(), '"' + encoding + '"'), call.what());
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
