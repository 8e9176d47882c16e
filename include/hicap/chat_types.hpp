#ifndef HICAP_CHAT_TYPES_HPP
#define HICAP_CHAT_TYPES_HPP

#include <hicap/common_types.hpp>
#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

HICAP_API_BEGIN

/// The bodies of the chat completion endpoints, named as in the API reference.
///
/// The conventions are those of <hicap/common_types.hpp>.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap::chat {

using hicap::cache_breakpoint;
using hicap::cache_mode;
using hicap::cache_retention;
using hicap::custom_text_format;
using hicap::custom_voice;
using hicap::effort;
using hicap::grammar_syntax;
using hicap::image_detail;
using hicap::json_object_format;
using hicap::modality;
using hicap::moderation_error;
using hicap::moderation_mode;
using hicap::moderation_options;
using hicap::moderation_policy;
using hicap::moderation_result;
using hicap::moderation_rule;
using hicap::prompt_cache_options;
using hicap::role;
using hicap::search_context_size;
using hicap::service_tier;
using hicap::string_map;
using hicap::text_format;
using hicap::token_logprob;
using hicap::tool_choice_mode;
using hicap::top_logprob;
using hicap::verbosity;
using hicap::voice;

// Values ----------------------------------------------------------------------------------------

/// Why the model stopped.
class finish_reason : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view stop = "stop";
    static constexpr std::string_view length = "length";
    static constexpr std::string_view tool_calls = "tool_calls";
    static constexpr std::string_view content_filter = "content_filter";
    static constexpr std::string_view function_call = "function_call";
};

/// An encoding of sound. Input takes `wav` and `mp3`.
class audio_format : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view wav = "wav";
    static constexpr std::string_view aac = "aac";
    static constexpr std::string_view mp3 = "mp3";
    static constexpr std::string_view flac = "flac";
    static constexpr std::string_view opus = "opus";
    static constexpr std::string_view pcm16 = "pcm16";
};

// Content parts ---------------------------------------------------------------------------------

/// Text in a message.
struct text_part
{
    static constexpr std::string_view tag = "text";
    std::string text{};
    std::optional<cache_breakpoint> prompt_cache_breakpoint{};
    unknown_members extra{};
};

/// Where an image is found.
struct image_url
{
    /// An http or https URL, or a data URL.
    std::string url{};
    /// Default: auto.
    std::optional<image_detail> detail{};
    unknown_members extra{};
};

/// An image in a user's message.
struct image_part
{
    static constexpr std::string_view tag = "image_url";
    chat::image_url image_url{};
    std::optional<cache_breakpoint> prompt_cache_breakpoint{};
    unknown_members extra{};
};

/// Sound, as sent.
struct input_audio
{
    /// Base64.
    std::string data{};
    audio_format format{};
    unknown_members extra{};
};

/// Sound in a user's message.
struct audio_part
{
    static constexpr std::string_view tag = "input_audio";
    chat::input_audio input_audio{};
    std::optional<cache_breakpoint> prompt_cache_breakpoint{};
    unknown_members extra{};
};

/// A file: either its content or the id of an uploaded one.
struct input_file
{
    std::optional<std::string> filename{};
    /// Base64 or a data URL, at most 73400320 characters.
    std::optional<std::string> file_data{};
    std::optional<std::string> file_id{};
    unknown_members extra{};
};

/// A file in a user's message.
struct file_part
{
    static constexpr std::string_view tag = "file";
    input_file file{};
    std::optional<cache_breakpoint> prompt_cache_breakpoint{};
    unknown_members extra{};
};

/// What the model said when it refused, in an assistant's message.
struct refusal_part
{
    static constexpr std::string_view tag = "refusal";
    std::string refusal{};
    unknown_members extra{};
};

/// A part of a message. Which kinds may appear depends on the role: developer, system and tool
/// take text; user takes text, image, audio and file; assistant takes text and refusal.
using content_part =
    std::variant<text_part, image_part, audio_part, file_part, refusal_part, unknown>;

/// What a message says: text, or parts.
using message_content = std::variant<std::string, std::vector<content_part>>;

// Tool calls ------------------------------------------------------------------------------------

