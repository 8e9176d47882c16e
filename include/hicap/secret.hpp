#ifndef HICAP_SECRET_HPP
#define HICAP_SECRET_HPP

#include <hicap/visibility.hpp>

#include <string>
#include <utility>

HICAP_API_BEGIN

namespace hicap {

/// A credential that a server gave: text that cannot be printed or logged by accident. Its memory
/// is overwritten when it ends, and when it gets another text.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
class secret
{
public:
    /// Empty.
    secret() = default;

    /// Takes the text.
    explicit secret(std::string text) noexcept : text_(std::move(text)) {}

    /// Copies the text.
    secret(secret const&) = default;
    /// Takes the text, and leaves none.
    secret(secret&& other) noexcept;
    /// Copies the text.
    secret& operator=(secret const& other);
    /// Takes the text, and leaves none.
    secret& operator=(secret&& other) noexcept;
    ~secret();

    /// The text itself, to be handed on to who needs it.
    [[nodiscard]] std::string const& reveal() const noexcept { return text_; }

    /// Whether there is no text.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// Compares the texts.
    friend bool operator==(secret const&, secret const&) = default;

private:
    friend struct access;

    std::string text_;
};

} // namespace hicap

HICAP_API_END

#endif
