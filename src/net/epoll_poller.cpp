#ifdef __linux__

#include "net/poller.hpp"

#include <hicap/error.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

namespace hicap::net {
namespace {

using descriptor_type = asio::posix::stream_descriptor;

// What one thread takes at once. What is beyond that is for the others, where there are some.
constexpr std::size_t max_events = 64;

/// Those to be woken. Each but the last is an operation of its own, so that one that blocks, or
/// runs the event loop itself, keeps none of the others: another thread, or that loop, may take
/// them.
class wakeups
{
public:
    wakeups() = default;
    wakeups(wakeups const&) = delete;
    wakeups& operator=(wakeups const&) = delete;

    ~wakeups() { post_until(count_); }

    void add(waiter who) { who_[count_++].emplace(std::move(who)); }

    [[nodiscard]] std::size_t size() const noexcept { return count_; }

    void run()
    {
        if (count_ == 0)
            return;
        post_until(count_ - 1);
        auto last = std::move(*who_[next_++]);
        auto const executor = asio::get_associated_executor(last);
        executor.execute([last = std::move(last)]() mutable {
            std::move(last)(boost::system::error_code(), true);
        });
    }

private:
    void post_until(std::size_t end)
    {
        while (next_ < end)
            resume_later(std::move(*who_[next_++]), {}, true);
    }

    std::array<std::optional<waiter>, max_events> who_;
    std::size_t count_ = 0;
    std::size_t next_ = 0;
};

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
        : epoll_(asio::prefer(executor, asio::execution::outstanding_work.untracked))
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
        std::lock_guard const lock(mutex_);
        // In a fork that was not notified Asio would end the look of the process that it comes
        // from.
        if (epoll_ && ::getpid() != owner_)
            new descriptor_type(std::move(*epoll_)); // is left to the end of the process
        epoll_.reset();
        slots_.clear();
    }

    void forget() noexcept override
    {
        std::lock_guard const lock(mutex_);
        epoll_.reset();
        slots_.clear();
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
            if (!code)
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
        wakeups woken;
        for (std::size_t i = 0; i != count; ++i) {
            if (!found[i])
                continue;
            if (auto who = found[i]->happened(happenings_of(events[i].events)))
                woken.add(std::move(*who));
        }
        {
            std::lock_guard const lock(mutex_);
            if (epoll_) {
                waiting_ -= woken.size();
                disarm_unless_needed(); // others may have come and gone meanwhile
                if (waiting_ != 0 && !armed_)
                    arm();
            }
        }
        woken.run();
    }

    pid_t const owner_ = ::getpid();
    std::mutex mutex_;
    std::optional<descriptor_type> epoll_; // until the context ends
    std::vector<slot> slots_;
    std::vector<std::uint32_t> free_;
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
