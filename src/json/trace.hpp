#ifndef HICAP_JSON_TRACE_HPP
#define HICAP_JSON_TRACE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace hicap::json {

enum class kind : unsigned char;

/// Where in a document a string or a number stands, and which C++ value it became.
struct place
{
    std::uint16_t begin; ///< of a string: behind the quote
    std::uint16_t end;   ///< of a string: the other quote
    /// For a member kept in an `unknown_members`: where in that text it stands.
    std::uint16_t kept_at;
    json::kind kind; ///< of `value`; `unknown` for text in an `unknown_members`
    void* value;
};

/// The places of a document, as the decoder reports them: those whose text could be another one
/// (a string another string, a number another number that fits) without a change to anything but
/// the value at the address, and to how the rest of the document is read.
///
/// Addresses are good until the next document is decoded into the same object.
class trace
{
public:
    /// Larger documents are not to be traced.
    static constexpr std::size_t max_document = 4096;

    /// What comes after so many is left out.
    static constexpr std::size_t max_places = 64;

    [[nodiscard]] std::vector<place> const& places() const noexcept { return places_; }

    /// False: some value depends on others in a way that places do not tell.
    [[nodiscard]] bool complete() const noexcept { return complete_; }

    void clear() noexcept
    {
        places_.clear();
        decisive_.clear();
        complete_ = true;
    }

    /// To be called in the order of the document. [begin, end) includes the quotes of a string.
    void
    add(std::size_t begin,
        std::size_t end,
        bool quoted,
        json::kind kind,
        void* value,
        std::size_t kept_at = 0)
    {
        static_assert(max_document <= std::numeric_limits<std::uint16_t>::max());
        if (places_.size() == max_places || std::ranges::find(decisive_, begin) != decisive_.end())
            return;
        std::size_t const quote = quoted ? 1 : 0;
        places_.push_back(
            {static_cast<std::uint16_t>(begin + quote),
             static_cast<std::uint16_t>(end - quote),
             static_cast<std::uint16_t>(kept_at + quote),
             kind,
             value}
        );
    }

    /// The text of the value at `begin`, which is added later if at all, decided how others are
    /// read.
    void decides(std::size_t begin)
    {
        if (decisive_.size() == max_places)
            complete_ = false;
        else
            decisive_.push_back(static_cast<std::uint16_t>(begin));
    }

    /// The places from `begin` on are none.
    void forget(std::size_t begin) noexcept
    {
        while (!places_.empty() && places_.back().begin >= begin)
            places_.pop_back();
    }

    void give_up() noexcept { complete_ = false; }

    void take_out(std::size_t index)
    {
        places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(index));
    }

private:
    std::vector<place> places_;
    std::vector<std::uint16_t> decisive_; // where values begin
    bool complete_ = true;
};

} // namespace hicap::json

#endif
