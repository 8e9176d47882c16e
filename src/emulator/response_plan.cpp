#include "emulator/response_plan.hpp"

#include "emulator/base64.hpp"
#include "emulator/chat_answer.hpp"
#include "emulator/logprobs.hpp"
#include "emulator/response_items.hpp"
#include "emulator/routing.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace hicap::emulation {
namespace {

namespace json = boost::json;
using course = emulator_fault::course;
using piece_kind = chat_piece::kind;

void tell(response_plan& plan, std::string_view type)
{
    plan.steps.push_back({type});
}

void add_event(response_plan& plan, std::string_view type, json::object members)
{
    plan.steps.push_back({type, std::make_shared<json::object const>(std::move(members))});
}

void plan_reasoning(
    response_plan& plan,
    response_request const& request,
    chat_choice const& choice,
    std::string_view status,
    id_source& ids
)
{
    auto const text = choice.text(piece_kind::reasoning);
    json::object item;
    item["id"] = ids.make("rs_");
    item["type"] = "reasoning";
    item["status"] = status;
    item["summary"] = json::array();
    if (request.summarized)
        item["summary"].get_array().push_back(json::object{{"type", "summary_text"}, {"text", text}}
        );
    if (request.encrypted)
        item["encrypted_content"] = encode_base64(text);
    plan_item(plan, item);
    if (!request.summarized) {
        auto const tokens = choice.count(piece_kind::reasoning);
        add_tokens(plan, tokens);
        plan.reasoning_tokens += static_cast<std::int64_t>(tokens);
    }
}

void plan_message(
    response_plan& plan,
    chat_request const& task,
    chat_choice const& choice,
    std::string_view status,
    id_source& ids
)
{
    json::array logprobs;
    if (task.logprobs) {
        for (auto const& piece : choice.pieces) {
            if (piece.what == piece_kind::content)
                logprobs.push_back(logprob_of(piece.text, task.top_logprobs));
        }
    }
    json::object part;
    part["type"] = "output_text";
    part["annotations"] = json::array();
    part["logprobs"] = std::move(logprobs);
    part["text"] = choice.text(piece_kind::content);
    json::object item;
    item["id"] = ids.make("msg_");
    item["type"] = "message";
    item["status"] = status;
    item["role"] = "assistant";
    item["content"] = json::array({std::move(part)});
    plan_item(plan, item);
}

void plan_calls(
    response_plan& plan, chat_choice const& choice, std::string_view last_status, id_source& ids
)
{
    for (std::size_t i = 0; i != choice.calls.size(); ++i) {
        auto const& call = choice.calls[i];
        json::object item;
        item["id"] = ids.make(call.custom ? "ctc_" : "fc_");
        item["type"] = call.custom ? "custom_tool_call" : "function_call";
        item["status"] = i + 1 == choice.calls.size() ? last_status : "completed";
        item["call_id"] = ids.make("call_");
        item["name"] = call.name;
        item[call.custom ? "input" : "arguments"] = choice.text(piece_kind::call_arguments, i);
        plan_item(plan, item);
        add_tokens(plan, 1);
    }
}

// What the model says and calls.
void plan_answer(
    response_plan& plan,
    response_request const& request,
    std::optional<std::int64_t> text_tokens,
    id_source& ids
)
{
    auto const choice = make_chat_choice(request.task, 0, text_tokens);
    auto const is_cut = choice.finish_reason == "length";
    std::string_view const last_status = is_cut ? "incomplete" : "completed";
    auto const reasoning = choice.count(piece_kind::reasoning);
    auto const is_all_reasoning = reasoning != 0 && reasoning == choice.pieces.size();
    if (reasoning != 0)
        plan_reasoning(plan, request, choice, is_all_reasoning ? last_status : "completed", ids);
    if (!choice.calls.empty())
        plan_calls(plan, choice, last_status, ids);
    else if (!is_all_reasoning)
        plan_message(plan, request.task, choice, last_status, ids);
    if (is_cut)
        plan.incomplete_details = json::object{{"reason", "max_output_tokens"}};
}

void plan_audio(response_plan& plan)
{
    add_event(plan, "response.audio.delta", {{"delta", encode_base64("not a sound")}});
    add_event(plan, "response.audio.transcript.delta", {{"delta", "Nine metres."}});
    add_event(plan, "response.audio.done", {});
    add_event(plan, "response.audio.transcript.done", {});
}

// The tools that fail in the life in which everything happens.
void plan_failures(response_plan& plan, id_source& ids)
{
    for (auto const* type : {"mcp_call", "mcp_list_tools"}) {
        auto item = example_item(type, ids);
        auto const is_call = item.contains("status");
        if (is_call) {
            item["status"] = "failed";
            item["output"] = nullptr;
            item["error"] = {{"type", "http_error"}, {"code", 503}, {"message", "Overloaded"}};
        } else {
            item["error"] = "The server 'charts' cannot be reached.";
            item["tools"] = json::array();
        }
        plan_item(plan, item, true);
    }
}

void plan_examples(response_plan& plan, emulator_fault const& fault, id_source& ids)
{
    auto const is_all =
        fault.life == course::all || (fault.items.size() == 1 && fault.items.front() == all_items);
    if (is_all) {
        for (auto const type : item_types())
            plan_item(plan, example_item(type, ids));
    } else {
        for (auto const& type : fault.items)
            plan_item(plan, example_item(type, ids));
    }
}

json::object error_of(emulator_fault const& fault)
{
    json::object error;
    error["code"] = fault.code.empty() ? "server_error" : fault.code;
    error["message"] = "This failure was asked for.";
    return error;
}

// It comes to nothing after the first half of its events.
void plan_failure(response_plan& plan, emulator_fault const& fault, std::size_t beginning)
{
    auto const half = beginning + (plan.steps.size() - beginning) / 2;
    plan.steps.resize(half);
    plan.error = error_of(fault);
    if (fault.life == course::failed) {
        tell(plan, "response.failed");
        return;
    }
    auto members = plan.error.get_object();
    members["param"] = nullptr;
    add_event(plan, "error", std::move(members));
}

void set_ticks(response_plan& plan, bool background)
{
    std::uint64_t tick = 0;
    for (auto& step : plan.steps) {
        // Work in the background begins after a while, that of one token.
        if (background && step.type == "response.in_progress")
            ++tick;
        tick += step.tokens;
        step.tick = tick;
    }
}

} // namespace

