#ifdef __linux__

#include "net/poller.hpp"

#include <hicap/error.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace hicap::net {
namespace {

using descriptor_type = asio::posix::stream_descriptor;

// What one thread takes at once. What is beyond that is for the others, where there are some.
constexpr std::size_t max_events = 64;

/// What runs things in any thread of the context, without the strands that are known here.
asio::any_io_executor beside_strands(asio::any_io_executor const& executor)
{
    using loop = asio::io_context::executor_type;
    using pool = asio::thread_pool::executor_type;
    if (auto const* const strand = executor.target<asio::strand<asio::any_io_executor>>())
        return beside_strands(strand->get_inner_executor());
    if (auto const* const strand = executor.target<asio::strand<loop>>())
        return strand->get_inner_executor();
    if (auto const* const strand = executor.target<asio::strand<pool>>())
        return strand->get_inner_executor();
    return executor;
}

constexpr happenings happenings_of(std::uint32_t events) noexcept
{
    happenings what;
    what.readable = (events & EPOLLIN) != 0;
    what.writable = (events & EPOLLOUT) != 0;
    what.broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
    what.ended = what.broken || (events & EPOLLRDHUP) != 0;
    return what;
}

/// Descriptors are made known once, and all that happens to them is noted. Asio arms one wait for
/// all of them, which is outstanding while somebody waits, and keeps no event loop from ending
/// otherwise.
class epoll_poller final : public poller, public std::enable_shared_from_this<epoll_poller>
{
public:
    explicit epoll_poller(asio::any_io_executor const& executor)
        : home_(asio::prefer(beside_strands(executor), asio::execution::outstanding_work.untracked)
          ),
          epoll_(home_)
    {
        int const made = ::epoll_create1(EPOLL_CLOEXEC);
        boost::system::error_code code(errno, boost::system::system_category());
        if (made >= 0)
            epoll_->assign(made, code);
        if (!code)
            return;
        if (made >= 0)
            ::close(made);
        throw error(code, "looking at sockets");
    }

    token add(int descriptor, std::weak_ptr<pollable> who) override
    {
        std::lock_guard const lock(mutex_);
        if (!epoll_)
            throw error(asio::error::not_connected, "the io_context has ended");
        if (free_.empty()) {
            free_.reserve(slots_.size() + 1); // for `remove`
            slots_.emplace_back();
            free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
        }
        auto const index = free_.back();
        auto const made = token{slots_[index].generation} << 32 | index;
        epoll_event wanted{};
        wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
        wanted.data.u64 = made;
        if (::epoll_ctl(epoll_->native_handle(), EPOLL_CTL_ADD, descriptor, &wanted) != 0)
            throw error({errno, boost::system::system_category()}, "looking at a socket");
        free_.pop_back();
        slots_[index].who = std::move(who);
        return made;
    }

    void remove(int descriptor, token which) noexcept override
    {
        std::lock_guard const lock(mutex_);
        if (!epoll_)
            return;
        epoll_event ignored{};
        ::epoll_ctl(epoll_->native_handle(), EPOLL_CTL_DEL, descriptor, &ignored);
        auto& left = slots_[index_of(which)];
        left.who.reset();
        ++left.generation;
        free_.push_back(index_of(which));
    }

    bool wait_begins(token, interest) override
    {
        std::lock_guard const lock(mutex_);
        if (!epoll_)
            return false;
        if (!armed_)
            arm();
        ++waiting_;
        return true;
    }

    void wait_ends(token) noexcept override
    {
        std::lock_guard const lock(mutex_);
        if (!epoll_)
            return;
        --waiting_;
        disarm_unless_needed();
    }

    void context_ends() noexcept override
    {
        // In a fork that was not notified Asio would end the look of the process that it comes
        // from.
        if (::getpid() != owner_) {
            std::lock_guard const lock(mutex_);
            if (epoll_)
                new descriptor_type(std::move(*epoll_)); // is left to the end of the process
        }
        forget();
    }

    void forget() noexcept override
    {
        std::vector<waiter> woken; // what they hold may end this
        std::unique_lock lock(mutex_);
        epoll_.reset();
        home_ = nullptr;
        slots_.clear();
        woken.swap(woken_);
        resumed_ = 0;
        lock.unlock();
    }

private:
    struct slot
    {
        std::weak_ptr<pollable> who;
        std::uint32_t generation = 0; // of who had it before
    };

    static constexpr std::uint32_t index_of(token which) noexcept
    {
        return static_cast<std::uint32_t>(which);
    }

