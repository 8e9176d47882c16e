#ifndef HICAP_NET_TENANT_HPP
#define HICAP_NET_TENANT_HPP

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <list>
#include <memory>

namespace hicap::net {

namespace asio = boost::asio;

/// Something that holds what belongs to an execution context (sockets, timers, executors), and may
/// outlive it: their destructors use services that are gone then.
class tenant
{
public:
    tenant() = default;
    tenant(tenant const&) = delete;
    tenant& operator=(tenant const&) = delete;
    virtual ~tenant();

    /// Lets go of all that belongs to the context, which ends and still has its services. Called
    /// once, by the thread that destroys it, while another may use the object. One that another
    /// thread is destroying already is not told but waited for.
    virtual void context_ends() noexcept = 0;

private:
    friend void settle(std::shared_ptr<tenant> const& who, asio::execution_context& where);

    class house;
    class context_service;

    std::shared_ptr<house> house_;
    std::list<std::weak_ptr<tenant>>::iterator room_;
};

/// From now on `who` is told when `where` ends; to be called once. The sockets and timers that it
/// holds have to be made before, so that their services outlive this.
void settle(std::shared_ptr<tenant> const& who, asio::execution_context& where);

/// An executor that may be kept for longer than its context lives, and does not keep that running.
///
/// Thread safety: shared objects safe.
class lasting_executor
{
public:
    explicit lasting_executor(asio::any_io_executor const& executor); ///< may be empty

    /// Empty (`!get()`) once the context has ended, where nothing can be run any more.
    [[nodiscard]] asio::any_io_executor get() const;

private:
    class holder;

    std::shared_ptr<holder> holder_;
};

} // namespace hicap::net

#endif
