// Gets an answer as JSON of a given form, and reads it into a struct of its own.
//
// It teaches:
// - `response_format` with a JSON schema that the answer follows exactly;
// - that a refusal and a cut answer are not of that form: look for both before parsing;
// - <hicap/boost_json.hpp>: a schema that is built as a value of Boost.JSON. Any other library does
//   as well, since `raw_json` is text.

#include <hicap/boost_json.hpp>
#include <hicap/chat.hpp>
#include <hicap/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

struct recipe
{
    std::string title{};
    std::int64_t minutes = 0;
};

// [schema
hicap::raw_json recipe_schema()
{
    json::object properties;
    properties["title"] = {{"type", "string"}};
    properties["minutes"] = {{"type", "integer"}};
    json::object schema;
    schema["type"] = "object";
    schema["properties"] = properties;
    schema["required"] = json::array({"title", "minutes"});
    schema["additionalProperties"] = false;
    return hicap::from_boost_json(schema);
}

// schema]

// [ask
asio::awaitable<recipe> invent(hicap::client client)
{
    hicap::chat::json_schema_format format{
        .json_schema = {.name = "recipe", .schema = recipe_schema(), .strict = true},
    };
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user("Invent a soup.")},
        .response_format = format,
    };
    auto const completion = co_await client.chat().completions().create(request);
    auto const& choice = completion.choices.at(0);
    if (choice.message.refusal)
        throw std::runtime_error("refused: " + *choice.message.refusal);
    if (choice.finish_reason != hicap::chat::finish_reason::stop)
        throw std::runtime_error("the answer was cut: " + choice.finish_reason.str());
    auto const value = json::parse(completion.text());
    recipe made;
    made.title = json::value_to<std::string>(value.at("title"));
    made.minutes = value.at("minutes").to_number<std::int64_t>();
    co_return made;
}

// ask]

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        auto print = [](std::exception_ptr failure, recipe made) {
            if (failure)
                std::rethrow_exception(failure);
            std::cout << made.title << ", " << made.minutes << " minutes\n";
        };
        asio::co_spawn(context, invent(hicap::client()), print);
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "structured_output: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
