// The decoder of event streams against the algorithm of the HTML standard as it is written there.

#include "fuzz.hpp"
#include "sse/decoder.hpp"
#include "support/sse_by_the_book.hpp"

#include <string>

using hicap::fuzz::require;
using hicap::sse::decoder;

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    hicap::fuzz::cut_text const input(data, size);
    auto const text = input.text();
    auto ends = input.offsets();
    ends.push_back(text.size());

    decoder tested;
    std::vector<hicap::test::owned_event> found;
    std::size_t begin = 0;
    for (auto const end : ends) {
        // Gone before the next piece: nothing may point into it then.
        std::vector<char> const piece(text.begin() + begin, text.begin() + end);
        begin = end;
        tested.feed({piece.data(), piece.size()});
        hicap::sse::event event;
        auto status = tested.next(event);
        for (; status == decoder::status::event; status = tested.next(event)) {
            found.push_back(
                {std::string(event.type), std::string(event.data), std::string(event.last_id)}
            );
        }
        require(status == decoder::status::need_more, "an input within the limits is decoded");
    }
    require(
        found == hicap::test::decode_by_the_book(std::string(text)),
        "the events are those of the standard's algorithm"
    );
    return 0;
}
