#ifndef HICAP_BASE_SECRET_HPP
#define HICAP_BASE_SECRET_HPP

#include <string.h> // explicit_bzero
#include <string>

namespace hicap {

/// Overwrites `text` in a way that no optimisation removes, and empties it.
inline void wipe(std::string& text) noexcept
{
    explicit_bzero(text.data(), text.size());
    text.clear();
}

/// A string that is overwritten before its memory goes back to the heap. Never printed.
class secret_string
{
public:
    secret_string() = default;

    explicit secret_string(std::string text) noexcept : text_(std::move(text)) {}

    secret_string(secret_string const&) = delete;
    secret_string& operator=(secret_string const&) = delete;

    ~secret_string() { wipe(text_); }

    /// The text itself. What is appended to it must have been reserved, or the former memory keeps
    /// a copy.
    [[nodiscard]] std::string& reveal() noexcept { return text_; }

    [[nodiscard]] std::string const& reveal() const noexcept { return text_; }

private:
    std::string text_;
};

} // namespace hicap

#endif
