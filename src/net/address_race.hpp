#ifndef HICAP_NET_ADDRESS_RACE_HPP
#define HICAP_NET_ADDRESS_RACE_HPP

#include "net/clock.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <vector>

namespace hicap::net {

/// The addresses of a host in the order to try them: as they are, but with the two families in
/// turns (RFC 8305, section 4), so that one that leads nowhere costs one step.
[[nodiscard]] std::vector<asio::ip::tcp::endpoint>
interleave_families(std::vector<asio::ip::tcp::endpoint> const& found);

/// Which address of a host to try when: the next one as soon as one has failed, and a quarter of a
/// second after the last was started, while that one goes on (RFC 8305, section 5).
///
/// Does nothing itself; time is an argument.
class address_race
{
public:
    static constexpr std::chrono::milliseconds head_start{250};

    explicit address_race(std::size_t addresses) noexcept : left_(addresses) {}

    /// Whether the next address is to be tried now; if so it counts as started.
    bool start_next(clock::time_point now) noexcept;

    /// One of those that were started has failed.
    void fail_one() noexcept;

    /// When to ask `start_next` again if nothing happens until then.
    [[nodiscard]] clock::time_point next_start() const noexcept;

    /// All have failed.
    [[nodiscard]] bool lost() const noexcept { return left_ == 0 && running_ == 0; }

private:
    std::size_t left_;
    std::size_t running_ = 0;
    clock::time_point not_before_ = clock::time_point::min();
};

} // namespace hicap::net

#endif
