#include "emulator/chat_request.hpp"

#include "emulator/members.hpp"
#include "emulator/shared_members.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace hicap::emulation {
namespace {

void read_sampling(members const& body)
{
    (void)body.number("frequency_penalty", -2, 2);
    (void)body.number("presence_penalty", -2, 2);
    (void)body.integer("seed");
    if (auto const bias = body.child("logit_bias")) {
        for (auto const& each : bias->object())
            (void)bias->integer(std::string_view(each.key().data(), each.key().size()), -100, 100);
    }
}

void read_limits(members const& body, chat_request& request)
{
    constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

    request.choices = body.integer("n", 1, 128).value_or(1);
    request.max_tokens = body.integer("max_completion_tokens", 1, no_limit);
    if (auto const older = body.integer("max_tokens", 1, no_limit)) {
        if (request.max_tokens)
            body.refuse_value("max_tokens", "'max_completion_tokens' is set as well");
        request.max_tokens = older;
    }
    if (auto const* stop = body.find("stop")) {
        if (!stop->is_string() && !stop->is_array())
            body.refuse_type("stop", "a string or an array", *stop);
        if (stop->is_string()) {
            request.stop.emplace_back(*body.text("stop"));
        } else {
            auto const& all = *body.array("stop", 0, 4);
            for (std::size_t i = 0; i != all.size(); ++i)
                request.stop.emplace_back(text_at(all[i], element_path("stop", i)));
        }
        // An empty one would end every text before its first character.
        if (std::find(request.stop.begin(), request.stop.end(), "") != request.stop.end())
            body.refuse_value("stop", "a stop sequence is empty");
    }
    request.logprobs = body.boolean("logprobs").value_or(false);
    if (auto const top = body.integer("top_logprobs", 0, 20)) {
        if (!request.logprobs)
            body.refuse_value("top_logprobs", "it needs 'logprobs' to be true");
        request.top_logprobs = *top;
    }
}

void read_streaming(members const& body, chat_request& request)
{
    request.stream = body.boolean("stream").value_or(false);
    auto const options = body.child("stream_options");
    if (!options)
        return;
    if (!request.stream)
        body.refuse_value("stream_options", "it needs 'stream' to be true");
    request.include_usage = options->boolean("include_usage").value_or(false);
    request.include_obfuscation = options->boolean("include_obfuscation").value_or(true);
}

void read_format(members const& body, chat_request& request)
{
    auto const format = body.child("response_format");
    if (!format)
        return;
    (void)format->require_text("type");
    auto const type = *format->one_of("type", {"text", "json_object", "json_schema"});
    if (type == "json_object")
        request.format = chat_format::json_object;
    if (type != "json_schema")
        return;
    request.format = chat_format::json_schema;
    auto const details = format->require_child("json_schema");
    (void)details.require_name("name");
    (void)details.text("description");
    (void)details.boolean("strict");
    if (auto const schema = details.child("schema"))
        request.schema = schema->object();
    else
        request.schema = json::object{{"type", "object"}};
}

// An array of strings out of a few.
void read_modalities(members const& body)
{
    auto const* all = body.array("modalities", 1);
    if (all == nullptr)
        return;
    for (std::size_t i = 0; i != all->size(); ++i) {
        auto const each = text_at((*all)[i], element_path("modalities", i));
        if (each != "text" && each != "audio")
            body.refuse_value(element_path("modalities", i), "it must be one of text, audio");
    }
}

void read_audio(members const& body)
{
    auto const audio = body.child("audio");
    if (!audio)
        return;
    auto const& voice = audio->require("voice");
    if (!voice.is_string())
        (void)audio->require_child("voice").require_text("id");
    (void)audio->require_text("format");
    (void)audio->one_of("format", {"wav", "aac", "mp3", "flac", "opus", "pcm16"});
}

void read_prediction(members const& body)
{
    auto const prediction = body.child("prediction");
    if (!prediction)
        return;
    (void)prediction->require_text("type");
    (void)prediction->one_of("type", {"content"});
    auto const& content = prediction->require("content");
    if (!content.is_string() && !content.is_array())
        prediction->refuse_type("content", "a string or an array", content);
}

// Members that are checked and change nothing else in the answer.
void read_others(members const& body)
{
    (void)body.one_of("verbosity", {"low", "medium", "high"});
    (void)read_effort(body, "reasoning_effort");
    if (auto const search = body.child("web_search_options")) {
        (void)search->one_of("search_context_size", {"low", "medium", "high"});
        (void)search->child("user_location");
    }
    read_modalities(body);
    read_audio(body);
    read_prediction(body);
}

void read_thinking(members const& body, chat_request& request)
{
    auto const thinking = body.child("thinking");
    if (!thinking)
        return;
    request.thinking = thinking->require_text("type") == "enabled";
    (void)thinking->integer("budget_tokens", 1);
}

} // namespace

chat_request read_chat_request(json::object const& object)
{
    members const body(object);
    chat_request request;
    read_model(body, request);
    request.prompt = read_chat_messages(body);
    read_sampling(body);
    read_limits(body, request);
    read_streaming(body, request);
    read_format(body, request);
    read_chat_tools(body, request);
    read_shared_members(body, request);
    request.store = body.boolean("store").value_or(false);
    read_thinking(body, request);
    read_others(body);
    look_up_model(request.model);
    return request;
}

} // namespace hicap::emulation
