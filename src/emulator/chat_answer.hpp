#ifndef HICAP_EMULATOR_CHAT_ANSWER_HPP
#define HICAP_EMULATOR_CHAT_ANSWER_HPP

#include "emulator/chat_request.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hicap::emulation {

/// One token of an answer.
struct chat_piece
{
    enum class kind
    {
        reasoning,
        content,
        call_start, ///< the function's name, no text
        call_arguments,
    };

    kind what = kind::content;
    std::size_t call = 0; ///< of calls: its index in `chat_choice::calls`
    std::string text;
};

struct chat_call
{
    std::string name;
    bool custom = false;
};

/// One choice of an answer: its tokens in the order in which a model would make them.
struct chat_choice
{
    std::vector<chat_piece> pieces;
    std::vector<chat_call> calls; ///< those that the pieces begin
    std::string finish_reason;

    /// All text of that kind, and of that call where it is one of calls.
    [[nodiscard]] std::string text(chat_piece::kind kind, std::size_t call = 0) const;
    [[nodiscard]] std::size_t count(chat_piece::kind kind) const noexcept;
};

/// Makes the choice of that index. `text_tokens` sets the length of its text.
[[nodiscard]] chat_choice make_chat_choice(
    chat_request const& request, std::int64_t index, std::optional<std::int64_t> text_tokens
);

} // namespace hicap::emulation

#endif
