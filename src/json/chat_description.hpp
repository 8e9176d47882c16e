#ifndef HICAP_JSON_CHAT_DESCRIPTION_HPP
#define HICAP_JSON_CHAT_DESCRIPTION_HPP

#include "json/common_description.hpp"
#include "json/describe.hpp"

#include <hicap/chat_types.hpp>

namespace hicap::json {

template <>
inline constexpr std::string_view tag_key<chat::developer_message> = "role";
template <>
inline constexpr std::string_view tag_key<chat::system_message> = "role";
template <>
inline constexpr std::string_view tag_key<chat::user_message> = "role";
template <>
inline constexpr std::string_view tag_key<chat::assistant_message> = "role";
template <>
inline constexpr std::string_view tag_key<chat::tool_message> = "role";
template <>
inline constexpr std::string_view tag_key<chat::function_message> = "role";
template <>
inline constexpr std::string_view tag_key<chat::completion> = "object";
template <>
inline constexpr std::string_view tag_key<chat::chunk> = "object";
template <>
inline constexpr std::string_view tag_key<chat::stored_message_list> = "object";

template <>
struct description<chat::text_part>
{
    using t = chat::text_part;
    static constexpr std::array members = {
        member<&t::text>("text"), member<&t::prompt_cache_breakpoint>("prompt_cache_breakpoint")};
};

template <>
struct description<chat::image_url>
{
    using t = chat::image_url;
    static constexpr std::array members = {member<&t::url>("url"), member<&t::detail>("detail")};
};

template <>
struct description<chat::image_part>
{
    using t = chat::image_part;
    static constexpr std::array members = {
        member<&t::image_url>("image_url"),
        member<&t::prompt_cache_breakpoint>("prompt_cache_breakpoint")};
};

template <>
struct description<chat::input_audio>
{
    using t = chat::input_audio;
    static constexpr std::array members = {member<&t::data>("data"), member<&t::format>("format")};
};

template <>
struct description<chat::audio_part>
{
    using t = chat::audio_part;
    static constexpr std::array members = {
        member<&t::input_audio>("input_audio"),
        member<&t::prompt_cache_breakpoint>("prompt_cache_breakpoint")};
};

template <>
struct description<chat::input_file>
{
    using t = chat::input_file;
    static constexpr std::array members = {
        member<&t::filename>("filename"),
        member<&t::file_data>("file_data"),
        member<&t::file_id>("file_id")};
};

template <>
struct description<chat::file_part>
{
    using t = chat::file_part;
    static constexpr std::array members = {
        member<&t::file>("file"), member<&t::prompt_cache_breakpoint>("prompt_cache_breakpoint")};
};

template <>
struct description<chat::refusal_part>
{
    using t = chat::refusal_part;
    static constexpr std::array members = {member<&t::refusal>("refusal")};
};

template <>
struct description<chat::function_call>
{
    using t = chat::function_call;
    static constexpr std::array members = {
        member<&t::name>("name"), member<&t::arguments>("arguments")};
};

template <>
struct description<chat::function_tool_call>
{
    using t = chat::function_tool_call;
    static constexpr std::array members = {member<&t::id>("id"), member<&t::function>("function")};
};

template <>
struct description<chat::custom_call>
{
    using t = chat::custom_call;
    static constexpr std::array members = {member<&t::name>("name"), member<&t::input>("input")};
};

template <>
struct description<chat::custom_tool_call>
{
    using t = chat::custom_tool_call;
    static constexpr std::array members = {member<&t::id>("id"), member<&t::custom>("custom")};
};

template <>
struct description<chat::developer_message>
{
    using t = chat::developer_message;
    static constexpr std::array members = {
        member<&t::content>("content"), member<&t::name>("name")};
};

template <>
struct description<chat::system_message>
{
    using t = chat::system_message;
    static constexpr std::array members = {
        member<&t::content>("content"), member<&t::name>("name")};
};

template <>
struct description<chat::user_message>
{
    using t = chat::user_message;
    static constexpr std::array members = {
        member<&t::content>("content"), member<&t::name>("name")};
};

template <>
struct description<chat::audio_reference>
{
    using t = chat::audio_reference;
    static constexpr std::array members = {member<&t::id>("id")};
};

template <>
struct description<chat::assistant_message>
{
    using t = chat::assistant_message;
    static constexpr std::array members = {
        member<&t::content>("content"),
        member<&t::refusal>("refusal"),
        member<&t::name>("name"),
        member<&t::audio>("audio"),
        member<&t::tool_calls>("tool_calls", when::not_empty),
        member<&t::function_call>("function_call")};
};

template <>
struct description<chat::tool_message>
{
    using t = chat::tool_message;
    static constexpr std::array members = {
        member<&t::content>("content"), member<&t::tool_call_id>("tool_call_id")};
};

template <>
struct description<chat::function_message>
{
    using t = chat::function_message;
    static constexpr std::array members = {
        member<&t::content>("content"), member<&t::name>("name")};
};

template <>
struct description<chat::function_definition>
{
    using t = chat::function_definition;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::parameters>("parameters"),
        member<&t::strict>("strict")};
};

