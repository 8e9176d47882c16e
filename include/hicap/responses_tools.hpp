#ifndef HICAP_RESPONSES_TOOLS_HPP
#define HICAP_RESPONSES_TOOLS_HPP

#include <hicap/common_types.hpp>
#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

HICAP_API_BEGIN

/// The tools of the Responses API, named as in the API reference. Page: POST /responses, request,
/// `tools` and `tool_choice`.
///
/// The conventions are those of <hicap/common_types.hpp>. A response repeats the tools of its
/// request, with defaults filled in and with nulls: so what may be left out is `nullable`, and is
/// not sent while it is absent.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap::responses {

using hicap::custom_text_format;
using hicap::function_choice;
using hicap::grammar_syntax;
using hicap::mcp_choice;
using hicap::search_context_size;
using hicap::string_map;
using hicap::tool_choice_mode;

// Callers ---------------------------------------------------------------------------------------

/// From where a tool may be called.
class allowed_caller : public open_enum
{
public:
    using open_enum::open_enum;
    /// By the model.
    static constexpr std::string_view direct = "direct";
    /// By a program that the model wrote.
    static constexpr std::string_view programmatic = "programmatic";
};

/// The model called.
struct direct_caller
{
    static constexpr std::string_view tag = "direct";
    unknown_members extra{};
};

/// A program called.
struct program_caller
{
    static constexpr std::string_view tag = "program";
    /// The `call_id` of the program's item.
    std::string caller_id{};
    unknown_members extra{};
};

/// Who called a tool.
using caller = std::variant<direct_caller, program_caller, unknown>;

// Functions and custom tools --------------------------------------------------------------------

/// A function of yours that the model may call.
struct function_tool
{
    static constexpr std::string_view tag = "function";
    /// 1..128 letters, digits, `_` and `-`.
    std::string name{};
    nullable<std::string> description{};
    /// A JSON schema; absent means no parameters.
    nullable<raw_json> parameters{};
    /// A JSON schema of the JSON in the function's textual output.
    nullable<raw_json> output_schema{};
    /// Whether the arguments follow the schema exactly. Default: where the schema allows it.
    nullable<bool> strict{};
    /// Keeps the function back until a `tool_search_tool` finds it.
    nullable<bool> defer_loading{};
    /// At least one.
    nullable<std::vector<allowed_caller>> allowed_callers{};
    unknown_members extra{};
};

/// Input that follows a grammar.
struct custom_grammar_format
{
    static constexpr std::string_view tag = "grammar";
    grammar_syntax syntax{};
    std::string definition{};
    unknown_members extra{};
};

/// The form of a custom tool's input.
using custom_format = std::variant<custom_text_format, custom_grammar_format, unknown>;

/// A tool of yours that takes text instead of JSON arguments.
struct custom_tool
{
    static constexpr std::string_view tag = "custom";
    std::string name{};
    nullable<std::string> description{};
    /// Default: any text.
    nullable<custom_format> format{};
    /// Keeps the tool back until a `tool_search_tool` finds it.
    nullable<bool> defer_loading{};
    /// At least one.
    nullable<std::vector<allowed_caller>> allowed_callers{};
    unknown_members extra{};
};

/// A tool inside a namespace.
using namespaced_tool = std::variant<function_tool, custom_tool, unknown>;

/// Functions and custom tools under one name.
struct namespace_tool
{
    static constexpr std::string_view tag = "namespace";
    std::string name{};
    /// Shown to the model.
    std::string description{};
    /// At least one.
    std::vector<namespaced_tool> tools{};
    unknown_members extra{};
};

/// Who carries out a search for tools.
class tool_search_execution : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view server = "server";
    static constexpr std::string_view client = "client";
};

/// Finds tools that were kept back by `defer_loading`.
struct tool_search_tool
{
    static constexpr std::string_view tag = "tool_search";
    nullable<tool_search_execution> execution{};
    /// Shown to the model when the client searches.
    nullable<std::string> description{};
    /// A JSON schema of the search's arguments when the client searches.
    nullable<raw_json> parameters{};
    unknown_members extra{};
};

/// Lets the model write programs that call tools.
struct programmatic_tool
{
    static constexpr std::string_view tag = "programmatic_tool_calling";
    unknown_members extra{};
};

// File search -----------------------------------------------------------------------------------

