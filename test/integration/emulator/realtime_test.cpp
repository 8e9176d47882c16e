#include "integration/emulator/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_realtime)

namespace {

constexpr char const* sessions = "/realtime/sessions";
constexpr char const* transcriptions = "/realtime/transcription_sessions";

std::int64_t number_at(json::value const& value, char const* pointer)
{
    return value.at_pointer(pointer).to_number<std::int64_t>();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_session_has_a_secret_that_expires)
{
    running_emulator const server;
    auto const usual = send(server, "POST", sessions, R"({"model":"gpt-realtime"})").json();

    BOOST_TEST(text_at(usual, "/object") == "realtime.session");
    BOOST_TEST(text_at(usual, "/id").starts_with("sess_"));
    BOOST_TEST(text_at(usual, "/client_secret/value").starts_with("ek_"));
    BOOST_TEST((usual.at_pointer("/client_secret/expires_at") == usual.at("expires_at")));
    auto const longer = send(
                            server,
                            "POST",
                            sessions,
                            R"({"client_secret":{"expires_after":{"anchor":"created_at",
                                "seconds":7200}}})"
    )
                            .json();
    BOOST_TEST(number_at(longer, "/expires_at") >= number_at(usual, "/expires_at") + 6600);
    auto const other = send(server, "POST", sessions, "{}").json();
    BOOST_TEST(text_at(other, "/client_secret/value") != text_at(usual, "/client_secret/value"));
}

BOOST_AUTO_TEST_CASE(a_session_repeats_its_request)
{
    running_emulator const server;
    auto const* request = R"({
        "model": "gpt-4o-realtime", "modalities": ["text"], "instructions": "Be kind.",
        "voice": "sage", "input_audio_format": "g711_ulaw", "output_audio_format": "g711_alaw",
        "input_audio_transcription": {"model": "whisper-1"}, "speed": 1.25,
        "turn_detection": {"type": "semantic_vad", "eagerness": "low"},
        "tools": [{"type": "function", "name": "f", "parameters": {}}],
        "tool_choice": "none", "temperature": 0.75, "max_response_output_tokens": 100,
        "tracing": "auto", "truncation": "disabled", "prompt": {"id": "p"}})";
    auto const session = send(server, "POST", sessions, request).json();

    auto const expected = json::parse(request);
    for (auto const& member : expected.as_object())
        BOOST_TEST((session.at(member.key()) == member.value()), member.key());
}

BOOST_AUTO_TEST_CASE(no_turn_detection_is_not_the_usual_one)
{
    running_emulator const server;
    for (auto const* path : {sessions, transcriptions}) {
        auto const usual = send(server, "POST", path, "{}").json();
        BOOST_TEST(text_at(usual, "/turn_detection/type") == "server_vad");
        auto const off = send(server, "POST", path, R"({"turn_detection":null})").json();
        BOOST_TEST(off.at("turn_detection").is_null());
    }
}

BOOST_AUTO_TEST_CASE(a_transcription_session_has_a_secret_too)
{
    running_emulator const server;
    auto const session =
        send(
            server,
            "POST",
            transcriptions,
            R"({"input_audio_format":"g711_ulaw","input_audio_transcription":{"model":"m"},
                "include":["item.input_audio_transcription.logprobs"],
                "client_secret":{"expires_at":{"anchor":"created_at","seconds":10}}})"
        )
            .json();

    BOOST_TEST(text_at(session, "/object") == "realtime.transcription_session");
    BOOST_TEST(text_at(session, "/client_secret/value").starts_with("ek_"));
    BOOST_TEST(text_at(session, "/input_audio_format") == "g711_ulaw");
    BOOST_TEST(text_at(session, "/input_audio_transcription/model") == "m");
}

BOOST_AUTO_TEST_CASE(members_of_a_wrong_type_or_value_are_refused)
{
    struct rule
    {
        char const* path;
        char const* body;
        char const* param;
    };

    std::vector<rule> const rules = {
        {sessions, R"({"modalities":["video"]})", "modalities[0]"},
        {sessions, R"({"voice":1})", "voice"},
        {sessions, R"({"speed":2})", "speed"},
        {sessions, R"({"input_audio_format":"mp3"})", "input_audio_format"},
        {sessions, R"({"max_response_output_tokens":"many"})", "max_response_output_tokens"},
        {sessions, R"({"max_response_output_tokens":0})", "max_response_output_tokens"},
        {sessions, R"({"turn_detection":{"type":"loud"}})", "turn_detection.type"},
        {sessions, R"({"tools":[{"type":"function"}]})", "tools[0].name"},
        {sessions, R"({"tracing":"never"})", "tracing"},
        {sessions,
         R"({"client_secret":{"expires_after":{"seconds":60}}})",
         "client_secret.expires_after.anchor"},
        {sessions,
         R"({"client_secret":{"expires_after":{"anchor":"created_at","seconds":9}}})",
         "client_secret.expires_after.seconds"},
        {transcriptions,
         R"({"input_audio_noise_reduction":{"type":"no_field"}})",
         "input_audio_noise_reduction.type"},
        {transcriptions,
         R"({"input_audio_transcription":"whisper-1"})",
         "input_audio_transcription"},
    };
    running_emulator const server;
    for (auto const& rule : rules) {
        auto const answer = send(server, "POST", rule.path, rule.body);
        BOOST_TEST_REQUIRE(answer.status == 400, rule.body);
        BOOST_TEST(answer.error("param") == rule.param);
    }
    auto const missing = send(server, "POST", sessions, R"({"model":"model-that-does-not-exist"})");
    BOOST_TEST(missing.status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
