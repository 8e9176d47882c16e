#ifndef HICAP_REALTIME_TYPES_HPP
#define HICAP_REALTIME_TYPES_HPP

#include <hicap/common_types.hpp>
#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/responses_parts.hpp>
#include <hicap/secret.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

HICAP_API_BEGIN

/// The bodies of the endpoints that make realtime sessions, named as in the API reference.
///
/// The conventions are those of <hicap/common_types.hpp>; every member of a request may be left
/// out, and null means something else than that.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap::realtime {

using hicap::custom_voice;
using hicap::function_choice;
using hicap::mcp_choice;
using hicap::modality;
using hicap::string_map;
using hicap::tool_choice_mode;
using hicap::responses::prompt;
using hicap::responses::prompt_variable;

// Values ------------------------------------------------------------------------------------------

/// An encoding of sound.
class audio_format : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view pcm16 = "pcm16";
    static constexpr std::string_view g711_ulaw = "g711_ulaw";
    static constexpr std::string_view g711_alaw = "g711_alaw";
};

/// Where the microphone is.
class noise_kind : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view near_field = "near_field";
    static constexpr std::string_view far_field = "far_field";
};

/// How soon the model answers when somebody may have ended.
class eagerness : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view low = "low";
    static constexpr std::string_view medium = "medium";
    static constexpr std::string_view high = "high";
    static constexpr std::string_view automatic = "auto";
};

/// A model that writes down what it hears.
class transcription_model : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view whisper_1 = "whisper-1";
    static constexpr std::string_view gpt_transcribe = "gpt-transcribe";
    static constexpr std::string_view gpt_live_transcribe = "gpt-live-transcribe";
    static constexpr std::string_view gpt_4o_transcribe = "gpt-4o-transcribe";
    static constexpr std::string_view gpt_4o_transcribe_diarize = "gpt-4o-transcribe-diarize";
    static constexpr std::string_view gpt_4o_mini_transcribe = "gpt-4o-mini-transcribe";
    static constexpr std::string_view gpt_4o_mini_transcribe_of_2025_12_15 =
        "gpt-4o-mini-transcribe-2025-12-15";
    static constexpr std::string_view gpt_realtime_whisper = "gpt-realtime-whisper";
};

/// What a session can tell besides.
class include : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view transcription_logprobs =
        "item.input_audio_transcription.logprobs";
};

/// What the end of what is said is told by.
class turn_detection_kind : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view server_vad = "server_vad";     ///< silence
    static constexpr std::string_view semantic_vad = "semantic_vad"; ///< the end of a thought
};

/// An encoding of sound, as newer servers name it.
class wire_format_kind : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view pcm = "audio/pcm";
    static constexpr std::string_view pcmu = "audio/pcmu";
    static constexpr std::string_view pcma = "audio/pcma";
};

/// Whether a session is traced under names of the service.
class tracing_mode : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
};

/// What is done about a conversation that grows too long.
class truncation_mode : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view disabled = "disabled";
};

/// How long a transcription waits for more sound.
class transcription_delay : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view minimal = "minimal";
    static constexpr std::string_view low = "low";
    static constexpr std::string_view medium = "medium";
    static constexpr std::string_view high = "high";
    static constexpr std::string_view xhigh = "xhigh";
};

// What sessions are made of -----------------------------------------------------------------------

/// How long a client secret lives.
struct secret_lifetime
{
    /// From when on it is counted: `created_at`.
    std::string anchor = "created_at";
    /// 10..7200. Default: 600.
    nullable<std::int64_t> seconds{};
    unknown_members extra{};
};

/// What kind of client secret is wanted.
struct secret_request
{
    nullable<secret_lifetime> expires_after{};
    /// The same, as transcription sessions call it.
    nullable<secret_lifetime> expires_at{};
    unknown_members extra{};
};

/// A key for one session, to be given to a browser.
struct client_secret
{
    secret value{};
    /// Seconds since 1970.
    std::int64_t expires_at = 0;
    unknown_members extra{};
};

