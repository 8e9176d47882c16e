#include "emulator/response_input.hpp"

#include "emulator/member_rules.hpp"
#include "emulator/members.hpp"
#include "emulator/refusal.hpp"
#include "emulator/response_items.hpp"
#include "emulator/response_life.hpp"
#include "emulator/routing.hpp"
#include "emulator/text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace hicap::emulation {
namespace {

using kind = member_rule::kind;

// Beside its text: the frame of each item and of the answer.
constexpr std::int64_t tokens_of_frame = 3;
constexpr std::int64_t tokens_of_media = 85;

constexpr std::array<object_rule, 30> item_rules = {{
    {"message", {{{"role", kind::text}, {"content", kind::text_or_array}}}},
    {"file_search_call", {{{"id", kind::text}, {"queries", kind::array}}}},
    {"computer_call", {{{"call_id", kind::text}}}},
    {"computer_call_output", {{{"call_id", kind::text}, {"output", kind::object}}}},
    {"web_search_call", {{{"id", kind::text}}}},
    {"function_call", {{{"call_id", kind::text}, {"name", kind::text}, {"arguments", kind::text}}}},
    {"function_call_output", {{{"call_id", kind::text}, {"output", kind::text_or_array}}}},
    {"reasoning", {{{"summary", kind::array}}}},
    {"program", {{{"call_id", kind::text}, {"code", kind::text}, {"fingerprint", kind::text}}}},
    {"program_output", {{{"call_id", kind::text}, {"result", kind::text}}}},
    {"tool_search_call", {{{"arguments", kind::any}}}},
    {"tool_search_output", {{{"tools", kind::array}}}},
    {"additional_tools", {{{"role", kind::text}, {"tools", kind::array}}}},
    {"compaction", {{{"encrypted_content", kind::text}}}},
    {"compaction_trigger", {}},
    {"image_generation_call", {{{"id", kind::text}}}},
    {"code_interpreter_call", {{{"id", kind::text}, {"container_id", kind::text}}}},
    {"local_shell_call", {{{"call_id", kind::text}, {"action", kind::object}}}},
    {"local_shell_call_output", {{{"output", kind::text}}}},
    {"shell_call", {{{"call_id", kind::text}, {"action", kind::object}}}},
    {"shell_call_output", {{{"call_id", kind::text}, {"output", kind::array}}}},
    {"apply_patch_call", {{{"call_id", kind::text}, {"operation", kind::object}}}},
    {"apply_patch_call_output", {{{"call_id", kind::text}, {"status", kind::text}}}},
    {"mcp_list_tools", {{{"server_label", kind::text}, {"tools", kind::array}}}},
    {"mcp_approval_request",
     {{{"server_label", kind::text}, {"name", kind::text}, {"arguments", kind::text}}}},
    {"mcp_approval_response", {{{"approval_request_id", kind::text}, {"approve", kind::boolean}}}},
    {"mcp_call", {{{"server_label", kind::text}, {"name", kind::text}, {"arguments", kind::text}}}},
    {"custom_tool_call", {{{"call_id", kind::text}, {"name", kind::text}, {"input", kind::text}}}},
    {"custom_tool_call_output", {{{"call_id", kind::text}, {"output", kind::text_or_array}}}},
    {"item_reference", {{{"id", kind::text}}}},
}};

constexpr std::array<object_rule, 5> part_rules = {{
    {"input_text", {{{"text", kind::text}}}},
    {"input_image", {}},
    {"input_file", {}},
    {"output_text", {{{"text", kind::text}}}},
    {"refusal", {{{"refusal", kind::text}}}},
}};

std::string_view text_of(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    auto const* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string_view(text->data(), text->size()) : std::string_view();
}

bool is_call_of_client(std::string_view type) noexcept
{
    return type == "function_call" || type == "custom_tool_call";
}

bool is_output(std::string_view type) noexcept
{
    return type == "function_call_output" || type == "custom_tool_call_output";
}

void check_part(members const& part)
{
    auto const type = check_by_type(part, part_rules);
    if (type == "input_image") {
        (void)part.one_of("detail", {"low", "high", "auto", "original"});
        if (!part.text("image_url") && !part.text("file_id"))
            part.refuse_value("image_url", "either 'image_url' or 'file_id' is needed");
    } else if (type == "input_file") {
        if (!part.text("file_id") && !part.text("file_data") && !part.text("file_url"))
            part.refuse_value("file_id", "one of 'file_id', 'file_data' and 'file_url' is needed");
    }
}

// The parts of the content of a message; a string is one part.
json::array read_content(members const& message)
{
    auto const role = *message.one_of("role", {"user", "assistant", "system", "developer"});
    (void)message.one_of("phase", {"commentary", "final_answer"});
    if (auto const* content = message.require("content").if_string()) {
        json::object part;
        part["type"] = role == "assistant" ? "output_text" : "input_text";
        part["text"] = *content;
        if (role == "assistant")
            part["annotations"] = json::array();
        return {std::move(part)};
    }
    auto const& parts = *message.array("content");
    for (std::size_t i = 0; i != parts.size(); ++i)
        check_part(members(parts[i], element_path(message.path_of("content"), i)));
    return parts;
}

// All that is said in an item.
std::string text_of_item(json::object const& item, std::int64_t& tokens)
{
    if (text_of(item, "type") != "message")
        return json::serialize(item);
    std::string result;
    for (auto const& part : item.at("content").get_array()) {
        auto const& object = part.get_object();
        result += text_of(object, "text");
        result += text_of(object, "refusal");
        auto const type = text_of(object, "type");
        if (type == "input_image" || type == "input_file")
            tokens += tokens_of_media;
    }
    return result;
}

class reader
{
public:
    reader(response_request& request, stored_objects const& objects, id_source& ids)
        : request_(request), objects_(objects), ids_(ids)
    {}

