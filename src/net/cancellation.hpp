#ifndef HICAP_NET_CANCELLATION_HPP
#define HICAP_NET_CANCELLATION_HPP

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace hicap::net {

/// Throws `operation_aborted` where the coroutine whose state this is was cancelled. Asio itself
/// looks only when a coroutine goes to wait, and not when a cancellation crosses a completion.
inline void throw_if_cancelled(boost::asio::cancellation_state const& state)
{
    if (state.cancelled() != boost::asio::cancellation_type::none)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
}

} // namespace hicap::net

#endif
