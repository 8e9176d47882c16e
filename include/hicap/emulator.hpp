#ifndef HICAP_EMULATOR_HPP
#define HICAP_EMULATOR_HPP

#include <hicap/visibility.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

HICAP_API_BEGIN

namespace hicap {

/// The limits that the headers `x-ratelimit-*` tell, one account for the whole emulator.
///
/// Both allowances fill up evenly: after `window` an empty one is full again.
struct emulator_rate_limit
{
    /// Whether a request over the limit is refused: 429, `rate_limit_exceeded`, `Retry-After`.
    /// Otherwise the headers count down to 0 and every request is served.
    bool enforced = false;
    std::int64_t requests = 10'000;  ///< in a window; at least 1
    std::int64_t tokens = 2'000'000; ///< of prompts and answers, in a window; at least 1
    std::chrono::seconds window{60}; ///< at least one second
};

/// A request as it came to an `emulator`.
struct emulator_request
{
    std::string method{}; ///< `POST`, for example
    std::string target{}; ///< path and query, as sent
    /// Names and values in their order, names as they were written.
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{}; ///< without chunk framing
};

/// How an `emulator` listens and answers.
struct emulator_options
{
    std::string address = "127.0.0.1"; ///< an IPv4 or IPv6 address of this machine
    std::uint16_t port = 0;            ///< 0: the system chooses one, see `emulator::port`

    bool tls = false; ///< HTTPS: TLS 1.2 or later, session tickets, ALPN `http/1.1`
    /// PEM files of a certificate (or chain) and its key. Both empty: a P-256 certificate is made
    /// at start and signed by an authority of its own, see `emulator::ca_pem`.
    std::string certificate_file{};
    std::string key_file{};
    /// Host names and IP addresses that the certificate made at start is valid for, the one that
    /// `emulator::base_url` tells first. At least one.
    std::vector<std::string> certificate_names = {"localhost", "127.0.0.1"};
    /// Start of the validity of the certificate made at start, relative to now.
    std::chrono::seconds certificate_valid_from{-3600};
    /// Length of that validity. -7200 s and 3600 s give a certificate that has expired.
    std::chrono::seconds certificate_valid_for{std::chrono::hours{24 * 30}};

    std::string api_key{}; ///< the only key that is accepted; empty: any key that is not empty
    /// Pace of each answer: a stream sends this many tokens a second, and a whole answer is held
    /// back for as long as its tokens would take. 0: as fast as it goes.
    double tokens_per_second = 0;
    emulator_rate_limit rate_limit{};

    /// Told of each request with a complete head and body, before it is answered or refused, on the
    /// strand of the emulator. For tests that look at what a client sends. It must not throw, and
    /// must not destroy the emulator.
    std::function<void(emulator_request const&)> on_request{};
};

/// How one request fails: a step of `emulator::script`.
///
/// Each member is the request header of its name in the table at `emulator`, which says what it
/// does and its range. A fault as it is made is none: the request is served as if it had no such
/// headers.
struct emulator_fault
{
    /// `x-emulator-body`
    enum class error_body
    {
        json, ///< as the API's
        text,
        empty,
        string_error,
    };

    /// `x-emulator-content`
    enum class other_content
    {
        none,
        html,
        json,
    };

    /// `x-emulator-cut`
    enum class ending
    {
        fin,
        clean,
        no_close_notify,
        rst,
        half_record,
    };

    /// `x-emulator-malformed`
    enum class damage
    {
        none,
        status_line,
        header,
        endless_header,
        content_length_short,
        content_length_long,
        both_framings,
        chunk_size,
        sse_garbage,
    };

    /// The life of a response of `POST /responses`: the words of `x-emulator-events`.
    enum class course
    {
        complete,
        all,
        failed,
        incomplete,
        error,
        queued,
        in_progress,
    };

