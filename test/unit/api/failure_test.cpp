#include "api/failure.hpp"
#include "api/operation.hpp"
#include "support/security.hpp"
#include "unit/api/chat_stream.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/chat_types.hpp>
#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

response_info info_of(int status, std::string_view content_type)
{
    headers fields;
    fields.append("Content-Type", content_type);
    fields.append("x-request-id", "r1");
    fields.append("retry-after-ms", "1500");
    fields.append("x-ratelimit-remaining-requests", "7");
    return {status, std::move(fields)};
}

[[noreturn]] void throw_failure(response_info const& info, std::string const& body)
{
    throw api_error(detail::describe_failure(info, body, {}));
}

chat::completion decode(std::string_view body, std::string_view content_type = "application/json")
{
    chat::completion made;
    net::watch nobody;
    detail::decode_answer(nobody, info_of(200, content_type), body, made);
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_failure)

BOOST_AUTO_TEST_CASE(an_error_response_is_an_api_error_with_all_that_came)
{
    std::string const body =
        R"({"error":{"message":"slow","type":"rate_limit_error","code":"c","param":"p"}})";
    BOOST_CHECK_EXCEPTION(
        throw_failure(info_of(429, "application/json"), body),
        api_error,
        [&](api_error const& e) {
            BOOST_TEST(e.status() == 429);
            BOOST_TEST(e.message() == "slow");
            BOOST_TEST(e.type() == "rate_limit_error");
            BOOST_TEST(e.api_code() == "c");
            BOOST_TEST(e.param() == "p");
            BOOST_TEST(e.body() == body);
            BOOST_TEST(e.request_id() == "r1");
            BOOST_TEST((e.retry_after() == std::chrono::milliseconds(1500)));
            BOOST_TEST(e.headers().find("content-type").value() == "application/json");
            BOOST_TEST((e.rate_limit().requests.remaining == 7));
            return e.code() == errc::rate_limited;
        }
    );
}

BOOST_AUTO_TEST_CASE(an_error_response_need_not_be_json)
{
    for (std::string const body : {"", "<html>Bad Gateway</html>", "{\"error\":", "\xFF\x01"}) {
        BOOST_CHECK_EXCEPTION(
            throw_failure(info_of(502, "text/html"), body),
            api_error,
            [&](api_error const& e) { return e.code() == errc::server_error && e.body() == body; }
        );
    }
}

BOOST_AUTO_TEST_CASE(only_an_error_object_is_one)
{
    auto const info = info_of(200, "application/json");
    for (std::string_view const data :
         {"",
          "{}",
          "{\"error\":null}",
          "{\"choices\":[]}",
          "[]",
          "\"error\"",
          "error",
          R"({"a":{"error":1}})"})
        BOOST_CHECK_NO_THROW(detail::throw_if_error_object(info, data, {}));
    for (std::string_view const data :
         {R"({"error":{}})", R"({"error":"text"})", R"({"id":"c1","error":{"message":"m"}})"}) {
        BOOST_CHECK_EXCEPTION(
            detail::throw_if_error_object(info, data, {}),
            api_error,
            [&](api_error const& e) { return e.status() == 200 && e.body() == data; }
        );
    }
}

BOOST_AUTO_TEST_CASE(a_content_type_is_compared_without_case_and_parameters)
{
    headers fields;
    BOOST_TEST(!detail::has_content_type(fields, "application/json"));
    for (std::string_view const good :
         {"application/json",
          "Application/JSON",
          "application/json; charset=utf-8",
          "application/json;charset=utf-8",
          "application/json ;x"})
        BOOST_TEST(
            detail::has_content_type(info_of(200, good).headers(), "application/json"), good
        );
    for (std::string_view const bad :
         {"",
          "application/jsonp",
          "application/json-seq",
          "text/html",
          "text/json",
          "application/problem+json"})
        BOOST_TEST(!detail::has_content_type(info_of(200, bad).headers(), "application/json"), bad);
}

BOOST_AUTO_TEST_CASE(a_body_is_read_whatever_its_content_type)
{
    BOOST_TEST(decode(R"({"id":"c1"})").id == "c1");
    BOOST_TEST(decode(R"({"id":"c1"})", "text/plain").id == "c1");
}

BOOST_AUTO_TEST_CASE(an_error_object_in_a_response_of_success_is_an_api_error)
{
    BOOST_CHECK_EXCEPTION(
        decode(R"({"error":{"message":"m","type":"overloaded_error"}})"),
        api_error,
        [](api_error const& e) { return e.code() == errc::overloaded && e.status() == 200; }
    );
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_is_invalid_json)
{
    BOOST_CHECK_EXCEPTION(decode(R"({"id":"c1")"), error, [](error const& e) {
        BOOST_TEST(e.request_id() == "r1");
        BOOST_TEST(contains(e.what(), "at byte 10"), e.what());
        return e.code() == errc::invalid_json;
    });
}

BOOST_AUTO_TEST_CASE(a_body_of_another_kind_of_json_is_unexpected)
{
    for (std::string const body : {"[]", "null"}) {
        BOOST_CHECK_EXCEPTION(decode(body), error, [&](error const& e) {
            auto const says =
                "expected a JSON object, got \"application/json\" with status 200: \"";
            BOOST_TEST(contains(e.what(), says + body + '"'), e.what());
            BOOST_TEST(e.body() == body);
            return e.code() == errc::unexpected_content;
        });
    }
}

