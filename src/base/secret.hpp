#ifndef HICAP_BASE_SECRET_HPP
#define HICAP_BASE_SECRET_HPP

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap {

/// Overwrites memory in a way that no optimisation removes.
inline void wipe(char* data, std::size_t size) noexcept
{
    if (size == 0)
        return;
    std::memset(data, 0, size);
    asm volatile("" : : "r"(data) : "memory"); // which might read it, as far as compilers know
}

/// Overwrites all the memory of `text`, of which a former text may have had more, and empties it.
inline void wipe(std::string& text) noexcept
{
    text.resize(text.capacity()); // allocates nothing
    wipe(text.data(), text.size());
    text.clear();
}

/// Overwrites memory at the end of a scope, in whatever way that is left.
struct wiped_at_the_end
{
    wiped_at_the_end(char* where, std::size_t how_much) noexcept : data(where), size(how_much) {}

    wiped_at_the_end(wiped_at_the_end const&) = delete;
    wiped_at_the_end& operator=(wiped_at_the_end const&) = delete;

    ~wiped_at_the_end() { wipe(data, size); }

    char* data;
    std::size_t size;
};

/// Appends `more`, and overwrites the memory that `text` outgrows.
inline void append_wiping(std::string& text, std::string_view more)
{
    if (text.capacity() - text.size() >= more.size()) {
        text.append(more);
        return;
    }
    std::string grown;
    grown.reserve(text.size() + more.size());
    grown.append(text).append(more);
    text.swap(grown);
    wipe(grown);
}

/// A string that is overwritten before its memory goes back to the heap. Never printed.
class secret_string
{
public:
    secret_string() = default;

    explicit secret_string(std::string text) noexcept : text_(std::move(text)) {}

    secret_string(secret_string&& other) noexcept
    {
        text_.swap(other.text_);
        wipe(other.text_); // which may have been too short for the heap
    }

    secret_string& operator=(secret_string&& other) noexcept
    {
        text_.swap(other.text_);
        wipe(other.text_);
        return *this;
    }

    ~secret_string() { wipe(text_); }

    /// The text itself. What is appended to it must have been reserved, or the former memory keeps
    /// a copy.
    [[nodiscard]] std::string& reveal() noexcept { return text_; }

    [[nodiscard]] std::string const& reveal() const noexcept { return text_; }

private:
    std::string text_;
};

/// Secrets that the other side knows, and may say: what it says is shown without them.
///
/// Thread safety: distinct objects safe, also copies, which share what never changes.
class hidden_secret
{
public:
    /// Of less than this it would be guesswork what is the secret and what is a word.
    static constexpr std::size_t min_size = 8;

    hidden_secret() = default;

    explicit hidden_secret(std::string_view text) { add(text); }

    /// One more, which copies that were made before do not have.
    void add(std::string_view text);

    [[nodiscard]] bool empty() const noexcept { return !texts_; }

    /// `text` with `***` in place of the secrets, wherever it says them, as they are or escaped:
    /// `\/` and `\u002F` of JSON, `%2F` of URLs, `&#47;` of HTML, those of JSON and URLs also where
    /// they are escaped again. The same in place of a good part of one at the end, where `text` may
    /// have been cut.
    [[nodiscard]] std::string removed_from(std::string text) const;

    /// Whether that would change `text`.
    [[nodiscard]] bool is_in(std::string_view text) const noexcept;

    /// False only where that would change neither `text` nor any part of it. Costs less.
    [[nodiscard]] bool may_be_in(std::string_view text) const noexcept;

private:
    std::shared_ptr<std::vector<secret_string> const> texts_; // long ones first
};

} // namespace hicap

#endif
