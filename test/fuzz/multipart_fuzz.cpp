// Forms: what the client writes the emulator reads, whatever is in it, and what it is sent in place
// of a form it refuses in order.

#include "emulator/multipart.hpp"
#include "emulator/refusal.hpp"
#include "fuzz.hpp"
#include "http/multipart.hpp"

#include <hicap/error.hpp>

#include <string>

namespace {

using hicap::emulation::parse_form;
using hicap::fuzz::require;

constexpr std::string_view boundary = "hicap-0123456789abcdef0123456789abcdef";

/// A part of each line: its name, and its content behind a tab.
void write_and_read(std::string_view text)
{
    std::vector<std::pair<std::string_view, std::string_view>> parts;
    std::string body;
    while (!text.empty() && parts.size() < 8) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        auto const tab = line.find('\t');
        if (tab == std::string_view::npos || tab == 0)
            continue;
        auto const name = line.substr(0, tab);
        auto const content = line.substr(tab + 1);
        auto const controls = [](char c) {
            return static_cast<unsigned char>(c) < ' ' || c == '\x7F';
        };
        if (std::any_of(name.begin(), name.end(), controls))
            continue; // no server takes them in a header
        if (content.find(boundary) != std::string_view::npos)
            continue; // is chosen at random, so that no content holds it
        body += hicap::http::part_head(boundary, name, name, "application/octet-stream");
        body += content;
        body += hicap::http::part_end;
        parts.emplace_back(name, content);
    }
    if (parts.empty())
        return;
    body += hicap::http::form_end(boundary);
    auto const found = parse_form(hicap::http::form_content_type(boundary), body);
    require(found.size() == parts.size(), "as many parts as were written");
    for (std::size_t i = 0; i != parts.size(); ++i)
        require(found[i].content == parts[i].second, "the content of each part is what it was");
}

} // namespace

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    write_and_read(text);
    try {
        std::size_t total = 0;
        for (auto const& part : parse_form(hicap::http::form_content_type(boundary), text))
            total += part.content.size();
        require(total <= text.size(), "parts lie in their form");
    } catch (hicap::emulation::refusal const&) {
    }
    return 0;
}
