#include "conformance/bodies.hpp"

#include "json/chat_description.hpp"
#include "json/images_description.hpp"
#include "json/realtime_description.hpp"
#include "json/responses_description.hpp"
#include "json/responses_events_description.hpp"

#include <array>
#include <variant>
#include <vector>

namespace conformance {

namespace chat = hicap::chat;
namespace images = hicap::images;
namespace realtime = hicap::realtime;
namespace responses = hicap::responses;

namespace {

template <class T>
body root(std::string_view schema)
{
    static T object;
    return {schema, &codec::type_of<T>::value, &object};
}

template <class Union>
union_type large(std::string_view name, std::string_view schema)
{
    using variant = codec::detail::variant_base<Union>;
    return {name, schema, &codec::type_of<Union>::value, std::variant_size_v<variant> - 1};
}

} // namespace

std::span<body const> bodies()
{
    static std::array const made = {
        root<chat::completion_request>("CreateChatCompletionRequest"),
        root<chat::completion>("CreateChatCompletionResponse"),
        root<chat::chunk>("CreateChatCompletionStreamResponse"),
        root<chat::stored_message_list>("ChatCompletionMessageList"),
        root<images::generate_request>("CreateImageRequest"),
        root<images::edit_request>("EditImageBodyJsonParam"),
        root<images::result>("ImagesResponse"),
        root<images::event>("ImageGenStreamEvent"),
        root<images::event>("ImageEditStreamEvent"),
        root<responses::request>("CreateResponse"),
        root<responses::response>("Response"),
        root<responses::event>("ResponseStreamEvent"),
        root<responses::item_list>("ResponseItemList"),
        root<realtime::session_request>("RealtimeSessionCreateRequest"),
        root<realtime::session>("RealtimeSessionCreateResponse"),
        root<realtime::transcription_session_request>("RealtimeTranscriptionSessionCreateRequest"),
        root<realtime::transcription_session>("RealtimeTranscriptionSessionCreateResponse"),
    };
    return made;
}

std::span<union_type const> unions()
{
    static std::array const made = {
        large<responses::input_item>("input", "InputItem"),
        large<responses::output_item>("output", "OutputItem"),
        large<responses::listed_item>("listed", "ItemResource"),
        large<responses::tool>("tools", "Tool"),
        large<responses::event>("events", "ResponseStreamEvent"),
    };
    return made;
}

} // namespace conformance
