#include "policy/rate_limit.hpp"

#include <hicap/reply.hpp>

namespace hicap {

response_info::response_info(int status, hicap::headers fields, std::vector<attempt> attempts)
    : status_(status), headers_(std::move(fields)), attempts_(std::move(attempts))
{}

std::string_view response_info::request_id() const noexcept
{
    return policy::request_id(headers_);
}

hicap::rate_limit response_info::rate_limit() const
{
    return policy::parse_rate_limit(headers_);
}

} // namespace hicap
