#ifndef HICAP_NET_FRESH_COROUTINE_HPP
#define HICAP_NET_FRESH_COROUTINE_HPP

#include <boost/asio/awaitable.hpp>
#include <boost/asio/version.hpp>
#if BOOST_ASIO_VERSION >= 103600
#include <boost/asio/detail/call_stack.hpp>
#endif

namespace hicap::net {

// Whether Asio may post the result of the coroutine that asks, so that a cancellation can overtake
// it: `co_spawn` does so as long as it must not complete within the call that spawned. What decides
// is known to Asio's own frames alone, and under two names:
//
//     launch_query const asks_asio;
//     bool const fresh = is_fresh(co_await asks_asio);
//
// Before Asio 1.36 (Boost 1.89) a flag of the coroutine tells that it has been suspended. From
// there on it is the bottom frame of the coroutine that is noted on the stack of its thread until
// the call that spawned it has returned, that is, until the coroutine is suspended for the first
// time. Another frame cannot ask for that one, so every note counts: also that of a coroutine below
// this one on the stack of the thread. Then the answer is yes too often, which costs one turn of
// the loop, and never no in error. Nothing is on that stack where a loop resumes a coroutine.

#if BOOST_ASIO_VERSION < 103600

using launch_query = boost::asio::detail::awaitable_thread_has_context_switched;

[[nodiscard]] inline bool is_fresh(bool has_been_suspended) noexcept
{
    return !has_been_suspended;
}

#else

using launch_query = boost::asio::detail::awaitable_thread_is_launching;

/// What a frame that is not at the bottom gets for an answer says nothing.
[[nodiscard]] inline bool is_fresh(bool) noexcept
{
    using launches = boost::asio::detail::call_stack<boost::asio::detail::awaitable_launch_context>;
    return launches::top() != nullptr;
}

#endif

} // namespace hicap::net

#endif
