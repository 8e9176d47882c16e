#ifndef HICAP_NULLABLE_HPP
#define HICAP_NULLABLE_HPP

#include <hicap/visibility.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

HICAP_API_BEGIN

namespace hicap {

/// The type of `hicap::null`.
struct null_t
{
    /// For `null` alone.
    explicit constexpr null_t(int) noexcept {}
};

/// JSON's `null`, to be given to a `nullable`.
inline constexpr null_t null{0};

template <class T>
class nullable;

namespace detail {

template <class T>
inline constexpr bool is_nullable = false;

template <class T>
inline constexpr bool is_nullable<nullable<T>> = true;

/// Not an empty state and not a `nullable`: it can only mean a value.
template <class U>
concept means_value =
    !is_nullable<U> && !std::same_as<U, null_t> && !std::same_as<U, std::nullopt_t>;

template <class U, class T>
concept value_for = means_value<std::remove_cvref_t<U>> && std::constructible_from<T, U>;

template <class U, class T>
concept comparable_to = means_value<U> && requires(T const& left, U const& right)
{
    static_cast<bool>(left == right);
};

} // namespace detail

/// A member that may be absent, null, or hold a value.
///
/// The interface is that of `std::optional`, with `is_null()` and `is_absent()` to tell the two
/// empty states apart. Default-constructed, from `std::nullopt` and after `reset()` it is absent;
/// from `hicap::null` it is null.
///
/// A `T` lives inside in every state. Turning null or absent leaves its storage alone, so that an
/// object that is filled again and again does not allocate for a string that comes and goes.
///
/// Requires: `T` is default-constructible and is neither a `nullable` nor `std::nullopt_t`.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
template <class T>
class nullable
{
public:
    /// `T`.
    using value_type = T;

    /// Absent.
    constexpr nullable() = default;

    /// Absent.
    constexpr nullable(std::nullopt_t) noexcept(std::is_nothrow_default_constructible_v<T>) {}

    /// Null.
    constexpr nullable(null_t) noexcept(std::is_nothrow_default_constructible_v<T>)
        : state_(state::json_null)
    {}

    /// Holds a value made of `value`: implicit where the conversion to `T` is.
    template <detail::value_for<T> U = T>
    constexpr explicit(!std::convertible_to<U, T>) nullable(U&& value)
        : value_(std::forward<U>(value)), state_(state::present)
    {}

    /// Turns absent.
    constexpr nullable& operator=(std::nullopt_t) noexcept
    {
        state_ = state::absent;
        return *this;
    }

    /// Turns null.
    constexpr nullable& operator=(null_t) noexcept
    {
        state_ = state::json_null;
        return *this;
    }

    /// Holds a value made of `value`.
    template <detail::value_for<T> U>
    constexpr nullable& operator=(U&& value)
    {
        value_ = std::forward<U>(value);
        state_ = state::present;
        return *this;
    }

    /// Whether there is a value.
    [[nodiscard]] constexpr bool has_value() const noexcept { return state_ == state::present; }

    /// Whether it is null, which is something else than absent.
    [[nodiscard]] constexpr bool is_null() const noexcept { return state_ == state::json_null; }

    /// Whether it is absent, which is something else than null.
    [[nodiscard]] constexpr bool is_absent() const noexcept { return state_ == state::absent; }

    /// As `has_value`.
    constexpr explicit operator bool() const noexcept { return has_value(); }

    /// Precondition: `has_value()`.
    [[nodiscard]] constexpr T& operator*() & noexcept { return value_; }

    /// The value. Precondition: `has_value()`.
    [[nodiscard]] constexpr T const& operator*() const& noexcept { return value_; }

    /// The value. Precondition: `has_value()`.
    [[nodiscard]] constexpr T&& operator*() && noexcept { return std::move(value_); }

    /// The value. Precondition: `has_value()`.
    [[nodiscard]] constexpr T* operator->() noexcept { return &value_; }

    /// The value. Precondition: `has_value()`.
    [[nodiscard]] constexpr T const* operator->() const noexcept { return &value_; }

    /// Throws `std::bad_optional_access` where there is no value.
    [[nodiscard]] constexpr T& value() &
    {
        require_value();
        return value_;
    }

    /// Throws `std::bad_optional_access` where there is no value.
    [[nodiscard]] constexpr T const& value() const&
    {
        require_value();
        return value_;
    }

    /// Throws `std::bad_optional_access` where there is no value.
    [[nodiscard]] constexpr T&& value() &&
    {
        require_value();
        return std::move(value_);
    }

    /// The value, or `otherwise` where there is none.
    template <class U>
    [[nodiscard]] constexpr T value_or(U&& otherwise) const&
    {
        return has_value() ? value_ : static_cast<T>(std::forward<U>(otherwise));
    }

    /// The value, or `otherwise` where there is none.
    template <class U>
    [[nodiscard]] constexpr T value_or(U&& otherwise) &&
    {
        return has_value() ? std::move(value_) : static_cast<T>(std::forward<U>(otherwise));
    }

    /// Holds a value made of `arguments`, and returns it.
    template <class... Arguments>
    constexpr T& emplace(Arguments&&... arguments)
    {
        value_ = T(std::forward<Arguments>(arguments)...);
        state_ = state::present;
        return value_;
    }

    /// Turns absent.
    constexpr void reset() noexcept { state_ = state::absent; }

    /// Equal when both are absent, both null, or both hold equal values.
    friend constexpr bool operator==(nullable const& left, nullable const& right)
    {
        return left.state_ == right.state_ && (!left.has_value() || left.value_ == right.value_);
    }

    /// Whether it is null.
    friend constexpr bool operator==(nullable const& left, null_t) noexcept
    {
        return left.is_null();
    }

    /// Whether it is absent.
    friend constexpr bool operator==(nullable const& left, std::nullopt_t) noexcept
    {
        return left.is_absent();
    }

private:
    friend struct access;

    enum class state : unsigned char
    {
        absent,
        json_null,
        present
    };

    constexpr void require_value() const
    {
        if (!has_value())
            throw std::bad_optional_access();
    }

    T value_{};
    state state_ = state::absent;
};

/// Whether there is a value, and it equals `right`.
template <class T, detail::comparable_to<T> U>
constexpr bool operator==(nullable<T> const& left, U const& right)
{
    return left.has_value() && *left == right;
}

} // namespace hicap

HICAP_API_END

#endif
