#ifndef HICAP_JSON_COMMON_DESCRIPTION_HPP
#define HICAP_JSON_COMMON_DESCRIPTION_HPP

#include "json/describe.hpp"

#include <hicap/common_types.hpp>

namespace hicap::json {

template <>
struct description<cache_breakpoint>
{
    using t = cache_breakpoint;
    static constexpr std::array members = {member<&t::mode>("mode")};
};

template <>
struct description<custom_text_format>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<text_format>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<json_object_format>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<custom_voice>
{
    using t = custom_voice;
    static constexpr std::array members = {member<&t::id>("id")};
};

template <>
struct description<moderation_rule>
{
    using t = moderation_rule;
    static constexpr std::array members = {member<&t::mode>("mode")};
};

template <>
struct description<moderation_policy>
{
    using t = moderation_policy;
    static constexpr std::array members = {
        member<&t::input>("input"), member<&t::output>("output")};
};

template <>
struct description<moderation_options>
{
    using t = moderation_options;
    static constexpr std::array members = {
        member<&t::model>("model"), member<&t::policy>("policy")};
};

template <>
struct description<prompt_cache_options>
{
    using t = prompt_cache_options;
    static constexpr std::array members = {member<&t::ttl>("ttl"), member<&t::mode>("mode")};
};

template <>
struct description<top_logprob>
{
    using t = top_logprob;
    static constexpr std::array members = {
        member<&t::token>("token"), member<&t::logprob>("logprob"), member<&t::bytes>("bytes")};
};

template <>
struct description<token_logprob>
{
    using t = token_logprob;
    static constexpr std::array members = {
        member<&t::token>("token"),
        member<&t::logprob>("logprob"),
        member<&t::bytes>("bytes"),
        member<&t::top_logprobs>("top_logprobs")};
};

template <>
struct description<moderation_result>
{
    using t = moderation_result;
    static constexpr std::array members = {
        member<&t::model>("model"),
        member<&t::flagged>("flagged"),
        member<&t::categories>("categories"),
        member<&t::category_scores>("category_scores"),
        member<&t::category_applied_input_types>("category_applied_input_types")};
};

template <>
struct description<moderation_error>
{
    using t = moderation_error;
    static constexpr std::array members = {
        member<&t::code>("code"), member<&t::message>("message")};
};

template <>
struct description<function_choice>
{
    using t = function_choice;
    static constexpr std::array members = {member<&t::name>("name")};
};

template <>
struct description<mcp_choice>
{
    using t = mcp_choice;
    static constexpr std::array members = {
        member<&t::server_label>("server_label"), member<&t::name>("name")};
};

} // namespace hicap::json

#endif
