// Requests and answers: what Boost.JSON takes for JSON is read, and what was read is written again.

#include "events_fuzz.hpp"

#include <hicap/chat_types.hpp>
#include <hicap/images_types.hpp>
#include <hicap/realtime_types.hpp>
#include <hicap/responses_types.hpp>

namespace {

using namespace hicap;

template <class T>
void survives(std::string_view text, std::optional<boost::json::value> const& reference)
{
    T value{};
    auto const result = json::decode(text, value);
    fuzz::require_same_verdict(text, result.code, reference);
    if (result && reference)
        fuzz::require_survived(*reference, fuzz::encoded(value));
}

} // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    auto const reference = fuzz::parsed(text);
    survives<chat::completion_request>(text, reference);
    survives<chat::completion>(text, reference);
    survives<responses::request>(text, reference);
    survives<responses::response>(text, reference);
    survives<images::generate_request>(text, reference);
    survives<images::result>(text, reference);
    survives<realtime::session>(text, reference);
    survives<realtime::transcription_session>(text, reference);
    return 0;
}
