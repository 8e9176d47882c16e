#ifndef HICAP_TEMPORARIES_HPP
#define HICAP_TEMPORARIES_HPP

/// GCC 12 destroys an aggregate twice when it is written in braces inside a statement that awaits:
/// `co_await completions.create({.model = "m"})` would corrupt the heap. There the library refuses
/// temporaries at compile time: name the request and the options on the line above. Other compilers
/// take both.
///
/// HICAP_REFUSE_TEMPORARY(name, parameters...) declares one refusing overload of the operation
/// `name`, HICAP_REFUSE_TEMPORARY_LIKE(type, name, parameters...) one whose parameter `Like` is a
/// `type` without any conversion. HICAP_REFUSE_TEMPORARIES(name, request) declares all of an
/// operation whose request is a `request`.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13

namespace hicap::detail {

/// Stands in the compiler's message.
struct name_the_request_and_the_options_on_the_line_above;

} // namespace hicap::detail

#define HICAP_REFUSE_TEMPORARY(name, ...)                                                          \
    ::hicap::detail::name_the_request_and_the_options_on_the_line_above name(__VA_ARGS__) const =  \
        delete;
#define HICAP_REFUSE_TEMPORARY_LIKE(type, name, ...)                                               \
    template <std::same_as<type> Like>                                                             \
    HICAP_REFUSE_TEMPORARY(name, __VA_ARGS__)
#else
#define HICAP_REFUSE_TEMPORARY(name, ...)
#define HICAP_REFUSE_TEMPORARY_LIKE(type, name, ...)
#endif

#define HICAP_REFUSE_TEMPORARIES(name, request)                                                    \
    HICAP_REFUSE_TEMPORARY(name, request&&)                                                        \
    HICAP_REFUSE_TEMPORARY(name, request&&, ::hicap::request_options const&)                       \
    HICAP_REFUSE_TEMPORARY(name, request const&, ::hicap::request_options&&)                       \
    HICAP_REFUSE_TEMPORARY(name, request&&, ::hicap::request_options&&)

#endif