/// How noise is taken off what is heard.
struct noise_reduction
{
    nullable<noise_kind> type{};
    unknown_members extra{};
};

/// How what is heard is written down.
struct transcription
{
    nullable<transcription_model> model{};
    /// ISO 639-1, such as `en`.
    nullable<std::string> language{};
    nullable<std::vector<std::string>> languages{};
    /// Words that help.
    nullable<std::string> prompt{};
    nullable<std::vector<std::string>> keywords{};
    nullable<transcription_delay> delay{};
    unknown_members extra{};
};

/// How the end of what is said is found.
struct turn_detection
{
    nullable<turn_detection_kind> type{};
    /// 0..1; for `server_vad`. Default: 0.5.
    nullable<double> threshold{};
    /// Milliseconds; for `server_vad`. Default: 300.
    nullable<std::int64_t> prefix_padding_ms{};
    /// Milliseconds; for `server_vad`. Default: 500.
    nullable<std::int64_t> silence_duration_ms{};
    /// Milliseconds, 5000..30000; for `server_vad`.
    nullable<std::int64_t> idle_timeout_ms{};
    /// For `semantic_vad`. Default: auto.
    nullable<realtime::eagerness> eagerness{};
    /// Default: true.
    nullable<bool> create_response{};
    /// Default: true.
    nullable<bool> interrupt_response{};
    unknown_members extra{};
};

/// A function that the model may call. Its `type` may be missing.
struct function_tool
{
    static constexpr std::array<std::string_view, 1> tags = {"function"};
    nullable<std::string> type = "function";
    nullable<std::string> name{};
    nullable<std::string> description{};
    /// A JSON schema.
    nullable<raw_json> parameters{};
    unknown_members extra{};
};

/// A tool of a session.
using tool = std::variant<function_tool, unknown>;

/// How a session is named in traces.
struct tracing_options
{
    nullable<std::string> workflow_name{};
    nullable<std::string> group_id{};
    nullable<raw_json> metadata{};
    unknown_members extra{};
};

/// A way that the service knows, or names of one's own.
using tracing = std::variant<tracing_mode, tracing_options>;

/// How many tokens are kept.
struct token_limits
{
    nullable<std::int64_t> post_instructions{};
    unknown_members extra{};
};

/// How much is kept of a conversation that grows too long.
struct retention_ratio
{
    static constexpr std::string_view tag = "retention_ratio";
    /// 0..1.
    double retention = 0;
    nullable<realtime::token_limits> token_limits{};
    unknown_members extra{};
};

/// A way that the service knows, or a ratio.
using truncation = std::variant<truncation_mode, retention_ratio, unknown>;

/// A number of tokens, or `inf`.
using token_bound = std::variant<std::int64_t, std::string>;

/// A voice of the service, or one that was made for the account.
using session_voice = std::variant<hicap::voice, custom_voice>;

/// Which tool is called.
using tool_choice = std::variant<tool_choice_mode, function_choice, mcp_choice, unknown>;

/// An encoding of sound.
struct wire_format
{
    nullable<wire_format_kind> type{};
    /// Samples a second.
    nullable<std::int64_t> rate{};
    unknown_members extra{};
};

/// What a session hears.
struct audio_input
{
    nullable<wire_format> format{};
    nullable<realtime::transcription> transcription{};
    nullable<realtime::noise_reduction> noise_reduction{};
    nullable<realtime::turn_detection> turn_detection{};
    unknown_members extra{};
};

/// What a session says.
struct audio_output
{
    nullable<wire_format> format{};
    nullable<session_voice> voice{};
    /// 0.25..1.5. Default: 1.
    nullable<double> speed{};
    unknown_members extra{};
};

/// Sound, as newer servers describe it.
struct audio_options
{
    nullable<audio_input> input{};
    nullable<audio_output> output{};
    unknown_members extra{};
};

// Sessions ----------------------------------------------------------------------------------------

