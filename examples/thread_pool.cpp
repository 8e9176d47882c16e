// One client, used by all threads of a pool.
//
// It teaches:
// - that a client may be shared between threads, and has none of its own: an operation runs on the
//   executor of the coroutine that awaits it;
// - a strand for each coroutine: a stream belongs to one coroutine at a time, and a strand keeps
//   what cancels it from running beside it;
// - that connections are shared too: the second half of the questions finds those of the first.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <future>
#include <iostream>
#include <string>
#include <vector>

namespace asio = boost::asio;

namespace {

// [threads
asio::awaitable<std::size_t> length_of_answer(hicap::client client, std::string question)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user(question)},
    };
    std::size_t length = 0;
    auto stream = co_await client.chat().completions().stream(request);
    while (auto const* chunk = co_await stream.next())
        length += chunk->text().size();
    co_return length;
}

std::vector<std::future<std::size_t>> ask(asio::thread_pool& pool, hicap::client client, int count)
{
    std::vector<std::future<std::size_t>> lengths;
    for (int i = 0; i != count; ++i) {
        lengths.push_back(asio::co_spawn(
            asio::make_strand(pool),
            length_of_answer(client, "Question " + std::to_string(i)),
            asio::use_future
        ));
    }
    return lengths;
}

// threads]

} // namespace

int main()
{
    try {
        hicap::client const client;
        asio::thread_pool pool(4);
        std::size_t total = 0;
        for (int half = 0; half != 2; ++half) {
            for (auto& length : ask(pool, client, 20))
                total += length.get();
        }
        pool.join();
        auto const statistics = client.statistics();
        std::cout << total << " characters in " << statistics.calls << " answers, "
                  << statistics.connections_reused << " on a connection that was open\n";
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "thread_pool: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
