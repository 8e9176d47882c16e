#include "api/core.hpp"

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/images.hpp>
#include <hicap/realtime.hpp>
#include <hicap/responses.hpp>

#include <utility>

namespace hicap {

client::client() : client(client_options{}) {}

client::client(client_options const& options)
    : core_(std::make_shared<detail::client_core>(options))
{}

client::client(std::shared_ptr<detail::client_core> core) noexcept : core_(std::move(core)) {}

asio::awaitable<std::size_t> client::prewarm(std::size_t count) const
{
    return detail::prewarm(core_, count);
}

asio::awaitable<std::size_t> client::shutdown(std::chrono::milliseconds deadline) const
{
    return detail::shutdown(core_, deadline);
}

client_statistics client::statistics() const
{
    return core_->statistics();
}

hicap::chat::resource client::chat() const
{
    return hicap::chat::resource(core_);
}

hicap::responses::resource client::responses() const
{
    return hicap::responses::resource(core_);
}

hicap::images::resource client::images() const
{
    return hicap::images::resource(core_);
}

hicap::realtime::resource client::realtime() const
{
    return hicap::realtime::resource(core_);
}

std::string const& client::base_url() const noexcept
{
    return core_->base_url();
}

} // namespace hicap
