#include "emulator/logprobs.hpp"

#include "emulator/text.hpp"

#include <boost/json/array.hpp>

#include <string_view>

namespace hicap::emulation {

namespace json = boost::json;

namespace {

json::object token_logprob(std::string_view token, double logprob)
{
    json::array bytes;
    for (auto const c : token)
        bytes.push_back(static_cast<std::int64_t>(static_cast<unsigned char>(c)));
    json::object result;
    result["token"] = token;
    result["logprob"] = logprob;
    result["bytes"] = std::move(bytes);
    return result;
}

} // namespace

// The token itself comes first among its rivals, and they are less and less probable.
json::object logprob_of(std::string const& token, std::int64_t top)
{
    auto const first = -static_cast<double>(hash(token) % 1000U) / 1000.0;
    auto result = token_logprob(token, first);
    json::array rivals;
    for (std::int64_t i = 0; i != top; ++i) {
        auto const name = i == 0 ? token : token + std::to_string(i);
        rivals.push_back(token_logprob(name, first - static_cast<double>(i)));
    }
    result["top_logprobs"] = std::move(rivals);
    return result;
}

} // namespace hicap::emulation
