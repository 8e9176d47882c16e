#ifndef HICAP_TEST_UNIT_API_SENT_REQUESTS_HPP
#define HICAP_TEST_UNIT_API_SENT_REQUESTS_HPP

#include <string_view>

namespace hicap::test {

/// Holds the requests that were sent on a connection against the API's description of itself, and
/// fails the test where one is not what the API takes. Those that are incomplete, sent in chunks,
/// or of no operation of the API are left alone, and all where the description is not at hand.
void check_sent_requests(std::string_view sent);

} // namespace hicap::test

#endif
