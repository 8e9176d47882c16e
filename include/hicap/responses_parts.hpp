#ifndef HICAP_RESPONSES_PARTS_HPP
#define HICAP_RESPONSES_PARTS_HPP

#include <hicap/common_types.hpp>
#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/responses_tools.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

HICAP_API_BEGIN

/// What the items of the Responses API consist of, named as in the API reference.
///
/// The conventions are those of <hicap/common_types.hpp>. What one endpoint promises and another
/// leaves out is `nullable`.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap::responses {

using hicap::cache_breakpoint;
using hicap::token_logprob;
using hicap::top_logprob;

// Values ------------------------------------------------------------------------------------------

/// Whether a message is the answer, or what the model says on the way to it.
class phase : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view commentary = "commentary";
    static constexpr std::string_view final_answer = "final_answer";
};

/// How far an item has come.
class item_status : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view in_progress = "in_progress";
    static constexpr std::string_view completed = "completed";
    static constexpr std::string_view incomplete = "incomplete";
    static constexpr std::string_view searching = "searching";
    static constexpr std::string_view generating = "generating";
    static constexpr std::string_view interpreting = "interpreting";
    static constexpr std::string_view calling = "calling";
    static constexpr std::string_view failed = "failed";
};

/// How closely an image is looked at.
class image_input_detail : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view low = "low";
    static constexpr std::string_view high = "high";
    static constexpr std::string_view original = "original";
};

/// How closely a file is looked at.
class file_input_detail : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view low = "low";
    static constexpr std::string_view high = "high";
};

// Parts of input ----------------------------------------------------------------------------------

/// Text.
struct input_text
{
    static constexpr std::string_view tag = "input_text";
    std::string text{};
    nullable<cache_breakpoint> prompt_cache_breakpoint{};
    unknown_members extra{};
};

/// An image: by URL or by the id of an uploaded file.
struct input_image
{
    static constexpr std::string_view tag = "input_image";
    /// An http or https URL, or a data URL.
    nullable<std::string> image_url{};
    nullable<std::string> file_id{};
    /// Default: auto.
    nullable<image_input_detail> detail{};
    nullable<cache_breakpoint> prompt_cache_breakpoint{};
    unknown_members extra{};
};

/// A file: its content, a URL, or the id of an uploaded one.
struct input_file
{
    static constexpr std::string_view tag = "input_file";
    nullable<std::string> file_id{};
    nullable<std::string> filename{};
    /// Base64 or a data URL, at most 73400320 characters.
    nullable<std::string> file_data{};
    nullable<std::string> file_url{};
    /// Default: auto.
    nullable<file_input_detail> detail{};
    nullable<cache_breakpoint> prompt_cache_breakpoint{};
    unknown_members extra{};
};

/// What a user, a developer or a tool says.
using input_part = std::variant<input_text, input_image, input_file, unknown>;

/// The result of a tool: text, or parts.
using tool_output = std::variant<std::string, std::vector<input_part>>;

/// What a variable of a prompt template stands for: text, an image or a file.
using prompt_variable = std::variant<std::string, input_part>;

/// A prompt template. Page: POST /responses, request, `prompt`.
struct prompt
{
    std::string id{};
    nullable<std::string> version{};
    nullable<string_map<prompt_variable>> variables{};
    unknown_members extra{};
};

// Parts of output ---------------------------------------------------------------------------------

/// A file that the answer cites.
struct file_citation
{
    static constexpr std::string_view tag = "file_citation";
    std::string file_id{};
    nullable<std::string> filename{};
    /// In the list of files.
    std::int64_t index = 0;
    unknown_members extra{};
};

/// A page that the answer cites.
struct url_citation
{
    static constexpr std::string_view tag = "url_citation";
    /// Of the cited text in the answer, in characters.
    std::int64_t start_index = 0;
    std::int64_t end_index = 0;
    std::string url{};
    std::string title{};
    unknown_members extra{};
};

/// A file of a container that the answer cites.
struct container_file_citation
{
    static constexpr std::string_view tag = "container_file_citation";
    std::string container_id{};
    std::string file_id{};
    nullable<std::string> filename{};
    /// Of the cited text in the answer, in characters.
    std::int64_t start_index = 0;
    std::int64_t end_index = 0;
    unknown_members extra{};
};

/// A file that the answer made.
struct file_path
{
    static constexpr std::string_view tag = "file_path";
    std::string file_id{};
    /// In the list of files.
    std::int64_t index = 0;
    unknown_members extra{};
};

/// What a part of an answer refers to.
using annotation =
    std::variant<url_citation, file_citation, container_file_citation, file_path, unknown>;

