#ifndef HICAP_EMULATOR_CONNECTION_HPP
#define HICAP_EMULATOR_CONNECTION_HPP

#include "emulator/byte_stream.hpp"
#include "emulator/exchange.hpp"
#include "emulator/sender.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::emulation {

class connection;
class refusal;

/// What a connection needs of the server that accepted it. Called on the strand.
class connection_owner : public response_observer
{
public:
    virtual response answer(request const& request) = 0;
    virtual response refuse(refusal const& why) = 0;

    virtual void on_handshake(handshake_result result) noexcept = 0;
    virtual void on_request() noexcept = 0;
    virtual void on_client_left(bool by_reset) noexcept = 0;
    /// From the destructor of the connection.
    virtual void on_closed(connection* closed) noexcept = 0;
};

/// One HTTP/1.1 connection: requests one after the other, each answered before the next is looked
/// at.
///
/// Two coroutines serve it: one reads all the time, so that a client that goes away is noticed
/// while an answer is under way; the other takes requests from what has been read, and answers.
/// Both own the connection.
class connection final : public std::enable_shared_from_this<connection>, private response_path
{
public:
    /// Precondition: `executor` is a strand.
    connection(
        asio::any_io_executor executor,
        std::unique_ptr<byte_stream> stream,
        std::shared_ptr<connection_owner> owner
    );

    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;
    ~connection() override;

    /// Starts to serve, until either side closes.
    void start();

    /// Closes at once. Call on the strand.
    void abort() noexcept;

private:
    static asio::awaitable<void> run(std::shared_ptr<connection> self);
    static asio::awaitable<void> keep_reading(std::shared_ptr<connection> self);

    asio::awaitable<void> serve();
    /// The next request; none where the connection is to be closed.
    asio::awaitable<std::optional<request>> read_request();
    asio::awaitable<void> respond(response response);
    asio::awaitable<void> refuse_and_close(refusal why);
    /// Ends the connection so that the client can read all that was sent.
    asio::awaitable<void> part(emulator_fault::ending how);

    asio::awaitable<bool> write(std::string_view bytes) override;
    asio::awaitable<bool> wait_until(std::chrono::steady_clock::time_point time) override;
    asio::awaitable<bool> wait_for_wake_up_until(std::chrono::steady_clock::time_point time
    ) override;
    void wake_up() noexcept override;

    [[nodiscard]] bool has_client() const noexcept override { return !ended_; }

    /// Tells the owner, once, unless the connection was about to end.
    void note_client_left(boost::system::error_code const& error) noexcept;

    /// Waits until more than so many bytes are at hand. False where no more will come.
    asio::awaitable<bool> wait_for_more_than(std::size_t size);
    asio::awaitable<void> wait_for_wake_up();

    asio::any_io_executor executor_;
    std::shared_ptr<connection_owner> owner_;
    std::unique_ptr<byte_stream> stream_;

    std::array<char, 8192> chunk_;
    std::string received_;     ///< and not yet parsed
    bool ended_ = false;       ///< nothing more will be received
    asio::steady_timer wake_;  ///< cancelled whenever the two above change
    asio::steady_timer space_; ///< cancelled when `received_` shrinks

    bool streaming_ = false; ///< so the end of what is received means that the client went away
    bool parting_ = false;   ///< why the client goes no longer matters
    client_wishes wishes_;
};

} // namespace hicap::emulation

#endif
