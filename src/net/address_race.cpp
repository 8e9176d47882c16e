#include "net/address_race.hpp"

namespace hicap::net {

using endpoints = std::vector<asio::ip::tcp::endpoint>;

endpoints interleave_families(endpoints const& found)
{
    if (found.empty())
        return {};
    auto const first = found.front().protocol();
    endpoints of_first;
    endpoints of_other;
    for (auto const& endpoint : found)
        (endpoint.protocol() == first ? of_first : of_other).push_back(endpoint);
    endpoints ordered;
    for (std::size_t i = 0; i < of_first.size() || i < of_other.size(); ++i) {
        if (i < of_first.size())
            ordered.push_back(of_first[i]);
        if (i < of_other.size())
            ordered.push_back(of_other[i]);
    }
    return ordered;
}

bool address_race::start_next(clock::time_point now) noexcept
{
    if (left_ == 0 || now < not_before_)
        return false;
    --left_;
    ++running_;
    not_before_ = now + head_start;
    return true;
}

void address_race::fail_one() noexcept
{
    --running_;
    not_before_ = clock::time_point::min();
}

clock::time_point address_race::next_start() const noexcept
{
    return left_ == 0 ? clock::time_point::max() : not_before_;
}

} // namespace hicap::net