/// Text of an answer.
struct output_text
{
    static constexpr std::string_view tag = "output_text";
    std::string text{};
    nullable<std::vector<annotation>> annotations{};
    /// Where `include` asked for them.
    nullable<std::vector<token_logprob>> logprobs{};
    unknown_members extra{};
};

/// What the model said when it refused.
struct refusal_part
{
    static constexpr std::string_view tag = "refusal";
    std::string refusal{};
    unknown_members extra{};
};

/// Reasoning, as it was thought.
struct reasoning_text
{
    static constexpr std::string_view tag = "reasoning_text";
    std::string text{};
    unknown_members extra{};
};

/// A piece of a summary of the reasoning.
struct summary_text
{
    static constexpr std::string_view tag = "summary_text";
    std::string text{};
    unknown_members extra{};
};

/// A part of an answer; `reasoning_text` occurs in events alone.
using output_part = std::variant<output_text, refusal_part, reasoning_text, unknown>;

/// A piece of a summary.
using summary_part = std::variant<summary_text, unknown>;

/// A piece of reasoning.
using reasoning_part = std::variant<reasoning_text, unknown>;

// What computers are told to do -------------------------------------------------------------------

/// A button of a mouse.
class mouse_button : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view left = "left";
    static constexpr std::string_view right = "right";
    static constexpr std::string_view wheel = "wheel";
    static constexpr std::string_view back = "back";
    static constexpr std::string_view forward = "forward";
};

/// A place on a screen, in pixels.
struct point
{
    std::int64_t x = 0;
    std::int64_t y = 0;
    unknown_members extra{};
};

/// Press and release a button of the mouse.
struct click_action
{
    static constexpr std::string_view tag = "click";
    nullable<mouse_button> button{};
    std::int64_t x = 0;
    std::int64_t y = 0;
    /// Held meanwhile.
    nullable<std::vector<std::string>> keys{};
    unknown_members extra{};
};

/// Click twice.
struct double_click_action
{
    static constexpr std::string_view tag = "double_click";
    std::int64_t x = 0;
    std::int64_t y = 0;
    nullable<std::vector<std::string>> keys{};
    unknown_members extra{};
};

/// Drag along a path.
struct drag_action
{
    static constexpr std::string_view tag = "drag";
    std::vector<point> path{};
    nullable<std::vector<std::string>> keys{};
    unknown_members extra{};
};

/// Press keys.
struct keypress_action
{
    static constexpr std::string_view tag = "keypress";
    std::vector<std::string> keys{};
    unknown_members extra{};
};

/// Move the mouse.
struct move_action
{
    static constexpr std::string_view tag = "move";
    std::int64_t x = 0;
    std::int64_t y = 0;
    nullable<std::vector<std::string>> keys{};
    unknown_members extra{};
};

/// Take a picture of the screen.
struct screenshot_action
{
    static constexpr std::string_view tag = "screenshot";
    unknown_members extra{};
};

/// Turn the wheel of the mouse.
struct scroll_action
{
    static constexpr std::string_view tag = "scroll";
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t scroll_x = 0;
    std::int64_t scroll_y = 0;
    nullable<std::vector<std::string>> keys{};
    unknown_members extra{};
};

/// Write text.
struct type_action
{
    static constexpr std::string_view tag = "type";
    std::string text{};
    unknown_members extra{};
};

/// Do nothing for a while.
struct wait_action
{
    static constexpr std::string_view tag = "wait";
    unknown_members extra{};
};

/// Something to do with mouse and keyboard.
using computer_action = std::variant<
    click_action,
    double_click_action,
    drag_action,
    keypress_action,
    move_action,
    screenshot_action,
    scroll_action,
    type_action,
    wait_action,
    unknown>;

/// Something that somebody should look at before the action is taken.
struct safety_check
{
    std::string id{};
    nullable<std::string> code{};
    nullable<std::string> message{};
    unknown_members extra{};
};

/// What the screen shows after the action.
struct computer_screenshot
{
    static constexpr std::string_view tag = "computer_screenshot";
    nullable<std::string> image_url{};
    nullable<std::string> file_id{};
    unknown_members extra{};
};

/// What a computer shows.
using computer_result = std::variant<computer_screenshot, unknown>;

// Actions of other tools --------------------------------------------------------------------------

/// A page that a search found.
struct web_source
{
    nullable<std::string> type = "url";
    std::string url{};
    unknown_members extra{};
};

