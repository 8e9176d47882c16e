#ifndef HICAP_JSON_RESPONSES_EVENTS_DESCRIPTION_HPP
#define HICAP_JSON_RESPONSES_EVENTS_DESCRIPTION_HPP

#include "json/describe.hpp"
#include "json/responses_description.hpp"

#include <hicap/responses_events.hpp>

namespace hicap::json {

template <>
struct description<responses::top_delta_logprob>
{
    using t = responses::top_delta_logprob;
    static constexpr std::array members = {
        member<&t::token>("token"), member<&t::logprob>("logprob")};
};

template <>
struct description<responses::delta_logprob>
{
    using t = responses::delta_logprob;
    static constexpr std::array members = {
        member<&t::token>("token"),
        member<&t::logprob>("logprob"),
        member<&t::top_logprobs>("top_logprobs")};
};

template <>
struct description<responses::error_detail>
{
    using t = responses::error_detail;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::code>("code"),
        member<&t::message>("message"),
        member<&t::param>("param")};
};

template <>
struct description<responses::shell_output_delta>
{
    using t = responses::shell_output_delta;
    static constexpr std::array members = {
        member<&t::stdout_text>("stdout"), member<&t::stderr_text>("stderr")};
};

template <>
struct description<responses::output_text_delta>
{
    using t = responses::output_text_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::delta>("delta"),
        member<&t::logprobs>("logprobs"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::output_text_done>
{
    using t = responses::output_text_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::text>("text"),
        member<&t::logprobs>("logprobs"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::function_call_arguments_delta>
{
    using t = responses::function_call_arguments_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::function_call_arguments_done>
{
    using t = responses::function_call_arguments_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::name>("name"),
        member<&t::arguments>("arguments"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::reasoning_summary_text_delta>
{
    using t = responses::reasoning_summary_text_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::summary_index>("summary_index"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::reasoning_summary_text_done>
{
    using t = responses::reasoning_summary_text_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::summary_index>("summary_index"),
        member<&t::text>("text"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::reasoning_text_delta>
{
    using t = responses::reasoning_text_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::reasoning_text_done>
{
    using t = responses::reasoning_text_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::text>("text"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::output_item_added>
{
    using t = responses::output_item_added;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item>("item"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::output_item_done>
{
    using t = responses::output_item_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item>("item"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::content_part_added>
{
    using t = responses::content_part_added;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::part>("part"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::content_part_done>
{
    using t = responses::content_part_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::part>("part"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::created>
{
    using t = responses::created;
    static constexpr std::array members = {
        member<&t::response>("response"), member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::queued>
{
    using t = responses::queued;
    static constexpr std::array members = {
        member<&t::response>("response"), member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::in_progress>
{
    using t = responses::in_progress;
    static constexpr std::array members = {
        member<&t::response>("response"), member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::completed>
{
    using t = responses::completed;
    static constexpr std::array members = {
        member<&t::response>("response"), member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::failed>
{
    using t = responses::failed;
    static constexpr std::array members = {
        member<&t::response>("response"), member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::incomplete>
{
    using t = responses::incomplete;
    static constexpr std::array members = {
        member<&t::response>("response"), member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::error_event>
{
    using t = responses::error_event;
    static constexpr std::array members = {
        member<&t::code>("code"),
        member<&t::message>("message"),
        member<&t::param>("param"),
        member<&t::error>("error"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::output_text_annotation_added>
{
    using t = responses::output_text_annotation_added;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::annotation_index>("annotation_index"),
        member<&t::annotation>("annotation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::refusal_delta>
{
    using t = responses::refusal_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::refusal_done>
{
    using t = responses::refusal_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::content_index>("content_index"),
        member<&t::refusal>("refusal"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::reasoning_summary_part_added>
{
    using t = responses::reasoning_summary_part_added;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::summary_index>("summary_index"),
        member<&t::part>("part"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::reasoning_summary_part_done>
{
    using t = responses::reasoning_summary_part_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::summary_index>("summary_index"),
        member<&t::part>("part"),
        member<&t::status>("status"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::audio_delta>
{
    using t = responses::audio_delta;
    static constexpr std::array members = {
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::audio_done>
{
    using t = responses::audio_done;
    static constexpr std::array members = {member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::audio_transcript_delta>
{
    using t = responses::audio_transcript_delta;
    static constexpr std::array members = {
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::audio_transcript_done>
{
    using t = responses::audio_transcript_done;
    static constexpr std::array members = {member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::custom_tool_call_input_delta>
{
    using t = responses::custom_tool_call_input_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::custom_tool_call_input_done>
{
    using t = responses::custom_tool_call_input_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::input>("input"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::mcp_call_arguments_delta>
{
    using t = responses::mcp_call_arguments_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::mcp_call_arguments_done>
{
    using t = responses::mcp_call_arguments_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::arguments>("arguments"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::mcp_call_in_progress>
{
    using t = responses::mcp_call_in_progress;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::mcp_call_completed>
{
    using t = responses::mcp_call_completed;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::mcp_call_failed>
{
    using t = responses::mcp_call_failed;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::mcp_list_tools_in_progress>
{
    using t = responses::mcp_list_tools_in_progress;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::mcp_list_tools_completed>
{
    using t = responses::mcp_list_tools_completed;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::mcp_list_tools_failed>
{
    using t = responses::mcp_list_tools_failed;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::file_search_call_in_progress>
{
    using t = responses::file_search_call_in_progress;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::file_search_call_searching>
{
    using t = responses::file_search_call_searching;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::file_search_call_completed>
{
    using t = responses::file_search_call_completed;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::web_search_call_in_progress>
{
    using t = responses::web_search_call_in_progress;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::web_search_call_searching>
{
    using t = responses::web_search_call_searching;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::web_search_call_completed>
{
    using t = responses::web_search_call_completed;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::code_interpreter_call_in_progress>
{
    using t = responses::code_interpreter_call_in_progress;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::code_interpreter_call_interpreting>
{
    using t = responses::code_interpreter_call_interpreting;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::code_interpreter_call_completed>
{
    using t = responses::code_interpreter_call_completed;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::code_interpreter_call_code_delta>
{
    using t = responses::code_interpreter_call_code_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::code_interpreter_call_code_done>
{
    using t = responses::code_interpreter_call_code_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::code>("code"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::image_generation_call_in_progress>
{
    using t = responses::image_generation_call_in_progress;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::image_generation_call_generating>
{
    using t = responses::image_generation_call_generating;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::image_generation_call_partial_image>
{
    using t = responses::image_generation_call_partial_image;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::partial_image_index>("partial_image_index"),
        member<&t::partial_image_b64>("partial_image_b64"),
        member<&t::size>("size"),
        member<&t::quality>("quality"),
        member<&t::background>("background"),
        member<&t::output_format>("output_format"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::image_generation_call_completed>
{
    using t = responses::image_generation_call_completed;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::shell_call_command_added>
{
    using t = responses::shell_call_command_added;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::command_index>("command_index"),
        member<&t::command>("command"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::shell_call_command_delta>
{
    using t = responses::shell_call_command_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::command_index>("command_index"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::shell_call_command_done>
{
    using t = responses::shell_call_command_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::command_index>("command_index"),
        member<&t::command>("command"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::shell_call_output_content_delta>
{
    using t = responses::shell_call_output_content_delta;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::command_index>("command_index"),
        member<&t::delta>("delta"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::sequence_number>("sequence_number")};
};

template <>
struct description<responses::shell_call_output_content_done>
{
    using t = responses::shell_call_output_content_done;
    static constexpr std::array members = {
        member<&t::output_index>("output_index"),
        member<&t::item_id>("item_id"),
        member<&t::command_index>("command_index"),
        member<&t::output>("output"),
        member<&t::sequence_number>("sequence_number")};
};

} // namespace hicap::json

#endif
