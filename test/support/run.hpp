#ifndef HICAP_TEST_SUPPORT_RUN_HPP
#define HICAP_TEST_SUPPORT_RUN_HPP

#include "support/thrown.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace hicap::test {

namespace asio = boost::asio;

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
    show(failure);
    if (failure)
        std::rethrow_exception(failure);
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
    show(failure);
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace hicap::test

#endif
