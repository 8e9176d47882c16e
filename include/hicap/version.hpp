#ifndef HICAP_VERSION_HPP
#define HICAP_VERSION_HPP

/// The version of this library, after semantic versioning.
#define HICAP_VERSION_MAJOR 0
#define HICAP_VERSION_MINOR 1
#define HICAP_VERSION_PATCH 0
#define HICAP_VERSION_STRING "0.1.0"

#endif
