#ifndef HICAP_TEST_SUPPORT_RUN_HPP
#define HICAP_TEST_SUPPORT_RUN_HPP

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <optional>
#include <utility>

namespace hicap::test {

namespace asio = boost::asio;

/// What an operation threw goes to the test's output, where a key would be found: scripts/test.
[[noreturn]] inline void show_and_rethrow(std::exception_ptr const& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& thrown) {
        std::clog << "thrown: " << thrown.what() << std::endl;
        throw;
    }
}

/// Runs `context` until `operation` is complete, and gives its result or throws what it threw.
/// Whatever else there is to do in the context is left there.
template <class T>
T run(asio::io_context& context, asio::awaitable<T> operation)
{
    bool done = false;
    std::exception_ptr failure;
    std::optional<T> result;
    asio::co_spawn(context, std::move(operation), [&](std::exception_ptr thrown, T value) {
        done = true;
        failure = thrown;
        result.emplace(std::move(value));
    });
    context.restart();
    while (!done && context.run_one() != 0) {
    }
    if (failure)
        show_and_rethrow(failure);
    return std::move(result).value();
}

inline void run(asio::io_context& context, asio::awaitable<void> operation)
{
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(operation), [&](std::exception_ptr thrown) {
        done = true;
        failure = thrown;
    });
    context.restart();
    while (!done && context.run_one() != 0) {
    }
    if (failure)
        show_and_rethrow(failure);
}

} // namespace hicap::test

#endif
