#ifndef HICAP_NET_WATCH_HPP
#define HICAP_NET_WATCH_HPP

#include "base/secret.hpp"
#include "net/clock.hpp"

#include <hicap/observer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::net {

/// Tells an observer of one call, and that it ended when this is destroyed.
///
/// Belongs to one coroutine at a time.
class watch
{
public:
    /// Of nobody.
    watch() = default;

    /// `server` outlives it.
    watch(
        std::shared_ptr<observer> who,
        std::shared_ptr<clock> time,
        std::string_view method,
        std::string_view path,
        std::string_view server = {}
    );

    watch(watch const&) = delete;
    watch& operator=(watch const&) = delete;

    ~watch();

    /// The key that is sent, for whoever shows what the server says.
    void hides(hidden_secret key) noexcept { hidden_ = std::move(key); }

    /// Empty where nobody said so.
    [[nodiscard]] std::string_view server() const noexcept { return server_; }

    [[nodiscard]] hidden_secret const& hidden() const noexcept { return hidden_; }

    void attempt_begins() noexcept;
    void
    connected(attempt const& made, bool resumed_session, boost::system::error_code code) noexcept;
    void first_byte(int status, std::string_view request_id);
    void retry_follows(attempt const& failed);

    /// An event of a stream was given to the caller.
    void event() noexcept
    {
        how_ = call_end::abandoned; // who goes on has not been stopped by what was told before
        if (events_++ == 0 && who_)
            first_event();
    }

    /// What the end is told to be; the last word counts. Before it is `abandoned`.
    void ends(call_end how, boost::system::error_code code = {}) noexcept;

    /// Why there is no further attempt, for people; may be empty.
    void is_not_retried(std::string why);

    /// The same for a call that threw `code`: it failed, or somebody cancelled it.
    void fails(boost::system::error_code code) noexcept;

private:
    void first_event() noexcept;
    [[nodiscard]] call_identity identity() const noexcept;
    [[nodiscard]] std::chrono::microseconds since_begin() const noexcept;

    std::shared_ptr<observer> who_;
    std::shared_ptr<clock> time_;
    hidden_secret hidden_;
    std::string_view server_;
    std::string method_;
    std::string path_;
    std::string request_id_;
    std::string not_retried_;
    std::uint64_t number_ = 0;
    std::uint64_t events_ = 0;
    clock::time_point begun_{};
    unsigned attempts_ = 0;
    int status_ = 0;
    call_end how_ = call_end::abandoned;
    boost::system::error_code code_;
};

} // namespace hicap::net

#endif
