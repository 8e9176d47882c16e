#ifndef HICAP_VERSION_HPP
#define HICAP_VERSION_HPP

/// @file
/// The version of this library, after semantic versioning.

/// Changes with what breaks programs; while it is 0, the minor version may.
#define HICAP_VERSION_MAJOR 0
/// Changes with what is new.
#define HICAP_VERSION_MINOR 1
/// Changes with what is mended.
#define HICAP_VERSION_PATCH 0
/// All three.
#define HICAP_VERSION_STRING "0.1.0"

#endif
