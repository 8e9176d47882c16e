#include "emulator/routing.hpp"

#include "emulator/chat.hpp"
#include "emulator/refusal.hpp"

#include <array>

namespace hicap::emulation {
namespace {

struct route
{
    std::string_view method;
    std::string_view path;
    handler serve;
};

constexpr std::array<route, 1> routes = {{
    {"POST", "/chat/completions", &create_chat_completion},
}};

// The paths below which the API has been served.
constexpr std::array<std::string_view, 2> bases = {"/v1", "/v2/openai"};

// The path below the base and without the query; empty where the target is below none.
std::string_view endpoint(std::string_view target) noexcept
{
    auto const path = target.substr(0, target.find('?'));
    for (auto const base : bases) {
        if (path.starts_with(base) && path.substr(base.size()).starts_with('/'))
            return path.substr(base.size());
    }
    return {};
}

} // namespace

id_source::id_source()
{
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    random_.seed(seed);
}

std::string id_source::make(std::string_view prefix)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id(prefix);
    for (int half = 0; half != 2; ++half) {
        auto number = random_();
        for (int i = 0; i != 16; ++i, number >>= 4U)
            id += digits[number & 15U];
    }
    return id;
}

handler find_handler(request const& request)
{
    auto const path = endpoint(request.target);
    for (auto const& route : routes) {
        if (route.path == path && route.method == request.method)
            return route.serve;
    }
    auto const allowed = allowed_methods(request.target);
    if (allowed.empty())
        throw refusal(404, "There is no such endpoint: " + request.method + ' ' + request.target);
    throw refusal(
        405, request.target + " does not know " + request.method + ", but " + allowed + '.'
    );
}

std::string allowed_methods(std::string_view target)
{
    auto const path = endpoint(target);
    std::string methods;
    for (auto const& route : routes) {
        if (route.path != path)
            continue;
        if (!methods.empty())
            methods += ", ";
        methods += route.method;
    }
    return methods;
}

} // namespace hicap::emulation