response_plan
plan_response(response_request const& request, emulator_fault const& fault, id_source& ids)
{
    constexpr std::int64_t tokens_before_filter = 3;

    response_plan plan;
    plan.endless = fault.life == course::queued || fault.life == course::in_progress;
    tell(plan, "response.created");
    if (request.background || fault.life == course::all)
        tell(plan, "response.queued");
    if (fault.life != course::queued)
        tell(plan, "response.in_progress");
    if (!plan.endless) {
        auto const beginning = plan.steps.size();
        auto const is_filtered = fault.life == course::incomplete;
        plan_examples(plan, fault, ids);
        if (fault.life == course::all) {
            plan_failures(plan, ids);
            plan_audio(plan);
        }
        if (is_filtered) {
            auto cut = request;
            cut.task.max_tokens = tokens_before_filter;
            plan_answer(plan, cut, fault.tokens, ids);
            plan.incomplete_details = json::object{{"reason", "content_filter"}};
        } else {
            plan_answer(plan, request, fault.tokens, ids);
        }
        if (fault.life == course::failed || fault.life == course::error)
            plan_failure(plan, fault, beginning);
        else if (!plan.incomplete_details.is_null())
            tell(plan, "response.incomplete");
        else
            tell(plan, "response.completed");
    }
    set_ticks(plan, request.background);
    return plan;
}

} // namespace hicap::emulation
