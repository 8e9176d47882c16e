// Reads the first half of an answer with one client and the rest with another, as a service does
// that is restarted in between.
//
// It teaches:
// - `on_abandon::keep_running`: the response goes on when its stream is destroyed;
// - `response_id()` and `sequence_number()`: all that has to be remembered;
// - `resume(id, starting_after)`: goes on with the event behind that one.
//
// A connection that breaks needs none of this: the stream of a response in the background goes on
// by itself on another one.
//
// Key and address are taken from HICAP_API_KEY and HICAP_BASE_URL.

#include <hicap/hicap.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

namespace asio = boost::asio;

namespace {

// What a service would keep in its database.
struct bookmark
{
    std::string id;
    std::optional<std::int64_t> last_event;
};

asio::awaitable<bookmark> begin(hicap::client client)
{
    hicap::responses::request request;
    request.model = "gpt-5";
    request.input = "Tell me about the sea.";
    request.background = true;
    hicap::request_options options;
    options.on_abandon = hicap::on_abandon::keep_running;

    auto stream = co_await client.responses().stream(request, options);
    constexpr int pieces = 5;
    int read = 0;
    while (auto const* event = co_await stream.next()) {
        std::cout << event->text() << std::flush;
        read += event->text().empty() ? 0 : 1;
        if (read == pieces)
            break;
    }
    bookmark const made{std::string(stream.response_id()), stream.sequence_number()};
    co_return made;
}

// [resume
asio::awaitable<void> go_on(hicap::client client, bookmark from)
{
    auto stream = co_await client.responses().resume(from.id, from.last_event);
    while (auto const* event = co_await stream.next())
        std::cout << event->text() << std::flush;
    std::cout << std::endl;
    stream.snapshot().value_or_throw();
}

// resume]

} // namespace

int main()
{
    try {
        bookmark kept;
        std::exception_ptr failure;
        auto const done = [&failure](std::exception_ptr outcome) { failure = outcome; };
        {
            asio::io_context context(1);
            asio::co_spawn(context, begin(hicap::client()), [&](auto outcome, bookmark made) {
                failure = outcome;
                kept = made;
            });
            context.run();
        }
        if (failure)
            std::rethrow_exception(failure);
        std::cout << std::endl;
        std::cerr << "left " << kept.id << " after event " << kept.last_event.value_or(-1) << '\n';
        asio::io_context context(1);
        asio::co_spawn(context, go_on(hicap::client(), kept), done);
        context.run();
        if (failure)
            std::rethrow_exception(failure);
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "resume: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