template <>
struct description<chat::function_tool>
{
    using t = chat::function_tool;
    static constexpr std::array members = {member<&t::function>("function")};
};

template <>
struct description<chat::grammar>
{
    using t = chat::grammar;
    static constexpr std::array members = {
        member<&t::definition>("definition"), member<&t::syntax>("syntax")};
};

template <>
struct description<chat::custom_grammar_format>
{
    using t = chat::custom_grammar_format;
    static constexpr std::array members = {member<&t::grammar>("grammar")};
};

template <>
struct description<chat::custom_definition>
{
    using t = chat::custom_definition;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::format>("format")};
};

template <>
struct description<chat::custom_tool>
{
    using t = chat::custom_tool;
    static constexpr std::array members = {member<&t::custom>("custom")};
};

template <>
struct description<chat::allowed_tools>
{
    using t = chat::allowed_tools;
    static constexpr std::array members = {member<&t::mode>("mode"), member<&t::tools>("tools")};
};

template <>
struct description<chat::allowed_tools_choice>
{
    using t = chat::allowed_tools_choice;
    static constexpr std::array members = {member<&t::allowed_tools>("allowed_tools")};
};

template <>
struct description<chat::tool_name>
{
    using t = chat::tool_name;
    static constexpr std::array members = {member<&t::name>("name")};
};

template <>
struct description<chat::function_choice>
{
    using t = chat::function_choice;
    static constexpr std::array members = {member<&t::function>("function")};
};

template <>
struct description<chat::custom_choice>
{
    using t = chat::custom_choice;
    static constexpr std::array members = {member<&t::custom>("custom")};
};

template <>
struct description<chat::json_schema>
{
    using t = chat::json_schema;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::schema>("schema"),
        member<&t::strict>("strict")};
};

template <>
struct description<chat::json_schema_format>
{
    using t = chat::json_schema_format;
    static constexpr std::array members = {member<&t::json_schema>("json_schema")};
};

template <>
struct description<chat::audio_options>
{
    using t = chat::audio_options;
    static constexpr std::array members = {
        member<&t::voice>("voice"), member<&t::format>("format")};
};

template <>
struct description<chat::prediction>
{
    using t = chat::prediction;
    static constexpr std::array members = {member<&t::content>("content")};
};

template <>
struct description<chat::location>
{
    using t = chat::location;
    static constexpr std::array members = {
        member<&t::country>("country"),
        member<&t::region>("region"),
        member<&t::city>("city"),
        member<&t::timezone>("timezone")};
};

template <>
struct description<chat::user_location>
{
    using t = chat::user_location;
    static constexpr std::array members = {member<&t::approximate>("approximate")};
};

template <>
struct description<chat::web_search_options>
{
    using t = chat::web_search_options;
    static constexpr std::array members = {
        member<&t::user_location>("user_location"),
        member<&t::search_context_size>("search_context_size")};
};

template <>
struct description<chat::stream_options>
{
    using t = chat::stream_options;
    static constexpr std::array members = {
        member<&t::include_usage>("include_usage"),
        member<&t::include_obfuscation>("include_obfuscation")};
};