    /// What is answered.
    std::optional<int> status{};
    std::string retry_after{}; ///< empty: no such header
    std::string code{};        ///< empty: null
    error_body body = error_body::json;
    /// Names and values, `x-emulator-header` each.
    std::vector<std::pair<std::string, std::string>> headers{};
    other_content content = other_content::none;
    damage malformed = damage::none;

    /// What a stream brings.
    std::uint64_t comments = 0;
    std::uint64_t empty_events = 0;
    std::optional<std::uint64_t> stream_error{};

    /// Where a response ends early.
    std::optional<std::uint64_t> events{};
    std::optional<std::uint64_t> cut_after{};
    ending cut = ending::fin;
    std::optional<std::uint64_t> stall_after_events{};
    std::optional<std::uint64_t> stall_after_bytes{}; ///< 0: also `x-emulator-stall: head`

    /// When it comes.
    std::uint64_t drip = 0; ///< 0: in pieces as they come
    std::chrono::milliseconds delay_head{0};
    std::chrono::milliseconds delay_event{0};
    std::chrono::milliseconds delay_drip{0};

    /// How much is said, and how fast.
    std::optional<std::int64_t> tokens{};
    std::optional<double> tokens_per_second{};

    /// What a response is to be.
    course life = course::complete;   ///< `x-emulator-events`, where it is a word
    std::vector<std::string> items{}; ///< types, or `all` alone
};

/// What an emulator has done since it was made.
struct emulator_statistics
{
    /// Connections and handshakes.
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_open = 0;
    std::uint64_t tls_handshakes_full = 0;
    std::uint64_t tls_handshakes_resumed = 0; ///< by a session ticket
    std::uint64_t tls_handshakes_failed = 0;
    /// By the client: while the emulator would have gone on, with FIN or the farewell of TLS.
    std::uint64_t connections_closed_by_client = 0;
    /// As above, with a TCP reset. A system sends one too for a close with bytes unread.
    std::uint64_t connections_reset_by_client = 0;
    std::uint64_t requests = 0;          ///< with a complete head and body
    std::uint64_t requests_refused = 0;  ///< and what is no request: errors nobody asked for
    std::uint64_t responses_stalled = 0; ///< that wait now, as was asked for, for a client to leave
    /// In streams as they are sent, in the background as they are made (counted when a response is
    /// next looked at), in whole answers at once. None after a response was cancelled.
    std::uint64_t tokens_generated = 0;
    std::uint64_t streams_finished = 0; ///< sent up to their end
    /// The client went away before; the generation stopped, unless it is one in the background.
    std::uint64_t streams_abandoned = 0;
    std::uint64_t streams_cut = 0;         ///< ended early by a fault that was asked for
    std::uint64_t responses_cancelled = 0; ///< by `POST /responses/{id}/cancel`
};

/// A local Hicap: an HTTP/1.1 server that answers as the API does, for tests and benches.
///
/// It serves all operations of the API below `/v1` and `/v2/openai`, whole and streamed. It checks
/// keys, `x-hicap-tags` and the members of a request as the API does, and answers errors with the
/// API's bodies. Members that it does not know are accepted, and so is every model name but
/// `model-that-does-not-exist`.
///
/// | operation | what there is to know |
/// |---|---|
/// | `POST /chat/completions` | stored with `store: true`, a stream when it has ended |
/// | `GET /chat/completions/{id}`, and `.../messages` | of the last 1024 that were stored |
/// | `POST /responses` | stored unless `store: false`, from its creation on |
/// | `GET`, `DELETE /responses/{id}` | of the last 1024 that were stored |
/// | `POST /responses/{id}/cancel` | one that is over is returned as it is |
/// | `GET /responses/{id}/input_items` | what was sent, without earlier responses |
/// | `POST /images/generations`, `.../edits` | the files are PNGs, whatever was asked for |
/// | `POST /images/variations` | links lead to the emulator, and need no key |
/// | `POST /realtime/sessions` | the secrets open nothing |
/// | `POST /realtime/transcription_sessions` | as above |
///
/// A response in the background lives by the clock, at the pace below: it is queued first, begins
/// after the time of one token, and goes on whether or not it is watched. As fast as it goes, it is
/// complete when it is next looked at. A response that is streamed in the foreground is cancelled
/// when its client goes away.
///
/// Answers are a function of the prompt: the same messages get the same text. `max_tokens`, `stop`,
/// `n`, `logprobs`, `response_format`, `stream_options` and `thinking` are honoured, and so are
/// their like of responses; `reasoning` with an effort or a summary brings a reasoning item. A
/// function is called when `tool_choice` demands it, or when the last user message holds its name;
/// a conversation that ends in a tool's answer is answered with text.
///
/// A request may ask for its own failure, and for its own pace, by these headers; `script` asks for
/// the same whatever the headers say. A header that is none of these, a value that cannot be read,
/// or that does not fit the others, is answered with 400, and the header is named in `param`.
///
/// What is answered:
///
/// | request header | what happens |
/// |---|---|
/// | `x-emulator-status: 429` | this status (200..599) and its error body, before any check |
/// | `x-emulator-retry-after: 2` | that error carries `Retry-After` with this text |
/// | `x-emulator-code: insufficient_quota` | the `code` of that error, or of a failing stream |
/// | `x-emulator-body: text` | that error's body is not JSON; without a status: 500 |
/// | `x-emulator-body: empty` | that error has no body |
/// | `x-emulator-body: string-error` | that error's body is `{"error":"..."}` |
/// | `x-emulator-header: Name: value` | any response has this header; may come more than once |
/// | `x-emulator-content: html` | 200 with an HTML page |
/// | `x-emulator-content: json` | 200 with a whole answer where a stream was asked for |
/// | `x-emulator-tokens: 500` | texts of this length (1..1000000), or shorter by limit or `stop` |
///
/// `x-emulator-header` takes the place of the emulator's own header of that name, but stands beside
/// those of the framing.
///
/// What a response of `POST /responses` is to be, also in the background. In headers a number of
/// events and a word exclude each other, in a step of `script` they do not:
///
/// | request header | what happens |
/// |---|---|
/// | `x-emulator-events: all` | it has every type of item and event, but the endings below |
/// | `x-emulator-events: failed` | it fails halfway, with `response.failed` |
/// | `x-emulator-events: incomplete` | a filter cuts it short, and it ends `response.incomplete` |
/// | `x-emulator-events: error` | it fails halfway, with the event `error` |
/// | `x-emulator-events: queued` | it stays queued until it is cancelled; only in the background |
/// | `x-emulator-events: in_progress` | as above, in progress |
/// | `x-emulator-items: reasoning, mcp_call` | examples of these items come before the answer |
/// | `x-emulator-items: all` | one of each type |
///
/// What a stream brings. Comments, empty events and garbage are nowhere counted as events:
///
/// | request header | what happens |
/// |---|---|
/// | `x-emulator-comments: 3` | so many comments, `: keep-alive`, before the first event |
/// | `x-emulator-empty-events: 3` | so many events with empty data before the first event |
/// | `x-emulator-stream-error: 3` | after 3 events an error object, and no `[DONE]` after it |
///
/// 1000000000 comments, the most there may be, are for ever; their pace is
/// `x-emulator-delay-event`.
///
/// Where a response ends early. An event is one of a stream, or the whole body of another response,
/// so 0 events are a head alone. Bytes are those of head and body as they go on the wire, before
/// TLS, so 0 bytes are before anything. A response that is shorter ends as ever:
///
/// | request header | what happens |
/// |---|---|
/// | `x-emulator-events: 3` | the response ends and its connection closes after 3 events |
/// | `x-emulator-cut-after: 100` | the response ends and its connection closes after 100 bytes |
/// | `x-emulator-cut: fin` | how either ends: without the last chunk, and FIN; the default |
/// | `x-emulator-cut: clean` | with the last chunk, then FIN; only with `x-emulator-events` |
/// | `x-emulator-cut: no-close-notify` | as `fin`, and TLS ends without its farewell |
/// | `x-emulator-cut: half-record` | with half a TLS record more, then FIN; only with TLS |
/// | `x-emulator-cut: rst` | with a TCP reset, which may overtake what was sent |
/// | `x-emulator-stall-after-events: 3` | nothing comes after 3 events until the client goes away |
/// | `x-emulator-stall-after-bytes: 100` | the same after 100 bytes |
/// | `x-emulator-stall: head` | the same after 0 bytes |
///
/// When it comes. Delays are milliseconds, up to 3600000:
///
/// | request header | what happens |
/// |---|---|
/// | `x-emulator-delay-head: 250` | so long before the first byte |
/// | `x-emulator-delay-event: 250` | so long before each event, each comment and each empty event |
/// | `x-emulator-drip: 1` | in pieces of at most so many bytes, a write and a TLS record each |
/// | `x-emulator-delay-drip: 20` | so long between these pieces; only with `x-emulator-drip` |
/// | `x-emulator-tokens-per-second: 50` | replaces `emulator_options::tokens_per_second` |
///
/// What is not HTTP or not an event stream, `x-emulator-malformed`, one of:
///
/// | value | what happens |
/// |---|---|
/// | `status-line` | the status line has no number |
/// | `header` | the head has a line without a colon |
/// | `endless-header` | the value of a header never ends; it comes as fast as it is read |
/// | `content-length-short` | one byte less than the body has; of a stream, 16, without chunks |
/// | `content-length-long` | one byte more, then FIN; of a stream, 1000000000, without chunks |
/// | `both-framings` | `content-length` and `transfer-encoding: chunked`, with chunks |
/// | `chunk-size` | chunks with sizes that are no numbers, for any response that has a body |
/// | `sse-garbage` | a stream begins with lines that are no fields and an event that is no JSON |
///
/// Bounds: 64 KiB for the head of a request (431), 64 MiB for its body (413).
///
/// Precondition: the context of the executor outlives the emulator. Otherwise the two may be
/// destroyed in any state, and nothing leaks.
///
/// Thread safety: distinct objects safe; of a shared object, all member functions are safe. All
/// connections are served on one strand, so the context may run on several threads.
class emulator
{
public:
    /// Binds and listens, so that clients may connect at once; they are served after `start`.
    ///
    /// Throws `boost::system::system_error` that names the address, file or certificate name at
    /// fault, and `std::invalid_argument` for options out of their range.
    explicit emulator(boost::asio::any_io_executor executor, emulator_options options = {});

