#ifndef HICAP_TEST_UNIT_API_CALL_HPP
#define HICAP_TEST_UNIT_API_CALL_HPP

#include "net/call.hpp"
#include "policy/deadlines.hpp"
#include "support/manual_clock.hpp"

#include <hicap/observer.hpp>

#include <memory>
#include <utility>

namespace hicap::test {

/// A call of no client that begins now.
inline net::call call_of(
    std::shared_ptr<net::clock> const& time = std::make_shared<manual_clock>(),
    policy::deadline_set const& limits = {},
    std::shared_ptr<observer> who = nullptr
)
{
    auto running = std::make_shared<net::operation>(
        std::make_shared<net::operations>(), std::move(who), time, "POST", "/chat/completions"
    );
    auto const until = policy::add_saturated(time->now(), limits.total);
    return {time, limits, until, std::move(running)};
}

} // namespace hicap::test

#endif
