#ifndef HICAP_API_IMAGES_ASSEMBLER_HPP
#define HICAP_API_IMAGES_ASSEMBLER_HPP

#include "api/stream_state.hpp"

#include <hicap/images_types.hpp>

#include <string_view>
#include <utility>
#include <variant>

namespace hicap::detail {

/// Collects the images of a stream that are complete.
template <>
class assembler<images::event>
{
public:
    void add(images::event const& event, bool assemble);

    /// Whether there is an image; how many follow is not said.
    [[nodiscard]] bool complete() const noexcept { return complete_; }

    /// Several images may follow one another.
    [[nodiscard]] static bool ended() noexcept { return false; }

    /// `[DONE]` is what gateways put behind every stream, also behind half of one.
    static constexpr bool done_is_whole = false;

    [[nodiscard]] static bool may_be_failure(images::event const& event) noexcept
    {
        return std::holds_alternative<unknown>(event);
    }

    [[nodiscard]] static bool keeps_open(images::event const& event, std::string_view name)
    {
        auto const* const other = std::get_if<unknown>(&event);
        return other != nullptr && is_sign_of_life(*other, name);
    }

    /// Takes an answer that came whole.
    void adopt(images::result whole) { result_ = std::move(whole); }

    [[nodiscard]] images::result const& get() const noexcept { return result_; }

    [[nodiscard]] images::result take() { return std::move(result_); }

private:
    images::result result_;
    bool complete_ = false;
};

} // namespace hicap::detail

#endif
