#include "api/core.hpp"
#include "support/security.hpp"

#include <hicap/error.hpp>
#include <hicap/version.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

using detail::client_core;
using accepts = client_core::accepts;

/// An environment variable that is as before when the test is over.
class variable
{
public:
    variable(char const* name, char const* value) : name_(name)
    {
        if (char const* const before = std::getenv(name))
            before_ = before;
        if (value != nullptr)
            setenv(name, value, 1);
        else
            unsetenv(name);
    }

    variable(variable const&) = delete;
    variable& operator=(variable const&) = delete;

    ~variable()
    {
        if (before_)
            setenv(name_, before_->c_str(), 1);
        else
            unsetenv(name_);
    }

private:
    char const* name_;
    std::optional<std::string> before_;
};

client_options usual()
{
    client_options made;
    made.api_key = "sk-test";
    made.base_url = "http://api.test/v1";
    return made;
}

std::string head(client_options const& of_client, request_options const& of_call = {})
{
    return client_core(of_client).prepare_post("/x", "{}", accepts::json, of_call).head.reveal();
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

bool contains(std::string_view text, std::string_view part)
{
    return count(text, part) != 0;
}

template <class Call>
void check_invalid_header(Call call)
{
    BOOST_CHECK_EXCEPTION(call(), error, [](error const& e) {
        BOOST_TEST(!contains(e.what(), "sk-"));
        return e.code() == errc::invalid_header;
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_prepare_post)

BOOST_AUTO_TEST_CASE(a_usual_request)
{
    client_core const core(usual());
    auto const made = core.prepare_post("/chat/completions", "{\"a\":1}", accepts::json, {});
    BOOST_TEST(
        made.head.reveal() == "POST /v1/chat/completions HTTP/1.1\r\n"
                              "Host: api.test\r\n"
                              "User-Agent: hicap-cpp/" HICAP_VERSION_STRING "\r\n"
                              "Accept-Encoding: identity\r\n"
                              "Authorization: Bearer sk-test\r\n"
                              "Content-Type: application/json\r\n"
                              "Accept: application/json\r\n"
                              "Content-Length: 7\r\n"
                              "\r\n"
    );
    BOOST_TEST(made.body == "{\"a\":1}");
}

BOOST_AUTO_TEST_CASE(a_stream_asks_for_events)
{
    client_core const core(usual());
    auto const made = core.prepare_post("/x", "{}", accepts::event_stream, {});
    BOOST_TEST(contains(made.head.reveal(), "\r\nAccept: text/event-stream\r\n"));
    BOOST_TEST(!contains(made.head.reveal(), "\r\nAccept: application/json\r\n"));
}

BOOST_AUTO_TEST_CASE(the_key_is_sent_as_the_scheme_says)
{
    auto options = usual();
    options.auth = auth_scheme::api_key_header;
    auto const by_key = head(options);
    BOOST_TEST(contains(by_key, "\r\napi-key: sk-test\r\n"));
    BOOST_TEST(!contains(by_key, "Authorization"));

    options.auth = auth_scheme::both;
    auto const both = head(options);
    BOOST_TEST(contains(both, "\r\napi-key: sk-test\r\n"));
    BOOST_TEST(contains(both, "\r\nAuthorization: Bearer sk-test\r\n"));
}

BOOST_AUTO_TEST_CASE(a_key_that_is_yet_to_come_is_left_out_with_the_end)
{
    auto options = usual();
    options.credentials = [](credentials_request) -> boost::asio::awaitable<std::string> {
        co_return "sk-2";
    };
    for (auto const scheme :
         {auth_scheme::bearer, auth_scheme::api_key_header, auth_scheme::both}) {
        options.auth = scheme;
        client_core const core(options);
        auto const made = core.prepare_post("/x", "{}", accepts::json, {});
        BOOST_TEST(made.head.reveal().ends_with("\r\nContent-Length: 2\r\n"));
        BOOST_TEST(!contains(made.head.reveal(), "sk-"));
        BOOST_TEST(made.takes_bearer == (scheme != auth_scheme::api_key_header));
        BOOST_TEST(made.takes_api_key == (scheme != auth_scheme::bearer));
    }
    request_options call;
    call.extra_headers = {{"authorization", "Basic x"}};
    BOOST_TEST(!client_core(options).prepare_post("/x", "{}", accepts::json, call).takes_bearer);
}

BOOST_AUTO_TEST_CASE(a_callback_needs_no_key)
{
    variable const key("HICAP_API_KEY", nullptr);
    client_options options;
    options.base_url = "http://api.test";
    options.credentials = [](credentials_request) -> boost::asio::awaitable<std::string> {
        co_return "sk-2";
    };
    BOOST_CHECK_NO_THROW(client_core{options});
}

BOOST_AUTO_TEST_CASE(options_of_the_call_go_before_those_of_the_client)
{
    auto options = usual();
    options.deadlines.idle = std::chrono::seconds(1);
    options.deadlines.connect = std::chrono::seconds(2);
    options.retries.max_retries = 5;
    request_options call;
    call.deadlines.idle = std::chrono::seconds(3);
    client_core const core(options);
    auto const usual_one = core.prepare_post("/x", "{}", accepts::json, {});
    BOOST_TEST((usual_one.deadlines.idle == std::chrono::seconds(1)));
    BOOST_TEST(usual_one.retries.max_retries == 5u);
    call.retries.emplace().max_retries = 1;
    auto const made = core.prepare_post("/x", "{}", accepts::json, call);
    BOOST_TEST((made.deadlines.idle == std::chrono::seconds(3)));
    BOOST_TEST((made.deadlines.connect == std::chrono::seconds(2)));
    BOOST_TEST((made.deadlines.tls == policy::deadline_set{}.tls));
    BOOST_TEST(made.retries.max_retries == 1u);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_not_the_usual_one_is_in_the_host)
{
    auto options = usual();
    options.base_url = "http://[::1]:8080";
    auto const text = head(options);
    BOOST_TEST(contains(text, "POST /x HTTP/1.1\r\nHost: [::1]:8080\r\n"));
}

BOOST_AUTO_TEST_CASE(extra_headers_replace_those_of_the_client)
{
    request_options call;
    call.extra_headers = {
        {"user-agent", "mine"},
        {"ACCEPT", "*/*"},
        {"content-type", "application/x"},
        {"authorization", "Basic x"},
        {"accept-encoding", "gzip"},
        {"X-Own", "1"},
    };
    BOOST_TEST(
        head(usual(), call) == "POST /v1/x HTTP/1.1\r\n"
                               "Host: api.test\r\n"
                               "user-agent: mine\r\n"
                               "ACCEPT: */*\r\n"
                               "content-type: application/x\r\n"
                               "authorization: Basic x\r\n"
                               "accept-encoding: gzip\r\n"
                               "X-Own: 1\r\n"
                               "Content-Length: 2\r\n"
                               "\r\n"
    );
}

BOOST_AUTO_TEST_CASE(extra_headers_of_the_client_go_with_every_request)
{
    auto options = usual();
    options.extra_headers = {{"User-Agent", "mine"}, {"X-Own", "1"}, {"accept", "*/*"}};
    client_core const core(options);
    request_options with_tags;
    with_tags.tags = {{"a", "b"}};
    for (auto const& call : {request_options{}, with_tags}) {
        auto const text = core.prepare_post("/x", "{}", accepts::json, call).head.reveal();
        BOOST_TEST(contains(text, "\r\nUser-Agent: mine\r\n"));
        BOOST_TEST(contains(text, "\r\nX-Own: 1\r\n"));
        BOOST_TEST(contains(text, "\r\naccept: */*\r\n"));
        BOOST_TEST(!contains(text, "hicap-cpp"));
        BOOST_TEST(!contains(text, "Accept: application/json"));
    }
}

BOOST_AUTO_TEST_CASE(headers_of_the_call_go_before_those_of_the_client)
{
    auto options = usual();
    options.extra_headers = {{"X-Own", "client"}, {"X-Other", "client"}};
    request_options call;
    call.extra_headers = {{"x-own", "call"}};
    auto const text = head(options, call);
    BOOST_TEST(contains(text, "\r\nx-own: call\r\n"));
    BOOST_TEST(contains(text, "\r\nX-Other: client\r\n"));
    BOOST_TEST(!contains(text, "X-Own"));
}

BOOST_AUTO_TEST_CASE(a_header_may_be_sent_twice)
{
    request_options call;
    call.extra_headers = {{"X-Own", "1"}, {"X-Own", "2"}};
    BOOST_TEST(contains(head(usual(), call), "\r\nX-Own: 1\r\nX-Own: 2\r\n"));
}

BOOST_AUTO_TEST_CASE(headers_of_the_transport_are_refused, *security)
{
    for (auto const* const name :
         {"Host",
          "Connection",
          "Content-Length",
          "content-length",
          "Transfer-Encoding",
          "TE",
          "Trailer",
          "Upgrade",
          "Expect",
          "Keep-Alive",
          "Proxy-Connection",
          "x-hicap-tags",
          "X-Hicap-Tags"}) {
        BOOST_TEST_CONTEXT(name)
        {
            request_options call;
            call.extra_headers = {{"X-Own", "1"}, {name, "x"}};
            check_invalid_header([&] { head(usual(), call); });
            auto options = usual();
            options.extra_headers = {{name, "x"}};
            check_invalid_header([&] { client_core{options}; });
        }
    }
}

BOOST_AUTO_TEST_CASE(line_breaks_are_refused, *security)
{
    auto with_key = usual();
    with_key.api_key = "sk-test\n";
    check_invalid_header([&] { client_core{with_key}; });
    with_key.auth = auth_scheme::api_key_header;
    check_invalid_header([&] { client_core{with_key}; });

    auto with_header = usual();
    with_header.extra_headers = {{"X-Own", "sk-1\r\nEvil: yes"}};
    check_invalid_header([&] { client_core{with_header}; });

    request_options call;
    call.extra_headers = {{"X-Own\r\nEvil", "sk-1"}};
    check_invalid_header([&] { head(usual(), call); });

    request_options with_idempotency;
    with_idempotency.idempotency_key = "sk-1\n";
    check_invalid_header([&] { head(usual(), with_idempotency); });
}

BOOST_AUTO_TEST_CASE(parameters_of_the_query_are_encoded)
{
    request_options call;
    call.extra_query = {{"a b", "c&d=e"}, {"x", "\xC3\xBC\r\n"}};
    auto const text = head(usual(), call);
    BOOST_TEST(
        text.substr(0, text.find("\r\n")) == "POST /v1/x?a%20b=c%26d%3De&x=%C3%BC%0D%0A HTTP/1.1"
    );
}

BOOST_AUTO_TEST_CASE(tags_of_client_and_call_are_merged)
{
    auto options = usual();
    options.tags = {{"team", "search"}, {"env", "prod"}};
    request_options call;
    call.tags = {{"env", "test"}};
    BOOST_TEST(contains(head(options), "x-hicap-tags: {\"env\":\"prod\",\"team\":\"search\"}\r\n"));
    BOOST_TEST(
        contains(head(options, call), "x-hicap-tags: {\"env\":\"test\",\"team\":\"search\"}\r\n")
    );
    BOOST_TEST(!contains(head(usual()), "x-hicap-tags"));
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_is_sent)
{
    request_options call;
    call.idempotency_key = "i1";
    BOOST_TEST(contains(head(usual(), call), "\r\nIdempotency-Key: i1\r\n"));
    call.extra_headers = {{"idempotency-key", "i2"}};
    auto const text = head(usual(), call);
    BOOST_TEST(contains(text, "\r\nidempotency-key: i2\r\n"));
    BOOST_TEST(!contains(text, "Idempotency-Key"));
}

BOOST_AUTO_TEST_CASE(a_head_has_each_header_once)
{
    auto options = usual();
    options.tags = {{"a", "b"}};
    options.auth = auth_scheme::both;
    request_options call;
    call.idempotency_key = "i1";
    auto const text = head(options, call);
    for (auto const* const name :
         {"Host:",
          "User-Agent:",
          "Accept-Encoding:",
          "Authorization:",
          "api-key:",
          "x-hicap-tags:",
          "Idempotency-Key:",
          "Content-Type:",
          "Accept:",
          "Content-Length:"})
        BOOST_TEST(count(text, "\r\n" + std::string(name)) == 1u, name);
    BOOST_TEST(count(text, "\r\n\r\n") == 1u);
    BOOST_TEST(text.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(what_the_options_leave_out_comes_from_the_environment)
{
    variable const key("HICAP_API_KEY", "sk-of-environment");
    variable const url("HICAP_BASE_URL", "http://environment.test/v2");
    auto const text = head({});
    BOOST_TEST(contains(text, "POST /v2/x HTTP/1.1\r\nHost: environment.test\r\n"));
    BOOST_TEST(contains(text, "Bearer sk-of-environment\r\n"));
    auto const of_options = head(usual());
    BOOST_TEST(contains(of_options, "Host: api.test\r\n"));
    BOOST_TEST(contains(of_options, "Bearer sk-test\r\n"));
}

BOOST_AUTO_TEST_CASE(what_the_environment_leaves_out_has_a_default)
{
    variable const url("HICAP_BASE_URL", nullptr);
    auto options = usual();
    options.base_url.clear();
    BOOST_TEST(contains(head(options), "POST /v1/x HTTP/1.1\r\nHost: api.hicap.ai\r\n"));
}

BOOST_AUTO_TEST_CASE(without_a_key_there_is_no_client)
{
    for (auto const* const value : {static_cast<char const*>(nullptr), ""}) {
        variable const key("HICAP_API_KEY", value);
        BOOST_CHECK_EXCEPTION(client_core{client_options{}}, error, [](error const& e) {
            BOOST_TEST(contains(e.what(), "HICAP_API_KEY"));
            return e.code() == errc::missing_api_key;
        });
    }
}

BOOST_AUTO_TEST_CASE(what_the_client_adds_to_the_query_gives_way_to_what_the_call_adds)
{
    auto of_client = usual();
    of_client.extra_query = {{"version", "1"}, {"of client", "a&b"}, {"twice", "x"}};
    BOOST_TEST(head(of_client).starts_with("POST /v1/x?version=1&of%20client=a%26b&twice=x HTTP"));
    request_options of_call;
    of_call.extra_query = {{"twice", "1"}, {"twice", "2"}};
    BOOST_TEST(head(of_client, of_call)
                   .starts_with("POST /v1/x?twice=1&twice=2&version=1&of%20client=a%26b HTTP"));
}

BOOST_AUTO_TEST_CASE(what_is_added_to_the_query_gives_way_to_what_the_operation_says)
{
    auto of_client = usual();
    of_client.extra_query = {{"limit", "1"}, {"a b", "1"}, {"lim", "1"}, {"flag", "1"}, {"x", "1"}};
    client_core const core(of_client);
    request_options of_call;
    of_call.extra_query = {{"limit", "2"}, {"order", "2"}, {"x", "2"}, {"li", "2"}};
    auto const target = "/l?limit=3&a%20b=3&a%20b=4&flag&order=";
    auto const made = core.prepare({"GET", "/l", target}, {}, accepts::json, of_call).head.reveal();
    auto const line = made.substr(0, made.find("\r\n"));
    BOOST_TEST(line == "GET /v1/l?limit=3&a%20b=3&a%20b=4&flag&order=&x=2&li=2&lim=1 HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(what_the_client_adds_to_bodies_gives_way_to_what_they_have)
{
    auto of_client = usual();
    of_client.extra_body.set("user", raw_json(R"("u")"));
    of_client.extra_body.set("n", raw_json("{\"a\":1}"));
    client_core const core(of_client);
    auto const sent = [&core](std::string const& body) {
        auto const made = core.prepare_post("/x", body, accepts::json, {});
        auto const length = "Content-Length: " + std::to_string(made.body.size()) + "\r\n";
        BOOST_TEST(contains(made.head.reveal(), length));
        return made.body;
    };
    BOOST_TEST(sent("{}") == R"({"user":"u","n":{"a":1}})");
    BOOST_TEST(sent("{ }") == R"({ "user":"u","n":{"a":1}})");
    BOOST_TEST(sent(R"({"a":{"n":5}})") == R"({"a":{"n":5},"user":"u","n":{"a":1}})");
    BOOST_TEST(sent(R"({"n":2})") == R"({"n":2,"user":"u"})");
    BOOST_TEST(sent(R"({"user":null,"n":[]})") == R"({"user":null,"n":[]})");
    BOOST_TEST(sent("[1]") == "[1]");
    // A request may be deeper than what is in it.
    auto const deep = std::string(200, '[') + std::string(200, ']');
    BOOST_TEST(
        sent(R"({"a":)" + deep + R"(,"n":2,"user":"v"})") ==
        R"({"a":)" + deep + R"(,"n":2,"user":"v"})"
    );
    BOOST_TEST(sent(R"({"\u006e":2})") == R"({"\u006e":2,"user":"u"})");
    BOOST_CHECK_EXCEPTION(sent(R"({"a":)"), error, [](error const& e) {
        return e.code() == errc::invalid_argument && contains(e.what(), "extra_body");
    });
    auto const without =
        core.prepare({"GET", "/x", "/x"}, {}, accepts::json, {}); // has no body to add to
    BOOST_TEST(without.body.empty());
    detail::payload form;
    form.content_type = "multipart/form-data";
    form.text = "{}";
    BOOST_TEST(core.prepare({"POST", "/x", "/x"}, form, accepts::json, {}).body == "{}");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
