// The parser of responses: however the bytes are cut the message is the same, and what it accepts
// Beast's own parser reads as the same message.

#include "fuzz.hpp"
#include "http/response_parser.hpp"

#include <hicap/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <string>

namespace {

namespace beast_http = boost::beast::http;
using hicap::fuzz::require;
using hicap::http::response_parser;

struct outcome
{
    bool has_head = false;
    int status = 0;
    bool keep_alive = false;
    bool chunked = false;
    std::optional<std::uint64_t> content_length{};
    std::vector<std::string> fields{};
    std::string body{};
    bool ended = false;
    std::size_t left = 0; // behind the message
    boost::system::error_code failure{};

    friend bool operator==(outcome const&, outcome const&) = default;
};

/// Feeds the pieces, and then the end of the connection.
outcome read(std::string_view text, std::vector<std::size_t> ends)
{
    ends.push_back(text.size());
    response_parser parser;
    parser.start({.max_header = 4096, .max_body = 1 << 20});
    outcome came;
    std::string unread;
    std::size_t begin = 0;
    auto status = response_parser::status::need_more;
    auto const take = [&](std::string_view& input) {
        for (;;) {
            status = parser.parse(input);
            if (status == response_parser::status::head) {
                require(!came.has_head && came.body.empty(), "the head comes once and first");
                came.has_head = true;
                auto const& head = parser.head();
                came.status = head.status;
                came.keep_alive = head.keep_alive;
                came.chunked = head.chunked;
                came.content_length = head.content_length;
                for (std::size_t i = 0; i != head.fields.size(); ++i) {
                    auto const [name, value] = head.fields[i];
                    came.fields.push_back(std::string(name) + '=' + std::string(value));
                }
            } else if (status == response_parser::status::body) {
                require(came.has_head && !parser.piece().empty(), "a body has a head and bytes");
                came.body += parser.piece();
            } else {
                return;
            }
        }
    };
    for (auto const end : ends) {
        unread += text.substr(begin, end - begin);
        begin = end;
        std::string_view input = unread;
        take(input);
        unread.erase(0, unread.size() - input.size());
        if (status != response_parser::status::need_more)
            break;
    }
    if (status == response_parser::status::need_more)
        status = parser.finish();
    came.ended = status == response_parser::status::end;
    if (came.ended)
        came.left = unread.size() + (text.size() - begin);
    else
        came.failure = parser.error();
    return came;
}

/// What a failure leaves is not compared: a longer piece gives more of the body before it. Neither
/// is whether a line between chunks was wrong or cut where both are so.
outcome comparable(outcome came)
{
    if (came.failure) {
        came.body.clear();
        came.left = 0;
        if (came.chunked && came.failure == hicap::errc::truncated_response)
            came.failure = hicap::errc::invalid_response;
    }
    return came;
}

void hold_against_beast(std::string_view text, outcome const& ours)
{
    for (;;) {
        beast_http::response_parser<beast_http::string_body> parser;
        parser.header_limit(1 << 20);
        parser.body_limit(1 << 20);
        boost::system::error_code ec;
        while (!text.empty() && !parser.is_done() && !ec) {
            parser.eager(true);
            auto const used = parser.put(boost::asio::buffer(text.data(), text.size()), ec);
            text.remove_prefix(used);
            if (ec == beast_http::error::need_more)
                break;
            if (used == 0)
                break;
        }
        if (ec == beast_http::error::need_more)
            ec = {};
        require(!ec, "what is accepted Beast accepts");
        if (parser.is_done() && parser.get().result_int() < 200)
            continue; // an interim response
        if (!parser.is_done())
            parser.put_eof(ec);
        require(!ec && parser.is_done(), "what has ended has ended for Beast");
        require(parser.get().result_int() == static_cast<unsigned>(ours.status), "one status");
        require(parser.get().body() == ours.body, "one body");
        require(text.size() == ours.left, "one end of the message");
        return;
    }
}

} // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    hicap::fuzz::cut_text const input(data, size);
    auto const whole = read(input.text(), {});
    auto const cut = read(input.text(), input.offsets());
    require(comparable(whole) == comparable(cut), "a message is the same however it is cut");
    if (whole.ended)
        hold_against_beast(input.text(), whole);
    return 0;
}
