#ifndef HICAP_RESPONSES_EVENTS_HPP
#define HICAP_RESPONSES_EVENTS_HPP

#include <hicap/common_types.hpp>
#include <hicap/nullable.hpp>
#include <hicap/responses_items.hpp>
#include <hicap/responses_parts.hpp>
#include <hicap/responses_types.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/visibility.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

HICAP_API_BEGIN

/// The events of a stream of the Responses API, named as in the API reference, where they have the
/// prefix `response` and a dot. Page: POST /responses, streaming.
///
/// `output_index` is the place of an item in `response::output`, `content_index` that of a part in
/// its `content`, `summary_index` that of a piece in `reasoning::summary`. `sequence_number` counts
/// the events of a response from 0: a stream that broke goes on behind it.
///
/// The conventions are those of <hicap/common_types.hpp>.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap::responses {

/// A token that the model might have chosen.
struct top_delta_logprob
{
    nullable<std::string> token{};
    /// Natural logarithm of the probability.
    nullable<double> logprob{};
    unknown_members extra{};
};

/// A token of a text.
struct delta_logprob
{
    std::string token{};
    /// Natural logarithm of the probability.
    double logprob = 0;
    nullable<std::vector<top_delta_logprob>> top_logprobs{};
    unknown_members extra{};
};

/// What went wrong, one level deeper.
struct error_detail
{
    nullable<std::string> type{};
    nullable<std::string> code{};
    nullable<std::string> message{};
    nullable<std::string> param{};
    unknown_members extra{};
};

/// Text that goes on.
struct shell_output_delta
{
    nullable<std::string> stdout_text{};
    nullable<std::string> stderr_text{};
    unknown_members extra{};
};

// Events ------------------------------------------------------------------------------------------

