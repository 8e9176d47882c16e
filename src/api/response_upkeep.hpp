#ifndef HICAP_API_RESPONSE_UPKEEP_HPP
#define HICAP_API_RESPONSE_UPKEEP_HPP

#include "api/background.hpp"
#include "api/shield.hpp"
#include "api/stream_upkeep.hpp"

#include <hicap/responses.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::detail {

/// Keeps the stream of a response in the background.
///
/// Where its connection breaks, the events that follow are asked for by their numbers; where the
/// server does not give them any more, the response is retrieved until it is over.
class response_upkeep final : public stream_upkeep<responses::event>
{
public:
    using reopened_events = reopened_stream<responses::event>;

    /// The id may be empty until an event brings it. `starting_after` is the number of the last
    /// event that the caller knows.
    response_upkeep(
        std::shared_ptr<background_task const> task,
        std::string id,
        std::optional<std::int64_t> starting_after
    );

    bool wants(responses::event const& event) override;
    bool took(responses::event const& event, bool keeps_open) noexcept override;
    void missed() noexcept override;
    [[nodiscard]] bool had(std::string_view text) const override;

    bool from_beginning() const noexcept override { return from_beginning_; }

    bool goes_on(response const& answer) override;
    bool may_reopen(error& failure, net::call const& on, bool between_events) override;
    void reopen(std::vector<attempt> earlier, net::call on) override;
    bool reopened() override;
    asio::awaitable<bool> reopened_by(net::clock::time_point deadline) override;
    reopened_events take() override;
    responses::event event_of(response const& answer) override;
    net::clock& time() const noexcept override;
    void leave(std::optional<event_source> rest, std::optional<net::call> on) noexcept override;

    [[nodiscard]] std::string const& id() const noexcept { return id_; }

    [[nodiscard]] std::optional<std::int64_t> last_number() const noexcept { return last_; }

    [[nodiscard]] std::shared_ptr<background_task const> const& task() const noexcept
    {
        return task_;
    }

    /// Nothing is to be done any more when the stream is left.
    void release() noexcept;

    /// Whether it is so, since that was said or done.
    [[nodiscard]] bool is_released() const noexcept { return released_; }

private:
    std::shared_ptr<background_task const> task_;
    std::shared_ptr<prepared_request const> asking_; // for what comes next
    std::string id_;
    bool from_beginning_;
    std::optional<std::int64_t> last_; // of the events that the caller has
    std::uint64_t missed_ = 0;         // events behind the last that came, but not in one piece
    bool numbered_ = true;             // all of them
    bool polls_ = false;               // the server has no more events of it to give
    bool gap_ = false;                 // it was the reason to open it again
    bool released_ = false;
    net::clock::time_point opened_{};                // the last time
    unsigned tries_ = 0;                             // since an event came
    std::optional<std::chrono::milliseconds> pause_; // before it is opened again after a failure
    std::shared_ptr<net::operation> running_; // the call, so that a shutdown waits for `take`
    std::unique_ptr<shielded<reopened_events>> opening_;
};

} // namespace hicap::detail

#endif
