#ifndef HICAP_TEST_CONFORMANCE_REQUESTS_HPP
#define HICAP_TEST_CONFORMANCE_REQUESTS_HPP

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace conformance {

/// Sends what a schema of a form describes, with the client, and says how that which arrives
/// differs from it; empty where it does not. What a form cannot say, nulls, is not in it.
/// Precondition: the API's description is at hand.
[[nodiscard]] std::string sent_as_form(std::string_view schema, boost::json::value const& instance);

} // namespace conformance

#endif
