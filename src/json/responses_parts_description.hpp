#ifndef HICAP_JSON_RESPONSES_PARTS_DESCRIPTION_HPP
#define HICAP_JSON_RESPONSES_PARTS_DESCRIPTION_HPP

#include "json/common_description.hpp"
#include "json/describe.hpp"
#include "json/responses_tools_description.hpp"

#include <hicap/responses_parts.hpp>

namespace hicap::json {

template <>
struct description<responses::input_text>
{
    using t = responses::input_text;
    static constexpr std::array members = {
        member<&t::text>("text"), member<&t::prompt_cache_breakpoint>("prompt_cache_breakpoint")};
};

template <>
struct description<responses::input_image>
{
    using t = responses::input_image;
    static constexpr std::array members = {
        member<&t::image_url>("image_url"),
        member<&t::file_id>("file_id"),
        member<&t::detail>("detail"),
        member<&t::prompt_cache_breakpoint>("prompt_cache_breakpoint")};
};

template <>
struct description<responses::input_file>
{
    using t = responses::input_file;
    static constexpr std::array members = {
        member<&t::file_id>("file_id"),
        member<&t::filename>("filename"),
        member<&t::file_data>("file_data"),
        member<&t::file_url>("file_url"),
        member<&t::detail>("detail"),
        member<&t::prompt_cache_breakpoint>("prompt_cache_breakpoint")};
};

template <>
struct description<responses::file_citation>
{
    using t = responses::file_citation;
    static constexpr std::array members = {
        member<&t::file_id>("file_id"),
        member<&t::filename>("filename"),
        member<&t::index>("index")};
};

template <>
struct description<responses::url_citation>
{
    using t = responses::url_citation;
    static constexpr std::array members = {
        member<&t::start_index>("start_index"),
        member<&t::end_index>("end_index"),
        member<&t::url>("url"),
        member<&t::title>("title")};
};

template <>
struct description<responses::container_file_citation>
{
    using t = responses::container_file_citation;
    static constexpr std::array members = {
        member<&t::container_id>("container_id"),
        member<&t::file_id>("file_id"),
        member<&t::filename>("filename"),
        member<&t::start_index>("start_index"),
        member<&t::end_index>("end_index")};
};

template <>
struct description<responses::file_path>
{
    using t = responses::file_path;
    static constexpr std::array members = {
        member<&t::file_id>("file_id"), member<&t::index>("index")};
};

template <>
struct description<responses::output_text>
{
    using t = responses::output_text;
    static constexpr std::array members = {
        member<&t::text>("text"),
        member<&t::annotations>("annotations"),
        member<&t::logprobs>("logprobs")};
};

template <>
struct description<responses::refusal_part>
{
    using t = responses::refusal_part;
    static constexpr std::array members = {member<&t::refusal>("refusal")};
};

template <>
struct description<responses::reasoning_text>
{
    using t = responses::reasoning_text;
    static constexpr std::array members = {member<&t::text>("text")};
};

template <>
struct description<responses::summary_text>
{
    using t = responses::summary_text;
    static constexpr std::array members = {member<&t::text>("text")};
};

template <>
struct description<responses::point>
{
    using t = responses::point;
    static constexpr std::array members = {member<&t::x>("x"), member<&t::y>("y")};
};

template <>
struct description<responses::click_action>
{
    using t = responses::click_action;
    static constexpr std::array members = {
        member<&t::button>("button"),
        member<&t::x>("x"),
        member<&t::y>("y"),
        member<&t::keys>("keys")};
};

template <>
struct description<responses::double_click_action>
{
    using t = responses::double_click_action;
    static constexpr std::array members = {
        member<&t::x>("x"), member<&t::y>("y"), member<&t::keys>("keys")};
};

template <>
struct description<responses::drag_action>
{
    using t = responses::drag_action;
    static constexpr std::array members = {member<&t::path>("path"), member<&t::keys>("keys")};
};

template <>
struct description<responses::keypress_action>
{
    using t = responses::keypress_action;
    static constexpr std::array members = {member<&t::keys>("keys")};
};

template <>
struct description<responses::move_action>
{
    using t = responses::move_action;
    static constexpr std::array members = {
        member<&t::x>("x"), member<&t::y>("y"), member<&t::keys>("keys")};
};

template <>
struct description<responses::screenshot_action>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::scroll_action>
{
    using t = responses::scroll_action;
    static constexpr std::array members = {
        member<&t::x>("x"),
        member<&t::y>("y"),
        member<&t::scroll_x>("scroll_x"),
        member<&t::scroll_y>("scroll_y"),
        member<&t::keys>("keys")};
};

template <>
struct description<responses::type_action>
{
    using t = responses::type_action;
    static constexpr std::array members = {member<&t::text>("text")};
};

template <>
struct description<responses::wait_action>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::safety_check>
{
    using t = responses::safety_check;
    static constexpr std::array members = {
        member<&t::id>("id"), member<&t::code>("code"), member<&t::message>("message")};
};

template <>
struct description<responses::computer_screenshot>
{
    using t = responses::computer_screenshot;
    static constexpr std::array members = {
        member<&t::image_url>("image_url"), member<&t::file_id>("file_id")};
};

template <>
struct description<responses::web_source>
{
    using t = responses::web_source;
    static constexpr std::array members = {member<&t::type>("type"), member<&t::url>("url")};
};

template <>
struct description<responses::search_action>
{
    using t = responses::search_action;
    static constexpr std::array members = {
        member<&t::query>("query"), member<&t::queries>("queries"), member<&t::sources>("sources")};
};

template <>
struct description<responses::open_page_action>
{
    using t = responses::open_page_action;
    static constexpr std::array members = {member<&t::url>("url")};
};

template <>
struct description<responses::find_in_page_action>
{
    using t = responses::find_in_page_action;
    static constexpr std::array members = {member<&t::url>("url"), member<&t::pattern>("pattern")};
};

template <>
struct description<responses::local_shell_action>
{
    using t = responses::local_shell_action;
    static constexpr std::array members = {
        member<&t::command>("command"),
        member<&t::env>("env"),
        member<&t::timeout_ms>("timeout_ms"),
        member<&t::working_directory>("working_directory"),
        member<&t::user>("user")};
};

template <>
struct description<responses::shell_action>
{
    using t = responses::shell_action;
    static constexpr std::array members = {
        member<&t::commands>("commands"),
        member<&t::timeout_ms>("timeout_ms"),
        member<&t::max_output_length>("max_output_length")};
};

template <>
struct description<responses::shell_timeout>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::shell_exit>
{
    using t = responses::shell_exit;
    static constexpr std::array members = {member<&t::exit_code>("exit_code")};
};

template <>
struct description<responses::shell_output>
{
    using t = responses::shell_output;
    static constexpr std::array members = {
        member<&t::stdout_text>("stdout"),
        member<&t::stderr_text>("stderr"),
        member<&t::outcome>("outcome"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::create_file>
{
    using t = responses::create_file;
    static constexpr std::array members = {member<&t::path>("path"), member<&t::diff>("diff")};
};

template <>
struct description<responses::update_file>
{
    using t = responses::update_file;
    static constexpr std::array members = {member<&t::path>("path"), member<&t::diff>("diff")};
};

template <>
struct description<responses::delete_file>
{
    using t = responses::delete_file;
    static constexpr std::array members = {member<&t::path>("path")};
};

template <>
struct description<responses::code_logs>
{
    using t = responses::code_logs;
    static constexpr std::array members = {member<&t::logs>("logs")};
};

template <>
struct description<responses::code_image>
{
    using t = responses::code_image;
    static constexpr std::array members = {member<&t::url>("url")};
};

template <>
struct description<responses::file_search_result>
{
    using t = responses::file_search_result;
    static constexpr std::array members = {
        member<&t::file_id>("file_id"),
        member<&t::text>("text"),
        member<&t::filename>("filename"),
        member<&t::attributes>("attributes"),
        member<&t::score>("score")};
};

template <>
struct description<responses::mcp_protocol_error>
{
    using t = responses::mcp_protocol_error;
    static constexpr std::array members = {
        member<&t::code>("code"), member<&t::message>("message")};
};

template <>
struct description<responses::mcp_tool_error>
{
    using t = responses::mcp_tool_error;
    static constexpr std::array members = {member<&t::content>("content")};
};

template <>
struct description<responses::mcp_http_error>
{
    using t = responses::mcp_http_error;
    static constexpr std::array members = {
        member<&t::code>("code"), member<&t::message>("message")};
};

template <>
struct description<responses::mcp_tool_description>
{
    using t = responses::mcp_tool_description;
    static constexpr std::array members = {
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::input_schema>("input_schema"),
        member<&t::annotations>("annotations")};
};

template <>
struct description<responses::prompt>
{
    using t = responses::prompt;
    static constexpr std::array members = {
        member<&t::id>("id"), member<&t::version>("version"), member<&t::variables>("variables")};
};

} // namespace hicap::json

#endif
