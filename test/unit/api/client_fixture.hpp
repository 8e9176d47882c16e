#ifndef HICAP_TEST_UNIT_API_CLIENT_FIXTURE_HPP
#define HICAP_TEST_UNIT_API_CLIENT_FIXTURE_HPP

#include "api/core.hpp"
#include "support/manual_clock.hpp"
#include "support/scripted_dialer.hpp"
#include "support/scripted_socket.hpp"
#include "support/started.hpp"
#include "unit/api/sent_requests.hpp"

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/error.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {

/// The text of a response with a body of known length; `headers` are whole lines.
inline std::string
response(int status, std::string_view body, std::string_view headers = "x-request-id: r1\r\n")
{
    std::string text = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size());
    text += "\r\n";
    text += headers;
    text += "\r\n";
    text += body;
    return text;
}

/// A completion that says "Hello".
inline std::string const completion_response = response(
    200, R"({"id":"c1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"}}]})"
);

/// The head of a stream, whose events end with the connection.
inline std::string const stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                       "x-request-id: r1\r\n\r\n";

/// The text of a stream that is there as a whole, and leaves its connection to others.
inline std::string stream_response(std::string const& events)
{
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-request-id: r1\r\n"
           "Content-Length: " +
           std::to_string(events.size()) + "\r\n\r\n" + events;
}

inline bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

inline std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

/// A whole client without a network, in a time that the test moves.
struct client_fixture
{
    using completion_reply = reply<chat::completion>;
    using chat_stream = stream<chat::chunk>;

    client_fixture()
    {
        options.api_key = "sk-canary-of-tests";
        options.base_url = "http://api.test/v1";
        request.model = "gpt-5";
        request.messages.emplace_back(chat::user("a question"));
    }

    ~client_fixture()
    {
        if (!checks_requests)
            return;
        for (auto const& one : servers_)
            check_sent_requests(one->sent);
    }

    client_fixture(client_fixture const&) = delete;
    client_fixture& operator=(client_fixture const&) = delete;

    /// The client, made of `options` when it is asked for first.
    client& api()
    {
        if (!client_) {
            detail::surroundings world;
            world.time = time;
            world.dialer = network ? network : dialer;
            world.random = [this] { return random; };
            client_ =
                std::make_unique<client>(std::make_shared<detail::client_core>(options, world));
        }
        return *client_;
    }

    /// Lets go of the client.
    void drop_client() { client_ = nullptr; }

    /// A server without a connection.
    std::shared_ptr<wire> silent_server() const
    {
        return servers_.emplace_back(std::make_shared<wire>(time));
    }

    /// A server that answers one request after the other so, and then no more.
    std::shared_ptr<wire> server(std::deque<std::string> responses) const
    {
        auto far = silent_server();
        far->when_sent = [to = far.get(), left = std::move(responses)](std::string_view) mutable {
            if (left.empty())
                return;
            to->give(left.front());
            left.pop_front();
        };
        return far;
    }

    /// The server that is dialled next.
    std::shared_ptr<wire> connect(std::deque<std::string> responses)
    {
        auto far = server(std::move(responses));
        dialer->connect(far);
        return far;
    }

    started<completion_reply> create(request_options const& of_call = {})
    {
        return {context, api().chat().completions().create(request, of_call)};
    }

    started<chat_stream> open_stream(request_options const& of_call = {})
    {
        return {context, api().chat().completions().stream(request, of_call)};
    }

    started<chat::chunk const*> next(chat_stream& from) { return {context, from.next()}; }

    /// Lets everything that is ready run, without waiting for anything.
    void settle()
    {
        context.restart();
        context.poll();
    }

    void pass(std::chrono::milliseconds length)
    {
        time->advance(length);
        settle();
    }

    /// How long it takes until the client wakes up by itself; that much has passed then.
    std::chrono::milliseconds pass_to_next()
    {
        auto const begin = time->now();
        time->advance_to_next();
        settle();
        return std::chrono::duration_cast<std::chrono::milliseconds>(time->now() - begin);
    }

    asio::io_context context{1};
    std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>();
    std::shared_ptr<scripted_dialer> dialer = std::make_shared<scripted_dialer>();
    std::shared_ptr<net::dialer> network; ///< in place of `dialer`
    double random = 0;
    client_options options;
    chat::completion_request request;
    bool checks_requests = true; ///< by the API's description; some are wrong on purpose

private:
    mutable std::vector<std::shared_ptr<wire>> servers_;
    std::unique_ptr<client> client_;
};

} // namespace hicap::test

#endif
