#include "emulator/member_rules.hpp"
#include "emulator/members.hpp"
#include "emulator/refusal.hpp"
#include "emulator/response_request.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace hicap::emulation {
namespace {

using choice_kind = chat_tool_choice::kind;
using kind = member_rule::kind;

constexpr std::size_t max_tools = 128;

constexpr std::array<object_rule, 19> tool_rules = {{
    {"function", {{{"name", kind::name}}}},
    {"file_search", {{{"vector_store_ids", kind::array}}}},
    {"computer_use_preview",
     {{{"environment", kind::text},
       {"display_width", kind::integer},
       {"display_height", kind::integer}}}},
    {"web_search", {}},
    {"web_search_2025_08_26", {}},
    {"web_search_preview", {}},
    {"web_search_preview_2025_03_11", {}},
    {"mcp", {{{"server_label", kind::text}}}},
    {"code_interpreter", {{{"container", kind::text_or_object}}}},
    {"image_generation", {}},
    {"shell", {}},
    {"custom", {{{"name", kind::name}}}},
    {"namespace", {{{"name", kind::text}, {"description", kind::text}, {"tools", kind::array}}}},
    {"tool_search", {}},
    {"apply_patch", {}},
    {"computer", {}},
    {"computer_use", {}},
    {"programmatic_tool_calling", {}},
    {"local_shell", {}},
}};

void read_function(members const& tool, json::object& echo, chat_request& task)
{
    chat_tool result;
    result.name = tool.require_name("name");
    (void)tool.text("description");
    auto const parameters = tool.child("parameters");
    result.parameters = parameters ? parameters->object() : json::object();
    if (!tool.boolean("strict"))
        echo["strict"] = true;
    task.tools.push_back(std::move(result));
}

void read_custom(members const& tool, chat_request& task)
{
    chat_tool result;
    result.custom = true;
    result.name = tool.require_name("name");
    (void)tool.text("description");
    if (auto const format = tool.child("format")) {
        (void)format->require_text("type");
        if (*format->one_of("type", {"text", "grammar"}) == "grammar") {
            (void)format->require_text("definition");
            (void)format->require_text("syntax");
            (void)format->one_of("syntax", {"lark", "regex"});
        }
    }
    task.tools.push_back(std::move(result));
}

void read_mcp(members const& tool)
{
    auto const is_reachable =
        tool.text("server_url") || tool.text("connector_id") || tool.text("tunnel_id");
    if (!is_reachable)
        tool.refuse_value(
            "server_url", "one of 'server_url', 'connector_id' and 'tunnel_id' is needed"
        );
}

void read_image_generation(members const& tool)
{
    (void)tool.integer("partial_images", 0, 3);
    (void)tool.integer("output_compression", 0, 100);
    (void)tool.one_of("output_format", {"png", "webp", "jpeg"});
    (void)tool.one_of("quality", {"low", "medium", "high", "auto"});
    (void)tool.one_of("background", {"transparent", "opaque", "auto"});
}

void read_tool(members const& tool, json::object& echo, chat_request& task)
{
    auto const type = check_by_type(tool, tool_rules);
    if (type == "function")
        read_function(tool, echo, task);
    else if (type == "custom")
        read_custom(tool, task);
    else if (type == "mcp")
        read_mcp(tool);
    else if (type == "image_generation")
        read_image_generation(tool);
}

// Keeps only the tools for which `wanted` is true.
template <class Predicate>
void keep(chat_request& task, Predicate wanted)
{
    std::erase_if(task.tools, [&](chat_tool const& tool) { return !wanted(tool); });
}

bool has_tool_of_type(members const& body, std::string_view type)
{
    auto const* tools = body.array("tools");
    return tools != nullptr && std::any_of(tools->begin(), tools->end(), [&](auto const& tool) {
               auto const& own = tool.at("type").get_string();
               return std::string_view(own.data(), own.size()).starts_with(type);
           });
}

void read_allowed_tools(members const& choice, chat_request& task)
{
    (void)choice.require_text("mode");
    if (*choice.one_of("mode", {"auto", "required"}) == "required")
        task.tool_choice.mode = choice_kind::required;
    (void)choice.require("tools");
    auto const& tools = *choice.array("tools", 1);
    std::vector<std::string> names;
    for (std::size_t i = 0; i != tools.size(); ++i) {
        members const tool(tools[i], element_path(choice.path_of("tools"), i));
        (void)tool.require_text("type");
        names.emplace_back(tool.text("name").value_or(""));
    }
    keep(task, [&](chat_tool const& tool) {
        return std::find(names.begin(), names.end(), tool.name) != names.end();
    });
}

void read_choice_object(members const& body, members const& choice, chat_request& task)
{
    auto const type = choice.require_text("type");
    if (type == "allowed_tools") {
        read_allowed_tools(choice, task);
        return;
    }
    if (!has_tool_of_type(body, type))
        choice.refuse_value("type", "no tool of this type is in 'tools'");
    task.tool_choice.mode = choice_kind::required;
    auto const is_custom = type == "custom";
    if (type != "function" && !is_custom) {
        task.tools.clear();
        return;
    }
    auto const name = choice.require_text("name");
    keep(task, [&](chat_tool const& tool) {
        return tool.custom == is_custom && tool.name == name;
    });
    if (task.tools.empty())
        choice.refuse_value("name", "no tool of that name is in 'tools'");
}

void read_choice(members const& body, chat_request& task)
{
    auto const* choice = body.find("tool_choice");
    if (choice == nullptr)
        return;
    if (choice->is_object()) {
        read_choice_object(body, members(*choice, "tool_choice"), task);
    } else if (choice->is_string()) {
        auto const mode = *body.one_of("tool_choice", {"none", "auto", "required"});
        if (mode == "required" && body.find("tools") == nullptr)
            body.refuse_value("tool_choice", "it needs 'tools'");
        if (mode != "auto")
            task.tool_choice.mode = mode == "none" ? choice_kind::none : choice_kind::required;
    } else {
        body.refuse_type("tool_choice", "a string or an object", *choice);
    }
}

} // namespace

void read_response_tools(members const& body, response_request& request)
{
    json::array echo;
    if (auto const* tools = body.array("tools", 0, max_tools)) {
        echo = *tools;
        for (std::size_t i = 0; i != tools->size(); ++i) {
            members const tool((*tools)[i], element_path("tools", i));
            read_tool(tool, echo[i].get_object(), request.task);
        }
    }
    request.task.tool_choice.parallel = body.boolean("parallel_tool_calls").value_or(true);
    read_choice(body, request.task);
    // Of the tools that run at the API none is called here, so there may be none to choose from.
    if (request.task.tools.empty())
        request.task.tool_choice.mode = choice_kind::none;
    request.echo["tools"] = std::move(echo);
}

} // namespace hicap::emulation