/// A search of the web.
struct search_action
{
    static constexpr std::string_view tag = "search";
    /// Deprecated: see `queries`.
    nullable<std::string> query{};
    nullable<std::vector<std::string>> queries{};
    /// Where `include` asked for them.
    nullable<std::vector<web_source>> sources{};
    unknown_members extra{};
};

/// A page that is read.
struct open_page_action
{
    static constexpr std::string_view tag = "open_page";
    nullable<std::string> url{};
    unknown_members extra{};
};

/// A text that is looked for in a page.
struct find_in_page_action
{
    static constexpr std::string_view tag = "find_in_page";
    std::string url{};
    std::string pattern{};
    unknown_members extra{};
};

/// What a search of the web did.
using web_search_action =
    std::variant<search_action, open_page_action, find_in_page_action, unknown>;

/// A command for a shell on the caller's side.
struct local_shell_action
{
    static constexpr std::string_view tag = "exec";
    std::vector<std::string> command{};
    string_map<std::string> env{};
    /// Milliseconds.
    nullable<std::int64_t> timeout_ms{};
    nullable<std::string> working_directory{};
    nullable<std::string> user{};
    unknown_members extra{};
};

/// What is run in a local shell.
using local_shell_command = std::variant<local_shell_action, unknown>;

/// Commands for a shell.
struct shell_action
{
    std::vector<std::string> commands{};
    /// Milliseconds.
    nullable<std::int64_t> timeout_ms{};
    /// Characters.
    nullable<std::int64_t> max_output_length{};
    unknown_members extra{};
};

/// The command took too long.
struct shell_timeout
{
    static constexpr std::string_view tag = "timeout";
    unknown_members extra{};
};

/// The command has ended.
struct shell_exit
{
    static constexpr std::string_view tag = "exit";
    std::int64_t exit_code = 0;
    unknown_members extra{};
};

/// How a shell command ended.
using shell_outcome = std::variant<shell_exit, shell_timeout, unknown>;

/// What a command wrote.
struct shell_output
{
    /// Called `stdout` in the API, which the C library has taken.
    std::string stdout_text{};
    std::string stderr_text{};
    shell_outcome outcome{};
    nullable<std::string> created_by{};
    unknown_members extra{};
};

/// Where a shell runs.
using shell_place = std::variant<local_environment, container_reference, unknown>;

/// A new file.
struct create_file
{
    static constexpr std::string_view tag = "create_file";
    std::string path{};
    std::string diff{};
    unknown_members extra{};
};

/// A change of a file.
struct update_file
{
    static constexpr std::string_view tag = "update_file";
    std::string path{};
    std::string diff{};
    unknown_members extra{};
};

/// A file that is to go.
struct delete_file
{
    static constexpr std::string_view tag = "delete_file";
    std::string path{};
    unknown_members extra{};
};

/// A change to a file.
using patch_operation = std::variant<create_file, update_file, delete_file, unknown>;

/// What a program wrote.
struct code_logs
{
    static constexpr std::string_view tag = "logs";
    std::string logs{};
    unknown_members extra{};
};

/// What a program drew.
struct code_image
{
    static constexpr std::string_view tag = "image";
    std::string url{};
    unknown_members extra{};
};

/// What code gave.
using code_output = std::variant<code_logs, code_image, unknown>;

/// A place in a file.
struct file_search_result
{
    nullable<std::string> file_id{};
    nullable<std::string> text{};
    nullable<std::string> filename{};
    nullable<string_map<std::variant<std::string, std::int64_t, double, bool>>> attributes{};
    /// 0..1.
    nullable<double> score{};
    unknown_members extra{};
};

/// The server of the tool did not speak its protocol.
struct mcp_protocol_error
{
    static constexpr std::string_view tag = "mcp_protocol_error";
    std::int64_t code = 0;
    std::string message{};
    unknown_members extra{};
};

/// The tool failed.
struct mcp_tool_error
{
    static constexpr std::string_view tag = "mcp_tool_execution_error";
    raw_json content{};
    unknown_members extra{};
};

/// The server of the tool refused.
struct mcp_http_error
{
    static constexpr std::string_view tag = "http_error";
    std::int64_t code = 0;
    std::string message{};
    unknown_members extra{};
};

/// Older servers give a text.
using mcp_error =
    std::variant<mcp_protocol_error, mcp_tool_error, mcp_http_error, std::string, unknown>;

/// A tool that a server offers.
struct mcp_tool_description
{
    std::string name{};
    nullable<std::string> description{};
    /// A JSON schema.
    raw_json input_schema{};
    nullable<raw_json> annotations{};
    unknown_members extra{};
};

} // namespace hicap::responses

HICAP_API_END

#endif
