#include "net/http1_exchange.hpp"

#include <hicap/error.hpp>

#include <utility>

namespace hicap::net {
namespace {

using parsed = http::response_parser::status;

// An incomplete head has to fit into the buffer of the connection.
constexpr http::response_parser::limits bounds{.max_header = pooled_buffer::capacity - 1024};

} // namespace

http1_exchange::http1_exchange(lease session, std::shared_ptr<operation> what)
    : operation_(std::move(what)), lease_(std::move(session))
{
    operation_->wait_for(&link().link());
}

http1_exchange::~http1_exchange()
{
    operation_->wait_for(nullptr);
    // Bytes behind the response belong to no request: the next would take them for its answer.
    if (!ended_ || broken_ || !parser().head().keep_alive || !link().unread().empty() ||
        link().write_failed())
        return;
    link().rest();
    lease_.give_back();
}

void http1_exchange::begin(std::string_view head, std::string_view body)
{
    parser().start(bounds);
    link().begin_write(head, body);
}

bool http1_exchange::write_some()
{
    try {
        if (link().write_some())
            return true;
    } catch (error const&) {
        operation_->check();
        // What refuses the rest of a body closes the connection, after it has said why.
        if (!answered_before_failing())
            throw;
        return true;
    }
    broken_ = read_head();
    return broken_;
}

bool http1_exchange::answered_before_failing()
{
    broken_ = true;
    try {
        return read_head();
    } catch (error const&) { // that the request cannot be sent says more
        return false;
    }
}

bool http1_exchange::read_head()
{
    while (!has_head_) {
        switch (parse()) {
        case parsed::head:
            has_head_ = true;
            link().forget_deadline(); // a stream may be kept for long before it is read
            break;
        case parsed::need_more:
            return false;
        default: // a head comes first, whatever follows
            fail();
        }
    }
    return true;
}

lease http1_exchange::give_up_session() noexcept
{
    operation_->wait_for(nullptr);
    ended_ = false; // there is nothing to give back
    lease_.replace();
    return std::move(lease_);
}

http::response_head const& http1_exchange::head() const noexcept
{
    return parser().head();
}

headers http1_exchange::take_fields() noexcept
{
    return parser().take_fields();
}

http1_exchange::status http1_exchange::read_body(std::string_view& piece)
{
    if (ended_)
        return status::end;
    switch (parse()) {
    case parsed::body:
        piece = parser().piece();
        return status::piece;
    case parsed::end:
        ended_ = true;
        return status::end;
    case parsed::need_more:
        return status::blocked;
    default:
        fail();
    }
}

/// Parses what is unread, and reads more as long as something comes.
parsed http1_exchange::parse()
{
    auto& from = link();
    for (;;) {
        silent_ = silent_ && from.unread().empty();
        auto const result = parser().parse(from.unread());
        if (result != parsed::need_more)
            return result;
        auto got = connection::status::closed;
        try {
            got = from.fill();
        } catch (error const&) { // also what comes of a socket that was stopped
            operation_->check();
            throw;
        }
        switch (got) {
        case connection::status::data:
            break;
        case connection::status::blocked:
            return parsed::need_more;
        case connection::status::closed:
            operation_->check(); // that closes the connection from this side
            return finish_closed();
        }
    }
}

parsed http1_exchange::finish_closed()
{
    broken_ = true;
    if (silent_)
        throw error(
            errc::truncated_response, "the server closed the connection without a response" + hint()
        );
    // Anybody on the path can forge a FIN, nobody a close_notify: without it a body that the close
    // delimits may have been cut.
    if (!link().closed_cleanly())
        throw error(errc::truncated_response, "the TLS session was cut without close_notify");
    return parser().finish();
}

/// What is often wrong where a server does not speak HTTP.
std::string http1_exchange::hint()
{
    return link().encrypted() ? "" : "; if the port is for TLS, the base URL must begin with https";
}

void http1_exchange::fail()
{
    broken_ = true;
    bool const speaks_http =
        parser().error() != errc::invalid_response || parser().head().status != 0;
    if (parser().error())
        throw error(parser().error(), parser().error_message() + (speaks_http ? "" : hint()));
    throw error(errc::invalid_response, "the response has no head");
}

} // namespace hicap::net
