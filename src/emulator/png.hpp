#ifndef HICAP_EMULATOR_PNG_HPP
#define HICAP_EMULATOR_PNG_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The emulator's painter: small enough to need no compression, and readable by everybody.
namespace hicap::emulation {

struct picture
{
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint64_t seed = 0; ///< the same seed gives the same pattern
    bool transparent = false;
};

/// A PNG file with a pattern of four colours, one of which may be transparent.
/// Precondition: neither side is 0.
[[nodiscard]] std::string draw_png(picture const& picture);

struct image_size
{
    std::uint32_t width;
    std::uint32_t height;
};

/// The size that the head of a PNG file tells; none where it is no PNG.
[[nodiscard]] std::optional<image_size> size_of_png(std::string_view bytes) noexcept;

} // namespace hicap::emulation

#endif