/// How a file's attribute is compared.
class comparison : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view eq = "eq";
    static constexpr std::string_view ne = "ne";
    static constexpr std::string_view gt = "gt";
    static constexpr std::string_view gte = "gte";
    static constexpr std::string_view lt = "lt";
    static constexpr std::string_view lte = "lte";
    static constexpr std::string_view in = "in";
    static constexpr std::string_view nin = "nin";
};

/// How filters are joined.
class conjunction : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view all = "and";
    static constexpr std::string_view any = "or";
};

/// An element of the list that `comparison::in` and `nin` want. A number without fraction and
/// exponent is read as `std::int64_t`.
using filter_element = std::variant<std::string, std::int64_t, double>;

/// What an attribute is compared with. Numbers are read as in `filter_element`.
using filter_value =
    std::variant<std::string, std::int64_t, double, bool, std::vector<filter_element>>;

/// Compares an attribute of a file with a value.
struct comparison_filter
{
    static constexpr std::array<std::string_view, 8> tags = {
        comparison::eq,
        comparison::ne,
        comparison::gt,
        comparison::gte,
        comparison::lt,
        comparison::lte,
        comparison::in,
        comparison::nin};
    comparison type = comparison::eq;
    /// Name of the attribute.
    std::string key{};
    filter_value value{};
    unknown_members extra{};
};

struct filter;

/// Joins filters, which may be joined ones in turn.
struct compound_filter
{
    static constexpr std::array<std::string_view, 2> tags = {conjunction::all, conjunction::any};
    conjunction type = conjunction::all;
    std::vector<filter> filters; // without an initializer, as `filter` is not complete yet
    unknown_members extra{};
};

/// Restricts a search to some files, by their attributes.
struct filter : std::variant<comparison_filter, compound_filter, unknown>
{
    using variant::variant;
};

/// How files are ranked.
class file_ranker : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view default_2024_11_15 = "default-2024-11-15";
};

/// How much meaning and wording weigh against each other.
struct hybrid_search
{
    double embedding_weight = 0;
    double text_weight = 0;
    unknown_members extra{};
};

/// How the results of a search are ranked.
struct ranking_options
{
    nullable<file_ranker> ranker{};
    /// 0..1. What scores less is left out.
    nullable<double> score_threshold{};
    nullable<responses::hybrid_search> hybrid_search{};
    unknown_members extra{};
};

/// Searches uploaded files.
struct file_search_tool
{
    static constexpr std::string_view tag = "file_search";
    std::vector<std::string> vector_store_ids{};
    /// 1..50.
    nullable<std::int64_t> max_num_results{};
    nullable<responses::ranking_options> ranking_options{};
    nullable<filter> filters{};
    unknown_members extra{};
};

// Web search ------------------------------------------------------------------------------------

/// Roughly where the user is.
struct location
{
    nullable<std::string> type = "approximate";
    /// Two letters, ISO 3166-1.
    nullable<std::string> country{};
    nullable<std::string> region{};
    nullable<std::string> city{};
    /// IANA name, such as `Europe/Berlin`.
    nullable<std::string> timezone{};
    unknown_members extra{};
};

/// Which pages a web search may find.
struct web_search_filters
{
    /// These and their subdomains. Default: all.
    nullable<std::vector<std::string>> allowed_domains{};
    unknown_members extra{};
};

/// Searches the web.
struct web_search_tool
{
    static constexpr std::array<std::string_view, 2> tags = {"web_search", "web_search_2025_08_26"};
    std::string type{tags[0]};
    nullable<web_search_filters> filters{};
    nullable<location> user_location{};
    /// Default: medium.
    nullable<responses::search_context_size> search_context_size{};
    /// Whether new pages are fetched; false keeps to the cache. Default: true.
    nullable<bool> external_web_access{};
    unknown_members extra{};
};

/// What a web search brings.
class search_content_type : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view text = "text";
    static constexpr std::string_view image = "image";
};

/// Searches the web, in the form that came before `web_search_tool`.
struct web_search_preview_tool
{
    static constexpr std::array<std::string_view, 2> tags = {
        "web_search_preview", "web_search_preview_2025_03_11"};
    std::string type{tags[0]};
    nullable<location> user_location{};
    /// Default: medium.
    nullable<responses::search_context_size> search_context_size{};
    nullable<std::vector<search_content_type>> search_content_types{};
    unknown_members extra{};
};

// MCP -------------------------------------------------------------------------------------------

