#ifndef HICAP_TEST_CONFORMANCE_BODIES_HPP
#define HICAP_TEST_CONFORMANCE_BODIES_HPP

#include "conformance/typed.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace conformance {

/// What the operations send and receive as JSON.
[[nodiscard]] std::span<body const> bodies();

/// A union of the library, and the one of the API that it stands for.
struct union_type
{
    std::string_view name;
    std::string_view schema;
    codec::choice_type const* table;
    std::size_t known_kinds; ///< by the type: all but `unknown`
};

/// The large ones of the Responses API.
[[nodiscard]] std::span<union_type const> unions();

} // namespace conformance

#endif
