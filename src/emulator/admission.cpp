#include "emulator/admission.hpp"

#include "emulator/refusal.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <string>

namespace hicap::emulation {
namespace {

[[noreturn]] void refuse_key(std::string message)
{
    throw refusal(401, std::move(message), "invalid_api_key");
}

std::string_view bearer_token(std::string_view authorization)
{
    constexpr std::string_view scheme = "Bearer ";

    if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme))
        refuse_key("The header Authorization must be 'Bearer' and a key.");
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size())
    );
    return authorization;
}

} // namespace

void check_key(fields const& headers, std::string_view expected)
{
    auto const* authorization = headers.find("authorization");
    auto const* header = headers.find("api-key");
    if (authorization == nullptr && header == nullptr)
        refuse_key("No key came: send 'Authorization: Bearer KEY' or 'api-key: KEY'.");

    auto const key =
        authorization != nullptr ? bearer_token(*authorization) : std::string_view(*header);
    if (header != nullptr && key != *header)
        refuse_key("The headers Authorization and api-key hold different keys.");
    if (key.empty() || (!expected.empty() && key != expected))
        refuse_key("The key is wrong or has been revoked.");
}

void check_tags(fields const& headers)
{
    constexpr std::string_view name = "x-hicap-tags";

    auto const* tags = headers.find(name);
    if (tags == nullptr)
        return;
    boost::system::error_code failure;
    auto const value = boost::json::parse(*tags, failure);
    auto const* object = !failure ? value.if_object() : nullptr;
    auto const well_formed = object != nullptr && headers.count(name) == 1 &&
                             std::all_of(object->begin(), object->end(), [](auto const& tag) {
                                 return tag.value().is_string();
                             });
    if (!well_formed)
        throw invalid_request(
            "The header x-hicap-tags must come once and be one JSON object of strings.",
            "invalid_value",
            std::string(name)
        );
}

} // namespace hicap::emulation
