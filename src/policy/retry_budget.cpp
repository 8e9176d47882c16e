#include "policy/retry_budget.hpp"

namespace hicap::policy {

// Nothing else is published by the counter, so its order among other memory does not matter.

bool retry_budget::withdraw() noexcept
{
    auto left = left_.load(std::memory_order_relaxed);
    do {
        if (left < token)
            return false;
    } while (!left_.compare_exchange_weak(left, left - token, std::memory_order_relaxed));
    return true;
}

void retry_budget::deposit() noexcept
{
    auto left = left_.load(std::memory_order_relaxed);
    do {
        if (left >= most_) // as nearly always: then the cache line stays shared
            return;
    } while (!left_.compare_exchange_weak(left, left + 1, std::memory_order_relaxed));
}

} // namespace hicap::policy
