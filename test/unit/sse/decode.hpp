#ifndef HICAP_TEST_UNIT_SSE_DECODE_HPP
#define HICAP_TEST_UNIT_SSE_DECODE_HPP

#include "sse/decoder.hpp"
#include "support/splits.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace hicap::test {

/// An event that owns its text.
struct owned_event
{
    std::string type;
    std::string data;
    std::string last_id;

    friend bool operator==(owned_event const&, owned_event const&) = default;

    friend std::ostream& operator<<(std::ostream& out, owned_event const& event)
    {
        return out << "{type=" << event.type << ", data=" << event.data << ", id=" << event.last_id
                   << '}';
    }
};

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
