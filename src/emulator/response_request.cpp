#include "emulator/response_request.hpp"

#include "emulator/members.hpp"
#include "emulator/refusal.hpp"
#include "emulator/shared_members.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace hicap::emulation {
namespace {

constexpr std::string_view encrypted_reasoning = "reasoning.encrypted_content";
constexpr std::string_view logprobs_of_text = "message.output_text.logprobs";

// The member as it was sent, null where it is absent.
json::value echo_of(members const& body, std::string_view name)
{
    auto const* value = body.find(name);
    return value != nullptr ? *value : json::value(nullptr);
}

json::value echo_of(members const& body, std::string_view name, json::value otherwise)
{
    auto const* value = body.find(name);
    return value != nullptr ? *value : std::move(otherwise);
}

void read_background(members const& body, response_request& request)
{
    request.task.store = body.boolean("store").value_or(true);
    request.background = body.boolean("background").value_or(false);
    if (request.background && !request.task.store)
        body.refuse_value("background", "it needs 'store' to be true");
}

void read_streaming(members const& body, chat_request& task)
{
    task.stream = body.boolean("stream").value_or(false);
    auto const options = body.child("stream_options");
    if (!options)
        return;
    if (!task.stream)
        body.refuse_value("stream_options", "it needs 'stream' to be true");
    task.include_obfuscation = options->boolean("include_obfuscation").value_or(true);
}

json::object read_text(members const& body, chat_request& task)
{
    json::object echo;
    echo["format"] = json::object{{"type", "text"}};
    auto const text = body.child("text");
    if (!text)
        return echo;
    if (auto const verbosity = text->one_of("verbosity", {"low", "medium", "high"}))
        echo["verbosity"] = *verbosity;
    auto const format = text->child("format");
    if (!format)
        return echo;
    (void)format->require_text("type");
    auto const type = *format->one_of("type", {"text", "json_object", "json_schema"});
    if (type == "json_object")
        task.format = chat_format::json_object;
    if (type == "json_schema") {
        task.format = chat_format::json_schema;
        (void)format->require_name("name");
        (void)format->text("description");
        (void)format->boolean("strict");
        task.schema = format->require_child("schema").object();
    }
    echo["format"] = format->object();
    return echo;
}

json::object read_reasoning(members const& body, response_request& request)
{
    json::object echo;
    echo["effort"] = nullptr;
    echo["summary"] = nullptr;
    auto const reasoning = body.child("reasoning");
    if (!reasoning)
        return echo;
    auto const effort = read_effort(*reasoning, "effort");
    auto const summary = reasoning->one_of("summary", {"auto", "concise", "detailed"});
    request.task.thinking = effort != "none" && (effort || summary);
    request.summarized = summary.has_value();
    for (auto const& member : reasoning->object())
        echo[member.key()] = member.value();
    return echo;
}

void read_include(members const& body, response_request& request)
{
    auto const* include = body.array("include");
    if (include == nullptr)
        return;
    for (std::size_t i = 0; i != include->size(); ++i) {
        constexpr std::array<std::string_view, 8> known = {
            encrypted_reasoning,
            logprobs_of_text,
            "file_search_call.results",
            "web_search_call.results",
            "web_search_call.action.sources",
            "message.input_image.image_url",
            "computer_call_output.output.image_url",
            "code_interpreter_call.outputs",
        };
        auto const path = element_path("include", i);
        auto const name = text_at((*include)[i], path);
        if (std::find(known.begin(), known.end(), name) == known.end())
            body.refuse_value(path, "nothing of that name can be included");
        request.encrypted = request.encrypted || name == encrypted_reasoning;
        request.task.logprobs = request.task.logprobs || name == logprobs_of_text;
    }
}

void read_limits(members const& body, response_request& request)
{
    constexpr std::int64_t least_tokens = 16;
    constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

    request.task.max_tokens = body.integer("max_output_tokens", least_tokens, no_limit);
    (void)body.integer("max_tool_calls", 1);
    request.task.top_logprobs = body.integer("top_logprobs", 0, 20).value_or(0);
}

json::value read_conversation(members const& body)
{
    auto const* conversation = body.find("conversation");
    if (conversation == nullptr)
        return nullptr;
    if (!conversation->is_string())
        return json::object{{"id", body.require_child("conversation").require_text("id")}};
    return json::object{{"id", *conversation}};
}

void read_others(members const& body)
{
    if (auto const* instructions = body.find("instructions")) {
        if (!instructions->is_string() && !instructions->is_array())
            body.refuse_type("instructions", "a string or an array", *instructions);
    }
    if (auto const prompt = body.child("prompt"))
        (void)prompt->require_text("id");
    (void)body.one_of("truncation", {"auto", "disabled"});
    if (auto const* management = body.array("context_management", 1)) {
        for (std::size_t i = 0; i != management->size(); ++i)
            (void)members((*management)[i], element_path("context_management", i))
                .require_text("type");
    }
}

} // namespace

response_request
read_response_request(json::object const& object, stored_objects const& objects, id_source& ids)
{
    members const body(object);
    response_request request;
    auto& task = request.task;
    if (body.find("prompt") == nullptr || body.find("model") != nullptr)
        read_model(body, task);
    else
        task.model = "gpt-5";
    read_background(body, request);
    read_streaming(body, task);
    read_limits(body, request);
    read_include(body, request);
    read_shared_members(body, task);
    read_others(body);
    auto text = read_text(body, task);
    auto reasoning = read_reasoning(body, request);
    read_response_tools(body, request);
    read_response_input(body, request, objects, ids);
    look_up_model(task.model);

    auto& echo = request.echo;
    echo["background"] = request.background;
    echo["completed_at"] = nullptr;
    echo["conversation"] = read_conversation(body);
    echo["error"] = nullptr;
    echo["incomplete_details"] = nullptr;
    echo["instructions"] = echo_of(body, "instructions");
    echo["max_output_tokens"] = echo_of(body, "max_output_tokens");
    echo["max_tool_calls"] = echo_of(body, "max_tool_calls");
    echo["metadata"] = echo_of(body, "metadata", json::object());
    echo["model"] = task.model;
    echo["output"] = json::array();
    echo["parallel_tool_calls"] = task.tool_choice.parallel;
    echo["previous_response_id"] = echo_of(body, "previous_response_id");
    echo["prompt"] = echo_of(body, "prompt");
    echo["prompt_cache_key"] = echo_of(body, "prompt_cache_key");
    echo["reasoning"] = std::move(reasoning);
    echo["safety_identifier"] = echo_of(body, "safety_identifier");
    echo["service_tier"] = task.service_tier;
    echo["store"] = task.store;
    echo["temperature"] = echo_of(body, "temperature", 1.0);
    echo["text"] = std::move(text);
    echo["tool_choice"] = echo_of(body, "tool_choice", "auto");
    echo["top_logprobs"] = task.top_logprobs;
    echo["top_p"] = echo_of(body, "top_p", 1.0);
    echo["truncation"] = echo_of(body, "truncation", "disabled");
    echo["usage"] = nullptr;
    echo["user"] = echo_of(body, "user");
    return request;
}

} // namespace hicap::emulation
