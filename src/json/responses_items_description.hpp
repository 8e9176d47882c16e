#ifndef HICAP_JSON_RESPONSES_ITEMS_DESCRIPTION_HPP
#define HICAP_JSON_RESPONSES_ITEMS_DESCRIPTION_HPP

#include "json/describe.hpp"
#include "json/responses_parts_description.hpp"

#include <hicap/responses_items.hpp>

namespace hicap::json {

// Messages are told apart by their role, and references by that they have none.

namespace messages {

inline constexpr std::array<std::string_view, 3> askers = {"user", "system", "developer"};
inline constexpr std::array<std::string_view, 1> assistant = {"assistant"};

inline constexpr std::array easy = {requirement{"role", token::string}};
inline constexpr std::array asked = {
    requirement{"role", token::string, askers}, requirement{"content", token::array}};
inline constexpr std::array answered = {
    requirement{"role", token::string, assistant},
    requirement{"id", token::string},
    requirement{"content", token::array}};
inline constexpr std::array reference = {requirement{"id", token::string}};

} // namespace messages

template <>
inline constexpr std::span<requirement const> requirements<responses::easy_message> =
    messages::easy;
template <>
inline constexpr std::span<requirement const> requirements<responses::input_message> =
    messages::asked;
template <>
inline constexpr std::span<requirement const> requirements<responses::output_message> =
    messages::answered;
template <>
inline constexpr std::span<requirement const> requirements<responses::item_reference> =
    messages::reference;

template <>
inline constexpr bool tag_optional<responses::easy_message> = true;
template <>
inline constexpr bool tag_optional<responses::input_message> = true;
template <>
inline constexpr bool tag_optional<responses::item_reference> = true;

template <>
struct description<responses::easy_message>
{
    using t = responses::easy_message;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::role>("role"),
        member<&t::content>("content"),
        member<&t::phase>("phase"),
        member<&t::status>("status")};
};

template <>
struct description<responses::input_message>
{
    using t = responses::input_message;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::id>("id"),
        member<&t::role>("role"),
        member<&t::status>("status"),
        member<&t::content>("content"),
        member<&t::phase>("phase")};
};

template <>
struct description<responses::output_message>
{
    using t = responses::output_message;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::role>("role"),
        member<&t::phase>("phase"),
        member<&t::status>("status"),
        member<&t::content>("content")};
};

template <>
struct description<responses::item_reference>
{
    using t = responses::item_reference;
    static constexpr std::array members = {member<&t::type>("type"), member<&t::id>("id")};
};

template <>
struct description<responses::compaction_trigger>
{
    static constexpr std::array<member_entry, 0> members = {};
};