template <>
struct description<chat::completion_request>
{
    using t = chat::completion_request;
    static constexpr std::array members = {
        member<&t::model>("model"),
        member<&t::messages>("messages"),
        member<&t::tools>("tools", when::not_empty),
        member<&t::tool_choice>("tool_choice"),
        member<&t::parallel_tool_calls>("parallel_tool_calls"),
        member<&t::response_format>("response_format"),
        member<&t::reasoning_effort>("reasoning_effort"),
        member<&t::verbosity>("verbosity"),
        member<&t::max_completion_tokens>("max_completion_tokens"),
        member<&t::temperature>("temperature"),
        member<&t::top_p>("top_p"),
        member<&t::n>("n"),
        member<&t::stop>("stop"),
        member<&t::frequency_penalty>("frequency_penalty"),
        member<&t::presence_penalty>("presence_penalty"),
        member<&t::logit_bias>("logit_bias", when::not_empty),
        member<&t::logprobs>("logprobs"),
        member<&t::top_logprobs>("top_logprobs"),
        member<&t::modalities>("modalities", when::not_empty),
        member<&t::audio>("audio"),
        member<&t::prediction>("prediction"),
        member<&t::web_search_options>("web_search_options"),
        member<&t::moderation>("moderation"),
        member<&t::store>("store"),
        member<&t::metadata>("metadata", when::not_empty),
        member<&t::service_tier>("service_tier"),
        member<&t::stream_options>("stream_options"),
        member<&t::safety_identifier>("safety_identifier"),
        member<&t::prompt_cache_key>("prompt_cache_key"),
        member<&t::prompt_cache_options>("prompt_cache_options"),
        member<&t::prompt_cache_retention>("prompt_cache_retention"),
        member<&t::seed>("seed"),
        member<&t::user>("user"),
        member<&t::max_tokens>("max_tokens"),
        member<&t::functions>("functions", when::not_empty),
        member<&t::function_call>("function_call")};
};

template <>
struct description<chat::url_citation>
{
    using t = chat::url_citation;
    static constexpr std::array members = {
        member<&t::start_index>("start_index"),
        member<&t::end_index>("end_index"),
        member<&t::url>("url"),
        member<&t::title>("title")};
};

template <>
struct description<chat::url_citation_annotation>
{
    using t = chat::url_citation_annotation;
    static constexpr std::array members = {member<&t::url_citation>("url_citation")};
};

template <>
struct description<chat::audio_output>
{
    using t = chat::audio_output;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::expires_at>("expires_at"),
        member<&t::data>("data"),
        member<&t::transcript>("transcript")};
};

template <>
struct description<chat::response_message>
{
    using t = chat::response_message;
    static constexpr std::array members = {
        member<&t::role>("role"),
        member<&t::content>("content"),
        member<&t::refusal>("refusal"),
        member<&t::tool_calls>("tool_calls", when::not_empty),
        member<&t::annotations>("annotations", when::not_empty),
        member<&t::audio>("audio"),
        member<&t::function_call>("function_call")};
};

template <>
struct description<chat::choice_logprobs>
{
    using t = chat::choice_logprobs;
    static constexpr std::array members = {
        member<&t::content>("content"), member<&t::refusal>("refusal")};
};

template <>
struct description<chat::choice>
{
    using t = chat::choice;
    static constexpr std::array members = {
        member<&t::index>("index"),
        member<&t::message>("message"),
        member<&t::logprobs>("logprobs"),
        member<&t::finish_reason>("finish_reason")};
};

template <>
struct description<chat::prompt_tokens_details>
{
    using t = chat::prompt_tokens_details;
    static constexpr std::array members = {
        member<&t::cached_tokens>("cached_tokens"),
        member<&t::cache_write_tokens>("cache_write_tokens"),
        member<&t::audio_tokens>("audio_tokens"),
        member<&t::text_tokens>("text_tokens"),
        member<&t::image_tokens>("image_tokens")};
};

template <>
struct description<chat::completion_tokens_details>
{
    using t = chat::completion_tokens_details;
    static constexpr std::array members = {
        member<&t::reasoning_tokens>("reasoning_tokens"),
        member<&t::audio_tokens>("audio_tokens"),
        member<&t::text_tokens>("text_tokens"),
        member<&t::accepted_prediction_tokens>("accepted_prediction_tokens"),
        member<&t::rejected_prediction_tokens>("rejected_prediction_tokens")};
};

