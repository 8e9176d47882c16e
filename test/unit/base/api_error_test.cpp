#include "support/security.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>

namespace hicap::test {
namespace {

api_error::details with(int status, std::string type = {}, std::string code = {})
{
    api_error::details made;
    made.status = status;
    made.type = std::move(type);
    made.code = std::move(code);
    return made;
}

bool contains(api_error const& e, std::string_view part)
{
    return std::string_view(e.what()).find(part) != std::string_view::npos;
}

// A copy that throws while an exception is in flight would end the program.
static_assert(std::is_nothrow_copy_constructible_v<error>);
static_assert(std::is_nothrow_copy_constructible_v<api_error>);

} // namespace

BOOST_AUTO_TEST_SUITE(base_api_error)

BOOST_AUTO_TEST_CASE(a_status_has_its_code)
{
    struct row
    {
        int status;
        errc code;
    };

    constexpr row rows[] = {
        {400, errc::invalid_request},    {401, errc::authentication},
        {402, errc::payment_required},   {403, errc::permission_denied},
        {404, errc::not_found},          {405, errc::invalid_request},
        {408, errc::timed_out_upstream}, {409, errc::conflict},
        {413, errc::invalid_request},    {415, errc::invalid_request},
        {418, errc::invalid_request},    {422, errc::invalid_request},
        {429, errc::rate_limited},       {499, errc::invalid_request},
        {500, errc::server_error},       {501, errc::server_error},
        {502, errc::server_error},       {503, errc::overloaded},
        {504, errc::timed_out_upstream}, {529, errc::overloaded},
        {599, errc::server_error},       {999, errc::server_error},
        {302, errc::unexpected_content},
    };
    for (auto const& one : rows) {
        api_error const e(with(one.status));
        BOOST_TEST((e.code() == one.code), one.status << ": " << e.what());
        BOOST_TEST(e.status() == one.status);
    }
}

BOOST_AUTO_TEST_CASE(a_quota_that_is_used_up_is_no_rate_limit)
{
    api_error const by_code(with(429, "requests", "insufficient_quota"));
    api_error const by_type(with(429, "insufficient_quota"));
    for (auto const& e : {by_code, by_type}) {
        BOOST_TEST((e.code() == errc::insufficient_quota));
        BOOST_TEST((e.code() == condition::rate_limited));
        BOOST_TEST((e.code() != condition::retryable));
    }
}

BOOST_AUTO_TEST_CASE(a_status_counts_for_more_than_words)
{
    BOOST_TEST((api_error(with(500, "invalid_request_error")).code() == errc::server_error));
    BOOST_TEST((api_error(with(401, "rate_limit_error")).code() == errc::authentication));
    BOOST_TEST((api_error(with(400, "", "insufficient_quota")).code() == errc::invalid_request));
}

BOOST_AUTO_TEST_CASE(in_the_middle_of_a_stream_words_make_the_code)
{
    struct row
    {
        char const* type;
        char const* code;
        errc expected;
    };

    constexpr row rows[] = {
        {"rate_limit_error", "", errc::rate_limited},
        {"", "rate_limit_exceeded", errc::rate_limited},
        {"insufficient_quota", "insufficient_quota", errc::insufficient_quota},
        {"rate_limit_error", "insufficient_quota", errc::insufficient_quota},
        {"overloaded_error", "", errc::overloaded},
        {"invalid_request_error", "", errc::invalid_request},
        {"authentication_error", "", errc::authentication},
        {"permission_error", "", errc::permission_denied},
        {"not_found_error", "", errc::not_found},
        {"", "invalid_api_key", errc::authentication},
        {"server_error", "", errc::server_error},
        {"", "", errc::server_error},
        {"a_word_of_tomorrow", "another", errc::server_error},
    };
    for (auto const& one : rows) {
        api_error const e(with(200, one.type, one.code));
        BOOST_TEST((e.code() == one.expected), e.what());
    }
}

BOOST_AUTO_TEST_CASE(the_message_says_what_came)
{
    auto details = with(429, "rate_limit_error", "rate_limit_exceeded");
    details.param = "messages";
    details.message = "Slow down";
    details.request_id = "req_1";
    details.retry_after = std::chrono::milliseconds(1500);
    details.body = "not shown beside a message";
    api_error const e(details);
    BOOST_TEST(
        e.what() == "the API answered 429 rate_limit_error, code rate_limit_exceeded, param "
                    "messages, request id req_1, retry after 1500 ms: \"Slow down\": " +
                        make_error_code(errc::rate_limited).message() + " [hicap:7]"
    );
    BOOST_TEST(e.request_id() == "req_1");
}

BOOST_AUTO_TEST_CASE(the_message_names_what_a_stream_said)
{
    auto details = with(200, "", "c");
    details.message = "boom";
    std::string const what = api_error(details).what();
    BOOST_TEST(
        what.starts_with("the API answered 200 and failed in the middle of its answer, code c: "
                         "\"boom\": "),
        what
    );
    std::string const typed = api_error(with(200, "server_error")).what();
    BOOST_TEST(
        typed.starts_with("the API answered 200 and failed in the middle of its answer: "
                          "server_error: "),
        typed
    );
}

BOOST_AUTO_TEST_CASE(the_message_names_where_a_redirect_leads)
{
    auto details = with(307);
    details.headers.append("Location", "https://elsewhere.test/\x1B");
    std::string const what = api_error(details).what();
    BOOST_TEST(
        what.find("the API answered 307, redirects to https://elsewhere.test/\\x1b and is "
                  "not followed") == 0U,
        what
    );
}

BOOST_AUTO_TEST_CASE(the_message_says_what_to_check)
{
    auto refused = with(401, "", "invalid_api_key");
    refused.message = "No such key";
    std::string const of_key = api_error(refused).what();
    BOOST_TEST(
        of_key.starts_with(
            "the API answered 401, code invalid_api_key: \"No such key\" (is the key "
            "right, HICAP_API_KEY or client_options::api_key?): "
        ),
        of_key
    );
    auto nowhere = with(404);
    nowhere.body = "<html>";
    std::string const of_address = api_error(nowhere).what();
    BOOST_TEST(
        of_address.starts_with("the API answered 404, body \"<html>\" (is the base URL right? It "
                               "usually ends with /v1): "),
        of_address
    );
    std::string const of_model = api_error(with(404, "", "model_not_found")).what();
    BOOST_TEST(of_model.find("base URL") == std::string::npos, of_model);
}

BOOST_AUTO_TEST_CASE(what_did_not_come_is_not_shown)
{
    api_error const e(with(500));
    BOOST_TEST(
        e.what() ==
        "the API answered 500: " + make_error_code(errc::server_error).message() + " [hicap:9]"
    );
}

BOOST_AUTO_TEST_CASE(the_message_can_be_continued)
{
    api_error e(with(500));
    std::string const before = e.what();
    e.append("; no retries left after 2");
    BOOST_TEST(e.what() == before + "; no retries left after 2");
    auto const copy = e;
    BOOST_TEST(copy.what() == before + "; no retries left after 2");
}

BOOST_AUTO_TEST_CASE(without_a_message_the_body_is_shown)
{
    auto details = with(502);
    details.body = "<html>\nBad Gateway</html>";
    BOOST_TEST(contains(api_error(details), "body \"<html>\\nBad Gateway</html>\""));
}

BOOST_AUTO_TEST_CASE(text_of_the_server_cannot_reach_a_terminal, *security)
{
    std::string const hostile = "\x1B[2J\x1B]0;title\x07\r\n\xC2\x9B"
                                "31m\xFF\"quoted\"\\";
    for (auto member :
         {&api_error::details::type,
          &api_error::details::code,
          &api_error::details::param,
          &api_error::details::message,
          &api_error::details::body,
          &api_error::details::request_id}) {
        auto details = with(400);
        details.*member = hostile;
        api_error const e(details);
        for (char const c : std::string_view(e.what()))
            BOOST_TEST(c >= ' ');
        BOOST_TEST(
            contains(e, R"(\x1b[2J\x1b]0;title\x07\x0d\n\xc2\x9b31m\xff\"quoted\"\\)"), e.what()
        );
    }
}

BOOST_AUTO_TEST_CASE(text_of_the_server_is_cut, *security)
{
    auto details = with(400);
    for (auto member :
         {&api_error::details::type,
          &api_error::details::code,
          &api_error::details::param,
          &api_error::details::message,
          &api_error::details::body,
          &api_error::details::request_id})
        details.*member = std::string(1'000'000, '\x01');
    api_error const e(details);
    BOOST_TEST(std::string_view(e.what()).size() < 2'000u);
    BOOST_TEST(e.message().size() == 1'000'000u);
}

BOOST_AUTO_TEST_CASE(everything_that_came_is_kept)
{
    auto details = with(400, "t", "c");
    details.param = "p";
    details.message = "m\x1B";
    details.body = "b";
    details.headers.append("X-A", "1");
    api_error const e(details);
    BOOST_TEST(e.type() == "t");
    BOOST_TEST(e.api_code() == "c");
    BOOST_TEST(e.param() == "p");
    BOOST_TEST(e.message() == "m\x1B");
    BOOST_TEST(e.body() == "b");
    BOOST_TEST(!e.retry_after());
    BOOST_TEST(e.headers().find("x-a").value() == "1");
}

BOOST_AUTO_TEST_CASE(a_copy_shares_what_came)
{
    auto details = with(400);
    details.body = std::string(100'000, 'x');
    api_error const e(details);
    api_error const copy(e);
    BOOST_TEST(&copy.body() == &e.body());
    BOOST_TEST(&copy.request_id() == &e.request_id());
    BOOST_TEST(copy.what() == std::string(e.what()));
}

BOOST_AUTO_TEST_CASE(it_is_caught_as_whatever_it_is)
{
    BOOST_CHECK_THROW(throw api_error(with(400)), error);
    BOOST_CHECK_THROW(throw api_error(with(400)), boost::system::system_error);
    BOOST_CHECK_THROW(throw api_error(with(400)), std::exception);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
