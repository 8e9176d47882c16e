#ifndef HICAP_API_CORE_HPP
#define HICAP_API_CORE_HPP

#include "base/secret.hpp"
#include "http/request_head.hpp"
#include "net/call.hpp"
#include "net/exchange.hpp"
#include "net/transport.hpp"
#include "policy/deadlines.hpp"
#include "policy/retry.hpp"
#include "policy/retry_budget.hpp"

#include <hicap/client_options.hpp>
#include <hicap/reply.hpp>
#include <hicap/request_options.hpp>
#include <hicap/statistics.hpp>

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::detail {

namespace asio = boost::asio;

/// What an operation hands to the transport, ready before anything suspends.
struct prepared_request
{
    /// The key is in it, unless a callback gives one: then the lines of the key and the end are
    /// missing.
    secret_string head;
    /// What is never shown of it, and of all others; empty where there is no more than those.
    hidden_secret hidden{};
    std::string body;
    std::shared_ptr<net::body_source> pieces{}; ///< in place of `body`, where it is not null
    std::string_view method;                    ///< a literal
    std::string_view path;                      ///< a literal, for observers
    bool takes_bearer = false;                  ///< the callback's key is to be sent so
    bool takes_api_key = false;
    policy::deadline_set deadlines;
    retry_options retries;
    bool has_own_retries = false; ///< which the client's budget does not count
    bool is_idempotent = false; ///< a server may have it twice: a broken answer is asked for again
};

/// What a request is sent to.
struct endpoint
{
    std::string_view method; ///< a literal
    std::string_view name;   ///< a literal, for observers: its path, with `{id}` for what varies
    std::string_view target; ///< path, encoded, below the base URL
};

/// The body of a request and what it is.
struct payload
{
    std::string content_type{}; ///< empty where there is no body
    std::string text{};
    std::shared_ptr<net::body_source> pieces{}; ///< in place of `text`, where it is not null
    std::optional<std::uint64_t> size{};        ///< of `pieces`; absent: they come in chunks
};

/// A response with a status of success that begins, and the call that it answers.
struct opened_response
{
    /// What a result tells of it. To be called once, before the exchange is gone.
    [[nodiscard]] response_info take_info();

    /// Throws `why`, a `hicap::error`, with what is known of the call.
    [[noreturn]] void fail(std::exception_ptr const& why);

    std::unique_ptr<net::exchange> exchange;
    net::call on;
};

/// What a client takes from the world, so that tests can put something else in place.
struct surroundings
{
    std::shared_ptr<net::clock> time = net::system_clock();
    std::shared_ptr<net::dialer> dialer; ///< null: the network
    std::function<double()> random;      ///< in [0, 1), from any thread; null: a generator
};

/// The responses in the background that nobody waits for any more. See `client_statistics`.
struct abandonment_books
{
    std::atomic<std::uint64_t> abandoned{0};
    std::atomic<std::uint64_t> cancelled{0};
    std::atomic<std::uint64_t> finished{0};
    std::atomic<std::uint64_t> lost{0};
};

/// What all copies of a client share. Thread safety: shared objects safe.
class client_core
{
public:
    enum class accepts
    {
        json,
        event_stream
    };

    explicit client_core(client_options const& options, surroundings world = {});

    /// Throws `hicap::error` for headers that cannot be sent, and for deadlines that are none.
    [[nodiscard]] prepared_request prepare(
        endpoint const& where, payload carried, accepts what, request_options const& options
    ) const;

    /// The same for a POST of the JSON `body` to `path`, a literal that is encoded already.
    [[nodiscard]] prepared_request prepare_post(
        std::string_view path, std::string body, accepts what, request_options const& options
    ) const;

    /// Sends `request`, again where that is allowed, and completes when a response with a status of
    /// success begins. Any other is read whole and thrown as `api_error`.
    /// Precondition: the core outlives the operation.
    asio::awaitable<opened_response> open(prepared_request request);

    /// The same as a part of a call that has begun, and has its own deadlines.
    asio::awaitable<opened_response>
    open(std::shared_ptr<prepared_request const> request, net::call on);

    /// A call of this client begins. `path` is for observers.
    [[nodiscard]] net::call begin(
        std::string_view method,
        std::string_view path,
        policy::deadline_set const& limits,
        net::errand what_for = net::errand::usual
    );

    /// The call that `request` is.
    [[nodiscard]] net::call
    begin(prepared_request const& request, net::errand what_for = net::errand::usual)
    {
        return begin(request.method, request.path, request.deadlines, what_for);
    }

    /// Whether a call goes on after an attempt that failed so, when `retries` were made for it.
    [[nodiscard]] policy::retry_decision decide(
        prepared_request const& request,
        policy::failed_attempt const& failed,
        unsigned retries,
        net::call const& on
    );

    /// One is made.
    void count_retry() noexcept { ++retries_; }

    /// What becomes of the responses in the background that are left.
    abandonment_books books;

    /// The same limits as those of a request without options.
    [[nodiscard]] policy::deadline_set usual_deadlines() const;

    /// How many more idle connections `pool_options` allows now.
    [[nodiscard]] std::size_t room_for_connections() const;

    [[nodiscard]] client_statistics statistics() const;

    [[nodiscard]] net::transport& transport() noexcept { return transport_; }

    [[nodiscard]] std::shared_ptr<net::operations> const& operations() const noexcept
    {
        return operations_;
    }

    [[nodiscard]] std::shared_ptr<net::clock> const& time() const noexcept { return world_.time; }

    /// In [0, 1).
    [[nodiscard]] double random() const { return world_.random(); }

    [[nodiscard]] std::string const& base_url() const noexcept { return options_.base_url; }

    /// Those of every request with a JSON body.
    [[nodiscard]] unknown_members const& usual_members() const noexcept
    {
        return options_.extra_body;
    }

    [[nodiscard]] response_limits const& limits() const noexcept { return options_.limits; }

    /// What is to be done about a response in the background that is left before its end.
    [[nodiscard]] on_abandon when_abandoned(request_options const& options) const noexcept
    {
        return options.on_abandon.value_or(options_.on_abandon);
    }

private:
    struct outcome;

    [[nodiscard]] std::string headers_for(request_options const& options, bool is_form) const;
    asio::awaitable<secret_string>
    head_with_key(prepared_request const* request, net::call* on, bool refused);
    asio::awaitable<outcome> try_once(
        prepared_request const* request,
        net::call* on,
        std::string_view head,
        net::request_body body
    );

    client_options options_; // without the key
    http::base_url where_;
    std::shared_ptr<std::string const> server_; // for messages and observers
    secret_string key_;
    hidden_secret hidden_key_;
    secret_string usual_headers_; // of a request without options
    surroundings world_;
    std::shared_ptr<net::operations> operations_ = std::make_shared<net::operations>();
    policy::retry_budget retry_budget_;
    net::transport transport_;
    std::atomic<std::uint64_t> calls_{0};
    std::atomic<std::uint64_t> retries_{0};
    std::atomic<std::uint64_t> replays_{0};
};

/// The pause before a further attempt, which ends early where the operation is stopped.
asio::awaitable<void> pause(net::call* on, std::chrono::milliseconds length);

/// Throws where the operation was stopped, and tells of its attempts.
void check_running(net::call& on);

/// Throws `errc::invalid_header` for a key that no header can hold. A header that nobody has
/// written down would be blamed for it otherwise. `name` is what the message calls it.
void check_key(std::string_view key, std::string const& name);

/// See `client::prewarm`.
asio::awaitable<std::size_t> prewarm(std::shared_ptr<client_core> core, std::size_t count);

/// See `client::shutdown`.
asio::awaitable<std::size_t>
shutdown(std::shared_ptr<client_core> core, std::chrono::milliseconds deadline);

/// Reads so much of the body into `begun` that it is known whether it is one of events, whatever
/// the response says of its type. Throws `idle_timeout` as `read_body`.
asio::awaitable<bool> brings_events(opened_response* from, std::string* begun);

/// Appends what is at hand of the body to `body`; true at its end. Throws as `read_body`.
bool read_at_hand(opened_response& from, std::size_t max_size, std::string& body);

/// Reads the rest of the body, of which `body` has been read. Throws `errc::body_too_large` beyond
/// `max_size`, and `idle_timeout` when no piece of it comes for as long.
asio::awaitable<std::string>
read_body(opened_response* from, std::size_t max_size, std::string body = {});

} // namespace hicap::detail

#endif
