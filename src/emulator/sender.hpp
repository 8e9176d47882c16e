#ifndef HICAP_EMULATOR_SENDER_HPP
#define HICAP_EMULATOR_SENDER_HPP

#include "emulator/exchange.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::emulation {

namespace asio = boost::asio;

/// What a response needs of the connection that it goes through.
class response_path
{
public:
    virtual ~response_path() = default;

    /// One write, and one TLS record where it fits. False where the client went away.
    [[nodiscard]] virtual asio::awaitable<bool> write(std::string_view bytes) = 0;

    /// Waits until then. False where the client went away.
    [[nodiscard]] virtual asio::awaitable<bool>
    wait_until(std::chrono::steady_clock::time_point time) = 0;

    /// As `wait_until`, but may return early, and does so for `wake_up`.
    [[nodiscard]] virtual asio::awaitable<bool>
    wait_for_wake_up_until(std::chrono::steady_clock::time_point time) = 0;
    virtual void wake_up() noexcept = 0;

    /// False once nothing more will be received.
    [[nodiscard]] virtual bool has_client() const noexcept = 0;
};

/// Whom the fate of responses is told.
class response_observer
{
public:
    virtual ~response_observer() = default;

    virtual void on_tokens(std::uint64_t count) noexcept = 0;
    virtual void on_stream_finished() noexcept = 0;
    virtual void on_stream_abandoned() noexcept = 0;
    virtual void on_stream_cut() noexcept = 0;
    virtual void on_stall_begin() noexcept = 0;
    virtual void on_stall_end() noexcept = 0;
};

/// What the request says of how it is to be answered.
struct client_wishes
{
    bool chunks = true; ///< HTTP/1.1
    bool keep_alive = true;
    bool head_only = false;
};

enum class response_outcome
{
    finished,
    finished_last, ///< the connection is to end
    cut,           ///< by a fault, which says how the connection is to end
    abandoned,     ///< the client went away
};

/// Sends one response, and spoils it as its fault says. All its bytes pass `put`.
class response_sender
{
public:
    response_sender(
        response_path& path, response_observer& observer, response response, client_wishes wishes
    );

    response_sender(response_sender const&) = delete;
    response_sender& operator=(response_sender const&) = delete;

    /// Once.
    [[nodiscard]] asio::awaitable<response_outcome> send();

private:
    // Where more may be sent, these return true. Where not, `cut_` says why.
    asio::awaitable<bool> put(std::string_view bytes);
    asio::awaitable<bool> send_endless_header();
    asio::awaitable<bool> send_document();
    asio::awaitable<bool> send_stream();
    asio::awaitable<bool> send_events();
    asio::awaitable<bool> wait_for_next_event();
    /// What is to happen after so many events.
    asio::awaitable<bool> pass(std::uint64_t events);
    asio::awaitable<bool> pause(std::chrono::steady_clock::duration time);
    asio::awaitable<void> stall();

    [[nodiscard]] bool suffers(emulator_fault::damage what) const noexcept;
    [[nodiscard]] bool has_body() const noexcept;
    [[nodiscard]] std::string head() const;
    [[nodiscard]] std::string framing() const;
    [[nodiscard]] std::optional<std::size_t> declared_length() const noexcept;
    /// As a chunk, where the body comes in chunks. An empty chunk would be the last.
    void append_piece(std::string& bytes, std::initializer_list<std::string_view> parts) const;

    response_path& path_;
    response_observer& observer_;
    response response_;
    emulator_fault const& fault_;
    client_wishes wishes_;
    bool chunked_; ///< the body comes in chunks

    std::uint64_t sent_ = 0; ///< bytes
    bool cut_ = false;       ///< by the fault
    bool told_ = false;      ///< the observer knows what has become of the stream
};

} // namespace hicap::emulation

#endif
