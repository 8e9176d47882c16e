#ifndef HICAP_CLIENT_HPP
#define HICAP_CLIENT_HPP

#include <hicap/client_options.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/reply.hpp>
#include <hicap/request_options.hpp>
#include <hicap/statistics.hpp>
#include <hicap/temporaries.hpp>
#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hicap::detail {

class client_core;

} // namespace hicap::detail

HICAP_API_BEGIN

namespace hicap {

namespace asio = boost::asio;

namespace chat {

class resource;

} // namespace chat

namespace responses {

class resource;

} // namespace responses

namespace images {

class resource;

} // namespace images

namespace realtime {

class resource;

} // namespace realtime

/// The entrance to the Hicap API.
///
/// A client is a handle: copies share connections, settings and TLS sessions. It has no threads
/// and no executor of its own; every operation runs on the executor of the coroutine that awaits
/// it. What an operation leaves behind ends by itself: a name lookup when `getaddrinfo` does, the
/// rest of a finished stream's body within 250 ms, the cancel of a background response within
/// 40 s. Idle connections stay with the context that opened them, and never keep `run()` from
/// returning; client, streams and contexts may be destroyed in any order.
///
/// This header knows no type of the API: each resource has a header of its own, and
/// <hicap/hicap.hpp> has them all.
///
/// A moved-from client can only be assigned to and destroyed.
///
/// Thread safety: shared objects safe, for all operations.
class client
{
public:
    /// As `client(client_options{})`: everything from the environment.
    client();

    /// Takes what `options` leave empty from the environment, and then from the defaults.
    ///
    /// Throws `hicap::error`: `errc::missing_api_key`, `invalid_base_url`, `invalid_header` (a key
    /// or header with a line break), `ca_file_unreadable`, `client_certificate_unusable`,
    /// `invalid_argument` (a deadline, limit, proxy or Unix socket that is none; HICAP_LOG).
    explicit client(client_options const& options);

    /// For the library and its tests: a handle to what is at hand.
    explicit client(std::shared_ptr<detail::client_core> core) noexcept;

    /// The operations on chat completions. Include <hicap/chat.hpp> to call this.
    [[nodiscard]] hicap::chat::resource chat() const;

    /// The operations on responses. Include <hicap/responses.hpp> to call this.
    [[nodiscard]] hicap::responses::resource responses() const;

    /// The operations on images. Include <hicap/images.hpp> to call this.
    [[nodiscard]] hicap::images::resource images() const;

    /// The operations on realtime sessions. Include <hicap/realtime.hpp> to call this.
    [[nodiscard]] hicap::realtime::resource realtime() const;

    /// Sends a request for which this library has no operation, as one of the API that is newer
    /// than it, with the key, tags, deadlines and retries of all others.
    ///
    ///     auto answer = co_await client.request("GET", "/something/newer");
    ///
    /// `method` is GET, POST, PUT, PATCH or DELETE. `path` goes below the base URL; it begins with
    /// a slash, is percent-encoded, and may have a query. `body` is sent as JSON, `extra_body`
    /// merged into it; where there is any, it has to be an object.
    ///
    /// Gives the JSON of the response, and `null` for one without a body.
    /// Cancellation and errors as `chat::completions_resource::create`; `errc::invalid_argument`,
    /// thrown by the call itself, for a method or path that is none.
    [[nodiscard]] asio::awaitable<reply<raw_json>>
    request(std::string_view method, std::string_view path) const;
    [[nodiscard]] asio::awaitable<reply<raw_json>>
    request(std::string_view method, std::string_view path, request_options const& options) const;
    [[nodiscard]] asio::awaitable<reply<raw_json>>
    request(std::string_view method, std::string_view path, raw_json const& body) const;
    [[nodiscard]] asio::awaitable<reply<raw_json>> request(
        std::string_view method,
        std::string_view path,
        raw_json const& body,
        request_options const& options
    ) const;

    HICAP_REFUSE_TEMPORARY(request, std::string_view, std::string_view, request_options&&)
    HICAP_REFUSE_TEMPORARY(request, std::string_view, std::string_view, raw_json const&, request_options&&)

    /// Opens `count` connections, all at the same time, and leaves them to the calls that follow,
    /// which so begin without a handshake. One that was idle for `pool_options::idle_time` serves
    /// no call any more.
    ///
    /// No more are opened than `pool_options::max_connections` and `max_idle` have room for by
    /// then, and none is tried twice. Gives the number that could be opened, 0 where there was no
    /// room, and throws what `create` would where all failed that were tried.
    /// Connections belong to the context of the coroutine that awaits this.
    ///
    /// Cancellation: terminal; those that are open by then stay.
    [[nodiscard]] asio::awaitable<std::size_t> prewarm(std::size_t count) const;

    /// Ends all work, for good: from now on every operation fails with `errc::client_shut_down`,
    /// and so do those that still run after `deadline`, streams included. Their connections are
    /// closed then, which is how the server learns to stop. Idle connections are closed as well.
    ///
    /// Completes when nothing runs any more, with the number of calls that did not end by
    /// themselves. What cannot end is a stream that nobody reads from, and a `credentials` callback
    /// or an `upload::reader` that does not return: they are waited for no longer than one second
    /// after the deadline, and their calls fail when they go on. Cancels of background responses
    /// that are not answered by then are stopped, for which one second more is granted. So it
    /// completes no later than two seconds after the deadline.
    ///
    /// It may be called more than once. Cancellation: terminal; what runs goes on, new work stays
    /// refused, and idle connections are closed.
    [[nodiscard]] asio::awaitable<std::size_t> shutdown(std::chrono::milliseconds deadline) const;

    /// What the client has done and is doing.
    [[nodiscard]] client_statistics statistics() const;

    /// Where requests go, as given.
    [[nodiscard]] std::string const& base_url() const noexcept;

private:
    std::shared_ptr<detail::client_core> core_;
};

} // namespace hicap

HICAP_API_END

#endif
