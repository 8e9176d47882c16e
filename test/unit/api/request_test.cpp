#include "unit/api/client_fixture.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {
namespace {

using json_reply = reply<raw_json>;

struct request_fixture : client_fixture
{
    started<json_reply> get(std::string_view path) { return {context, api().request("GET", path)}; }

    started<json_reply> post(std::string const& body, request_options const& of_call = {})
    {
        raw_json const json(body);
        return {context, api().request("POST", "/things", json, of_call)};
    }

    /// The body of the request that was sent last.
    static std::string body_of(wire const& far)
    {
        return far.sent.substr(far.sent.rfind("\r\n\r\n") + 4);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_request, request_fixture)

BOOST_AUTO_TEST_CASE(an_endpoint_without_a_type_gives_json)
{
    auto const far = connect({response(200, R"({"data": [1, 2.50]})")});
    auto call = get("/models?limit=1");
    BOOST_TEST(call.get().text() == R"({"data": [1, 2.50]})");
    BOOST_TEST(call.get().request_id() == "r1");
    BOOST_TEST(far->sent.starts_with("GET /v1/models?limit=1 HTTP/1.1\r\n"));
    BOOST_TEST(contains(far->sent, "\r\nAuthorization: Bearer sk-canary-of-tests\r\n"));
    BOOST_TEST(!contains(far->sent, "Content-"));
}

BOOST_AUTO_TEST_CASE(watching_over_connections_that_no_system_can_is_refused)
{
    using change = void (*)(tcp_options&);
    std::pair<change, std::string_view> const rows[] = {
        {[](tcp_options& tcp) { tcp.keep_alive_idle = std::chrono::seconds(40'000); },
         "tcp_options::keep_alive_idle is 40000: it must be 1 to 32767"},
        {[](tcp_options& tcp) { tcp.keep_alive_interval = std::chrono::seconds(0); },
         "tcp_options::keep_alive_interval is 0"},
        {[](tcp_options& tcp) { tcp.keep_alive_probes = 128; },
         "tcp_options::keep_alive_probes is 128"},
        {[](tcp_options& tcp) { tcp.user_timeout = std::chrono::seconds(4'294'968); },
         "tcp_options::user_timeout is 4294968000"},
        {[](tcp_options& tcp) { tcp.user_timeout = std::chrono::milliseconds(-1); },
         "tcp_options::user_timeout is -1"},
    };
    for (auto const& [make, expected] : rows) {
        auto refused = options;
        make(refused.tcp);
        BOOST_CHECK_EXCEPTION(client{refused}, error, [said = expected](error const& e) {
            BOOST_TEST(contains(e.what(), said), e.what());
            return e.code() == errc::invalid_argument;
        });
    }
    options.tcp.keep_alive = false;
    options.tcp.keep_alive_idle = std::chrono::seconds(0); // is not asked for
    BOOST_CHECK_NO_THROW(client{options});
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_are_refused_without_tls_too)
{
    options.ca_file = "/nowhere/ca.pem";
    BOOST_CHECK_EXCEPTION(client{options}, error, [](error const& e) {
        return e.code() == errc::ca_file_unreadable;
    });
}

BOOST_AUTO_TEST_CASE(a_body_is_sent_as_it_is)
{
    auto const far = connect({response(200, "{}")});
    post(R"([1,  "a"])").get();
    BOOST_TEST(far->sent.starts_with("POST /v1/things HTTP/1.1\r\n"));
    BOOST_TEST(contains(far->sent, "\r\nContent-Type: application/json\r\n"));
    BOOST_TEST(contains(far->sent, "\r\nContent-Length: 9\r\n"));
    BOOST_TEST(body_of(*far) == R"([1,  "a"])");
}

BOOST_AUTO_TEST_CASE(members_are_merged_into_a_body)
{
    auto const far = connect({response(200, "{}")});
    request_options of_call;
    of_call.extra_body.set("b", raw_json("3"));
    of_call.extra_body.set("c", raw_json("4"));
    post(R"({"a":1,"b":2})", of_call).get();
    BOOST_TEST(body_of(*far) == R"({"a":1,"b":3,"c":4})");

    auto const merge = [&] { post("[]", of_call); };
    BOOST_CHECK_EXCEPTION(merge(), error, [](error const& e) {
        return e.code() == errc::invalid_argument && contains(e.what(), "extra_body");
    });
    auto const without_body = [&] { static_cast<void>(api().request("GET", "/x", of_call)); };
    BOOST_CHECK_EXCEPTION(without_body(), error, [](error const& e) {
        return e.code() == errc::invalid_argument && contains(e.what(), "extra_body");
    });
}

BOOST_AUTO_TEST_CASE(no_body_is_null)
{
    connect({"HTTP/1.1 204 No Content\r\n\r\n"});
    started<json_reply> call(context, api().request("DELETE", "/x"));
    BOOST_TEST(call.get().text() == "null");
    BOOST_TEST(call.get().http_status() == 204);
}

BOOST_AUTO_TEST_CASE(a_post_without_a_body_says_so)
{
    auto const far = connect({response(200, "{}")});
    started<json_reply> call(context, api().request("POST", "/x"));
    call.get();
    BOOST_TEST(contains(far->sent, "\r\nContent-Length: 0\r\n"));
    BOOST_TEST(!contains(far->sent, "Content-Type"));
}

BOOST_AUTO_TEST_CASE(failures_are_those_of_all_operations)
{
    options.retries.max_retries = 0;
    connect(
        {response(404, R"({"error":{"message":"no such thing"}})"),
         response(200, R"({"error":{"message":"late"}})"),
         response(200, "{"),
         "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx"}
    );
    BOOST_TEST((get("/x").code() == errc::not_found));
    BOOST_TEST((get("/x").code() == errc::server_error));
    BOOST_TEST((get("/x").code() == errc::invalid_json));
    BOOST_TEST((get("/x").code() == errc::unexpected_content));
}

BOOST_AUTO_TEST_CASE(an_object_with_an_error_of_its_own_is_no_error)
{
    constexpr std::string_view failed =
        R"({"id":"resp_1","object":"response","error":{"code":"server_error","message":"no"}})";
    connect({response(200, failed), response(200, R"({"id":"e1","error":{"message":"late"}})")});
    BOOST_TEST(get("/responses/resp_1").get().text() == failed);
    BOOST_TEST((get("/responses/resp_1").code() == errc::server_error));
}

BOOST_AUTO_TEST_CASE(what_no_request_can_be_made_of_is_refused_at_once)
{
    auto const ask = [&](std::string_view method, std::string_view path) {
        try {
            auto const never = api().request(method, path);
        } catch (error const& e) {
            return e.code() == errc::invalid_argument;
        }
        return false;
    };
    BOOST_TEST(ask("get", "/x"));
    BOOST_TEST(ask("TRACE", "/x"));
    BOOST_TEST(ask("GET", "x"));
    BOOST_TEST(ask("GET", ""));
    BOOST_TEST(ask("GET", "/a b"));
    BOOST_TEST(ask("GET", "/a\r\nb"));
    BOOST_TEST(dialer->dials == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
