#ifndef HICAP_TEST_SUPPORT_SSE_BY_THE_BOOK_HPP
#define HICAP_TEST_SUPPORT_SSE_BY_THE_BOOK_HPP

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace hicap::test {

/// An event that owns its text.
struct owned_event
{
    std::string type;
    std::string data;
    std::string last_id;

    friend bool operator==(owned_event const&, owned_event const&) = default;

    friend std::ostream& operator<<(std::ostream& out, owned_event const& event)
    {
        return out << "{type=" << event.type << ", data=" << event.data << ", id=" << event.last_id
                   << '}';
    }
};

/// The algorithm of the HTML standard as it is written there, on a whole text.
inline std::vector<owned_event> decode_by_the_book(std::string text)
{
    if (text.starts_with("\xEF\xBB\xBF"))
        text.erase(0, 3);
    for (auto at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at))
        text.erase(at, 1);
    for (char& c : text)
        c = c == '\r' ? '\n' : c;

    std::vector<owned_event> out;
    owned_event next;
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
        auto const line = text.substr(begin, end - begin);
        if (line.empty()) {
            if (!next.data.empty()) {
                next.data.pop_back();
                out.push_back(next);
            }
            next.data.clear();
            next.type.clear();
            continue;
        }
        auto const colon = line.find(':');
        auto const name = line.substr(0, colon);
        auto value = colon == std::string::npos ? std::string() : line.substr(colon + 1);
        if (value.starts_with(' '))
            value.erase(0, 1);
        if (name == "event")
            next.type = value;
        else if (name == "data")
            next.data += value + '\n';
        else if (name == "id" && value.find('\0') == std::string::npos)
            next.last_id = value;
    }
    return out;
}

} // namespace hicap::test

#endif
