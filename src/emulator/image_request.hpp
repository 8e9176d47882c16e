#ifndef HICAP_EMULATOR_IMAGE_REQUEST_HPP
#define HICAP_EMULATOR_IMAGE_REQUEST_HPP

#include "emulator/exchange.hpp"
#include "emulator/png.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hicap::emulation {

enum class image_task
{
    generation,
    edit,
    variation,
};

/// A request for images, checked.
struct image_request
{
    image_task task = image_task::generation;
    std::string prompt;
    std::string model;
    bool is_gpt = false; ///< a GPT image model; those tell more, and give no links
    std::int64_t count = 1;
    picture canvas; ///< its seed is that of the first image
    std::string size;
    std::string quality;
    std::string background = "opaque";
    std::string output_format = "png";
    bool as_link = false;
    bool stream = false;
    std::int64_t partial_images = 0;
    std::int64_t text_tokens = 0;
    std::int64_t image_tokens = 0;
};

/// Reads and checks a request for any of the three. Throws `refusal`, as the API refuses.
[[nodiscard]] image_request read_image_request(request const& http, image_task task);

/// The size in a text like `1024x768`; none where there is none that can be drawn.
[[nodiscard]] std::optional<image_size> read_image_size(std::string_view text) noexcept;

} // namespace hicap::emulation

#endif
