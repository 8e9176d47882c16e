#include "api/chat_assembler.hpp"
#include "api/operation.hpp"
#include "json/codec.hpp"

#include <hicap/chat.hpp>

#include <utility>

namespace hicap {

template class stream<chat::chunk>;
template class text_stream<chat::chunk>;

namespace chat {
namespace {

using detail::client_core;

constexpr std::string_view path = "/chat/completions";

/// The chunk that says what a whole completion says.
chunk as_chunk(completion whole)
{
    chunk made;
    made.id = std::move(whole.id);
    made.created = whole.created;
    made.model = std::move(whole.model);
    made.usage = std::move(whole.usage);
    made.service_tier = std::move(whole.service_tier);
    made.system_fingerprint = std::move(whole.system_fingerprint);
    made.moderation = std::move(whole.moderation);
    made.extra = std::move(whole.extra);
    for (auto& from : whole.choices) {
        auto& to = made.choices.emplace_back();
        auto& message = from.message;
        to.index = from.index;
        to.finish_reason = std::move(from.finish_reason);
        to.logprobs = std::move(from.logprobs);
        to.extra = std::move(from.extra);
        to.delta.role = std::move(message.role);
        to.delta.content = std::move(message.content);
        to.delta.refusal = std::move(message.refusal);
        to.delta.extra = std::move(message.extra);
        for (auto& call : message.tool_calls) {
            auto* const function = std::get_if<function_tool_call>(&call);
            if (function == nullptr)
                continue; // a chunk has no place for other kinds
            auto& piece = to.delta.tool_calls.emplace_back();
            piece.index = static_cast<std::int64_t>(to.delta.tool_calls.size()) - 1;
            piece.id = std::move(function->id);
            piece.type = std::string(function_tool_call::tag);
            auto& inner = piece.function.emplace();
            inner.name = std::move(function->function.name);
            inner.arguments = std::move(function->function.arguments);
            piece.extra = std::move(function->extra);
        }
    }
    return made;
}

std::string encode(completion_request const& request, request_options const& options, bool stream)
{
    std::string body;
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
    return detail::open_stream<chunk, completion>(
        core_, std::move(prepared), options.assemble, &as_chunk
    );
}

resource::resource(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}

completions_resource resource::completions() const
{
    return completions_resource(core_);
}

} // namespace chat
} // namespace hicap
