#include "net/poller.hpp"

#include <hicap/error.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>

#include <map>
#include <mutex>
#include <utility>

namespace hicap::net {
namespace {

class portable_poller final : public poller, public std::enable_shared_from_this<portable_poller>
{
public:
    explicit portable_poller(asio::any_io_executor const& executor)
        : executor_(asio::prefer(executor, asio::execution::outstanding_work.untracked))
    {}

    token add(int descriptor, std::weak_ptr<pollable> who) override
    {
        std::lock_guard const lock(mutex_);
        if (!executor_)
            throw error(asio::error::not_connected, "the io_context has ended");
        auto const made = ++last_;
        entry added{asio::posix::stream_descriptor(executor_), std::move(who)};
        auto const at = entries_.emplace(made, std::move(added)).first;
        boost::system::error_code code;
        at->second.link.assign(descriptor, code);
        if (code) {
            entries_.erase(at);
            throw error(code, "looking at a socket");
        }
        return made;
    }

    void remove(int, token which) noexcept override
    {
        std::lock_guard const lock(mutex_);
        auto const found = entries_.find(which);
        if (found == entries_.end())
            return;
        found->second.link.release();
        entries_.erase(found);
    }

    bool wait_begins(token which, interest what) override
    {
        using descriptor = asio::posix::stream_descriptor;
        std::lock_guard const lock(mutex_);
        auto const found = entries_.find(which);
        if (found == entries_.end())
            return false;
        auto const tell = [this, which, found](descriptor::wait_type type, happenings event) {
            auto look_at = [weak = weak_from_this(), which, event](boost::system::error_code code) {
                if (auto const self = weak.lock(); self && !code)
                    self->look(which, event);
            };
            found->second.link.async_wait(
                type, asio::bind_executor(right_here(), std::move(look_at))
            );
        };
        if (what != interest::write)
            tell(descriptor::wait_read, {.readable = true});
        if (what != interest::read)
            tell(descriptor::wait_write, {.writable = true});
        return true;
    }

    void wait_ends(token which) noexcept override
    {
        std::lock_guard const lock(mutex_);
        auto const found = entries_.find(which);
        boost::system::error_code ignored;
        if (found != entries_.end())
            found->second.link.cancel(ignored);
    }

    void forget() noexcept override { context_ends(); }

    void context_ends() noexcept override
    {
        std::map<token, entry> ended;
        std::lock_guard const lock(mutex_);
        for (auto& [which, one] : entries_)
            one.link.release();
        ended.swap(entries_);
        executor_ = nullptr;
    }

private:
    struct entry
    {
        asio::posix::stream_descriptor link;
        std::weak_ptr<pollable> who;
    };

    void look(token which, happenings event)
    {
        std::shared_ptr<pollable> who;
        {
            std::lock_guard const lock(mutex_);
            auto const found = entries_.find(which);
            if (found != entries_.end())
                who = found->second.who.lock();
        }
        if (!who)
            return;
        auto woken = who->happened(event);
        if (!woken)
            return;
        wait_ends(which); // for the other direction
        resume_later(std::move(*woken), {}, true);
    }

    std::mutex mutex_;
    asio::any_io_executor executor_; // empty once the context has ended
    std::map<token, entry> entries_;
    token last_ = 0;
};

class poller_service : public asio::execution_context::service
{
public:
    using key_type = poller_service;
    static inline asio::execution_context::id id;

    explicit poller_service(asio::execution_context& owner) : service(owner) {}

    void shutdown() override {}

    void notify_fork(asio::execution_context::fork_event event) override
    {
        if (event != asio::execution_context::fork_child)
            return;
        std::lock_guard const lock(mutex_);
        if (its_)
            its_->forget();
        its_.reset();
    }

    std::shared_ptr<poller> its(asio::any_io_executor const& executor)
    {
        std::lock_guard const lock(mutex_);
        if (!its_) {
#ifdef __linux__
            its_ = make_epoll_poller(executor);
#else
            its_ = make_portable_poller(executor);
#endif
        }
        return its_;
    }

private:
    std::mutex mutex_;
    std::shared_ptr<poller> its_;
};

} // namespace

void resume_later(waiter who, boost::system::error_code code, bool in_time)
{
    auto const executor = asio::get_associated_executor(who);
    asio::post(executor, asio::append(std::move(who), code, in_time));
}

std::shared_ptr<poller> poller::of(asio::any_io_executor const& executor)
{
    auto& context = asio::query(executor, asio::execution::context);
    return asio::use_service<poller_service>(context).its(executor);
}

std::shared_ptr<poller> make_portable_poller(asio::any_io_executor const& executor)
{
    auto made = std::make_shared<portable_poller>(executor);
    settle(made, asio::query(executor, asio::execution::context));
    return made;
}

} // namespace hicap::net
