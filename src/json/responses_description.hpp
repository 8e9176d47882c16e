#ifndef HICAP_JSON_RESPONSES_DESCRIPTION_HPP
#define HICAP_JSON_RESPONSES_DESCRIPTION_HPP

#include "json/common_description.hpp"
#include "json/describe.hpp"
#include "json/responses_items_description.hpp"
#include "json/responses_tools_description.hpp"

#include <hicap/responses_types.hpp>

namespace hicap::json {

template <>
inline constexpr std::string_view tag_key<responses::response> = "object";
template <>
inline constexpr std::string_view tag_key<responses::deletion> = "object";
template <>
inline constexpr std::string_view tag_key<responses::item_list> = "object";

template <>
struct description<responses::json_schema_format>
{
    using t = responses::json_schema_format;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::schema>("schema"),
        member<&t::strict>("strict")};
};

template <>
struct description<responses::text_options>
{
    using t = responses::text_options;
    static constexpr std::array members = {
        member<&t::format>("format"), member<&t::verbosity>("verbosity")};
};

template <>
struct description<responses::reasoning_options>
{
    using t = responses::reasoning_options;
    static constexpr std::array members = {
        member<&t::effort>("effort"),
        member<&t::summary>("summary"),
        member<&t::mode>("mode"),
        member<&t::context>("context"),
        member<&t::generate_summary>("generate_summary")};
};

template <>
struct description<responses::conversation>
{
    using t = responses::conversation;
    static constexpr std::array members = {member<&t::id>("id")};
};

template <>
struct description<responses::context_rule>
{
    using t = responses::context_rule;
    static constexpr std::array members = {
        member<&t::type>("type"), member<&t::compact_threshold>("compact_threshold")};
};

template <>
struct description<responses::stream_options>
{
    using t = responses::stream_options;
    static constexpr std::array members = {member<&t::include_obfuscation>("include_obfuscation")};
};

template <>
struct description<responses::request>
{
    using t = responses::request;
    static constexpr std::array members = {
        member<&t::model>("model"),
        member<&t::input>("input"),
        member<&t::instructions>("instructions"),
        member<&t::prompt>("prompt"),
        member<&t::previous_response_id>("previous_response_id"),
        member<&t::conversation>("conversation"),
        member<&t::tools>("tools", when::not_empty),
        member<&t::tool_choice>("tool_choice"),
        member<&t::parallel_tool_calls>("parallel_tool_calls"),
        member<&t::max_tool_calls>("max_tool_calls"),
        member<&t::text>("text"),
        member<&t::reasoning>("reasoning"),
        member<&t::max_output_tokens>("max_output_tokens"),
        member<&t::temperature>("temperature"),
        member<&t::top_p>("top_p"),
        member<&t::top_logprobs>("top_logprobs"),
        member<&t::include>("include", when::not_empty),
        member<&t::background>("background"),
        member<&t::store>("store"),
        member<&t::context_management>("context_management", when::not_empty),
        member<&t::moderation>("moderation"),
        member<&t::metadata>("metadata", when::not_empty),
        member<&t::service_tier>("service_tier"),
        member<&t::stream_options>("stream_options"),
        member<&t::safety_identifier>("safety_identifier"),
        member<&t::prompt_cache_key>("prompt_cache_key"),
        member<&t::prompt_cache_options>("prompt_cache_options"),
        member<&t::prompt_cache_retention>("prompt_cache_retention"),
        member<&t::truncation>("truncation"),
        member<&t::user>("user")};
};

template <>
struct description<responses::response_error>
{
    using t = responses::response_error;
    static constexpr std::array members = {
        member<&t::code>("code"), member<&t::message>("message")};
};

template <>
struct description<responses::incomplete_details>
{
    using t = responses::incomplete_details;
    static constexpr std::array members = {member<&t::reason>("reason")};
};

template <>
struct description<responses::input_tokens_details>
{
    using t = responses::input_tokens_details;
    static constexpr std::array members = {
        member<&t::cached_tokens>("cached_tokens"),
        member<&t::cache_write_tokens>("cache_write_tokens")};
};

template <>
struct description<responses::output_tokens_details>
{
    using t = responses::output_tokens_details;
    static constexpr std::array members = {member<&t::reasoning_tokens>("reasoning_tokens")};
};

template <>
struct description<responses::usage>
{
    using t = responses::usage;
    static constexpr std::array members = {
        member<&t::input_tokens>("input_tokens"),
        member<&t::output_tokens>("output_tokens"),
        member<&t::total_tokens>("total_tokens"),
        member<&t::input_tokens_details>("input_tokens_details"),
        member<&t::output_tokens_details>("output_tokens_details")};
};

template <>
struct description<responses::moderation>
{
    using t = responses::moderation;
    static constexpr std::array members = {
        member<&t::input>("input"), member<&t::output>("output")};
};

template <>
struct description<responses::response>
{
    using t = responses::response;
    // In the order in which servers send them.
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::created_at>("created_at"),
        member<&t::status>("status"),
        member<&t::background>("background"),
        member<&t::completed_at>("completed_at"),
        member<&t::error>("error"),
        member<&t::incomplete_details>("incomplete_details"),
        member<&t::instructions>("instructions"),
        member<&t::max_output_tokens>("max_output_tokens"),
        member<&t::max_tool_calls>("max_tool_calls"),
        member<&t::model>("model", when::not_empty),
        member<&t::moderation>("moderation"),
        member<&t::output>("output"),
        member<&t::parallel_tool_calls>("parallel_tool_calls"),
        member<&t::previous_response_id>("previous_response_id"),
        member<&t::prompt>("prompt"),
        member<&t::prompt_cache_key>("prompt_cache_key"),
        member<&t::prompt_cache_options>("prompt_cache_options"),
        member<&t::prompt_cache_retention>("prompt_cache_retention"),
        member<&t::conversation>("conversation"),
        member<&t::reasoning>("reasoning"),
        member<&t::safety_identifier>("safety_identifier"),
        member<&t::service_tier>("service_tier"),
        member<&t::store>("store"),
        member<&t::temperature>("temperature"),
        member<&t::text_options>("text"),
        member<&t::tool_choice>("tool_choice"),
        member<&t::tools>("tools"),
        member<&t::top_logprobs>("top_logprobs"),
        member<&t::top_p>("top_p"),
        member<&t::truncation>("truncation"),
        member<&t::usage>("usage"),
        member<&t::user>("user"),
        member<&t::metadata>("metadata")};
};

template <>
struct description<responses::deletion>
{
    using t = responses::deletion;
    static constexpr std::array members = {member<&t::id>("id"), member<&t::deleted>("deleted")};
};

template <>
struct description<responses::item_list>
{
    using t = responses::item_list;
    static constexpr std::array members = {
        member<&t::data>("data"),
        member<&t::first_id>("first_id"),
        member<&t::last_id>("last_id"),
        member<&t::has_more>("has_more")};
};

} // namespace hicap::json

#endif
