#include "emulator/realtime.hpp"

#include "emulator/answers.hpp"
#include "emulator/members.hpp"
#include "emulator/shared_members.hpp"

#include <string_view>
#include <utility>

namespace hicap::emulation {
namespace {

constexpr std::int64_t usual_lifetime = 600;

// Seconds until the secret expires. The two operations know it by different names.
std::int64_t read_lifetime(members const& body, std::string_view name)
{
    constexpr std::int64_t min_lifetime = 10;
    constexpr std::int64_t max_lifetime = 7200;

    auto const secret = body.child("client_secret");
    auto const expiry = secret ? secret->child(name) : std::nullopt;
    if (!expiry)
        return usual_lifetime;
    (void)expiry->require_text("anchor");
    (void)expiry->one_of("anchor", {"created_at"});
    return expiry->integer("seconds", min_lifetime, max_lifetime).value_or(usual_lifetime);
}

json::object make_secret(call const& call, std::int64_t lifetime)
{
    json::object secret;
    secret["value"] = call.ids.make("ek_");
    secret["expires_at"] = seconds_of_epoch() + lifetime;
    return secret;
}

json::array read_modalities(members const& body, json::array usual)
{
    auto const* all = body.array("modalities", 1);
    if (all == nullptr)
        return usual;
    for (std::size_t i = 0; i != all->size(); ++i) {
        auto const path = element_path("modalities", i);
        auto const each = text_at((*all)[i], path);
        if (each != "text" && each != "audio")
            body.refuse_value(path, "it must be one of text, audio");
    }
    return *all;
}

std::string_view read_audio_format(members const& body, std::string_view name)
{
    return body.one_of(name, {"pcm16", "g711_ulaw", "g711_alaw"}).value_or("pcm16");
}

// An explicit null turns the detection off.
json::value read_turn_detection(members const& body)
{
    auto const* sent = body.object().if_contains("turn_detection");
    if (sent != nullptr && sent->is_null())
        return nullptr;
    json::object detection = {
        {"type", "server_vad"},
        {"threshold", 0.5},
        {"prefix_padding_ms", 300},
        {"silence_duration_ms", 200}};
    auto const wanted = body.child("turn_detection");
    if (!wanted)
        return detection;
    (void)wanted->one_of("type", {"server_vad", "semantic_vad"});
    (void)wanted->number("threshold", 0, 1);
    (void)wanted->integer("prefix_padding_ms", 0);
    (void)wanted->integer("silence_duration_ms", 0);
    (void)wanted->integer("idle_timeout_ms", 5000, 30000);
    (void)wanted->one_of("eagerness", {"low", "medium", "high", "auto"});
    if (wanted->text("type") == "semantic_vad")
        return wanted->object();
    for (auto const& member : wanted->object())
        detection[member.key()] = member.value();
    return detection;
}

void check_noise_reduction(members const& body)
{
    if (auto const noise = body.child("input_audio_noise_reduction"))
        (void)noise->one_of("type", {"near_field", "far_field"});
}

json::value read_transcription(members const& body)
{
    auto const transcription = body.child("input_audio_transcription");
    if (!transcription)
        return nullptr;
    (void)transcription->text("model");
    (void)transcription->text("language");
    (void)transcription->text("prompt");
    return transcription->object();
}

json::array read_tools(members const& body)
{
    auto const* tools = body.array("tools");
    if (tools == nullptr)
        return {};
    for (std::size_t i = 0; i != tools->size(); ++i) {
        members const tool((*tools)[i], element_path("tools", i));
        if (tool.text("type").value_or("function") == "function")
            (void)tool.require_name("name");
    }
    return *tools;
}

json::value read_voice(members const& body)
{
    auto const* voice = body.find("voice");
    if (voice == nullptr)
        return "alloy";
    if (!voice->is_string())
        (void)body.require_child("voice").require_text("id");
    return *voice;
}

json::value read_most_tokens(members const& body)
{
    constexpr std::string_view name = "max_response_output_tokens";
    auto const* most = body.find(name);
    if (most == nullptr || most->is_string()) {
        (void)body.one_of(name, {"inf"});
        return "inf";
    }
    return *body.integer(name, 1, 4096);
}

json::value value_or(members const& body, std::string_view name, json::value usual)
{
    auto const* value = body.find(name);
    return value != nullptr ? *value : std::move(usual);
}

void check_tracing(members const& body)
{
    auto const* tracing = body.find("tracing");
    if (tracing != nullptr && tracing->is_string())
        (void)body.one_of("tracing", {"auto"});
    else if (tracing != nullptr)
        (void)body.child("tracing");
}

} // namespace

response create_realtime_session(call const& call)
{
    auto const object = parse_object(call.http.body);
    members const body(object);
    auto const lifetime = read_lifetime(body, "expires_after");
    check_noise_reduction(body);
    check_tracing(body);
    auto const model = std::string(body.text("model").value_or("gpt-realtime"));
    auto secret = make_secret(call, lifetime);

    json::object session;
    session["id"] = call.ids.make("sess_");
    session["object"] = "realtime.session";
    session["expires_at"] = secret["expires_at"];
    session["model"] = model;
    session["modalities"] = read_modalities(body, {"audio", "text"});
    session["instructions"] = body.text("instructions").value_or("");
    session["voice"] = read_voice(body);
    session["input_audio_format"] = read_audio_format(body, "input_audio_format");
    session["output_audio_format"] = read_audio_format(body, "output_audio_format");
    session["input_audio_transcription"] = read_transcription(body);
    session["turn_detection"] = read_turn_detection(body);
    session["tools"] = read_tools(body);
    session["tool_choice"] = body.text("tool_choice").value_or("auto");
    session["temperature"] = body.number("temperature", 0.6, 1.2).value_or(0.8);
    session["max_response_output_tokens"] = read_most_tokens(body);
    session["speed"] = body.number("speed", 0.25, 1.5).value_or(1.0);
    if (auto const* tracing = body.find("tracing"))
        session["tracing"] = *tracing;
    session["truncation"] = value_or(body, "truncation", "auto");
    session["prompt"] = value_or(body, "prompt", nullptr);
    session["client_secret"] = std::move(secret);
    look_up_model(model);
    return json_answer(session);
}

response create_transcription_session(call const& call)
{
    auto const object = parse_object(call.http.body);
    members const body(object);
    auto const lifetime = read_lifetime(body, "expires_at");
    check_noise_reduction(body);
    auto secret = make_secret(call, lifetime);

    json::object session;
    session["id"] = call.ids.make("sess_");
    session["object"] = "realtime.transcription_session";
    session["expires_at"] = secret["expires_at"];
    session["modalities"] = read_modalities(body, {"audio", "text"});
    session["input_audio_format"] = read_audio_format(body, "input_audio_format");
    session["input_audio_transcription"] = read_transcription(body);
    session["turn_detection"] = read_turn_detection(body);
    if (auto const* include = body.array("include"))
        session["include"] = *include;
    session["client_secret"] = std::move(secret);
    return json_answer(session);
}

} // namespace hicap::emulation
