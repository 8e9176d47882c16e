#include "emulator/chat_request.hpp"
#include "emulator/members.hpp"
#include "emulator/refusal.hpp"

#include <algorithm>
#include <string_view>

namespace hicap::emulation {
namespace {

using choice_kind = chat_tool_choice::kind;

constexpr std::size_t max_tools = 128;

json::value parameters_of(members const& function)
{
    (void)function.text("description");
    auto const parameters = function.child("parameters");
    return parameters ? json::value(parameters->object()) : json::value(json::object());
}

chat_tool read_tool(members const& tool)
{
    chat_tool result;
    (void)tool.require_text("type");
    result.custom = *tool.one_of("type", {"function", "custom"}) == "custom";
    auto const details = tool.require_child(result.custom ? "custom" : "function");
    result.name = details.require_name("name");
    if (result.custom) {
        (void)details.text("description");
        if (auto const format = details.child("format")) {
            (void)format->require_text("type");
            if (*format->one_of("type", {"text", "grammar"}) == "grammar") {
                auto const grammar = format->require_child("grammar");
                (void)grammar.require_text("definition");
                (void)grammar.require_text("syntax");
                (void)grammar.one_of("syntax", {"lark", "regex"});
            }
        }
    } else {
        (void)details.boolean("strict");
        result.parameters = parameters_of(details);
    }
    return result;
}

// Keeps only the tools for which `wanted` is true; none left means that `path` names no tool.
template <class Predicate>
void keep(chat_request& request, std::string const& path, Predicate wanted)
{
    std::erase_if(request.tools, [&](chat_tool const& tool) { return !wanted(tool); });
    if (request.tools.empty())
        throw invalid_request("No tool of that name is in 'tools'.", "invalid_value", path);
}

void keep_named(chat_request& request, members const& named, bool custom)
{
    auto const name = named.require_text("name");
    keep(request, named.path_of("name"), [&](chat_tool const& tool) {
        return tool.custom == custom && tool.name == name;
    });
}

std::vector<std::string_view> allowed_names(members const& allowed)
{
    std::vector<std::string_view> names;
    (void)allowed.require("tools");
    auto const& tools = *allowed.array("tools", 1);
    for (std::size_t i = 0; i != tools.size(); ++i) {
        members const tool(tools[i], element_path(allowed.path_of("tools"), i));
        auto const type = tool.require_text("type");
        names.push_back(tool.require_child(type).require_text("name"));
    }
    return names;
}

choice_kind mode_of(std::string_view name) noexcept
{
    if (name == "none")
        return choice_kind::none;
    return name == "required" ? choice_kind::required : choice_kind::automatic;
}

void read_choice_object(members const& choice, chat_request& request)
{
    (void)choice.require_text("type");
    auto const type = *choice.one_of("type", {"function", "custom", "allowed_tools"});
    if (type != "allowed_tools") {
        keep_named(request, choice.require_child(type), type == "custom");
        request.tool_choice.mode = choice_kind::required;
        return;
    }
    auto const allowed = choice.require_child("allowed_tools");
    (void)allowed.require_text("mode");
    request.tool_choice.mode = mode_of(*allowed.one_of("mode", {"auto", "required"}));
    auto const names = allowed_names(allowed);
    keep(request, allowed.path_of("tools"), [&](chat_tool const& tool) {
        return std::find(names.begin(), names.end(), tool.name) != names.end();
    });
}

void read_choice(members const& body, chat_request& request)
{
    auto const* choice = body.find("tool_choice");
    if (choice == nullptr)
        return;
    if (!choice->is_string() && !choice->is_object())
        body.refuse_type("tool_choice", "a string or an object", *choice);
    if (choice->is_string())
        request.tool_choice.mode =
            mode_of(*body.one_of("tool_choice", {"none", "auto", "required"}));
    if (request.tools.empty() && request.tool_choice.mode != choice_kind::none)
        body.refuse_value("tool_choice", "it needs 'tools'");
    if (choice->is_object())
        read_choice_object(members(*choice, "tool_choice"), request);
}

void read_legacy_functions(members const& body, chat_request& request)
{
    auto const* functions = body.array("functions", 1, max_tools);
    auto const* choice = body.find("function_call");
    if (functions == nullptr) {
        if (choice != nullptr)
            body.refuse_value("function_call", "it needs 'functions'");
        return;
    }
    if (!request.tools.empty())
        body.refuse_value("functions", "it cannot be used together with 'tools'");
    request.tool_choice.legacy = true;
    request.tool_choice.parallel = false;
    for (std::size_t i = 0; i != functions->size(); ++i) {
        members const function((*functions)[i], element_path("functions", i));
        chat_tool tool;
        tool.name = function.require_name("name");
        tool.parameters = parameters_of(function);
        request.tools.push_back(std::move(tool));
    }
    if (choice == nullptr)
        return;
    if (choice->is_string()) {
        request.tool_choice.mode = mode_of(*body.one_of("function_call", {"none", "auto"}));
        return;
    }
    if (!choice->is_object())
        body.refuse_type("function_call", "a string or an object", *choice);
    keep_named(request, members(*choice, "function_call"), false);
    request.tool_choice.mode = choice_kind::required;
}

} // namespace

void read_chat_tools(members const& body, chat_request& request)
{
    if (auto const* tools = body.array("tools", 1, max_tools)) {
        for (std::size_t i = 0; i != tools->size(); ++i)
            request.tools.push_back(read_tool(members((*tools)[i], element_path("tools", i))));
    }
    if (auto const parallel = body.boolean("parallel_tool_calls")) {
        if (request.tools.empty())
            body.refuse_value("parallel_tool_calls", "it needs 'tools'");
        request.tool_choice.parallel = *parallel;
    }
    read_choice(body, request);
    read_legacy_functions(body, request);
}

} // namespace hicap::emulation
