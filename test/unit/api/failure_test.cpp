#include "api/failure.hpp"
#include "api/operation.hpp"

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

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
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
    BOOST_CHECK_EXCEPTION(decode("[]"), error, [](error const& e) {
        return e.code() == errc::unexpected_content;
    });
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

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
