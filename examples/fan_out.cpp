// usage: example_fan_out [prompts [at a time]]
//
// Asks many prompts, a bounded number of them at a time, and draws a progress bar.
//
// It teaches:
// - that a bound on concurrency needs no semaphore: so many coroutines take the next prompt until
//   there is none;
// - that one failed prompt is no reason to lose the others: each has its result or its error;
// - `prewarm`, which makes the connections of all before the first of them is needed;
// - `statistics`: all of it used no more connections than prompts were asked at a time.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <system_error>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace {

struct batch
{
    std::vector<std::string> prompts{};
    std::vector<std::string> answers{};
    std::vector<std::string> errors{};
    std::size_t next = 0;
    std::size_t done = 0;
};

void draw(batch const& work)
{
    constexpr std::size_t width = 40;
    std::size_t const filled = width * work.done / work.prompts.size();
    std::cerr << "\r[" << std::string(filled, '=') << std::string(width - filled, ' ') << "] "
              << work.done << '/' << work.prompts.size() << std::flush;
}

// [worker
// As many of these run as prompts may be asked at a time. They share one thread, so no lock.
asio::awaitable<void> take_prompts(hicap::client client, batch& work)
{
    while (work.next != work.prompts.size()) {
        auto const index = work.next++;
        hicap::chat::completion_request request{
            .model = "gpt-5",
            .messages = {hicap::chat::user(work.prompts[index])},
        };
        try {
            auto const completion = co_await client.chat().completions().create(request);
            work.answers[index] = completion.text();
        } catch (std::exception const& error) {
            work.errors[index] = error.what();
        }
        ++work.done;
        draw(work);
    }
}

// worker]

void rethrow(std::exception_ptr failure)
{
    if (failure)
        std::rethrow_exception(failure);
}

asio::awaitable<void> begin(hicap::client client, batch& work, std::size_t at_a_time)
{
    co_await client.prewarm(at_a_time);
    auto const executor = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i != at_a_time; ++i)
        asio::co_spawn(executor, take_prompts(client, work), rethrow);
}

std::size_t number(std::string_view text)
{
    std::size_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const [read, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc() || read != end || value == 0)
        throw std::invalid_argument("usage: example_fan_out [prompts [at a time]], both above 0");
    return value;
}

} // namespace

int main(int count, char** values)
{
    try {
        std::size_t const prompts = count > 1 ? number(values[1]) : 1'000;
        std::size_t const at_a_time = count > 2 ? number(values[2]) : 32;
        batch work;
        for (std::size_t i = 1; i <= prompts; ++i)
            work.prompts.push_back("Say something about the number " + std::to_string(i));
        work.answers.resize(prompts);
        work.errors.resize(prompts);

        hicap::client const client;
        asio::io_context context(1);
        asio::co_spawn(context, begin(client, work, at_a_time), rethrow);
        context.run();

        std::cerr << '\n';
        std::size_t failed = 0;
        for (auto const& error : work.errors)
            if (!error.empty() && failed++ == 0)
                std::cerr << "the first error: " << error << '\n';
        std::cout << prompts - failed << " answers, " << failed << " errors, "
                  << client.statistics().connections_opened << " connections\n";
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (std::exception const& error) {
        std::cerr << "fan_out: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