/// A function's name and the arguments that the model chose.
struct function_call
{
    std::string name{};
    /// JSON text written by the model; it may be broken, so parse it with care.
    std::string arguments{};
    unknown_members extra{};
};

/// The model wants a function called.
struct function_tool_call
{
    static constexpr std::string_view tag = "function";
    std::string id{};
    function_call function{};
    unknown_members extra{};
};

/// A custom tool's name and the text that the model gives it.
struct custom_call
{
    std::string name{};
    std::string input{};
    unknown_members extra{};
};

/// The model wants a custom tool called.
struct custom_tool_call
{
    static constexpr std::string_view tag = "custom";
    std::string id{};
    custom_call custom{};
    unknown_members extra{};
};

/// A call that the model asks for.
using tool_call = std::variant<function_tool_call, custom_tool_call, unknown>;

// Messages of a request -------------------------------------------------------------------------

/// Instructions that rank above the user's. Page: POST /chat/completions, `messages`.
struct developer_message
{
    static constexpr std::string_view tag = "developer";
    message_content content{};
    std::optional<std::string> name{};
    unknown_members extra{};
};

/// Instructions, for models that know no developer. Page: POST /chat/completions, `messages`.
struct system_message
{
    static constexpr std::string_view tag = "system";
    message_content content{};
    std::optional<std::string> name{};
    unknown_members extra{};
};

/// What the user says. Page: POST /chat/completions, `messages`.
struct user_message
{
    static constexpr std::string_view tag = "user";
    message_content content{};
    std::optional<std::string> name{};
    unknown_members extra{};
};

/// Names the sound of an earlier answer.
struct audio_reference
{
    std::string id{};
    unknown_members extra{};
};

/// What the model said before. Page: POST /chat/completions, `messages`.
struct assistant_message
{
    static constexpr std::string_view tag = "assistant";
    /// May be null or absent when there are tool calls.
    nullable<message_content> content{};
    nullable<std::string> refusal{};
    std::optional<std::string> name{};
    nullable<audio_reference> audio{};
    std::vector<tool_call> tool_calls{};
    /// Deprecated: use `tool_calls`.
    nullable<chat::function_call> function_call{};
    unknown_members extra{};
};

/// The result of a tool call. Page: POST /chat/completions, `messages`.
struct tool_message
{
    static constexpr std::string_view tag = "tool";
    message_content content{};
    std::string tool_call_id{};
    unknown_members extra{};
};

/// The result of a function call. Deprecated: use `tool_message`.
struct function_message
{
    static constexpr std::string_view tag = "function";
    /// Null where the function returned nothing.
    nullable<std::string> content = null;
    std::string name{};
    unknown_members extra{};
};

/// A message of a request, by `role`.
using message = std::variant<
    user_message,
    developer_message,
    system_message,
    assistant_message,
    tool_message,
    function_message,
    unknown>;

// Tools -----------------------------------------------------------------------------------------

/// A function that the model may call.
struct function_definition
{
    std::string name{};
    std::optional<std::string> description{};
    /// A JSON schema; absent means no parameters.
    std::optional<raw_json> parameters{};
    /// Whether the arguments follow the schema exactly. Default: false.
    std::optional<bool> strict{};
    unknown_members extra{};
};

/// Offers a function to the model.
struct function_tool
{
    static constexpr std::string_view tag = "function";
    function_definition function{};
    unknown_members extra{};
};

/// A grammar that the input of a tool follows.
struct grammar
{
    std::string definition{};
    grammar_syntax syntax{};
    unknown_members extra{};
};

/// Input that follows a grammar.
struct custom_grammar_format
{
    static constexpr std::string_view tag = "grammar";
    chat::grammar grammar{};
    unknown_members extra{};
};

/// The form of the input of a custom tool.
using custom_format = std::variant<custom_text_format, custom_grammar_format, unknown>;

/// A tool that takes text instead of JSON arguments.
struct custom_definition
{
    std::string name{};
    std::optional<std::string> description{};
    /// Default: any text.
    std::optional<custom_format> format{};
    unknown_members extra{};
};

