#ifndef HICAP_SSE_DECODER_HPP
#define HICAP_SSE_DECODER_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::sse {

/// One dispatched event. The views live until the next call of a non-const member of the decoder,
/// and no longer than the piece that was fed.
struct event
{
    std::string_view type;    ///< of the last `event` field, empty where none came
    std::string_view data;    ///< the `data` lines joined by LF
    std::string_view last_id; ///< of the last `id` field of the stream, of this event or before
};

/// What a stream may ask of the decoder.
struct limits
{
    /// Bytes of one line that is no comment, and of an event's joined data.
    std::size_t max_event = std::size_t{64} << 20;

    /// Lines without data (comments above all, but other fields and blank lines too) that may come
    /// before an event is complete. A comment counts once more for each 4 KiB of it.
    std::size_t max_comments_between_events = 100'000;
};

/// Turns the bytes of a `text/event-stream`, cut anywhere, into events.
///
/// Follows the event stream rules of the WHATWG HTML standard; an event that the end of the stream
/// cuts off is never dispatched. An event that lies whole in a piece with one line of data costs
/// no copy and no allocation. Anything else is gathered in one buffer, in linear time.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
class decoder
{
public:
    enum class status
    {
        event,            ///< `out` was filled in
        need_more,        ///< the piece is used up: feed the next one
        event_too_large,  ///< beyond `limits::max_event`; final until `reset`
        too_many_comments ///< beyond `limits::max_comments_between_events`; final until `reset`
    };

    explicit decoder(limits bounds = {}) noexcept;

    /// Hands over the next bytes of the stream.
    /// Preconditions: `next` has said `need_more` of the piece before, and `piece` lives until it
    /// says so of this one.
    void feed(std::string_view piece) noexcept;

    /// Advances to the next event of the piece. `out` is changed only when the result is
    /// `status::event`.
    status next(event& out);

    /// What has come of an event whose end has not; empty where nothing has. A stream that ends
    /// here has lost it. Precondition: `next` has said `need_more`.
    [[nodiscard]] std::string_view unfinished() const noexcept { return buffer_; }

    /// The same, or a line that only names the event. Same precondition.
    [[nodiscard]] bool has_begun() const noexcept { return !buffer_.empty() || owns_type_; }

    /// Comment lines seen since construction or `reset`.
    [[nodiscard]] std::uint64_t comments() const noexcept { return comments_; }

    /// The reconnection time that the stream asked for last.
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }

    /// Back to the start of a stream; the limits stay. The piece is forgotten.
    void reset() noexcept;

private:
    status take_rest();
    status take_line(std::string_view line);
    status take_data(std::string_view value);
    void take_other(std::string_view name, std::string_view value);
    status count_line_without_data() noexcept;
    status count_long_comment(std::size_t size) noexcept;
    void end_event() noexcept;
    void skip_byte_order_mark();
    void own_views();

    [[nodiscard]] bool has_partial_line() const noexcept { return buffer_.size() != gathered_; }

    limits limits_;

    // What is left of the piece, and the first LF in it (its end where there is none). That is
    // searched for only once, for a stream of lone CRs would cost quadratic time otherwise.
    char const* at_ = nullptr;
    char const* end_ = nullptr;
    char const* line_feed_ = nullptr;

    // The event so far. While its data is one line inside the piece that is `data_`, otherwise the
    // first `gathered_` bytes of `buffer_`, with a LF behind each line. What follows these in
    // `buffer_` is the part of a line that earlier pieces brought.
    std::string_view data_;
    std::string buffer_;
    std::size_t gathered_ = 0;
    std::string_view type_; // in the piece; unused when `owns_type_`
    std::string own_type_;
    std::string last_id_;

    static constexpr std::size_t comment_line = 4096; // bytes of a long one that count as a line

    std::size_t lines_without_data_ = 0;
    std::size_t comment_rest_ = 0; // bytes of the comment so far that have not counted
    std::uint64_t comments_ = 0;
    std::optional<std::chrono::milliseconds> retry_;
    status failure_ = status::need_more; // need_more: none
    unsigned char mark_matched_ = 0;     // bytes of the byte order mark; all: no longer looked for
    bool has_data_ = false;
    bool owns_type_ = false;
    bool delivered_ = false; // the event above is in the hands of the caller
    bool in_comment_ = false;
    bool after_cr_ = false; // a LF at the front of the next piece belongs to the line before
};

} // namespace hicap::sse

#endif
