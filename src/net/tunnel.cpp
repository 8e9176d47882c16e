#include "net/tunnel.hpp"

#include "http/request_head.hpp"
#include "http/response_parser.hpp"

#include <hicap/error.hpp>

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace hicap::net {
namespace {

constexpr std::size_t max_head = std::size_t{16} * 1024;

secret_string connect_request(std::string const& target, std::string const& authorization)
{
    secret_string made;
    auto& head = made.reveal();
    head.reserve(authorization.size() + 2 * target.size() + 128); // no copy is left behind
    http::append_request_line(head, "CONNECT", target);
    http::append_header(head, "Host", target);
    if (!authorization.empty())
        http::append_header(head, "Proxy-Authorization", authorization);
    http::append_end_of_head(head);
    return made;
}

/// Who is asked for what, as messages tell it.
struct request_names
{
    std::string proxy;
    std::string target;
};

[[noreturn]] void throw_refused(request_names const& names, std::string const& why)
{
    throw error(
        errc::proxy_refused, names.proxy + " opened no tunnel to " + names.target + ": " + why
    );
}

/// True once the head of the answer is whole, which says yes.
bool accepted(http::response_parser& parser, std::string_view& unread, request_names const& names)
{
    switch (parser.parse(unread)) {
    case http::response_parser::status::need_more:
        return false;
    case http::response_parser::status::head:
        break;
    default:
        throw_refused(names, parser.error_message());
    }
    auto const status = parser.head().status;
    if (status == 407 || status == 401) { // 401 is not for proxies, but some refuse so
        throw_refused(
            names,
            "it asks for a user and password (" + std::to_string(status) +
                "), or refuses those given"
        );
    }
    if (status < 200 || status > 299)
        throw_refused(names, "it answered with status " + std::to_string(status));
    if (!unread.empty())
        throw_refused(names, "it sent bytes that nobody has asked for");
    return true;
}

} // namespace

asio::awaitable<void> open_tunnel(
    socket* link,
    std::string proxy,
    std::string target,
    secret_string const* authorization,
    call* on,
    clock::time_point deadline
)
{
    auto const request = connect_request(target, authorization->reveal());
    auto const doing = "asking " + proxy + " for a tunnel to ";
    request_names const names{std::move(proxy), std::move(target)};
    std::string_view unsent = request.reveal();
    while (!unsent.empty()) {
        auto const moved = link->send(unsent.data(), unsent.size());
        if (moved.what == socket::status::failed) {
            on->running().check(); // that closes the connection from this side
            throw error(moved.code, "sending to " + names.proxy);
        }
        if (moved.what == socket::status::blocked) {
            bool const in_time = co_await link->ready(interest::write, deadline);
            on->check(in_time, doing, names.target);
        } else {
            unsent.remove_prefix(moved.size);
        }
    }

    http::response_parser parser;
    parser.start({.max_header = max_head}, true);
    std::array<char, max_head> received;
    std::size_t size = 0;
    for (;;) {
        auto const moved = link->receive(received.data() + size, received.size() - size);
        if (moved.what == socket::status::failed || moved.what == socket::status::closed)
            on->running().check(); // as above
        if (moved.what == socket::status::failed)
            throw error(moved.code, "receiving from " + names.proxy);
        if (moved.what == socket::status::closed || size == received.size())
            throw_refused(names, "it closed the connection");
        if (moved.what == socket::status::blocked) {
            bool const in_time = co_await link->ready(interest::read, deadline);
            on->check(in_time, doing, names.target);
            continue;
        }
        size += moved.size;
        std::string_view unread(received.data(), size);
        if (accepted(parser, unread, names))
            co_return;
        // What is left is an incomplete head, and comes again with what follows; an interim
        // response before it does not.
        std::memmove(received.data(), unread.data(), unread.size());
        size = unread.size();
    }
}

} // namespace hicap::net
