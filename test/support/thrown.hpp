#ifndef HICAP_TEST_SUPPORT_THROWN_HPP
#define HICAP_TEST_SUPPORT_THROWN_HPP

#include <boost/system/system_error.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace hicap::test {

/// The code of what was thrown; no error where nothing was.
inline boost::system::error_code code_of(std::exception_ptr const& thrown)
{
    try {
        if (thrown)
            std::rethrow_exception(thrown);
    } catch (boost::system::system_error const& failure) {
        return failure.code();
    }
    return {};
}

/// Its words; none where nothing was thrown.
inline std::string words_of(std::exception_ptr const& thrown)
{
    try {
        if (thrown)
            std::rethrow_exception(thrown);
    } catch (std::exception const& failure) {
        return failure.what();
    }
    return {};
}

/// What an operation threw goes to the test's output, where a key would be found: scripts/test.
inline void show(std::exception_ptr const& thrown)
{
    if (thrown)
        std::clog << "thrown: " << words_of(thrown) << std::endl;
}

} // namespace hicap::test

#endif
