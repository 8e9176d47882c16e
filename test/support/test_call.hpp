#ifndef HICAP_TEST_SUPPORT_TEST_CALL_HPP
#define HICAP_TEST_SUPPORT_TEST_CALL_HPP

#include "net/call.hpp"
#include "net/operation.hpp"
#include "support/manual_clock.hpp"

#include <memory>

namespace hicap::test {

/// A call without a client, and with the time in the test's hands.
struct test_call
{
    explicit test_call(
        policy::deadline_set const& limits = {},
        std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>(),
        std::shared_ptr<net::operations> group = std::make_shared<net::operations>()
    )
        : clock(std::move(time)), all(std::move(group)),
          operation(std::make_shared<net::operation>(all, nullptr, clock, "POST", "/v1/x")),
          on(clock, limits, policy::add_saturated(clock->now(), limits.total), operation)
    {}

    std::shared_ptr<manual_clock> clock;
    std::shared_ptr<net::operations> all;
    std::shared_ptr<net::operation> operation;
    net::call on;
};

} // namespace hicap::test

#endif
