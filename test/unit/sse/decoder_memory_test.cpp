#include "sse/decoder.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <new>
#include <string>

namespace {

// What this executable asks of the heap.
std::size_t allocations = 0;
std::size_t live_bytes = 0;

// In front of each block: its size.
constexpr std::size_t prefix = alignof(std::max_align_t);

} // namespace

void* operator new(std::size_t size)
{
    auto* const block = static_cast<char*>(std::malloc(prefix + size));
    if (block == nullptr)
        throw std::bad_alloc();
    *reinterpret_cast<std::size_t*>(block) = size;
    ++allocations;
    live_bytes += size;
    return block + prefix;
}

void operator delete(void* pointer) noexcept
{
    if (pointer == nullptr)
        return;
    auto* const block = static_cast<char*>(pointer) - prefix;
    live_bytes -= *reinterpret_cast<std::size_t*>(block);
    std::free(block);
}

void operator delete(void* pointer, std::size_t) noexcept
{
    operator delete(pointer);
}

namespace hicap::test {

BOOST_AUTO_TEST_SUITE(sse_decoder_memory)

BOOST_AUTO_TEST_CASE(whole_events_cost_no_copy_and_no_allocation)
{
    std::string const one = "event: response.output_text.delta\ndata: " + std::string(300, 'x');
    auto const text = one + "\n\n: comment\n\n" + one + "\r\n\r\n" + one + "\r\r";
    sse::decoder tested;
    sse::event event;
    tested.feed(text);
    auto const before = allocations;
    int events = 0;
    bool in_piece = true;
    while (tested.next(event) == sse::decoder::status::event) {
        ++events;
        in_piece = in_piece && event.data.data() > text.data() &&
                   event.data.data() + event.data.size() < text.data() + text.size();
    }
    auto const after = allocations;
    BOOST_TEST(events == 3);
    BOOST_TEST(in_piece);
    BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_CASE(a_large_buffer_is_released_when_it_is_empty)
{
    auto const feed_both = [](sse::decoder& tested, std::string const& a, std::string const& b) {
        sse::event event;
        tested.feed(a);
        while (tested.next(event) == sse::decoder::status::event) {
        }
        tested.feed(b);
        while (tested.next(event) == sse::decoder::status::event) {
        }
    };
    std::string const large(1'000'000, 'x');
    auto const before = live_bytes;
    sse::decoder tested;
    for (std::string const name : {"data: ", "event: ", "foo: ", ": "}) {
        auto first = name + large;
        auto second = large + "\n";
        if (name != "foo: ")
            second += "\n";
        feed_both(tested, first, second);
    }
    // The id has to be kept, but not in the memory of a former, larger one.
    feed_both(tested, "id: " + large, "\nid: 1\ndata: x\n\n");
    BOOST_TEST(live_bytes - before <= 3 * 4100U);
}

BOOST_AUTO_TEST_CASE(a_large_event_in_pieces_of_one_byte_takes_linear_time)
{
    // 8 MB: with anything quadratic in it this would not end.
    constexpr std::size_t size = 8'000'000;
    sse::decoder tested;
    sse::event event;
    auto const feed_byte = [&](char c) {
        std::string_view const piece(&c, 1);
        tested.feed(piece);
        return tested.next(event);
    };
    for (char const c : std::string_view("data: "))
        feed_byte(c);
    for (std::size_t i = 0; i != size; ++i)
        feed_byte('x');
    feed_byte('\n');
    bool const dispatched = feed_byte('\n') == sse::decoder::status::event;
    BOOST_TEST(dispatched);
    BOOST_TEST(event.data.size() == size);
}

BOOST_AUTO_TEST_CASE(a_large_piece_of_lone_crs_takes_linear_time)
{
    std::string text;
    for (int i = 0; i != 500'000; ++i)
        text += "data: x\r\r";
    sse::decoder tested;
    sse::event event;
    tested.feed(text);
    int events = 0;
    while (tested.next(event) == sse::decoder::status::event)
        ++events;
    BOOST_TEST(events == 500'000);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
