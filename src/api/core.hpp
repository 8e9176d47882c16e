#ifndef HICAP_API_CORE_HPP
#define HICAP_API_CORE_HPP

#include "base/secret.hpp"
#include "http/request_head.hpp"
#include "net/exchange.hpp"
#include "net/transport.hpp"

#include <hicap/client_options.hpp>
#include <hicap/request_options.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::detail {

namespace asio = boost::asio;

/// What an operation hands to the transport, ready before anything suspends.
struct prepared_request
{
    secret_string head; // the key is in it
    std::string body;
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

    explicit client_core(client_options const& options);

    /// A POST of the JSON `body` to `path`, which is encoded already and goes below the base URL.
    /// Throws `hicap::error` for headers that cannot be sent.
    [[nodiscard]] prepared_request prepare_post(
        std::string_view path, std::string body, accepts what, request_options const& options
    ) const;

    /// Sends `request` and completes when a response with a status of success begins. Any other is
    /// read whole and thrown as `api_error`. Precondition: the core outlives the operation.
    asio::awaitable<std::unique_ptr<net::exchange>> open(prepared_request request);

    [[nodiscard]] std::string const& base_url() const noexcept { return options_.base_url; }

    [[nodiscard]] response_limits const& limits() const noexcept { return options_.limits; }

private:
    [[nodiscard]] std::string headers_for(request_options const& options) const;

    client_options options_; // without the key
    http::base_url where_;
    secret_string key_;
    secret_string usual_headers_; // of a request without options
    net::transport transport_;
};

/// Reads the rest of a body. Throws `errc::body_too_large` beyond `max_size`.
asio::awaitable<std::string> read_body(net::exchange& from, std::size_t max_size);

} // namespace hicap::detail

#endif
