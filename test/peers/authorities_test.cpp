#include "peers/front.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

using namespace hicap;

namespace {

/// An authority that OpenSSL takes for those of the system meanwhile.
class authority_of_the_system
{
public:
    explicit authority_of_the_system(test::authority const& which)
    {
        ::setenv("SSL_CERT_FILE", which.file().c_str(), 1);
    }

    authority_of_the_system(authority_of_the_system const&) = delete;
    authority_of_the_system& operator=(authority_of_the_system const&) = delete;

    ~authority_of_the_system() { ::unsetenv("SSL_CERT_FILE"); }
};

struct front_of_an_authority : test::front
{
    [[nodiscard]] client_options trusting_those_of_the_system() const
    {
        auto made = through();
        made.ca_file.clear();
        return made;
    }

    boost::system::error_code outcome(client_options const& by)
    {
        client const hicap(by);
        auto const request = ask("a");
        try {
            create(hicap, request);
        } catch (error const& failure) {
            return failure.code();
        }
        return {};
    }

    test::authority other{folder, "other"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(authorities, front_of_an_authority, *test::needs({"nginx", "openssl"}))

BOOST_AUTO_TEST_CASE(that_are_private_are_trusted_when_they_are_added)
{
    start({});
    auto chosen = trusting_those_of_the_system();
    BOOST_TEST((outcome(chosen) == errc::certificate_untrusted));
    chosen.extra_ca_files = {other.file()};
    BOOST_TEST((outcome(chosen) == errc::certificate_untrusted));
    chosen.extra_ca_files = {other.file(), root.file()};
    BOOST_TEST((!outcome(chosen)));
}

BOOST_AUTO_TEST_CASE(of_the_system_are_still_trusted_when_others_are_added)
{
    authority_of_the_system const set(other);
    auto chosen = trusting_those_of_the_system();
    chosen.extra_ca_files = {root.file()};

    start({}, other);
    BOOST_TEST((!outcome(chosen)));
    gate->stop();
    start({}, root);
    BOOST_TEST((!outcome(chosen)));
}

BOOST_AUTO_TEST_CASE(of_a_file_take_the_place_of_those_of_the_system)
{
    authority_of_the_system const set(other);
    start({}, other);
    auto chosen = trusting_those_of_the_system();
    chosen.ca_file = root.file();
    BOOST_TEST((outcome(chosen) == errc::certificate_untrusted));
    chosen.extra_ca_files = {other.file()};
    BOOST_TEST((!outcome(chosen)));
}

BOOST_AUTO_TEST_SUITE_END()
