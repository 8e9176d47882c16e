#include "emulator/text.hpp"

#include <algorithm>
#include <array>

namespace hicap::emulation {
namespace {

constexpr std::array<std::string_view, 4> openings = {
    "You asked about \"",
    "Here is what there is to say about \"",
    "Let us look at \"",
    "A short answer to \"",
};

constexpr std::array<std::string_view, 12> sentences = {
    " The first thing to know is where the question comes from.",
    " Most people begin with a small example and go on from there.",
    " It helps to measure before anything is changed.",
    " There are two common opinions, and both have their place.",
    " In practice the simple way is good enough.",
    " What matters most is that the result can be checked.",
    " A closer look shows three parts that depend on each other.",
    " None of this is new, yet it is often forgotten.",
    "\n\nFor the details, it is best to read the manual.",
    " If in doubt, ask again with more context.",
    " The costs grow with the size of the input.",
    "\n\nIn short: it depends, but not on much.",
};

bool is_space(char c) noexcept
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Of a UTF-8 sequence: true for each byte but the first.
bool is_continuation(char c) noexcept
{
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string opening(std::string_view topic, std::uint64_t& state)
{
    std::string text(openings[next_random(state) % openings.size()]);
    text += topic;
    text += "\".";
    return text;
}

void add_sentence(std::string& text, std::uint64_t& state)
{
    text += sentences[next_random(state) % sentences.size()];
}

} // namespace

std::uint64_t hash(std::string_view text, std::uint64_t seed) noexcept
{
    auto result = seed ^ 0xcbf29ce484222325U;
    for (auto const c : text)
        result = (result ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return result;
}

std::uint64_t next_random(std::uint64_t& state) noexcept
{
    state += 0x9e3779b97f4a7c15U;
    auto z = state;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}

std::string_view first_code_points(std::string_view text, std::size_t max_code_points) noexcept
{
    std::size_t end = 0;
    while (end != text.size() && max_code_points-- != 0) {
        ++end;
        while (end != text.size() && is_continuation(text[end]))
            ++end;
    }
    return text.substr(0, end);
}

std::size_t count_code_points(std::string_view text) noexcept
{
    return text.size() -
           static_cast<std::size_t>(std::count_if(text.begin(), text.end(), &is_continuation));
}

std::string topic_of(std::string_view prompt)
{
    constexpr std::size_t max_code_points = 48;

    std::string line;
    for (auto const c : prompt) {
        if (!is_space(c))
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
        // Enough for that many code points of the longest kind.
        if (line.size() > 4 * max_code_points + 4)
            break;
    }
    line.resize(first_code_points(line, max_code_points).size());
    if (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line.empty() ? "nothing in particular" : line;
}

std::string write_answer(std::string_view topic, std::uint64_t seed)
{
    auto text = opening(topic, seed);
    for (auto count = 3 + next_random(seed) % 3; count != 0; --count)
        add_sentence(text, seed);
    return text;
}

std::string write_answer_of_length(std::string_view topic, std::uint64_t seed, std::size_t tokens)
{
    auto text = opening(topic, seed);
    auto written = split_tokens(text).size();
    while (written < tokens) {
        auto const before = text.size();
        add_sentence(text, seed);
        written += split_tokens(std::string_view(text).substr(before)).size();
    }
    auto const all = split_tokens(text);
    auto const& last = all[tokens - 1];
    text.resize(static_cast<std::size_t>(last.data() + last.size() - text.data()));
    return text;
}

std::string write_reasoning(std::string_view topic)
{
    std::string text = "The user wants to know about \"";
    text += topic;
    text += "\". A few plain sentences will do.";
    return text;
}

std::string write_padding(std::uint64_t& state, std::size_t token_size)
{
    constexpr std::size_t padded_size = 16;
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    auto const used = std::min(token_size, padded_size - 1);
    std::string text;
    while (text.size() + used < padded_size)
        text += letters[next_random(state) % letters.size()];
    return text;
}

std::vector<std::string_view> split_tokens(std::string_view text, std::size_t max_code_points)
{
    std::vector<std::string_view> tokens;
    while (!text.empty()) {
        std::size_t size = 0;
        while (size != text.size() && is_space(text[size]))
            ++size;
        for (auto left = max_code_points; left != 0; --left) {
            if (size == text.size() || is_space(text[size]))
                break;
            ++size;
            while (size != text.size() && is_continuation(text[size]))
                ++size;
        }
        tokens.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return tokens;
}

} // namespace hicap::emulation