/// A service that can be reached without a server of one's own.
class connector : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view dropbox = "connector_dropbox";
    static constexpr std::string_view gmail = "connector_gmail";
    static constexpr std::string_view google_calendar = "connector_googlecalendar";
    static constexpr std::string_view google_drive = "connector_googledrive";
    static constexpr std::string_view microsoft_teams = "connector_microsoftteams";
    static constexpr std::string_view outlook_calendar = "connector_outlookcalendar";
    static constexpr std::string_view outlook_email = "connector_outlookemail";
    static constexpr std::string_view sharepoint = "connector_sharepoint";
};

/// Some of a server's tools. What is absent does not restrict.
struct mcp_tool_filter
{
    nullable<std::vector<std::string>> tool_names{};
    /// Whether the tool only reads, as the server's hint says.
    nullable<bool> read_only{};
    unknown_members extra{};
};

/// The tools of a server that the model may call: names, or what a filter lets through.
using mcp_allowed_tools = std::variant<std::vector<std::string>, mcp_tool_filter>;

/// Whether calls wait for approval.
class approval_mode : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view always = "always";
    static constexpr std::string_view never = "never";
};

/// Whose calls wait for approval, and whose do not.
struct approval_filters
{
    nullable<mcp_tool_filter> always{};
    nullable<mcp_tool_filter> never{};
    unknown_members extra{};
};

/// Which calls wait for approval: one rule for all tools, or one for each of two groups.
using approval_policy = std::variant<approval_mode, approval_filters>;

/// The tools of a Model Context Protocol server. One of `server_url`, `connector_id` and
/// `tunnel_id` says where it is.
struct mcp_tool
{
    static constexpr std::string_view tag = "mcp";
    /// Names the server in tool calls.
    std::string server_label{};
    nullable<std::string> server_url{};
    nullable<connector> connector_id{};
    /// `tunnel_` and 32 small letters or digits.
    nullable<std::string> tunnel_id{};
    /// An OAuth access token: a secret.
    nullable<std::string> authorization{};
    nullable<std::string> server_description{};
    /// Sent to the server with each request; may hold secrets.
    nullable<string_map<std::string>> headers{};
    /// Default: all.
    nullable<mcp_allowed_tools> allowed_tools{};
    /// At least one.
    nullable<std::vector<allowed_caller>> allowed_callers{};
    /// Default: always.
    nullable<approval_policy> require_approval{};
    /// Keeps the tools back until a `tool_search_tool` finds them.
    nullable<bool> defer_loading{};
    unknown_members extra{};
};

// Containers and shells -------------------------------------------------------------------------

/// How much memory a container has.
class memory_limit : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view gb_1 = "1g";
    static constexpr std::string_view gb_4 = "4g";
    static constexpr std::string_view gb_16 = "16g";
    static constexpr std::string_view gb_64 = "64g";
};

/// A container that reaches nothing.
struct disabled_network
{
    static constexpr std::string_view tag = "disabled";
    unknown_members extra{};
};

/// A secret that a container may use towards one domain.
struct domain_secret
{
    std::string domain{};
    /// Under which the container finds it.
    std::string name{};
    /// 1..10485760 characters.
    std::string value{};
    unknown_members extra{};
};

/// A container that reaches some domains.
struct network_allowlist
{
    static constexpr std::string_view tag = "allowlist";
    /// At least one.
    std::vector<std::string> allowed_domains{};
    /// At least one.
    nullable<std::vector<domain_secret>> domain_secrets{};
    unknown_members extra{};
};

/// What a container reaches.
using network_policy = std::variant<disabled_network, network_allowlist, unknown>;

/// A skill that has been uploaded.
struct skill_reference
{
    static constexpr std::string_view tag = "skill_reference";
    /// 1..64 characters.
    std::string skill_id{};
    /// A number, or `latest`.
    nullable<std::string> version{};
    unknown_members extra{};
};

/// The files of a skill.
struct skill_source
{
    static constexpr std::string_view tag = "base64";
    std::string media_type = "application/zip";
    /// Base64, 1..70254592 characters.
    std::string data{};
    unknown_members extra{};
};

/// A skill that comes with the request.
struct inline_skill
{
    static constexpr std::string_view tag = "inline";
    std::string name{};
    std::string description{};
    skill_source source{};
    unknown_members extra{};
};

/// A skill of a container.
using skill = std::variant<skill_reference, inline_skill, unknown>;

