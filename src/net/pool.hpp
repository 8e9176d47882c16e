#ifndef HICAP_NET_POOL_HPP
#define HICAP_NET_POOL_HPP

#include "http/response_parser.hpp"
#include "net/connection.hpp"

#include <boost/asio/execution_context.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace hicap::net {

/// What is kept of a connection between two exchanges of HTTP/1.1.
struct http1_session
{
    std::unique_ptr<connection> link;
    http::response_parser parser;
    asio::execution_context* context = nullptr; ///< whose reactor the socket belongs to
    std::chrono::steady_clock::time_point idle_since;
};

/// Keeps idle sessions to one origin, newest on top.
///
/// A session never leaves the context that its socket belongs to: each context has a stack of its
/// own, which closes when the context ends, so that either of pool and context may end first.
/// Nothing here waits or runs by itself; what has been idle for too long is closed when somebody
/// takes or gives.
///
/// Thread safety: shared objects safe.
class pool
{
public:
    /// Below the 60 s after which common load balancers close an idle connection.
    static constexpr std::chrono::seconds max_idle_time{55};
    static constexpr std::size_t max_idle_per_context = 1024;

    using clock = std::chrono::steady_clock;

    pool() = default;
    pool(pool const&) = delete;
    pool& operator=(pool const&) = delete;
    ~pool();

    /// The session that was given last and whose server has neither spoken nor closed since; null
    /// where there is none.
    std::unique_ptr<http1_session> take(asio::execution_context& context, clock::time_point now);

    /// Preconditions: the session's last response is complete, and `take` was called with its
    /// context, which so learnt to close what is idle when it ends.
    void give(std::unique_ptr<http1_session> session, clock::time_point now);

private:
    class idle_stack;
    class context_service;

    std::shared_ptr<idle_stack> stack_of(asio::execution_context& context);

    std::mutex mutex_;
    std::vector<std::pair<asio::execution_context*, std::shared_ptr<idle_stack>>> stacks_;
};

} // namespace hicap::net

#endif
