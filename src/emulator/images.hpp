#ifndef HICAP_EMULATOR_IMAGES_HPP
#define HICAP_EMULATOR_IMAGES_HPP

#include "emulator/routing.hpp"

namespace hicap::emulation {

/// POST /images/generations
[[nodiscard]] response generate_images(call const& call);

/// POST /images/edits
[[nodiscard]] response edit_images(call const& call);

/// POST /images/variations
[[nodiscard]] response vary_image(call const& call);

/// GET /images/files/{name}: what the links in results lead to.
[[nodiscard]] response get_image_file(call const& call);

} // namespace hicap::emulation

#endif