/// A skill that lies on the machine of the caller.
struct local_skill
{
    std::string name{};
    std::string description{};
    /// Of its folder.
    std::string path{};
    unknown_members extra{};
};

/// A container that is made for the code interpreter.
struct code_container
{
    static constexpr std::string_view tag = "auto";
    /// Uploaded files that the code may use, at most 50.
    nullable<std::vector<std::string>> file_ids{};
    nullable<responses::memory_limit> memory_limit{};
    nullable<responses::network_policy> network_policy{};
    unknown_members extra{};
};

/// Runs Python.
struct code_interpreter_tool
{
    static constexpr std::string_view tag = "code_interpreter";
    /// A container to be made, or the id of one.
    std::variant<code_container, std::string, unknown> container{};
    /// At least one.
    nullable<std::vector<allowed_caller>> allowed_callers{};
    unknown_members extra{};
};

/// A container that is made for the shell.
struct shell_container
{
    static constexpr std::string_view tag = "container_auto";
    /// Uploaded files that the shell may use, at most 50.
    nullable<std::vector<std::string>> file_ids{};
    nullable<responses::memory_limit> memory_limit{};
    nullable<responses::network_policy> network_policy{};
    /// At most 200.
    nullable<std::vector<skill>> skills{};
    unknown_members extra{};
};

/// The machine of the caller, who runs the commands and sends their output back.
struct local_environment
{
    static constexpr std::string_view tag = "local";
    /// At most 200.
    nullable<std::vector<local_skill>> skills{};
    unknown_members extra{};
};

/// A container that exists.
struct container_reference
{
    static constexpr std::string_view tag = "container_reference";
    std::string container_id{};
    unknown_members extra{};
};

/// Where shell commands run.
using shell_environment =
    std::variant<shell_container, local_environment, container_reference, unknown>;

/// Runs shell commands.
struct shell_tool
{
    static constexpr std::string_view tag = "shell";
    nullable<shell_environment> environment{};
    /// At least one.
    nullable<std::vector<allowed_caller>> allowed_callers{};
    unknown_members extra{};
};

/// Runs shell commands on the machine of the caller, in the form that came before `shell_tool`.
struct local_shell_tool
{
    static constexpr std::string_view tag = "local_shell";
    unknown_members extra{};
};

/// Lets the model change files by diffs, which the caller applies.
struct apply_patch_tool
{
    static constexpr std::string_view tag = "apply_patch";
    /// At least one.
    nullable<std::vector<allowed_caller>> allowed_callers{};
    unknown_members extra{};
};

// Computer --------------------------------------------------------------------------------------

/// Lets the model use a computer.
struct computer_tool
{
    static constexpr std::string_view tag = "computer";
    unknown_members extra{};
};

/// What runs on the computer.
class computer_environment : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view windows = "windows";
    static constexpr std::string_view mac = "mac";
    static constexpr std::string_view linux_os = "linux";
    static constexpr std::string_view ubuntu = "ubuntu";
    static constexpr std::string_view browser = "browser";
};

/// Lets the model use a computer, in the form that came before `computer_tool`.
struct computer_use_preview_tool
{
    static constexpr std::string_view tag = "computer_use_preview";
    computer_environment environment{};
    /// Pixels.
    std::int64_t display_width = 0;
    /// Pixels.
    std::int64_t display_height = 0;
    unknown_members extra{};
};

// Image generation ------------------------------------------------------------------------------

/// A model that makes images.
class image_model : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view gpt_image_1 = "gpt-image-1";
    static constexpr std::string_view gpt_image_1_mini = "gpt-image-1-mini";
    static constexpr std::string_view gpt_image_1_5 = "gpt-image-1.5";
    static constexpr std::string_view gpt_image_2 = "gpt-image-2";
    static constexpr std::string_view gpt_image_2_2026_04_21 = "gpt-image-2-2026-04-21";
    static constexpr std::string_view chatgpt_image_latest = "chatgpt-image-latest";
};

/// How fine an image is.
class image_quality : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view low = "low";
    static constexpr std::string_view medium = "medium";
    static constexpr std::string_view high = "high";
};

/// Width and height of an image, in pixels. Newer models take any multiples of 16.
class image_size : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view square = "1024x1024";
    static constexpr std::string_view portrait = "1024x1536";
    static constexpr std::string_view landscape = "1536x1024";
};

