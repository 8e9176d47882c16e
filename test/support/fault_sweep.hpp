#ifndef HICAP_TEST_SUPPORT_FAULT_SWEEP_HPP
#define HICAP_TEST_SUPPORT_FAULT_SWEEP_HPP

#include "support/fault_matrix.hpp"
#include "support/fault_trial.hpp"
#include "support/recorded_answer.hpp"

#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace hicap::test {

/// The one outcome that is right.
struct expected
{
    explicit expected(boost::system::error_code why = {}, milliseconds when = {})
        : code(why), took(when)
    {}

    expected(errc why, milliseconds when = {}) : expected(make_error_code(why), when) {}

    boost::system::error_code code;      ///< none: the answer
    boost::system::error_code or_code{}; ///< is right as well, none where there is no other
    milliseconds took;                   ///< of virtual time, exactly
    int status = 0;                      ///< of an `api_error`
    std::size_t events = 0;              ///< of a stream, that come before
    std::size_t attempts = 1;
    std::string answer;     ///< by `shown`, of a success
    bool one_event = false; ///< it comes as one event, not as it was recorded
    bool anything = false;  ///< every error is right, and every success with the answer, if
                            ///< there is one, when these events come first
};

/// All of the answer.
inline expected whole(recorded_answer const& what)
{
    expected made;
    made.events = what.ends.size();
    made.answer = recorded_whole();
    return made;
}

inline expected after_retry(expected made)
{
    ++made.attempts;
    made.took += trial_limits::backoff;
    return made;
}

/// When the body ends after `come` bytes of the response, and by the framing nothing is missing.
inline expected after_end_of_body(recorded_answer const& what, std::size_t come)
{
    if (!what.streams)
        return come == what.size ? whole(what) : expected(errc::invalid_json);
    // The last line ends are missing, but not a word.
    constexpr std::size_t line_ends = 2;
    if (come + line_ends >= what.done)
        return whole(what);
    expected made(errc::truncated_stream);
    made.events = what.events_within(come);
    auto const between = made.events == 0 ? what.head : what.ends[made.events - 1];
    if (made.events == 0 || recorded_events()[made.events - 1].answer.empty() || come != between)
        return made;
    // Many servers send no [DONE], and no usage: then what has come is the answer.
    made.code = {};
    made.answer = recorded_events()[made.events - 1].answer;
    return made;
}

/// When nothing comes after the first `come` bytes of the response but this.
inline expected after_cut(recorded_answer const& what, std::size_t come, ending how)
{
    if (come >= what.enough)
        return whole(what);
    bool const has_head = come >= what.head;
    expected made(errc::truncated_response);
    made.events = what.events_within(come);
    if (how == ending::rst)
        made.code = asio::error::connection_reset;
    else if (how == ending::stay && has_head)
        made = expected(errc::idle_timeout, trial_limits::idle);
    else if (how == ending::stay)
        made = expected(errc::first_byte_timeout, trial_limits::first_byte);
    else if (has_head && what.how == framing::close)
        return after_end_of_body(what, come);
    made.events = what.events_within(come);
    return made;
}

/// When the bytes are others than were sent, from `place` on.
inline expected anything_behind(recorded_answer const& what, std::size_t place)
{
    expected made;
    made.anything = true;
    made.events = what.events_within(place);
    return made;
}

/// A fault at many places.
class fault_sweep
{
public:
    explicit fault_sweep(std::string name, unsigned retries = 0, tls_server* identity = nullptr)
        : name_(std::move(name)), retries_(retries), identity_(identity)
    {}

    /// Lets the fault happen at `place` of an operation that is to get `what`.
    void
    run(recorded_answer const& what,
        std::size_t place,
        std::function<void(fault_trial&)> const& happen,
        expected const& right)
    {
        fault_trial trial(identity_, retries_);
        happen(trial);
        auto came = trial.run(what.streams);
        if (came.wrong.empty())
            came.wrong = compare(came, what.streams, right);
        if (came.wrong.empty())
            trial.check_goes_on(came);
        auto const* const how = what.how == framing::length   ? "length"
                                : what.how == framing::chunks ? "chunks"
                                                              : "close";
        auto const where = std::string(what.streams ? "stream" : "create") + " by " + how +
                           ", at " + std::to_string(place) + " of " + std::to_string(what.size);
        auto outcome = came.name();
        if (!came.code && came.answer != recorded_whole())
            outcome = right.anything ? "changed answer" : "answer without usage";
        fault_matrix::of_program().count(name_, what.streams, outcome, where, came.wrong);
    }

private:
    /// What is not as it should be; empty where all is.
    static std::string compare(trial_outcome const& came, bool streams, expected const& right)
    {
        auto const differ = [](std::string const& what, auto const& is, auto const& should) {
            return what + ": " + is + ", not " + should;
        };
        auto const events_are = [&](std::size_t count) {
            return came.events.size() >= count &&
                   std::equal(
                       came.events.begin(),
                       came.events.begin() + static_cast<std::ptrdiff_t>(count),
                       recorded_events().begin(),
                       [](auto const& one, auto const& sent) { return one == sent.shows; }
                   );
        };
        bool const as_recorded = streams && !right.one_event;
        if (as_recorded && !events_are(right.events))
            return "an event is missing or is another, of the first " +
                   std::to_string(right.events);
        if (right.anything) {
            bool const other = !right.answer.empty() && came.answer != right.answer;
            return !came.code && other ? differ("answer", came.answer, right.answer) : "";
        }
        if (came.code != right.code && (!right.or_code || came.code != right.or_code))
            return differ("code", came.code.message(), right.code.message());
        auto const events = right.one_event ? 1 : right.events;
        if (streams && came.events.size() != events)
            return differ("events", std::to_string(came.events.size()), std::to_string(events));
        if (came.status != right.status)
            return differ("status", std::to_string(came.status), std::to_string(right.status));
        if (!came.code && came.answer != right.answer)
            return differ("answer", came.answer, right.answer);
        if (came.attempts != right.attempts) {
            return differ(
                "attempts", std::to_string(came.attempts), std::to_string(right.attempts)
            );
        }
        if (came.took != right.took) {
            return differ(
                "time in ms", std::to_string(came.took.count()), std::to_string(right.took.count())
            );
        }
        return {};
    }

    std::string name_;
    unsigned retries_;
    tls_server* identity_;
};

} // namespace hicap::test

#endif
