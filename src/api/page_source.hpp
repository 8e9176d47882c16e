#ifndef HICAP_API_PAGE_SOURCE_HPP
#define HICAP_API_PAGE_SOURCE_HPP

// The implementation of pages<T>, included by the file that instantiates it.

#include "api/operation.hpp"
#include "http/url.hpp"
#include "json/object.hpp"
#include "net/cancellation.hpp"
#include "net/fresh_coroutine.hpp"

#include <hicap/error.hpp>
#include <hicap/pages.hpp>
#include <hicap/request_options.hpp>
#include <hicap/unknown_members.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace hicap::detail {

/// Where a list comes from, and the page that is at hand.
template <class T>
class page_source
{
public:
    virtual ~page_source() = default;

    /// The next element at hand, null where the page is used up.
    [[nodiscard]] T const* take() noexcept
    {
        return next_ == data.size() ? nullptr : &data[next_++];
    }

    /// Puts the next page in the place of the present one.
    [[nodiscard]] virtual asio::awaitable<void> fetch() = 0;

    response_info info;
    bool has_more = true;

protected:
    std::vector<T> data;
    std::size_t next_ = 0;
};

/// The id of an element, empty where it has none.
template <class T>
[[nodiscard]] std::string id_of(T const& element)
{
    if constexpr (requires { std::variant_size<T>::value; })
        return std::visit([](auto const& one) { return id_of(one); }, element);
    else if constexpr (std::is_same_v<T, unknown>)
        return json::string_member(element.json.text(), "id");
    else if constexpr (requires { element.id.value_or(std::string()); })
        return element.id.value_or(std::string());
    else if constexpr (requires { element.id; })
        return element.id;
    else
        return {};
}

/// A list of `T` that comes as `List`s: `data`, `last_id`, `has_more`.
template <class T, class List>
class list_source final : public page_source<T>
{
public:
    /// `name` is a literal; `target` is the encoded path.
    list_source(
        std::shared_ptr<client_core> core,
        std::string_view name,
        std::string target,
        page_options which,
        request_options options
    )
        : core_(std::move(core)), name_(name), target_(std::move(target)), which_(std::move(which)),
          options_(std::move(options))
    {}

    asio::awaitable<void> fetch() override
    {
        if (lost_)
            throw error(*lost_);
        auto target = target_;
        if (which_.after)
            http::append_query(target, "after", *which_.after);
        if (which_.limit)
            http::append_query(target, "limit", std::to_string(*which_.limit));
        if (which_.order)
            http::append_query(target, "order", *which_.order);
        endpoint const where{"GET", name_, target};
        auto prepared = core_->prepare(where, {}, client_core::accepts::json, options_);
        auto page = co_await detail::fetch<List>(core_, std::move(prepared));
        auto last = page.last_id.value_or(std::string());
        if (last.empty() && !page.data.empty())
            last = id_of(page.data.back());
        bool const is_again = !last.empty() && last == which_.after;
        if (page.has_more && (page.data.empty() || last.empty() || is_again)) {
            lost_.emplace(
                errc::invalid_response,
                is_again ? "the list says that there is more, and the page after \"" +
                               escape_for_display(last, 128) +
                               "\" ends with that again: the server may not know `after`"
                         : "the list says that there is more, and not where it goes on"
            );
            add_call(*lost_, page.info());
            if (page.data.empty() || is_again) // its elements have been given before
                throw error(*lost_);
        }
        this->has_more = page.has_more;
        which_.after = std::move(last);
        this->data = std::move(page.data);
        this->next_ = 0;
        this->info = page.info();
    }

private:
    std::shared_ptr<client_core> core_;
    std::string_view name_;
    std::string target_;
    page_options which_;
    request_options options_;
    std::optional<error> lost_; // why there is no next page, though there should be
};

} // namespace hicap::detail

namespace hicap {

template <class T>
pages<T>::pages() noexcept = default;

template <class T>
pages<T>::pages(pages&& other) noexcept = default;

template <class T>
pages<T>& pages<T>::operator=(pages&& other) noexcept = default;

template <class T>
pages<T>::~pages() = default;

template <class T>
pages<T>::pages(std::unique_ptr<detail::page_source<T>> source) noexcept
    : source_(std::move(source))
{}

template <class T>
asio::awaitable<T const*> pages<T>::next()
{
    // As in `stream::next`: an element is taken only when the caller is sure to get it.
    net::launch_query const launching{};
    bool const fresh = net::is_fresh(co_await launching);
    if (fresh)
        co_await asio::post(asio::use_awaitable);
    for (;;) {
        auto const cancellation = co_await asio::this_coro::cancellation_state;
        net::throw_if_cancelled(cancellation);
        if (auto const* const element = source_->take())
            co_return element;
        if (!source_->has_more)
            co_return nullptr;
        co_await source_->fetch();
    }
}

template <class T>
response_info const& pages<T>::info() const noexcept
{
    return source_->info;
}

} // namespace hicap

#endif
