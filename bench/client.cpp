// The same job as floor.cpp with the library: one io_context, and a coroutine for each connection.

#include "common.hpp"

#include <hicap/hicap.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>

namespace bench {
namespace {

namespace asio = boost::asio;

hicap::client make_client(job const& work)
{
    hicap::client_options options;
    options.api_key = "bench-key";
    options.base_url = "https://localhost:" + work.port + "/v1";
    options.ca_file = work.ca_file;
    if (work.streams) {
        options.extra_headers = {
            {"x-bench-events", std::to_string(work.events)},
            {"x-bench-per-record", std::to_string(work.per_record)},
            {"x-bench-pace", std::to_string(work.pace)},
        };
    }
    return hicap::client(options);
}

/// What the coroutines share.
struct progress
{
    std::size_t left = 0;
    tally came{};
    std::string request_size{};

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

/// Asks for `answers` answers on all connections, and completes when they are there.
progress
run(asio::io_context& context,
    hicap::client const& client,
    job const& work,
    std::size_t answers,
    hicap::request_options const& options)
{
    progress state{.left = answers};
    std::exception_ptr failure;
    for (std::size_t i = 0; i != work.connections; ++i) {
        auto coroutine = work.streams ? stream_answers(client, options, state)
                                      : create_answers(client, options, state);
        asio::co_spawn(context, std::move(coroutine), [&](std::exception_ptr thrown) {
            if (thrown)
                failure = thrown;
        });
    }
    context.restart();
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    return state;
}

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    return bench::guarded("bench_client", [&] {
        auto const work = bench::read_job(argc, argv);
        boost::asio::io_context context(1);
        auto const client = bench::make_client(work);

        hicap::request_options short_streams;
        if (work.streams) {
            short_streams.extra_headers = {
                {"x-bench-events", std::to_string(bench::warm_up_events)}};
        }
        bench::run(context, client, work, work.connections * bench::warm_up_answers, short_streams);
        bench::stopwatch const watch;
        auto const state = bench::run(context, client, work, work.answers, {});
        bench::report(work, state.came, watch.cpu(), watch.wall(), state.request_size);
    });
}
