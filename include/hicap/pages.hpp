#ifndef HICAP_PAGES_HPP
#define HICAP_PAGES_HPP

#include <hicap/reply.hpp>
#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace hicap::detail {

template <class T>
class page_source;

} // namespace hicap::detail

HICAP_API_BEGIN

namespace hicap {

namespace asio = boost::asio;

/// Which part of a list is wanted, and in which order.
struct page_options
{
    /// Begins behind the element of this id.
    std::optional<std::string> after{};
    /// Elements of a page, 1..100. Default: 20. A list has as many pages as it needs.
    std::optional<std::int64_t> limit{};
    /// By time: `asc` or `desc`.
    std::optional<std::string> order{};
};

/// A list that the server gives page by page: an async generator of its elements, which asks for
/// the next page when it is needed.
///
///     auto items = client.responses().input_items(id);
///     while (auto const* item = co_await items.next())
///         show(*item);
///
/// Nothing is sent before the first `next`. Move-only. A default-constructed or moved-from list can
/// only be assigned to and destroyed.
///
/// Thread safety: a list belongs to one coroutine at a time.
template <class T>
class pages
{
public:
    /// A list that can only be assigned to and destroyed.
    pages() noexcept;
    /// Takes over the list of `other`.
    pages(pages&& other) noexcept;
    /// Takes over the list of `other`.
    pages& operator=(pages&& other) noexcept;
    ~pages();

    /// The next element, which lives until the next call; null at the end, and from then on.
    ///
    /// Precondition: no other `next` of this list is running.
    ///
    /// Cancellation: terminal; nothing is lost, the following `next` asks for the same page again.
    /// Errors: as an operation that gets one object, thrown each time that the page is asked for.
    /// A server that says that there is more, and not where, is `errc::invalid_response`, thrown
    /// behind the last element that it gave. Without a `last_id`, a list goes on behind the id of
    /// its last element.
    [[nodiscard]] asio::awaitable<T const*> next();

    /// The response that brought the present page; that of an empty object before the first.
    [[nodiscard]] response_info const& info() const noexcept;

    /// For the library.
    explicit pages(std::unique_ptr<detail::page_source<T>> source) noexcept;

private:
    std::unique_ptr<detail::page_source<T>> source_;
};

} // namespace hicap

HICAP_API_END

#endif