/// Offers a custom tool to the model.
struct custom_tool
{
    static constexpr std::string_view tag = "custom";
    custom_definition custom{};
    unknown_members extra{};
};

/// A tool that the model may call. Page: POST /chat/completions, `tools`.
using tool_definition = std::variant<function_tool, custom_tool, unknown>;

// Tool choice -----------------------------------------------------------------------------------

/// Some of the tools, and whether one of them must be called.
struct allowed_tools
{
    /// `automatic` or `required`.
    tool_choice_mode mode{};
    /// Such as `{"type":"function","function":{"name":"get_weather"}}`.
    std::vector<raw_json> tools{};
    unknown_members extra{};
};

/// Restricts the model to some of the tools.
struct allowed_tools_choice
{
    static constexpr std::string_view tag = "allowed_tools";
    chat::allowed_tools allowed_tools{};
    unknown_members extra{};
};

/// Names a tool.
struct tool_name
{
    std::string name{};
    unknown_members extra{};
};

/// Makes the model call this function.
struct function_choice
{
    static constexpr std::string_view tag = "function";
    tool_name function{};
    unknown_members extra{};
};

/// Makes the model call this custom tool.
struct custom_choice
{
    static constexpr std::string_view tag = "custom";
    tool_name custom{};
    unknown_members extra{};
};

/// Which tool is called. Page: POST /chat/completions, `tool_choice`.
using tool_choice =
    std::variant<tool_choice_mode, allowed_tools_choice, function_choice, custom_choice, unknown>;

/// Which function is called. Deprecated: use `tool_choice`.
using function_choice_legacy = std::variant<tool_choice_mode, tool_name>;

// Response format -------------------------------------------------------------------------------

/// A schema, and how closely it is followed.
struct json_schema
{
    std::string name{};
    std::optional<std::string> description{};
    std::optional<raw_json> schema{};
    /// Whether the answer follows the schema exactly. Default: false.
    std::optional<bool> strict{};
    unknown_members extra{};
};

/// JSON that follows a schema.
struct json_schema_format
{
    static constexpr std::string_view tag = "json_schema";
    chat::json_schema json_schema{};
    unknown_members extra{};
};

/// The form of the answer. Page: POST /chat/completions, `response_format`.
using response_format = std::variant<text_format, json_schema_format, json_object_format, unknown>;

// Request ---------------------------------------------------------------------------------------

/// How spoken output sounds; needs `modality::audio` among the modalities.
struct audio_options
{
    std::variant<chat::voice, custom_voice> voice{};
    audio_format format{};
    unknown_members extra{};
};

/// Text that the answer is expected to repeat, to speed it up.
struct prediction
{
    static constexpr std::string_view tag = "content";
    message_content content{};
    unknown_members extra{};
};

/// Page: POST /chat/completions, `web_search_options.user_location.approximate`.
struct location
{
    /// Two letters, ISO 3166-1.
    std::optional<std::string> country{};
    std::optional<std::string> region{};
    std::optional<std::string> city{};
    /// IANA name, such as `Europe/Berlin`.
    std::optional<std::string> timezone{};
    unknown_members extra{};
};

/// Roughly where the user is.
struct user_location
{
    static constexpr std::string_view tag = "approximate";
    location approximate{};
    unknown_members extra{};
};

/// Lets the model search the web.
struct web_search_options
{
    std::optional<chat::user_location> user_location{};
    /// Default: medium.
    std::optional<chat::search_context_size> search_context_size{};
    unknown_members extra{};
};

/// What a stream brings besides the answer.
struct stream_options
{
    /// Ends the stream with a chunk that holds the usage of the whole request.
    std::optional<bool> include_usage{};
    /// Default: true. Padding that hides the length of the text; false saves bytes.
    std::optional<bool> include_obfuscation{};
    unknown_members extra{};
};

/// A question to a model. Page: POST /chat/completions, request.
///
/// `stream` is not a member: `create` and `stream` say which it is.
struct completion_request
{
    /// Any model of the gateway: `gpt-5`, `claude-sonnet-4.5`, `gemini-2.5-pro`, ...
    std::string model{};
    /// At least one.
    std::vector<message> messages{};

