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

/// The kind that a union holds, made where it holds another.
template <class Kind, class Union>
Kind& as(Union& value)
{
    if (auto* const held = std::get_if<Kind>(&value))
        return *held;
    return value.template emplace<Kind>();
}

/// Does to a response what its events say.
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
        auto& text = part<output_text>(event);
        text.text += event.delta;
        if (event.logprobs)
            for (auto const& token : *event.logprobs)
                list_of(text.logprobs).push_back(whole_token(token));
    }

    void operator()(output_text_done const& event) { part<output_text>(event).text = event.text; }

    void operator()(output_text_annotation_added const& event)
    {
        if (event.annotation)
            at(list_of(part<output_text>(event).annotations), event.annotation_index) =
                *event.annotation;
    }

    void operator()(refusal_delta const& event)
    {
        part<refusal_part>(event).refusal += event.delta;
    }

    void operator()(refusal_done const& event)
    {
        part<refusal_part>(event).refusal = event.refusal;
    }

    void operator()(reasoning_text_delta const& event) { thought(event).text += event.delta; }

    void operator()(reasoning_text_done const& event) { thought(event).text = event.text; }

    void operator()(reasoning_summary_part_added const& event)
    {
        at(kind<reasoning>(event).summary, event.summary_index) = event.part;
    }

    void operator()(reasoning_summary_part_done const& event)
    {
        at(kind<reasoning>(event).summary, event.summary_index) = event.part;
    }

    void operator()(reasoning_summary_text_delta const& event)
    {
        summary(event).text += event.delta;
    }

    void operator()(reasoning_summary_text_done const& event) { summary(event).text = event.text; }

    void operator()(function_call_arguments_delta const& event)
    {
        kind<function_call>(event).arguments += event.delta;
    }

    void operator()(function_call_arguments_done const& event)
    {
        auto& call = kind<function_call>(event);
        call.arguments = event.arguments;
        if (event.name)
            call.name = *event.name;
    }

    void operator()(custom_tool_call_input_delta const& event)
    {
        kind<custom_tool_call>(event).input += event.delta;
    }

    void operator()(custom_tool_call_input_done const& event)
    {
        kind<custom_tool_call>(event).input = event.input;
    }

    void operator()(mcp_call_arguments_delta const& event)
    {
        kind<mcp_call>(event).arguments += event.delta;
    }

    void operator()(mcp_call_arguments_done const& event)
    {
        kind<mcp_call>(event).arguments = event.arguments;
    }

    void operator()(code_interpreter_call_code_delta const& event)
    {
        text_of(kind<code_interpreter_call>(event).code) += event.delta;
    }

    void operator()(code_interpreter_call_code_done const& event)
    {
        kind<code_interpreter_call>(event).code = event.code;
    }

    void operator()(shell_call_command_added const& event) { command(event) = event.command; }

    void operator()(shell_call_command_delta const& event) { command(event) += event.delta; }

    void operator()(shell_call_command_done const& event) { command(event) = event.command; }

    void operator()(shell_call_output_content_delta const& event)
    {
        auto& output = at(kind<shell_call_output>(event).output, event.command_index);
        if (event.delta.stdout_text)
            output.stdout_text += *event.delta.stdout_text;
        if (event.delta.stderr_text)
            output.stderr_text += *event.delta.stderr_text;
    }

    void operator()(shell_call_output_content_done const& event)
    {
        kind<shell_call_output>(event).output = event.output;
    }

    void operator()(file_search_call_searching const& event)
    {
        kind<file_search_call>(event).status = item_status::searching;
    }

    void operator()(web_search_call_searching const& event)
    {
        kind<web_search_call>(event).status = item_status::searching;
    }

    void operator()(code_interpreter_call_interpreting const& event)
    {
        kind<code_interpreter_call>(event).status = item_status::interpreting;
    }

    void operator()(image_generation_call_generating const& event)
    {
        kind<image_generation_call>(event).status = item_status::generating;
    }

    void operator()(error_event const& event)
    {
        auto const pick = [&event](auto member, auto inner) -> std::string {
            if (event.*member)
                return *(event.*member);
            return event.error ? ((*event.error).*inner).value_or(std::string()) : std::string();
        };
        api_error::details details;
        details.status = 200;
        if (event.error)
            details.type = event.error->type.value_or(std::string());
        details.code = pick(&error_event::code, &error_detail::code);
        details.message = pick(&error_event::message, &error_detail::message);
        details.param = pick(&error_event::param, &error_detail::param);
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
    Kind& kind(Event const& event)
    {
        return as<Kind>(item(event));
    }

    template <class Event>
    void set_part(Event const& event)
    {
        // Reasoning has parts of its own.
        if (auto const* const text = std::get_if<reasoning_text>(&event.part);
            text != nullptr && std::holds_alternative<reasoning>(item(event)))
            thought(event) = *text;
        else
            at(kind<output_message>(event).content, event.content_index) = event.part;
    }

    template <class Kind, class Event>
    Kind& part(Event const& event)
    {
        return as<Kind>(at(kind<output_message>(event).content, event.content_index));
    }

    template <class Event>
    reasoning_text& thought(Event const& event)
    {
        auto& parts = list_of(kind<reasoning>(event).content);
        return as<reasoning_text>(at(parts, event.content_index));
    }

    template <class Event>
    summary_text& summary(Event const& event)
    {
        return as<summary_text>(at(kind<reasoning>(event).summary, event.summary_index));
    }

    template <class Event>
    std::string& command(Event const& event)
    {
        return at(kind<shell_call>(event).action.commands, event.command_index);
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
