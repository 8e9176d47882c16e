#ifndef HICAP_NET_CALL_HPP
#define HICAP_NET_CALL_HPP

#include "net/clock.hpp"
#include "net/operation.hpp"
#include "policy/deadlines.hpp"

#include <hicap/attempt.hpp>
#include <hicap/deadlines.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace hicap::net {

/// What an attempt needs of the call that it belongs to, and what it tells of itself.
///
/// Belongs to one coroutine at a time, and outlives whatever it is lent to.
class call
{
public:
    /// `until` is when the call as a whole has to be over.
    call(
        std::shared_ptr<clock> time,
        policy::deadline_set const& limits,
        clock::time_point until,
        std::shared_ptr<operation> what
    );

    /// Begins a phase; gives the time when it has to be over.
    clock::time_point begin(phase which);

    /// Takes down what the phase that was begun last has taken, once.
    void end() noexcept;

    /// Throws the error that the deadline of the current phase is, or that of the whole call where
    /// that came first. `doing` and `what` say what was under way.
    [[noreturn]] void throw_late(std::string_view doing, std::string_view what = {});

    /// After a wait: throws where the operation was stopped meanwhile, and as `throw_late` does
    /// where the wait was not over in time.
    void check(bool in_time, std::string_view doing, std::string_view what = {});

    /// Throws in the same way where the call as a whole is late.
    void check_total(std::string_view doing, std::string_view what = {});

    [[nodiscard]] clock& time() const noexcept { return *time_; }

    [[nodiscard]] std::shared_ptr<clock> const& shared_time() const noexcept { return time_; }

    [[nodiscard]] operation& running() const noexcept { return *running_; }

    [[nodiscard]] std::shared_ptr<operation> const& shared_operation() const noexcept
    {
        return running_;
    }

    [[nodiscard]] clock::time_point until() const noexcept { return until_; }

    /// Whether a request may be sent again that a reused connection has swallowed.
    bool may_replay = true;

    /// What the present attempt has done, filled by whoever does it.
    attempt made;

    /// Whether a part of the request may have been sent in it.
    bool sent = false;

    /// Whether a part of its response has come.
    bool answered = false;

    /// Whether it was the source of its body that failed, and neither connection nor server.
    bool failed_by_caller = false;

    /// Ends the present attempt, which failed with `code`, and begins the next.
    void next_attempt(boost::system::error_code code);

    /// Begins a further request of the same call, which has had its answer.
    void next_request();

    /// Those before the present one.
    std::vector<attempt> earlier;

private:
    std::shared_ptr<clock> time_;
    policy::deadline_set limits_;
    clock::time_point until_;
    std::shared_ptr<operation> running_;
    phase current_ = phase::total;
    bool in_phase_ = false; // it was begun, and not ended
    clock::time_point begun_{};
};

} // namespace hicap::net

#endif
