#ifndef HICAP_TEST_SUPPORT_RECORDED_ANSWER_HPP
#define HICAP_TEST_SUPPORT_RECORDED_ANSWER_HPP

#include <hicap/chat_types.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hicap::test {

/// What a client can tell of a completion, in one line.
inline std::string shown(chat::completion const& whole)
{
    auto out = whole.id + ' ' + whole.model;
    for (auto const& choice : whole.choices) {
        out += ' ' + choice.message.role.str() + " \"" + choice.message.content.value_or("") + '"';
        for (auto const& call : choice.message.tool_calls) {
            auto const* const made = std::get_if<chat::function_tool_call>(&call);
            if (made != nullptr)
                out += ' ' + made->id + ' ' + made->function.name + '(' + made->function.arguments +
                       ')';
        }
        out += ' ' + choice.finish_reason.str();
    }
    if (whole.usage)
        out += " usage " + std::to_string(whole.usage->total_tokens);
    return out;
}

/// The same of a chunk.
inline std::string shown(chat::chunk const& piece)
{
    std::string out;
    for (auto const& choice : piece.choices) {
        if (choice.delta.role)
            out += choice.delta.role->str();
        if (choice.delta.content)
            out += '"' + *choice.delta.content + '"';
        for (auto const& call : choice.delta.tool_calls) {
            out += call.id.value_or("") + '(';
            if (call.function)
                out +=
                    call.function->name.value_or("") + ',' + call.function->arguments.value_or("");
            out += ')';
        }
        if (choice.finish_reason)
            out += choice.finish_reason->str();
    }
    if (piece.usage)
        out += "usage " + std::to_string(piece.usage->total_tokens);
    return out;
}

/// An event of the recorded stream.
struct recorded_event
{
    std::string data;
    std::string shows;  ///< by `shown`
    std::string answer; ///< by `shown`, should the stream end here; empty where it must not
};

/// A stream of text beyond ASCII and a call of a tool, whose pieces are cut inconveniently.
inline std::vector<recorded_event> const& recorded_events()
{
    auto const chunk = [](std::string const& choices, std::string const& rest = "") {
        return R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[)" +
               choices + ']' + rest + '}';
    };
    auto const delta = [&chunk](std::string const& members, std::string const& reason = "null") {
        return chunk(R"({"index":0,"delta":{)" + members + R"(},"finish_reason":)" + reason + '}');
    };
    static std::string const answer = "c1 m assistant \"Gr\xC3\xBC\xC3\x9F"
                                      "e \xE2\x82\xAC\xF0\x9F\x98\x80\" t1 f({\"a\":1}) tool_calls";
    static std::vector<recorded_event> const events{
        {delta(R"("role":"assistant","content":"")"), "assistant\"\"", ""},
        {delta("\"content\":\"Gr\xC3\xBC\xC3\x9F\""), "\"Gr\xC3\xBC\xC3\x9F\"", ""},
        {delta("\"content\":\"e \xE2\x82\xAC\""), "\"e \xE2\x82\xAC\"", ""},
        {delta("\"content\":\"\xF0\x9F\x98\x80\""), "\"\xF0\x9F\x98\x80\"", ""},
        {delta(R"("tool_calls":[{"index":0,"id":"t1","type":"function","function":)"
               R"({"name":"f","arguments":"{\"a\":"}}])"),
         "t1(f,{\"a\":)",
         ""},
        {delta(R"("tool_calls":[{"index":0,"function":{"arguments":"1}"}}])"), "(,1})", ""},
        {delta("", "\"tool_calls\""), "tool_calls", answer},
        {chunk("", R"(,"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3})"),
         "usage 3",
         answer + " usage 3"},
    };
    return events;
}

/// What both a whole stream and a whole completion amount to.
inline std::string const& recorded_whole()
{
    return recorded_events().back().answer;
}

inline std::string const& recorded_completion()
{
    static std::string const text =
        R"({"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,)"
        R"("message":{"role":"assistant","content":")"
        "Gr\xC3\xBC\xC3\x9F"
        "e \xE2\x82\xAC\xF0\x9F\x98\x80"
        R"(","tool_calls":[{"id":"t1","type":"function","function":)"
        R"({"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"tool_calls"}],)"
        R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})";
    return text;
}

