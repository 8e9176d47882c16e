// What it costs to read one event of a stream: by the decoder, by the shape of the event before,
// and where each event has another shape than the one before.
//
// For instructions run it under `valgrind --tool=cachegrind` with one mode and two counts, and
// subtract.

#include "common.hpp"
#include "json/shape.hpp"

#include <hicap/responses_events.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

namespace bench {
namespace {

using texts = std::vector<std::string>;

/// Copies of `text` with each token of the corpus.
texts with_tokens(std::string_view before, std::string_view behind, std::string_view end)
{
    texts made;
    for (std::size_t i = 0; i != tokens.size(); ++i) {
        // As services do it, padding hides how long the text is.
        std::string const padding(24 - token(i).size(), 'x');
        made.push_back(
            std::string(before).append(token(i)).append(behind).append(padding).append(end)
        );
    }
    return made;
}

texts chat_chunks()
{
    return with_tokens(
        R"({"id":"chatcmpl-CObenchA1b2C3d4E5f6G7h8I9j0","object":"chat.completion.chunk",)"
        R"("created":1760000000,"model":"gpt-5-mini-2025-08-07","service_tier":"default",)"
        R"("system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":")",
        R"("},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":")",
        R"("})"
    );
}

texts text_deltas()
{
    auto made = with_tokens(
        R"({"type":"response.output_text.delta","item_id":"msg_68af0a1b2c3d4e5f6a7b8c9d0e1f2a3b",)"
        R"("output_index":0,"content_index":0,"delta":")",
        R"(","logprobs":[],"obfuscation":")",
        R"(","sequence_number":)"
    );
    for (std::size_t i = 0; i != made.size(); ++i)
        made[i] += std::to_string(i + 7) + '}';
    return made;
}

/// The same, where every second has another shape, as its last bytes tell: all that is matched
/// before is in vain.
texts in_two_shapes(texts made)
{
    for (std::size_t i = 0; i < made.size(); i += 2)
        made[i].insert(made[i].size() - 1, " ");
    return made;
}

/// Of each of `count` events, in nanoseconds: the best of some rounds.
template <class Event, class Decode>
double measure(texts const& events, std::size_t count, Decode decode)
{
    Event event;
    double best = 1e9;
    for (int round = 0; round != 7; ++round) {
        auto const start = std::chrono::steady_clock::now();
        for (std::size_t i = 0, at = 0; i != count; ++i) {
            if (!decode(events[at], event))
                throw std::runtime_error("not an event");
            at = at + 1 == events.size() ? 0 : at + 1;
        }
        std::chrono::duration<double, std::nano> const took =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count() / static_cast<double>(count));
    }
    return best;
}

template <class Event>
void report_on(
    std::string_view name, texts const& events, std::string const& mode, std::size_t count
)
{
    auto const full = [](std::string_view text, Event& into) {
        return bool(hicap::json::decode(text, into));
    };
    hicap::json::shaped_decoder<Event> decoder;
    auto const shaped = [&](std::string_view text, Event& into) {
        return bool(decoder.decode(text, into));
    };
    auto const line = [&](std::string const& what, double ns) {
        std::printf(
            "ns %.*s/%s %.1f\n", static_cast<int>(name.size()), name.data(), what.c_str(), ns
        );
    };
    std::printf(
        "bytes %.*s %zu\n", static_cast<int>(name.size()), name.data(), events.front().size()
    );
    if (mode == "all" || mode == "full")
        line("full", measure<Event>(events, count, full));
    if (mode == "all" || mode == "steady")
        line("steady", measure<Event>(events, count, shaped));
    if (mode == "all" || mode == "new")
        line("new", measure<Event>(in_two_shapes(events), count, shaped));
}

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    return bench::guarded("bench_decode", [&] {
        bench::command_line const arguments(argc, argv, {"--count", "--mode", "--event"});
        auto const count = arguments.number("--count", 300000);
        auto const text = [&](std::string const& name) {
            return arguments.has(name) ? arguments.text(name) : std::string("all");
        };
        auto const mode = text("--mode");
        auto const event = text("--event");
        if (event == "all" || event == "chat")
            bench::report_on<hicap::chat::chunk>("chat", bench::chat_chunks(), mode, count);
        if (event == "all" || event == "responses")
            bench::report_on<hicap::responses::event>(
                "responses", bench::text_deltas(), mode, count
            );
    });
}
