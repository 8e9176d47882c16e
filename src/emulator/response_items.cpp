#include "emulator/response_items.hpp"

#include "emulator/base64.hpp"
#include "emulator/png.hpp"
#include "emulator/routing.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace hicap::emulation {
namespace {

namespace json = boost::json;

struct example
{
    std::string_view type;
    std::string_view id_prefix;
    std::string_view members; ///< all but the type and the id
};

constexpr std::array<example, 28> examples = {{
    {"message", "msg_", R"json({
        "role": "assistant", "status": "completed", "phase": "final_answer",
        "content": [
            {"type": "output_text", "text": "See the manual, and the page about harbours.",
             "logprobs": [],
             "annotations": [
                {"type": "file_citation", "file_id": "file-1", "filename": "manual.pdf",
                 "index": 14},
                {"type": "url_citation", "url": "https://example.com/harbours",
                 "title": "Harbours", "start_index": 24, "end_index": 43},
                {"type": "container_file_citation", "container_id": "cntr_1",
                 "file_id": "cfile_1", "filename": "depths.csv", "start_index": 0,
                 "end_index": 3},
                {"type": "file_path", "file_id": "file-2", "index": 43}]},
            {"type": "refusal", "refusal": "I cannot say more about that."}]})json"},
    {"file_search_call", "fs_", R"json({
        "status": "completed", "queries": ["depth of the harbour"],
        "results": [{"file_id": "file-1", "filename": "manual.pdf", "score": 0.75,
                     "text": "The harbour is nine metres deep.",
                     "attributes": {"year": 2021, "public": true, "author": "Ada"}}]})json"},
    {"function_call", "fc_", R"json({
        "status": "completed", "call_id": "call_1", "name": "get_depth",
        "arguments": "{\"place\":\"north pier\",\"metres\":true}"})json"},
    {"function_call_output", "fco_", R"json({
        "status": "completed", "call_id": "call_1", "output": "{\"depth\":9}"})json"},
    {"web_search_call", "ws_", R"json({
        "status": "completed",
        "action": {"type": "search", "query": "harbour depth",
                   "queries": ["harbour depth"],
                   "sources": [{"type": "url", "url": "https://example.com/harbours"}]}})json"},
    {"computer_call", "cu_", R"json({
        "status": "completed", "call_id": "call_2",
        "action": {"type": "click", "button": "left", "x": 120, "y": 48},
        "pending_safety_checks": [{"id": "cu_sc_1", "code": "malicious_instructions",
                                   "message": "Look at it first."}]})json"},
    {"computer_call_output", "cuo_", R"json({
        "status": "completed", "call_id": "call_2",
        "output": {"type": "computer_screenshot", "file_id": "file-3"},
        "acknowledged_safety_checks": [{"id": "cu_sc_1"}]})json"},
    {"reasoning", "rs_", R"json({
        "status": "completed", "encrypted_content": "ZW5jcnlwdGVk",
        "summary": [{"type": "summary_text", "text": "Looking up how deep the harbour is."}],
        "content": [{"type": "reasoning_text", "text": "The pier is in the north."}]})json"},
    {"program", "prog_", R"json({
        "call_id": "call_3", "code": "return depths.max()", "fingerprint": "fpr_1"})json"},
    {"program_output", "progo_", R"json({
        "status": "completed", "call_id": "call_3", "result": "9"})json"},
    {"tool_search_call", "ts_", R"json({
        "status": "completed", "call_id": null, "execution": "server",
        "arguments": {"query": "depth", "limit": 2}})json"},
    {"tool_search_output", "tso_", R"json({
        "status": "completed", "call_id": null, "execution": "server",
        "tools": [{"type": "function", "name": "get_depth", "strict": true,
                   "parameters": {"type": "object", "properties": {}}}]})json"},
    {"additional_tools", "at_", R"json({
        "role": "developer",
        "tools": [{"type": "custom", "name": "log_entry", "format": {"type": "text"}}]})json"},
    {"compaction", "cmp_", R"json({"encrypted_content": "Y29tcGFjdGVk"})json"},
    {"image_generation_call", "ig_", R"json({"status": "completed"})json"},
    {"code_interpreter_call", "ci_", R"json({
        "status": "completed", "container_id": "cntr_1", "code": "print(max(depths))",
        "outputs": [{"type": "logs", "logs": "9\n"},
                    {"type": "image", "url": "https://example.com/plot.png"}]})json"},
    {"local_shell_call", "lsh_", R"json({
        "status": "completed", "call_id": "call_4",
        "action": {"type": "exec", "command": ["ls", "-l"], "env": {"LANG": "C"},
                   "timeout_ms": 1000, "working_directory": "/data", "user": null}})json"},
    {"local_shell_call_output", "lsho_", R"json({
        "status": "completed", "call_id": "call_4",
        "output": "{\"stdout\":\"depths.csv\\n\",\"exit_code\":0}"})json"},
    {"shell_call", "sh_", R"json({
        "status": "completed", "call_id": "call_5", "environment": {"type": "local"},
        "action": {"commands": ["ls -l /data", "sort depths.csv"], "timeout_ms": 1000,
                   "max_output_length": 4096}})json"},
    {"shell_call_output", "sho_", R"json({
        "status": "completed", "call_id": "call_5", "max_output_length": 4096,
        "output": [
            {"stdout": "depths.csv\n", "stderr": "",
             "outcome": {"type": "exit", "exit_code": 0}},
            {"stdout": "", "stderr": "too slow\n", "outcome": {"type": "timeout"}}]})json"},
    {"apply_patch_call", "apc_", R"json({
        "status": "completed", "call_id": "call_6",
        "operation": {"type": "update_file", "path": "depths.csv",
                      "diff": "@@\n-north,8\n+north,9\n"}})json"},
    {"apply_patch_call_output", "apco_", R"json({
        "status": "completed", "call_id": "call_6", "output": "Patched depths.csv"})json"},
    {"mcp_call", "mcp_", R"json({
        "status": "completed", "server_label": "charts", "name": "find_chart",
        "arguments": "{\"region\":\"north\"}", "output": "chart 12", "error": null,
        "approval_request_id": "mcpr_1"})json"},
    {"mcp_list_tools", "mcpl_", R"json({
        "server_label": "charts", "error": null,
        "tools": [{"name": "find_chart", "description": "Finds a chart",
                   "input_schema": {"type": "object",
                                    "properties": {"region": {"type": "string"}}},
                   "annotations": {"readOnlyHint": true}}]})json"},
    {"mcp_approval_request", "mcpr_", R"json({
        "server_label": "charts", "name": "find_chart",
        "arguments": "{\"region\":\"north\"}"})json"},
    {"mcp_approval_response", "mcpa_", R"json({
        "approval_request_id": "mcpr_1", "approve": true, "reason": "It reads only."})json"},
    {"custom_tool_call", "ctc_", R"json({
        "call_id": "call_7", "name": "log_entry", "input": "Nine metres at the north pier."})json"},
    {"custom_tool_call_output", "ctco_", R"json({
        "status": "completed", "call_id": "call_7",
        "output": [{"type": "input_text", "text": "Logged."}]})json"},
}};

example const* find_example(std::string_view type) noexcept
{
    auto const* const found =
        std::find_if(examples.begin(), examples.end(), [type](example const& each) {
            return each.type == type;
        });
    return found == examples.end() ? nullptr : found;
}

} // namespace

std::vector<std::string_view> item_types()
{
    std::vector<std::string_view> result;
    for (auto const& each : examples)
        result.push_back(each.type);
    return result;
}

bool is_item_type(std::string_view type) noexcept
{
    return find_example(type) != nullptr;
}

std::string_view item_id_prefix(std::string_view type) noexcept
{
    return find_example(type)->id_prefix;
}

bool item_has_status(std::string_view type) noexcept
{
    return find_example(type)->members.find("\"status\"") != std::string_view::npos;
}

json::object example_item(std::string_view type, id_source& ids)
{
    auto const& from = *find_example(type);
    json::object item;
    item["id"] = ids.make(from.id_prefix);
    item["type"] = type;
    auto const members = json::parse({from.members.data(), from.members.size()});
    for (auto const& member : members.get_object())
        item[member.key()] = member.value();
    if (type == "image_generation_call")
        item["result"] = encode_base64(draw_png({16, 16, 1, false}));
    return item;
}

} // namespace hicap::emulation