template <>
struct description<responses::function_call>
{
    using t = responses::function_call;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::caller>("caller"),
        member<&t::name_space>("namespace"),
        member<&t::name>("name"),
        member<&t::arguments>("arguments"),
        member<&t::status>("status"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::function_call_output>
{
    using t = responses::function_call_output;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::name>("name"),
        member<&t::name_space>("namespace"),
        member<&t::caller>("caller"),
        member<&t::output>("output"),
        member<&t::status>("status"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::custom_tool_call>
{
    using t = responses::custom_tool_call;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::caller>("caller"),
        member<&t::name_space>("namespace"),
        member<&t::name>("name"),
        member<&t::input>("input"),
        member<&t::status>("status"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::custom_tool_call_output>
{
    using t = responses::custom_tool_call_output;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::caller>("caller"),
        member<&t::output>("output"),
        member<&t::status>("status"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::file_search_call>
{
    using t = responses::file_search_call;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::status>("status", when::not_empty),
        member<&t::queries>("queries"),
        member<&t::results>("results")};
};

template <>
struct description<responses::web_search_call>
{
    using t = responses::web_search_call;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::status>("status", when::not_empty),
        member<&t::action>("action")};
};

template <>
struct description<responses::computer_call>
{
    using t = responses::computer_call;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::call_id>("call_id"),
        member<&t::action>("action"),
        member<&t::actions>("actions"),
        member<&t::pending_safety_checks>("pending_safety_checks"),
        member<&t::status>("status", when::not_empty)};
};

template <>
struct description<responses::computer_call_output>
{
    using t = responses::computer_call_output;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::acknowledged_safety_checks>("acknowledged_safety_checks"),
        member<&t::output>("output"),
        member<&t::status>("status"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::reasoning>
{
    using t = responses::reasoning;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::encrypted_content>("encrypted_content"),
        member<&t::summary>("summary"),
        member<&t::content>("content"),
        member<&t::status>("status")};
};

template <>
struct description<responses::program>
{
    using t = responses::program;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::call_id>("call_id"),
        member<&t::code>("code"),
        member<&t::fingerprint>("fingerprint")};
};

template <>
struct description<responses::program_output>
{
    using t = responses::program_output;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::call_id>("call_id"),
        member<&t::result>("result"),
        member<&t::status>("status", when::not_empty)};
};

template <>
struct description<responses::tool_search_call>
{
    using t = responses::tool_search_call;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::execution>("execution"),
        member<&t::arguments>("arguments"),
        member<&t::status>("status"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::tool_search_output>
{
    using t = responses::tool_search_output;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::execution>("execution"),
        member<&t::tools>("tools"),
        member<&t::status>("status"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::additional_tools>
{
    using t = responses::additional_tools;
    static constexpr std::array members = {
        member<&t::id>("id"), member<&t::role>("role"), member<&t::tools>("tools")};
};

template <>
struct description<responses::compaction>
{
    using t = responses::compaction;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::encrypted_content>("encrypted_content"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::image_generation_call>
{
    using t = responses::image_generation_call;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::status>("status", when::not_empty),
        member<&t::result>("result")};
};

template <>
struct description<responses::code_interpreter_call>
{
    using t = responses::code_interpreter_call;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::status>("status", when::not_empty),
        member<&t::container_id>("container_id"),
        member<&t::code>("code"),
        member<&t::outputs>("outputs")};
};

template <>
struct description<responses::local_shell_call>
{
    using t = responses::local_shell_call;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::call_id>("call_id"),
        member<&t::action>("action"),
        member<&t::status>("status", when::not_empty)};
};

template <>
struct description<responses::local_shell_call_output>
{
    using t = responses::local_shell_call_output;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::output>("output"),
        member<&t::status>("status")};
};

template <>
struct description<responses::shell_call>
{
    using t = responses::shell_call;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::caller>("caller"),
        member<&t::action>("action"),
        member<&t::status>("status"),
        member<&t::environment>("environment"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::shell_call_output>
{
    using t = responses::shell_call_output;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::caller>("caller"),
        member<&t::output>("output"),
        member<&t::status>("status"),
        member<&t::max_output_length>("max_output_length"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::apply_patch_call>
{
    using t = responses::apply_patch_call;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::caller>("caller"),
        member<&t::status>("status", when::not_empty),
        member<&t::operation>("operation"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::apply_patch_call_output>
{
    using t = responses::apply_patch_call_output;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::call_id>("call_id"),
        member<&t::caller>("caller"),
        member<&t::status>("status", when::not_empty),
        member<&t::output>("output"),
        member<&t::created_by>("created_by")};
};

template <>
struct description<responses::mcp_call>
{
    using t = responses::mcp_call;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::server_label>("server_label"),
        member<&t::name>("name"),
        member<&t::arguments>("arguments"),
        member<&t::output>("output"),
        member<&t::error>("error"),
        member<&t::status>("status"),
        member<&t::approval_request_id>("approval_request_id")};
};

template <>
struct description<responses::mcp_list_tools>
{
    using t = responses::mcp_list_tools;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::server_label>("server_label"),
        member<&t::tools>("tools"),
        member<&t::error>("error")};
};

template <>
struct description<responses::mcp_approval_request>
{
    using t = responses::mcp_approval_request;
    static constexpr std::array members = {
        member<&t::id>("id", when::not_empty),
        member<&t::server_label>("server_label"),
        member<&t::name>("name"),
        member<&t::arguments>("arguments")};
};

template <>
struct description<responses::mcp_approval_response>
{
    using t = responses::mcp_approval_response;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::approval_request_id>("approval_request_id"),
        member<&t::approve>("approve"),
        member<&t::reason>("reason")};
};

} // namespace hicap::json

#endif
