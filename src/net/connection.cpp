#include "net/connection.hpp"

#include "base/secret.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace hicap::net {
namespace {

// A request up to this size goes out in one piece: one TLS record, one call of the system.
constexpr std::size_t single_write = 16 * 1024;

// A larger body is encrypted piece by piece, so that its ciphertext is never whole in memory.
constexpr std::size_t body_slice = 256 * 1024;

// What one connection may bring before the others have their turn. At most some tenths of a
// millisecond. No more than one buffer, so that none holds bytes while others have their turn.
constexpr std::size_t turn_size = pooled_buffer::capacity;

// What TLS may answer by itself while the peer reads nothing of it.
constexpr std::size_t max_owed = 64 * 1024;

} // namespace

connection::connection(
    std::unique_ptr<socket> link,
    std::shared_ptr<tls_context> tls,
    std::unique_ptr<tls_engine> session
)
    : socket_(std::move(link)), tls_context_(std::move(tls)), tls_(std::move(session))
{}

asio::awaitable<std::unique_ptr<connection>> connection::open(
    http::origin where, std::shared_ptr<dialer> dial, std::shared_ptr<tls_context> tls, call* on
)
{
    auto link = co_await dial->dial(on);
    std::unique_ptr<tls_engine> session;
    if (where.tls())
        session = tls->start(where.host);
    auto made = std::make_unique<connection>(std::move(link), std::move(tls), std::move(session));
    if (!made->tls_)
        co_return made;
    try {
        co_await made->shake_hands(on);
    } catch (error const&) {
        on->running().check(); // that closes the connection from this side
        made->tls_context_->forget_tickets(where.host);
        throw;
    }
    co_return made;
}

asio::awaitable<void> connection::shake_hands(call* on)
{
    auto const deadline = on->begin(phase::tls);
    waiting const here(on->running(), *socket_);
    for (;;) {
        auto const state = tls_->handshake();
        auto what = interest::read;
        if (!send_output()) {
            what = interest::write;
        } else {
            if (state == tls_engine::status::done)
                break;
            status why_not{};
            if (receive_ciphertext(why_not))
                continue;
            if (why_not == status::closed) {
                throw error(
                    errc::tls_handshake,
                    "TLS handshake with " + tls_->host() + ": the server closed the connection"
                );
            }
        }
        bool const turn_is_over = std::exchange(came_, 0) >= turn_size && what == interest::read;
        auto wait = turn_is_over ? turn(deadline) : socket_->ready(what, deadline);
        bool const in_time = co_await std::move(wait);
        on->check(in_time, "the TLS handshake with ", tls_->host());
        drained_ = false;
    }
    on->end();
}

void connection::begin_write(std::string_view head, std::string_view body)
{
    came_ = 0;
    if (!tls_) {
        append_wiping(plain_output_.reveal(), head);
        unsent_ = body;
        if (body.size() <= single_write)
            encrypt_next();
        return;
    }
    if (head.size() + body.size() <= single_write) {
        plaintext_.acquire();
        {
            wiped_at_the_end const the_key_is_in_it(plaintext_.data(), head.size());
            std::memcpy(plaintext_.data(), head.data(), head.size());
            if (!body.empty())
                std::memcpy(plaintext_.data() + head.size(), body.data(), body.size());
            tls_->write({plaintext_.data(), head.size() + body.size()});
        }
        plaintext_.release();
        return;
    }
    tls_->write(head);
    unsent_ = body;
}

void connection::encrypt_next()
{
    auto const slice = unsent_.substr(0, body_slice);
    unsent_.remove_prefix(slice.size());
    if (tls_)
        tls_->write(slice);
    else
        append_wiping(plain_output_.reveal(), slice);
}

bool connection::write_some()
{
    for (;;) {
        if (!send_output()) {
            drained_ = false; // the server may have said why it does not read on
            return false;
        }
        if (unsent_.empty()) {
            drained_ = true; // an answer takes longer than it takes to look for it
            return true;
        }
        encrypt_next();
    }
}

bool connection::send_output()
{
    auto& bytes = output();
    while (sent_ != bytes.size()) {
        auto const moved = socket_->send(bytes.data() + sent_, bytes.size() - sent_);
        if (moved.what == socket::status::blocked)
            return false;
        if (moved.what == socket::status::failed) {
            write_failed_ = true;
            drained_ = false;
            fail(moved.code, "sending to the server");
        }
        sent_ += moved.size;
    }
    sent_ = 0;
    owed_ = 0;
    if (!tls_)
        wipe(bytes);
    std::string().swap(bytes); // a stream waits much longer than it sends
    return true;
}

