#include "json/shape.hpp"

#include <hicap/chat_types.hpp>
#include <hicap/responses_events.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::size_t allocations = 0;

} // namespace

void* operator new(std::size_t size)
{
    ++allocations;
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

namespace {

std::string const text_chunk =
    R"({"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk",)"
    R"("created":1741569952,"model":"gpt-4o-mini-2024-07-18-and-more","service_tier":"default",)"
    R"("system_fingerprint":"fp_44709d6fcb_and_more","choices":[{"index":0,"delta":{"content":)"
    R"("\n\nA \"longer\" piece of text, \u00e9scaped","reasoning_content":"unknown to the library"},)"
    R"("logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"r4N7vQ2mr4N7vQ2m"})";

std::string const finish_chunk =
    R"({"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk",)"
    R"("created":1741569952,"model":"gpt-4o-mini-2024-07-18-and-more","service_tier":null,)"
    R"("choices":[{"index":0,"delta":{"content":null},"finish_reason":"a rather long reason"}]})";

std::string const tool_chunk =
    R"({"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk",)"
    R"("created":1741569952,"model":"gpt-4o-mini-2024-07-18-and-more","choices":[{"index":0,)"
    R"("delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"location\":\"Berlin, Mitte"}}]},)"
    R"("logprobs":null,"finish_reason":null}],"usage":null})";

std::size_t allocations_of(std::string_view first, std::string_view second)
{
    hicap::chat::chunk chunk;
    std::string out;
    auto const round = [&](std::string_view text) {
        bool const good = bool(hicap::json::decode(text, chunk));
        out.clear();
        hicap::json::encode(chunk, out);
        return good;
    };
    for (auto const text : {first, second, first, second})
        BOOST_TEST_REQUIRE(round(text));
    bool good = true;
    auto const before = allocations;
    for (int i = 0; i != 100; ++i)
        good = round(first) && round(second) && good;
    auto const count = allocations - before;
    BOOST_TEST(good);
    return count;
}

/// Of a stream that brings each of these over and over, once it is steady.
template <class Event>
std::size_t allocations_of_stream(std::vector<std::string> const& texts)
{
    hicap::json::shaped_decoder<Event> decoder;
    Event event;
    bool good = true;
    auto const round = [&] {
        for (auto const& text : texts)
            good = bool(decoder.decode(text, event)) && good;
    };
    for (int i = 0; i != 4; ++i)
        round();
    auto const before = allocations;
    for (int i = 0; i != 100; ++i)
        round();
    auto const count = allocations - before;
    BOOST_TEST(good);
    return count;
}

/// Copies of `text` that differ in these pieces.
std::vector<std::string> with_each(std::string const& text, std::vector<std::string> const& pieces)
{
    std::vector<std::string> texts;
    for (auto const& piece : pieces) {
        auto& one = texts.emplace_back(text);
        one.replace(one.find("PIECE"), 5, piece);
    }
    return texts;
}

std::vector<std::string> const pieces = {
    "", " a", R"(\n\u00e9 \"escaped\")", "a piece that is longer than a small string holds", "The"};

} // namespace

BOOST_AUTO_TEST_SUITE(json_allocation)

BOOST_AUTO_TEST_CASE(a_stream_of_text_allocates_nothing)
{
    BOOST_TEST(allocations_of(text_chunk, text_chunk) == 0u);
}

BOOST_AUTO_TEST_CASE(strings_that_come_and_go_allocate_nothing)
{
    BOOST_TEST(allocations_of(text_chunk, finish_chunk) == 0u);
}

BOOST_AUTO_TEST_CASE(a_stream_of_tool_arguments_allocates_nothing)
{
    BOOST_TEST(allocations_of(tool_chunk, tool_chunk) == 0u);
}

BOOST_AUTO_TEST_CASE(a_stream_decoded_by_its_shape_allocates_nothing)
{
    auto const chat = with_each(
        R"({"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk",)"
        R"("created":1741569952,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":)"
        R"({"content":"PIECE","reasoning_content":"unknown"},"finish_reason":null}],"usage":null})",
        pieces
    );
    BOOST_TEST(allocations_of_stream<hicap::chat::chunk>(chat) == 0u);

    for (std::string const kind : {"output_text", "function_call_arguments"}) {
        auto const deltas = with_each(
            R"({"type":"response.)" + kind +
                R"(.delta","item_id":"msg_68af0a1b2c3d4e5f6a7b8c9d",)" +
                R"("output_index":0,"content_index":0,"delta":"PIECE","sequence_number":7,)" +
                R"("obfuscation":"r4N7vQ2mr4N7vQ2m"})",
            pieces
        );
        BOOST_TEST(allocations_of_stream<hicap::responses::event>(deltas) == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_stream_that_changes_its_shape_allocates_nothing)
{
    BOOST_TEST(
        allocations_of_stream<hicap::chat::chunk>({text_chunk, finish_chunk, text_chunk}) == 0u
    );
}

BOOST_AUTO_TEST_SUITE_END()
