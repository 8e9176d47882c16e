// The one translation unit of every test executable that instantiates Boost.Test's main.
#define BOOST_TEST_MODULE hicap
#include <boost/test/unit_test.hpp>
