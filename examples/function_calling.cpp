// Lets the model call functions of this program until it has an answer.
//
// It teaches:
// - describing a function by a JSON schema;
// - the loop: send the history, run what the model asks for, append both, send again;
// - that a tool call is a variant, and that its arguments are JSON text written by a model: parse
//   it with care, and tell the model what is wrong with it instead of failing.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace asio = boost::asio;
namespace chat = hicap::chat;

namespace {

// [tool
chat::function_tool weather_tool()
{
    return {
        .function =
            {
                .name = "get_weather",
                .description = "The weather in a city, now",
                .parameters = hicap::raw_json(R"({
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": false
            })"),
                .strict = true,
            },
    };
}

// tool]

// What the model is told, errors included.
std::string run(chat::function_call const& call)
{
    try {
        auto const city = boost::json::parse(call.arguments).at("city").as_string();
        boost::json::object const weather{{"city", city}, {"celsius", 21}};
        return boost::json::serialize(weather); // a model may put quotes into a name
    } catch (std::exception const& error) {
        return std::string("bad arguments: ") + error.what();
    }
}

// [loop
asio::awaitable<std::string> answer(hicap::client client, std::string question)
{
    chat::completion_request request{
        .model = "gpt-5",
        .messages = {chat::user(std::move(question))},
        .tools = {weather_tool()},
    };
    for (int round = 0; round != 8; ++round) {
        auto const completion = co_await client.chat().completions().create(request);
        auto const& message = completion.choices.at(0).message;
        if (message.tool_calls.empty())
            co_return std::string(completion.text());

        request.messages.push_back(chat::assistant(message));
        for (auto const& call : message.tool_calls) {
            // Other kinds were not offered to the model.
            auto const& wanted = std::get<chat::function_tool_call>(call);
            std::cout << wanted.function.name << ' ' << wanted.function.arguments << '\n';
            request.messages.push_back(chat::tool(wanted.id, run(wanted.function)));
        }
    }
    throw std::runtime_error("the model calls functions without end");
}

// loop]

asio::awaitable<void> ask(hicap::client client)
{
    auto const text = co_await answer(client, "Use get_weather: how warm is it in Paris?");
    std::cout << text << '\n';
}

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        asio::co_spawn(context, ask(hicap::client()), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "function_calling: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
