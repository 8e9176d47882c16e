#ifndef HICAP_VISIBILITY_HPP
#define HICAP_VISIBILITY_HPP

/// What stands between HICAP_API_BEGIN and HICAP_API_END can be used across the border of a shared
/// library: its functions are exported, and its exceptions caught on the other side. All else of
/// this library is hidden. Every public header has them around what it declares, behind its
/// includes; namespace `detail` stays outside.
#if defined(__GNUC__)
#define HICAP_API_BEGIN _Pragma("GCC visibility push(default)")
#define HICAP_API_END _Pragma("GCC visibility pop")
#else
#define HICAP_API_BEGIN
#define HICAP_API_END
#endif

#endif
