#include "json/error_body.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using hicap::json::find_stream_error;
using hicap::json::read_error_body;

BOOST_AUTO_TEST_SUITE(json_error_body)

BOOST_AUTO_TEST_CASE(the_documented_shape_is_read_whole)
{
    auto const error = read_error_body(
        R"({"error":{"message":"No \"key\".","type":"authentication_error","code":"invalid_api_key","param":"model"}})"
    );
    BOOST_TEST(error.present);
    BOOST_TEST(error.message == "No \"key\".");
    BOOST_TEST(error.type == "authentication_error");
    BOOST_TEST(error.code == "invalid_api_key");
    BOOST_TEST(error.param == "model");
}

BOOST_AUTO_TEST_CASE(nulls_and_missing_members_are_empty)
{
    auto const error = read_error_body(R"({"error":{"message":"m","type":null,"code":null}})");
    BOOST_TEST(error.present);
    BOOST_TEST(error.message == "m");
    BOOST_TEST(error.type == "");
    BOOST_TEST(error.code == "");
    BOOST_TEST(error.param == "");
}

BOOST_AUTO_TEST_CASE(a_numeric_code_is_kept_as_text)
{
    BOOST_TEST(read_error_body(R"({"error":{"message":"m","code":429}})").code == "429");
    BOOST_TEST(
        read_error_body(R"({"error":{"message":"m","param":["a",1]}})").param == R"(["a",1])"
    );
}

BOOST_AUTO_TEST_CASE(an_error_may_be_plain_text)
{
    auto const error = read_error_body(R"({"error":"Not found","status":404})");
    BOOST_TEST(error.present);
    BOOST_TEST(error.message == "Not found");
}

BOOST_AUTO_TEST_CASE(an_error_may_lack_its_wrapper_or_stand_in_a_list)
{
    auto const bare = read_error_body(R"({"message":"m","type":"t","code":"c","param":null})");
    BOOST_TEST(bare.present);
    BOOST_TEST(bare.message == "m");
    BOOST_TEST(bare.code == "c");
    auto const listed = read_error_body(R"([{"error":{"code":400,"message":"m","status":"X"}}])");
    BOOST_TEST(listed.present);
    BOOST_TEST(listed.code == "400");
    auto const gateway = read_error_body(R"({"statusCode":401,"message":"Access denied"})");
    BOOST_TEST(gateway.present);
    BOOST_TEST(gateway.message == "Access denied");
}

BOOST_AUTO_TEST_CASE(inner_errors_do_no_harm)
{
    auto const error = read_error_body(
        R"({"error":{"inner_error":{"code":"ResponsibleAIPolicyViolation","content_filter_results":{"hate":{"filtered":true}}},"code":"content_filter","message":"m","type":null,"param":"prompt","status":400}})"
    );
    BOOST_TEST(error.present);
    BOOST_TEST(error.code == "content_filter");
    BOOST_TEST(error.param == "prompt");
}

BOOST_AUTO_TEST_CASE(what_is_no_error_object_is_absent)
{
    for (auto const* body :
         {"",
          " ",
          "<html><body>502 Bad Gateway</body></html>",
          "null",
          "42",
          "\"text\"",
          "[]",
          "{}",
          "[1]",
          R"({"error":null})",
          R"({"a":1})",
          R"({"message":null})",
          "upstream connect error"})
        BOOST_TEST(!read_error_body(body).present, body);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_short_gives_what_was_complete)
{
    auto const error = read_error_body(R"({"error":{"message":"m","type":"t","co)");
    BOOST_TEST(error.message == "m");
    BOOST_TEST(error.type == "t");
    BOOST_TEST(error.code == "");
}

BOOST_AUTO_TEST_CASE(a_text_that_cannot_be_read_gives_nothing)
{
    for (std::string_view const body :
         {"{\"message\":\"No \\u001b[\xFF\xFF\"}",
          R"({"error":"No \u001b[)",
          R"({"message":"No \n)"}) {
        auto const error = read_error_body(body);
        BOOST_TEST(!error.present);
        BOOST_TEST(error.message.empty());
    }
}

BOOST_AUTO_TEST_CASE(an_empty_error_object_is_an_error)
{
    BOOST_TEST(read_error_body(R"({"error":{}})").present);
}

BOOST_AUTO_TEST_CASE(a_stream_event_with_an_error_is_found_wherever_it_stands)
{
    auto const found = find_stream_error(
        R"({"id":"x","choices":[],"error":{"message":"overloaded","code":503,"type":"overloaded_error"}})"
    );
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->message == "overloaded");
    BOOST_TEST(found->code == "503");
    BOOST_TEST(find_stream_error(R"({"error":"text"})")->message == "text");
    BOOST_TEST(find_stream_error(R"({ "error" : { } })").has_value());
    for (std::size_t padding = 0; padding != 70; ++padding) {
        auto const data = R"({"a":")" + std::string(padding, 'x') + R"(","error":{"message":"m"}})";
        BOOST_TEST_REQUIRE(find_stream_error(data).has_value());
        BOOST_TEST_REQUIRE(find_stream_error(data)->message == "m");
    }
}

BOOST_AUTO_TEST_CASE(an_event_that_is_an_error_by_its_type_tells_it_itself_or_in_its_error)
{
    auto const flat = find_stream_error(R"({"type":"error","code":"c","message":"m","param":"p"})");
    BOOST_TEST_REQUIRE(flat.has_value());
    BOOST_TEST(flat->code == "c");
    BOOST_TEST(flat->message == "m");
    BOOST_TEST(flat->param == "p");
    BOOST_TEST(flat->type == "");
    auto const both = find_stream_error(
        R"({"message":"m","type":"error","error":{"type":"t","code":"c","message":"other"}})"
    );
    BOOST_TEST_REQUIRE(both.has_value());
    BOOST_TEST(both->message == "m");
    BOOST_TEST(both->code == "c");
    BOOST_TEST(both->type == "t");
    BOOST_TEST(find_stream_error(R"({"type":"error","error":null,"code":5})")->code == "5");
}

BOOST_AUTO_TEST_CASE(other_events_have_no_error)
{
    for (auto const* data :
         {"",
          "[DONE]",
          "{}",
          R"({"error":null,"id":"x"})",
          R"({"choices":[{"error":{"message":"m"}}]})",
          R"({"content":"\"error\":1"})",
          R"({"a":"error","b":"no error"})",
          R"(["error"])",
          R"({"a":["error"]})",
          R"({"type":"error"})",
          R"({"type":"error","message":null,"code":""})",
          R"({"type":["error"],"message":"m"})",
          R"({"type":"errors","message":"error"})"})
        BOOST_TEST(!find_stream_error(data).has_value(), data);
}

BOOST_AUTO_TEST_SUITE_END()
