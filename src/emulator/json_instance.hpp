#ifndef HICAP_EMULATOR_JSON_INSTANCE_HPP
#define HICAP_EMULATOR_JSON_INSTANCE_HPP

#include <boost/json/value.hpp>

#include <string_view>

namespace hicap::emulation {

/// A small instance of a JSON schema, as a model would fill it in.
///
/// Knows `type`, `enum`, `const`, `properties`, `required`, `items`, `prefixItems`, `minItems`,
/// `maxItems`, `minLength`, `maxLength`, the common formats, bounds of numbers, `multipleOf`,
/// `anyOf`, `oneOf`, `allOf` and `$ref` within the schema. Strings are made of `words`, and only
/// required properties are filled in. What is nested too deep becomes null.
[[nodiscard]] boost::json::value
instance_of(boost::json::value const& schema, std::string_view words);

} // namespace hicap::emulation

#endif