    std::vector<tool_definition> tools{};
    /// Default: auto where there are tools.
    std::optional<chat::tool_choice> tool_choice{};
    /// Default: true.
    std::optional<bool> parallel_tool_calls{};
    std::optional<chat::response_format> response_format{};

    /// Default: medium.
    std::optional<effort> reasoning_effort{};
    /// Default: medium.
    std::optional<chat::verbosity> verbosity{};
    /// Bounds the tokens of the answer, thinking included.
    std::optional<std::int64_t> max_completion_tokens{};
    /// 0..2. Default: 1.
    std::optional<double> temperature{};
    /// 0..1. Default: 1.
    std::optional<double> top_p{};
    /// How many answers, 1..128. Default: 1. In a stream their chunks interleave.
    std::optional<std::int64_t> n{};
    /// A string that ends the answer, or up to 4.
    std::optional<std::variant<std::string, std::vector<std::string>>> stop{};
    /// -2..2. Default: 0.
    std::optional<double> frequency_penalty{};
    /// -2..2. Default: 0.
    std::optional<double> presence_penalty{};
    /// Token id, as text, to -100..100.
    string_map<std::int64_t> logit_bias{};
    /// Default: false.
    std::optional<bool> logprobs{};
    /// 0..20; needs `logprobs`.
    std::optional<std::int64_t> top_logprobs{};

    /// Default: text.
    std::vector<modality> modalities{};
    /// Required when `modalities` holds `modality::audio`.
    std::optional<audio_options> audio{};
    std::optional<chat::prediction> prediction{};
    std::optional<chat::web_search_options> web_search_options{};
    std::optional<moderation_options> moderation{};

    /// Keeps the completion for `retrieve` and `messages`. Default: false.
    std::optional<bool> store{};
    /// At most 16 pairs.
    string_map<std::string> metadata{};
    /// Default: auto.
    std::optional<chat::service_tier> service_tier{};
    /// Only for a stream.
    std::optional<chat::stream_options> stream_options{};
    /// A stable name of the end user, such as a hash, at most 64 characters.
    std::optional<std::string> safety_identifier{};
    std::optional<std::string> prompt_cache_key{};
    std::optional<chat::prompt_cache_options> prompt_cache_options{};

    /// Deprecated: use `prompt_cache_options`.
    std::optional<cache_retention> prompt_cache_retention{};
    /// Deprecated. The whole range of 64 bits.
    std::optional<std::int64_t> seed{};
    /// Deprecated: use `safety_identifier` and `prompt_cache_key`.
    std::optional<std::string> user{};
    /// Deprecated: use `max_completion_tokens`. Some vendors' models still want it.
    std::optional<std::int64_t> max_tokens{};
    /// Deprecated: use `tools`. At most 128.
    std::vector<function_definition> functions{};
    /// Deprecated: use `tool_choice`.
    std::optional<function_choice_legacy> function_call{};

    unknown_members extra{};
};

// Answer ----------------------------------------------------------------------------------------

/// Page of a web search that the answer cites.
struct url_citation
{
    /// Of the cited text in the answer, in characters.
    std::int64_t start_index = 0;
    std::int64_t end_index = 0;
    std::string url{};
    std::string title{};
    unknown_members extra{};
};

/// A part of the answer cites a page.
struct url_citation_annotation
{
    static constexpr std::string_view tag = "url_citation";
    chat::url_citation url_citation{};
    unknown_members extra{};
};

/// A remark on a part of the answer.
using annotation = std::variant<url_citation_annotation, unknown>;

/// Spoken output.
struct audio_output
{
    std::string id{};
    /// Seconds since 1970; after that `id` is no longer known.
    std::int64_t expires_at = 0;
    /// Base64, in the format that was asked for.
    std::string data{};
    std::string transcript{};
    unknown_members extra{};
};

/// What the model said. Page: POST /chat/completions, response, `choices[].message`.
///
/// `assistant(message)` turns it into a message for the next request.
struct response_message
{
    chat::role role{};
    nullable<std::string> content{};
    nullable<std::string> refusal{};
    std::vector<tool_call> tool_calls{};
    std::vector<annotation> annotations{};
    nullable<audio_output> audio{};
    /// Deprecated: see `tool_calls`.
    nullable<chat::function_call> function_call{};
    unknown_members extra{};
};