    [[nodiscard]] std::shared_ptr<pollable> find(token which) const noexcept
    {
        auto const& found = slots_[index_of(which)];
        return found.generation == which >> 32 ? found.who.lock() : nullptr;
    }

    /// With the lock held.
    void arm()
    {
        auto look_again = [self = shared_from_this(),
                           number = ++arms_](boost::system::error_code code) {
            if (code != asio::error::operation_aborted)
                self->look(number);
        };
        epoll_->async_wait(
            descriptor_type::wait_read, asio::bind_executor(right_here(), std::move(look_again))
        );
        armed_ = true;
    }

    /// With the lock held.
    void disarm_unless_needed() noexcept
    {
        if (waiting_ != 0 || !armed_)
            return;
        boost::system::error_code ignored;
        epoll_->cancel(ignored);
        armed_ = false;
    }

    void look(std::uint64_t armed_as)
    {
        std::array<epoll_event, max_events> events;
        std::array<std::shared_ptr<pollable>, max_events> found;
        std::size_t count = 0;
        {
            std::lock_guard const lock(mutex_);
            if (!epoll_)
                return;
            if (armed_as == arms_) // else it was armed anew since this was due
                armed_ = false;
            auto const got = ::epoll_wait(epoll_->native_handle(), events.data(), max_events, 0);
            count = got > 0 ? static_cast<std::size_t>(got) : 0;
            for (std::size_t i = 0; i != count; ++i)
                found[i] = find(events[i].data.u64);
        }
        std::array<std::optional<waiter>, max_events> woken;
        for (std::size_t i = 0; i != count; ++i) {
            if (!found[i])
                continue;
            if (auto who = found[i]->happened(happenings_of(events[i].events)))
                woken[i].emplace(std::move(*who));
        }
        std::unique_lock lock(mutex_);
        if (!epoll_)
            return;
        for (std::size_t i = 0; i != count; ++i) {
            if (!woken[i])
                continue;
            --waiting_;
            try {
                woken_.push_back(std::move(*woken[i]));
                woken[i].reset();
            } catch (std::bad_alloc const&) { // then it is resumed below
            }
        }
        disarm_unless_needed(); // others may have come and gone meanwhile
        try {
            if (waiting_ != 0 && !armed_)
                arm();
        } catch (std::bad_alloc const&) { // then the next wait arms it
        }
        lock.unlock();
        for (auto& who : woken)
            if (who)
                resume(std::move(*who));
        resume_woken();
    }

    static void resume(waiter who)
    {
        auto const executor = asio::get_associated_executor(who);
        executor.execute([who = std::move(who)]() mutable {
            std::move(who)(boost::system::error_code(), true);
        });
    }

    /// Resumes all that are woken. Whoever resumes one leaves an operation behind that goes on with
    /// the others, so that one that blocks, or runs the event loop itself, keeps none of them:
    /// another thread, or that loop, takes them.
    void resume_woken()
    {
        while (auto who = next_woken())
            resume(std::move(*who));
    }

    std::optional<waiter> next_woken()
    {
        std::optional<waiter> who;
        std::lock_guard const lock(mutex_);
        if (woken_.empty())
            return who;
        who.emplace(std::move(woken_[resumed_++]));
        if (resumed_ == woken_.size()) {
            woken_.clear(); // and keeps its memory
            resumed_ = 0;
        } else if (!relieved_) {
            asio::post(home_, [self = shared_from_this()] { self->relieve(); });
            relieved_ = true;
        }
        return who;
    }

    void relieve()
    {
        {
            std::lock_guard const lock(mutex_);
            relieved_ = false;
        }
        resume_woken();
    }

    pid_t const owner_ = ::getpid();
    std::mutex mutex_;
    asio::any_io_executor home_;           // until the context ends
    std::optional<descriptor_type> epoll_; // until then, too
    std::vector<slot> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<waiter> woken_; // in their order
    std::size_t resumed_ = 0;   // of them
    bool relieved_ = false;     // an operation that goes on with them is on its way
    std::size_t waiting_ = 0;
    std::uint64_t arms_ = 0; // how often it was armed
    bool armed_ = false;
};

} // namespace

std::shared_ptr<poller> make_epoll_poller(asio::any_io_executor const& executor)
{
    auto made = std::make_shared<epoll_poller>(executor);
    settle(made, asio::query(executor, asio::execution::context));
    return made;
}

} // namespace hicap::net

#endif
