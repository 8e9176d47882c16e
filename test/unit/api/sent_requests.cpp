#include "unit/api/sent_requests.hpp"

#include "support/api_description.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace hicap::test {
namespace {

/// Takes the request that `text` begins with away from it.
std::optional<emulator_request> take_request(std::string_view& text)
{
    auto const end = text.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return std::nullopt;
    auto head = text.substr(0, end + 2);
    auto const take_line = [&head] {
        auto const size = head.find("\r\n");
        auto const line = head.substr(0, size);
        head.remove_prefix(size + 2);
        return line;
    };
    emulator_request made;
    auto const first = take_line();
    auto const space = first.find(' ');
    if (space == std::string_view::npos || !first.ends_with(" HTTP/1.1"))
        return std::nullopt;
    made.method = first.substr(0, space);
    made.target = first.substr(space + 1, first.rfind(' ') - space - 1);
    std::size_t size = 0;
    while (!head.empty()) {
        auto const line = take_line();
        auto const colon = line.find(": ");
        auto const& [name, value] = made.headers.emplace_back(
            line.substr(0, colon), colon < line.size() ? line.substr(colon + 2) : ""
        );
        if (name == "Transfer-Encoding")
            return std::nullopt;
        if (name == "Content-Length")
            size = std::stoul(value);
    }
    if (text.size() < end + 4 + size)
        return std::nullopt;
    made.body = text.substr(end + 4, size);
    text.remove_prefix(end + 4 + size);
    return made;
}

} // namespace

void check_sent_requests(std::string_view sent)
{
    auto* const api = api_description::find();
    if (!api)
        return;
    while (auto const request = take_request(sent)) {
        if (api->operation(*request).empty())
            continue;
        for (auto const& fault : api->check(*request))
            BOOST_ERROR(
                request->method + ' ' + request->target + " is not what the API takes: " + fault +
                '\n' + request->body
            );
    }
}

} // namespace hicap::test
