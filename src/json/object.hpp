#ifndef HICAP_JSON_OBJECT_HPP
#define HICAP_JSON_OBJECT_HPP

#include <hicap/unknown_members.hpp>

namespace hicap::json {

/// An object of which nothing is known.
struct object
{
    unknown_members extra{};
};

} // namespace hicap::json

#endif
