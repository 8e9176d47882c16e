#ifndef HICAP_TEST_SUPPORT_STARTED_HPP
#define HICAP_TEST_SUPPORT_STARTED_HPP

#include "support/thrown.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace hicap::test {

namespace asio = boost::asio;

/// An operation that is under way while the test does something else. One that has not ended with
/// it is cancelled.
template <class T>
class started
{
public:
    started(asio::io_context& context, asio::awaitable<T> operation) : context_(context)
    {
        auto const done = [this](std::exception_ptr thrown, T value) {
            done_ = true;
            failure_ = thrown;
            show(thrown);
            result_.emplace(std::move(value));
        };
        auto token = asio::bind_cancellation_slot(signal_.slot(), done);
        asio::co_spawn(context_, std::move(operation), std::move(token));
        poll();
    }

    started(started const&) = delete;
    started& operator=(started const&) = delete;

    ~started()
    {
        if (!done_)
            cancel();
    }

    /// Runs whatever is ready in the context.
    void poll()
    {
        context_.restart();
        context_.poll();
    }

    /// Runs the context until the operation ends, which something else makes it do.
    void finish()
    {
        context_.restart();
        while (!done_ && context_.run_one() != 0) {
        }
    }

    void cancel()
    {
        signal_.emit(asio::cancellation_type::terminal);
        poll();
    }

    [[nodiscard]] bool done() const noexcept { return done_; }

    /// What it gave, or throws what it threw. Precondition: it is done.
    T& get()
    {
        if (failure_)
            std::rethrow_exception(failure_);
        return result_.value();
    }

    /// What it failed with; no error where it did not.
    [[nodiscard]] boost::system::error_code code() const { return code_of(failure_); }

    [[nodiscard]] std::string what() const { return words_of(failure_); }

private:
    asio::io_context& context_;
    asio::cancellation_signal signal_;
    bool done_ = false;
    std::exception_ptr failure_;
    std::optional<T> result_;
};

} // namespace hicap::test

#endif
