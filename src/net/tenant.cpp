#include "net/tenant.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace hicap::net {

/// The tenants of one context. It outlives the context as long as one of them does.
class tenant::house
{
public:
    void let_in(std::shared_ptr<tenant> const& who, std::shared_ptr<house> self)
    {
        std::lock_guard const lock(mutex_);
        who->room_ = tenants_.insert(tenants_.end(), who);
        who->house_ = std::move(self);
    }

    void let_out(tenant& who) noexcept
    {
        std::lock_guard const lock(mutex_);
        if (who.room_ == tenants_.end()) // it was told
            return;
        tenants_.erase(who.room_);
        left_.notify_all();
    }

    /// Tells all who live, and waits for those whom another thread is destroying: what they hold
    /// ends with them.
    void close() noexcept
    {
        std::unique_lock lock(mutex_);
        while (!tenants_.empty()) {
            auto who = tenants_.front().lock();
            if (!who) {
                left_.wait(lock);
                continue;
            }
            tenants_.pop_front();
            who->room_ = tenants_.end();
            lock.unlock();
            who->context_ends();
            who.reset(); // which may be its end
            lock.lock();
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable left_;
    std::list<std::weak_ptr<tenant>> tenants_;
};

class tenant::context_service : public asio::execution_context::service
{
public:
    using key_type = context_service;
    static inline asio::execution_context::id id;

    explicit context_service(asio::execution_context& owner) : service(owner) {}

    /// Called before any service of the context is destroyed.
    void shutdown() override { its->close(); }

    std::shared_ptr<house> const its = std::make_shared<house>();
};

tenant::~tenant()
{
    if (house_)
        house_->let_out(*this);
}

void settle(std::shared_ptr<tenant> const& who, asio::execution_context& where)
{
    auto const& house = asio::use_service<tenant::context_service>(where).its;
    house->let_in(who, house);
}

class lasting_executor::holder : public tenant
{
public:
    explicit holder(asio::any_io_executor executor) noexcept : executor_(std::move(executor)) {}

    void context_ends() noexcept override
    {
        std::lock_guard const lock(mutex_);
        executor_ = nullptr;
    }

    asio::any_io_executor get()
    {
        std::lock_guard const lock(mutex_);
        return executor_;
    }

private:
    std::mutex mutex_;
    asio::any_io_executor executor_;
};

lasting_executor::lasting_executor(asio::any_io_executor const& executor)
{
    if (!executor)
        return;
    holder_ =
        std::make_shared<holder>(asio::prefer(executor, asio::execution::outstanding_work.untracked)
        );
    settle(holder_, asio::query(executor, asio::execution::context));
}

asio::any_io_executor lasting_executor::get() const
{
    return holder_ ? holder_->get() : asio::any_io_executor();
}

} // namespace hicap::net
