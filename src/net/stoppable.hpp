#ifndef HICAP_NET_STOPPABLE_HPP
#define HICAP_NET_STOPPABLE_HPP

namespace hicap::net {

/// Something that an operation waits for, and that another thread can end.
class stoppable
{
public:
    virtual ~stoppable() = default;

    /// Ends the wait that is under way and all further ones. Callable from any thread while the
    /// object lives.
    virtual void stop() noexcept = 0;
};

} // namespace hicap::net

#endif
