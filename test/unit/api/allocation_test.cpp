#include "api/responses_assembler.hpp"
#include "support/run.hpp"
#include "unit/api/chat_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>

namespace {

std::size_t allocations = 0;
std::size_t allocated = 0;

} // namespace

void* operator new(std::size_t size)
{
    ++allocations;
    allocated += size;
    if (void* const memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept
{
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace hicap::test {
namespace {

constexpr int warm_up = 200;

/// Reads a few events, counts the allocations of `events` more, and reads the rest.
asio::awaitable<std::size_t> count(stream<chat::chunk>& from, int events)
{
    for (int i = 0; i != warm_up; ++i)
        co_await from.next();
    auto const before = allocations;
    for (int i = 0; i != events; ++i)
        co_await from.next();
    auto const counted = allocations - before;
    while (auto const* event = co_await from.next())
        (void)event;
    co_return counted;
}

/// Events that arrive `at_once` at a time, with a wait before each piece.
std::size_t allocations_of(int at_once, bool assemble)
{
    constexpr int events = 2000;
    pieces text;
    std::string piece;
    for (int i = 0; i != warm_up + events; ++i) {
        piece += text_event("a piece of text that is longer than what a string holds in place");
        if (i % at_once == at_once - 1) {
            text.emplace_back(piece.begin(), piece.end());
            piece.clear();
        }
    }
    piece += finish_event() + done_event;
    text.emplace_back(piece.begin(), piece.end());

    asio::io_context context{1};
    auto const body = std::make_shared<scripted_body>(std::move(text));
    body->blocks = true;
    auto from = stream_of(context, body, assemble);
    return run(context, count(from, events));
}

/// The bytes that assembling `count` of this event allocates, decoding aside, with a look at what
/// has been assembled after each of them.
template <class Event>
std::size_t assembled_size(std::string const& json, int count)
{
    Event event;
    BOOST_TEST_REQUIRE(bool(json::decode(json, event)));
    detail::assembler<Event> made;
    auto const before = allocated;
    for (int i = 0; i != count; ++i) {
        made.add(event, true);
        static_cast<void>(made.get());
    }
    return allocated - before;
}

/// A quadratic assembler would need 64 times as much for 8 times the events.
template <class Event>
void check_linear(std::string const& json)
{
    auto const few = assembled_size<Event>(json, 1'000);
    auto const many = assembled_size<Event>(json, 8'000);
    BOOST_TEST(many < 12 * few, json << ": " << few << ", " << many);
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_allocation)

BOOST_AUTO_TEST_CASE(steady_events_allocate_nothing)
{
    BOOST_TEST(allocations_of(1, false) == 0u);
    BOOST_TEST(allocations_of(10, false) == 0u);
    BOOST_TEST(allocations_of(100, false) == 0u); // more than the loop gets in one turn
}

BOOST_AUTO_TEST_CASE(a_snapshot_grows_as_a_string_does)
{
    // 130 KiB after 13 KiB.
    BOOST_TEST(allocations_of(1, true) <= 5u);
}

BOOST_AUTO_TEST_CASE(assembling_takes_memory_in_proportion_to_the_text)
{
    auto const piece = '"' + std::string(100, 'x') + '"';
    for (std::string const& member :
         {"\"content\":" + piece,
          "\"refusal\":" + piece,
          "\"reasoning_content\":" + piece,
          "\"reasoning_content\":" + piece + ",\"index\":0,\"signature\":" + piece,
          "\"audio\":{\"data\":" + piece + ",\"transcript\":" + piece + "}",
          std::string("\"annotations\":[{\"type\":\"new\"}]"),
          "\"tool_calls\":[{\"index\":0,\"custom\":{\"input\":" + piece + "}}]",
          "\"function_call\":{\"arguments\":" + piece + "}",
          "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":" + piece + "}}]"}) {
        check_linear<chat::chunk>(
            R"({"id":"c1","choices":[{"index":0,"delta":{)" + member + "}}]}"
        );
    }
}

BOOST_AUTO_TEST_CASE(a_response_takes_memory_in_proportion_to_its_pieces)
{
    for (std::string const type :
         {"output_text",
          "refusal",
          "reasoning_text",
          "reasoning_summary_text",
          "function_call_arguments",
          "custom_tool_call_input",
          "mcp_call_arguments",
          "code_interpreter_call_code",
          "shell_call_command"})
        check_linear<responses::event>(
            R"({"type":"response.)" + type +
            R"(.delta","output_index":0,"content_index":0,"summary_index":0,"command_index":0,)"
            R"("item_id":"i","delta":")" +
            std::string(100, 'x') + "\"}"
        );
    std::string const place = R"("output_index":0,"content_index":0,"item_id":"i",)";
    check_linear<responses::event>(
        R"({"type":"response.output_text.delta",)" + place +
        R"("delta":"x","logprobs":[{"token":"x","logprob":-1,"top_logprobs":[{"token":"y"}]}]})"
    );
    check_linear<responses::event>(
        R"({"type":"response.output_text.annotation.added",)" + place +
        R"("annotation_index":7,"annotation":{"type":"new","text":")" + std::string(100, 'x') +
        "\"}}"
    );
    check_linear<responses::event>(
        R"({"type":"response.shell_call_output_content.delta",)" + place +
        R"("command_index":0,"delta":{"stdout":"aaaaaaaaaaaaaaaa","stderr":"bbbbbbbbbbbbbb"}})"
    );
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
