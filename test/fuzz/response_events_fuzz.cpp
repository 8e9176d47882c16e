// The events of Responses streams: see events_fuzz.hpp.

#include "events_fuzz.hpp"

#include <hicap/responses_events.hpp>

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    hicap::fuzz::compare_decoders<hicap::responses::event>(
        {reinterpret_cast<char const*>(data), size}
    );
    return 0;
}
