#ifndef HICAP_TEST_SUPPORT_FAULTY_SERVER_HPP
#define HICAP_TEST_SUPPORT_FAULTY_SERVER_HPP

#include "support/scripted_socket.hpp"
#include "support/tls_server.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {

/// How a server leaves a connection.
enum class ending
{
    stay,
    fin,
    rst
};

/// What a server answers to one request, and what becomes of it on its way.
struct scripted_reply
{
    std::vector<std::string> records; ///< each a TLS record where there is TLS
    bool close_notify = false;        ///< behind them
    /// The bytes that really arrive, of those that are on the wire.
    std::function<void(std::string&)> damage = [](std::string&) {};
    ending then = ending::stay;
    std::vector<std::size_t> splits; ///< where a wait lies between two bytes, ascending
    bool drips = false;              ///< one lies between all
    std::size_t after = wire::never; ///< bytes of the request that it waits for; never: all
};

/// One connection of a server without a network, which gives its replies in turn.
class faulty_server
{
public:
    /// `identity` is null where there is no TLS.
    explicit faulty_server(std::shared_ptr<net::clock> time, tls_server* identity = nullptr)
        : far(std::make_shared<wire>(std::move(time)))
    {
        far->shows_after_wait = false; // what has come is there when a pooled connection is tried
        far->when_sent = [this](std::string_view bytes) { take(bytes); };
        if (identity != nullptr)
            peer_ = std::make_unique<tls_peer>(*identity);
    }

    faulty_server(faulty_server const&) = delete;
    faulty_server& operator=(faulty_server const&) = delete;

    ~faulty_server()
    {
        far->when_sent = [](std::string_view) {};
    }

    /// Breaks the connection when the client has sent so much, and tries to send more.
    void break_writes_after(std::size_t size)
    {
        breaks_after_ = size;
        far->set_window(size);
        if (far->sent.size() == size)
            fail_next_call();
    }

    /// `pulse` arrives behind the replies, and again after each further `period`.
    void beat(std::string pulse, std::chrono::milliseconds period)
    {
        pulse_ = std::move(pulse);
        pulse_period = period;
    }

    /// The same with one byte of `rest` each time.
    void drip_later(std::string rest, std::chrono::milliseconds period)
    {
        rest_ = std::move(rest);
        pulse_period = period;
    }

    void beat_once()
    {
        if (!pulse_.empty())
            far->give(pulse_);
        far->give(rest_.substr(0, 1));
        rest_.erase(0, 1);
    }

    std::shared_ptr<wire> const far;
    std::deque<scripted_reply> replies;
    scripted_reply usual; ///< to the requests behind the script

    /// Of the bytes of the handshake, session tickets included.
    std::function<void(std::string&)> damage_to_handshake = [](std::string&) {};
    ending after_handshake_damage = ending::stay;

    std::chrono::milliseconds pulse_period{0}; ///< of `beat` and `drip_later`; 0: neither

private:
    void take(std::string_view bytes)
    {
        if (lost_)
            return;
        if (peer_) {
            peer_->feed(bytes);
            received_ += std::exchange(peer_->received, {});
            if (auto const out = peer_->output(); !out.empty())
                shake_hands(out);
        } else {
            received_ += bytes;
        }
        for (;;) {
            auto const& next = replies.empty() ? usual : replies.front();
            auto const wanted = std::min(request_size(), next.after);
            if (lost_ || received_.size() < wanted)
                break;
            received_.erase(0, wanted);
            auto const now = next;
            if (!replies.empty())
                replies.pop_front();
            answer(now);
            if (now.after != wire::never)
                break;
        }
        if (far->sent.size() >= breaks_after_)
            fail_next_call();
    }

    /// The size of the request that is being received, never while that is not known.
    [[nodiscard]] std::size_t request_size() const
    {
        constexpr std::string_view end = "\r\n\r\n";
        constexpr std::string_view name = "Content-Length: ";
        auto const head = received_.find(end);
        auto const length = received_.find(name);
        if (head == std::string::npos || length == std::string::npos)
            return wire::never;
        std::size_t body = 0;
        std::from_chars(received_.data() + length + name.size(), received_.data() + head, body);
        return head + end.size() + body;
    }

    void shake_hands(std::string const& out)
    {
        auto const before = handshake_.size();
        handshake_ += out;
        auto changed = handshake_;
        damage_to_handshake(changed);
        // What is damaged already has gone out.
        if (changed.size() > before)
            far->give(std::string_view(changed).substr(before));
        if (changed.size() < handshake_.size())
            leave(after_handshake_damage);
    }

    void answer(scripted_reply const& reply)
    {
        std::string bytes;
        for (auto const& record : reply.records)
            bytes += peer_ ? peer_->encrypt(record) : record;
        if (reply.close_notify && peer_)
            bytes += peer_->close_notify();
        auto const whole = bytes.size();
        reply.damage(bytes);
        if (reply.drips)
            far->give(byte_by_byte(bytes));
        else
            far->give(cut(bytes, reply.splits));
        if (reply.then != ending::stay || bytes.size() < whole)
            leave(reply.then);
    }

    void leave(ending how)
    {
        lost_ = true;
        if (how == ending::fin)
            far->close();
        else if (how == ending::rst)
            far->fail(asio::error::connection_reset);
    }

    void fail_next_call()
    {
        far->fail_at = far->calls;
        far->fail_with = asio::error::broken_pipe;
    }

    std::unique_ptr<tls_peer> peer_;
    std::string received_;
    std::string handshake_;
    std::size_t breaks_after_ = wire::never;
    std::string pulse_;
    std::string rest_;
    bool lost_ = false;
};

} // namespace hicap::test

#endif
