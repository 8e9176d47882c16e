#include "json/realtime_description.hpp"
#include "round_trip.hpp"

#include <hicap/realtime_types.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace hicap::test {
namespace {

constexpr std::string_view request = R"({
    "model": "gpt-realtime", "modalities": ["text", "audio"], "instructions": "be br\u00e9f",
    "voice": {"id": "voice_1"}, "input_audio_format": "pcm16", "output_audio_format": "g711_ulaw",
    "input_audio_transcription": {"model": "m", "language": "en", "languages": ["en", "de"],
        "prompt": "p", "keywords": ["k"], "delay": "low"},
    "input_audio_noise_reduction": {"type": "near_field"},
    "turn_detection": {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300,
        "silence_duration_ms": 500, "idle_timeout_ms": 6000, "eagerness": "high",
        "create_response": true, "interrupt_response": true},
    "speed": 1.25,
    "tracing": {"workflow_name": "w", "group_id": "g", "metadata": {"a": [1]}},
    "tools": [{"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}},
        {"type": "later"}],
    "tool_choice": {"type": "function", "name": "f"}, "temperature": 0.8,
    "max_response_output_tokens": "inf",
    "truncation": {"type": "retention_ratio", "retention_ratio": 0.5,
        "token_limits": {"post_instructions": 100}},
    "prompt": {"id": "p", "version": "1", "variables": {"a": "b"}},
    "client_secret": {"expires_after": {"anchor": "created_at", "seconds": 60},
        "expires_at": {"anchor": "created_at", "seconds": 60}}, "later": 1
})";

constexpr std::string_view session = R"({
    "id": "sess_1", "object": "realtime.session", "expires_at": 1760000000, "model": "m",
    "instructions": "i", "tools": [], "tool_choice": "auto", "tracing": "auto",
    "turn_detection": {"type": "semantic_vad"}, "include": ["x"],
    "client_secret": {"value": "ek_1", "expires_at": 1760000000}, "modalities": ["text"],
    "voice": "alloy", "input_audio_format": "pcm16", "output_audio_format": "pcm16",
    "input_audio_transcription": {"model": "m"}, "input_audio_noise_reduction": {"type": "far_field"},
    "temperature": 0.8, "max_response_output_tokens": 100, "speed": 1, "truncation": "disabled",
    "prompt": null, "output_modalities": ["audio"], "audio": {
        "input": {"format": {"type": "audio/pcm", "rate": 24000}, "transcription": {"model": "m"},
            "noise_reduction": {"type": "near_field"}, "turn_detection": {"type": "server_vad"}},
        "output": {"format": {"type": "audio/pcmu"}, "voice": "marin", "speed": 1.5}},
    "max_output_tokens": 9
})";

constexpr std::string_view transcription = R"({
    "modalities": ["text"], "input_audio_format": "g711_alaw", "input_audio_transcription": {},
    "input_audio_noise_reduction": {"type": "far_field"}, "turn_detection": {"type": "server_vad"},
    "include": ["item.input_audio_transcription.logprobs"],
    "client_secret": {"expires_at": {"anchor": "created_at", "seconds": 60}}
})";

constexpr std::string_view transcribing = R"({
    "id": "sess_2", "object": "realtime.transcription_session", "expires_at": 1760000000,
    "client_secret": {"value": "ek_2", "expires_at": 1760000000}, "modalities": ["audio"],
    "input_audio_format": "pcm16", "input_audio_transcription": {"model": "m"},
    "input_audio_noise_reduction": {"type": "near_field"}, "turn_detection": {"type": "server_vad"},
    "include": ["x"]
})";

template <class T>
concept printable = requires(std::ostream& out, T const& value)
{
    out << value;
};

static_assert(!printable<secret>);
static_assert(!std::is_convertible_v<secret, std::string>);
static_assert(!std::is_convertible_v<secret, std::string_view>);

} // namespace

BOOST_AUTO_TEST_SUITE(json_realtime)

BOOST_AUTO_TEST_CASE(every_member_and_kind_survives)
{
    coverage seen;
    seen.leave_out<responses::prompt_variable>();
    seen.add(survives<realtime::session_request>(request));
    seen.add(survives<realtime::session>(session));
    seen.add(survives<realtime::transcription_session_request>(transcription));
    seen.add(survives<realtime::transcription_session>(transcribing));
    seen.add(survives<realtime::session>(R"({"prompt": {"id": "p"}})"));
    for (auto const* const text :
         {R"({"tool_choice": {"type": "mcp", "server_label": "s", "name": "n"}})",
          R"({"tool_choice": {"type": "later"}, "truncation": {"type": "later"}})",
          R"({"prompt": {"id": "p", "variables": {"a": {"type": "input_text", "text": "t"}}}})"})
        seen.add(survives<realtime::session_request>(text));
    seen.check();
}

BOOST_AUTO_TEST_CASE(a_type_may_be_missing)
{
    auto const read = survives<realtime::session>(
        R"({"tools": [{"name": "f"}], "input_audio_noise_reduction": {}})"
    );
    BOOST_TEST((std::get<realtime::function_tool>(read.tools->at(0)).name == "f"));
    BOOST_TEST(!read.input_audio_noise_reduction->type);
    realtime::function_tool const made{.name = "f"};
    BOOST_TEST(written(made) == R"({"type":"function","name":"f"})");
}

BOOST_AUTO_TEST_CASE(null_is_not_absent)
{
    survives<realtime::session_request>("{}");
    survives<realtime::transcription_session_request>("{}");
    survives<realtime::session_request>(
        R"({"turn_detection": null, "tracing": null, "input_audio_noise_reduction": null})"
    );
    survives<realtime::transcription_session>(R"({"client_secret": null, "turn_detection": null})");
}

BOOST_AUTO_TEST_CASE(a_secret_is_revealed_on_demand_alone)
{
    auto const one = read<realtime::session>(session);
    BOOST_TEST(one.client_secret->value.reveal() == "ek_1");
    BOOST_TEST((one.client_secret->value == secret("ek_1")));
    BOOST_TEST(secret().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
