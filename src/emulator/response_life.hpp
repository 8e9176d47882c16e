#ifndef HICAP_EMULATOR_RESPONSE_LIFE_HPP
#define HICAP_EMULATOR_RESPONSE_LIFE_HPP

#include "emulator/exchange.hpp"
#include "emulator/response_plan.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::emulation {

/// A response from its creation to its end, and all its events.
///
/// One in the background lives by the clock: how far it has come is a function of the time. Any
/// other one is driven by whoever sends its events.
class response_life
{
public:
    /// `tokens_per_second` is the pace in the background; 0: as fast as it goes.
    response_life(
        response_request request,
        response_plan plan,
        boost::json::object base,
        double tokens_per_second,
        time_point start
    );

    response_life(response_life const&) = delete;
    response_life& operator=(response_life const&) = delete;

    [[nodiscard]] bool is_background() const noexcept { return background_; }

    /// Whether nothing will happen any more.
    [[nodiscard]] bool is_over() const noexcept
    {
        return cancelled_ || (position_ == plan_.steps.size() && !plan_.endless);
    }

    /// How many events have happened.
    [[nodiscard]] std::size_t position() const noexcept { return position_; }

    [[nodiscard]] std::size_t size() const noexcept { return plan_.steps.size(); }

    /// Lets everything happen that is due. Nothing, where it does not live by the clock.
    void advance(time_point now);

    /// Lets so many events have happened, unless it is over.
    void reach(std::size_t events);

    /// Ends it, unless it is over. Returns whether it did.
    bool cancel();

    /// When the event of that index happens; the end of time where that is not known.
    [[nodiscard]] time_point due(std::size_t index) const noexcept;

    /// The response as it is.
    [[nodiscard]] boost::json::object now() const { return after(position_); }

    /// The response as it was after so many events.
    [[nodiscard]] boost::json::object after(std::size_t events) const;

    [[nodiscard]] boost::json::object event_at(std::size_t index) const;

    /// The size of the delta of the event; none where it has none.
    [[nodiscard]] std::optional<std::size_t> delta_size(std::size_t index) const noexcept;

    [[nodiscard]] std::string_view type_at(std::size_t index) const noexcept
    {
        return plan_.steps[index].type;
    }

    [[nodiscard]] boost::json::array const& input() const noexcept { return input_; }

    /// The finished items of its output.
    [[nodiscard]] boost::json::array output() const { return output_after(position_); }

    /// What it leaves to those that continue it.
    [[nodiscard]] response_context context_after() const;

    /// The tokens made since this was asked for the last time.
    [[nodiscard]] std::uint64_t take_tokens() noexcept;

    /// Calls `notify` whenever something has happened that the clock does not tell.
    void watch(void const* who, std::function<void()> notify);
    void unwatch(void const* who) noexcept;

private:
    [[nodiscard]] boost::json::array output_after(std::size_t events) const;
    [[nodiscard]] std::string_view status_after(std::size_t events) const noexcept;
    [[nodiscard]] boost::json::object usage() const;
    void tell_watchers() const;

    response_plan plan_;
    boost::json::object base_; ///< what does not change
    boost::json::array input_;
    response_context context_;
    bool background_;
    double tokens_per_second_;
    time_point start_;

    std::size_t position_ = 0;
    std::size_t counted_ = 0; ///< events whose tokens were taken
    bool cancelled_ = false;
    std::int64_t completed_at_ = 0;
    std::vector<std::pair<void const*, std::function<void()>>> watchers_;
};

} // namespace hicap::emulation

#endif
