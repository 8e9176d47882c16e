#ifndef HICAP_EMULATOR_EXCHANGE_HPP
#define HICAP_EMULATOR_EXCHANGE_HPP

#include <hicap/emulator.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the resources and the connection exchange: no sockets here, so that a resource is a function
// from a request to a response.
namespace hicap::emulation {

using time_point = std::chrono::steady_clock::time_point;

/// Header fields in their order. Names are compared without regard to case.
class fields
{
public:
    void append(std::string name, std::string value)
    {
        entries_.emplace_back(std::move(name), std::move(value));
    }

    /// All of that name.
    void remove(std::string_view name);

    /// The value of the first field of that name, null where there is none.
    [[nodiscard]] std::string const* find(std::string_view name) const noexcept;

    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;

    [[nodiscard]] auto begin() const noexcept { return entries_.begin(); }

    [[nodiscard]] auto end() const noexcept { return entries_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> entries_;
};

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

struct request
{
    std::string method;
    std::string target; ///< path and query, as sent
    fields headers;
    std::string body;
};

/// One server-sent event.
struct event
{
    std::string data;
    std::uint64_t tokens = 0; ///< that it brings, for the pace and the statistics
    bool failure = false;     ///< the error object of a fault
    bool raw = false;         ///< no event, but text to be sent as it is
    bool made = false;        ///< its tokens count even where nobody waits for it any more
    std::string name{};       ///< of the field `event`; empty: no such field
};

/// Makes the events of a stream one by one, so that a stream that nobody reads stops.
class event_source
{
public:
    virtual ~event_source() = default;

    /// The next event, none after the last.
    [[nodiscard]] virtual std::optional<event> next() = 0;

    /// When `next` may be called.
    [[nodiscard]] virtual time_point due() const noexcept { return time_point::min(); }

    /// Lets `notify` be called, as long as the source lives, whenever `due` has changed by itself.
    virtual void on_change(std::function<void()> notify) { (void)notify; }
};

struct response
{
    int status = 200;
    fields headers;
    std::string body;
    std::unique_ptr<event_source> events; ///< takes the place of the body where set
    std::int64_t prompt_tokens = 0;
    std::uint64_t tokens = 0;     ///< of the whole answer
    double tokens_per_second = 0; ///< 0: at once
    bool paced = true;            ///< false: what it tells was made before, at its own pace
    bool refused = false;         ///< an error that nobody asked for
    bool cancelled = false;       ///< it tells that a response was cancelled by it
    emulator_fault fault;
};

} // namespace hicap::emulation

#endif
