#include "emulator/chat_request.hpp"

#include "emulator/members.hpp"
#include "emulator/refusal.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace hicap::emulation {
namespace {

constexpr std::string_view missing_model = "model-that-does-not-exist";

void read_model(members const& body, chat_request& request)
{
    request.model = body.require_text("model");
    if (request.model.empty())
        body.refuse_value("model", "it is empty");
}

void look_up_model(chat_request const& request)
{
    if (request.model == missing_model)
        throw refusal(
            404,
            "There is no model '" + request.model + "', or this key may not use it.",
            "model_not_found",
            "model"
        );
}

void read_sampling(members const& body)
{
    (void)body.number("temperature", 0, 2);
    (void)body.number("top_p", 0, 1);
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

void read_metadata(members const& body, chat_request& request)
{
    constexpr std::size_t max_pairs = 16;
    constexpr std::size_t max_key_size = 64;
    constexpr std::size_t max_value_size = 512;

    auto const metadata = body.child("metadata");
    if (!metadata)
        return;
    if (metadata->object().size() > max_pairs)
        body.refuse_value("metadata", "it may have at most 16 pairs");
    for (auto const& pair : metadata->object()) {
        std::string_view const key(pair.key().data(), pair.key().size());
        if (key.size() > max_key_size)
            body.refuse_value("metadata", "a key may be at most 64 characters long");
        if (pair.value().is_null())
            metadata->refuse_type(key, "a string", pair.value());
        (void)metadata->text(key, max_value_size);
    }
    request.metadata = metadata->object();
}

void read_service_tier(members const& body, chat_request& request)
{
    auto const tier =
        body.one_of("service_tier", {"auto", "default", "flex", "scale", "priority", "fast"});
    if (tier && *tier != "auto")
        request.service_tier = *tier;
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
    constexpr std::size_t max_identifier_size = 64;

    (void)body.one_of("verbosity", {"low", "medium", "high"});
    (void
    )body.one_of("reasoning_effort", {"none", "minimal", "low", "medium", "high", "xhigh", "max"});
    (void)body.boolean("store");
    (void)body.text("user");
    (void)body.text("safety_identifier", max_identifier_size);
    (void)body.text("prompt_cache_key");
    (void)body.one_of("prompt_cache_retention", {"in_memory", "24h"});
    if (auto const cache = body.child("prompt_cache_options")) {
        (void)cache->text("ttl");
        (void)cache->one_of("mode", {"implicit", "explicit"});
    }
    if (auto const search = body.child("web_search_options")) {
        (void)search->one_of("search_context_size", {"low", "medium", "high"});
        (void)search->child("user_location");
    }
    if (auto const moderation = body.child("moderation")) {
        (void)moderation->require_text("model");
        (void)moderation->child("policy");
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
    read_metadata(body, request);
    read_service_tier(body, request);
    read_thinking(body, request);
    read_others(body);
    look_up_model(request);
    return request;
}

} // namespace hicap::emulation
