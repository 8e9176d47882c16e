#include "emulator/chat_request.hpp"
#include "emulator/members.hpp"
#include "emulator/refusal.hpp"
#include "emulator/text.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace hicap::emulation {
namespace {

// The prompt's tokens beside its text: the frame of each message and of the answer.
constexpr std::int64_t tokens_of_frame = 3;
constexpr std::int64_t tokens_of_media = 85;

std::int64_t count_tokens(std::string_view text)
{
    return static_cast<std::int64_t>(split_tokens(text).size());
}

// Parts of unknown type are accepted: vendors have their own.
std::string read_part(members const& part, chat_prompt& prompt)
{
    auto const type = part.require_text("type");
    if (type == "text")
        return std::string(part.require_text("text"));
    if (type == "refusal")
        return std::string(part.require_text("refusal"));
    if (type == "image_url") {
        auto const image = part.require_child("image_url");
        (void)image.require_text("url");
        (void)image.one_of("detail", {"auto", "low", "high"});
        prompt.tokens += tokens_of_media;
    } else if (type == "input_audio") {
        auto const audio = part.require_child("input_audio");
        (void)audio.require_text("data");
        (void)audio.require_text("format");
        (void)audio.one_of("format", {"wav", "mp3"});
        prompt.tokens += tokens_of_media;
    } else if (type == "file") {
        auto const file = part.require_child("file");
        (void)file.text("filename");
        (void)file.text("file_data");
        (void)file.text("file_id");
        prompt.tokens += tokens_of_media;
    }
    return {};
}

std::string read_content(members const& message, chat_prompt& prompt)
{
    auto const* content = message.find("content");
    if (content == nullptr)
        return {};
    auto const path = message.path_of("content");
    if (content->is_string())
        return std::string(text_at(*content, path));
    if (!content->is_array())
        message.refuse_type("content", "a string or an array", *content);
    std::string text;
    auto const& parts = *message.array("content", 1);
    for (std::size_t i = 0; i != parts.size(); ++i)
        text += read_part(members(parts[i], element_path(path, i)), prompt);
    return text;
}

// The ids of the calls, each of which a tool's message has to answer.
std::set<std::string> read_tool_calls(members const& message)
{
    std::set<std::string> ids;
    auto const* calls = message.array("tool_calls", 1);
    if (calls == nullptr)
        return ids;
    for (std::size_t i = 0; i != calls->size(); ++i) {
        members const call((*calls)[i], element_path(message.path_of("tool_calls"), i));
        ids.emplace(call.require_text("id"));
        (void)call.require_text("type");
        if (*call.one_of("type", {"function", "custom"}) == "function") {
            auto const function = call.require_child("function");
            (void)function.require_text("name");
            (void)function.require_text("arguments");
        } else {
            auto const custom = call.require_child("custom");
            (void)custom.require_text("name");
            (void)custom.require_text("input");
        }
    }
    return ids;
}

void refuse_unanswered(std::set<std::string> const& calls, std::string const& path)
{
    if (!calls.empty())
        throw invalid_request(
            "The tool call '" + *calls.begin() +
                "' has no answer: a message of role 'tool' with its id must follow it.",
            {},
            path
        );
}

class reader
{
public:
    chat_prompt read(json::array const& messages)
    {
        for (std::size_t i = 0; i != messages.size(); ++i)
            read_message(members(messages[i], element_path("messages", i)));
        refuse_unanswered(unanswered_, "messages");
        prompt_.tokens += tokens_of_frame;
        return std::move(prompt_);
    }

private:
    void read_message(members const& message)
    {
        (void)message.require_text("role");
        auto const role = *message.one_of(
            "role", {"developer", "system", "user", "assistant", "tool", "function"}
        );
        (void)message.text("name");
        if (role != "tool")
            refuse_unanswered(unanswered_, message.path());

        if (role == "assistant") {
            unanswered_ = read_tool_calls(message);
            (void)message.text("refusal");
            (void)message.child("audio");
            if (auto const call = message.child("function_call")) {
                (void)call->require_text("name");
                (void)call->require_text("arguments");
            } else if (unanswered_.empty() && message.find("refusal") == nullptr) {
                (void)message.require("content");
            }
        } else if (role != "function") {
            (void)message.require("content");
        }
        if (role == "function")
            (void)message.require_text("name");
        if (role == "tool")
            read_tool_answer(message);

        auto const text = read_content(message, prompt_);
        prompt_.hash = hash(text, hash(role, prompt_.hash));
        prompt_.tokens += tokens_of_frame + count_tokens(text);
        prompt_.ends_in_tool_answer = role == "tool" || role == "function";
        if (role == "user")
            prompt_.last_user_text = text;
    }

    void read_tool_answer(members const& message)
    {
        std::string const id(message.require_text("tool_call_id"));
        if (unanswered_.erase(id) == 0)
            message.refuse_value(
                "tool_call_id", "no 'tool_calls' of the message before has this id"
            );
    }

    chat_prompt prompt_;
    std::set<std::string> unanswered_;
};

} // namespace

chat_prompt read_chat_messages(members const& body)
{
    (void)body.require("messages");
    return reader().read(*body.array("messages", 1));
}

} // namespace hicap::emulation