/// How likely the tokens of an answer were.
struct choice_logprobs
{
    nullable<std::vector<token_logprob>> content{};
    nullable<std::vector<token_logprob>> refusal{};
    unknown_members extra{};
};

/// One of the answers. Page: POST /chat/completions, response, `choices`.
struct choice
{
    std::int64_t index = 0;
    response_message message{};
    chat::finish_reason finish_reason{};
    nullable<choice_logprobs> logprobs{};
    unknown_members extra{};
};

/// What kinds of tokens the prompt had.
struct prompt_tokens_details
{
    nullable<std::int64_t> cached_tokens{};
    nullable<std::int64_t> cache_write_tokens{};
    nullable<std::int64_t> audio_tokens{};
    nullable<std::int64_t> text_tokens{};
    nullable<std::int64_t> image_tokens{};
    unknown_members extra{};
};

/// What kinds of tokens the answer had.
struct completion_tokens_details
{
    nullable<std::int64_t> reasoning_tokens{};
    nullable<std::int64_t> audio_tokens{};
    nullable<std::int64_t> text_tokens{};
    nullable<std::int64_t> accepted_prediction_tokens{};
    nullable<std::int64_t> rejected_prediction_tokens{};
    unknown_members extra{};
};

/// What the request cost, in tokens.
struct usage
{
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;
    std::int64_t total_tokens = 0;
    nullable<chat::prompt_tokens_details> prompt_tokens_details{};
    nullable<chat::completion_tokens_details> completion_tokens_details{};
    unknown_members extra{};
};

/// What moderation found.
struct moderation_results
{
    static constexpr std::string_view tag = "moderation_results";
    std::string model{};
    std::vector<moderation_result> results{};
    unknown_members extra{};
};

/// What moderation found, or why it did not look.
using moderation_outcome = std::variant<moderation_results, moderation_error, unknown>;

/// What moderation found. Page: POST /chat/completions, response, `moderation`.
struct moderation
{
    moderation_outcome input{};
    moderation_outcome output{};
    unknown_members extra{};
};

/// The answer to a request. Page: POST /chat/completions, response, and
/// GET /chat/completions/{completion_id}. A stored completion also carries its request's members,
/// which are found in `extra`.
struct completion
{
    /// Sent as `object`.
    static constexpr std::string_view tag = "chat.completion";
    std::string id{};
    /// Seconds since 1970.
    std::int64_t created = 0;
    std::string model{};
    std::vector<choice> choices{};
    nullable<chat::usage> usage{};
    nullable<chat::service_tier> service_tier{};
    /// Deprecated.
    nullable<std::string> system_fingerprint{};
    nullable<string_map<std::string>> metadata{};
    nullable<chat::moderation> moderation{};
    unknown_members extra{};

    /// The content of the first choice, empty where there is none.
    /// The view lives until the object changes.
    [[nodiscard]] std::string_view text() const noexcept
    {
        if (choices.empty() || !choices.front().message.content)
            return {};
        return *choices.front().message.content;
    }
};

// Chunks of a stream ----------------------------------------------------------------------------

/// A piece of a `function_call`.
struct function_call_delta
{
    /// Comes once.
    nullable<std::string> name{};
    /// To be appended.
    nullable<std::string> arguments{};
    unknown_members extra{};
};

/// A piece of a `custom_call`.
struct custom_call_delta
{
    /// Comes once.
    nullable<std::string> name{};
    /// To be appended.
    nullable<std::string> input{};
    unknown_members extra{};
};

/// A piece of a tool call. Pieces of the same `index` belong together.
struct tool_call_delta
{
    std::int64_t index = 0;
    /// Comes once.
    nullable<std::string> id{};
    /// `function` or `custom`; comes once.
    nullable<std::string> type{};
    nullable<function_call_delta> function{};
    nullable<custom_call_delta> custom{};
    unknown_members extra{};
};