/// An encoding of images.
class image_format : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view png = "png";
    static constexpr std::string_view webp = "webp";
    static constexpr std::string_view jpeg = "jpeg";
};

/// How strictly images are moderated.
class image_moderation : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view low = "low";
};

/// What is behind the picture.
class image_background : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view transparent = "transparent";
    static constexpr std::string_view opaque = "opaque";
};

/// How closely an edited image keeps to the original.
class input_fidelity : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view low = "low";
    static constexpr std::string_view high = "high";
};

/// Whether an image is made or changed.
class image_action : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view generate = "generate";
    static constexpr std::string_view edit = "edit";
};

/// Says which part of an image is to change: by URL or by file.
struct image_mask
{
    /// A data URL, Base64.
    nullable<std::string> image_url{};
    nullable<std::string> file_id{};
    unknown_members extra{};
};

/// Makes images.
struct image_generation_tool
{
    static constexpr std::string_view tag = "image_generation";
    /// Default: gpt-image-1.
    nullable<image_model> model{};
    /// Default: auto.
    nullable<image_quality> quality{};
    /// Default: auto.
    nullable<image_size> size{};
    /// Default: png.
    nullable<image_format> output_format{};
    /// 0..100. Default: 100.
    nullable<std::int64_t> output_compression{};
    /// Default: auto.
    nullable<image_moderation> moderation{};
    /// Default: auto.
    nullable<image_background> background{};
    nullable<responses::input_fidelity> input_fidelity{};
    nullable<image_mask> input_image_mask{};
    /// How many previews a stream brings, 0..3. Default: 0.
    nullable<std::int64_t> partial_images{};
    nullable<image_action> action{};
    unknown_members extra{};
};

// All tools -------------------------------------------------------------------------------------

/// A tool that the model may use. Page: POST /responses, request, `tools`.
using tool = std::variant<
    function_tool,
    custom_tool,
    namespace_tool,
    tool_search_tool,
    programmatic_tool,
    file_search_tool,
    web_search_tool,
    web_search_preview_tool,
    mcp_tool,
    code_interpreter_tool,
    shell_tool,
    local_shell_tool,
    apply_patch_tool,
    computer_tool,
    computer_use_preview_tool,
    image_generation_tool,
    unknown>;

// Tool choice -----------------------------------------------------------------------------------

/// Makes the model call this custom tool.
struct custom_choice
{
    static constexpr std::string_view tag = "custom";
    std::string name{};
    unknown_members extra{};
};

/// Restricts the model to some of the tools.
struct allowed_tools_choice
{
    static constexpr std::string_view tag = "allowed_tools";
    /// `automatic` or `required`.
    tool_choice_mode mode{};
    /// Such as `{"type":"function","name":"get_weather"}`.
    std::vector<raw_json> tools{};
    unknown_members extra{};
};

/// A tool that needs no more than its kind to be chosen.
class built_in : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view file_search = "file_search";
    static constexpr std::string_view web_search_preview = "web_search_preview";
    static constexpr std::string_view web_search_preview_2025_03_11 =
        "web_search_preview_2025_03_11";
    static constexpr std::string_view computer = "computer";
    static constexpr std::string_view computer_use = "computer_use";
    static constexpr std::string_view computer_use_preview = "computer_use_preview";
    static constexpr std::string_view image_generation = "image_generation";
    static constexpr std::string_view code_interpreter = "code_interpreter";
    static constexpr std::string_view shell = "shell";
    static constexpr std::string_view apply_patch = "apply_patch";
    static constexpr std::string_view programmatic_tool_calling = "programmatic_tool_calling";
};

/// Makes the model use a built-in tool.
struct built_in_choice
{
    static constexpr std::array<std::string_view, 11> tags = {
        built_in::file_search,
        built_in::web_search_preview,
        built_in::web_search_preview_2025_03_11,
        built_in::computer,
        built_in::computer_use,
        built_in::computer_use_preview,
        built_in::image_generation,
        built_in::code_interpreter,
        built_in::shell,
        built_in::apply_patch,
        built_in::programmatic_tool_calling};
    built_in type{};
    unknown_members extra{};
};

/// Which tool is called. Page: POST /responses, request, `tool_choice`.
using tool_choice = std::variant<
    tool_choice_mode,
    function_choice,
    custom_choice,
    mcp_choice,
    allowed_tools_choice,
    built_in_choice,
    unknown>;

} // namespace hicap::responses

HICAP_API_END

#endif