/// How the end of a body is told.
enum class framing
{
    length,
    chunks,
    close
};

/// A response as it goes over the wire, and where in it something is complete.
struct recorded_answer
{
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    framing how = framing::length;
    bool streams = false;             ///< events in place of one object
    std::vector<std::string> records; ///< the head, and each piece that the server writes
    std::size_t head = 0;             ///< bytes of it
    std::vector<std::size_t> ends;    ///< of the events: so many bytes have to come
    std::size_t done = never;         ///< so many of [DONE]
    std::size_t enough = never;       ///< with these nothing is missing, whatever follows
    std::size_t size = 0;

    [[nodiscard]] std::string bytes() const
    {
        std::string all;
        for (auto const& record : records)
            all += record;
        return all;
    }

    /// How many events are complete with the first `come` bytes.
    [[nodiscard]] std::size_t events_within(std::size_t come) const
    {
        auto const end = std::upper_bound(ends.begin(), ends.end(), come);
        return static_cast<std::size_t>(end - ends.begin());
    }
};

/// A response with this status line, type and body, cut into pieces at these offsets of the body.
inline recorded_answer record(
    std::string const& status,
    std::string const& type,
    std::string_view body,
    framing how,
    std::vector<std::size_t> cuts
)
{
    recorded_answer made;
    made.how = how;
    auto head = "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nx-request-id: r1\r\n";
    if (how == framing::length)
        head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    else if (how == framing::chunks)
        head += "Transfer-Encoding: chunked\r\n";
    else
        head += "Connection: close\r\n";
    made.records.push_back(head + "\r\n");
    made.head = made.records.front().size();
    cuts.push_back(body.size());
    std::size_t begin = 0;
    for (auto const end : cuts) {
        std::string piece(body.substr(begin, end - begin));
        if (how == framing::chunks) {
            char size[20];
            std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
            piece = size + piece + "\r\n";
        }
        if (end != begin)
            made.records.push_back(std::move(piece));
        begin = end;
    }
    if (how == framing::chunks)
        made.records.emplace_back("0\r\n\r\n");
    made.size = made.bytes().size();
    made.enough = how == framing::close ? recorded_answer::never : made.size;
    return made;
}

inline recorded_answer recorded_create(framing how)
{
    return record("200 OK", "application/json", recorded_completion(), how, {100});
}

/// A stream of the first `count` events, and [DONE] where it is whole, behind which `rest` comes.
inline std::string
event_text(std::size_t count, std::vector<std::size_t>& ends, std::string const& rest)
{
    std::string body;
    for (std::size_t i = 0; i != count; ++i) {
        if (i == 3)
            body += ": still there\n\n";
        body += "data: " + recorded_events()[i].data + "\n\n";
        ends.push_back(body.size());
    }
    return body + rest;
}

/// The same as a response. Some pieces hold several events, and some only parts of one.
inline recorded_answer record_events(
    framing how,
    std::size_t count = recorded_events().size(),
    std::string const& rest = "data: [DONE]\n\n"
)
{
    std::vector<std::size_t> ends;
    auto const body = event_text(count, ends, rest);
    std::vector<std::size_t> cuts;
    for (std::size_t i = 0; i != ends.size(); ++i) {
        if (i == 3)
            cuts.push_back(ends[i] - 30); // within a character
        if (i != 1)
            cuts.push_back(ends[i]);
    }
    auto made = record("200 OK", "text/event-stream", body, how, cuts);
    made.streams = true;
    // From offsets of the body to those on the wire.
    std::vector<std::size_t> places = ends;
    places.push_back(body.size());
    auto place = places.begin();
    std::size_t of_body = 0;
    std::size_t on_wire = made.head;
    for (auto record = made.records.begin() + 1; record != made.records.end(); ++record) {
        auto const line = how == framing::chunks ? record->find('\n') + 1 : 0;
        auto const data = record->size() - line - (how == framing::chunks ? 2 : 0);
        for (; place != places.end() && *place <= of_body + data; ++place)
            *place = on_wire + line + (*place - of_body);
        of_body += data;
        on_wire += record->size();
    }
    made.ends.assign(places.begin(), places.end() - 1);
    if (rest.find("[DONE]") != std::string::npos)
        made.done = made.enough = places.back();
    return made;
}

} // namespace hicap::test

#endif
