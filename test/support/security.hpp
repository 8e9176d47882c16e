#ifndef HICAP_TEST_SUPPORT_SECURITY_HPP
#define HICAP_TEST_SUPPORT_SECURITY_HPP

#include <boost/test/unit_test.hpp>

namespace hicap::test {

/// The label of the cases that docs/security.md names, a promise of each.
inline auto const security = boost::unit_test::label("security");

} // namespace hicap::test

#endif
