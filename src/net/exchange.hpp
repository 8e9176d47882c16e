#ifndef HICAP_NET_EXCHANGE_HPP
#define HICAP_NET_EXCHANGE_HPP

#include "http/response_parser.hpp"
#include "net/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string_view>

namespace hicap::net {

namespace asio = boost::asio;

/// One request and its response, whose head is at hand: what the layers above see of a connection.
///
/// Destroying it before the body has ended abandons it: the connection is closed, because HTTP/1.1
/// has no other way to stop a server. Afterwards the connection goes back to its pool.
///
/// Failures are thrown as `hicap::error`. Belongs to one coroutine at a time.
class exchange
{
public:
    enum class status
    {
        piece,   ///< the next bytes of the body
        blocked, ///< none have come: wait with `readable`
        end      ///< the body is complete
    };

    virtual ~exchange() = default;

    [[nodiscard]] virtual http::response_head const& head() const noexcept = 0;

    /// Moves the fields of the head out, for a result that outlives the exchange.
    [[nodiscard]] virtual headers take_fields() noexcept = 0;

    /// The next bytes of the body; they live until the next call.
    virtual status read_body(std::string_view& piece) = 0;

    /// True when `read_body` may get further, false when `deadline` passes first. Cancelling it
    /// loses nothing.
    [[nodiscard]] virtual asio::awaitable<bool> readable(clock::time_point deadline) = 0;
};

/// Ends an exchange of whose body nothing more is wanted, without making the caller wait: what is
/// left of a body that is about to end is read in the background, within bounds, so that the
/// connection can be used again. `executor` runs that work.
void finish(
    std::unique_ptr<exchange> done, std::shared_ptr<clock> time, asio::any_io_executor executor
);

} // namespace hicap::net

#endif
