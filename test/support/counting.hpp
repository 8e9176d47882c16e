#ifndef HICAP_TEST_SUPPORT_COUNTING_HPP
#define HICAP_TEST_SUPPORT_COUNTING_HPP

#include "net/clock.hpp"
#include "net/dialer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace hicap::test {

namespace asio = boost::asio;

/// Sees every handler that goes through a `counting_executor`.
struct handler_count
{
    std::size_t handlers = 0;
    std::function<void(std::size_t)> before = [](std::size_t) {}; ///< the n-th runs, from 1
    std::function<void(std::size_t)> after = [](std::size_t) {};
};

/// An executor like `Inner` whose handlers are counted: between two of them a coroutine that runs
/// on it is suspended, so they number the points where it can be cancelled.
template <class Inner>
class counting_executor
{
public:
    counting_executor(Inner inner, handler_count* count) noexcept
        : inner_(std::move(inner)), count_(count)
    {}

    template <class Property>
    auto query(Property const& property) const noexcept
        -> decltype(asio::query(std::declval<Inner const&>(), property))
    {
        return asio::query(inner_, property);
    }

    template <class Property>
    auto require(Property const& property) const -> counting_executor<
        std::decay_t<decltype(asio::require(std::declval<Inner const&>(), property))>>
    {
        return {asio::require(inner_, property), count_};
    }

    template <class Property>
    auto prefer(Property const& property) const -> counting_executor<
        std::decay_t<decltype(asio::prefer(std::declval<Inner const&>(), property))>>
    {
        return {asio::prefer(inner_, property), count_};
    }

    template <class Function>
    void execute(Function function) const
    {
        inner_.execute([count = count_, function = std::move(function)]() mutable {
            auto const number = ++count->handlers;
            count->before(number);
            std::move(function)();
            count->after(number);
        });
    }

    friend bool operator==(counting_executor const& a, counting_executor const& b) noexcept
    {
        return a.inner_ == b.inner_ && a.count_ == b.count_;
    }

    friend bool operator!=(counting_executor const& a, counting_executor const& b) noexcept
    {
        return !(a == b);
    }

private:
    template <class>
    friend class counting_executor;

    Inner inner_;
    handler_count* count_;
};

/// What of a client is alive.
struct live_objects
{
    std::atomic<std::size_t> sockets{0};
    std::atomic<std::size_t> timers{0};
};

/// Counts itself.
class live_count
{
public:
    explicit live_count(std::atomic<std::size_t>& of) : of_(of) { ++of_; }

    live_count(live_count const&) = delete;
    live_count& operator=(live_count const&) = delete;

    ~live_count() { --of_; }

private:
    std::atomic<std::size_t>& of_;
};

/// The clock of the machine, whose timers are counted.
class counting_clock final : public net::clock
{
public:
    explicit counting_clock(std::shared_ptr<live_objects> live) : live_(std::move(live)) {}

    [[nodiscard]] time_point now() const noexcept override { return inner_->now(); }

    [[nodiscard]] std::unique_ptr<net::timer> make_timer(asio::any_io_executor executor) override
    {
        return std::make_unique<counted_timer>(live_, inner_->make_timer(std::move(executor)));
    }

private:
    class counted_timer final : public net::timer
    {
    public:
        counted_timer(std::shared_ptr<live_objects> live, std::unique_ptr<net::timer> inner)
            : live_(std::move(live)), count_(live_->timers), inner_(std::move(inner))
        {}

        void wait_until(std::chrono::steady_clock::time_point when, handler done) override
        {
            inner_->wait_until(when, std::move(done));
        }

        void cancel() noexcept override { inner_->cancel(); }

    private:
        std::shared_ptr<live_objects> live_;
        live_count count_;
        std::unique_ptr<net::timer> inner_;
    };

    std::shared_ptr<live_objects> live_;
    std::shared_ptr<net::clock> inner_ = net::system_clock();
};

/// Counts the sockets that another dialer opens.
class counting_dialer final : public net::dialer
{
public:
    counting_dialer(std::shared_ptr<live_objects> live, std::shared_ptr<net::dialer> inner)
        : live_(std::move(live)), inner_(std::move(inner))
    {}

    [[nodiscard]] asio::awaitable<std::unique_ptr<net::socket>> dial(net::call* on) override
    {
        auto opened = co_await inner_->dial(on);
        co_return std::make_unique<counted_socket>(live_, std::move(opened));
    }

private:
    class counted_socket final : public net::socket
    {
    public:
        counted_socket(std::shared_ptr<live_objects> live, std::unique_ptr<net::socket> inner)
            : live_(std::move(live)), count_(live_->sockets), inner_(std::move(inner))
        {}

        result receive(char* data, std::size_t size) noexcept override
        {
            return inner_->receive(data, size);
        }

        result send(char const* data, std::size_t size) noexcept override
        {
            return inner_->send(data, size);
        }

        asio::awaitable<bool> ready(net::interest what, net::clock::time_point deadline) override
        {
            return inner_->ready(what, deadline);
        }

        [[nodiscard]] net::clock& time() const noexcept override { return inner_->time(); }

        void rest() noexcept override { inner_->rest(); }

        void stop() noexcept override { inner_->stop(); }

    private:
        std::shared_ptr<live_objects> live_;
        live_count count_;
        std::unique_ptr<net::socket> inner_;
    };

    std::shared_ptr<live_objects> live_;
    std::shared_ptr<net::dialer> inner_;
};

} // namespace hicap::test

#endif
