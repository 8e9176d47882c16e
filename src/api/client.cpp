#include "api/core.hpp"

#include <hicap/client.hpp>

namespace hicap {

client::client() : client(client_options{}) {}

client::client(client_options const& options)
    : core_(std::make_shared<detail::client_core>(options))
{}

hicap::chat::resource client::chat() const
{
    return hicap::chat::resource(core_);
}

std::string const& client::base_url() const noexcept
{
    return core_->base_url();
}

} // namespace hicap
