#ifndef HICAP_JSON_RESPONSES_TOOLS_DESCRIPTION_HPP
#define HICAP_JSON_RESPONSES_TOOLS_DESCRIPTION_HPP

#include "json/common_description.hpp"
#include "json/describe.hpp"

#include <hicap/responses_tools.hpp>

namespace hicap::json {

template <>
struct description<responses::direct_caller>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::program_caller>
{
    using t = responses::program_caller;
    static constexpr std::array members = {member<&t::caller_id>("caller_id")};
};

template <>
struct description<responses::function_tool>
{
    using t = responses::function_tool;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::parameters>("parameters"),
        member<&t::output_schema>("output_schema"),
        member<&t::strict>("strict"),
        member<&t::defer_loading>("defer_loading"),
        member<&t::allowed_callers>("allowed_callers")};
};

template <>
struct description<responses::custom_grammar_format>
{
    using t = responses::custom_grammar_format;
    static constexpr std::array members = {
        member<&t::syntax>("syntax"), member<&t::definition>("definition")};
};

template <>
struct description<responses::custom_tool>
{
    using t = responses::custom_tool;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::format>("format"),
        member<&t::defer_loading>("defer_loading"),
        member<&t::allowed_callers>("allowed_callers")};
};

template <>
struct description<responses::namespace_tool>
{
    using t = responses::namespace_tool;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::tools>("tools")};
};

template <>
struct description<responses::tool_search_tool>
{
    using t = responses::tool_search_tool;
    static constexpr std::array members = {
        member<&t::execution>("execution"),
        member<&t::description>("description"),
        member<&t::parameters>("parameters")};
};

template <>
struct description<responses::programmatic_tool>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::comparison_filter>
{
    using t = responses::comparison_filter;
    static constexpr std::array members = {
        member<&t::type>("type"), member<&t::key>("key"), member<&t::value>("value")};
};

template <>
struct description<responses::compound_filter>
{
    using t = responses::compound_filter;
    static constexpr std::array members = {
        member<&t::type>("type"), member<&t::filters>("filters")};
};

template <>
struct description<responses::hybrid_search>
{
    using t = responses::hybrid_search;
    static constexpr std::array members = {
        member<&t::embedding_weight>("embedding_weight"), member<&t::text_weight>("text_weight")};
};

template <>
struct description<responses::ranking_options>
{
    using t = responses::ranking_options;
    static constexpr std::array members = {
        member<&t::ranker>("ranker"),
        member<&t::score_threshold>("score_threshold"),
        member<&t::hybrid_search>("hybrid_search")};
};

template <>
struct description<responses::file_search_tool>
{
    using t = responses::file_search_tool;
    static constexpr std::array members = {
        member<&t::vector_store_ids>("vector_store_ids"),
        member<&t::max_num_results>("max_num_results"),
        member<&t::ranking_options>("ranking_options"),
        member<&t::filters>("filters")};
};

template <>
struct description<responses::location>
{
    using t = responses::location;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::country>("country"),
        member<&t::region>("region"),
        member<&t::city>("city"),
        member<&t::timezone>("timezone")};
};

template <>
struct description<responses::web_search_filters>
{
    using t = responses::web_search_filters;
    static constexpr std::array members = {member<&t::allowed_domains>("allowed_domains")};
};

template <>
struct description<responses::web_search_tool>
{
    using t = responses::web_search_tool;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::filters>("filters"),
        member<&t::user_location>("user_location"),
        member<&t::search_context_size>("search_context_size"),
        member<&t::external_web_access>("external_web_access")};
};

template <>
struct description<responses::web_search_preview_tool>
{
    using t = responses::web_search_preview_tool;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::user_location>("user_location"),
        member<&t::search_context_size>("search_context_size"),
        member<&t::search_content_types>("search_content_types")};
};

template <>
struct description<responses::mcp_tool_filter>
{
    using t = responses::mcp_tool_filter;
    static constexpr std::array members = {
        member<&t::tool_names>("tool_names"), member<&t::read_only>("read_only")};
};

template <>
struct description<responses::approval_filters>
{
    using t = responses::approval_filters;
    static constexpr std::array members = {
        member<&t::always>("always"), member<&t::never>("never")};
};

template <>
struct description<responses::mcp_tool>
{
    using t = responses::mcp_tool;
    static constexpr std::array members = {
        member<&t::server_label>("server_label"),
        member<&t::server_url>("server_url"),
        member<&t::connector_id>("connector_id"),
        member<&t::tunnel_id>("tunnel_id"),
        member<&t::authorization>("authorization"),
        member<&t::server_description>("server_description"),
        member<&t::headers>("headers"),
        member<&t::allowed_tools>("allowed_tools"),
        member<&t::allowed_callers>("allowed_callers"),
        member<&t::require_approval>("require_approval"),
        member<&t::defer_loading>("defer_loading")};
};

