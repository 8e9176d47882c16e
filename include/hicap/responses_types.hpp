#ifndef HICAP_RESPONSES_TYPES_HPP
#define HICAP_RESPONSES_TYPES_HPP

#include <hicap/common_types.hpp>
#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/responses_items.hpp>
#include <hicap/responses_tools.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

HICAP_API_BEGIN

/// The bodies of the Responses endpoints, named as in the API reference. Their items are in
/// <hicap/responses_items.hpp>, their tools in <hicap/responses_tools.hpp>.
///
/// The conventions are those of <hicap/common_types.hpp>. What a response repeats of its request is
/// `nullable` throughout, also where the API promises a value: streams begin with responses that
/// leave much of it out.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap::responses {

using hicap::cache_mode;
using hicap::cache_retention;
using hicap::effort;
using hicap::json_object_format;
using hicap::moderation_error;
using hicap::moderation_mode;
using hicap::moderation_options;
using hicap::moderation_policy;
using hicap::moderation_result;
using hicap::moderation_rule;
using hicap::prompt_cache_options;
using hicap::text_format;
using hicap::verbosity;

// Values ----------------------------------------------------------------------------------------

/// How a request is queued and billed.
class service_tier : public hicap::service_tier
{
public:
    using hicap::service_tier::service_tier;
    static constexpr std::string_view ultrafast = "ultrafast";
};

/// Something that an answer leaves out unless it is asked for.
class include : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view file_search_results = "file_search_call.results";
    static constexpr std::string_view web_search_results = "web_search_call.results";
    static constexpr std::string_view web_search_sources = "web_search_call.action.sources";
    static constexpr std::string_view input_image_urls = "message.input_image.image_url";
    static constexpr std::string_view computer_image_urls = "computer_call_output.output.image_url";
    static constexpr std::string_view code_interpreter_outputs = "code_interpreter_call.outputs";
    /// Lets reasoning be sent back where nothing is stored.
    static constexpr std::string_view encrypted_reasoning = "reasoning.encrypted_content";
    static constexpr std::string_view output_logprobs = "message.output_text.logprobs";
};

/// What happens to input that is too long for the model.
class truncation : public open_enum
{
public:
    using open_enum::open_enum;
    /// The oldest items are left out.
    static constexpr std::string_view automatic = "auto";
    /// The request fails.
    static constexpr std::string_view disabled = "disabled";
};

/// How detailed a summary of the reasoning is.
class summary_detail : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view concise = "concise";
    static constexpr std::string_view detailed = "detailed";
};

/// How much is spent on reasoning.
class reasoning_mode : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view standard = "standard";
    static constexpr std::string_view pro = "pro";
};

/// Which earlier reasoning the model sees.
class reasoning_context : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view current_turn = "current_turn";
    static constexpr std::string_view all_turns = "all_turns";
};

/// How far a response has come.
class response_status : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view queued = "queued";
    static constexpr std::string_view in_progress = "in_progress";
    static constexpr std::string_view completed = "completed";
    static constexpr std::string_view incomplete = "incomplete";
    static constexpr std::string_view failed = "failed";
    static constexpr std::string_view cancelled = "cancelled";
};

/// Why a response ended early.
class incomplete_reason : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view max_output_tokens = "max_output_tokens";
    static constexpr std::string_view content_filter = "content_filter";
};

/// Why a response failed.
class response_error_code : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view server_error = "server_error";
    static constexpr std::string_view rate_limit_exceeded = "rate_limit_exceeded";
    static constexpr std::string_view invalid_prompt = "invalid_prompt";
    static constexpr std::string_view data_residency_mismatch = "data_residency_mismatch";
    static constexpr std::string_view bio_policy = "bio_policy";
    static constexpr std::string_view vector_store_timeout = "vector_store_timeout";
    static constexpr std::string_view invalid_image = "invalid_image";
    static constexpr std::string_view invalid_image_format = "invalid_image_format";
    static constexpr std::string_view invalid_base64_image = "invalid_base64_image";
    static constexpr std::string_view invalid_image_url = "invalid_image_url";
    static constexpr std::string_view image_too_large = "image_too_large";
    static constexpr std::string_view image_too_small = "image_too_small";
    static constexpr std::string_view image_parse_error = "image_parse_error";
    static constexpr std::string_view image_content_policy_violation =
        "image_content_policy_violation";
    static constexpr std::string_view invalid_image_mode = "invalid_image_mode";
    static constexpr std::string_view image_file_too_large = "image_file_too_large";
    static constexpr std::string_view unsupported_image_media_type = "unsupported_image_media_type";
    static constexpr std::string_view empty_image_file = "empty_image_file";
    static constexpr std::string_view failed_to_download_image = "failed_to_download_image";
    static constexpr std::string_view image_file_not_found = "image_file_not_found";
};

