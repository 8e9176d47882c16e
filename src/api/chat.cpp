#include "api/chat_assembler.hpp"
#include "api/operation.hpp"
#include "api/page_source.hpp"
#include "http/url.hpp"
#include "json/codec.hpp"
#include "json/object.hpp"

#include <hicap/chat.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace hicap {

template class stream<chat::chunk>;
template class text_stream<chat::chunk>;
template class pages<chat::stored_message>;

namespace chat {
namespace {

using detail::client_core;

constexpr std::string_view path = "/chat/completions";

tool_call_delta as_delta(function_tool_call const& call)
{
    tool_call_delta made;
    made.id = call.id;
    made.type = std::string(function_tool_call::tag);
    auto& inner = made.function.emplace();
    inner.name = call.function.name;
    inner.arguments = call.function.arguments;
    inner.extra = call.function.extra;
    made.extra = call.extra;
    return made;
}

tool_call_delta as_delta(custom_tool_call const& call)
{
    tool_call_delta made;
    made.id = call.id;
    made.type = std::string(custom_tool_call::tag);
    auto& inner = made.custom.emplace();
    inner.name = call.custom.name;
    inner.input = call.custom.input;
    inner.extra = call.custom.extra;
    made.extra = call.extra;
    return made;
}

/// Its members are all there, by their names.
tool_call_delta as_delta(unknown const& call)
{
    tool_call_delta made;
    static_cast<void>(json::decode(call.json.text(), made));
    return made;
}

/// The chunk that says what a whole completion says, but for what chunks have no place for.
chunk as_chunk(completion const& whole)
{
    chunk made;
    made.id = whole.id;
    made.created = whole.created;
    made.model = whole.model;
    made.usage = whole.usage;
    made.service_tier = whole.service_tier;
    made.system_fingerprint = whole.system_fingerprint;
    made.moderation = whole.moderation;
    made.extra = whole.extra;
    for (auto const& from : whole.choices) {
        auto& to = made.choices.emplace_back();
        auto const& message = from.message;
        to.index = from.index;
        to.finish_reason = from.finish_reason;
        to.logprobs = from.logprobs;
        to.extra = from.extra;
        to.delta.role = message.role;
        to.delta.content = message.content;
        to.delta.refusal = message.refusal;
        to.delta.extra = message.extra;
        if (message.function_call) {
            auto& call = to.delta.function_call.emplace();
            call.name = message.function_call->name;
            call.arguments = message.function_call->arguments;
            call.extra = message.function_call->extra;
        }
        to.delta.annotations = message.annotations;
        if (message.audio) {
            auto& sound = to.delta.audio.emplace();
            sound.id = message.audio->id;
            sound.expires_at = message.audio->expires_at;
            sound.data = message.audio->data;
            sound.transcript = message.audio->transcript;
            sound.extra = message.audio->extra;
        }
        for (auto const& call : message.tool_calls) {
            auto piece = std::visit([](auto const& one) { return as_delta(one); }, call);
            piece.index = static_cast<std::int64_t>(to.delta.tool_calls.size());
            to.delta.tool_calls.push_back(std::move(piece));
        }
    }
    return made;
}

// Of a short request; a longer one has its memory in fewer steps.
constexpr std::size_t usual_size = 512;

std::string encode(completion_request const& request, request_options const& options, bool stream)
{
    std::string body;
    body.reserve(usual_size);
    if (!stream && options.extra_body.empty()) {
        json::encode(request, body);
        return body;
    }
    auto members = options.extra_body;
    if (stream)
        members.set("stream", raw_json("true"));
    json::encode_with(request, members, body);
    return body;
}

/// The text of a member of a request, beside which the call and the client may say more; empty
/// where the request itself says it, or nobody does.
std::string_view said_beside(
    std::string_view name,
    bool request_says,
    request_options const& options,
    unknown_members const& usual
)
{
    if (auto const of_call = options.extra_body.find(name))
        return *of_call;
    return request_says ? std::string_view() : usual.find(name).value_or("");
}

bool asks_for_usage(std::string_view stream_options)
{
    json::object members;
    return json::decode(stream_options, members) && members.extra.find("include_usage") == "true";
}

/// An assembler that knows what has to come.
detail::assembler<chunk> expecting(
    completion_request const& request, request_options const& options, unknown_members const& usual
)
{
    std::size_t choices = 1;
    auto const told = said_beside("n", request.n.has_value(), options, usual);
    if (told.empty())
        choices = static_cast<std::size_t>(std::max<std::int64_t>(request.n.value_or(1), 0));
    else // null is as nothing
        std::from_chars(told.data(), told.data() + told.size(), choices);
    auto const& of_stream = request.stream_options;
    auto const more = said_beside("stream_options", of_stream.has_value(), options, usual);
    bool const usage =
        more.empty() ? of_stream && of_stream->include_usage.value_or(false) : asks_for_usage(more);
    detail::assembler<chunk> made;
    made.expect(std::max<std::size_t>(choices, 1), usage);
    return made;
}

std::string stored_path(std::string_view id)
{
    std::string made(path);
    made += '/';
    made += http::percent_encode_segment(id);
    return made;
}

} // namespace

completions_resource::completions_resource(std::shared_ptr<client_core> core) noexcept
    : core_(std::move(core))
{}

asio::awaitable<reply<completion>> completions_resource::create(completion_request const& request
) const
{
    request_options const none;
    return create(request, none);
}

asio::awaitable<reply<completion>> completions_resource::create(
    completion_request const& request, request_options const& options
) const
{
    auto prepared = core_->prepare_post(
        path, encode(request, options, false), client_core::accepts::json, options
    );
    return detail::fetch<completion>(core_, std::move(prepared));
}

asio::awaitable<hicap::stream<chunk>> completions_resource::stream(completion_request const& request
) const
{
    request_options const none;
    return stream(request, none);
}

asio::awaitable<hicap::stream<chunk>> completions_resource::stream(
    completion_request const& request, request_options const& options
) const
{
    auto prepared = core_->prepare_post(
        path, encode(request, options, true), client_core::accepts::event_stream, options
    );
    detail::stream_manner<chunk> how{options.assemble, &as_chunk};
    how.assembled = expecting(request, options, core_->usual_members());
    return detail::open_stream<chunk>(core_, std::move(prepared), std::move(how));
}

asio::awaitable<reply<completion>> completions_resource::retrieve(std::string_view id) const
{
    request_options const none;
    return retrieve(id, none);
}

asio::awaitable<reply<completion>>
completions_resource::retrieve(std::string_view id, request_options const& options) const
{
    auto const target = stored_path(id);
    detail::endpoint const where{"GET", "/chat/completions/{completion_id}", target};
    auto prepared = core_->prepare(where, {}, client_core::accepts::json, options);
    return detail::fetch<completion>(core_, std::move(prepared));
}

pages<stored_message> completions_resource::messages(std::string_view id) const
{
    page_options const all;
    return messages(id, all);
}

pages<stored_message>
completions_resource::messages(std::string_view id, page_options const& which) const
{
    request_options const none;
    return messages(id, which, none);
}

pages<stored_message> completions_resource::messages(
    std::string_view id, page_options const& which, request_options const& options
) const
{
    using source = detail::list_source<stored_message, stored_message_list>;
    constexpr std::string_view name = "/chat/completions/{completion_id}/messages";
    return pages<stored_message>(
        std::make_unique<source>(core_, name, stored_path(id) + "/messages", which, options)
    );
}

resource::resource(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}

completions_resource resource::completions() const
{
    return completions_resource(core_);
}

} // namespace chat
} // namespace hicap
