#ifndef HICAP_HTTP_RESPONSE_PARSER_HPP
#define HICAP_HTTP_RESPONSE_PARSER_HPP

#include <hicap/headers.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::http {

/// Status line and fields of a response.
struct response_head
{
    int status = 0;
    headers fields;
    bool keep_alive = false; ///< the connection may be used again once the message has ended
    std::optional<std::uint64_t> content_length; ///< as sent, even where no body follows
    bool chunked = false;
};

/// Parses responses of HTTP/1.1 from bytes that are cut anywhere. Does no I/O.
///
/// Bodies are handed out as views into the input. Anything that two readers could take for
/// different messages is refused: conflicting lengths, unknown transfer codings, bare line ends.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
class response_parser
{
public:
    struct limits
    {
        /// Bytes of the head together with the interim responses (1xx) before it, of the line
        /// before each chunk, and of the trailer, each.
        std::size_t max_header = 64 * 1024;
        std::uint64_t max_body = std::numeric_limits<std::uint64_t>::max(); ///< bytes, decoded
    };

    enum class status
    {
        need_more, ///< more bytes are needed
        head,      ///< `head()` is whole; once a message, and before anything of the body
        body,      ///< `piece()` is the next part of the body, never empty
        end,       ///< the message is complete; the bytes after it are still in the input
        failed,    ///< see `error()`; final until `start`
    };

    /// Allocates the parser's storage, the only allocation besides those of `head().fields`.
    response_parser();
    ~response_parser();
    response_parser(response_parser&&) noexcept;
    response_parser& operator=(response_parser&&) noexcept;

    /// Expects a new message and keeps the storage. `bodyless`: no body follows whatever the head
    /// says, as in the answer to HEAD or to a CONNECT that succeeds.
    /// Precondition for everything below: `start` was called.
    void start(limits bounds, bool bodyless = false);

    /// Takes from the front of `input` and removes what it took. Call it again until it says
    /// `need_more`, `end` or `failed`. What `need_more` leaves in `input` is an incomplete head and
    /// has to come again, at the front of the next call's input, together with more; of a body it
    /// leaves nothing.
    status parse(std::string_view& input);

    /// The peer has closed the connection: `end` for a body that this delimits, and for a message
    /// that had ended; else `failed` with `errc::truncated_response`.
    status finish();

    /// Why the result was `failed`: `errc::invalid_response`, `header_too_large`, `body_too_large`
    /// or `truncated_response`.
    [[nodiscard]] boost::system::error_code error() const noexcept;

    /// The same for people. Holds no text of the server.
    [[nodiscard]] std::string error_message() const;

    /// Precondition: `parse` has said `head`. Valid until `start`.
    [[nodiscard]] response_head const& head() const noexcept;

    /// Moves the fields out, for a result that outlives the message. `head().fields` is empty
    /// afterwards.
    [[nodiscard]] headers take_fields() noexcept;

    /// Precondition: the last call of `parse` has said `body`. Points into its input.
    [[nodiscard]] std::string_view piece() const noexcept;

private:
    class state;
    std::unique_ptr<state> state_;
};

} // namespace hicap::http

#endif
