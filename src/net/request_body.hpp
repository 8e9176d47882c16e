#ifndef HICAP_NET_REQUEST_BODY_HPP
#define HICAP_NET_REQUEST_BODY_HPP

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string_view>

namespace hicap::net {

namespace asio = boost::asio;

/// Gives a body piece by piece, once.
class body_reader
{
public:
    virtual ~body_reader() = default;

    /// The next piece, which lives until the next call; empty at the end. Whatever it throws ends
    /// the request.
    [[nodiscard]] virtual asio::awaitable<std::string_view> next() = 0;
};

/// A body that need not be in memory.
class body_source
{
public:
    virtual ~body_source() = default;

    /// From its beginning; called once for each time that the request is sent.
    [[nodiscard]] virtual std::unique_ptr<body_reader> open() = 0;

    /// Whether it can be opened again.
    [[nodiscard]] virtual bool repeatable() const noexcept = 0;
};

/// What a request carries: a body that is at hand, or one that comes in pieces.
struct request_body
{
    request_body(std::string_view text) noexcept : whole(text) {}

    request_body(body_source* source) noexcept : pieces(source) {}

    std::string_view whole{};
    body_source* pieces = nullptr;
};

} // namespace hicap::net

#endif
