#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/responses.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace hicap::test {
namespace {

constexpr std::string_view key = "sk-canary-of-tests";
constexpr char words[] = "Incorrect API key provided: sk-canary-of-tests.";

/// Servers that say the key, as none should.
struct echoed_key_fixture : client_fixture
{
    echoed_key_fixture() { options.retries.max_retries = 0; }

    static std::string html(int status, std::string const& text)
    {
        return "HTTP/1.1 " + std::to_string(status) +
               " X\r\nContent-Type: text/html\r\nContent-Length: " + std::to_string(text.size()) +
               "\r\n\r\n" + text;
    }

    /// What is thrown does not hold the key, and says what the server said all the same.
    template <class T>
    void check(started<T>& failed)
    {
        BOOST_TEST_REQUIRE(failed.done());
        auto const what = failed.what();
        BOOST_TEST(!contains(what, key), what);
        BOOST_TEST(contains(what, "Incorrect API key provided: ***."), what);
        try {
            failed.get();
            BOOST_ERROR("nothing was thrown");
        } catch (api_error const& failure) {
            BOOST_TEST(!contains(failure.message(), key));
            BOOST_TEST(!contains(failure.body(), key));
        } catch (error const&) {
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_echoed_key, echoed_key_fixture)

BOOST_AUTO_TEST_CASE(an_error_response_is_shown_without_the_key, *security)
{
    auto const object = R"({"error":{"message":")" + std::string(words) + R"(","type":"a"}})";
    connect({response(401, object), html(502, words)});
    for (int i = 0; i != 2; ++i) {
        auto failed = create();
        check(failed);
    }
}

BOOST_AUTO_TEST_CASE(a_page_in_place_of_an_answer_is_shown_without_the_key, *security)
{
    connect({html(200, words), html(200, words), html(200, words)});
    auto created = create();
    check(created);
    auto streamed = open_stream();
    check(streamed);
    started<reply<raw_json>> requested(context, api().request("GET", "/models"));
    check(requested);
}

BOOST_AUTO_TEST_CASE(events_of_a_stream_are_shown_without_the_key, *security)
{
    auto const object = R"({"error":{"message":")" + std::string(words) + R"("}})";
    for (auto const& event : {object, std::string(words)}) {
        connect({stream_head + "data: " + event + "\n\n"});
        auto opened = open_stream();
        BOOST_TEST_REQUIRE(opened.done());
        auto& stream = opened.get();
        auto failed = next(stream);
        check(failed);
    }
}

BOOST_AUTO_TEST_CASE(headers_are_shown_without_the_key, *security)
{
    auto const with_headers = [](std::string const& status, std::string const& body) {
        return "HTTP/1.1 " + status +
               " X\r\nLocation: https://elsewhere.test/?key=" + std::string(key) +
               "\r\nContent-Type: text/" + std::string(key) + "\r\nx-request-id: req-" +
               std::string(key) + "\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    };
    connect({with_headers("307", ""), with_headers("200", "no JSON"), with_headers("200", "{}")});
    for (int i = 0; i != 2; ++i) {
        auto failed = create();
        BOOST_TEST_REQUIRE(failed.done());
        auto const what = failed.what();
        BOOST_TEST(!contains(what, key), what);
        BOOST_TEST(contains(what, "***"), what);
        try {
            failed.get();
        } catch (error const& failure) {
            BOOST_TEST(failure.request_id() == "req-***");
            BOOST_TEST_REQUIRE(failure.attempts().size() == 1u);
            BOOST_TEST(failure.attempts()[0].request_id == "req-***");
        }
    }
    auto answered = create();
    BOOST_TEST(answered.get().request_id() == "req-***");
    BOOST_TEST(answered.get().headers().find("location").value_or("").ends_with("?key=***"));
}

BOOST_AUTO_TEST_CASE(error_events_of_a_response_are_shown_without_the_key, *security)
{
    auto const said = R"("code":"invalid_api_key","message":")" + std::string(words) + '"';
    responses::request asked;
    asked.model = "gpt-5";
    for (std::string const& object :
         {R"({"type":"error",)" + said + "}",
          R"({"type":"error","error":{)" + said + "}}",
          R"({"error":{)" + said + "}}"}) {
        connect({stream_head + "data: " + object + "\n\n"});
        started<responses::event_stream> opened(context, api().responses().stream(asked));
        auto& stream = opened.get();
        started<responses::event const*> failed(context, stream.next());
        check(failed);
        started<responses::event const*> again(context, stream.next());
        BOOST_CHECK_EXCEPTION(again.get(), api_error, [&](api_error const& failure) {
            BOOST_TEST(failure.api_code() == "invalid_api_key");
            BOOST_TEST(contains(failure.body(), R"("code":"invalid_api_key")"));
            BOOST_TEST(failure.headers().find("x-request-id").has_value());
            return failure.request_id() == "r1" && failure.status() == 200;
        });
    }
}

BOOST_AUTO_TEST_CASE(an_error_in_place_of_a_response_is_shown_without_the_key, *security)
{
    auto const object = R"({"error":{"message":")" + std::string(words) + R"(","type":"a"}})";
    responses::request asked;
    asked.model = "gpt-5";
    connect({response(200, object), response(200, object)});
    started<reply<responses::response>> created(context, api().responses().create(asked));
    check(created);
    started<responses::event_stream> streamed(context, api().responses().stream(asked));
    check(streamed);
}

BOOST_AUTO_TEST_CASE(a_key_in_a_header_of_the_callers_own_is_not_shown_either, *security)
{
    auto const says = [](std::string const& told) {
        return response(401, R"({"error":{"message":"bad key )" + told + R"(."}})");
    };
    auto const check_hidden = [this](std::string const& told, request_options const& of_call) {
        auto failed = create(of_call);
        BOOST_TEST_REQUIRE(failed.done());
        auto const what = failed.what();
        BOOST_TEST(!contains(what, told), what);
        BOOST_TEST(contains(what, "bad key ***."), what);
    };
    options.extra_headers.emplace_back("authorization", "Bearer sk-canary-of-the-client");
    request_options of_call;
    of_call.extra_headers.emplace_back("Authorization", "Basic c2stY2FuYXJ5Om9mLWNhbGw=");
    of_call.extra_headers.emplace_back("API-Key", "sk-canary-of-the-call");
    connect(
        {says("Bearer sk-canary-of-the-client"),
         says("sk-canary-of-the-client"),
         says(std::string(key)),
         says("Basic c2stY2FuYXJ5Om9mLWNhbGw="),
         says("c2stY2FuYXJ5Om9mLWNhbGw="),
         says("sk-canary-of-the-call"),
         says("sk-canary-of-the-client")}
    );
    check_hidden("Bearer sk-canary-of-the-client", {});
    check_hidden("sk-canary-of-the-client", {});
    check_hidden(std::string(key), {});
    check_hidden("Basic c2stY2FuYXJ5Om9mLWNhbGw=", of_call);
    check_hidden("c2stY2FuYXJ5Om9mLWNhbGw=", of_call);
    check_hidden("sk-canary-of-the-call", of_call);
    check_hidden("sk-canary-of-the-client", of_call);
}

BOOST_AUTO_TEST_CASE(keys_of_a_callback_and_of_headers_are_both_not_shown, *security)
{
    options.api_key.clear();
    options.credentials = [](credentials_request) -> asio::awaitable<std::string> {
        co_return std::string(key);
    };
    request_options of_call;
    of_call.extra_headers.emplace_back("api-key", "sk-canary-of-the-call");
    auto const refused =
        response(401, R"({"error":{"message":"sk-canary-of-tests, sk-canary-of-the-call"}})");
    connect({refused, refused}); // the callback is asked once more
    auto failed = create(of_call);
    BOOST_TEST_REQUIRE(failed.done());
    BOOST_TEST(contains(failed.what(), "\"***, ***\""), failed.what());
}

BOOST_AUTO_TEST_CASE(a_key_that_a_callback_gave_is_not_shown_either, *security)
{
    options.api_key.clear();
    options.credentials = [](credentials_request) -> asio::awaitable<std::string> {
        co_return std::string(key);
    };
    connect({html(502, words)});
    auto failed = create();
    check(failed);
}

BOOST_AUTO_TEST_CASE(a_key_is_not_shown_however_it_is_written, *security)
{
    // Servers escape what need not be: + for the sake of HTML, / out of habit.
    options.api_key = "sk-canary+of/tests=";
    auto const said = [](std::string const& key_as_written) {
        return "Incorrect API key provided: " + key_as_written + '.';
    };
    for (std::string const written :
         {R"(sk-canary\u002Bof\/tests\u003d)",
          "sk-canary%2Bof%2Ftests%3D",
          "sk-canary&#x2B;of/tests&#61;"}) {
        auto const object = R"({"error":{"message":")" + said(written) + R"("}})";
        auto const location = "Location: https://elsewhere.test/" + written + "\r\n";
        connect(
            {response(401, object),
             html(502, said(written)),
             html(200, said(written)),
             response(200, object),
             response(200, "{}", location),
             stream_head + "data: " + object + "\n\n"}
        );
        for (int i = 0; i != 4; ++i) {
            auto failed = create();
            BOOST_TEST_REQUIRE(failed.done());
            BOOST_TEST(contains(failed.what(), said("***")), failed.what());
            BOOST_TEST(!contains(failed.what(), "tests"), failed.what());
            try {
                failed.get();
                BOOST_ERROR("nothing was thrown");
            } catch (error const& failure) {
                BOOST_TEST(!contains(failure.body(), "tests"), failure.body());
            }
        }
        auto answered = create();
        auto const kept = answered.get().headers().find("location");
        BOOST_TEST(kept.value_or("") == "https://elsewhere.test/***");
        auto opened = open_stream();
        auto failed = next(opened.get());
        BOOST_TEST_REQUIRE(failed.done());
        BOOST_TEST(contains(failed.what(), said("***")), failed.what());
        BOOST_TEST(!contains(failed.what(), "tests"), failed.what());
    }
}

BOOST_AUTO_TEST_CASE(an_error_that_names_a_part_of_the_key_can_be_read, *security)
{
    // It tells a part of its key, so that is none of those that no output of a test may hold.
    options.api_key = "sk-in-part-0123456789";
    constexpr std::string_view said = R"(unknown key \"sk-in-part-0123\")";
    for (auto const& object :
         {R"({"error":")" + std::string(said) + R"("})",
          R"({"type":"error","message":")" + std::string(said) + R"("})",
          R"({"error":{"message":")" + std::string(said) + R"("}})"}) {
        connect(
            {response(401, object), response(200, object), stream_head + "data: " + object + "\n\n"}
        );
        auto const check_read = [](auto& failed) {
            BOOST_TEST_REQUIRE(failed.done());
            BOOST_CHECK_EXCEPTION(failed.get(), api_error, [](api_error const& failure) {
                BOOST_TEST(failure.message() == R"(unknown key "sk-in-part-0123")");
                return true;
            });
        };
        auto refused = create();
        check_read(refused);
        auto failed = create();
        check_read(failed);
        auto opened = open_stream();
        auto broken = next(opened.get());
        check_read(broken);
    }
}

BOOST_AUTO_TEST_CASE(a_key_is_not_shown_where_an_answer_is_cut_inside_it, *security)
{
    std::string const begun = "Incorrect API key provided: sk-canary-of-t";
    auto const cut = "HTTP/1.1 401 X\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n";
    auto const far = connect({});
    far->when_sent = [&](std::string_view) {
        far->give(cut + begun);
        far->close();
    };
    auto failed = create();
    BOOST_TEST_REQUIRE(failed.done());
    BOOST_TEST((failed.code() == errc::authentication), failed.what());
    BOOST_TEST(contains(failed.what(), "provided: ***"), failed.what());
    BOOST_TEST(!contains(failed.what(), "sk-canary"), failed.what());
    BOOST_CHECK_EXCEPTION(failed.get(), api_error, [](api_error const& failure) {
        return failure.body() == "Incorrect API key provided: ***";
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
