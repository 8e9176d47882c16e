#include "emulator/routing.hpp"

#include "emulator/chat.hpp"
#include "emulator/chat_store.hpp"
#include "emulator/images.hpp"
#include "emulator/realtime.hpp"
#include "emulator/refusal.hpp"
#include "emulator/responses.hpp"

#include <array>

namespace hicap::emulation {
namespace {

struct route
{
    std::string_view method;
    std::string_view path; ///< a segment in braces stands for any that is not empty
    response (*serve)(call const&);
    bool open = false;
};

constexpr std::array<route, 14> routes = {{
    {"POST", "/chat/completions", &create_chat_completion},
    {"GET", "/chat/completions/{completion_id}", &get_chat_completion},
    {"GET", "/chat/completions/{completion_id}/messages", &list_chat_messages},
    {"POST", "/responses", &create_response},
    {"GET", "/responses/{response_id}", &get_response},
    {"DELETE", "/responses/{response_id}", &delete_response},
    {"POST", "/responses/{response_id}/cancel", &cancel_response},
    {"GET", "/responses/{response_id}/input_items", &list_input_items},
    {"POST", "/images/generations", &generate_images},
    {"POST", "/images/edits", &edit_images},
    {"POST", "/images/variations", &vary_image},
    {"GET", "/images/files/{name}", &get_image_file, true},
    {"POST", "/realtime/sessions", &create_realtime_session},
    {"POST", "/realtime/transcription_sessions", &create_transcription_session},
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

// Whether the path is that of the route; its parameters are added as they were sent.
bool matches(
    std::string_view route, std::string_view path, std::vector<std::string_view>& parameters
)
{
    auto const wanted = split_path(route);
    auto const given = split_path(path);
    if (wanted.size() != given.size())
        return false;
    for (std::size_t i = 0; i != wanted.size(); ++i) {
        if (wanted[i].starts_with('{') && !given[i].empty())
            parameters.push_back(given[i]);
        else if (wanted[i] != given[i])
            return false;
    }
    return true;
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

destination find_destination(request const& request)
{
    auto const path = endpoint(request.target);
    for (auto const& route : routes) {
        std::vector<std::string_view> parameters;
        if (route.method != request.method || !matches(route.path, path, parameters))
            continue;
        destination result{route.serve, {}, route.open};
        for (auto const each : parameters)
            result.parameters.push_back(percent_decode(each));
        return result;
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
        std::vector<std::string_view> parameters;
        if (!matches(route.path, path, parameters))
            continue;
        if (!methods.empty())
            methods += ", ";
        methods += route.method;
    }
    return methods;
}

} // namespace hicap::emulation
