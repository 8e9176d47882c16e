#include "emulator/chat_store.hpp"

#include "emulator/answers.hpp"
#include "emulator/paging.hpp"
#include "emulator/refusal.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace hicap::emulation {
namespace {

namespace json = boost::json;

// Members of the request that a stored completion tells as well.
constexpr std::array<std::string_view, 8> kept_members = {
    "tool_choice",
    "tools",
    "response_format",
    "seed",
    "top_p",
    "temperature",
    "presence_penalty",
    "frequency_penalty",
};

json::value member_of(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    return value != nullptr ? *value : json::value(nullptr);
}

json::object stored_message(json::object message, std::string id)
{
    message["id"] = std::move(id);
    message["content_parts"] = nullptr;
    auto& content = message["content"];
    if (content.is_array())
        message["content_parts"] = std::exchange(content, nullptr);
    return message;
}

std::shared_ptr<stored_completion> find_completion(call const& call)
{
    auto const& id = call.parameters.front();
    auto completion = call.objects->completions.find(id);
    if (!completion)
        throw refusal(404, "There is no stored completion '" + id + "'.", {}, "completion_id");
    return completion;
}

} // namespace

std::shared_ptr<stored_completion> make_stored_completion(
    json::object const& request, json::object completion, std::string const& request_id
)
{
    auto result = std::make_shared<stored_completion>();
    completion["request_id"] = request_id;
    for (auto const name : kept_members)
        completion[name] = member_of(request, name);
    completion["input_user"] = member_of(request, "user");
    for (auto& choice : completion["choices"].as_array()) {
        auto& message = choice.at("message").as_object();
        for (auto const* name : {"tool_calls", "function_call"}) {
            if (!message.contains(name))
                message[name] = nullptr;
        }
    }
    std::string const id(completion["id"].as_string());
    for (auto const& message : request.at("messages").as_array()) {
        auto const number = std::to_string(result->messages.size());
        result->messages.push_back(stored_message(message.as_object(), id + '-' + number));
    }
    result->completion = std::move(completion);
    return result;
}

response get_chat_completion(call const& call)
{
    return json_answer(find_completion(call)->completion);
}

response list_chat_messages(call const& call)
{
    auto const completion = find_completion(call);
    return json_answer(list_page(completion->messages, call.query, list_order::ascending));
}

} // namespace hicap::emulation
