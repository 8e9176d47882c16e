#ifndef HICAP_TEST_UNIT_API_CHAT_STREAM_HPP
#define HICAP_TEST_UNIT_API_CHAT_STREAM_HPP

#include "api/chat_assembler.hpp"
#include "support/scripted_exchange.hpp"
#include "unit/api/call.hpp"

#include <hicap/chat.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>

namespace hicap::test {

/// An event of a chat stream that adds `text` to choice `index`.
inline std::string text_event(std::string const& text, int index = 0)
{
    return R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[)"
           R"({"index":)" +
           std::to_string(index) + R"(,"delta":{"content":")" + text +
           "\"},\"finish_reason\":null}]}\n\n";
}

inline std::string finish_event(int index = 0)
{
    return R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[)"
           R"({"index":)" +
           std::to_string(index) + ",\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
}

inline std::string const done_event = "data: [DONE]\n\n";

/// A stream of the events that `body` brings, in answer to `on`.
inline stream<chat::chunk> stream_of(
    asio::io_context& context,
    std::shared_ptr<scripted_body> body,
    net::call on,
    bool assemble = true,
    response_limits const& limits = {}
)
{
    headers fields;
    fields.append("x-request-id", "r1");
    on.made.status = 200;
    on.made.request_id = "r1";
    auto attempts = on.earlier;
    attempts.push_back(on.made);
    response_info info(200, std::move(fields), std::move(attempts));
    detail::event_source source(
        std::make_unique<scripted_exchange>(std::move(body)), context.get_executor(), limits
    );
    using state = detail::stream_state<chat::chunk>;
    return stream<chat::chunk>(std::make_unique<state>(
        std::move(info), std::move(source), std::move(on), assemble ? limits.max_body : 0
    ));
}

/// The same, in answer to a call that has no deadline to fear.
inline stream<chat::chunk> stream_of(
    asio::io_context& context,
    std::shared_ptr<scripted_body> body,
    bool assemble = true,
    response_limits const& limits = {}
)
{
    return stream_of(context, std::move(body), call_of(), assemble, limits);
}

} // namespace hicap::test

#endif
