// A program of somebody else: it starts an emulator of its own and asks it. What crosses the border
// of a shared library is used: templates, an exception of ours, a class that is derived from.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/emulator.hpp>
#include <hicap/error.hpp>
#include <hicap/observer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;

namespace {

class counting_observer : public hicap::observer
{
public:
    void on_end(hicap::end_event const&) noexcept override { ++ended; }

    int ended = 0;
};

asio::awaitable<std::string> ask(hicap::client client)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user("Who are you?")},
    };
    auto const whole = co_await client.chat().completions().create(request);
    auto stream = co_await client.chat().completions().stream(request);
    std::string streamed;
    while (auto const* chunk = co_await stream.next())
        streamed += chunk->text();
    if (streamed.empty() || streamed != whole.text())
        throw std::runtime_error("the stream says '" + streamed + "'");
    co_return streamed;
}

asio::awaitable<int> status_of_a_wrong_key(hicap::client client)
{
    int status = 0;
    try {
        co_await client.request("GET", "/chat/completions/none");
    } catch (hicap::api_error const& error) {
        status = error.code() == hicap::condition::authentication ? error.status() : -1;
    }
    co_return status;
}

asio::awaitable<void>
ask_both(hicap::client right, hicap::client wrong, std::string& answer, int& status)
{
    answer = co_await ask(right);
    status = co_await status_of_a_wrong_key(wrong);
}

int run()
{
    asio::io_context context;
    hicap::emulator_options options;
    options.tls = true;
    options.api_key = "sk-canary-right";
    hicap::emulator emulator(context.get_executor(), options);
    emulator.start();

    auto const observer = std::make_shared<counting_observer>();
    hicap::client_options settings;
    settings.api_key = options.api_key;
    settings.base_url = emulator.base_url();
    settings.ca_pem = emulator.ca_pem();
    settings.observer = observer;
    hicap::client const right(settings);
    settings.api_key = "sk-canary-wrong";
    hicap::client const wrong(settings);

    std::string answer;
    int status = 0;
    std::exception_ptr failure;
    asio::co_spawn(
        context,
        ask_both(right, wrong, answer, status),
        [&](std::exception_ptr outcome) {
            failure = outcome;
            emulator.stop();
        }
    );
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    std::cout << "answer: " << answer << "\nstatus of a wrong key: " << status
              << "\ncalls: " << observer->ended << '\n';
    return status == 401 && observer->ended == 3 ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main()
{
    try {
        return run();
    } catch (hicap::error const& error) {
        std::cerr << "an error of the library: " << error.what() << '\n';
    } catch (std::exception const& error) {
        std::cerr << "another error: " << error.what() << '\n';
    }
    return EXIT_FAILURE;
}