// What requests and responses have in common ----------------------------------------------------

/// What the model is given: text, which is what a user says, or items.
using input = std::variant<std::string, std::vector<input_item>>;

/// JSON that follows a schema.
struct json_schema_format
{
    static constexpr std::string_view tag = "json_schema";
    /// At most 64 letters, digits, `_` and `-`.
    std::string name{};
    /// Tells the model what the JSON is for.
    nullable<std::string> description{};
    raw_json schema{};
    /// Whether the answer follows the schema exactly. Default: false.
    nullable<bool> strict{};
    unknown_members extra{};
};

/// The form of the answer's text.
using output_format = std::variant<text_format, json_schema_format, json_object_format, unknown>;

/// How the answer's text looks. Page: POST /responses, request, `text`.
struct text_options
{
    /// Default: text.
    nullable<output_format> format{};
    /// Default: medium.
    nullable<responses::verbosity> verbosity{};
    unknown_members extra{};
};

/// How the model thinks. Page: POST /responses, request, `reasoning`.
struct reasoning_options
{
    /// Default: medium.
    nullable<responses::effort> effort{};
    nullable<summary_detail> summary{};
    nullable<reasoning_mode> mode{};
    /// Default: auto.
    nullable<reasoning_context> context{};
    /// Deprecated: use `summary`.
    nullable<summary_detail> generate_summary{};
    unknown_members extra{};
};

/// A conversation, whose items come before those of a request.
struct conversation
{
    std::string id{};
    unknown_members extra{};
};

// Request ---------------------------------------------------------------------------------------

/// What is done about a context that grows too long.
struct context_rule
{
    /// `compaction`.
    std::string type = "compaction";
    /// Tokens, at least 1000.
    std::optional<std::int64_t> compact_threshold{};
    unknown_members extra{};
};

/// What a stream brings besides its events.
struct stream_options
{
    /// Default: true. Padding that hides the length of the text; false saves bytes.
    std::optional<bool> include_obfuscation{};
    unknown_members extra{};
};

/// A question to a model. Page: POST /responses, request.
///
/// `stream` is not a member: `create` and `stream` say which it is.
struct request
{
    /// Such as `gpt-5`.
    std::optional<std::string> model{};
    std::optional<responses::input> input{};
    /// What ranks above the input; not carried over by `previous_response_id`.
    std::optional<std::string> instructions{};
    std::optional<responses::prompt> prompt{};

    /// The response that this one goes on from. Not together with `conversation`.
    std::optional<std::string> previous_response_id{};
    /// The id of a conversation, or an object with it.
    std::optional<std::variant<std::string, responses::conversation>> conversation{};

    std::vector<tool> tools{};
    /// Default: auto.
    std::optional<responses::tool_choice> tool_choice{};
    /// Default: true.
    std::optional<bool> parallel_tool_calls{};
    /// Of all built-in tools together.
    std::optional<std::int64_t> max_tool_calls{};
    std::optional<text_options> text{};

    std::optional<reasoning_options> reasoning{};
    /// Bounds the tokens of the answer, thinking included. At least 16.
    std::optional<std::int64_t> max_output_tokens{};
    /// 0..2. Default: 1.
    std::optional<double> temperature{};
    /// 0..1. Default: 1.
    std::optional<double> top_p{};
    /// 0..20.
    std::optional<std::int64_t> top_logprobs{};
    std::vector<responses::include> include{};

    /// Answers at once, and works on. Default: false. Needs `store`.
    std::optional<bool> background{};
    /// Keeps the response for `retrieve` and `previous_response_id`. Default: true.
    std::optional<bool> store{};
    std::vector<context_rule> context_management{};
    std::optional<moderation_options> moderation{};
    /// At most 16 pairs.
    string_map<std::string> metadata{};
    /// Default: auto.
    std::optional<responses::service_tier> service_tier{};
    /// Only for a stream.
    std::optional<responses::stream_options> stream_options{};
    /// A stable name of the end user, such as a hash, at most 64 characters.
    std::optional<std::string> safety_identifier{};
    std::optional<std::string> prompt_cache_key{};
    std::optional<responses::prompt_cache_options> prompt_cache_options{};

    /// Deprecated: use `prompt_cache_options`.
    std::optional<cache_retention> prompt_cache_retention{};
    /// Deprecated: use `context_management`. Default: disabled.
    std::optional<responses::truncation> truncation{};
    /// Deprecated: use `safety_identifier` and `prompt_cache_key`.
    std::optional<std::string> user{};

