#ifndef HICAP_EMULATOR_TEXT_HPP
#define HICAP_EMULATOR_TEXT_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The emulator's model: text that depends on the prompt and on nothing else.
namespace hicap::emulation {

/// A hash of `text` that continues from `seed`.
[[nodiscard]] std::uint64_t hash(std::string_view text, std::uint64_t seed = 0) noexcept;

/// The next number of a sequence; `state` is its only state.
[[nodiscard]] std::uint64_t next_random(std::uint64_t& state) noexcept;

/// The beginning of a prompt in one line, at most 48 code points of well-formed UTF-8.
/// Precondition: the prompt is well-formed UTF-8.
[[nodiscard]] std::string topic_of(std::string_view prompt);

/// A few sentences about the topic, chosen by the seed.
[[nodiscard]] std::string write_answer(std::string_view topic, std::uint64_t seed);

/// As `write_answer`, but exactly so many tokens long. Precondition: `tokens > 0`.
[[nodiscard]] std::string
write_answer_of_length(std::string_view topic, std::uint64_t seed, std::size_t tokens);

/// What the model is said to think before it answers.
[[nodiscard]] std::string write_reasoning(std::string_view topic);

/// Letters and digits that hide the length of a token of that size from whoever sees only the size
/// of a record.
[[nodiscard]] std::string write_padding(std::uint64_t& state, std::size_t token_size);

/// Cuts a text into tokens: a word with the space before it, long words in several pieces of at
/// most `max_code_points`. No code point is cut, and the tokens put together are the text.
[[nodiscard]] std::vector<std::string_view>
split_tokens(std::string_view text, std::size_t max_code_points = 16);

/// `text` without what follows its first `max_code_points` code points.
[[nodiscard]] std::string_view
first_code_points(std::string_view text, std::size_t max_code_points) noexcept;

[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;

} // namespace hicap::emulation

#endif
