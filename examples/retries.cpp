// What happens when the service is busy, and how to keep within its limits.
//
// It teaches:
// - that failed calls are tried again by themselves, and how to see it: `attempts`;
// - settings for all calls of a client, and others for a single call;
// - telling apart what can be tried later and what cannot;
// - reading the rate limits that come with every answer.
//
// An emulator in the same process plays the busy service.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/emulator.hpp>
#include <hicap/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// [options
hicap::client_options patient(hicap::client_options options)
{
    options.retries.max_retries = 4;
    options.retries.initial_backoff = 10ms; // doubles with each retry, less some jitter
    options.retries.max_retry_after = 20s;  // a server that asks for more is not waited for
    options.deadlines.total = 60s;          // all attempts and pauses together
    return options;
}

// options]

// [ask
asio::awaitable<void> ask(hicap::client client, hicap::request_options options)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user("Are you busy?")},
    };
    try {
        auto const answer = co_await client.chat().completions().create(request, options);
        std::cout << "answered";
        for (auto const& attempt : answer.attempts())
            std::cout << ' ' << attempt.status;
        auto const limit = answer.rate_limit();
        if (limit.requests.remaining && *limit.requests.remaining < 10)
            std::cout << ", slow down"; // fewer than 10 until limit.requests.reset
        std::cout << '\n';
    } catch (hicap::api_error const& error) {
        std::cout << error.status() << " after " << error.attempts().size() << " attempts";
        if (auto const pause = error.retry_after())
            std::cout << ", retry after " << pause->count() << " ms";
        else if (error.code() != hicap::condition::retryable)
            std::cout << ", and no use in trying again";
        std::cout << '\n';
    }
}

// ask]

asio::awaitable<void> run(hicap::emulator& service, hicap::client client)
{
    hicap::emulator_fault busy;
    busy.status = 503;
    hicap::emulator_fault limited;
    limited.status = 429;
    limited.retry_after = "3600";
    hicap::emulator_fault no_quota;
    no_quota.status = 429;
    no_quota.code = "insufficient_quota";

    service.script({busy, busy});
    hicap::request_options const as_ever;
    co_await ask(client, as_ever); // two retries, then an answer

    service.script({limited, no_quota, busy});
    co_await ask(client, as_ever); // an hour is too long
    co_await ask(client, as_ever); // a quota that is used up does not come back by asking

    // [call
    hicap::request_options at_once;
    at_once.retries = hicap::retry_options{.max_retries = 0};
    co_await ask(client, at_once);
    // call]
    service.stop();
}

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        hicap::emulator_options limits;
        limits.rate_limit.requests = 8;
        hicap::emulator service(context.get_executor(), limits);
        service.start();
        hicap::client_options options;
        options.api_key = "any";
        options.base_url = service.base_url();
        hicap::client const client(patient(options));
        asio::co_spawn(context, run(service, client), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "retries: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
