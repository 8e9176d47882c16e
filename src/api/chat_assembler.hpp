#ifndef HICAP_API_CHAT_ASSEMBLER_HPP
#define HICAP_API_CHAT_ASSEMBLER_HPP

#include "api/extra_assembler.hpp"
#include "api/stream_state.hpp"

#include <hicap/chat_types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::detail {

/// Puts the chunks of a chat stream together, in time linear in their size.
///
/// Page: POST /chat/completions, streaming: choices are told apart by their index, tool calls by
/// theirs.
template <>
class assembler<chat::chunk>
{
public:
    /// Throws `errc::invalid_response` for an index beyond all reason.
    void add(chat::chunk const& chunk, bool assemble);

    /// What was asked for, which has to come where nothing marks the end.
    void expect(std::size_t choices, bool usage) noexcept
    {
        choices_asked_for_ = choices;
        usage_asked_for_ = usage;
    }

    /// Whether every choice that has begun has its finish_reason, as many as were asked for have
    /// begun, and the usage has come where it was asked for.
    [[nodiscard]] bool complete() const noexcept;

    /// Its mark is no chunk.
    [[nodiscard]] static bool ended() noexcept { return false; }

    /// Whether `[DONE]` says that all has come, whatever has.
    static constexpr bool done_is_whole = true;

    [[nodiscard]] static bool may_be_failure(chat::chunk const& chunk) noexcept
    {
        return !chunk.extra.empty();
    }

    /// Whether it brings nothing but what all chunks repeat.
    [[nodiscard]] static bool keeps_open(chat::chunk const& chunk, std::string_view name)
    {
        return chunk.choices.empty() && says_nothing(chunk, name);
    }

    /// Takes an answer that came whole.
    void adopt(chat::completion whole) { completion_ = std::move(whole); }

    [[nodiscard]] chat::completion const& get();
    [[nodiscard]] chat::completion take();

private:
    struct tool_progress
    {
        std::int64_t index = 0;
        bool changed = false;
        bool has_payload = false;
        extra_assembler extra;
        extra_assembler of_function;
        extra_assembler of_custom;
        std::optional<chat::function_call> function; // where the call is of another kind
        std::optional<chat::custom_call> custom;     // the same
        // Of a call of a kind that is unknown:
        std::string id;
        unknown_members members;
        extra_assembler of_payload;
        unknown_members payload;
    };

    class growing_call;

    struct progress
    {
        bool begun = false;
        bool finished = false;
        std::vector<tool_progress> tools; // of message.tool_calls, in their order
        extra_assembler of_delta;
        extra_assembler of_audio;
        extra_assembler of_function_call;
        extra_assembler of_choice;
    };

    [[nodiscard]] static bool says_nothing(chat::chunk const& chunk, std::string_view name);

    void materialize();
    static void add_delta(chat::response_message& message, progress& at, chat::delta const& delta);
    static void add_tool_call(
        chat::response_message& message, progress& at, chat::tool_call_delta const& piece
    );

    chat::completion completion_;
    std::vector<progress> progress_; // by the index of the choice
    std::size_t choices_asked_for_ = 1;
    bool usage_asked_for_ = false;
    bool has_usage_ = false;
    extra_assembler of_chunk_;
};

} // namespace hicap::detail

#endif