    emulator(emulator const&) = delete;
    emulator& operator=(emulator const&) = delete;

    /// Stops.
    ~emulator();

    /// Where it listens.
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// What to give to a client: `http://127.0.0.1:PORT/v1`, or `https://localhost:PORT/v1` with
    /// TLS (the first of the certificate's names, so that the default certificate fits).
    [[nodiscard]] std::string base_url() const;

    /// PEM of the authority to trust: the one made at start, or the text of
    /// `emulator_options::certificate_file`. Empty without TLS.
    [[nodiscard]] std::string const& ca_pem() const noexcept;

    /// Begins to serve. From then on the context has work until `stop`. A second call, or one after
    /// `stop`, does nothing.
    void start();

    /// Closes the port and all connections, without waiting for it; `run` of the context returns
    /// when that is done and nothing else is left. A second call does nothing.
    void stop();

    /// Lets the requests that come from now on fail by these steps: each takes one, in order,
    /// whatever its headers `x-emulator-*` say, and also where it is refused. After the last step
    /// requests are served as ever. Steps of an earlier call that are left are dropped.
    ///
    /// Throws `std::invalid_argument` that names the step (from 0) and the header of the member at
    /// fault; the earlier steps stay then.
    void script(std::vector<emulator_fault> steps);

    /// A snapshot of the counters.
    [[nodiscard]] emulator_statistics statistics() const noexcept;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace hicap

HICAP_API_END

#endif
