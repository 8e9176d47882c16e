#ifndef HICAP_TEST_UNIT_API_TIMED_STREAM_HPP
#define HICAP_TEST_UNIT_API_TIMED_STREAM_HPP

#include "support/started.hpp"
#include "unit/api/chat_stream.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace hicap::test {

/// A chat stream whose events come when the test gives them, and whose time passes when it says so.
struct timed_stream
{
    void open(policy::deadline_set const& limits)
    {
        events = stream_of(context, body, call_of(time, limits));
    }

    started<chat::chunk const*> next() { return {context, events.next()}; }

    void give(std::string const& text)
    {
        body->give(text);
        settle();
    }

    void pass(std::chrono::milliseconds length)
    {
        time->advance(length);
        settle();
    }

    void settle()
    {
        context.restart();
        context.poll();
    }

    std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>();
    asio::io_context context{1};
    std::shared_ptr<scripted_body> body = std::make_shared<scripted_body>(time);
    stream<chat::chunk> events;
};

} // namespace hicap::test

#endif
