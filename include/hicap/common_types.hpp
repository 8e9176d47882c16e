#ifndef HICAP_COMMON_TYPES_HPP
#define HICAP_COMMON_TYPES_HPP

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
#include <vector>

HICAP_API_BEGIN

/// What the bodies of several resources have in common, named as in the API reference. Each
/// resource's namespace names what it uses, so that `effort` and `responses::effort` are one.
///
/// Conventions, here and in the types of all resources:
/// - All types are aggregates: use designated initializers, in the order of declaration.
/// - In requests a `std::optional` that is empty, and a list or map that is empty, is not sent.
/// - In answers a `nullable` tells null and absent apart, and a plain member is one that the API
///   promises; a server that leaves it out leaves it empty, and the answer is still read.
/// - Kinds of a union are structs, told apart by the constant `tag`, which is sent for them.
///   A kind that is newer than this library is `unknown`.
/// - `extra` holds the members that have no name here, see `unknown_members`.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap {

/// A map from string to `T`.
template <class T>
using string_map = std::map<std::string, T, std::less<>>;

// Values ----------------------------------------------------------------------------------------

/// Who wrote a message.
class role : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view developer = "developer";
    static constexpr std::string_view system = "system";
    static constexpr std::string_view user = "user";
    static constexpr std::string_view assistant = "assistant";
    static constexpr std::string_view tool = "tool";
    static constexpr std::string_view function = "function";
    static constexpr std::string_view unknown = "unknown";
    static constexpr std::string_view critic = "critic";
    static constexpr std::string_view discriminator = "discriminator";
};

/// How much a model thinks before it answers.
class effort : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view none = "none";
    static constexpr std::string_view minimal = "minimal";
    static constexpr std::string_view low = "low";
    static constexpr std::string_view medium = "medium";
    static constexpr std::string_view high = "high";
    static constexpr std::string_view xhigh = "xhigh";
    static constexpr std::string_view max = "max";
};

/// How a request is queued and billed.
class service_tier : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view standard = "default";
    static constexpr std::string_view flex = "flex";
    static constexpr std::string_view scale = "scale";
    static constexpr std::string_view priority = "priority";
    static constexpr std::string_view fast = "fast";
};

/// How long the answer is to be.
class verbosity : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view low = "low";
    static constexpr std::string_view medium = "medium";
    static constexpr std::string_view high = "high";
};

/// A kind of output.
class modality : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view text = "text";
    static constexpr std::string_view audio = "audio";
};

/// How closely an image is looked at.
class image_detail : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view low = "low";
    static constexpr std::string_view high = "high";
};

/// A voice that comes with the service.
class voice : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view alloy = "alloy";
    static constexpr std::string_view ash = "ash";
    static constexpr std::string_view ballad = "ballad";
    static constexpr std::string_view coral = "coral";
    static constexpr std::string_view echo = "echo";
    static constexpr std::string_view sage = "sage";
    static constexpr std::string_view shimmer = "shimmer";
    static constexpr std::string_view verse = "verse";
    static constexpr std::string_view marin = "marin";
    static constexpr std::string_view cedar = "cedar";
};

/// How much of the context window a web search may fill.
class search_context_size : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view low = "low";
    static constexpr std::string_view medium = "medium";
    static constexpr std::string_view high = "high";
};

/// What moderation does with a finding.
class moderation_mode : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view score = "score";
    static constexpr std::string_view block = "block";
};

/// Whether the model calls tools of its own accord.
class tool_choice_mode : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view none = "none";
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view required = "required";
};

/// The notation of a grammar.
class grammar_syntax : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view lark = "lark";
    static constexpr std::string_view regex = "regex";
};

/// Whether the service chooses the cache breakpoints.
class cache_mode : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view implicit_breakpoints = "implicit";
    static constexpr std::string_view explicit_breakpoints = "explicit";
};

/// How long a cached prompt lives.
class cache_retention : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view in_memory = "in_memory";
    static constexpr std::string_view one_day = "24h";
};

/// How long a prompt lives in the cache.
class cache_lifetime : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view half_an_hour = "30m";
};

/// A kind of input that moderation looked at.
class moderated_input : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view text = "text";
    static constexpr std::string_view image = "image";
};

// Objects ---------------------------------------------------------------------------------------

/// Marks the end of a prefix that the prompt cache may keep.
struct cache_breakpoint
{
    cache_mode mode{};
    unknown_members extra{};
};

/// Input of any text.
struct custom_text_format
{
    static constexpr std::string_view tag = "text";
    unknown_members extra{};
};

/// Text of any form.
struct text_format
{
    static constexpr std::string_view tag = "text";
    unknown_members extra{};
};

/// Any JSON object; tell the model in words to write JSON as well.
struct json_object_format
{
    static constexpr std::string_view tag = "json_object";
    unknown_members extra{};
};

/// A voice that was made for this account.
struct custom_voice
{
    std::string id{};
    unknown_members extra{};
};

/// What moderation does with what it finds.
struct moderation_rule
{
    moderation_mode mode{};
    unknown_members extra{};
};

/// Rules for what is sent and for what is answered.
struct moderation_policy
{
    std::optional<moderation_rule> input{};
    std::optional<moderation_rule> output{};
    unknown_members extra{};
};

/// Whether and how a request and its answer are moderated.
struct moderation_options
{
    std::string model{};
    std::optional<moderation_policy> policy{};
    unknown_members extra{};
};

/// How a prompt is cached.
struct prompt_cache_options
{
    /// How long a cached prompt lives.
    std::optional<cache_lifetime> ttl{};
    std::optional<cache_mode> mode{};
    unknown_members extra{};
};

/// A token that the model might have chosen.
struct top_logprob
{
    std::string token{};
    /// Natural logarithm of the probability.
    double logprob = 0;
    /// UTF-8 of the token, null where it has none.
    nullable<std::vector<int>> bytes{};
    unknown_members extra{};
};

/// A token of the answer.
struct token_logprob
{
    std::string token{};
    /// Natural logarithm of the probability.
    double logprob = 0;
    /// UTF-8 of the token, null where it has none. One character may be spread over tokens.
    nullable<std::vector<int>> bytes{};
    std::vector<top_logprob> top_logprobs{};
    unknown_members extra{};
};

/// What moderation found in one text.
struct moderation_result
{
    static constexpr std::string_view tag = "moderation_result";
    std::string model{};
    bool flagged = false;
    string_map<bool> categories{};
    /// 0..1.
    string_map<double> category_scores{};
    /// By category, the kinds of input it was found in.
    string_map<std::vector<moderated_input>> category_applied_input_types{};
    unknown_members extra{};
};

/// Moderation did not work.
struct moderation_error
{
    static constexpr std::string_view tag = "error";
    std::string code{};
    std::string message{};
    unknown_members extra{};
};

/// Makes the model call this function.
struct function_choice
{
    static constexpr std::string_view tag = "function";
    std::string name{};
    unknown_members extra{};
};

/// Makes the model call this server, or one tool of it.
struct mcp_choice
{
    static constexpr std::string_view tag = "mcp";
    std::string server_label{};
    nullable<std::string> name{};
    unknown_members extra{};
};

} // namespace hicap

HICAP_API_END

#endif
