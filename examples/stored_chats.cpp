// Lets the server keep a chat completion, and looks it up again.
//
// It teaches:
// - `store`, which keeps it, and `metadata`, which goes with it;
// - `retrieve`, by an id that may come from a database or from another process;
// - `messages`, a list that asks for its next page when it is needed.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace asio = boost::asio;
namespace chat = hicap::chat;

namespace {

// [store
asio::awaitable<std::string> ask(hicap::client client, std::string question)
{
    chat::completion_request request{
        .model = "gpt-5",
        .messages = {chat::system("Answer in one sentence."), chat::user(std::move(question))},
        .store = true,
        .metadata = {{"ticket", "42"}},
    };
    auto const answer = co_await client.chat().completions().create(request);
    co_return answer.id;
}

// store]

// [look_up
asio::awaitable<void> look_up(hicap::client client, std::string id)
{
    auto const chats = client.chat().completions();
    auto const kept = co_await chats.retrieve(id);
    if (kept.metadata)
        for (auto const& [name, value] : *kept.metadata)
            std::cout << name << ' ' << value << '\n';

    hicap::page_options page;
    page.limit = 100; // of one request: the list goes on by itself
    auto asked = chats.messages(id, page);
    while (auto const* message = co_await asked.next())
        std::cout << message->role.str() << ": " << message->content.value_or("") << '\n';
    std::cout << "answer: " << kept.text() << '\n';
}

// look_up]

asio::awaitable<void> show(hicap::client client)
{
    auto const id = co_await ask(client, "What is kept?");
    co_await look_up(client, id);
}

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        asio::co_spawn(context, show(hicap::client()), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "stored_chats: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
