#include "http/response_parser.hpp"

#include <hicap/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/assert.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/version.hpp>

#include <algorithm>
#include <utility>

namespace hicap::http {
namespace {

namespace beast_http = boost::beast::http;
using beast_view = boost::beast::string_view;
using boost::system::error_code;

constexpr std::string_view protocol = "HTTP/";

std::string_view view(beast_view text) noexcept
{
    return {text.data(), text.size()};
}

/// Whether a CR is followed by something else than LF, or LF follows something else than CR.
bool has_bare_line_end(std::string_view text) noexcept
{
    constexpr std::string_view ends = "\r\n";
    for (auto at = text.find_first_of(ends); at != std::string_view::npos;
         at = text.find_first_of(ends, at + ends.size())) {
        if (!ends.starts_with(text.substr(at, ends.size())))
            return true;
    }
    return false;
}

// Beast parses, this keeps what it finds.
class message final : public beast_http::basic_parser<false>
{
public:
    explicit message(response_head& head) noexcept : head_(head) {}

    // What the last call of `put` brought of the body.
    std::string_view piece;

    // Bytes that are missing from the current chunk.
    std::uint64_t chunk_rest = 0;

private:
    void on_response_impl(int code, beast_view, int version, error_code& ec) override
    {
        if (code < 100 || code == 101) // nobody asked to switch protocols
            ec = beast_http::error::bad_status;
        head_.status = code;
        is_http_1_0_ = version < 11;
    }

    void on_field_impl(
        beast_http::field name, beast_view name_text, beast_view value, error_code& ec
    ) override
    {
        if (is_header_done())
            return; // of the trailer, where Beast has no function of its own for that
        // Beast would read a body of any other coding to the end of the connection, and take
        // Content-Length beside it for its size.
        if (name == beast_http::field::transfer_encoding &&
            !boost::beast::iequals(value, "chunked"))
            ec = beast_http::error::bad_transfer_encoding;
        head_.fields.append(view(name_text), view(value));
    }

#if BOOST_VERSION >= 109000
    void
    on_trailer_field_impl(beast_http::field name, beast_view, beast_view, error_code& ec) override
    {
        if (name == beast_http::field::content_length ||
            name == beast_http::field::transfer_encoding)
            ec = beast_http::error::bad_field; // another reader might believe it
    }
#endif

    void on_header_impl(error_code&) override
    {
        head_.chunked = chunked();
        head_.content_length.reset();
        if (auto const length = content_length())
            head_.content_length = *length;
        // RFC 9112, 6.1: chunks in a message of HTTP/1.0 are not to be trusted.
        head_.keep_alive = keep_alive() && !(is_http_1_0_ && chunked());
    }

    std::size_t on_body_impl(beast_view body, error_code&) override
    {
        piece = view(body);
        return body.size();
    }

    void on_chunk_header_impl(std::uint64_t size, beast_view, error_code&) override
    {
        chunk_rest = size;
    }

    std::size_t on_chunk_body_impl(std::uint64_t, beast_view body, error_code&) override
    {
        piece = view(body);
        chunk_rest -= body.size();
        return body.size();
    }

    void on_request_impl(beast_http::verb, beast_view, beast_view, int, error_code&) override {}

    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}

    void on_finish_impl(error_code&) override {}

    response_head& head_;
    bool is_http_1_0_ = false;
};

} // namespace

class response_parser::state
{
public:
    void start(limits bounds, bool bodyless);
    status parse(std::string_view& input);
    status finish();

    response_head head;
    std::string_view piece;
    error_code failure;
    std::string failure_text;

private:
    void start_head();
    status parse_head(std::string_view& input);
    status parse_body(std::string_view& input);
    status parse_chunk_line(std::string_view& input);
    void forget_chunk_line() noexcept;
    [[nodiscard]] std::string_view find_head(std::string_view input);

    [[nodiscard]] bool is_head_started() const noexcept { return scanned_ != 0; }

    std::size_t put(std::string_view bytes, error_code& ec);
    status fail(errc why, std::string text);
    status fail(error_code const& why);
    status fail_header_size();

    limits limits_;
    bool bodyless_ = false;
    bool closed_ = false;
    std::optional<message> message_;

