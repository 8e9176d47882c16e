#ifndef HICAP_TEST_SUPPORT_SPLITS_HPP
#define HICAP_TEST_SUPPORT_SPLITS_HPP

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::test {

/// A text cut into pieces. Each has its own memory without a byte to spare, so that a sanitizer
/// sees whoever reads past its end or keeps a view of it.
using pieces = std::vector<std::vector<char>>;

/// `text` cut at the given offsets, which ascend.
inline pieces cut(std::string_view text, std::vector<std::size_t> const& offsets)
{
    pieces out;
    std::size_t begin = 0;
    for (auto const end : offsets) {
        out.emplace_back(text.begin() + begin, text.begin() + end);
        begin = end;
    }
    out.emplace_back(text.begin() + begin, text.end());
    return out;
}

inline pieces byte_by_byte(std::string_view text)
{
    pieces out;
    for (char const c : text)
        out.push_back({c});
    return out;
}

/// Calls `check(pieces)` with `text` whole, cut in two at every offset, and byte by byte.
template <class Check>
void for_each_split(std::string_view text, Check check)
{
    BOOST_TEST_CONTEXT("whole")
    {
        check(cut(text, {}));
    }
    for (std::size_t offset = 0; offset <= text.size(); ++offset) {
        BOOST_TEST_CONTEXT("cut at " << offset)
        {
            check(cut(text, {offset}));
        }
    }
    BOOST_TEST_CONTEXT("byte by byte")
    {
        check(byte_by_byte(text));
    }
}

} // namespace hicap::test

#endif
