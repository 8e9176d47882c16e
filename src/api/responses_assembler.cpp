#include "api/responses_assembler.hpp"

#include <hicap/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hicap::detail {
namespace {

using namespace hicap::responses;

// No response has more of anything.
constexpr std::int64_t max_index = 100'000;

// Of all that may be left out before what comes: a stream that is resumed begins in the midst.
constexpr std::size_t max_skipped = 1'024;

/// `told` takes the place of `whole`. Later ones repeat how a response began, without its items,
/// and some gateways leave out those that the events have told.
void replace(response& whole, response told)
{
    if (told.output.empty())
        told.output = std::move(whole.output);
    whole = std::move(told);
}

template <class T>
std::vector<T>& list_of(nullable<std::vector<T>>& list)
{
    return list ? *list : list.emplace();
}

bool is_blank(output_message const& item)
{
    return item.id.empty() && item.content.empty() && !item.status && item.extra.empty();
}

bool is_blank(output_text const& part)
{
    return part.text.empty() && part.annotations.is_absent() && part.logprobs.is_absent() &&
           part.extra.empty();
}

bool is_blank(reasoning_text const& part)
{
    return part.text.empty() && part.extra.empty();
}

bool is_blank(summary_text const& part)
{
    return part.text.empty() && part.extra.empty();
}

/// The kind that a union holds, made where nothing has been said of it yet; null where it holds
/// another.
template <class Kind, class Union>
Kind* as(Union& value)
{
    if (auto* const held = std::get_if<Kind>(&value))
        return held;
    auto const* const first = std::get_if<0>(&value); // what `at` makes
    return first != nullptr && is_blank(*first) ? &value.template emplace<Kind>() : nullptr;
}

/// Does to a response what its events say. What comes for a thing of another kind is left out: the
/// thing comes whole in the end.
class changes
{
public:
    /// `skipped` counts the elements that had to be made for those behind them.
    changes(response& whole, std::size_t& skipped) noexcept : whole_(whole), skipped_(skipped) {}

    void operator()(created const& event) { replace(whole_, event.response); }

    void operator()(queued const& event) { replace(whole_, event.response); }

    void operator()(in_progress const& event) { replace(whole_, event.response); }

    void operator()(completed const& event) { replace(whole_, event.response); }

    void operator()(failed const& event) { replace(whole_, event.response); }

    void operator()(incomplete const& event) { replace(whole_, event.response); }

    void operator()(output_item_added const& event) { item(event) = event.item; }

    void operator()(output_item_done const& event) { item(event) = event.item; }

    void operator()(content_part_added const& event) { set_part(event); }

    void operator()(content_part_done const& event) { set_part(event); }

    void operator()(output_text_delta const& event)
    {
        auto* const text = part<output_text>(event);
        if (text == nullptr)
            return;
        text->text += event.delta;
        if (event.logprobs)
            for (auto const& token : *event.logprobs)
                list_of(text->logprobs).push_back(whole_token(token));
    }

    void operator()(output_text_done const& event)
    {
        if (auto* const text = part<output_text>(event))
            text->text = event.text;
    }

    void operator()(output_text_annotation_added const& event)
    {
        auto* const text = part<output_text>(event);
        if (text != nullptr && event.annotation)
            at(list_of(text->annotations), event.annotation_index) = *event.annotation;
    }

    void operator()(refusal_delta const& event)
    {
        if (auto* const said = part<refusal_part>(event))
            said->refusal += event.delta;
    }

    void operator()(refusal_done const& event)
    {
        if (auto* const said = part<refusal_part>(event))
            said->refusal = event.refusal;
    }

    void operator()(reasoning_text_delta const& event)
    {
        if (auto* const text = thought(event))
            text->text += event.delta;
    }

    void operator()(reasoning_text_done const& event)
    {
        if (auto* const text = thought(event))
            text->text = event.text;
    }

    void operator()(reasoning_summary_part_added const& event) { set_summary(event); }

    void operator()(reasoning_summary_part_done const& event) { set_summary(event); }

    void operator()(reasoning_summary_text_delta const& event)
    {
        if (auto* const text = summary(event))
            text->text += event.delta;
    }

    void operator()(reasoning_summary_text_done const& event)
    {
        if (auto* const text = summary(event))
            text->text = event.text;
    }

    void operator()(function_call_arguments_delta const& event)
    {
        if (auto* const call = kind<function_call>(event))
            call->arguments += event.delta;
    }

    void operator()(function_call_arguments_done const& event)
    {
        auto* const call = kind<function_call>(event);
        if (call == nullptr)
            return;
        call->arguments = event.arguments;
        if (event.name)
            call->name = *event.name;
    }

    void operator()(custom_tool_call_input_delta const& event)
    {
        if (auto* const call = kind<custom_tool_call>(event))
            call->input += event.delta;
    }

    void operator()(custom_tool_call_input_done const& event)
    {
        if (auto* const call = kind<custom_tool_call>(event))
            call->input = event.input;
    }

    void operator()(mcp_call_arguments_delta const& event)
    {
        if (auto* const call = kind<mcp_call>(event))
            call->arguments += event.delta;
    }

    void operator()(mcp_call_arguments_done const& event)
    {
        if (auto* const call = kind<mcp_call>(event))
            call->arguments = event.arguments;
    }

    void operator()(code_interpreter_call_code_delta const& event)
    {
        if (auto* const call = kind<code_interpreter_call>(event))
            text_of(call->code) += event.delta;
    }

    void operator()(code_interpreter_call_code_done const& event)
    {
        if (auto* const call = kind<code_interpreter_call>(event))
            call->code = event.code;
    }

