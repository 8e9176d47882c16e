#include "api/chat_assembler.hpp"

#include "json/codec.hpp"
#include "json/object.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

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

/// The whole of an object that a member was told to be.
unknown_members members_of(std::string_view object)
{
    json::object whole;
    static_cast<void>(json::decode(object, whole)); // it has been read before
    return std::move(whole.extra);
}

/// Builds an object of members whose names differ.
class object_builder
{
public:
    void add(std::string_view name, std::string_view json)
    {
        if (text_.size() > 1)
            text_ += ',';
        text_ += raw_json::quoted(name).text();
        text_ += ':';
        text_ += json;
    }

    void add_text(std::string_view name, std::string const& text)
    {
        if (!text.empty())
            add(name, raw_json::quoted(text).text());
    }

    void add(unknown_members const& members)
    {
        members.for_each([this](std::string_view name, std::string_view json) { add(name, json); });
    }

    [[nodiscard]] raw_json take() { return raw_json(std::move(text_) + '}'); }

private:
    std::string text_ = "{";
};

/// What is called, as JSON; `input` is called `name_of_input` there.
template <class Call>
raw_json object_of(Call const& call, std::string_view name_of_input, std::string const& input)
{
    object_builder made;
    made.add_text("name", call.name);
    made.add_text(name_of_input, input);
    made.add(call.extra);
    return made.take();
}

raw_json object_of(chat::function_call const& call)
{
    return object_of(call, "arguments", call.arguments);
}

raw_json object_of(chat::custom_call const& call)
{
    return object_of(call, "input", call.input);
}

bool is_blank(nullable<std::string> const& text)
{
    return !text || text->empty();
}

/// Whether it says anything of what is called.
bool tells(nullable<chat::function_call_delta> const& piece)
{
    return piece && !(is_blank(piece->name) && is_blank(piece->arguments) && piece->extra.empty());
}

bool tells(nullable<chat::custom_call_delta> const& piece)
{
    return piece && !(is_blank(piece->name) && is_blank(piece->input) && piece->extra.empty());
}

bool is_blank(chat::function_call const& call)
{
    return call.name.empty() && call.arguments.empty() && call.extra.empty();
}

bool is_blank(chat::custom_call const& call)
{
    return call.name.empty() && call.input.empty() && call.extra.empty();
}

enum class kind
{
    unsaid,
    function,
    custom,
    other
};