/// Text that goes on.
struct output_text_delta
{
    static constexpr std::string_view tag = "response.output_text.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    std::string delta{};
    nullable<std::vector<delta_logprob>> logprobs{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Text that is complete.
struct output_text_done
{
    static constexpr std::string_view tag = "response.output_text.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    std::string text{};
    nullable<std::vector<delta_logprob>> logprobs{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Arguments of a function call that go on.
struct function_call_arguments_delta
{
    static constexpr std::string_view tag = "response.function_call_arguments.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Arguments of a function call that are complete.
struct function_call_arguments_done
{
    static constexpr std::string_view tag = "response.function_call_arguments.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::string> name{};
    std::string arguments{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A summary of the reasoning that goes on.
struct reasoning_summary_text_delta
{
    static constexpr std::string_view tag = "response.reasoning_summary_text.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t summary_index = 0;
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A piece of a summary that is complete.
struct reasoning_summary_text_done
{
    static constexpr std::string_view tag = "response.reasoning_summary_text.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t summary_index = 0;
    std::string text{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Reasoning that goes on.
struct reasoning_text_delta
{
    static constexpr std::string_view tag = "response.reasoning_text.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Reasoning that is complete.
struct reasoning_text_done
{
    static constexpr std::string_view tag = "response.reasoning_text.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    std::string text{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// An item begins.
struct output_item_added
{
    static constexpr std::string_view tag = "response.output_item.added";
    std::int64_t output_index = 0;
    output_item item{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// An item is complete.
struct output_item_done
{
    static constexpr std::string_view tag = "response.output_item.done";
    std::int64_t output_index = 0;
    output_item item{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A part of a message begins.
struct content_part_added
{
    static constexpr std::string_view tag = "response.content_part.added";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    output_part part{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A part of a message is complete.
struct content_part_done
{
    static constexpr std::string_view tag = "response.content_part.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    output_part part{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The response has begun.
struct created
{
    static constexpr std::string_view tag = "response.created";
    responses::response response{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The response waits for its turn.
struct queued
{
    static constexpr std::string_view tag = "response.queued";
    responses::response response{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The response is being made.
struct in_progress
{
    static constexpr std::string_view tag = "response.in_progress";
    responses::response response{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The response is complete. Ends the stream.
struct completed
{
    static constexpr std::string_view tag = "response.completed";
    responses::response response{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The response has failed, see `response::error`. Ends the stream.
struct failed
{
    static constexpr std::string_view tag = "response.failed";
    responses::response response{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The response ends early, see `response::incomplete_details`. Ends the stream.
struct incomplete
{
    static constexpr std::string_view tag = "response.incomplete";
    responses::response response{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The stream has failed; a `stream` throws it as an `api_error`.
struct error_event
{
    static constexpr std::string_view tag = "error";
    nullable<std::string> code{};
    nullable<std::string> message{};
    nullable<std::string> param{};
    /// Where some gateways put the three.
    nullable<error_detail> error{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A text refers to something.
struct output_text_annotation_added
{
    static constexpr std::string_view tag = "response.output_text.annotation.added";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    std::int64_t annotation_index = 0;
    nullable<responses::annotation> annotation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A refusal that goes on.
struct refusal_delta
{
    static constexpr std::string_view tag = "response.refusal.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A refusal that is complete.
struct refusal_done
{
    static constexpr std::string_view tag = "response.refusal.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t content_index = 0;
    std::string refusal{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A piece of a summary begins.
struct reasoning_summary_part_added
{
    static constexpr std::string_view tag = "response.reasoning_summary_part.added";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t summary_index = 0;
    summary_part part{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A piece of a summary is complete.
struct reasoning_summary_part_done
{
    static constexpr std::string_view tag = "response.reasoning_summary_part.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t summary_index = 0;
    summary_part part{};
    nullable<std::string> status{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Sound that goes on.
struct audio_delta
{
    static constexpr std::string_view tag = "response.audio.delta";
    /// Base64.
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Sound that is complete.
struct audio_done
{
    static constexpr std::string_view tag = "response.audio.done";
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// What is said, in words.
struct audio_transcript_delta
{
    static constexpr std::string_view tag = "response.audio.transcript.delta";
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// What was said is complete.
struct audio_transcript_done
{
    static constexpr std::string_view tag = "response.audio.transcript.done";
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Input of a custom tool that goes on.
struct custom_tool_call_input_delta
{
    static constexpr std::string_view tag = "response.custom_tool_call_input.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Input of a custom tool that is complete.
struct custom_tool_call_input_done
{
    static constexpr std::string_view tag = "response.custom_tool_call_input.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::string input{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Arguments of a tool of a server that go on.
struct mcp_call_arguments_delta
{
    static constexpr std::string_view tag = "response.mcp_call_arguments.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Arguments of a tool of a server that are complete.
struct mcp_call_arguments_done
{
    static constexpr std::string_view tag = "response.mcp_call_arguments.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::string arguments{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A tool of a server is asked.
struct mcp_call_in_progress
{
    static constexpr std::string_view tag = "response.mcp_call.in_progress";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A tool of a server has answered.
struct mcp_call_completed
{
    static constexpr std::string_view tag = "response.mcp_call.completed";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A tool of a server has failed.
struct mcp_call_failed
{
    static constexpr std::string_view tag = "response.mcp_call.failed";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The list of the tools of a server is asked.
struct mcp_list_tools_in_progress
{
    static constexpr std::string_view tag = "response.mcp_list_tools.in_progress";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The list of the tools of a server has answered.
struct mcp_list_tools_completed
{
    static constexpr std::string_view tag = "response.mcp_list_tools.completed";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// The list of the tools of a server has failed.
struct mcp_list_tools_failed
{
    static constexpr std::string_view tag = "response.mcp_list_tools.failed";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A search in files begins.
struct file_search_call_in_progress
{
    static constexpr std::string_view tag = "response.file_search_call.in_progress";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A search in files is under way.
struct file_search_call_searching
{
    static constexpr std::string_view tag = "response.file_search_call.searching";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A search in files is complete.
struct file_search_call_completed
{
    static constexpr std::string_view tag = "response.file_search_call.completed";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A search of the web begins.
struct web_search_call_in_progress
{
    static constexpr std::string_view tag = "response.web_search_call.in_progress";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A search of the web is under way.
struct web_search_call_searching
{
    static constexpr std::string_view tag = "response.web_search_call.searching";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A search of the web is complete.
struct web_search_call_completed
{
    static constexpr std::string_view tag = "response.web_search_call.completed";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A program is being written.
struct code_interpreter_call_in_progress
{
    static constexpr std::string_view tag = "response.code_interpreter_call.in_progress";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A program runs.
struct code_interpreter_call_interpreting
{
    static constexpr std::string_view tag = "response.code_interpreter_call.interpreting";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A program has run.
struct code_interpreter_call_completed
{
    static constexpr std::string_view tag = "response.code_interpreter_call.completed";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Code that goes on.
struct code_interpreter_call_code_delta
{
    static constexpr std::string_view tag = "response.code_interpreter_call_code.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// Code that is complete.
struct code_interpreter_call_code_done
{
    static constexpr std::string_view tag = "response.code_interpreter_call_code.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::string code{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// An image is asked for.
struct image_generation_call_in_progress
{
    static constexpr std::string_view tag = "response.image_generation_call.in_progress";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// An image is being drawn.
struct image_generation_call_generating
{
    static constexpr std::string_view tag = "response.image_generation_call.generating";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// An image on its way.
struct image_generation_call_partial_image
{
    static constexpr std::string_view tag = "response.image_generation_call.partial_image";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t partial_image_index = 0;
    /// Base64 of the file.
    std::string partial_image_b64{};
    nullable<std::string> size{};
    nullable<std::string> quality{};
    nullable<std::string> background{};
    nullable<std::string> output_format{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// An image is complete.
struct image_generation_call_completed
{
    static constexpr std::string_view tag = "response.image_generation_call.completed";
    std::int64_t output_index = 0;
    std::string item_id{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A command begins.
struct shell_call_command_added
{
    static constexpr std::string_view tag = "response.shell_call_command.added";
    std::int64_t output_index = 0;
    std::int64_t command_index = 0;
    std::string command{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A command that goes on.
struct shell_call_command_delta
{
    static constexpr std::string_view tag = "response.shell_call_command.delta";
    std::int64_t output_index = 0;
    std::int64_t command_index = 0;
    std::string delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// A command that is complete.
struct shell_call_command_done
{
    static constexpr std::string_view tag = "response.shell_call_command.done";
    std::int64_t output_index = 0;
    std::int64_t command_index = 0;
    std::string command{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// What a command writes.
struct shell_call_output_content_delta
{
    static constexpr std::string_view tag = "response.shell_call_output_content.delta";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t command_index = 0;
    shell_output_delta delta{};
    /// Padding without a meaning.
    nullable<std::string> obfuscation{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// What a command has written.
struct shell_call_output_content_done
{
    static constexpr std::string_view tag = "response.shell_call_output_content.done";
    std::int64_t output_index = 0;
    std::string item_id{};
    std::int64_t command_index = 0;
    std::vector<shell_output> output{};
    nullable<std::int64_t> sequence_number{};
    unknown_members extra{};
};

/// An event of a stream, for `std::visit`, `std::get_if` and `std::holds_alternative`.
struct event : std::variant<
                   output_text_delta,
                   output_text_done,
                   function_call_arguments_delta,
                   function_call_arguments_done,
                   reasoning_summary_text_delta,
                   reasoning_summary_text_done,
                   reasoning_text_delta,
                   reasoning_text_done,
                   output_item_added,
                   output_item_done,
                   content_part_added,
                   content_part_done,
                   created,
                   queued,
                   in_progress,
                   completed,
                   failed,
                   incomplete,
                   error_event,
                   output_text_annotation_added,
                   refusal_delta,
                   refusal_done,
                   reasoning_summary_part_added,
                   reasoning_summary_part_done,
                   audio_delta,
                   audio_done,
                   audio_transcript_delta,
                   audio_transcript_done,
                   custom_tool_call_input_delta,
                   custom_tool_call_input_done,
                   mcp_call_arguments_delta,
                   mcp_call_arguments_done,
                   mcp_call_in_progress,
                   mcp_call_completed,
                   mcp_call_failed,
                   mcp_list_tools_in_progress,
                   mcp_list_tools_completed,
                   mcp_list_tools_failed,
                   file_search_call_in_progress,
                   file_search_call_searching,
                   file_search_call_completed,
                   web_search_call_in_progress,
                   web_search_call_searching,
                   web_search_call_completed,
                   code_interpreter_call_in_progress,
                   code_interpreter_call_interpreting,
                   code_interpreter_call_completed,
                   code_interpreter_call_code_delta,
                   code_interpreter_call_code_done,
                   image_generation_call_in_progress,
                   image_generation_call_generating,
                   image_generation_call_partial_image,
                   image_generation_call_completed,
                   shell_call_command_added,
                   shell_call_command_delta,
                   shell_call_command_done,
                   shell_call_output_content_delta,
                   shell_call_output_content_done,
                   unknown>
{
    using variant::variant;

    /// Its name in the API, of kinds that are newer than this library too.
    [[nodiscard]] std::string_view type() const noexcept;

    /// Its number in the response; absent where the server gives none.
    [[nodiscard]] std::optional<std::int64_t> sequence_number() const noexcept;

    /// The text that it adds to the answer, empty where it adds none.
    /// The view lives until the object changes.
    [[nodiscard]] std::string_view text() const noexcept
    {
        auto const* const added = std::get_if<output_text_delta>(this);
        return added != nullptr ? std::string_view(added->delta) : std::string_view();
    }

    /// Whether it is the last of its stream.
    [[nodiscard]] bool terminal() const noexcept;

    /// The response that it brings as a whole, null where it brings none.
    [[nodiscard]] responses::response const* response() const noexcept;
};

} // namespace hicap::responses

HICAP_API_END

#endif