    void operator()(shell_call_command_added const& event)
    {
        if (auto* const text = command(event))
            *text = event.command;
    }

    void operator()(shell_call_command_delta const& event)
    {
        if (auto* const text = command(event))
            *text += event.delta;
    }

    void operator()(shell_call_command_done const& event)
    {
        if (auto* const text = command(event))
            *text = event.command;
    }

    void operator()(shell_call_output_content_delta const& event)
    {
        auto* const call = kind<shell_call_output>(event);
        if (call == nullptr)
            return;
        auto& output = at(call->output, event.command_index);
        if (event.delta.stdout_text)
            output.stdout_text += *event.delta.stdout_text;
        if (event.delta.stderr_text)
            output.stderr_text += *event.delta.stderr_text;
    }

    void operator()(shell_call_output_content_done const& event)
    {
        if (auto* const call = kind<shell_call_output>(event))
            call->output = event.output;
    }

    void operator()(file_search_call_searching const& event)
    {
        if (auto* const call = kind<file_search_call>(event))
            call->status = item_status::searching;
    }

    void operator()(web_search_call_searching const& event)
    {
        if (auto* const call = kind<web_search_call>(event))
            call->status = item_status::searching;
    }

    void operator()(code_interpreter_call_interpreting const& event)
    {
        if (auto* const call = kind<code_interpreter_call>(event))
            call->status = item_status::interpreting;
    }

    void operator()(image_generation_call_generating const& event)
    {
        if (auto* const call = kind<image_generation_call>(event))
            call->status = item_status::generating;
    }

    /// Of those that say what is wrong, none comes here.
    void operator()(error_event const&)
    {
        api_error::details details;
        details.status = 200;
        throw api_error(std::move(details));
    }

    /// What says nothing that its item does not say in the end.
    template <class Event>
    void operator()(Event const&) noexcept
    {}

private:
    /// The element of that index, made where it is missing.
    template <class T>
    T& at(std::vector<T>& list, std::int64_t index)
    {
        if (index < 0 || index > max_index) {
            throw error(
                errc::invalid_response,
                "an event has the index " + std::to_string(index) + ", which is not in 0.." +
                    std::to_string(max_index)
            );
        }
        auto const place = static_cast<std::size_t>(index);
        if (place < list.size())
            return list[place];
        auto const gap = place - list.size();
        if (gap > max_skipped - skipped_) {
            throw error(
                errc::invalid_response,
                "an event has the index " + std::to_string(index) + ", and " + std::to_string(gap) +
                    " before it are missing: no more than " + std::to_string(max_skipped) +
                    " may be in a stream"
            );
        }
        skipped_ += gap;
        list.resize(place + 1);
        return list[place];
    }

    template <class Event>
    output_item& item(Event const& event)
    {
        return at(whole_.output, event.output_index);
    }

    template <class Kind, class Event>
    Kind* kind(Event const& event)
    {
        return as<Kind>(item(event));
    }

    template <class Event>
    void set_part(Event const& event)
    {
        // Reasoning has parts of its own.
        auto const* const told = std::get_if<reasoning_text>(&event.part);
        if (told != nullptr && kind<reasoning>(event) != nullptr) {
            if (auto* const text = thought(event))
                *text = *told;
        } else if (auto* const message = kind<output_message>(event)) {
            at(message->content, event.content_index) = event.part;
        }
    }

    template <class Event>
    void set_summary(Event const& event)
    {
        if (auto* const thoughts = kind<reasoning>(event))
            at(thoughts->summary, event.summary_index) = event.part;
    }

    template <class Kind, class Event>
    Kind* part(Event const& event)
    {
        auto* const message = kind<output_message>(event);
        return message ? as<Kind>(at(message->content, event.content_index)) : nullptr;
    }

    template <class Event>
    reasoning_text* thought(Event const& event)
    {
        auto* const thoughts = kind<reasoning>(event);
        if (thoughts == nullptr)
            return nullptr;
        return as<reasoning_text>(at(list_of(thoughts->content), event.content_index));
    }

    template <class Event>
    summary_text* summary(Event const& event)
    {
        auto* const thoughts = kind<reasoning>(event);
        return thoughts ? as<summary_text>(at(thoughts->summary, event.summary_index)) : nullptr;
    }

    template <class Event>
    std::string* command(Event const& event)
    {
        auto* const call = kind<shell_call>(event);
        return call ? &at(call->action.commands, event.command_index) : nullptr;
    }

    static std::string& text_of(nullable<std::string>& text)
    {
        return text ? *text : text.emplace();
    }

    static token_logprob whole_token(delta_logprob const& told)
    {
        token_logprob made;
        made.token = told.token;
        made.logprob = told.logprob;
        made.extra = told.extra;
        if (told.top_logprobs) {
            for (auto const& other : *told.top_logprobs) {
                auto& to = made.top_logprobs.emplace_back();
                to.token = other.token.value_or(std::string());
                to.logprob = other.logprob.value_or(0.0);
                to.extra = other.extra;
            }
        }
        return made;
    }

    response& whole_;
    std::size_t& skipped_;
};

} // namespace

void assembler<responses::event>::adopt(responses::response whole)
{
    replace(response_, std::move(whole));
}

void assembler<responses::event>::add(responses::event const& event, bool assemble)
{
    // A response may go on that an error has cut off from its caller.
    ended_ = event.terminal() && !std::holds_alternative<error_event>(event);
    if (assemble || std::holds_alternative<error_event>(event))
        std::visit(changes(response_, skipped_), event);
}

} // namespace hicap::detail
