#include "json/codec.hpp"

#include <hicap/misfits.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace hicap {

namespace {

template <class T>
std::vector<misfit> found_again(T const& value)
{
    std::string text;
    json::encode(value, text);
    T again;
    return json::decode(text, again).mismatches;
}

/// Of the one element of a list.
template <class List>
std::vector<misfit> found_in(List const& list)
{
    constexpr std::string_view element = "data[0]";
    auto found = found_again(list);
    for (auto& each : found) {
        each.path.erase(0, element.size());
        if (each.path.starts_with('.'))
            each.path.erase(0, 1);
    }
    return found;
}

} // namespace

std::vector<misfit> misfits(chat::completion const& value)
{
    return found_again(value);
}

std::vector<misfit> misfits(chat::chunk const& value)
{
    return found_again(value);
}

std::vector<misfit> misfits(chat::stored_message const& value)
{
    return found_in(chat::stored_message_list{.data = {value}});
}

std::vector<misfit> misfits(images::result const& value)
{
    return found_again(value);
}

std::vector<misfit> misfits(images::event const& value)
{
    return found_again(value);
}

std::vector<misfit> misfits(responses::response const& value)
{
    return found_again(value);
}

std::vector<misfit> misfits(responses::event const& value)
{
    return found_again(value);
}

std::vector<misfit> misfits(responses::listed_item const& value)
{
    return found_in(responses::item_list{.data = {value}});
}

std::vector<misfit> misfits(realtime::session const& value)
{
    return found_again(value);
}

std::vector<misfit> misfits(realtime::transcription_session const& value)
{
    return found_again(value);
}

} // namespace hicap
