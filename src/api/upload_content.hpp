#ifndef HICAP_API_UPLOAD_CONTENT_HPP
#define HICAP_API_UPLOAD_CONTENT_HPP

#include "net/request_body.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace hicap::detail {

/// Of a file or source no more than this is in memory at a time.
inline constexpr std::size_t upload_slice = std::size_t{64} * 1024;

/// The bytes that an `upload` stands for. Thread safety: shared objects safe.
class upload_content
{
public:
    upload_content(std::optional<std::uint64_t> known_size, bool can_be_repeated) noexcept
        : size(known_size), repeatable(can_be_repeated)
    {}

    virtual ~upload_content() = default;

    /// Gives exactly `size` bytes, or throws `errc::invalid_argument`.
    [[nodiscard]] virtual std::unique_ptr<net::body_reader> open() const = 0;

    std::optional<std::uint64_t> const size; ///< absent where it is not known
    bool const repeatable;                   ///< whether it can be opened more than once
};

} // namespace hicap::detail

#endif