/// What the piece says of its call: its payload, for some servers leave the type out and some send
/// always the same; only a type that is new goes before it.
kind kind_of(chat::tool_call_delta const& piece)
{
    bool const has_type = piece.type && !piece.type->empty();
    bool const of_function = has_type && *piece.type == chat::function_tool_call::tag;
    bool const of_custom = has_type && *piece.type == chat::custom_tool_call::tag;
    if (has_type && !of_function && !of_custom)
        return kind::other;
    if (tells(piece.function) != tells(piece.custom))
        return tells(piece.function) ? kind::function : kind::custom;
    if (piece.function.has_value() != piece.custom.has_value())
        return piece.function ? kind::function : kind::custom;
    if (of_custom)
        return kind::custom;
    return of_function || piece.function ? kind::function : kind::unsaid;
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
    has_usage_ = has_usage_ || chunk.usage.has_value();
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
        at.of_function_call.add(delta.function_call->extra, extra_assembler::texts::replace);
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

/// A tool call that grows, in two places: what a reader finds, and what is known of it besides.
class assembler<chat::chunk>::growing_call
{
public:
    growing_call(chat::tool_call& call, tool_progress& at) noexcept : call_(call), at_(at) {}

    [[nodiscard]] std::string& id()
    {
        if (auto* const function = std::get_if<chat::function_tool_call>(&call_))
            return function->id;
        if (auto* const custom = std::get_if<chat::custom_tool_call>(&call_))
            return custom->id;
        return at_.id;
    }

    void add(chat::tool_call_delta const& piece)
    {
        auto const what = kind_of(piece);
        if (what == kind::other)
            become_unknown(*piece.type);
        else if (what == kind::custom)
            become<chat::custom_tool_call>();
        else if (what == kind::function)
            become<chat::function_tool_call>();
        if (piece.id && !piece.id->empty())
            id() = *piece.id;
        bool const is_function = std::holds_alternative<chat::function_tool_call>(call_);
        bool const is_custom = std::holds_alternative<chat::custom_tool_call>(call_);
        if (piece.function && (is_function || tells(piece.function))) {
            auto& to = function();
            fill(to.name, piece.function->name);
            append(to.arguments, piece.function->arguments);
            at_.of_function.add(piece.function->extra, extra_assembler::texts::replace);
        }
        if (piece.custom && (is_custom || tells(piece.custom))) {
            auto& to = custom();
            fill(to.name, piece.custom->name);
            append(to.input, piece.custom->input);
            at_.of_custom.add(piece.custom->extra, extra_assembler::texts::replace);
        }
        if (!std::holds_alternative<unknown>(call_) || !add_payload(piece.extra))
            at_.extra.add(piece.extra, extra_assembler::texts::replace);
        at_.changed = true;
    }

    /// Writes what grew apart.
    void materialize()
    {
        if (!std::exchange(at_.changed, false))
            return;
        write_payload();
        if (auto* const held = std::get_if<unknown>(&call_)) {
            write(*held);
            return;
        }
        unknown_members others; // the payload of the kind that this is not
        if (at_.function)
            others.set("function", object_of(*at_.function));
        if (at_.custom)
            others.set("custom", object_of(*at_.custom));
        at_.extra.add(others, extra_assembler::texts::replace);
        at_.extra.write_to(extra());
    }

private:
    [[nodiscard]] unknown_members& extra()
    {
        if (auto* const custom = std::get_if<chat::custom_tool_call>(&call_))
            return custom->extra;
        return std::get<chat::function_tool_call>(call_).extra;
    }

    [[nodiscard]] chat::function_call& function()
    {
        if (auto* const held = std::get_if<chat::function_tool_call>(&call_))
            return held->function;
        return at_.function ? *at_.function : at_.function.emplace();
    }

    [[nodiscard]] chat::custom_call& custom()
    {
        if (auto* const held = std::get_if<chat::custom_tool_call>(&call_))
            return held->custom;
        return at_.custom ? *at_.custom : at_.custom.emplace();
    }

    void write_payload()
    {
        if (auto* const held = std::get_if<chat::function_tool_call>(&call_))
            at_.of_function.write_to(held->function.extra);
        else if (at_.function)
            at_.of_function.write_to(at_.function->extra);
        if (auto* const held = std::get_if<chat::custom_tool_call>(&call_))
            at_.of_custom.write_to(held->custom.extra);
        else if (at_.custom)
            at_.of_custom.write_to(at_.custom->extra);
    }

    /// Whether nothing is known of what is called.
    [[nodiscard]] bool has_no_payload() const
    {
        if (auto* const held = std::get_if<chat::function_tool_call>(&call_))
            return is_blank(held->function) && at_.of_function.empty();
        auto const& held = std::get<chat::custom_tool_call>(call_);
        return is_blank(held.custom) && at_.of_custom.empty();
    }

    /// A call without a payload becomes one of this kind; any other stays what it is.
    template <class Kind>
    void become()
    {
        if (std::holds_alternative<Kind>(call_) || std::holds_alternative<unknown>(call_) ||
            at_.function || at_.custom || !has_no_payload())
            return;
        Kind made;
        made.id = std::move(id());
        made.extra = std::move(extra());
        call_ = std::move(made);
    }

    void become_unknown(std::string const& type)
    {
        if (std::holds_alternative<unknown>(call_))
            return;
        at_.extra.write_to(extra());
        at_.members = std::move(extra());
        at_.id = std::move(id());
        if (!has_no_payload()) {
            write_payload();
            if (auto* const function = std::get_if<chat::function_tool_call>(&call_))
                at_.function = std::move(function->function);
            else
                at_.custom = std::move(std::get<chat::custom_tool_call>(call_).custom);
        }
        unknown made;
        made.type = type;
        call_ = std::move(made);
        add_payload(at_.members);
    }

    /// A payload is named as its type, and grows as those that are known; what else comes with it
    /// is told as a whole. False: there is none.
    bool add_payload(unknown_members const& from)
    {
        auto const& type = std::get<unknown>(call_).type;
        auto const payload = from.find(type);
        if (!payload || !payload->starts_with('{'))
            return false;
        at_.of_payload.add(members_of(*payload), extra_assembler::texts::grow);
        at_.has_payload = true;
        unknown_members others = from;
        others.erase(type);
        at_.extra.add(others, extra_assembler::texts::replace);
        return true;
    }

    /// Takes time in proportion to the whole.
    void write(unknown& call)
    {
        at_.extra.write_to(at_.members);
        at_.of_payload.write_to(at_.payload);
        object_builder all;
        all.add_text("id", at_.id);
        all.add_text("type", call.type);
        bool const has_own = at_.has_payload;
        if (at_.function && !(has_own && call.type == "function"))
            all.add("function", object_of(*at_.function).text());
        if (at_.custom && !(has_own && call.type == "custom"))
            all.add("custom", object_of(*at_.custom).text());
        at_.members.for_each([&](std::string_view name, std::string_view value) {
            bool const told = (name == "function" && at_.function) ||
                              (name == "custom" && at_.custom) || (has_own && name == call.type);
            if (!told)
                all.add(name, value);
        });
        if (has_own)
            all.add(call.type, '{' + at_.payload.text() + '}');
        call.json = all.take();
    }

    chat::tool_call& call_;
    tool_progress& at_;
};

void assembler<chat::chunk>::add_tool_call(
    chat::response_message& message, progress& at, chat::tool_call_delta const& piece
)
{
    checked_index(piece.index, "tool call");
    auto position = at.tools.size();
    while (position != 0 && at.tools[position - 1].index != piece.index)
        --position;
    // Some vendors send several calls with the same index: then the id tells them apart.
    bool is_known = position != 0;
    if (is_known && piece.id && !piece.id->empty()) {
        auto const& id =
            growing_call(message.tool_calls[position - 1], at.tools[position - 1]).id();
        is_known = id.empty() || id == *piece.id;
    }
    if (is_known) {
        --position;
    } else {
        position = at.tools.size();
        if (position == static_cast<std::size_t>(max_index))
            throw error(errc::invalid_response, "a message has more than 128 tool calls");
        at.tools.emplace_back().index = piece.index;
        message.tool_calls.emplace_back(chat::function_tool_call{});
    }
    growing_call(message.tool_calls[position], at.tools[position]).add(piece);
}

bool assembler<chat::chunk>::says_nothing(chat::chunk const& chunk, std::string_view name)
{
    if (chunk.usage || chunk.moderation)
        return false;
    return chunk.extra.empty() || names_sign_of_life(name) ||
           names_sign_of_life(chunk.extra.string("type").value_or(""));
}

bool assembler<chat::chunk>::complete() const noexcept
{
    std::size_t finished = 0;
    for (auto const& choice : progress_) {
        if (choice.begun && !choice.finished)
            return false;
        finished += choice.finished ? 1 : 0;
    }
    return finished >= choices_asked_for_ && (has_usage_ || !usage_asked_for_);
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
        if (choice.message.function_call)
            at.of_function_call.write_to(choice.message.function_call->extra);
        for (std::size_t n = 0; n != at.tools.size(); ++n)
            growing_call(choice.message.tool_calls[n], at.tools[n]).materialize();
    }
}

chat::completion assembler<chat::chunk>::take()
{
    materialize();
    return std::move(completion_);
}

} // namespace hicap::detail
