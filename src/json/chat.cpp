#include "json/chat_description.hpp"

#include <hicap/chat_types.hpp>

namespace hicap::json {

template decode_result decode(std::string_view, chat::completion_request&);
template decode_result decode(std::string_view, chat::completion&);
template decode_result decode(std::string_view, chat::chunk&);
template decode_result decode(std::string_view, chat::tool_call_delta&);
template decode_result decode(std::string_view, chat::stored_message_list&);

template class shaped_decoder<chat::chunk>;

template void encode(chat::completion_request const&, std::string&);
template void encode(chat::completion const&, std::string&);
template void encode(chat::chunk const&, std::string&);
template void encode(chat::stored_message_list const&, std::string&);

template void encode_with(chat::completion_request const&, unknown_members const&, std::string&);

} // namespace hicap::json

namespace hicap::chat {

assistant_message assistant(response_message const& answer)
{
    assistant_message result{
        .content = std::nullopt,
        .refusal = answer.refusal,
        .tool_calls = answer.tool_calls,
        .function_call = answer.function_call,
        .extra = answer.extra,
    };
    if (answer.content)
        result.content = *answer.content;
    else if (answer.content.is_null())
        result.content = null;
    if (answer.audio)
        result.audio = audio_reference{.id = answer.audio->id};
    // What only answers have, and the nulls of those that leave nothing out, no request may hold.
    // Content of another shape, such as parts with signatures, goes back as it came.
    for (auto const& member : json::description<response_message>::members) {
        auto const kept = answer.extra.find(member.name);
        bool const of_answers_alone = member.name == "annotations" || member.name == "audio";
        if (kept && (of_answers_alone || *kept == "null" || *kept == "[]"))
            result.extra.erase(member.name);
    }
    return result;
}

} // namespace hicap::chat
