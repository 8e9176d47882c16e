#include "http/url.hpp"
#include "support/security.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

namespace hicap::test {

using http::parse_base_url;

BOOST_AUTO_TEST_SUITE(http_url)

BOOST_AUTO_TEST_CASE(good_urls_are_taken_apart)
{
    struct row
    {
        std::string_view text;
        http::base_url expected;
        std::string_view host_header;
    };

    for (row const& it : std::initializer_list<row>{
             {"https://api.hicap.ai/v1", {{"https", "api.hicap.ai", "443"}, "/v1"}, "api.hicap.ai"},
             {"https://api.hicap.ai", {{"https", "api.hicap.ai", "443"}, ""}, "api.hicap.ai"},
             {"https://api.hicap.ai/", {{"https", "api.hicap.ai", "443"}, ""}, "api.hicap.ai"},
             {"https://a/v1/", {{"https", "a", "443"}, "/v1"}, "a"},
             {"https://a/v1//", {{"https", "a", "443"}, "/v1"}, "a"},
             {"https://a/x/y%20z", {{"https", "a", "443"}, "/x/y%20z"}, "a"},
             {"HTTPS://API.Hicap.AI/V1", {{"https", "api.hicap.ai", "443"}, "/V1"}, "api.hicap.ai"},
             {"http://localhost:8080/v1", {{"http", "localhost", "8080"}, "/v1"}, "localhost:8080"},
             {"http://localhost", {{"http", "localhost", "80"}, ""}, "localhost"},
             {"http://localhost:80", {{"http", "localhost", "80"}, ""}, "localhost"},
             {"http://localhost:443", {{"http", "localhost", "443"}, ""}, "localhost:443"},
             {"https://localhost:80", {{"https", "localhost", "80"}, ""}, "localhost:80"},
             {"https://localhost:", {{"https", "localhost", "443"}, ""}, "localhost"},
             {"https://localhost:00443", {{"https", "localhost", "443"}, ""}, "localhost"},
             {"https://localhost:65535", {{"https", "localhost", "65535"}, ""}, "localhost:65535"},
             {"http://127.0.0.1:1/v1", {{"http", "127.0.0.1", "1"}, "/v1"}, "127.0.0.1:1"},
             {"https://[2001:DB8::1]/v1",
              {{"https", "2001:db8::1", "443"}, "/v1"},
              "[2001:db8::1]"},
             {"http://[::1]:8080", {{"http", "::1", "8080"}, ""}, "[::1]:8080"},
             {"http://[::ffff:1.2.3.4]",
              {{"http", "::ffff:1.2.3.4", "80"}, ""},
              "[::ffff:1.2.3.4]"},
             {"http://my_host-1.local", {{"http", "my_host-1.local", "80"}, ""}, "my_host-1.local"},
         }) {
        BOOST_TEST_CONTEXT(it.text)
        {
            auto const found = parse_base_url(it.text);
            BOOST_TEST(found.origin.scheme == it.expected.origin.scheme);
            BOOST_TEST(found.origin.host == it.expected.origin.host);
            BOOST_TEST(found.origin.port == it.expected.origin.port);
            BOOST_TEST(found.origin.tls() == (it.expected.origin.scheme == "https"));
            BOOST_TEST(found.path_prefix == it.expected.path_prefix);
            BOOST_TEST(http::host_header(found.origin) == it.host_header);
        }
    }
}

BOOST_AUTO_TEST_CASE(bad_urls_are_refused_with_the_reason, *security)
{
    struct row
    {
        std::string_view text;
        std::string_view reason;
    };

    for (row const& it : std::initializer_list<row>{
             {"", "is empty"},
             {"api.hicap.ai/v1", "has no scheme"},
             {"localhost:8080", "has no scheme"},
             {"/v1", "has no scheme"},
             {"ftp://api.hicap.ai", "scheme \"ftp\""},
             {"wss://api.hicap.ai", "scheme \"wss\""},
             {"https://", "has no host"},
             {"https:///v1", "has no host"},
             {"https://:443/v1", "has no host"},
             {"https://user:secret@api.hicap.ai/v1", "user information"},
             {"https://@api.hicap.ai/v1", "user information"},
             {"https://api.hicap.ai/v1?key=secret", "query or a fragment"},
             {"https://api.hicap.ai/v1?", "query or a fragment"},
             {"https://api.hicap.ai/v1#secret", "query or a fragment"},
             {"https://api.hicap.ai:0/v1", "no valid port"},
             {"https://api.hicap.ai:65536/v1", "no valid port"},
             {"https://api.hicap.ai:99999999999999999999/v1", "no valid port"},
             {"https://api.hicap.ai:https/v1", "is not a URL"},
             {"https://api.hicap.ai:-1/v1", "is not a URL"},
             {"https://api.hicap.ai/v1\n", "is not a URL"},
             {" https://api.hicap.ai/v1", "is not a URL"},
             {"https://api.hicap.ai/v 1", "is not a URL"},
             {"https://api hicap.ai/v1", "is not a URL"},
             {"https://api.hicap.ai/v1\r\nX: y", "is not a URL"},
             {"https://api.hicap.ai:8x/v1", "is not a URL"},
             {"https://[::1", "is not a URL"},
             {"https://[::1]x/", "is not a URL"},
             {"https://[fe80::1%25eth0]/",
              "fe80"}, // the reason depends on Boost, which may know zones
             {"https://[v1.x]/", "has no host"},
             {"https://a%0d%0ab/", "special characters"},
             {"https://a%20b/", "special characters"},
             {"https://a,b/", "special characters"},
             {"https://a%2Fb/", "special characters"},
             {"https://a%3Ab/", "special characters"},
             {"https://a%00b/", "special characters"},
         }) {
        BOOST_TEST_CONTEXT(it.text)
        {
            BOOST_CHECK_EXCEPTION(
                static_cast<void>(parse_base_url(it.text)),
                error,
                [&](error const& e) {
                    std::string_view const what = e.what();
                    BOOST_TEST(e.code() == make_error_code(errc::invalid_base_url));
                    BOOST_TEST(what.find(it.reason) != std::string_view::npos, what);
                    BOOST_TEST(what.find("secret") == std::string_view::npos, what);
                    BOOST_TEST(what.find_first_of("\r\n") == std::string_view::npos, what);
                    return true;
                }
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(origins_compare_by_all_parts)
{
    http::origin const one{"https", "a", "443"};
    BOOST_TEST((one == http::origin{"https", "a", "443"}));
    BOOST_TEST((one != http::origin{"http", "a", "443"}));
    BOOST_TEST((one != http::origin{"https", "b", "443"}));
    BOOST_TEST((one != http::origin{"https", "a", "80"}));
}

BOOST_AUTO_TEST_CASE(segments_are_encoded_whole, *security)
{
    using http::percent_encode_segment;
    BOOST_TEST(percent_encode_segment("resp_Az09-._~") == "resp_Az09-._~");
    BOOST_TEST(percent_encode_segment("a/b") == "a%2Fb");
    BOOST_TEST(percent_encode_segment("../x?y#z") == "..%2Fx%3Fy%23z");
    BOOST_TEST(percent_encode_segment("a b%+") == "a%20b%25%2B");
    BOOST_TEST(percent_encode_segment("\r\n") == "%0D%0A");
    BOOST_TEST(percent_encode_segment(std::string_view("\0", 1)) == "%00");
    BOOST_TEST(percent_encode_segment("\xC3\xBC\xFF") == "%C3%BC%FF");
    BOOST_TEST(percent_encode_segment("...") == "...");
}

BOOST_AUTO_TEST_CASE(segments_that_lead_elsewhere_are_refused, *security)
{
    for (std::string_view const segment : {"", ".", ".."}) {
        BOOST_CHECK_EXCEPTION(
            static_cast<void>(http::percent_encode_segment(segment)),
            error,
            [](error const& e) { return e.code() == errc::invalid_argument; }
        );
    }
}

BOOST_AUTO_TEST_CASE(queries_are_begun_and_continued, *security)
{
    std::string target = "/v1/responses/r/input_items";
    http::append_query(target, "limit", "20");
    BOOST_TEST(target == "/v1/responses/r/input_items?limit=20");
    http::append_query(target, "include[]", "a&b=c d");
    BOOST_TEST(target == "/v1/responses/r/input_items?limit=20&include%5B%5D=a%26b%3Dc%20d");
    http::append_query(target, "after", "");
    BOOST_TEST(target.ends_with("&after="));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
