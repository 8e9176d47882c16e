#ifndef HICAP_TEST_SUPPORT_FAKE_RESOLVER_HPP
#define HICAP_TEST_SUPPORT_FAKE_RESOLVER_HPP

#include <string>
#include <vector>

namespace hicap::test {

/// Takes the place of the system's `getaddrinfo` in the program that it is linked into, so that no
/// test looks up a name. It knows the names that the test defines, and no other.
class fake_resolver
{
public:
    fake_resolver();
    fake_resolver(fake_resolver const&) = delete;
    fake_resolver& operator=(fake_resolver const&) = delete;

    /// Lets lookups go on, and forgets the names.
    ~fake_resolver();

    /// `addresses` are literals.
    void define(std::string name, std::vector<std::string> addresses);

    /// From now on lookups do not end.
    void hold();

    void release();

    /// How many were begun since this was made.
    [[nodiscard]] unsigned lookups() const;
};

} // namespace hicap::test

#endif
