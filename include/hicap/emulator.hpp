#ifndef HICAP_EMULATOR_HPP
#define HICAP_EMULATOR_HPP

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
};

/// What an emulator has done since it was made.
struct emulator_statistics
{
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_open = 0;
    std::uint64_t tls_handshakes_full = 0;
    std::uint64_t tls_handshakes_resumed = 0; ///< by a session ticket
    std::uint64_t tls_handshakes_failed = 0;
    std::uint64_t requests = 0;          ///< with a complete head and body
    std::uint64_t tokens_generated = 0;  ///< in streams as they are sent, in whole answers at once
    std::uint64_t streams_finished = 0;  ///< sent up to `data: [DONE]`
    std::uint64_t streams_abandoned = 0; ///< the client went away before; the generation stopped
    std::uint64_t streams_cut = 0;       ///< ended early by a fault that was asked for
};

/// A local Hicap: an HTTP/1.1 server that answers as the API does, for tests and benches.
///
/// It serves `POST /chat/completions`, whole and streamed, below `/v1` and `/v2/openai`. It checks
/// keys, `x-hicap-tags` and every member of a request as the API does, and answers errors with the
/// API's bodies. Members that it does not know are accepted, and so is every model name but
/// `model-that-does-not-exist`.
///
/// Answers are a function of the prompt: the same messages get the same text. `max_tokens`, `stop`,
/// `n`, `logprobs`, `response_format`, `stream_options` and `thinking` are honoured. A function is
/// called when `tool_choice` demands it, or when the last user message holds its name; a
/// conversation that ends in a tool's answer is answered with text.
///
/// A request may ask for its own failure, and for its own pace. A value that cannot be read is
/// answered with 400, and the header is named in `param`.
///
/// | request header | what happens |
/// |---|---|
/// | `x-emulator-status: 429` | this status (200..599) and its error body, before any check |
/// | `x-emulator-retry-after: 2` | that error carries `Retry-After` with this text |
/// | `x-emulator-code: insufficient_quota` | the `code` of that error, or of the error event |
/// | `x-emulator-body: text` | that error's body is not JSON; without a status: 500 |
/// | `x-emulator-body: empty` | that error has no body |
/// | `x-emulator-body: string-error` | that error's body is `{"error":"..."}` |
/// | `x-emulator-content: html` | 200 with an HTML page |
/// | `x-emulator-stream-error: 3` | after 3 events an error object, and no `[DONE]` after it |
/// | `x-emulator-events: 3` | a stream ends and its connection closes after 3 events (or 0) |
/// | `x-emulator-cut: fin` | how it ends: without the last chunk, and FIN; the default |
/// | `x-emulator-cut: clean` | with the last chunk, then FIN |
/// | `x-emulator-cut: no-close-notify` | as `fin`, and TLS ends without its farewell |
/// | `x-emulator-cut: rst` | with a TCP reset |
/// | `x-emulator-tokens: 500` | texts of this length (1..1000000), or shorter by limit or `stop` |
/// | `x-emulator-tokens-per-second: 50` | replaces `emulator_options::tokens_per_second` |
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

    /// A snapshot of the counters.
    [[nodiscard]] emulator_statistics statistics() const noexcept;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace hicap

#endif
