// The chunks of chat streams: see events_fuzz.hpp.

#include "events_fuzz.hpp"

#include <hicap/chat_types.hpp>

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    hicap::fuzz::compare_decoders<hicap::chat::chunk>({reinterpret_cast<char const*>(data), size});
    return 0;
}