/// A piece of spoken output.
struct audio_delta
{
    /// Comes once.
    nullable<std::string> id{};
    /// Seconds since 1970; after that `id` is no longer known.
    nullable<std::int64_t> expires_at{};
    /// Base64; to be appended.
    nullable<std::string> data{};
    /// To be appended.
    nullable<std::string> transcript{};
    unknown_members extra{};
};

/// What a chunk adds to a message.
struct delta
{
    nullable<chat::role> role{};
    nullable<std::string> content{};
    nullable<std::string> refusal{};
    std::vector<tool_call_delta> tool_calls{};
    std::vector<annotation> annotations{};
    nullable<audio_delta> audio{};
    /// Deprecated: see `tool_calls`.
    nullable<function_call_delta> function_call{};
    unknown_members extra{};
};

/// What a chunk adds to one of the answers.
struct chunk_choice
{
    std::int64_t index = 0;
    chat::delta delta{};
    /// Set in the last chunk of the choice.
    nullable<chat::finish_reason> finish_reason{};
    nullable<choice_logprobs> logprobs{};
    unknown_members extra{};
};

/// An event of a stream. Page: POST /chat/completions with `stream`, chunk.
struct chunk
{
    /// Sent as `object`.
    static constexpr std::string_view tag = "chat.completion.chunk";
    std::string id{};
    /// Seconds since 1970; the same in all chunks.
    std::int64_t created = 0;
    std::string model{};
    /// Empty in the chunk that brings the usage.
    std::vector<chunk_choice> choices{};
    /// Has a value in the last chunk alone, and only with `stream_options::include_usage`.
    nullable<chat::usage> usage{};
    nullable<chat::service_tier> service_tier{};
    /// Deprecated.
    nullable<std::string> system_fingerprint{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<chat::moderation> moderation{};
    unknown_members extra{};

    /// The text that this chunk adds to choice 0, empty where it adds none.
    /// The view lives until the object changes.
    [[nodiscard]] std::string_view text() const noexcept
    {
        for (auto const& choice : choices) {
            if (choice.index == 0 && choice.delta.content)
                return *choice.delta.content;
        }
        return {};
    }
};

// Messages of a stored completion ---------------------------------------------------------------

/// A message of a stored completion. Page: GET /chat/completions/{completion_id}/messages.
struct stored_message
{
    std::string id{};
    chat::role role{};
    nullable<std::string> content{};
    nullable<std::string> refusal{};
    nullable<std::string> name{};
    /// The parts of a message that had more than text, null where it had not.
    nullable<std::vector<content_part>> content_parts{};
    std::vector<tool_call> tool_calls{};
    std::vector<annotation> annotations{};
    nullable<audio_output> audio{};
    nullable<chat::function_call> function_call{};
    unknown_members extra{};
};

/// One page of them. Page: GET /chat/completions/{completion_id}/messages.
struct stored_message_list
{
    /// Sent as `object`.
    static constexpr std::string_view tag = "list";
    std::vector<stored_message> data{};
    nullable<std::string> first_id{};
    /// The next page begins `after` this.
    nullable<std::string> last_id{};
    bool has_more = false;
    unknown_members extra{};
};

// Helpers ---------------------------------------------------------------------------------------

/// A message of the user.
[[nodiscard]] inline user_message user(message_content content)
{
    return {.content = std::move(content)};
}

/// Instructions, for models that know no developer.
[[nodiscard]] inline system_message system(message_content content)
{
    return {.content = std::move(content)};
}

/// Instructions that rank above the user's.
[[nodiscard]] inline developer_message developer(message_content content)
{
    return {.content = std::move(content)};
}

/// What the model said before.
[[nodiscard]] inline assistant_message assistant(message_content content)
{
    return {.content = std::move(content)};
}

/// The model's answer as a message of the next request, with its tool calls and with the members
/// that this library does not know.
[[nodiscard]] assistant_message assistant(response_message const& answer);

/// The result of the tool call `tool_call_id`.
[[nodiscard]] inline tool_message tool(std::string tool_call_id, message_content content)
{
    return {.content = std::move(content), .tool_call_id = std::move(tool_call_id)};
}

} // namespace hicap::chat

HICAP_API_END

#endif
