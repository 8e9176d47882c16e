#include "base/secret.hpp"
#include "support/security.hpp"

#include <hicap/secret.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

namespace hicap::test {

static_assert(!std::is_copy_constructible_v<secret_string>);
static_assert(!std::is_copy_assignable_v<secret_string>);

BOOST_AUTO_TEST_SUITE(base_secret)

BOOST_AUTO_TEST_CASE(wiping_overwrites_and_empties, *security)
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

BOOST_AUTO_TEST_CASE(a_credential_that_gets_another_text_leaves_nothing_of_the_old)
{
    std::string const text = "ek_a-secret-that-is-longer-than-what-a-string-holds-in-place";
    hicap::secret held(text);
    hicap::secret fresh("ek_another");
    auto const* const memory = held.reveal().data();
    held = std::move(fresh);
    BOOST_TEST(held.reveal() == "ek_another");
    BOOST_TEST(fresh.empty()); // NOLINT(bugprone-use-after-move): it has the memory
    BOOST_TEST(std::all_of(memory, memory + text.size(), [](char c) { return c == '\0'; }));

    hicap::secret brief("ek_in_place");
    hicap::secret const moved(std::move(brief));
    auto const* const place = brief.reveal().data(); // NOLINT(bugprone-use-after-move)
    BOOST_TEST(std::all_of(place, place + 11, [](char c) { return c == '\0'; }));

    hicap::secret taken(std::move(held));
    BOOST_TEST(taken.reveal() == "ek_another");
    held = taken;
    auto const& same = held;
    held = same;
    BOOST_TEST(held.reveal() == "ek_another");
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

BOOST_AUTO_TEST_CASE(a_hidden_secret_is_taken_out_of_texts, *security)
{
    hidden_secret const hidden("sk-canary");
    BOOST_TEST(hidden.removed_from("a sk-canary, sk-canarysk-canary") == "a ***, ******");
    BOOST_TEST(hidden.removed_from("sk-ca") == "sk-ca");
    BOOST_TEST(hidden.removed_from("").empty());
}

BOOST_AUTO_TEST_CASE(a_hidden_secret_is_found_however_it_is_escaped, *security)
{
    hidden_secret const hidden("sk-canary+of/tests=");
    for (std::string const escaped :
         {R"(sk-canary+of\/tests=)",
          R"(sk-canary\u002Bof\u002ftests\u003d)",
          R"(\u0073\u006b-canary+of/tests=)",
          R"(sk-canary\\u002Bof\\\/tests=)", // JSON within JSON
          "sk-canary%2Bof%2ftests%3D",
          "sk-canary%252Bof%252Ftests%253D",
          "sk-canary&#x2B;of&#X2f;tests&#61;",
          "sk-canary+of&#0047;tests="}) {
        BOOST_TEST(hidden.may_be_in("a " + escaped), escaped);
        BOOST_TEST(hidden.is_in("a " + escaped), escaped);
        BOOST_TEST(hidden.removed_from('"' + escaped + "\": " + escaped) == R"("***": ***)");
    }
    for (std::string const other :
         {R"(sk-canary\u002Cof/tests=)",
          "sk-canary%2Cof/tests=",
          "sk-canary&#x2C;of/tests=",
          R"(sk-canary\xof/tests= \ \u \u00 % %2 & &# &#x &#x2 \\\)"}) {
        BOOST_TEST(hidden.removed_from(other) == other);
        BOOST_TEST(!hidden.is_in(other), other);
    }
}

BOOST_AUTO_TEST_CASE(a_hidden_secret_is_found_where_a_text_was_cut_inside_it, *security)
{
    std::string const secret = "sk-canary+of/tests=";
    hidden_secret const hidden(secret);
    for (std::size_t size = 12; size != secret.size(); ++size)
        BOOST_TEST(hidden.removed_from("key: " + secret.substr(0, size)) == "key: ***");
    BOOST_TEST(hidden.removed_from("sk-canary+o") == "sk-canary+o"); // tells nothing
    BOOST_TEST(hidden.removed_from("sk-canary+of/tests!") == "sk-canary+of/tests!");
    for (std::string const whole : {R"("sk-canary+of/te\"})", R"("sk-canary+of/te\n")"})
        BOOST_TEST(hidden.removed_from(whole) == whole);
    BOOST_TEST(hidden_secret("team-key-2024").removed_from("team-key-2") == "***");
    for (std::string const cut : {R"(sk-canary\u002Bof\)", R"(sk-canary\u002Bof\u00)"})
        BOOST_TEST(hidden.removed_from("key: " + cut) == "key: ***");
}

BOOST_AUTO_TEST_CASE(what_spells_no_secret_costs_linear_time, *security)
{
    hidden_secret const hidden("sk-canary-of-tests");
    // The last is a good part of it, in escapes: each may be where the text was cut.
    for (std::string const piece :
         {R"(\)", "%25", "&#", "sk-canary-of-tes", "%73%6b%2d%63%61%6e%61%72%79%2d%6f%66%2d"}) {
        std::string text;
        while (text.size() < 4'000'000)
            text += piece;
        text += '.';
        BOOST_TEST((hidden.removed_from(text) == text));
    }
}

BOOST_AUTO_TEST_CASE(several_secrets_are_hidden_at_once)
{
    auto hidden = hidden_secret("sk-canary-1");
    hidden.add("Bearer sk-canary-2");
    hidden.add("sk-canary-2");
    hidden.add("short");
    auto const copy = hidden;
    hidden.add("sk-canary-3");
    BOOST_TEST(
        hidden.removed_from("sk-canary-1 Bearer sk-canary-2 sk-canary-2 sk-canary-3 short") ==
        "*** *** *** *** short"
    );
    BOOST_TEST(copy.removed_from("sk-canary-2 sk-canary-3") == "*** sk-canary-3");
    BOOST_TEST(hidden_secret().empty());
    BOOST_TEST(!hidden.empty());
}

BOOST_AUTO_TEST_CASE(what_is_too_short_to_be_told_from_words_is_not_hidden)
{
    BOOST_TEST(hidden_secret("k").removed_from("a key") == "a key");
    BOOST_TEST(hidden_secret("").removed_from("a key") == "a key");
    BOOST_TEST(hidden_secret().removed_from("a key") == "a key");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
