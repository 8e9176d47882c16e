#ifndef HICAP_TEST_SUPPORT_SCRIPTED_EXCHANGE_HPP
#define HICAP_TEST_SUPPORT_SCRIPTED_EXCHANGE_HPP

#include "net/exchange.hpp"
#include "support/splits.hpp"

#include <boost/asio/post.hpp>
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
struct scripted_body
{
    scripted_body() = default;

    explicit scripted_body(pieces text) : remaining(std::move(text)) {}

    explicit scripted_body(std::string_view text) : remaining(cut(text, {})) {}

    pieces remaining;
    std::size_t next = 0;       ///< of `remaining`
    bool blocks = false;        ///< before each piece and before the end
    std::exception_ptr failure; ///< thrown in place of the end
    std::size_t waits = 0;
    bool read_to_end = false;
    bool open = true; ///< the exchange exists
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
        if (body_->blocks && !std::exchange(shown_, false))
            return status::blocked;
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

    [[nodiscard]] asio::awaitable<void> readable() override
    {
        co_await asio::post(asio::use_awaitable);
        ++body_->waits;
        shown_ = true;
    }

    void cancel() noexcept override {}

    /// To be changed before the exchange is handed over.
    http::response_head& mutable_head() noexcept { return head_; }

private:
    std::shared_ptr<scripted_body> body_;
    http::response_head head_;
    bool shown_ = false;
};

} // namespace hicap::test

#endif