    // Of an incomplete head: what has been searched for its end, where its last line begins, and
    // how many are before it.
    std::size_t scanned_ = 0;
    std::size_t line_ = 0;
    std::size_t lines_ = 0;
    std::size_t interim_ = 0; // bytes of the interim responses before it

    // Of an incomplete line between two chunks, or of the trailer. The CRLF of a chunk often comes
    // with it, and the next size long after: held here, it pins no buffer of the connection. Beast
    // before Boost 1.87 takes size and trailer as a whole, later ones take each line of it.
    std::string chunk_line_;
    std::size_t chunk_line_taken_ = 0;
};

void response_parser::state::start(limits bounds, bool bodyless)
{
    limits_ = bounds;
    // The positions in `headers` have 32 bits.
    limits_.max_header =
        std::min<std::size_t>(limits_.max_header, std::numeric_limits<std::uint32_t>::max());
    bodyless_ = bodyless;
    closed_ = false;
    failure.clear();
    failure_text.clear();
    piece = {};
    interim_ = 0;
    forget_chunk_line();
    start_head();
}

void response_parser::state::start_head()
{
    head.status = 0;
    head.fields.clear();
    scanned_ = 0;
    line_ = 0;
    lines_ = 0;
    message_.emplace(head);
    message_->header_limit(std::numeric_limits<std::uint32_t>::max());
    message_->body_limit(limits_.max_body);
    message_->skip(bodyless_);
}

response_parser::status response_parser::state::parse(std::string_view& input)
{
    if (failure)
        return status::failed;
    return message_->is_header_done() ? parse_body(input) : parse_head(input);
}

response_parser::status response_parser::state::finish()
{
    if (failure)
        return status::failed;
    if (message_->is_header_done() && (message_->is_done() || message_->need_eof())) {
        closed_ = true;
        return status::end;
    }
    if (message_->is_header_done())
        return fail(errc::truncated_response, "the connection closed inside the response's body");
    if (is_head_started() || interim_ != 0)
        return fail(errc::truncated_response, "the connection closed inside the response's head");
    return fail(errc::truncated_response, "the connection closed before a response came");
}

response_parser::status response_parser::state::parse_head(std::string_view& input)
{
    for (;;) {
        auto const whole = find_head(input);
        if (failure)
            return status::failed;
        if (whole.empty())
            return status::need_more;
        // A stream keeps its fields for hours: they have what they need, and no more.
        auto const fields = lines_ - 1;
        constexpr std::size_t between = std::string_view(":\r\n").size();
        head.fields.reserve(fields, whole.size() - lines_ * between);
        error_code ec;
        auto const used = put(whole, ec);
        if (ec)
            return fail(ec);
        BOOST_ASSERT(used == whole.size());
        input.remove_prefix(used);
        if (head.status >= 200)
            return status::head;
        interim_ += used;
        start_head();
    }
}

// The head at the front of `input`, empty as long as it is incomplete. Beast gets heads as a whole:
// it would apply its limit to what comes after its last attempt.
std::string_view response_parser::state::find_head(std::string_view input)
{
    BOOST_ASSERT(scanned_ <= input.size());
    auto const front = input.substr(0, protocol.size());
    if (!protocol.starts_with(front)) {
        fail(errc::invalid_response, "it does not begin with HTTP/");
        return {};
    }
    auto const limit = limits_.max_header - interim_;
    for (;;) {
        auto const end = input.find('\n', scanned_);
        auto const size = end == std::string_view::npos ? input.size() : end + 1;
        if (size > limit || (size == limit && end == std::string_view::npos)) {
            fail_header_size();
            return {};
        }
        scanned_ = size;
        if (end == std::string_view::npos)
            return {};
        if (end == line_ || input[end - 1] != '\r') {
            fail(errc::invalid_response, "a line of its head does not end with CRLF");
            return {};
        }
        if (end == line_ + 1)
            return input.substr(0, size);
        line_ = size;
        ++lines_;
    }
}