template <>
struct description<chat::usage>
{
    using t = chat::usage;
    static constexpr std::array members = {
        member<&t::prompt_tokens>("prompt_tokens"),
        member<&t::completion_tokens>("completion_tokens"),
        member<&t::total_tokens>("total_tokens"),
        member<&t::prompt_tokens_details>("prompt_tokens_details"),
        member<&t::completion_tokens_details>("completion_tokens_details")};
};

template <>
struct description<chat::moderation_results>
{
    using t = chat::moderation_results;
    static constexpr std::array members = {
        member<&t::model>("model"), member<&t::results>("results")};
};

template <>
struct description<chat::moderation>
{
    using t = chat::moderation;
    static constexpr std::array members = {
        member<&t::input>("input"), member<&t::output>("output")};
};

template <>
struct description<chat::completion>
{
    using t = chat::completion;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::created>("created"),
        member<&t::model>("model"),
        member<&t::choices>("choices"),
        member<&t::usage>("usage"),
        member<&t::service_tier>("service_tier"),
        member<&t::system_fingerprint>("system_fingerprint"),
        member<&t::metadata>("metadata"),
        member<&t::moderation>("moderation")};
};

template <>
struct description<chat::function_call_delta>
{
    using t = chat::function_call_delta;
    static constexpr std::array members = {
        member<&t::name>("name"), member<&t::arguments>("arguments")};
};

template <>
struct description<chat::custom_call_delta>
{
    using t = chat::custom_call_delta;
    static constexpr std::array members = {member<&t::name>("name"), member<&t::input>("input")};
};

template <>
struct description<chat::tool_call_delta>
{
    using t = chat::tool_call_delta;
    static constexpr std::array members = {
        member<&t::index>("index"),
        member<&t::id>("id"),
        member<&t::type>("type"),
        member<&t::function>("function"),
        member<&t::custom>("custom")};
};

template <>
struct description<chat::audio_delta>
{
    using t = chat::audio_delta;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::expires_at>("expires_at"),
        member<&t::data>("data"),
        member<&t::transcript>("transcript")};
};

template <>
struct description<chat::delta>
{
    using t = chat::delta;
    static constexpr std::array members = {
        member<&t::role>("role"),
        member<&t::content>("content"),
        member<&t::refusal>("refusal"),
        member<&t::tool_calls>("tool_calls", when::not_empty),
        member<&t::annotations>("annotations", when::not_empty),
        member<&t::audio>("audio"),
        member<&t::function_call>("function_call")};
};

template <>
struct description<chat::chunk_choice>
{
    using t = chat::chunk_choice;
    static constexpr std::array members = {
        member<&t::index>("index"),
        member<&t::delta>("delta"),
        member<&t::logprobs>("logprobs"),
        member<&t::finish_reason>("finish_reason")};
};

template <>
struct description<chat::chunk>
{
    using t = chat::chunk;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::created>("created"),
        member<&t::model>("model"),
        member<&t::service_tier>("service_tier"),
        member<&t::system_fingerprint>("system_fingerprint"),
        member<&t::choices>("choices"),
        member<&t::usage>("usage"),
        member<&t::obfuscation>("obfuscation"),
        member<&t::moderation>("moderation")};
};

template <>
struct description<chat::stored_message>
{
    using t = chat::stored_message;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::role>("role"),
        member<&t::content>("content"),
        member<&t::refusal>("refusal"),
        member<&t::name>("name"),
        member<&t::content_parts>("content_parts"),
        member<&t::tool_calls>("tool_calls", when::not_empty),
        member<&t::annotations>("annotations", when::not_empty),
        member<&t::audio>("audio"),
        member<&t::function_call>("function_call")};
};

template <>
struct description<chat::stored_message_list>
{
    using t = chat::stored_message_list;
    static constexpr std::array members = {
        member<&t::data>("data"),
        member<&t::first_id>("first_id"),
        member<&t::last_id>("last_id"),
        member<&t::has_more>("has_more")};
};

} // namespace hicap::json

#endif
