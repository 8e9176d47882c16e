#ifndef HICAP_TEST_SUPPORT_SCRIPTED_EXCHANGE_HPP
#define HICAP_TEST_SUPPORT_SCRIPTED_EXCHANGE_HPP

#include "net/alarm.hpp"
#include "net/exchange.hpp"
#include "support/splits.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {

namespace asio = boost::asio;

/// The body of a scripted exchange, as the test sees it.
///
/// It is whole from the beginning, or is given piece by piece: then waiting for the next one takes
/// until it is given, or until `time` says that the deadline has passed.
struct scripted_body
{
    scripted_body() = default;

    explicit scripted_body(pieces text) : remaining(std::move(text)) {}

    explicit scripted_body(std::string_view text) : remaining(cut(text, {})) {}

    /// Of which nothing has come yet.
    explicit scripted_body(std::shared_ptr<net::clock> clock) : time(std::move(clock)) {}

    void give(std::string_view text)
    {
        remaining.emplace_back(text.begin(), text.end());
        wake();
    }

    /// Nothing more is given: the body ends here, or fails.
    void finish(std::exception_ptr why = nullptr)
    {
        failure = std::move(why);
        time = nullptr;
        wake();
    }

    /// Whether `read_body` has something to tell.
    [[nodiscard]] bool at_hand() const { return next != remaining.size() || !time; }

    pieces remaining;
    std::size_t next = 0;             ///< of `remaining`
    bool blocks = false;              ///< before each piece and before the end
    bool looks_once = false;          ///< what has blocked does so until a wait was begun
    std::exception_ptr failure;       ///< thrown in place of the end
    std::shared_ptr<net::clock> time; ///< null where the body is whole
    std::size_t waits = 0;
    bool read_to_end = false;
    bool open = true; ///< the exchange exists

private:
    friend class scripted_exchange;

    void wake()
    {
        if (waiting_ != nullptr)
            waiting_->wake();
    }

    net::alarm* waiting_ = nullptr;
};

/// An exchange without a connection.
class scripted_exchange final : public net::exchange
{
public:
    explicit scripted_exchange(std::shared_ptr<scripted_body> body) : body_(std::move(body)) {}

    scripted_exchange(scripted_exchange const&) = delete;
    scripted_exchange& operator=(scripted_exchange const&) = delete;

    ~scripted_exchange() override { body_->open = false; }

    [[nodiscard]] http::response_head const& head() const noexcept override { return head_; }

    [[nodiscard]] headers take_fields() noexcept override
    {
        return std::exchange(head_.fields, {});
    }

    status read_body(std::string_view& piece) override
    {
        // The former piece is gone, so that a sanitizer sees whoever keeps a view of it.
        if (body_->next != 0)
            std::vector<char>().swap(body_->remaining[body_->next - 1]);
        while (body_->next != body_->remaining.size() && body_->remaining[body_->next].empty())
            ++body_->next;
        bool const waits = body_->looks_once && drained_;
        if (waits || !body_->at_hand() || (body_->blocks && !std::exchange(shown_, false))) {
            drained_ = true;
            return status::blocked;
        }
        if (body_->next != body_->remaining.size()) {
            auto const& bytes = body_->remaining[body_->next++];
            piece = {bytes.data(), bytes.size()};
            return status::piece;
        }
        if (body_->failure)
            std::rethrow_exception(body_->failure);
        body_->read_to_end = true;
        return status::end;
    }

    [[nodiscard]] asio::awaitable<bool> readable(net::clock::time_point deadline) override
    {
        ++body_->waits;
        drained_ = false;
        // Of a deadline that has passed and bytes that have come, a socket may tell either.
        bool const late = body_->looks_once && body_->time && deadline <= body_->time->now();
        if (late) {
            co_await asio::post(asio::use_awaitable);
            co_return false;
        }
        if (body_->at_hand()) {
            co_await asio::post(asio::use_awaitable);
            shown_ = true;
            co_return true;
        }
        net::alarm arrival(*body_->time, co_await asio::this_coro::executor);
        sleeping const here(*body_, arrival);
        co_return co_await arrival.sleep_until(deadline);
    }

    /// To be changed before the exchange is handed over.
    http::response_head& mutable_head() noexcept { return head_; }

private:
    struct sleeping
    {
        sleeping(scripted_body& body, net::alarm& until) : of(body) { of.waiting_ = &until; }

        sleeping(sleeping const&) = delete;
        sleeping& operator=(sleeping const&) = delete;

        ~sleeping() { of.waiting_ = nullptr; }

        scripted_body& of;
    };

    std::shared_ptr<scripted_body> body_;
    http::response_head head_;
    bool shown_ = false;
    bool drained_ = false;
};

} // namespace hicap::test

#endif
