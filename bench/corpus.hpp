#ifndef HICAP_BENCH_CORPUS_HPP
#define HICAP_BENCH_CORPUS_HPP

#include <array>
#include <cstddef>
#include <string_view>

namespace bench {

// What the server says. The clients know it too, so that they can tell whether all of it came.

/// The text of a whole answer.
inline std::string_view whole_answer()
{
    return "The Volga is the longest river of Europe: 3,530 km to the Caspian Sea. The Danube "
           "follows with 2,850 km to the Black Sea, and the Ural with 2,428 km to the Caspian.";
}

inline constexpr std::array<std::string_view, 24> tokens{
    "The",  " Volga",  " is",    " the", " longest", " river",   " of",  " Europe",
    ":",    " ",       "3",      ",",    "530",      " km",      ",",    " from",
    " the", " Valdai", " Hills", " to",  " the",     " Caspian", " Sea", ".",
};

/// The text of event `index` of a stream, behind the one that brings the role.
inline std::string_view token(std::size_t index)
{
    return tokens[index % tokens.size()];
}

/// The event that brings the role, and the one that says why the answer ends.
inline constexpr std::size_t events_around_tokens = 2;

} // namespace bench

#endif
