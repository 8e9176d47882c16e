#include "emulator/chat_answer.hpp"

#include "emulator/json_instance.hpp"
#include "emulator/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace hicap::emulation {
namespace {

namespace json = boost::json;
using piece_kind = chat_piece::kind;
using choice_kind = chat_tool_choice::kind;

// Small, so that arguments come in several pieces.
constexpr std::size_t code_points_of_argument_token = 6;

bool is_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

// Whether the text holds the name as a word of its own, so that `get` is not found in `get_time`.
bool mentions(std::string_view text, std::string_view name) noexcept
{
    for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
        auto const end = at + name.size();
        if ((at == 0 || !is_name_character(text[at - 1])) &&
            (end == text.size() || !is_name_character(text[end])))
            return true;
    }
    return false;
}

std::vector<chat_tool const*> tools_to_call(chat_request const& request)
{
    std::vector<chat_tool const*> chosen;
    auto const& choice = request.tool_choice;
    if (request.prompt.ends_in_tool_answer || choice.mode == choice_kind::none)
        return chosen;
    for (auto const& tool : request.tools) {
        if (mentions(request.prompt.last_user_text, tool.name))
            chosen.push_back(&tool);
    }
    if (chosen.empty() && choice.mode == choice_kind::required)
        chosen.push_back(&request.tools.front());
    if (chosen.size() > 1 && !choice.parallel)
        chosen.erase(chosen.begin() + 1, chosen.end());
    return chosen;
}

void add_text(chat_choice& choice, piece_kind kind, std::string_view text)
{
    for (auto const token : split_tokens(text))
        choice.pieces.push_back({kind, 0, std::string(token)});
}

// Arguments are an object, whatever the schema leaves open.
std::string arguments_of(chat_tool const& tool, std::string const& topic)
{
    auto value = instance_of(tool.parameters, topic);
    if (!value.is_object())
        value.emplace_object();
    return json::serialize(value);
}

void add_call(chat_choice& choice, chat_tool const& tool, std::string const& topic)
{
    auto const index = choice.calls.size();
    choice.calls.push_back({tool.name, tool.custom});
    choice.pieces.push_back({piece_kind::call_start, index, {}});
    auto const arguments = tool.custom ? topic : arguments_of(tool, topic);
    for (auto const token : split_tokens(arguments, code_points_of_argument_token))
        choice.pieces.push_back({piece_kind::call_arguments, index, std::string(token)});
}

std::string write_content(
    chat_request const& request,
    std::string const& topic,
    std::uint64_t seed,
    std::optional<std::int64_t> text_tokens
)
{
    if (request.format == chat_format::json_schema)
        return json::serialize(instance_of(request.schema, topic));
    auto text = text_tokens
                    ? write_answer_of_length(topic, seed, static_cast<std::size_t>(*text_tokens))
                    : write_answer(topic, seed);
    if (request.format == chat_format::text)
        return text;
    json::object object;
    object["topic"] = topic;
    object["answer"] = text;
    return json::serialize(object);
}

void stop_at_sequence(std::string& text, std::vector<std::string> const& sequences)
{
    auto end = text.size();
    for (auto const& sequence : sequences)
        end = std::min(end, text.find(sequence));
    text.resize(end);
}

} // namespace

std::string chat_choice::text(chat_piece::kind kind, std::size_t call) const
{
    std::string result;
    for (auto const& piece : pieces) {
        if (piece.what == kind && piece.call == call)
            result += piece.text;
    }
    return result;
}

std::size_t chat_choice::count(chat_piece::kind kind) const noexcept
{
    return static_cast<std::size_t>(std::count_if(
        pieces.begin(), pieces.end(), [kind](chat_piece const& piece) { return piece.what == kind; }
    ));
}

chat_choice make_chat_choice(
    chat_request const& request, std::int64_t index, std::optional<std::int64_t> text_tokens
)
{
    chat_choice choice;
    auto const topic = topic_of(request.prompt.last_user_text);
    if (request.thinking)
        add_text(choice, piece_kind::reasoning, write_reasoning(topic));

    auto const tools = tools_to_call(request);
    if (tools.empty()) {
        auto const seed = request.prompt.hash + static_cast<std::uint64_t>(index);
        auto text = write_content(request, topic, seed, text_tokens);
        stop_at_sequence(text, request.stop);
        add_text(choice, piece_kind::content, text);
        choice.finish_reason = "stop";
    } else {
        for (auto const* tool : tools)
            add_call(choice, *tool, topic);
        choice.finish_reason = request.tool_choice.legacy ? "function_call" : "tool_calls";
    }

    if (request.max_tokens &&
        *request.max_tokens < static_cast<std::int64_t>(choice.pieces.size())) {
        choice.pieces.resize(static_cast<std::size_t>(*request.max_tokens));
        choice.calls.resize(choice.count(piece_kind::call_start));
        choice.finish_reason = "length";
    }
    return choice;
}

} // namespace hicap::emulation