template <>
struct description<responses::disabled_network>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::domain_secret>
{
    using t = responses::domain_secret;
    static constexpr std::array members = {
        member<&t::domain>("domain"), member<&t::name>("name"), member<&t::value>("value")};
};

template <>
struct description<responses::network_allowlist>
{
    using t = responses::network_allowlist;
    static constexpr std::array members = {
        member<&t::allowed_domains>("allowed_domains"),
        member<&t::domain_secrets>("domain_secrets")};
};

template <>
struct description<responses::skill_reference>
{
    using t = responses::skill_reference;
    static constexpr std::array members = {
        member<&t::skill_id>("skill_id"), member<&t::version>("version")};
};

template <>
struct description<responses::skill_source>
{
    using t = responses::skill_source;
    static constexpr std::array members = {
        member<&t::media_type>("media_type"), member<&t::data>("data")};
};

template <>
struct description<responses::inline_skill>
{
    using t = responses::inline_skill;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::source>("source")};
};

template <>
struct description<responses::local_skill>
{
    using t = responses::local_skill;
    static constexpr std::array members = {
        member<&t::name>("name"), member<&t::description>("description"), member<&t::path>("path")};
};

template <>
struct description<responses::code_container>
{
    using t = responses::code_container;
    static constexpr std::array members = {
        member<&t::file_ids>("file_ids"),
        member<&t::memory_limit>("memory_limit"),
        member<&t::network_policy>("network_policy")};
};

template <>
struct description<responses::code_interpreter_tool>
{
    using t = responses::code_interpreter_tool;
    static constexpr std::array members = {
        member<&t::container>("container"), member<&t::allowed_callers>("allowed_callers")};
};

template <>
struct description<responses::shell_container>
{
    using t = responses::shell_container;
    static constexpr std::array members = {
        member<&t::file_ids>("file_ids"),
        member<&t::memory_limit>("memory_limit"),
        member<&t::network_policy>("network_policy"),
        member<&t::skills>("skills")};
};

template <>
struct description<responses::local_environment>
{
    using t = responses::local_environment;
    static constexpr std::array members = {member<&t::skills>("skills")};
};

template <>
struct description<responses::container_reference>
{
    using t = responses::container_reference;
    static constexpr std::array members = {member<&t::container_id>("container_id")};
};

template <>
struct description<responses::shell_tool>
{
    using t = responses::shell_tool;
    static constexpr std::array members = {
        member<&t::environment>("environment"), member<&t::allowed_callers>("allowed_callers")};
};

template <>
struct description<responses::local_shell_tool>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::apply_patch_tool>
{
    using t = responses::apply_patch_tool;
    static constexpr std::array members = {member<&t::allowed_callers>("allowed_callers")};
};

template <>
struct description<responses::computer_tool>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::computer_use_preview_tool>
{
    using t = responses::computer_use_preview_tool;
    static constexpr std::array members = {
        member<&t::environment>("environment"),
        member<&t::display_width>("display_width"),
        member<&t::display_height>("display_height")};
};

template <>
struct description<responses::image_mask>
{
    using t = responses::image_mask;
    static constexpr std::array members = {
        member<&t::image_url>("image_url"), member<&t::file_id>("file_id")};
};

template <>
struct description<responses::image_generation_tool>
{
    using t = responses::image_generation_tool;
    static constexpr std::array members = {
        member<&t::model>("model"),
        member<&t::quality>("quality"),
        member<&t::size>("size"),
        member<&t::output_format>("output_format"),
        member<&t::output_compression>("output_compression"),
        member<&t::moderation>("moderation"),
        member<&t::background>("background"),
        member<&t::input_fidelity>("input_fidelity"),
        member<&t::input_image_mask>("input_image_mask"),
        member<&t::partial_images>("partial_images"),
        member<&t::action>("action")};
};

template <>
struct description<responses::custom_choice>
{
    using t = responses::custom_choice;
    static constexpr std::array members = {member<&t::name>("name")};
};

template <>
struct description<responses::allowed_tools_choice>
{
    using t = responses::allowed_tools_choice;
    static constexpr std::array members = {member<&t::mode>("mode"), member<&t::tools>("tools")};
};

template <>
struct description<responses::built_in_choice>
{
    using t = responses::built_in_choice;
    static constexpr std::array members = {member<&t::type>("type")};
};

} // namespace hicap::json

#endif
