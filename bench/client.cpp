// The same job as floor.cpp with the library: one io_context, and a coroutine for each connection.

#include "common.hpp"
#include "memory.hpp"

#include <hicap/hicap.hpp>
#include <hicap/observer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace bench {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// How many connections have resumed a session.
class resumption_count : public hicap::observer
{
public:
    void on_connection(hicap::connection_event const& event) noexcept override
    {
        count += event.resumed_session && !event.reused ? 1 : 0;
    }

    std::size_t count = 0;
};

hicap::client make_client(job const& work, std::shared_ptr<resumption_count> const& resumed)
{
    hicap::client_options options;
    options.api_key = "bench-key";
    options.base_url = "https://localhost:" + work.port + "/v1";
    options.ca_file = work.ca_file;
    if (work.streams && work.what != subject::hold) {
        options.extra_headers = {
            {"x-bench-events", std::to_string(work.events)},
            {"x-bench-per-record", std::to_string(work.per_record)},
            {"x-bench-pace", std::to_string(work.pace)},
        };
    }
    if (work.what == subject::fresh || work.what == subject::hold)
        options.observer = resumed;
    options.pool.max_idle =
        work.what == subject::fresh ? 0 : std::max(work.connections, options.pool.max_idle);
    options.pool.max_connections = std::max(work.answers, options.pool.max_connections);
    // Thousands that are opened at once wait for each other.
    options.deadlines.connect = options.deadlines.tls = 2min;
    return hicap::client(options);
}

hicap::request_options with_header(char const* name, std::size_t value)
{
    hicap::request_options made;
    made.extra_headers = {{name, std::to_string(value)}};
    return made;
}

/// What the coroutines share.
struct progress
{
    explicit progress(std::size_t answers) : left(answers) {}

    std::size_t left;
    tally came{};
    std::string request_size{};
    std::vector<double> first_events{}; // what each stream has taken to its first one, in seconds

    void note(text_digest const& answer, hicap::headers const& fields)
    {
        came.add(answer);
        if (request_size.empty())
            request_size = fields.find("x-bench-request-bytes").value_or("");
    }
};

asio::awaitable<void>
create_answers(hicap::client client, hicap::request_options options, progress& state)
{
    auto const request = make_request();
    while (state.left != 0) {
        --state.left;
        auto const reply = co_await client.chat().completions().create(request, options);
        text_digest digest;
        digest.add(reply.text());
        state.note(digest, reply.headers());
    }
}

asio::awaitable<void>
stream_answers(hicap::client client, hicap::request_options options, progress& state)
{
    auto const request = make_request();
    while (state.left != 0) {
        --state.left;
        auto stream = co_await client.chat().completions().stream(request, options);
        text_digest digest;
        while (auto const* event = co_await stream.next()) {
            digest.add(event->text());
            ++state.came.events;
        }
        state.note(digest, stream.headers());
    }
}

asio::awaitable<void>
time_first_events(hicap::client client, hicap::request_options options, progress& state)
{
    auto const request = make_request();
    while (state.left != 0) {
        --state.left;
        stopwatch const watch;
        auto stream = co_await client.chat().completions().stream(request, options);
        auto const* event = co_await stream.next();
        state.first_events.push_back(watch.wall());
        text_digest digest;
        while (event != nullptr) {
            digest.add(event->text());
            ++state.came.events;
            event = co_await stream.next();
        }
        state.note(digest, stream.headers());
    }
}

/// Waits for an event that does not come.
asio::awaitable<void> wait_for_more(hicap::stream<hicap::chat::chunk> stream)
{
    co_await stream.next();
    throw std::runtime_error("a stream that was to be silent went on");
}

/// Opens streams, and leaves each to a coroutine of its own that waits for its second event.
asio::awaitable<void>
hold_streams(hicap::client client, hicap::request_options options, progress& state)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const request = make_request();
    while (state.left != 0) {
        --state.left;
        auto stream = co_await client.chat().completions().stream(request, options);
        auto const* event = co_await stream.next();
        if (event == nullptr)
            throw std::runtime_error("a stream has ended without an event");
        ++state.came.events;
        asio::co_spawn(executor, wait_for_more(std::move(stream)), [](std::exception_ptr thrown) {
            if (thrown)
                std::rethrow_exception(thrown);
        });
    }
}

using coroutine = asio::awaitable<void>(hicap::client, hicap::request_options, progress&);

/// A coroutine for each connection, and what they share. They live in `context`.
class crew
{
public:
    crew(
        asio::io_context& context,
        hicap::client const& client,
        std::size_t connections,
        coroutine& work,
        hicap::request_options const& options,
        std::size_t answers
    )
        : context_(context), at_work_(connections), state_(answers)
    {
        for (std::size_t i = 0; i != connections; ++i) {
            asio::co_spawn(
                context,
                work(client, options, state_),
                [this](std::exception_ptr thrown) {
                    if (thrown)
                        std::rethrow_exception(thrown);
                    if (--at_work_ == 0 && others_stay_)
                        context_.stop();
                }
            );
        }
    }

    crew(crew const&) = delete;
    crew& operator=(crew const&) = delete;

    /// Until nothing is left to do in the context.
    progress& run()
    {
        context_.restart();
        context_.run();
        return state_;
    }

    /// Until the crew has done its part, whatever else waits in the context.
    void run_beside_others()
    {
        others_stay_ = true;
        run();
    }

private:
    asio::io_context& context_;
    std::size_t at_work_;
    bool others_stay_ = false;
    progress state_;
};

void run(job const& work)
{
    auto const resumed = std::make_shared<resumption_count>();
    asio::io_context context(1);
    auto const client = make_client(work, resumed);
    auto const answer = [&](std::size_t connections,
                            coroutine& by,
                            hicap::request_options const& options,
                            std::size_t answers) {
        return std::move(crew(context, client, connections, by, options, answers).run());
    };
    auto& plain = work.streams ? stream_answers : create_answers;
    auto const options_for = [&](std::size_t events) {
        return work.streams && events != work.events ? with_header("x-bench-events", events)
                                                     : hicap::request_options();
    };
    auto const few = options_for(warm_up_events);
    answer(1, plain, few, 1); // brings the first tickets, where there are any

    switch (work.what) {
    case subject::work: {
        std::string request_size;
        answer(work.connections, plain, few, answers_to_warm_up(work));
        measure_work(work, [&](std::size_t answers, std::size_t events) {
            auto const state = answer(work.connections, plain, options_for(events), answers);
            request_size = state.request_size;
            return state.came;
        });
        report_request_size(request_size);
        break;
    }
    case subject::fresh:
        resumed->count = 0;
        measure_work(work, [&](std::size_t answers, std::size_t) {
            return answer(work.connections, plain, {}, answers).came;
        });
        report_resumed(work, resumed->count);
        break;
    case subject::first_events: {
        answer(1, plain, few, warm_up_answers);
        auto const state = answer(1, time_first_events, options_for(work.events), work.answers);
        check(work, state.came);
        report_first_events(state.first_events);
        break;
    }
    case subject::hold: {
        resumed->count = 0;
        auto const before = memory::now();
        crew openers(
            context,
            client,
            work.connections,
            hold_streams,
            with_header("x-bench-hold", 1),
            work.answers
        );
        openers.run_beside_others();
        context.restart();
        context.run_for(100ms); // until all wait
        report_memory(before, work.answers);
        report_resumed(work, resumed->count);
        break;
    }
    }
}

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    return bench::guarded("bench_client", [&] { bench::run(bench::read_job(argc, argv)); });
}
