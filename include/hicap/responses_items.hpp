#ifndef HICAP_RESPONSES_ITEMS_HPP
#define HICAP_RESPONSES_ITEMS_HPP

#include <hicap/common_types.hpp>
#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/responses_parts.hpp>
#include <hicap/responses_tools.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

HICAP_API_BEGIN

/// The items of the Responses API, named as in the API reference.
///
/// The conventions are those of <hicap/common_types.hpp>. One struct stands for a kind wherever it
/// occurs, so that an item of a response can be sent back; what one endpoint promises and another
/// leaves out is `nullable`.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap::responses {

// Messages ----------------------------------------------------------------------------------------

/// What a message says: text, or parts.
using message_content = std::variant<std::string, std::vector<input_part>>;

/// A message as it is written most easily. Its `type` may be missing.
struct easy_message
{
    static constexpr std::array<std::string_view, 1> tags = {"message"};
    nullable<std::string> type{};
    hicap::role role{};
    message_content content{};
    nullable<responses::phase> phase{};
    /// Where it comes back.
    nullable<item_status> status{};
    unknown_members extra{};
};

/// A message of a user, a developer or the system, in parts. Its `type` may be missing.
struct input_message
{
    static constexpr std::array<std::string_view, 1> tags = {"message"};
    nullable<std::string> type = "message";
    /// In lists alone.
    nullable<std::string> id{};
    hicap::role role{};
    nullable<item_status> status{};
    std::vector<input_part> content{};
    /// Of messages of the assistant; others keep it.
    nullable<responses::phase> phase{};
    unknown_members extra{};
};

/// What the model said.
struct output_message
{
    static constexpr std::string_view tag = "message";
    std::string id{};
    hicap::role role = "assistant";
    nullable<responses::phase> phase{};
    nullable<item_status> status{};
    std::vector<output_part> content{};
    unknown_members extra{};
};

/// An item that the server has stored. Its `type` may be missing or null.
struct item_reference
{
    static constexpr std::array<std::string_view, 1> tags = {"item_reference"};
    nullable<std::string> type = "item_reference";
    std::string id{};
    unknown_members extra{};
};

/// Makes the server compact what came before.
struct compaction_trigger
{
    static constexpr std::string_view tag = "compaction_trigger";
    unknown_members extra{};
};

// Calls of tools, and what they gave --------------------------------------------------------------

