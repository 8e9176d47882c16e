#ifndef HICAP_TEST_UNIT_SSE_DECODE_HPP
#define HICAP_TEST_UNIT_SSE_DECODE_HPP

#include "sse/decoder.hpp"
#include "support/splits.hpp"
#include "support/sse_by_the_book.hpp"

#include <string>
#include <vector>

namespace hicap::test {

/// Feeds all pieces to `decoder`, and appends what it dispatches to `events`. Returns the status
/// that ended it.
inline sse::decoder::status
decode(sse::decoder& decoder, pieces const& text, std::vector<owned_event>& events)
{
    for (auto piece : text) { // a copy, which is gone before the next one is fed
        decoder.feed({piece.data(), piece.size()});
        sse::event event;
        auto status = decoder.next(event);
        for (; status == sse::decoder::status::event; status = decoder.next(event)) {
            events.push_back(
                {std::string(event.type), std::string(event.data), std::string(event.last_id)}
            );
        }
        if (status != sse::decoder::status::need_more)
            return status;
    }
    return sse::decoder::status::need_more;
}

} // namespace hicap::test

#endif
