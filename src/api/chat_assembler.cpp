#include "api/chat_assembler.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <cstddef>

namespace hicap::detail {
namespace {

// The API allows 128 choices, and 128 functions to call.
constexpr std::int64_t max_index = 128;

std::size_t checked_index(std::int64_t index, char const* what)
{
    if (index < 0 || index >= max_index) {
        throw error(
            errc::invalid_response,
            "a chunk has the " + std::string(what) + " index " + std::to_string(index) +
                ", which is not in 0.." + std::to_string(max_index - 1)
        );
    }
    return static_cast<std::size_t>(index);
}

/// `text` and `piece` may be absent or null; a null alone is kept as one.
void append(nullable<std::string>& text, nullable<std::string> const& piece)
{
    if (!piece.has_value()) {
        if (text.is_absent())
            text = piece;
        return;
    }
    if (text.has_value())
        text->append(*piece);
    else
        text = *piece;
}

void append(
    nullable<std::vector<chat::token_logprob>>& list,
    nullable<std::vector<chat::token_logprob>> const& piece
)
{
    if (!list.has_value())
        list = piece;
    else if (piece.has_value())
        list->insert(list->end(), piece->begin(), piece->end());
}

void append(nullable<chat::choice_logprobs>& all, nullable<chat::choice_logprobs> const& piece)
{
    if (!all.has_value()) {
        if (piece.has_value() || all.is_absent())
            all = piece;
    } else if (piece.has_value()) {
        append(all->content, piece->content);
        append(all->refusal, piece->refusal);
    }
}

void append(std::string& text, nullable<std::string> const& piece)
{
    if (piece)
        text += *piece;
}

/// What comes once.
void fill(std::string& text, nullable<std::string> const& piece)
{
    if (piece && text.empty())
        text = *piece;
}

void append(nullable<chat::audio_output>& all, nullable<chat::audio_delta> const& piece)
{
    if (!piece) {
        if (all.is_absent() && piece.is_null())
            all = null;
        return;
    }
    auto& sound = all ? *all : all.emplace();
    fill(sound.id, piece->id);
    append(sound.data, piece->data);
    append(sound.transcript, piece->transcript);
    if (piece->expires_at)
        sound.expires_at = *piece->expires_at;
}

std::string& id_of(chat::tool_call& call)
{
    if (auto* const custom = std::get_if<chat::custom_tool_call>(&call))
        return custom->id;
    return std::get<chat::function_tool_call>(call).id; // nothing else is made here
}

unknown_members& extra_of(chat::tool_call& call)
{
    if (auto* const custom = std::get_if<chat::custom_tool_call>(&call))
        return custom->extra;
    return std::get<chat::function_tool_call>(call).extra;
}

bool has_new_type(chat::tool_call_delta const& piece)
{
    return piece.type && !piece.type->empty() && *piece.type != chat::function_tool_call::tag &&
           *piece.type != chat::custom_tool_call::tag;
}

/// Whether the call is one of a custom tool: some servers leave the type out.
bool is_custom(chat::tool_call_delta const& piece)
{
    return piece.type && !piece.type->empty() ? *piece.type == chat::custom_tool_call::tag
                                              : piece.custom.has_value();
}

/// Makes it the call of a custom tool, unless a function has been named.
void turn_custom(chat::tool_call& call)
{
    auto* const function = std::get_if<chat::function_tool_call>(&call);
    if (function == nullptr || !function->function.name.empty() ||
        !function->function.arguments.empty())
        return;
    chat::custom_tool_call made;
    made.id = std::move(function->id);
    made.extra = std::move(function->extra);
    call = std::move(made);
}

template <class T>
void replace(nullable<T>& value, nullable<T> const& newer)
{
    if (newer.has_value() || value.is_absent())
        value = newer;
}

} // namespace

void assembler<chat::chunk>::add(chat::chunk const& chunk, bool assemble)
{
    for (auto const& from : chunk.choices) {
        auto const index = checked_index(from.index, "choice");
        if (index >= progress_.size())
            progress_.resize(index + 1);
        auto& at = progress_[index];
        at.begun = true;
        at.finished = at.finished || (from.finish_reason && !from.finish_reason->empty());
        if (!assemble)
            continue;
        while (completion_.choices.size() < progress_.size()) {
            auto const next = static_cast<std::int64_t>(completion_.choices.size());
            completion_.choices.emplace_back().index = next;
        }
        auto& to = completion_.choices[index];
        add_delta(to.message, at, from.delta);
        append(to.logprobs, from.logprobs);
        if (from.finish_reason)
            to.finish_reason = *from.finish_reason;
        at.of_choice.add(from.extra, extra_assembler::texts::replace);
    }
    if (!assemble)
        return;
    // The first chunk of some gateways is only an announcement without them.
    if (completion_.id.empty())
        completion_.id = chunk.id;
    if (completion_.model.empty())
        completion_.model = chunk.model;
    if (completion_.created == 0)
        completion_.created = chunk.created;
    if (chunk.usage)
        completion_.usage = chunk.usage;
    if (chunk.moderation)
        completion_.moderation = chunk.moderation;
    if (!(completion_.service_tier == chunk.service_tier))
        replace(completion_.service_tier, chunk.service_tier);
    if (!(completion_.system_fingerprint == chunk.system_fingerprint))
        replace(completion_.system_fingerprint, chunk.system_fingerprint);
    of_chunk_.add(chunk.extra, extra_assembler::texts::replace);
}

void assembler<chat::chunk>::add_delta(
    chat::response_message& message, progress& at, chat::delta const& delta
)
{
    if (delta.role && message.role.empty())
        message.role = *delta.role;
    append(message.content, delta.content);
    append(message.refusal, delta.refusal);
    for (auto const& piece : delta.tool_calls)
        add_tool_call(message, at, piece);
    if (delta.function_call) {
        auto& call =
            message.function_call ? *message.function_call : message.function_call.emplace();
        call.name += delta.function_call->name.value_or("");
        call.arguments += delta.function_call->arguments.value_or("");
    }
    message.annotations.insert(
        message.annotations.end(), delta.annotations.begin(), delta.annotations.end()
    );
    append(message.audio, delta.audio);
    if (delta.audio)
        at.of_audio.add(delta.audio->extra, extra_assembler::texts::replace);
    // Members that other vendors add.
    at.of_delta.add(delta.extra, extra_assembler::texts::grow);
}

void assembler<chat::chunk>::add_tool_call(
    chat::response_message& message, progress& at, chat::tool_call_delta const& piece
)
{
    checked_index(piece.index, "tool call");
    auto position = at.tools.size();
    while (position != 0 && at.tools[position - 1].index != piece.index)
        --position;
    // Some vendors send several calls with the same index: then the id tells them apart.
    bool const has_id = piece.id && !piece.id->empty();
    bool is_known = position != 0;
    if (is_known && has_id) {
        auto const& id = id_of(message.tool_calls[position - 1]);
        is_known = id.empty() || id == *piece.id;
    }
    if (is_known) {
        --position;
    } else {
        position = at.tools.size();
        if (position == static_cast<std::size_t>(max_index))
            throw error(errc::invalid_response, "a message has more than 128 tool calls");
        at.tools.push_back({piece.index, {}});
        message.tool_calls.emplace_back(chat::function_tool_call{});
    }
    auto& call = message.tool_calls[position];
    if (has_new_type(piece)) {
        unknown_members kept;
        kept.set("type", raw_json::quoted(*piece.type));
        at.tools[position].extra.add(kept, extra_assembler::texts::replace);
    }
    if (is_custom(piece))
        turn_custom(call);
    if (has_id)
        id_of(call) = *piece.id;
    if (auto* const custom = std::get_if<chat::custom_tool_call>(&call)) {
        if (piece.custom) {
            fill(custom->custom.name, piece.custom->name);
            append(custom->custom.input, piece.custom->input);
        }
    } else if (piece.function) {
        auto& function = std::get<chat::function_tool_call>(call).function;
        fill(function.name, piece.function->name);
        append(function.arguments, piece.function->arguments);
    }
    at.tools[position].extra.add(piece.extra, extra_assembler::texts::replace);
}

bool assembler<chat::chunk>::complete() const noexcept
{
    bool any = false;
    for (auto const& choice : progress_) {
        if (choice.begun && !choice.finished)
            return false;
        any = any || choice.begun;
    }
    return any;
}

chat::completion const& assembler<chat::chunk>::get()
{
    materialize();
    return completion_;
}

/// Writes what grew apart to where a reader finds it.
void assembler<chat::chunk>::materialize()
{
    of_chunk_.write_to(completion_.extra);
    for (std::size_t i = 0; i != completion_.choices.size() && i != progress_.size(); ++i) {
        auto& choice = completion_.choices[i];
        auto& at = progress_[i];
        at.of_choice.write_to(choice.extra);
        at.of_delta.write_to(choice.message.extra);
        if (choice.message.audio)
            at.of_audio.write_to(choice.message.audio->extra);
        for (std::size_t n = 0; n != at.tools.size(); ++n)
            at.tools[n].extra.write_to(extra_of(choice.message.tool_calls[n]));
    }
}

chat::completion assembler<chat::chunk>::take()
{
    materialize();
    return std::move(completion_);
}

} // namespace hicap::detail