/// A session to make. Page: POST /realtime/sessions, request.
struct session_request
{
    /// Such as `gpt-realtime`.
    nullable<std::string> model{};
    std::vector<modality> modalities{};
    nullable<std::string> instructions{};
    nullable<session_voice> voice{};
    /// Default: pcm16.
    nullable<audio_format> input_audio_format{};
    /// Default: pcm16.
    nullable<audio_format> output_audio_format{};
    /// Null: off.
    nullable<transcription> input_audio_transcription{};
    /// Null: off.
    nullable<noise_reduction> input_audio_noise_reduction{};
    /// Null: off.
    nullable<realtime::turn_detection> turn_detection{};
    /// 0.25..1.5. Default: 1.
    nullable<double> speed{};
    /// Null: off.
    nullable<realtime::tracing> tracing{};
    std::vector<tool> tools{};
    nullable<realtime::tool_choice> tool_choice{};
    /// 0.6..1.2. Default: 0.8.
    nullable<double> temperature{};
    nullable<token_bound> max_response_output_tokens{};
    nullable<realtime::truncation> truncation{};
    nullable<realtime::prompt> prompt{};
    nullable<secret_request> client_secret{};
    unknown_members extra{};
};

/// A session. Every member may be missing: servers answer in an older and a newer form, and
/// what belongs to the other is absent. Page: POST /realtime/sessions, response.
struct session
{
    nullable<std::string> id{};
    /// `realtime.session`.
    nullable<std::string> object{};
    /// Seconds since 1970.
    nullable<std::int64_t> expires_at{};
    nullable<std::string> model{};
    nullable<std::string> instructions{};
    nullable<std::vector<tool>> tools{};
    nullable<realtime::tool_choice> tool_choice{};
    nullable<realtime::tracing> tracing{};
    nullable<realtime::turn_detection> turn_detection{};
    nullable<std::vector<realtime::include>> include{};
    /// Of the older form.
    nullable<realtime::client_secret> client_secret{};
    nullable<std::vector<modality>> modalities{};
    nullable<session_voice> voice{};
    nullable<audio_format> input_audio_format{};
    nullable<audio_format> output_audio_format{};
    nullable<transcription> input_audio_transcription{};
    nullable<noise_reduction> input_audio_noise_reduction{};
    nullable<double> temperature{};
    nullable<token_bound> max_response_output_tokens{};
    nullable<double> speed{};
    nullable<realtime::truncation> truncation{};
    nullable<realtime::prompt> prompt{};
    /// Of the newer form.
    nullable<std::vector<modality>> output_modalities{};
    nullable<audio_options> audio{};
    nullable<token_bound> max_output_tokens{};
    unknown_members extra{};
};

/// A session that writes down what it hears. Page: POST /realtime/transcription_sessions, request.
struct transcription_session_request
{
    std::vector<modality> modalities{};
    /// Default: pcm16.
    nullable<audio_format> input_audio_format{};
    nullable<transcription> input_audio_transcription{};
    /// Null: off.
    nullable<noise_reduction> input_audio_noise_reduction{};
    /// Null: off.
    nullable<realtime::turn_detection> turn_detection{};
    std::vector<realtime::include> include{};
    nullable<secret_request> client_secret{};
    unknown_members extra{};
};

/// A session that writes down what it hears.
/// Page: POST /realtime/transcription_sessions, response.
struct transcription_session
{
    nullable<std::string> id{};
    /// `realtime.transcription_session`.
    nullable<std::string> object{};
    /// Seconds since 1970.
    nullable<std::int64_t> expires_at{};
    nullable<realtime::client_secret> client_secret{};
    nullable<std::vector<modality>> modalities{};
    nullable<audio_format> input_audio_format{};
    nullable<transcription> input_audio_transcription{};
    nullable<noise_reduction> input_audio_noise_reduction{};
    nullable<realtime::turn_detection> turn_detection{};
    nullable<std::vector<realtime::include>> include{};
    unknown_members extra{};
};

} // namespace hicap::realtime

HICAP_API_END

#endif
