#include "net/watch.hpp"

#include <hicap/error.hpp>

#include <atomic>
#include <utility>

namespace hicap {

observer::~observer() = default;

namespace net {

watch::watch(
    std::shared_ptr<observer> who,
    std::shared_ptr<clock> time,
    std::string_view method,
    std::string_view path,
    std::string_view server
)
    : who_(std::move(who)), time_(std::move(time)), server_(server)
{
    if (!who_)
        return;
    static std::atomic<std::uint64_t> last{0};
    number_ = ++last;
    method_ = method;
    path_ = path;
    begun_ = time_->now();
}

watch::~watch()
{
    if (!who_)
        return;
    end_event event;
    event.call = identity();
    event.how = how_;
    if (how_ == call_end::failed || how_ == call_end::cancelled)
        event.code = code_;
    event.status = status_;
    event.request_id = request_id_;
    event.not_retried = not_retried_;
    event.attempts = attempts_;
    event.events = events_;
    event.since_begin = since_begin();
    who_->on_end(event);
}

void watch::attempt_begins() noexcept
{
    ++attempts_;
    if (!who_)
        return;
    attempt_event event;
    event.call = identity();
    event.number = attempts_;
    event.since_begin = since_begin();
    who_->on_attempt(event);
}

void watch::connected(
    attempt const& made, bool resumed_session, boost::system::error_code code
) noexcept
{
    if (!who_)
        return;
    connection_event event;
    event.call = identity();
    event.attempt = attempts_;
    event.reused = made.reused_connection;
    event.resumed_session = resumed_session;
    event.times = made.times;
    event.code = code;
    event.since_begin = since_begin();
    who_->on_connection(event);
}

void watch::first_byte(int status, std::string_view request_id)
{
    if (!who_)
        return;
    status_ = status;
    request_id_ = request_id;
    first_byte_event event;
    event.call = identity();
    event.attempt = attempts_;
    event.status = status;
    event.request_id = request_id_;
    event.since_begin = since_begin();
    who_->on_first_byte(event);
}

void watch::retry_follows(attempt const& failed)
{
    if (!who_)
        return;
    retry_event event;
    event.call = identity();
    event.number = attempts_;
    event.failed = failed;
    event.since_begin = since_begin();
    who_->on_retry(event);
}

void watch::is_not_retried(std::string why)
{
    if (who_)
        not_retried_ = std::move(why);
}

void watch::ends(call_end how, boost::system::error_code code) noexcept
{
    how_ = how;
    code_ = code;
}

void watch::fails(boost::system::error_code code) noexcept
{
    ends(code == condition::cancelled ? call_end::cancelled : call_end::failed, code);
}

void watch::first_event() noexcept
{
    first_event_event event;
    event.call = identity();
    event.since_begin = since_begin();
    who_->on_first_event(event);
}

call_identity watch::identity() const noexcept
{
    call_identity who;
    who.number = number_;
    who.server = server_;
    who.method = method_;
    who.path = path_;
    return who;
}

std::chrono::microseconds watch::since_begin() const noexcept
{
    return std::chrono::duration_cast<std::chrono::microseconds>(time_->now() - begun_);
}

} // namespace net
} // namespace hicap