void connection::fail(boost::system::error_code code, std::string doing)
{
    if (code == asio::error::not_connected && socket_->orphaned())
        doing += ": the io_context that the connection belonged to has ended, or this process is a "
                 "fork of the one that opened it";
    throw error(code, doing);
}

connection::status connection::fill()
{
    plaintext_.acquire();
    auto* const begin = plaintext_.data();
    if (!unread_.empty() && unread_.data() != begin)
        std::memmove(begin, unread_.data(), unread_.size());
    auto const kept = unread_.size();
    std::size_t got = 0;
    auto const result = tls_ ? fill_tls(begin + kept, pooled_buffer::capacity - kept, got)
                             : fill_plain(begin + kept, pooled_buffer::capacity - kept, got);
    unread_ = {begin, kept + got};
    if (unread_.empty()) {
        unread_ = {};
        plaintext_.release();
    }
    return result;
}

connection::status connection::fill_plain(char* data, std::size_t size, std::size_t& got)
{
    if (drained_ || came_ >= turn_size)
        return status::blocked;
    auto const moved = socket_->receive(data, size);
    switch (moved.what) {
    case socket::status::done:
        got = moved.size;
        came_ += moved.size;
        drained_ = moved.size < size;
        return status::data;
    case socket::status::blocked:
        return status::blocked;
    case socket::status::closed:
        closed_cleanly_ = true;
        return status::closed;
    case socket::status::failed:
        break;
    }
    fail(moved.code, "receiving from the server");
}

connection::status connection::fill_tls(char* data, std::size_t size, std::size_t& got)
{
    for (;;) {
        if (!tls_->output().empty())
            answer_tls();
        status why_not{};
        if (starved_ && !receive_ciphertext(why_not))
            return why_not;
        auto const queued = tls_->output().size();
        auto const state = tls_->read(data, size, got);
        owed_ += tls_->output().size() - queued;
        if (state == tls_engine::status::done) {
            starved_ = tls_->is_used_up();
            return status::data;
        }
        if (state == tls_engine::status::closed) {
            closed_cleanly_ = true;
            return status::closed;
        }
        starved_ = true;
    }
}

/// Sends what it can, the answer to a change of keys for example.
void connection::answer_tls()
{
    try {
        if (!write_failed_)
            send_output();
    } catch (error const&) { // what the peer has sent before says more
    }
    if (owed_ > max_owed) {
        throw error(
            errc::tls_failure,
            "TLS session with " + tls_->host() + ": the server asks for answers and reads none"
        );
    }
}

bool connection::receive_ciphertext(status& why_not)
{
    if (!drained_ && came_ < turn_size) {
        ciphertext_.acquire();
        auto const moved = socket_->receive(ciphertext_.data(), pooled_buffer::capacity);
        if (moved.what == socket::status::done) {
            came_ += moved.size;
            tls_->feed({ciphertext_.data(), moved.size});
            starved_ = false;
            drained_ = moved.size < pooled_buffer::capacity;
            return true;
        }
        ciphertext_.release();
        if (moved.what == socket::status::failed)
            fail(moved.code, "receiving from the server");
        if (moved.what == socket::status::closed) {
            why_not = status::closed;
            return false;
        }
        drained_ = true;
    }
    ciphertext_.release();
    why_not = status::blocked;
    return false;
}

bool connection::quiet() noexcept
{
    try {
        // What may come are messages of TLS alone, session tickets above all, but no more than
        // one receive brings.
        drained_ = false;
        came_ = 0;
        return !socket_->inherited() && unread_.empty() && fill() == status::blocked &&
               unread_.empty() && came_ < turn_size && !write_failed_;
    } catch (...) { // whatever it is, this connection is not worth more
        return false;
    }
}

void connection::release_buffers() noexcept
{
    if (unread_.empty()) {
        unread_ = {};
        plaintext_.release();
    }
    if (!tls_)
        return;
    if (!tls_->has_input())
        ciphertext_.release();
    tls_->release_buffers();
}

/// Lets the others have one turn of the event loop.
asio::awaitable<bool> connection::turn(clock::time_point deadline)
{
    co_await asio::post(asio::use_awaitable);
    co_return socket_->time().now() < deadline;
}

asio::awaitable<bool> connection::readable(clock::time_point deadline)
{
    drained_ = false;
    if (std::exchange(came_, 0) >= turn_size)
        return turn(deadline); // there may be more that no wait would tell of
    release_buffers();
    return socket_->ready(interest::read, deadline);
}

asio::awaitable<bool> connection::writable(clock::time_point deadline)
{
    if (std::exchange(came_, 0) >= turn_size)
        return turn(deadline);
    return socket_->ready(interest::either, deadline);
}

} // namespace hicap::net
