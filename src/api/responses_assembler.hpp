#ifndef HICAP_API_RESPONSES_ASSEMBLER_HPP
#define HICAP_API_RESPONSES_ASSEMBLER_HPP

#include "api/stream_state.hpp"

#include <hicap/responses_events.hpp>
#include <hicap/responses_types.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

namespace hicap::detail {

/// Puts the events of a response together, in time linear in their size.
///
/// Page: POST /responses, streaming: items are told apart by their output_index, what is in them by
/// content_index, summary_index and command_index. What comes whole takes the place of its pieces.
template <>
class assembler<responses::event>
{
public:
    /// Throws an `api_error` for an `error` event that says nothing, and `errc::invalid_response`
    /// for an index beyond all reason, or far behind what there is.
    void add(responses::event const& event, bool assemble);

    /// Whether the event has come that ends a stream.
    [[nodiscard]] bool complete() const noexcept { return ended_; }

    /// What follows that event is not worth a wait.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// `[DONE]` is what gateways put behind every stream, also behind half of one.
    static constexpr bool done_is_whole = false;

    [[nodiscard]] static bool may_be_failure(responses::event const& event) noexcept
    {
        return std::holds_alternative<unknown>(event) ||
               std::holds_alternative<responses::error_event>(event);
    }

    [[nodiscard]] static bool keeps_open(responses::event const& event, std::string_view name)
    {
        auto const* const other = std::get_if<unknown>(&event);
        return other != nullptr && is_sign_of_life(*other, name);
    }

    /// Takes an answer that came whole. Where it has no items, those of the events stay.
    void adopt(responses::response whole);

    [[nodiscard]] responses::response const& get() const noexcept { return response_; }

    [[nodiscard]] responses::response take() { return std::move(response_); }

private:
    responses::response response_;
    std::size_t skipped_ = 0; // elements that were left out before others
    bool ended_ = false;
};

} // namespace hicap::detail

#endif
