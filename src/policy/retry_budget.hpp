#ifndef HICAP_POLICY_RETRY_BUDGET_HPP
#define HICAP_POLICY_RETRY_BUDGET_HPP

#include <atomic>
#include <cstdint>

namespace hicap::policy {

/// Keeps retries from multiplying the load on a server that is down.
///
/// A retry takes one token, a call that succeeds puts back a tenth of one. So while every call
/// fails only the first `tokens` retries are made, and in the long run they are at most a tenth of
/// the calls that succeed.
///
/// Thread safety: shared objects safe.
class retry_budget
{
public:
    /// Begins full.
    explicit retry_budget(unsigned tokens = 50) noexcept
        : most_(std::uint64_t{tokens} * token), left_(most_)
    {}

    /// Takes a token for a retry. False: there is none, do not retry.
    [[nodiscard]] bool withdraw() noexcept;

    /// To be called for each call that succeeded, not for each attempt.
    void deposit() noexcept;

private:
    static constexpr std::uint64_t token = 10; // counted in tenths

    std::uint64_t const most_;
    std::atomic<std::uint64_t> left_;
};

} // namespace hicap::policy

#endif
