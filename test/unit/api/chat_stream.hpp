#ifndef HICAP_TEST_UNIT_API_CHAT_STREAM_HPP
#define HICAP_TEST_UNIT_API_CHAT_STREAM_HPP

#include "api/chat_assembler.hpp"
#include "support/scripted_exchange.hpp"

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

/// A stream of the events that `body` brings.
inline stream<chat::chunk> stream_of(
    asio::io_context& context,
    std::shared_ptr<scripted_body> body,
    bool assemble = true,
    response_limits const& limits = {}
)
{
    headers fields;
    fields.append("x-request-id", "r1");
    response_info info(200, std::move(fields));
    detail::event_source source(
        std::make_unique<scripted_exchange>(std::move(body)), context.get_executor(), limits
    );
    using state = detail::stream_state<chat::chunk>;
    return stream<chat::chunk>(
        std::make_unique<state>(std::move(info), std::move(source), assemble ? limits.max_body : 0)
    );
}

} // namespace hicap::test

#endif
