// Lines of response headers that carry numbers, durations and dates.

#include "fuzz.hpp"
#include "policy/rate_limit.hpp"
#include "policy/retry.hpp"

#include <hicap/headers.hpp>

#include <chrono>

namespace {

using hicap::fuzz::require;

bool is_sane(std::optional<std::chrono::milliseconds> const& length)
{
    constexpr std::chrono::hours century{24 * 366 * 100};
    return !length || (length->count() >= 0 && *length <= century);
}

} // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view text(reinterpret_cast<char const*>(data), size);
    hicap::headers fields;
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        auto const colon = line.find(':');
        if (colon == std::string_view::npos)
            continue;
        auto value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        fields.append(line.substr(0, colon), value);
        require(fields[fields.size() - 1].second == value, "a field is kept as it is");
        require(fields.find(line.substr(0, colon)).has_value(), "a field is found");
    }
    using seconds = std::chrono::seconds;
    // The last is the first year that the clock of the system can tell.
    for (auto const now : {seconds(0), seconds(1'790'000'000), seconds(-9'200'000'000)}) {
        std::chrono::system_clock::time_point const time(now);
        require(
            is_sane(hicap::policy::parse_retry_after(fields, time)),
            "a pause can be added to a time"
        );
    }
    auto const limit = hicap::policy::parse_rate_limit(fields);
    require(
        is_sane(limit.requests.reset) && is_sane(limit.tokens.reset),
        "a reset can be added to a time"
    );
    static_cast<void>(hicap::policy::parse_should_retry(fields));
    static_cast<void>(hicap::policy::request_id(fields));
    return 0;
}
