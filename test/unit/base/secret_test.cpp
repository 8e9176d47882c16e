#include "base/secret.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <type_traits>

namespace hicap::test {

static_assert(!std::is_copy_constructible_v<secret_string>);
static_assert(!std::is_copy_assignable_v<secret_string>);

BOOST_AUTO_TEST_SUITE(base_secret)

BOOST_AUTO_TEST_CASE(wiping_overwrites_and_empties)
{
    std::string text = "sk-a-key-that-is-longer-than-what-a-string-holds-in-place";
    auto const size = text.size();
    auto const* const memory = text.data();
    wipe(text);
    BOOST_TEST(text.empty());
    BOOST_TEST((text.data() == memory)); // still the string's own
    BOOST_TEST(std::all_of(memory, memory + size, [](char c) { return c == '\0'; }));
}

BOOST_AUTO_TEST_CASE(wiping_nothing_is_allowed)
{
    std::string text;
    wipe(text);
    BOOST_TEST(text.empty());
}

BOOST_AUTO_TEST_CASE(a_secret_is_revealed_on_demand)
{
    secret_string secret("sk-1");
    BOOST_TEST(secret.reveal() == "sk-1");
    secret.reveal() += "23";
    secret_string const& seen = secret;
    BOOST_TEST(seen.reveal() == "sk-123");
    BOOST_TEST(secret_string().reveal().empty());
}

BOOST_AUTO_TEST_CASE(a_hidden_secret_is_taken_out_of_texts)
{
    hidden_secret const hidden("sk-canary");
    BOOST_TEST(hidden.removed_from("a sk-canary, sk-canarysk-canary") == "a ***, ******");
    BOOST_TEST(hidden.removed_from("sk-canar") == "sk-canar");
    BOOST_TEST(hidden.removed_from("").empty());
}

BOOST_AUTO_TEST_CASE(what_is_too_short_to_be_told_from_words_is_not_hidden)
{
    BOOST_TEST(hidden_secret("k").removed_from("a key") == "a key");
    BOOST_TEST(hidden_secret("").removed_from("a key") == "a key");
    BOOST_TEST(hidden_secret().removed_from("a key") == "a key");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