    unknown_members extra{};
};

// Response --------------------------------------------------------------------------------------

/// Why a response failed, in words too.
struct response_error
{
    response_error_code code{};
    std::string message{};
    unknown_members extra{};
};

/// Why a response ended early.
struct incomplete_details
{
    nullable<incomplete_reason> reason{};
    unknown_members extra{};
};

/// What kinds of tokens the input had.
struct input_tokens_details
{
    nullable<std::int64_t> cached_tokens{};
    nullable<std::int64_t> cache_write_tokens{};
    unknown_members extra{};
};

/// What kinds of tokens the answer had.
struct output_tokens_details
{
    nullable<std::int64_t> reasoning_tokens{};
    unknown_members extra{};
};

/// What a response cost, in tokens.
struct usage
{
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t total_tokens = 0;
    nullable<responses::input_tokens_details> input_tokens_details{};
    nullable<responses::output_tokens_details> output_tokens_details{};
    unknown_members extra{};
};

/// What moderation found, or why it did not look.
using moderation_outcome = std::variant<moderation_result, moderation_error, unknown>;

/// What moderation found. Page: POST /responses, response, `moderation`.
struct moderation
{
    moderation_outcome input{};
    moderation_outcome output{};
    unknown_members extra{};
};

/// An answer of a model. Page: POST /responses, response; GET /responses/{response_id}; and
/// POST /responses/{response_id}/cancel.
struct response
{
    /// Sent as `object`.
    static constexpr std::string_view tag = "response";
    std::string id{};
    /// Seconds since 1970.
    double created_at = 0;
    /// Seconds since 1970.
    nullable<double> completed_at{};
    nullable<response_status> status{};
    /// Has a value when the status is failed.
    nullable<response_error> error{};
    /// Has a value when the status is incomplete.
    nullable<responses::incomplete_details> incomplete_details{};
    std::string model{};
    std::vector<output_item> output{};
    /// Null until the response has ended.
    nullable<responses::usage> usage{};
    nullable<responses::moderation> moderation{};

    // What the request said, with defaults filled in.

    nullable<input> instructions{};
    nullable<responses::prompt> prompt{};
    nullable<std::string> previous_response_id{};
    nullable<responses::conversation> conversation{};
    nullable<std::vector<tool>> tools{};
    nullable<responses::tool_choice> tool_choice{};
    nullable<bool> parallel_tool_calls{};
    nullable<std::int64_t> max_tool_calls{};
    /// Called `text` in the API.
    nullable<responses::text_options> text_options{};
    nullable<reasoning_options> reasoning{};
    nullable<std::int64_t> max_output_tokens{};
    nullable<double> temperature{};
    nullable<double> top_p{};
    nullable<std::int64_t> top_logprobs{};
    nullable<bool> background{};
    nullable<bool> store{};
    nullable<string_map<std::string>> metadata{};
    nullable<responses::service_tier> service_tier{};
    nullable<std::string> safety_identifier{};
    nullable<std::string> prompt_cache_key{};
    nullable<responses::prompt_cache_options> prompt_cache_options{};
    /// Deprecated: see `prompt_cache_options`.
    nullable<cache_retention> prompt_cache_retention{};
    /// Deprecated.
    nullable<responses::truncation> truncation{};
    /// Deprecated: see `safety_identifier` and `prompt_cache_key`.
    nullable<std::string> user{};

    unknown_members extra{};

    /// What the model said: the text of all parts of all messages, one after the other.
    [[nodiscard]] std::string text() const;

    /// This, for whoever takes nothing but a whole answer. Throws an `api_error` of status 200 for
    /// one that failed, or has an `error` and no status, with the code and message of `error`; that
    /// is incomplete, with `errc::response_incomplete` and the reason as `api_code`; or that was
    /// cancelled, with `errc::response_cancelled`. `request_id` is told by the error.
    response const& value_or_throw(std::string_view request_id = {}) const;
};

/// Says that a response is gone. Page: DELETE /responses/{response_id}.
struct deletion
{
    /// Sent as `object`.
    static constexpr std::string_view tag = "response";
    std::string id{};
    bool deleted = false;
    unknown_members extra{};
};

/// One page of what a response was made from. Page: GET /responses/{response_id}/input_items.
struct item_list
{
    /// Sent as `object`.
    static constexpr std::string_view tag = "list";
    std::vector<listed_item> data{};
    nullable<std::string> first_id{};
    /// The next page begins `after` this.
    nullable<std::string> last_id{};
    bool has_more = false;
    unknown_members extra{};
};

} // namespace hicap::responses

HICAP_API_END

#endif
