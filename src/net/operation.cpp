#include "net/operation.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

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
    std::shared_ptr<std::string const> server,
    errand what_for
)
    : all_(std::move(all)), what_for_(what_for), server_(std::move(server))
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

void operation::end_wait() noexcept
{
    if (waits_for_ != nullptr)
        waits_for_->stop();
}

void operation::stop() noexcept
{
    std::lock_guard const lock(mutex_);
    stopped_ = true;
    end_wait();
}

void operation::leave() noexcept
{
    std::lock_guard const lock(mutex_);
    left_ = true;
    if (!under_way_)
        end_wait();
}

void operation::leave_at_once() noexcept
{
    std::lock_guard const lock(mutex_);
    left_ = true;
    unanswered_ = unanswered_ || under_way_;
    under_way_ = false;
    end_wait();
}

void operation::request_begins()
{
    {
        std::lock_guard const lock(mutex_);
        under_way_ = !left_ && !stopped_;
        if (under_way_)
            return;
    }
    check();
}

void operation::request_ends() noexcept
{
    std::lock_guard const lock(mutex_);
    unanswered_ = unanswered_ || (under_way_ && (left_ || stopped_));
    under_way_ = false;
}

bool operation::is_unanswered() const noexcept
{
    std::lock_guard const lock(mutex_);
    return unanswered_ || under_way_;
}

bool operation::is_left() const noexcept
{
    std::lock_guard const lock(mutex_);
    return left_;
}

bool operation::stopped() const noexcept
{
    std::lock_guard const lock(mutex_);
    return stopped_;
}

void operation::check() const
{
    std::unique_lock lock(mutex_);
    bool const stopped = stopped_;
    bool const over = is_over();
    lock.unlock();
    if (stopped)
        throw_shut_down();
    if (over)
        throw boost::system::system_error(asio::error::operation_aborted);
}

void operation::wait_for(stoppable* what) noexcept
{
    std::lock_guard const lock(mutex_);
    waits_for_ = what;
    if (is_over())
        end_wait();
}

/// Who waits until nothing runs any more.
struct operations::joiner
{
    joiner(operations& of, clock& source, asio::any_io_executor executor, bool all)
        : group(of), all_of_them(all), ended(source, std::move(executor))
    {
        std::lock_guard const lock(group.mutex_);
        group.joining_.insert(this);
        look();
    }

    joiner(joiner const&) = delete;
    joiner& operator=(joiner const&) = delete;

    ~joiner()
    {
        std::lock_guard const lock(group.mutex_);
        group.joining_.erase(this);
    }

    void look() noexcept
    {
        if (all_of_them ? group.running_.empty() : group.cleaning_ == 0)
            ended.wake();
    }

    operations& group;
    bool all_of_them;
    alarm ended;
};

std::size_t operations::running() const
{
    std::lock_guard const lock(mutex_);
    return running_.size();
}

std::size_t operations::cleaning() const
{
    std::lock_guard const lock(mutex_);
    return cleaning_;
}

void operations::close() noexcept
{
    std::lock_guard const lock(mutex_);
    closed_ = true;
}

std::size_t operations::stop_usual() noexcept
{
    // An operation that ends meanwhile waits for the lock before it is gone.
    std::lock_guard const lock(mutex_);
    std::size_t stopped = 0;
    for (auto* const running : running_) {
        if (running->what_for() != errand::usual)
            continue;
        running->stop();
        ++stopped;
    }
    return stopped;
}

void operations::close_for_good() noexcept
{
    std::lock_guard const lock(mutex_);
    closed_ = true;
    closed_for_good_ = true;
}

void operations::stop_all() noexcept
{
    std::lock_guard const lock(mutex_);
    for (auto* const running : running_)
        running->stop();
}

void operations::add(operation* begun)
{
    bool const cleans = begun->what_for() == errand::cleaning;
    std::lock_guard const lock(mutex_);
    if (closed_for_good_ || (closed_ && !cleans))
        throw_shut_down();
    running_.insert(begun);
    cleaning_ += cleans ? 1 : 0;
}

void operations::remove(operation* ended) noexcept
{
    std::lock_guard const lock(mutex_);
    running_.erase(ended);
    cleaning_ -= ended->what_for() == errand::cleaning ? 1 : 0;
    for (auto* const waiter : joining_)
        waiter->look();
}

asio::awaitable<bool> operations::join(
    std::shared_ptr<operations> all,
    std::shared_ptr<clock> time,
    clock::time_point deadline,
    bool all_of_them
)
{
    joiner self(*all, *time, co_await asio::this_coro::executor, all_of_them);
    co_return co_await self.ended.sleep_until(deadline);
}

asio::awaitable<bool> operations::join(
    std::shared_ptr<operations> all, std::shared_ptr<clock> time, clock::time_point deadline
)
{
    return join(std::move(all), std::move(time), deadline, true);
}

asio::awaitable<bool> operations::join_cleaning(
    std::shared_ptr<operations> all, std::shared_ptr<clock> time, clock::time_point deadline
)
{
    return join(std::move(all), std::move(time), deadline, false);
}

} // namespace hicap::net
