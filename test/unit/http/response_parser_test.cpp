#include "http/response_parser.hpp"
#include "support/security.hpp"
#include "support/splits.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace hicap::test {
namespace {

using http::response_parser;
using status = response_parser::status;

// What came of one message.
struct outcome
{
    status last = status::need_more;
    int heads = 0;
    std::string body;
    std::string rest; // bytes after the message
};

struct options
{
    response_parser::limits bounds{};
    bool bodyless = false;
    bool close = true; // behind the last piece
};

// Parses one message as a connection does: what the parser leaves comes again with the next piece.
outcome parse(response_parser& parser, pieces const& text, options const& with = {})
{
    outcome out;
    parser.start(with.bounds, with.bodyless);
    for (auto const& piece : text) {
        std::string bytes = out.rest;
        bytes.append(piece.begin(), piece.end());
        auto const exact = cut(bytes, {}).front();
        std::string_view input(exact.data(), exact.size());
        while (out.last != status::end && out.last != status::failed) {
            out.last = parser.parse(input);
            if (out.last == status::need_more)
                break;
            if (out.last == status::head)
                ++out.heads;
            if (out.last == status::body) {
                BOOST_TEST(!parser.piece().empty());
                out.body += parser.piece();
            }
        }
        out.rest = input;
        if (out.last == status::need_more && out.heads != 0)
            BOOST_TEST(out.rest == "");
    }
    if (with.close && out.last == status::need_more)
        out.last = parser.finish();
    return out;
}

// `text` is one message and `rest`; the same must come of it at every split.
void check_good(
    std::string_view text,
    int code,
    std::string_view body,
    std::string_view rest = {},
    bool bodyless = false
)
{
    BOOST_TEST_CONTEXT(text)
    {
        for_each_split(text, [&](pieces const& cut_text) {
            response_parser parser;
            options with;
            with.bodyless = bodyless;
            auto const found = parse(parser, cut_text, with);
            BOOST_TEST((found.last == status::end), parser.error_message());
            BOOST_TEST(found.heads == 1);
            BOOST_TEST(parser.head().status == code);
            BOOST_TEST(found.body == body);
            BOOST_TEST(found.rest == rest);
            BOOST_TEST(!parser.error());
        });
    }
}

void check_bad(std::string_view text, errc expected, response_parser::limits bounds = {})
{
    BOOST_TEST_CONTEXT(text)
    {
        for_each_split(text, [&](pieces const& cut_text) {
            response_parser parser;
            options with;
            with.bounds = bounds;
            auto const found = parse(parser, cut_text, with);
            BOOST_TEST((found.last == status::failed));
            BOOST_TEST(parser.error() == make_error_code(expected), parser.error_message());
            BOOST_TEST(!parser.error_message().empty());
            BOOST_TEST(parser.error_message().find("evil") == std::string::npos);
            std::string_view more = "HTTP/1.1 200 OK\r\n\r\n";
            BOOST_TEST((parser.parse(more) == status::failed));
            BOOST_TEST((parser.finish() == status::failed));
        });
    }
}

constexpr std::string_view chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunked(std::string_view body)
{
    return std::string(chunked_head).append(body);
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_response_parser)

BOOST_AUTO_TEST_CASE(a_body_with_content_length_is_parsed)
{
    check_good("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello");
    check_good("HTTP/1.1 429 \r\ncontent-length:0\r\n\r\n", 429, "");
    check_good("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 200, "x");
    check_good("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx", 200, "x");
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_parsed)
{
    check_good(chunked("0\r\n\r\n"), 200, "");
    check_good(chunked("5\r\nhello\r\n0\r\n\r\n"), 200, "hello");
    check_good(chunked("5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"), 200, "hello, world");
    check_good(
        chunked("00a\r\n0123456789\r\nA\r\n\r\n\r\n\r\n\r\n\r\n\r\n000\r\n\r\n"),
        200,
        "0123456789\r\n\r\n\r\n\r\n\r\n"
    );
    check_good(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 200, "x"
    );
}

BOOST_AUTO_TEST_CASE(chunk_extensions_and_trailers_are_ignored)
{
    check_good(chunked("1;a\r\nx\r\n1;a=b;c=\"d e\"\r\ny\r\n0;last\r\n\r\n"), 200, "xy");
    check_good(chunked("1\r\nx\r\n0\r\nA: b\r\n\r\n"), 200, "x");
    check_good(chunked("1\r\nx\r\n0;e\r\nA: b\r\nC: d\r\n e\r\nF:\r\n\r\n"), 200, "x");

    response_parser parser;
    parse(parser, cut(chunked("1\r\nx\r\n0\r\nX-Late: b\r\n\r\n"), {}));
    BOOST_TEST(parser.head().fields.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_body_may_end_with_the_connection)
{
    check_good("HTTP/1.1 200 OK\r\n\r\n", 200, "");
    check_good("HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello\r\n\r\n", 200, "hello\r\n\r\n");
    check_good("HTTP/1.0 200 OK\r\n\r\nhello", 200, "hello");
}

BOOST_AUTO_TEST_CASE(some_responses_have_no_body_whatever_they_say)
{
    check_good("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nHTTP/", 204, "", "HTTP/");
    check_good("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, "");
    check_good("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", 204, "");
    check_good("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nrest", 200, "", "rest", true);
    check_good("HTTP/1.1 200 Connection established\r\n\r\n\x16\x03", 200, "", "\x16\x03", true);
}

BOOST_AUTO_TEST_CASE(interim_responses_are_skipped)
{
    check_good(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n"
        "Content-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        200,
        "ok"
    );
    response_parser parser;
    parse(
        parser,
        cut("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n", {})
    );
    BOOST_TEST(parser.head().fields.size() == 1U);
    BOOST_TEST(parser.head().fields.find("A").value_or("") == "b");
    BOOST_TEST(!parser.head().content_length.has_value());
}

BOOST_AUTO_TEST_CASE(bytes_after_the_message_stay_in_the_input)
{
    check_good("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 2", 200, "ok", "HTTP/1.1 2");
    check_good("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n\r\n", 200, "", "\r\n");
    check_good(chunked("1\r\nx\r\n0\r\n\r\nrest"), 200, "x", "rest");
    check_good(chunked("1\r\nx\r\n0\r\nA: b\r\n\r\n\r\n"), 200, "x", "\r\n");
}

BOOST_AUTO_TEST_CASE(the_head_is_reported_whole)
{
    std::string_view const text =
        "HTTP/1.1 503 Service Unavailable\r\nServer: x\r\n"
        "X-Request-Id:   abc \t\r\nX-Folded: one\r\n  two\r\nX-Empty:\r\n"
        "server: y\r\nX-Text: \xC3\xBC \"q\"\r\nContent-Length: 12\r\n\r\n";
    for_each_split(text, [](pieces const& cut_text) {
        response_parser parser;
        options with;
        with.close = false;
        auto const found = parse(parser, cut_text, with);
        BOOST_TEST((found.last == status::need_more));
        BOOST_TEST(found.heads == 1);
        auto const& head = parser.head();
        BOOST_TEST(head.status == 503);
        BOOST_TEST((head.content_length == 12U));
        BOOST_TEST(!head.chunked);
        BOOST_TEST(head.keep_alive);
        BOOST_TEST(head.fields.size() == 7U);
        BOOST_TEST(head.fields.find("server").value_or("") == "x");
        BOOST_TEST(head.fields.find("x-request-id").value_or("") == "abc");
        BOOST_TEST(head.fields.find("x-folded").value_or("") == "one two");
        BOOST_TEST(head.fields.find("x-empty").value_or("?") == "");
        BOOST_TEST(head.fields.find("x-text").value_or("") == "\xC3\xBC \"q\"");
        auto const taken = parser.take_fields();
        BOOST_TEST(taken.size() == 7U);
        BOOST_TEST(parser.head().fields.empty());
    });
}

BOOST_AUTO_TEST_CASE(keep_alive_follows_version_connection_and_framing)
{
    struct row
    {
        std::string_view text;
        bool expected;
    };

    for (row const& it : std::initializer_list<row>{
             {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
             {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true},
             {"HTTP/1.1 204 No Content\r\n\r\n", true},
             {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false},
             {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n", false},
             {"HTTP/1.1 200 OK\r\n\r\n", false},
             {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false},
             {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", true},
             {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n",
              false},
         }) {
        BOOST_TEST_CONTEXT(it.text)
        {
            response_parser parser;
            parser.start({});
            auto input = it.text;
            BOOST_TEST((parser.parse(input) == status::head));
            BOOST_TEST(parser.head().keep_alive == it.expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_message_that_ends_early_is_truncated_and_never_ends)
{
    for (std::string_view const text :
         {std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
          std::string_view("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n"),
          std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "5;x=y\r\nhello\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n")}) {
        for (std::size_t size = 0; size != text.size(); ++size) {
            BOOST_TEST_CONTEXT(text.substr(0, size))
            {
                for (auto const& cut_text :
                     {cut(text.substr(0, size), {}), byte_by_byte(text.substr(0, size))}) {
                    response_parser parser;
                    auto const found = parse(parser, cut_text);
                    BOOST_TEST((found.last == status::failed));
                    BOOST_TEST(parser.error() == make_error_code(errc::truncated_response));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_two_readers_could_take_differently_is_refused, *security)
{
    for (std::string_view const fields :
         {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
          "Content-Length: 1\r\nContent-Length: 2\r\n",
          "Content-Length: 1, 2\r\n",
          "Content-Length: 1,\r\n",
          "Content-Length:\r\n",
          "Content-Length: -1\r\n",
          "Content-Length: +1\r\n",
          "Content-Length: 0x1\r\n",
          "Content-Length: 1 1\r\n",
          "Content-Length: 1.0\r\n",
          "Content-Length: 18446744073709551616\r\n",
          "Transfer-Encoding: gzip\r\n",
          "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: chunked, gzip\r\n",
          "Transfer-Encoding: chunked, chunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: identity\r\nContent-Length: 1\r\n",
          "Transfer-Encoding: xchunked\r\n",
          "Transfer-Encoding:\r\n",
          "Transfer-Encoding : chunked\r\n",
          "Content-Length : 1\r\n",
          " Content-Length: 1\r\n",
          "Content-Length\r\n",
          ": evil\r\n",
          "A: b\nContent-Length: 1\r\n",
          "A: b\rContent-Length: 1\r\n",
          "A\rB: c\r\n",
          "A: evil\x01\r\n",
          "A: evil\x7F\r\n",
          "A(evil): b\r\n"})
        check_bad("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\nx", errc::invalid_response);
    check_bad(std::string_view("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 26), errc::invalid_response);
}

BOOST_AUTO_TEST_CASE(bad_status_lines_are_refused, *security)
{
    for (std::string_view const line :
         {"HTTP/2.0 200 OK\r\n",
          "HTTP/0.9 200 OK\r\n",
          "HTTP/1.2 200 OK\r\n",
          "HTTP/1.1  200 OK\r\n",
          "HTTP/1.1 20 OK\r\n",
          "HTTP/1.1 2000 OK\r\n",
          "HTTP/1.1 000 OK\r\n",
          "HTTP/1.1 099 OK\r\n",
          "HTTP/1.1 abc evil\r\n",
          "HTTP/1.1 200 evil\x01\r\n",
          "HTTP/1.1 200 OK\n",
          "HTTP/1.1\r\n",
          "http/1.1 200 OK\r\n",
          "HTTPS/1.1 200 OK\r\n",
          "ICY 200 OK\r\n",
          "\r\nHTTP/1.1 200 OK\r\n",
          "\nHTTP/1.1 200 OK\r\n",
          " HTTP/1.1 200 OK\r\n",
          "HTTP/1.1 101 Switching Protocols\r\n"})
        check_bad(std::string(line) + "\r\n", errc::invalid_response);
    check_bad("HTTP/1.1 100 Continue\r\n\r\nevil", errc::invalid_response);
}

BOOST_AUTO_TEST_CASE(another_protocol_is_refused_at_its_first_byte)
{
    for (std::string_view text : {"SSH-2.0-OpenSSH", "\x15\x03\x01", "<html>", "HTTPX"}) {
        response_parser parser;
        parser.start({});
        BOOST_TEST((parser.parse(text) == status::failed));
        BOOST_TEST(parser.error() == make_error_code(errc::invalid_response));
    }
}

BOOST_AUTO_TEST_CASE(bad_chunks_are_refused, *security)
{
    for (std::string_view const body :
         {"x\r\nevil\r\n0\r\n\r\n",
          "\r\nevil",
          "-1\r\nx\r\n0\r\n\r\n",
          "0x1\r\nx\r\n0\r\n\r\n",
          " 1\r\nx\r\n0\r\n\r\n",
          "1\r\nxx\r\n0\r\n\r\n",
          "1\r\nx0\r\n\r\n0\r\n\r\n",
          "1\nx\n0\n\n\r\n",
          "1\r\nx\n0\r\n\r\n",
          "1;a\nb\r\nx\r\n0\r\n\r\n",
          "1;\x01\r\nx\r\n0\r\n\r\n",
          "1\rx\r\n\r\n",
          "1\nx\r\n0\r\n\r\n",
          "0\r\n\n",
          "0\r\nA: b\n\r\n",
          "1\rx",
          "1\r\nx\r\n2\r3",
          "0\r\nA: b\rc",
          "10000000000000000\r\nx",
          "fffffffffffffffff\r\nx",
          "0\r\nevil\r\n\r\n",
          "0\r\nA\x01: b\r\n\r\n",
          "0\r\nContent-Length: 1\r\n\r\n",
          "0\r\nTransfer-Encoding: chunked\r\n\r\n"})
        check_bad(chunked(body), errc::invalid_response);
}

BOOST_AUTO_TEST_CASE(huge_sizes_do_not_overflow, *security)
{
    check_bad(chunked("1000000000000000\r\nx"), errc::truncated_response);
    check_bad(chunked("FFFFFFFFFFFFFFFE\r\nx"), errc::truncated_response);
    check_bad(
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nx", errc::truncated_response
    );
    response_parser::limits bounds;
    bounds.max_body = 100;
    check_bad(chunked("1\r\nx\r\nffffffffffffffff\r\nx"), errc::body_too_large, bounds);
}

BOOST_AUTO_TEST_CASE(a_head_may_reach_the_limit_and_not_exceed_it, *security)
{
    std::string const text = "HTTP/1.1 200 OK\r\nA: 0123456789\r\nContent-Length: 0\r\n\r\n";
    response_parser::limits bounds;
    for_each_split(text, [&](pieces const& cut_text) {
        response_parser parser;
        options with;
        with.bounds.max_header = text.size();
        BOOST_TEST((parse(parser, cut_text, with).last == status::end));
    });
    bounds.max_header = text.size() - 1;
    check_bad(text, errc::header_too_large, bounds);
    bounds.max_header = 10;
    check_bad(text, errc::header_too_large, bounds);
    bounds.max_header = 64 * 1024;
    check_bad("HTTP/1.1 200 OK\r\nA: " + std::string(300, 'x'), errc::truncated_response, bounds);
}

BOOST_AUTO_TEST_CASE(endless_heads_fail_at_the_limit, *security)
{
    for (std::string_view const endless : {"x", "A: b\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
        BOOST_TEST_CONTEXT(endless)
        {
            std::string text = endless.starts_with("HTTP") ? "" : "HTTP/1.1 200 OK\r\n";
            while (text.size() < 70'000)
                text += endless;
            for (auto const& cut_text : {cut(text, {}), cut(text, {1000, 30'000, 60'000})}) {
                response_parser parser;
                BOOST_TEST((parse(parser, cut_text).last == status::failed));
                BOOST_TEST(parser.error() == make_error_code(errc::header_too_large));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(chunk_lines_and_trailers_fail_at_the_limit, *security)
{
    response_parser::limits bounds;
    bounds.max_header = 100;
    auto const size = std::string(200, 'x');
    check_bad(chunked("1;" + size + "\r\nx\r\n0\r\n\r\n"), errc::header_too_large, bounds);
    check_bad(chunked("1\r\nx\r\n1;" + size), errc::header_too_large, bounds);
    check_bad(chunked(std::string(200, '0') + "1\r\nx"), errc::header_too_large, bounds);
    check_bad(chunked("0\r\nA: " + size + "\r\n\r\n"), errc::header_too_large, bounds);
    std::string trailer = "0\r\n";
    for (int i = 0; i != 50; ++i)
        trailer += "A: b\r\n";
    check_bad(chunked(trailer + "\r\n"), errc::header_too_large, bounds);
    check_bad(chunked(trailer), errc::header_too_large, bounds);
    // The limit is one of each line, not of them all.
    std::string chunks;
    for (int i = 0; i != 50; ++i)
        chunks += "1;extension\r\nx\r\n";
    response_parser parser;
    options with;
    with.bounds = bounds;
    auto const found = parse(parser, byte_by_byte(chunked(chunks + "0\r\n\r\n")), with);
    BOOST_TEST((found.last == status::end));
    BOOST_TEST(found.body == std::string(50, 'x'));
}

BOOST_AUTO_TEST_CASE(bodies_may_reach_the_limit_and_not_exceed_it, *security)
{
    for (std::string const& text :
         {std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
          std::string("HTTP/1.1 200 OK\r\n\r\nhello"),
          chunked("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")}) {
        for_each_split(text, [](pieces const& cut_text) {
            response_parser parser;
            options with;
            with.bounds.max_body = 5;
            auto const found = parse(parser, cut_text, with);
            BOOST_TEST((found.last == status::end));
            BOOST_TEST(found.body == "hello");
        });
        response_parser::limits bounds;
        bounds.max_body = 4;
        check_bad(text, errc::body_too_large, bounds);
    }
}

BOOST_AUTO_TEST_CASE(a_large_body_passes_by_default)
{
    // More than the default of Beast.
    std::string const body(20'000'000, 'x');
    std::string const text = "HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n" + body;
    response_parser parser;
    BOOST_TEST((parse(parser, cut(text, {})).body == body));
}

BOOST_AUTO_TEST_CASE(pieces_are_views_into_the_input)
{
    auto const text = chunked("5\r\nhello\r\n0\r\n\r\n");
    response_parser parser;
    parser.start({});
    std::string_view input = text;
    BOOST_TEST((parser.parse(input) == status::head));
    BOOST_TEST((parser.parse(input) == status::body));
    BOOST_TEST(static_cast<void const*>(parser.piece().data()) == text.data() + text.find("hello"));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_chunk_leaves_nothing_in_the_input)
{
    for (std::string_view const tail : {"", "\r", "\r\n", "\r\n1", "\r\n12", "\r\n12\r"}) {
        auto const text = chunked("5\r\nhello").append(tail);
        response_parser parser;
        parser.start({});
        std::string_view input = text;
        while (parser.parse(input) != status::need_more) {
        }
        BOOST_TEST(input.empty());
    }
}

BOOST_AUTO_TEST_CASE(end_is_final)
{
    response_parser parser;
    parser.start({});
    std::string_view input = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nrest";
    BOOST_TEST((parser.parse(input) == status::head));
    BOOST_TEST((parser.parse(input) == status::end));
    BOOST_TEST((parser.parse(input) == status::end));
    BOOST_TEST((parser.finish() == status::end));
    BOOST_TEST(input == "rest");
}

BOOST_AUTO_TEST_CASE(a_parser_is_used_again_after_any_result)
{
    response_parser parser;
    for (std::string const& text :
         {chunked("1\r\nx\r\n0\r\n\r\n"),
          std::string("nonsense"),
          std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2"),
          chunked("1\r\nx\r\n1"),
          std::string("HTTP/1.1 500 Oops\r\nA: b\r\nContent-Length: 9\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\n\r\nto the end")}) {
        parse(parser, byte_by_byte(text));
        auto const found = parse(parser, cut("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", {}));
        BOOST_TEST((found.last == status::end));
        BOOST_TEST(!parser.error());
        BOOST_TEST(parser.error_message() == "");
        BOOST_TEST(parser.head().fields.size() == 1U);
        BOOST_TEST(!parser.head().chunked);
        BOOST_TEST(found.body == "ok");
    }
}

BOOST_AUTO_TEST_CASE(truncation_says_where)
{
    struct row
    {
        std::string_view text;
        std::string_view expected;
    };

    for (row const& it : std::initializer_list<row>{
             {"", "before a response came"},
             {"HTTP/1.1 20", "inside the response's head"},
             {"HTTP/1.1 100 Continue\r\n\r\n", "inside the response's head"},
             {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", "inside the response's body"},
         }) {
        response_parser parser;
        parse(parser, cut(it.text, {}));
        BOOST_TEST(parser.error_message().find(it.expected) != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
