// usage: example_chat_stream [--model MODEL] [--system TEXT] [--base-url URL] [--ca-file FILE]
//                            [prompt]
//
// Streams one answer to the terminal, token by token, and tells what it cost and how fast it came.
//
// It teaches:
// - asking for the usage, which comes in the last chunk of a stream;
// - stopping a stream by cancellation: Ctrl-C emits a signal to the slot that the coroutine was
//   spawned with, `next` throws, and the stream closes its connection on its way out, so that the
//   server stops generating;
// - showing an error: `what()` of a hicap::error is one line that says what to do.
//
// `scripts/demo` runs it against the emulator, or against the service when there is a key.

#include <hicap/hicap.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace {

using steady_clock = std::chrono::steady_clock;

constexpr int exit_usage = 2;
constexpr int exit_interrupted = 130;

constexpr std::string_view usage_text =
    R"(usage: example_chat_stream [options] [prompt]
Streams the answer to the prompt. Without one, standard input is the prompt unless it is a terminal.

  --model MODEL      any model of the gateway (gpt-5)
  --system TEXT      instructions that come before the prompt
  --base-url URL     where the API is (HICAP_BASE_URL, else https://api.hicap.ai/v1)
  --ca-file FILE     PEM file of the authorities to trust (those of the system)
  --help             print this and exit

The key is taken from HICAP_API_KEY. Ctrl-C stops the answer.
)";

constexpr std::string_view default_prompt =
    "Explain in a few sentences why a server should stop generating when its client goes away.";

class usage_error : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

struct arguments
{
    hicap::client_options client;
    std::string model = "gpt-5";
    std::string system;
    std::string prompt;
    bool help = false;
};

arguments parse(int count, char** values)
{
    arguments result;
    bool options_ended = false;
    for (int i = 1; i != count; ++i) {
        std::string_view const argument = values[i];
        auto const value = [&] {
            if (++i == count)
                throw usage_error(std::string(argument) + " needs a value");
            return std::string(values[i]);
        };
        if (options_ended || !argument.starts_with("--")) {
            if (!result.prompt.empty())
                result.prompt += ' ';
            result.prompt += argument;
        } else if (argument == "--") {
            options_ended = true;
        } else if (argument == "--model") {
            result.model = value();
        } else if (argument == "--system") {
            result.system = value();
        } else if (argument == "--base-url") {
            result.client.base_url = value();
        } else if (argument == "--ca-file") {
            result.client.ca_file = value();
        } else if (argument == "--help") {
            result.help = true;
        } else {
            throw usage_error("unknown option '" + std::string(argument) + "'");
        }
    }
    return result;
}

std::string prompt_of_standard_input()
{
    if (isatty(STDIN_FILENO) != 0)
        return {};
    std::string text(std::istreambuf_iterator<char>(std::cin), {});
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

double seconds(steady_clock::duration span)
{
    return std::chrono::duration<double>(span).count();
}

// The tokens that were streamed as text: a model's thinking is billed too, but came before.
std::int64_t streamed_tokens(hicap::chat::usage const& usage)
{
    auto const& details = usage.completion_tokens_details;
    return usage.completion_tokens - (details ? details->reasoning_tokens.value_or(0) : 0);
}

// `until_first` runs from the request to the first text, `generating` from there to the last.
void print_summary(
    hicap::stream<hicap::chat::chunk> const& stream,
    std::optional<hicap::chat::usage> const& usage,
    steady_clock::duration until_first,
    steady_clock::duration generating
)
{
    std::cerr << "----------------------------------------\n" << std::fixed;
    std::cerr << "request id           " << stream.request_id() << '\n';
    if (usage) {
        std::cerr << "prompt tokens        " << usage->prompt_tokens << '\n'
                  << "completion tokens    " << usage->completion_tokens << '\n'
                  << "total tokens         " << usage->total_tokens << '\n';
    }
    std::cerr << "time to first token  " << std::setprecision(3) << seconds(until_first) << " s\n";
    if (usage && generating > steady_clock::duration::zero()) {
        // The first token begins the time that the others take.
        auto const others = static_cast<double>(streamed_tokens(*usage) - 1);
        std::cerr << "tokens per second    " << std::setprecision(1) << others / seconds(generating)
                  << '\n';
    }
}

asio::awaitable<void> chat(hicap::client client, hicap::chat::completion_request request)
{
    auto const start = steady_clock::now();
    auto stream = co_await client.chat().completions().stream(request);

    std::optional<hicap::chat::usage> usage;
    std::optional<steady_clock::time_point> first;
    auto last = start;
    while (auto const* chunk = co_await stream.next()) {
        if (auto const text = chunk->text(); !text.empty()) {
            last = steady_clock::now();
            if (!first)
                first = last;
            std::cout << text << std::flush;
        }
        if (chunk->usage)
            usage = *chunk->usage;
    }
    std::cout << std::endl;
    print_summary(stream, usage, first.value_or(last) - start, last - first.value_or(last));
}

hicap::chat::completion_request make_request(arguments const& arguments)
{
    hicap::chat::completion_request request{
        .model = arguments.model,
        .stream_options = hicap::chat::stream_options{.include_usage = true},
    };
    if (!arguments.system.empty())
        request.messages.push_back(hicap::chat::system(arguments.system));
    request.messages.push_back(hicap::chat::user(arguments.prompt));
    return request;
}

int run(arguments const& arguments)
{
    asio::io_context context(1);
    asio::cancellation_signal stop;
    asio::signal_set interrupts(context, SIGINT);
    bool interrupted = false;
    interrupts.async_wait([&](boost::system::error_code const& no_longer_needed, int) {
        if (no_longer_needed)
            return;
        interrupted = true;
        interrupts.clear(); // a second Ctrl-C ends the program at once
        stop.emit(asio::cancellation_type::terminal);
    });

    std::exception_ptr failure;
    asio::co_spawn(
        context,
        chat(hicap::client(arguments.client), make_request(arguments)),
        asio::bind_cancellation_slot(
            stop.slot(),
            [&](std::exception_ptr outcome) {
                failure = std::move(outcome);
                interrupts.cancel();
            }
        )
    );
    context.run();

    if (failure && interrupted) {
        std::cout << std::endl;
        std::cerr << "chat_stream: stopped\n";
        return exit_interrupted;
    }
    if (failure)
        std::rethrow_exception(failure);
    return EXIT_SUCCESS;
}

} // namespace

int main(int count, char** values)
{
    try {
        auto arguments = parse(count, values);
        if (arguments.help) {
            std::cout << usage_text;
            return EXIT_SUCCESS;
        }
        if (arguments.prompt.empty())
            arguments.prompt = prompt_of_standard_input();
        if (arguments.prompt.empty())
            arguments.prompt = default_prompt;
        return run(arguments);
    } catch (usage_error const& error) {
        std::cerr << "chat_stream: " << error.what() << "\n\n" << usage_text;
        return exit_usage;
    } catch (std::exception const& error) {
        std::cerr << "chat_stream: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
