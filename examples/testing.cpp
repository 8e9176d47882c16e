// Tests code of one's own that calls the API, against an emulator in the same process.
//
// It teaches:
// - `hicap::emulator` as a fixture: on the same event loop, on a port that the system chooses;
// - faults on demand: what `headline` does when the service is busy, when an answer breaks off, and
//   when it never ends, in milliseconds and without a real key;
// - `statistics` of the emulator, which say what the other side has seen.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/emulator.hpp>
#include <hicap/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// The code to be tested: a headline for an article, or none where the service cannot give one.
asio::awaitable<std::optional<std::string>> headline(hicap::client client, std::string article)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user("A headline for: " + article)},
    };
    try {
        auto stream = co_await client.chat().completions().stream(request);
        auto const completion = co_await stream.collect();
        co_return std::string(completion.text());
    } catch (hicap::error const&) {
        co_return std::nullopt;
    }
}

// [fixture
class fixture
{
public:
    fixture() { service.start(); }

    std::optional<std::string> headline_with(std::vector<hicap::emulator_fault> faults)
    {
        service.script(std::move(faults));
        hicap::client_options options;
        options.api_key = "any";
        options.base_url = service.base_url();
        options.retries.initial_backoff = 1ms;
        options.deadlines.idle = 50ms;
        auto result = asio::co_spawn(
            context, headline(hicap::client(options), "Rain in May"), asio::use_future
        );
        context.restart();
        while (result.wait_for(0s) != std::future_status::ready)
            context.run_one(); // never returns for good: the emulator keeps it busy
        return result.get();
    }

    asio::io_context context{1};
    hicap::emulator service{context.get_executor()};
};

// fixture]

int failures = 0;

void check(std::string_view what, bool holds)
{
    std::cout << (holds ? "ok - " : "not ok - ") << what << '\n';
    failures += holds ? 0 : 1;
}

} // namespace

int main()
{
    fixture tested;
    check("there is a headline", tested.headline_with({}).has_value());

    // [faults
    hicap::emulator_fault busy;
    busy.status = 503;
    check("a busy service is asked again", tested.headline_with({busy}).has_value());

    hicap::emulator_fault cut;
    cut.events = 2;
    check("half an answer is no headline", !tested.headline_with({cut}).has_value());

    hicap::emulator_fault silent;
    silent.stall_after_events = 1;
    check("silence is not waited for", !tested.headline_with({silent}).has_value());

    auto const seen = tested.service.statistics();
    check("the busy service was asked twice", seen.requests == 5);
    check("two streams were finished", seen.streams_finished == 2);
    // faults]
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
