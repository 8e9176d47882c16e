#include "http/request_head.hpp"
#include "support/security.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>

namespace hicap::test {

BOOST_AUTO_TEST_SUITE(http_request_head)

BOOST_AUTO_TEST_CASE(a_head_is_written_part_by_part)
{
    std::string out;
    http::append_request_line(out, "POST", "/v1/chat/completions?a=b%20c");
    http::append_header(out, "Host", "api.hicap.ai");
    http::append_header(out, "X-Empty", "");
    http::append_content_length(out, 0);
    http::append_end_of_head(out);
    BOOST_TEST(
        out == "POST /v1/chat/completions?a=b%20c HTTP/1.1\r\nHost: api.hicap.ai\r\n"
               "X-Empty: \r\nContent-Length: 0\r\n\r\n"
    );
}

BOOST_AUTO_TEST_CASE(the_greatest_content_length_is_written)
{
    std::string out;
    http::append_content_length(out, std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(out == "Content-Length: 18446744073709551615\r\n");
}

BOOST_AUTO_TEST_CASE(names_are_tokens, *security)
{
    for (std::string_view const name : {"a", "X-Hicap-Tags", "!#$%&'*+-.^_`|~09azAZ"})
        BOOST_CHECK_NO_THROW(http::check_header(name, "v"));
    for (std::string_view const name :
         {std::string_view(""),
          std::string_view("a b"),
          std::string_view("a:"),
          std::string_view(":a"),
          std::string_view("a\r\nb"),
          std::string_view("a\0", 2),
          std::string_view("a\t"),
          std::string_view("\xC3\xBC"),
          std::string_view("a\x7F"),
          std::string_view("(a)")}) {
        BOOST_CHECK_EXCEPTION(http::check_header(name, "v"), error, [](error const& e) {
            BOOST_TEST(std::string_view(e.what()).find_first_of("\r\n") == std::string_view::npos);
            return e.code() == errc::invalid_header;
        });
    }
}

BOOST_AUTO_TEST_CASE(values_are_free_of_controls, *security)
{
    for (int code = 0; code != 256; ++code) {
        auto const c = static_cast<char>(code);
        auto const value = std::string("sk-secret") + c + "x";
        auto const allowed = c == '\t' || (code >= 0x20 && code != 0x7F);
        BOOST_TEST_CONTEXT("byte " << code)
        {
            if (allowed) {
                BOOST_CHECK_NO_THROW(http::check_header("Authorization", value));
                continue;
            }
            BOOST_CHECK_EXCEPTION(
                http::check_header("Authorization", value),
                error,
                [](error const& e) {
                    std::string_view const what = e.what();
                    BOOST_TEST(what.find("Authorization") != std::string_view::npos);
                    BOOST_TEST(what.find("secret") == std::string_view::npos);
                    return e.code() == errc::invalid_header;
                }
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_written_of_what_is_refused, *security)
{
    std::string out = "before";
    BOOST_CHECK_THROW(http::append_header(out, "A", "b\r\nEvil: yes"), error);
    BOOST_CHECK_THROW(http::append_header(out, "A\r\nEvil", "yes"), error);
    BOOST_CHECK_THROW(http::append_request_line(out, "GET", "/ HTTP/1.1\r\nEvil: yes"), error);
    BOOST_TEST(out == "before");
}

BOOST_AUTO_TEST_CASE(methods_and_targets_are_checked, *security)
{
    struct row
    {
        std::string_view method;
        std::string_view target;
    };

    for (row const& it : std::initializer_list<row>{
             {"", "/"},
             {"GET ", "/"},
             {"G\nET", "/"},
             {"GET", ""},
             {"GET", "/a b"},
             {"GET", "/a\tb"},
             {"GET", "/\r"},
             {"GET", "/\n"},
             {"GET", std::string_view("/\0", 2)},
             {"GET", "/\x7F"},
             {"GET", "/\xC3\xBC"},
         }) {
        std::string out;
        BOOST_CHECK_EXCEPTION(
            http::append_request_line(out, it.method, it.target),
            error,
            [](error const& e) { return e.code() == errc::invalid_argument; }
        );
        BOOST_TEST(out.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
