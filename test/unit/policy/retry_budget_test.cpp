#include "policy/retry_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

namespace hicap::test {
namespace {

unsigned withdraw_all(policy::retry_budget& budget)
{
    unsigned count = 0;
    while (budget.withdraw())
        ++count;
    return count;
}

void deposit(policy::retry_budget& budget, unsigned times)
{
    for (; times != 0; --times)
        budget.deposit();
}

void on_threads(unsigned count, auto const& work)
{
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i != count; ++i)
        threads.emplace_back(work);
}

} // namespace

BOOST_AUTO_TEST_SUITE(policy_retry_budget)

BOOST_AUTO_TEST_CASE(a_storm_ends_when_the_tokens_are_spent)
{
    policy::retry_budget budget;
    BOOST_TEST(withdraw_all(budget) == 50U);
    for (int i = 0; i != 1000; ++i)
        BOOST_TEST(!budget.withdraw());
}

BOOST_AUTO_TEST_CASE(ten_successes_pay_for_one_retry)
{
    policy::retry_budget budget(1);
    BOOST_TEST(withdraw_all(budget) == 1U);
    deposit(budget, 9);
    BOOST_TEST(!budget.withdraw());
    deposit(budget, 1);
    BOOST_TEST(budget.withdraw());
    BOOST_TEST(!budget.withdraw());
}

BOOST_AUTO_TEST_CASE(a_refused_retry_costs_nothing)
{
    policy::retry_budget budget(1);
    BOOST_TEST(budget.withdraw());
    deposit(budget, 5);
    BOOST_TEST(!budget.withdraw());
    deposit(budget, 5);
    BOOST_TEST(budget.withdraw());
}

BOOST_AUTO_TEST_CASE(successes_do_not_fill_it_over_its_size)
{
    policy::retry_budget budget(3);
    deposit(budget, 1000);
    BOOST_TEST(withdraw_all(budget) == 3U);
    deposit(budget, 1000);
    BOOST_TEST(withdraw_all(budget) == 3U);
}

BOOST_AUTO_TEST_CASE(a_budget_of_nothing_allows_no_retry)
{
    policy::retry_budget budget(0);
    BOOST_TEST(!budget.withdraw());
    deposit(budget, 100);
    BOOST_TEST(!budget.withdraw());
}

BOOST_AUTO_TEST_CASE(the_largest_budget_does_not_overflow)
{
    policy::retry_budget budget(std::numeric_limits<unsigned>::max());
    deposit(budget, 100);
    for (int i = 0; i != 1000; ++i)
        BOOST_TEST(budget.withdraw());
}

BOOST_AUTO_TEST_CASE(threads_share_the_tokens_exactly)
{
    policy::retry_budget budget(1000);
    std::atomic<unsigned> retries = 0;
    on_threads(4, [&] { retries += withdraw_all(budget); });
    BOOST_TEST(retries == 1000U);
}

BOOST_AUTO_TEST_CASE(no_deposit_of_a_thread_is_lost)
{
    policy::retry_budget budget(4000);
    BOOST_TEST(withdraw_all(budget) == 4000U);
    on_threads(4, [&] { deposit(budget, 10'000); });
    BOOST_TEST(withdraw_all(budget) == 4000U);
}

BOOST_AUTO_TEST_CASE(threads_that_deposit_and_withdraw_keep_the_sum)
{
    policy::retry_budget budget(100);
    std::atomic<unsigned> retries = 0;
    on_threads(4, [&] {
        for (int i = 0; i != 5000; ++i) {
            if (budget.withdraw())
                ++retries;
            budget.deposit();
        }
    });
    retries += withdraw_all(budget);
    // What was there, and at most a tenth of 20000 successes: those that found it full are lost.
    BOOST_TEST(retries >= 100U);
    BOOST_TEST(retries <= 2100U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
