#include "emulator/shared_members.hpp"

#include "emulator/members.hpp"
#include "emulator/refusal.hpp"

namespace hicap::emulation {
namespace {

constexpr std::string_view missing_model = "model-that-does-not-exist";

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
    auto const tier = body.one_of(
        "service_tier", {"auto", "default", "flex", "scale", "priority", "fast", "ultrafast"}
    );
    if (tier && *tier != "auto")
        request.service_tier = *tier;
}

void read_cache_members(members const& body)
{
    (void)body.text("prompt_cache_key");
    (void)body.one_of("prompt_cache_retention", {"in_memory", "24h"});
    if (auto const cache = body.child("prompt_cache_options")) {
        (void)cache->text("ttl");
        (void)cache->one_of("mode", {"implicit", "explicit"});
    }
}

} // namespace

void read_model(members const& body, chat_request& request)
{
    request.model = body.require_text("model");
    if (request.model.empty())
        body.refuse_value("model", "it is empty");
}

void look_up_model(std::string const& model)
{
    if (model == missing_model)
        throw refusal(
            404,
            "There is no model '" + model + "', or this key may not use it.",
            "model_not_found",
            "model"
        );
}

void read_shared_members(members const& body, chat_request& request)
{
    constexpr std::size_t max_identifier_size = 64;

    read_metadata(body, request);
    read_service_tier(body, request);
    read_cache_members(body);
    (void)body.number("temperature", 0, 2);
    (void)body.number("top_p", 0, 1);
    (void)body.text("user");
    (void)body.text("safety_identifier", max_identifier_size);
    if (auto const moderation = body.child("moderation")) {
        (void)moderation->require_text("model");
        (void)moderation->child("policy");
    }
}

std::optional<std::string_view> read_effort(members const& object, std::string_view name)
{
    return object.one_of(name, {"none", "minimal", "low", "medium", "high", "xhigh", "max"});
}

} // namespace hicap::emulation
