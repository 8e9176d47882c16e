#ifndef HICAP_HEADERS_HPP
#define HICAP_HEADERS_HPP

#include <hicap/visibility.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

HICAP_API_BEGIN

namespace hicap {

/// The header fields of a response, in the order in which they came.
///
/// Names compare without regard to case. All text lives in one buffer, so that a response costs two
/// allocations, however many fields it has.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
class headers
{
public:
    /// No fields.
    headers() = default;

    /// Makes room for `fields` fields whose names and values have `characters` together, so that
    /// appending them allocates nothing more.
    void reserve(std::size_t fields, std::size_t characters);

    /// Appends a field. The views may be released when the call returns.
    void append(std::string_view name, std::string_view value);

    /// The value of the first field called `name`, absent where there is none.
    /// The view lives until the object changes.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;

    /// The number of fields.
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// Whether there are no fields.
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    /// Name and value of field `index`. Precondition: `index < size()`.
    [[nodiscard]] std::pair<std::string_view, std::string_view> operator[](std::size_t index
    ) const noexcept;

    /// Removes all fields and keeps the storage.
    void clear() noexcept;

private:
    struct entry
    {
        std::uint32_t name;
        std::uint32_t value;
        std::uint32_t end;
    };

    std::string text_;
    std::vector<entry> entries_;
};

} // namespace hicap

HICAP_API_END

#endif
