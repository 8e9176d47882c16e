// Measures what a client does, and logs it too.
//
// It teaches:
// - an observer: hooks that are told of attempts, connections, first bytes and ends;
// - that it takes the place of the log, and how to have both;
// - `statistics`: what the client is doing at one moment.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/log_observer.hpp>
#include <hicap/observer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;

namespace {

// [observer
// Called from all threads that use the client: so its counters are atomic.
class metrics : public hicap::observer
{
public:
    void on_retry(hicap::retry_event const& event) noexcept override
    {
        ++retries;
        log->on_retry(event); // and the same as a line of text
    }

    void on_first_event(hicap::first_event_event const& event) noexcept override
    {
        first_event_us += event.since_begin.count();
    }

    void on_end(hicap::end_event const& event) noexcept override
    {
        ++calls;
        if (event.how == hicap::call_end::failed)
            ++failed;
        log->on_end(event);
    }

    std::atomic<std::uint64_t> calls = 0;
    std::atomic<std::uint64_t> failed = 0;
    std::atomic<std::uint64_t> retries = 0;
    std::atomic<std::int64_t> first_event_us = 0;
    // At this level it has lines for retries and ends.
    std::shared_ptr<hicap::observer> const log = hicap::make_log_observer(hicap::log_level::info);
};

// observer]

asio::awaitable<void> ask(hicap::client client)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user("What gets measured?")},
    };
    auto stream = co_await client.chat().completions().stream(request);
    auto const completion = co_await stream.collect();
    std::cout << completion.text() << '\n';
}

} // namespace

int main()
{
    try {
        // [options
        auto const measured = std::make_shared<metrics>();
        hicap::client_options options;
        options.observer = measured;
        hicap::client const client(options);
        // options]

        asio::io_context context(1);
        asio::co_spawn(context, ask(client), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();

        // [statistics
        auto const now = client.statistics();
        std::cout << measured->calls << " calls, " << measured->failed
                  << " failed, first event after " << measured->first_event_us << " us, "
                  << now.connections_idle << " connections idle\n";
        // statistics]
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "metrics: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
