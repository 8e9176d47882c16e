// What an answer holds, and what becomes of that for which this library has no name.
//
// It teaches:
// - `reply`: the object, and around it what came with it;
// - `nullable`, which tells null and absent apart, and strings that may get new values;
// - unions with a kind for what is unknown, and `extra` for members that are;
// - `misfits`, for a gateway that sends something else than it promises.
//
// A server in the same process plays a gateway that is newer than this library.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/error.hpp>
#include <hicap/misfits.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <variant>

namespace asio = boost::asio;
namespace chat = hicap::chat;
using asio::use_awaitable;
using asio::ip::tcp;

namespace {

// [request
chat::completion_request question()
{
    chat::completion_request request{
        .model = "gpt-5",
        .messages = {chat::user("What is new?")},
        .reasoning_effort = chat::effort::low,
        .max_completion_tokens = 200,
    };
    return request;
}

// request]

// [newer
void ask_for_more(chat::completion_request& request)
{
    request.reasoning_effort = "lowest";               // a value without a name here
    request.extra.set("top_k", hicap::raw_json("40")); // a member without one
}

// newer]

// [reply
asio::awaitable<void> ask(hicap::client client)
{
    auto const request = question();
    auto const answer = co_await client.chat().completions().create(request);
    std::cout << answer.choices.size() << " choice, " << answer.text().size() << " bytes of text\n";

    std::cout << answer.http_status() << ' ' << answer.request_id() << ", "
              << answer.attempts().size() << " attempt, " << answer.raw().size()
              << " bytes of JSON";
    if (auto const type = answer.headers().find("content-type"))
        std::cout << ", " << *type;
    std::cout << '\n';
}

// reply]

// [nullable
void show(chat::response_message const& message)
{
    if (message.content)
        std::cout << "content: " << *message.content << '\n';
    else if (message.content.is_null())
        std::cout << "content: null\n";
    if (message.refusal.is_absent())
        std::cout << "refusal: not sent\n";
    std::cout << "audio: " << (message.audio ? message.audio->id : "none") << '\n';
}

// nullable]

// [open
void show(chat::finish_reason const& reason)
{
    if (reason == chat::finish_reason::length)
        std::cout << "cut\n";
    else if (reason != chat::finish_reason::stop)
        std::cout << "ended by " << reason.str() << '\n'; // whatever it is
}

// open]

// [union
void show(chat::tool_call const& call)
{
    if (auto const* function = std::get_if<chat::function_tool_call>(&call))
        std::cout << function->function.name << ' ' << function->function.arguments << '\n';
    else if (auto const* other = std::get_if<hicap::unknown>(&call))
        std::cout << "a call of the kind " << other->type << ": " << other->json.text() << '\n';
}

// union]

asio::awaitable<void> ask_a_newer_gateway(hicap::client client)
{
    auto request = question();
    ask_for_more(request);
    auto const answer = co_await client.chat().completions().create(request);
    auto const& choice = answer.choices.at(0);
    show(choice.message);
    show(choice.finish_reason);
    for (auto const& call : choice.message.tool_calls)
        show(call);

    // [extra
    if (auto const region = answer.extra.string("region")) // decoded; `find` gives the JSON
        std::cout << "answered in " << *region << '\n';
    // extra]

    // [back
    request.messages.push_back(chat::assistant(choice.message));
    // back]

    // [misfits
    for (auto const& each : hicap::misfits(answer))
        std::cerr << each.path << ": expected " << each.expected << ", found " << each.found
                  << '\n';
    // misfits]
}

void check_a_schema(std::string const& text)
{
    // [raw
    try {
        hicap::raw_json const schema(text);
        std::cout << schema.text() << '\n';
    } catch (hicap::error const& error) {
        std::cerr << error.what() << '\n'; // says at which byte
    }
    // raw]
}

// The gateway: it answers one request, and stays until its client leaves.
asio::awaitable<void> serve(tcp::acceptor acceptor)
{
    std::string const body =
        R"({"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-9",)"
        R"("region":"north","choices":[{"index":0,"finish_reason":"paused","message":{)"
        R"("role":"assistant","content":null,"tool_calls":[)"
        R"({"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}},)"
        R"({"id":"call_2","type":"gesture","hand":"left"}]}}],)"
        R"("usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":"6"}})";
    auto const answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body;
    auto socket = co_await acceptor.async_accept(use_awaitable);
    std::string request;
    auto in = asio::dynamic_buffer(request);
    co_await asio::async_read_until(socket, in, "\"top_k\":40", use_awaitable);
    co_await asio::async_write(socket, asio::buffer(answer), use_awaitable);
    co_await socket.async_wait(tcp::socket::wait_read, use_awaitable);
}

void rethrow(std::exception_ptr failure)
{
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        asio::co_spawn(context, ask(hicap::client()), rethrow);

        tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
        hicap::client_options options;
        options.api_key = "any";
        options.base_url =
            "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/v1";
        asio::co_spawn(context, serve(std::move(acceptor)), rethrow);
        asio::co_spawn(context, ask_a_newer_gateway(hicap::client(options)), rethrow);
        context.run();
        check_a_schema(R"({"type": "object"})");
        check_a_schema(R"({"type": object})");
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "types: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