response_parser::status response_parser::state::parse_body(std::string_view& input)
{
    while (!message_->is_done() && !closed_) {
        if (input.empty())
            return status::need_more;
        if (head.chunked && message_->chunk_rest == 0) {
            auto const result = parse_chunk_line(input);
            if (result == status::failed)
                return result;
            continue;
        }
        message_->piece = {};
        error_code ec;
        input.remove_prefix(put(input, ec));
        if (ec)
            return fail(ec);
        if (!message_->piece.empty()) {
            piece = message_->piece;
            return status::body;
        }
    }
    return status::end;
}

// The CRLF of a chunk and the size of the next one, or the last size and the trailer.
response_parser::status response_parser::state::parse_chunk_line(std::string_view& input)
{
    auto const line_end = input.find('\n');
    auto const is_line = line_end != std::string_view::npos;
    error_code ec = beast_http::error::need_more;
    std::size_t used = 0;
    if (is_line && chunk_line_.empty()) {
        used = put(input, ec);
        if (ec == beast_http::error::need_more) {
            chunk_line_taken_ = used;
            used = input.size();
            if (used <= limits_.max_header)
                chunk_line_ = input;
        }
        if (used > limits_.max_header)
            return fail_header_size();
        if (has_bare_line_end(chunk_line_))
            return fail(beast_http::error::bad_line_ending);
    } else {
        used = is_line ? line_end + 1 : input.size();
        if (used > limits_.max_header - chunk_line_.size())
            return fail_header_size();
        auto const known = chunk_line_.size() - (chunk_line_.ends_with('\r') ? 1 : 0);
        chunk_line_.append(input.substr(0, used));
        // Beast sees this in a line, and not in what has no end yet.
        if (has_bare_line_end(std::string_view(chunk_line_).substr(known)))
            return fail(beast_http::error::bad_line_ending);
        if (is_line) // Beast relies on whole lines in the trailer
            chunk_line_taken_ += put(std::string_view(chunk_line_).substr(chunk_line_taken_), ec);
        if (!ec)
            forget_chunk_line();
    }
    if (ec && ec != beast_http::error::need_more)
        return fail(ec);
    input.remove_prefix(used);
    return status::need_more;
}

void response_parser::state::forget_chunk_line() noexcept
{
    std::string().swap(chunk_line_);
    chunk_line_taken_ = 0;
}

std::size_t response_parser::state::put(std::string_view bytes, error_code& ec)
{
    return message_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
}

response_parser::status response_parser::state::fail(errc why, std::string text)
{
    failure = why;
    failure_text = std::move(text);
    if (why == errc::invalid_response)
        failure_text.insert(0, "the response is not valid HTTP/1.1: ");
    return status::failed;
}

response_parser::status response_parser::state::fail(error_code const& why)
{
    if (why == beast_http::error::header_limit)
        return fail_header_size();
    if (why == beast_http::error::body_limit) {
        return fail(
            errc::body_too_large,
            "the body of the response is larger than the limit of " +
                std::to_string(limits_.max_body) + " bytes"
        );
    }
    return fail(errc::invalid_response, why.message());
}

response_parser::status response_parser::state::fail_header_size()
{
    return fail(
        errc::header_too_large,
        "the head of the response, or a line between the chunks of its body, is larger than the "
        "limit of " +
            std::to_string(limits_.max_header) + " bytes"
    );
}

response_parser::response_parser() : state_(std::make_unique<state>()) {}

response_parser::~response_parser() = default;
response_parser::response_parser(response_parser&&) noexcept = default;
response_parser& response_parser::operator=(response_parser&&) noexcept = default;

void response_parser::start(limits bounds, bool bodyless)
{
    state_->start(bounds, bodyless);
}

response_parser::status response_parser::parse(std::string_view& input)
{
    return state_->parse(input);
}

response_parser::status response_parser::finish()
{
    return state_->finish();
}

boost::system::error_code response_parser::error() const noexcept
{
    return state_->failure;
}

std::string response_parser::error_message() const
{
    return state_->failure_text;
}

response_head const& response_parser::head() const noexcept
{
    return state_->head;
}

headers response_parser::take_fields() noexcept
{
    return std::exchange(state_->head.fields, {});
}

std::string_view response_parser::piece() const noexcept
{
    return state_->piece;
}

} // namespace hicap::http