/// The model wants a function called.
struct function_call
{
    static constexpr std::string_view tag = "function_call";
    nullable<std::string> id{};
    /// Names the call in its `function_call_output`.
    std::string call_id{};
    nullable<responses::caller> caller{};
    nullable<std::string> name_space{};
    std::string name{};
    /// JSON text written by the model; it may be broken, so parse it with care.
    std::string arguments{};
    nullable<item_status> status{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// What a function gave.
struct function_call_output
{
    static constexpr std::string_view tag = "function_call_output";
    nullable<std::string> id{};
    nullable<std::string> call_id{};
    nullable<std::string> name{};
    nullable<std::string> name_space{};
    nullable<responses::caller> caller{};
    tool_output output{};
    nullable<item_status> status{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// The model wants a custom tool called.
struct custom_tool_call
{
    static constexpr std::string_view tag = "custom_tool_call";
    nullable<std::string> id{};
    std::string call_id{};
    nullable<responses::caller> caller{};
    nullable<std::string> name_space{};
    std::string name{};
    std::string input{};
    nullable<item_status> status{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// What a custom tool gave.
struct custom_tool_call_output
{
    static constexpr std::string_view tag = "custom_tool_call_output";
    nullable<std::string> id{};
    std::string call_id{};
    nullable<responses::caller> caller{};
    tool_output output{};
    nullable<item_status> status{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// A search in files.
struct file_search_call
{
    static constexpr std::string_view tag = "file_search_call";
    std::string id{};
    item_status status{};
    std::vector<std::string> queries{};
    /// Where `include` asked for them.
    nullable<std::vector<file_search_result>> results{};
    unknown_members extra{};
};

/// A search of the web.
struct web_search_call
{
    static constexpr std::string_view tag = "web_search_call";
    std::string id{};
    item_status status{};
    nullable<web_search_action> action{};
    unknown_members extra{};
};

/// The model wants to use a computer.
struct computer_call
{
    static constexpr std::string_view tag = "computer_call";
    std::string id{};
    std::string call_id{};
    nullable<computer_action> action{};
    nullable<std::vector<computer_action>> actions{};
    std::vector<safety_check> pending_safety_checks{};
    item_status status{};
    unknown_members extra{};
};

/// What became of it.
struct computer_call_output
{
    static constexpr std::string_view tag = "computer_call_output";
    nullable<std::string> id{};
    std::string call_id{};
    nullable<std::vector<safety_check>> acknowledged_safety_checks{};
    computer_result output{};
    nullable<item_status> status{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// What the model thought.
struct reasoning
{
    static constexpr std::string_view tag = "reasoning";
    std::string id{};
    /// Must come back unchanged.
    nullable<std::string> encrypted_content{};
    std::vector<summary_part> summary{};
    nullable<std::vector<reasoning_part>> content{};
    nullable<item_status> status{};
    unknown_members extra{};
};

/// A program that the model wrote to call tools.
struct program
{
    static constexpr std::string_view tag = "program";
    std::string id{};
    std::string call_id{};
    std::string code{};
    std::string fingerprint{};
    unknown_members extra{};
};

/// What it gave.
struct program_output
{
    static constexpr std::string_view tag = "program_output";
    std::string id{};
    std::string call_id{};
    std::string result{};
    item_status status{};
    unknown_members extra{};
};

/// The model looks for tools.
struct tool_search_call
{
    static constexpr std::string_view tag = "tool_search_call";
    nullable<std::string> id{};
    nullable<std::string> call_id{};
    nullable<tool_search_execution> execution{};
    raw_json arguments{};
    nullable<item_status> status{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// The tools that were found.
struct tool_search_output
{
    static constexpr std::string_view tag = "tool_search_output";
    nullable<std::string> id{};
    nullable<std::string> call_id{};
    nullable<tool_search_execution> execution{};
    std::vector<tool> tools{};
    nullable<item_status> status{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// Tools that are added in the midst of a conversation.
struct additional_tools
{
    static constexpr std::string_view tag = "additional_tools";
    nullable<std::string> id{};
    hicap::role role = "developer";
    std::vector<tool> tools{};
    unknown_members extra{};
};

/// What a conversation was compacted to.
struct compaction
{
    static constexpr std::string_view tag = "compaction";
    nullable<std::string> id{};
    /// Must come back unchanged.
    std::string encrypted_content{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// An image that was drawn.
struct image_generation_call
{
    static constexpr std::string_view tag = "image_generation_call";
    std::string id{};
    item_status status{};
    /// Base64 of the file.
    nullable<std::string> result{};
    unknown_members extra{};
};

/// A program that was run.
struct code_interpreter_call
{
    static constexpr std::string_view tag = "code_interpreter_call";
    std::string id{};
    item_status status{};
    std::string container_id{};
    nullable<std::string> code{};
    /// Where `include` asked for them.
    nullable<std::vector<code_output>> outputs{};
    unknown_members extra{};
};

/// The model wants a command run by the caller.
struct local_shell_call
{
    static constexpr std::string_view tag = "local_shell_call";
    std::string id{};
    std::string call_id{};
    local_shell_command action{};
    item_status status{};
    unknown_members extra{};
};

/// What the command gave.
struct local_shell_call_output
{
    static constexpr std::string_view tag = "local_shell_call_output";
    std::string id{};
    /// JSON text.
    std::string output{};
    nullable<item_status> status{};
    unknown_members extra{};
};

/// The model wants commands run.
struct shell_call
{
    static constexpr std::string_view tag = "shell_call";
    nullable<std::string> id{};
    std::string call_id{};
    nullable<responses::caller> caller{};
    shell_action action{};
    nullable<item_status> status{};
    nullable<shell_place> environment{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// What the commands gave.
struct shell_call_output
{
    static constexpr std::string_view tag = "shell_call_output";
    nullable<std::string> id{};
    std::string call_id{};
    nullable<responses::caller> caller{};
    std::vector<shell_output> output{};
    nullable<item_status> status{};
    /// Characters.
    nullable<std::int64_t> max_output_length{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// The model wants a file changed.
struct apply_patch_call
{
    static constexpr std::string_view tag = "apply_patch_call";
    nullable<std::string> id{};
    std::string call_id{};
    nullable<responses::caller> caller{};
    item_status status{};
    patch_operation operation{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// What became of it.
struct apply_patch_call_output
{
    static constexpr std::string_view tag = "apply_patch_call_output";
    nullable<std::string> id{};
    std::string call_id{};
    nullable<responses::caller> caller{};
    item_status status{};
    /// For the model to read, at most 10485760 characters.
    nullable<std::string> output{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// A tool of a server that was called.
struct mcp_call
{
    static constexpr std::string_view tag = "mcp_call";
    std::string id{};
    std::string server_label{};
    std::string name{};
    /// JSON text.
    std::string arguments{};
    nullable<std::string> output{};
    nullable<mcp_error> error{};
    nullable<item_status> status{};
    nullable<std::string> approval_request_id{};
    unknown_members extra{};
};

/// The tools that a server offers.
struct mcp_list_tools
{
    static constexpr std::string_view tag = "mcp_list_tools";
    std::string id{};
    std::string server_label{};
    std::vector<mcp_tool_description> tools{};
    nullable<std::string> error{};
    unknown_members extra{};
};

/// The server asks whether a tool may be called.
struct mcp_approval_request
{
    static constexpr std::string_view tag = "mcp_approval_request";
    std::string id{};
    std::string server_label{};
    std::string name{};
    /// JSON text.
    std::string arguments{};
    unknown_members extra{};
};

/// The answer to that.
struct mcp_approval_response
{
    static constexpr std::string_view tag = "mcp_approval_response";
    nullable<std::string> id{};
    std::string approval_request_id{};
    bool approve = false;
    nullable<std::string> reason{};
    unknown_members extra{};
};

// Unions ------------------------------------------------------------------------------------------

/// An item of a response. Page: POST /responses, response, `output`.
using output_item = std::variant<
    output_message,
    function_call,
    reasoning,
    web_search_call,
    file_search_call,
    function_call_output,
    custom_tool_call,
    custom_tool_call_output,
    computer_call,
    computer_call_output,
    code_interpreter_call,
    image_generation_call,
    mcp_call,
    mcp_list_tools,
    mcp_approval_request,
    mcp_approval_response,
    program,
    program_output,
    tool_search_call,
    tool_search_output,
    additional_tools,
    compaction,
    local_shell_call,
    local_shell_call_output,
    shell_call,
    shell_call_output,
    apply_patch_call,
    apply_patch_call_output,
    unknown>;

/// An item of a request; what a response gave can be sent back, see `as_input`.
/// Page: POST /responses, request, `input`.
using input_item = std::variant<
    easy_message,
    input_message,
    output_message,
    function_call,
    function_call_output,
    reasoning,
    item_reference,
    web_search_call,
    file_search_call,
    custom_tool_call,
    custom_tool_call_output,
    computer_call,
    computer_call_output,
    code_interpreter_call,
    image_generation_call,
    mcp_call,
    mcp_list_tools,
    mcp_approval_request,
    mcp_approval_response,
    program,
    program_output,
    tool_search_call,
    tool_search_output,
    additional_tools,
    compaction,
    compaction_trigger,
    local_shell_call,
    local_shell_call_output,
    shell_call,
    shell_call_output,
    apply_patch_call,
    apply_patch_call_output,
    unknown>;

/// An item that the server has stored. Page: GET /responses/{response_id}/input_items.
using listed_item = std::variant<
    input_message,
    output_message,
    function_call,
    function_call_output,
    reasoning,
    web_search_call,
    file_search_call,
    custom_tool_call,
    custom_tool_call_output,
    computer_call,
    computer_call_output,
    code_interpreter_call,
    image_generation_call,
    mcp_call,
    mcp_list_tools,
    mcp_approval_request,
    mcp_approval_response,
    program,
    program_output,
    tool_search_call,
    tool_search_output,
    additional_tools,
    compaction,
    local_shell_call,
    local_shell_call_output,
    shell_call,
    shell_call_output,
    apply_patch_call,
    apply_patch_call_output,
    unknown>;

// Helpers ---------------------------------------------------------------------------------------

/// A message of the user.
[[nodiscard]] inline easy_message user(message_content content)
{
    return {.role = "user", .content = std::move(content)};
}

/// Instructions that rank above the user's.
[[nodiscard]] inline easy_message developer(message_content content)
{
    return {.role = "developer", .content = std::move(content)};
}

/// Instructions, for models that know no developer.
[[nodiscard]] inline easy_message system(message_content content)
{
    return {.role = "system", .content = std::move(content)};
}

/// What the model said before.
[[nodiscard]] inline easy_message assistant(message_content content)
{
    return {.role = "assistant", .content = std::move(content)};
}

/// The result of the function call `call_id`.
[[nodiscard]] inline function_call_output function_result(std::string call_id, tool_output output)
{
    return {.call_id = std::move(call_id), .output = std::move(output)};
}

/// An item of a response as one of the next request.
[[nodiscard]] input_item as_input(output_item const& item);

} // namespace hicap::responses

HICAP_API_END

#endif
