#include "api/operation.hpp"
#include "api/page_source.hpp"
#include "api/responses_assembler.hpp"
#include "http/url.hpp"
#include "json/codec.hpp"

#include <hicap/responses.hpp>

#include <string>
#include <utility>

namespace hicap {

template class stream<responses::event>;
template class text_stream<responses::event>;
template class pages<responses::listed_item>;

namespace responses {
namespace {

using detail::client_core;

constexpr std::string_view path = "/responses";
constexpr std::string_view path_of_one = "/responses/{response_id}";

/// The one event of an answer that came whole.
event as_event(response const& whole)
{
    if (whole.status == response_status::failed)
        return failed{.response = whole};
    if (whole.status == response_status::incomplete)
        return incomplete{.response = whole};
    if (whole.status == response_status::queued)
        return queued{.response = whole};
    if (whole.status == response_status::in_progress)
        return in_progress{.response = whole};
    return completed{.response = whole};
}

std::string encode(request const& asked, request_options const& options, bool stream)
{
    auto members = options.extra_body;
    if (stream)
        members.set("stream", raw_json("true"));
    std::string body;
    json::encode_with(asked, members, body);
    return body;
}

std::string stored_path(std::string_view id, std::string_view below = {})
{
    std::string made(path);
    made += '/';
    made += http::percent_encode_segment(id);
    made += below;
    return made;
}

asio::awaitable<reply<deletion>>
fetch_deleted(std::shared_ptr<client_core> core, detail::prepared_request prepared, std::string id)
{
    auto opened = co_await core->open(std::move(prepared));
    auto body = co_await detail::read_body(&opened, core->limits().max_body);
    reply<deletion> answer(opened.take_info(), std::move(body));
    opened.exchange.reset();
    auto& watched = opened.on.running().watched();
    if (!answer.raw().empty()) {
        detail::decode_answer<deletion>(watched, answer.info(), answer.raw(), answer);
        co_return answer;
    }
    answer.id = std::move(id);
    answer.deleted = true;
    watched.ends(call_end::completed);
    co_return answer;
}

} // namespace

resource::resource(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}

asio::awaitable<reply<response>> resource::create(request const& request) const
{
    request_options const none;
    return create(request, none);
}

asio::awaitable<reply<response>>
resource::create(responses::request const& request, request_options const& options) const
{
    auto prepared = core_->prepare_post(
        path, encode(request, options, false), client_core::accepts::json, options
    );
    return detail::fetch<response>(core_, std::move(prepared));
}

asio::awaitable<hicap::stream<event>> resource::stream(request const& request) const
{
    request_options const none;
    return stream(request, none);
}

asio::awaitable<hicap::stream<event>>
resource::stream(responses::request const& request, request_options const& options) const
{
    auto prepared = core_->prepare_post(
        path, encode(request, options, true), client_core::accepts::event_stream, options
    );
    return detail::open_stream<event, response>(
        core_, std::move(prepared), options.assemble, &as_event
    );
}

asio::awaitable<reply<response>> resource::retrieve(std::string_view id) const
{
    retrieve_options const all;
    return retrieve(id, all);
}

asio::awaitable<reply<response>>
resource::retrieve(std::string_view id, retrieve_options const& which) const
{
    request_options const none;
    return retrieve(id, which, none);
}

asio::awaitable<reply<response>> resource::retrieve(
    std::string_view id, retrieve_options const& which, request_options const& options
) const
{
    auto target = stored_path(id);
    for (auto const& one : which.include)
        http::append_query(target, "include", one.str());
    detail::endpoint const where{"GET", path_of_one, target};
    auto prepared = core_->prepare(where, {}, client_core::accepts::json, options);
    return detail::fetch<response>(core_, std::move(prepared));
}

asio::awaitable<reply<response>> resource::cancel(std::string_view id) const
{
    request_options const none;
    return cancel(id, none);
}

asio::awaitable<reply<response>>
resource::cancel(std::string_view id, request_options const& options) const
{
    auto const target = stored_path(id, "/cancel");
    detail::endpoint const where{"POST", "/responses/{response_id}/cancel", target};
    auto prepared = core_->prepare(where, {}, client_core::accepts::json, options);
    return detail::fetch<response>(core_, std::move(prepared));
}

asio::awaitable<reply<deletion>> resource::remove(std::string_view id) const
{
    request_options const none;
    return remove(id, none);
}

asio::awaitable<reply<deletion>>
resource::remove(std::string_view id, request_options const& options) const
{
    auto const target = stored_path(id);
    detail::endpoint const where{"DELETE", path_of_one, target};
    auto prepared = core_->prepare(where, {}, client_core::accepts::json, options);
    return fetch_deleted(core_, std::move(prepared), std::string(id));
}

pages<listed_item> resource::input_items(std::string_view id) const
{
    page_options const all;
    return input_items(id, all);
}

pages<listed_item> resource::input_items(std::string_view id, page_options const& which) const
{
    request_options const none;
    return input_items(id, which, none);
}

pages<listed_item> resource::input_items(
    std::string_view id, page_options const& which, request_options const& options
) const
{
    using source = detail::list_source<listed_item, item_list>;
    constexpr std::string_view name = "/responses/{response_id}/input_items";
    return pages<listed_item>(
        std::make_unique<source>(core_, name, stored_path(id, "/input_items"), which, options)
    );
}

} // namespace responses
} // namespace hicap
