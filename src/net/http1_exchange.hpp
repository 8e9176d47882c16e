#ifndef HICAP_NET_HTTP1_EXCHANGE_HPP
#define HICAP_NET_HTTP1_EXCHANGE_HPP

#include "net/exchange.hpp"
#include "net/pool.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace hicap::net {

/// An exchange of HTTP/1.1: it has its session to itself.
///
/// Begins with `begin`, then `write_some` until all is sent, then `read_head` until it is there;
/// between the steps the caller waits with `writable` and `readable`.
class http1_exchange final : public exchange
{
public:
    /// Ends with `what`, whose call it belongs to, and lets that be stopped until then.
    http1_exchange(lease session, std::shared_ptr<operation> what);
    http1_exchange(http1_exchange const&) = delete;
    http1_exchange& operator=(http1_exchange const&) = delete;
    ~http1_exchange() override;

    /// `head` and `body` must stay in place until they are sent.
    void begin(std::string_view head, std::string_view body);

    /// Goes on with `piece`, which must stay in place until it is sent.
    /// Precondition: `write_some` has said true.
    void write_more(std::string_view piece) noexcept { link().write_more(piece); }

    /// True when all is sent, or when the server has answered without waiting for all of it.
    bool write_some();

    [[nodiscard]] asio::awaitable<bool> writable(clock::time_point deadline)
    {
        return link().writable(deadline);
    }

    /// True once the head is there.
    bool read_head();

    /// Whether the server has answered before all was sent: it wants no more.
    [[nodiscard]] bool answered() const noexcept { return has_head_; }

    /// Whether nothing of the response has come yet.
    [[nodiscard]] bool silent() const noexcept { return silent_; }

    /// Closes the session, and leaves the lease without it to dial anew: nothing follows but the
    /// end of the exchange.
    [[nodiscard]] lease give_up_session() noexcept;

    [[nodiscard]] http::response_head const& head() const noexcept override;
    [[nodiscard]] headers take_fields() noexcept override;
    status read_body(std::string_view& piece) override;

    [[nodiscard]] asio::awaitable<bool> readable(clock::time_point deadline) override
    {
        return link().readable(deadline);
    }

private:
    [[nodiscard]] connection& link() const noexcept { return *lease_.session->link; }

    [[nodiscard]] http::response_parser& parser() const noexcept { return lease_.session->parser; }

    http::response_parser::status parse();
    http::response_parser::status finish_closed();
    bool answered_before_failing();
    [[nodiscard]] std::string hint();
    [[noreturn]] void fail();

    std::shared_ptr<operation> operation_; // ends when nothing of it is left
    lease lease_;
    bool silent_ = true;
    bool has_head_ = false;
    bool ended_ = false;
    bool broken_ = false; // the session cannot be used again
};

} // namespace hicap::net

#endif
