#ifndef HICAP_CLIENT_HPP
#define HICAP_CLIENT_HPP

#include <hicap/chat.hpp>
#include <hicap/client_options.hpp>

#include <memory>
#include <string>

namespace hicap {

/// The entrance to the Hicap API.
///
/// A client is a handle: copies share connections, settings and TLS sessions. It has no threads
/// and no executor of its own; every operation runs on the executor of the coroutine that awaits
/// it, and leaves nothing behind that would keep the event loop from ending. Idle connections stay
/// with the context that opened them; client and contexts may be destroyed in any order, but for
/// streams, which end before their context.
///
/// Thread safety: shared objects safe, for all operations.
class client
{
public:
    /// As `client(client_options{})`: everything from the environment.
    client();

    /// Takes what `options` leave empty from the environment, and then from the defaults.
    ///
    /// Throws `hicap::error`: `errc::missing_api_key`, `invalid_base_url`, `invalid_header` (a key
    /// or header with a line break), `ca_file_unreadable`.
    explicit client(client_options const& options);

    [[nodiscard]] hicap::chat::resource chat() const;

    /// Where requests go, as given, without user information.
    [[nodiscard]] std::string const& base_url() const noexcept;

private:
    std::shared_ptr<detail::client_core> core_;
};

} // namespace hicap

#endif