    void read_text(std::string_view text)
    {
        json::object part;
        part["type"] = "input_text";
        part["text"] = text;
        json::object message;
        message["type"] = "message";
        message["role"] = "user";
        message["content"] = json::array({std::move(part)});
        add(std::move(message));
    }

    void read_items(json::array const& items, bool context_is_known)
    {
        for (std::size_t i = 0; i != items.size(); ++i) {
            members const item(items[i], element_path("input", i));
            auto whole = read_item(item);
            check_output(item, whole, context_is_known);
            add(std::move(whole));
        }
    }

private:
    json::object read_item(members const& item) const
    {
        auto whole = item.object();
        if (item.find("type") == nullptr)
            whole["type"] = item.find("role") != nullptr ? "message" : "item_reference";
        members const typed(whole, item.path());
        auto const type = check_by_type(typed, item_rules);
        if (type == "item_reference")
            return find_item(typed);
        if (type == "message") {
            auto content = read_content(typed);
            whole["content"] = std::move(content);
        }
        return whole;
    }

    json::object find_item(members const& reference) const
    {
        auto const id = reference.require_text("id");
        for (auto const& [name, life] : objects_.responses) {
            for (auto const& items : {life->input(), life->output()}) {
                for (auto const& each : items) {
                    if (text_of(each.get_object(), "id") == id)
                        return each.get_object();
                }
            }
        }
        throw refusal(
            404,
            "There is no item '" + std::string(id) +
                "'. Items of responses with store: false are "
                "not kept.",
            "item_not_found",
            reference.path_of("id")
        );
    }

    void check_output(members const& item, json::object const& whole, bool context_is_known) const
    {
        if (!context_is_known || !is_output(text_of(whole, "type")))
            return;
        std::string const id(text_of(whole, "call_id"));
        if (!request_.context.calls.contains(id))
            item.refuse_value("call_id", "no call before it has the id '" + id + "'");
    }

    void add(json::object item)
    {
        std::string const type(text_of(item, "type"));
        auto const is_known = is_item_type(type);
        if (text_of(item, "id").empty() && is_known)
            item["id"] = ids_.make(item_id_prefix(type));
        if (text_of(item, "status").empty() && is_known && item_has_status(type))
            item["status"] = "completed";
        add_to_context(request_.context, {item});
        request_.input.push_back(std::move(item));
    }

    response_request& request_;
    stored_objects const& objects_;
    id_source& ids_;
};

void continue_previous(
    members const& body, response_request& request, stored_objects const& objects
)
{
    auto const id = body.text("previous_response_id");
    if (!id)
        return;
    if (body.find("conversation") != nullptr)
        body.refuse_value("previous_response_id", "it cannot be used with 'conversation'");
    auto const previous = objects.responses.find(*id);
    if (!previous)
        throw invalid_request(
            "There is no response '" + std::string(*id) + "' to continue.",
            "previous_response_not_found",
            "previous_response_id"
        );
    if (!previous->is_over())
        body.refuse_value("previous_response_id", "that response is not finished");
    request.context = previous->context_after();
}

void refuse_unanswered(response_context const& context)
{
    if (!context.calls.empty())
        throw invalid_request(
            "The call '" + *context.calls.begin() + "' has no output in 'input'.", {}, "input"
        );
}

} // namespace

void add_to_context(response_context& context, json::array const& items)
{
    auto& prompt = context.prompt;
    for (auto const& each : items) {
        auto const& item = each.get_object();
        auto const type = text_of(item, "type");
        auto const role = text_of(item, "role");
        std::string const call(text_of(item, "call_id"));
        if (is_call_of_client(type))
            context.calls.insert(call);
        else if (is_output(type))
            context.calls.erase(call);

        auto const text = text_of_item(item, prompt.tokens);
        prompt.hash = hash(text, hash(type == "message" ? role : type, prompt.hash));
        prompt.tokens += tokens_of_frame + static_cast<std::int64_t>(split_tokens(text).size());
        prompt.ends_in_tool_answer = type.ends_with("_output");
        if (role == "user")
            prompt.last_user_text = text;
    }
}

void read_response_input(
    members const& body, response_request& request, stored_objects const& objects, id_source& ids
)
{
    continue_previous(body, request, objects);
    auto const* input = body.find("input");
    auto const has_other = body.find("previous_response_id") != nullptr ||
                           body.find("conversation") != nullptr || body.find("prompt") != nullptr;
    if (input == nullptr && !has_other)
        (void)body.require("input");
    if (input != nullptr) {
        reader items(request, objects, ids);
        if (auto const* text = input->if_string())
            items.read_text({text->data(), text->size()});
        else if (auto const* array = input->if_array())
            items.read_items(*array, body.find("conversation") == nullptr);
        else
            body.refuse_type("input", "a string or an array", *input);
    }
    refuse_unanswered(request.context);
    request.context.prompt.tokens += tokens_of_frame;
    request.task.prompt = request.context.prompt;
}

} // namespace hicap::emulation
