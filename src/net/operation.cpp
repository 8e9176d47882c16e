#include "net/operation.hpp"

#include <hicap/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace hicap::net {
namespace {

[[noreturn]] void throw_shut_down()
{
    throw error(errc::client_shut_down, "the client is shut down, see client::shutdown");
}

} // namespace

operation::operation(
    std::shared_ptr<operations> all,
    std::shared_ptr<observer> who,
    std::shared_ptr<clock> time,
    std::string_view method,
    std::string_view path,
    std::shared_ptr<std::string const> server
)
    : all_(std::move(all)), server_(std::move(server))
{
    all_->add(this); // one that is refused is told to nobody
    try {
        watch_.emplace(std::move(who), std::move(time), method, path, this->server());
    } catch (...) {
        all_->remove(this);
        throw;
    }
}

operation::~operation()
{
    watch_.reset(); // nobody who waits for the end is woken before it was told
    all_->remove(this);
}

void operation::stop() noexcept
{
    std::lock_guard const lock(mutex_);
    stopped_ = true;
    if (waits_for_ != nullptr)
        waits_for_->stop();
}

bool operation::stopped() const noexcept
{
    std::lock_guard const lock(mutex_);
    return stopped_;
}

void operation::check() const
{
    if (stopped())
        throw_shut_down();
}

void operation::wait_for(stoppable* what) noexcept
{
    std::lock_guard const lock(mutex_);
    waits_for_ = what;
    if (stopped_ && what != nullptr)
        what->stop();
}

std::size_t operations::running() const
{
    std::lock_guard const lock(mutex_);
    return running_.size();
}

void operations::close() noexcept
{
    std::lock_guard const lock(mutex_);
    closed_ = true;
}

void operations::stop_all() noexcept
{
    // An operation that ends meanwhile waits for the lock before it is gone.
    std::lock_guard const lock(mutex_);
    for (auto* const running : running_)
        running->stop();
}

void operations::add(operation* begun)
{
    std::lock_guard const lock(mutex_);
    if (closed_)
        throw_shut_down();
    running_.insert(begun);
}

void operations::remove(operation* ended) noexcept
{
    std::lock_guard const lock(mutex_);
    running_.erase(ended);
    if (running_.empty())
        for (auto* const waiter : joining_)
            waiter->wake();
}

asio::awaitable<bool> operations::join(
    std::shared_ptr<operations> all, std::shared_ptr<clock> time, clock::time_point deadline
)
{
    struct joiner
    {
        joiner(operations& of, clock& source, asio::any_io_executor executor)
            : group(of), ended(source, std::move(executor))
        {
            std::lock_guard const lock(group.mutex_);
            group.joining_.insert(&ended);
            if (group.running_.empty())
                ended.wake();
        }

        ~joiner()
        {
            std::lock_guard const lock(group.mutex_);
            group.joining_.erase(&ended);
        }

        operations& group;
        alarm ended;
    };

    joiner self(*all, *time, co_await asio::this_coro::executor);
    co_return co_await self.ended.sleep_until(deadline);
}

} // namespace hicap::net
