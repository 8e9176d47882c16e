// A conversation in the terminal: each line is a message, and the model remembers those before.
//
// It teaches:
// - that the API has no memory: the history is sent with every request, and grows;
// - `snapshot`: the message that a stream has assembled, ready to be sent back;
// - going on after an error: what failed is taken out of the history, and the next line is asked.
//
// It ends with the end of its input. Waiting for a line blocks the thread, which has nothing else
// to do here; a service would read with Asio.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

namespace {

// [answer
asio::awaitable<void> answer(hicap::client client, hicap::chat::completion_request& conversation)
{
    auto stream = co_await client.chat().completions().stream(conversation);
    while (auto const* chunk = co_await stream.next())
        std::cout << chunk->text() << std::flush;
    std::cout << '\n';
    for (auto const& choice : stream.snapshot().choices)
        conversation.messages.push_back(hicap::chat::assistant(choice.message));
}

// answer]

asio::awaitable<void> converse(hicap::client client)
{
    hicap::chat::completion_request conversation{.model = "gpt-5"};
    conversation.messages.push_back(hicap::chat::system("Answer in one sentence."));
    std::string line;
    while (std::cout << "> " << std::flush && std::getline(std::cin, line)) {
        if (line.empty())
            continue;
        auto const before = conversation.messages.size();
        conversation.messages.push_back(hicap::chat::user(line));
        try {
            co_await answer(client, conversation);
        } catch (hicap::error const& error) {
            std::cout << '\n';
            std::cerr << "chat_repl: " << error.what() << '\n';
            conversation.messages.resize(before);
        }
    }
    std::cout << "\nmessages: " << conversation.messages.size() << '\n';
}

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        asio::co_spawn(context, converse(hicap::client()), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "chat_repl: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
