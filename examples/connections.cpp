// usage: example_connections [Unix socket]
//
// The connections of a client: how many there are, how long they are kept, what is opened ahead.
//
// It teaches:
// - the limits of the pool, and what each of them is for;
// - `prewarm`, which takes the handshakes off the first calls;
// - `statistics`, and what `shutdown` does to the connections;
// - a Unix socket in place of the network, with its path as an argument.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// [pool
hicap::client_options for_many_streams()
{
    hicap::client_options options;
    options.pool.max_connections = 2'000; // streams and calls at one time
    options.pool.max_waiters = 500;       // calls that may wait for one of them, ...
    options.deadlines.pool_wait = 2s;     // ... and how long
    options.pool.max_idle = 200;          // connections that are kept for the next call
    options.pool.idle_time = 30s;         // less than the load balancer in front keeps them
    options.pool.max_age = 5min;          // how soon a change of the addresses is followed
    return options;
}

// pool]

// [bounds
hicap::client_options bounded(hicap::client_options options)
{
    options.tcp.keep_alive_idle = 60s;  // silence before the system asks whether anybody is there
    options.tcp.keep_alive_probes = 5;  // questions without an answer that end the connection
    options.limits.max_body = 16 << 20; // bytes of an answer; more is `errc::body_too_large`
    return options;
}

// bounds]

// [unix
hicap::client_options through(std::string socket)
{
    hicap::client_options options;
    options.unix_socket = std::move(socket);     // where it connects to
    options.base_url = "http://gateway.test/v1"; // what it says there: the header Host, the path
    return options;
}

// unix]

asio::awaitable<void> ask(hicap::client client, std::string question)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user(std::move(question))},
    };
    auto stream = co_await client.chat().completions().stream(request);
    co_await stream.collect();
}

void rethrow(std::exception_ptr failure)
{
    if (failure)
        std::rethrow_exception(failure);
}

// [prewarm
asio::awaitable<void> open_ahead(hicap::client client)
{
    auto const opened = co_await client.prewarm(8); // as many handshakes at the same time
    std::cout << opened << " opened ahead\n";
}

// prewarm]

// [shutdown
asio::awaitable<void> leave(hicap::client client)
{
    auto const before = client.statistics();
    std::cout << before.connections_opened << " opened, " << before.connections_reused
              << " times used again, " << before.connections_idle << " idle\n";
    co_await client.shutdown(5s);
    std::cout << client.statistics().connections_closed << " closed\n";
}

// shutdown]

void run(asio::io_context& context, asio::awaitable<void> work)
{
    asio::co_spawn(context, std::move(work), rethrow);
    context.run();
    context.restart();
}

} // namespace

int main(int count, char** values)
{
    try {
        asio::io_context context(1);
        if (count > 1) {
            run(context, ask(hicap::client(through(values[1])), "Is anybody there?"));
            return EXIT_SUCCESS;
        }
        hicap::client const client(bounded(for_many_streams()));
        run(context, open_ahead(client));
        for (int i = 0; i != 8; ++i)
            asio::co_spawn(context, ask(client, "Question " + std::to_string(i)), rethrow);
        context.run();
        context.restart();
        run(context, leave(client));
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "connections: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