BOOST_AUTO_TEST_CASE(a_page_in_place_of_json_is_shown)
{
    BOOST_CHECK_EXCEPTION(
        decode("<html>\x1B[2J" + std::string(5000, 'x'), "text/html"),
        error,
        [](error const& e) {
            BOOST_TEST(e.request_id() == "r1");
            BOOST_TEST(contains(e.what(), "expected JSON, got \"text/html\" with status 200"));
            BOOST_TEST(contains(e.what(), R"("<html>\x1b[2J)"));
            BOOST_TEST(std::string_view(e.what()).size() < 1000u);
            return e.code() == errc::unexpected_content;
        }
    );
}

namespace {

/// A response of this type, a header line or none, whose body comes in the pieces of it that tests
/// cut.
std::string typed(std::string_view type, std::string_view body)
{
    return "HTTP/1.1 200 OK\r\n" + std::string(type) +
           "x-request-id: r1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_body_in_place_of_a_stream_is_in_the_error, client_fixture)
{
    checks_requests = false;
    options.retries.max_retries = 0;
    std::string const page = "<html>sk-canary-of-tests" + std::string(100'000, 'x');
    for (std::string const type :
         {"Content-Type: text/html\r\n",
          "Content-Type: text/plain\r\n",
          "Content-Type: application/xml\r\n",
          ""}) {
        connect({typed(type, page), typed(type, "")});
        auto opening = open_stream();
        BOOST_CHECK_EXCEPTION(opening.get(), error, [&](error const& e) {
            BOOST_TEST(contains(e.what(), "expected text/event-stream"), e.what());
            BOOST_TEST(contains(e.what(), "http://api.test"), e.what());
            BOOST_TEST(e.request_id() == "r1");
            BOOST_TEST(e.attempts().size() == 1u);
            BOOST_TEST(e.body().size() == 64u * 1024);
            return e.code() == errc::unexpected_content && e.body().starts_with("<html>***x");
        });
        auto const of_nothing = open_stream().code();
        BOOST_TEST((of_nothing == errc::unexpected_content), of_nothing);
        drop_client();
    }
}

BOOST_FIXTURE_TEST_CASE(a_body_that_is_compressed_is_named_so, client_fixture, *security)
{
    auto const encoded = [](std::string_view type, std::string_view how, std::string_view body) {
        return typed(
            "Content-Type: " + std::string(type) + "\r\nContent-Encoding: " + std::string(how) +
                "\r\n",
            body
        );
    };
    auto const is_clear = [](error const& e) {
        BOOST_TEST(contains(e.what(), "content encoding \"gzip\""), e.what());
        BOOST_TEST(contains(e.what(), "http://api.test, request id r1"), e.what());
        BOOST_TEST(e.attempts().size() == 1u);
        return e.code() == errc::unexpected_content;
    };
    constexpr std::string_view zipped = "\x1F\x8B\x08";
    auto const events = text_event("Hello") + finish_event() + done_event;
    connect({encoded("application/json", "gzip", zipped)});
    auto call = create();
    BOOST_CHECK_EXCEPTION(call.get(), error, is_clear);
    drop_client();
    connect({encoded("text/event-stream", "gzip", zipped)});
    auto opening = open_stream();
    BOOST_CHECK_EXCEPTION(opening.get(), error, is_clear);
    drop_client();
    connect({encoded("application/json", "gzip", zipped)});
    started<reply<raw_json>> asked(context, api().request("GET", "/x"));
    BOOST_CHECK_EXCEPTION(asked.get(), error, is_clear);
    // What says so and is not is read.
    drop_client();
    connect({encoded("text/event-stream", "gzip", events)});
    auto plain = open_stream();
    BOOST_TEST(next(plain.get()).get()->text() == "Hello");
}

BOOST_FIXTURE_TEST_CASE(events_may_come_under_any_name, client_fixture)
{
    auto const events = text_event("Hel") + text_event("lo") + finish_event() + done_event;
    for (std::string const type :
         {"Content-Type: text/plain\r\n", "Content-Type: application/octet-stream\r\n", ""}) {
        for (std::size_t const cut : {std::size_t{0}, std::size_t{1}, std::size_t{9}}) {
            auto const whole = typed(type, events);
            auto const at = whole.size() - events.size() + cut;
            auto const far = connect({whole.substr(0, at)});
            auto opening = open_stream();
            settle();
            BOOST_TEST(opening.done() == (cut == 9));
            far->give(whole.substr(at));
            settle();
            auto& stream = opening.get();
            std::string text;
            for (auto const* event = next(stream).get(); event != nullptr;
                 event = next(stream).get())
                text += event->text();
            BOOST_TEST(text == "Hello");
            drop_client();
        }
    }
}

BOOST_FIXTURE_TEST_CASE(an_answer_in_place_of_a_stream_may_have_any_name, client_fixture)
{
    constexpr std::string_view answer =
        R"({"id":"c1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"}}]})";
    constexpr std::string_view failure = R"({"error":{"message":"no","code":"c"}})";
    auto const type = "Content-Type: text/plain\r\n";
    connect({typed(type, answer), typed(type, failure)});
    BOOST_TEST(next(open_stream().get()).get()->text() == "Hello");
    auto opening = open_stream();
    BOOST_CHECK_EXCEPTION(opening.get(), api_error, [&](api_error const& e) {
        return e.message() == "no" && e.body() == failure;
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
