#include "net/pool.hpp"

#include <algorithm>
#include <iterator>

namespace hicap::net {

/// The idle sessions of one pool in one context. Closed for good when either of them ends.
class pool::idle_stack
{
public:
    std::unique_ptr<http1_session> pop()
    {
        std::lock_guard const lock(mutex_);
        if (sessions_.empty())
            return nullptr;
        auto newest = std::move(sessions_.back());
        sessions_.pop_back();
        return newest;
    }

    void push(std::unique_ptr<http1_session> session)
    {
        std::lock_guard const lock(mutex_);
        if (!closed_ && sessions_.size() < max_idle_per_context)
            sessions_.push_back(std::move(session));
    }

    /// The oldest are at the bottom, so what is too old is a prefix.
    void cull(clock::time_point now)
    {
        std::vector<std::unique_ptr<http1_session>> stale; // closed when the lock is open
        std::lock_guard const lock(mutex_);
        auto const fresh =
            std::find_if(sessions_.begin(), sessions_.end(), [now](auto const& session) {
                return now - session->idle_since < max_idle_time;
            });
        stale.assign(std::make_move_iterator(sessions_.begin()), std::make_move_iterator(fresh));
        sessions_.erase(sessions_.begin(), fresh);
    }

    void close() noexcept
    {
        std::lock_guard const lock(mutex_);
        closed_ = true;
        sessions_.clear(); // under the lock, so that the context cannot end before the sockets
    }

    bool closed() noexcept
    {
        std::lock_guard const lock(mutex_);
        return closed_;
    }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<http1_session>> sessions_;
    bool closed_ = false;
};

/// Lets a context close the idle sessions of all pools before its reactor is gone.
class pool::context_service : public asio::execution_context::service
{
public:
    using key_type = context_service;
    static inline asio::execution_context::id id;

    explicit context_service(asio::execution_context& owner) : service(owner) {}

    void add(std::shared_ptr<idle_stack> stack)
    {
        std::lock_guard const lock(mutex_);
        std::erase_if(stacks_, [](auto const& known) { return known->closed(); });
        if (ended_)
            stack->close(); // given by a coroutine that the ending context destroys
        else
            stacks_.push_back(std::move(stack));
    }

    void shutdown() override
    {
        std::lock_guard const lock(mutex_);
        for (auto const& stack : stacks_)
            stack->close();
        stacks_.clear();
        ended_ = true;
    }

private:
    std::mutex mutex_;
    std::vector<std::shared_ptr<idle_stack>> stacks_;
    bool ended_ = false;
};

pool::~pool()
{
    for (auto const& entry : stacks_)
        entry.second->close();
}

std::shared_ptr<pool::idle_stack> pool::stack_of(asio::execution_context& context)
{
    std::lock_guard const lock(mutex_);
    // A stack that is closed belongs to a context that has ended, and this one may have its
    // address.
    std::erase_if(stacks_, [](auto const& entry) { return entry.second->closed(); });
    for (auto const& entry : stacks_)
        if (entry.first == &context)
            return entry.second;
    auto made = std::make_shared<idle_stack>();
    asio::use_service<context_service>(context).add(made);
    stacks_.emplace_back(&context, made);
    return made;
}

std::unique_ptr<http1_session> pool::take(asio::execution_context& context, clock::time_point now)
{
    auto const stack = stack_of(context);
    stack->cull(now);
    while (auto session = stack->pop())
        if (session->link->quiet())
            return session;
    return nullptr;
}

void pool::give(std::unique_ptr<http1_session> session, clock::time_point now)
{
    auto const stack = stack_of(*session->context);
    session->idle_since = now;
    stack->cull(now);
    stack->push(std::move(session));
}

} // namespace hicap::net
