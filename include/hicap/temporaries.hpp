#ifndef HICAP_TEMPORARIES_HPP
#define HICAP_TEMPORARIES_HPP

/// GCC 12 destroys an aggregate twice when it is written in braces inside a statement that awaits:
/// `co_await completions.create({.model = "m"})` would corrupt the heap. There the library refuses
/// temporaries at compile time: name the request on the line above. Other compilers take both.
///
/// Declares the refusing overloads of the operation `name` whose request is a `request`.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#define HICAP_REFUSE_TEMPORARIES(name, request)                                                    \
    void name(request&&) const = delete;                                                           \
    void name(request&&, ::hicap::request_options const&) const = delete;                          \
    void name(request const&, ::hicap::request_options&&) const = delete;                          \
    void name(request&&, ::hicap::request_options&&) const = delete;
#else
#define HICAP_REFUSE_TEMPORARIES(name, request)
#endif

#endif
