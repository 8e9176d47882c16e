#include "peers/front.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace hicap;

namespace {

struct front_that_asks : test::front
{
    front_that_asks()
    {
        start("ssl_verify_client on;\nssl_client_certificate " + root.file() + ";\n");
    }

    [[nodiscard]] client_options showing(test::certificate const& what) const
    {
        auto made = through();
        made.client_certificate_file = what.file;
        made.client_key_file = what.key_file;
        made.retries.max_retries = 2;
        made.retries.initial_backoff = std::chrono::milliseconds(1);
        return made;
    }

    [[nodiscard]] std::string refusal(client_options const& by) const
    {
        auto const failure = test::failure_of<error>([&] { client const hicap(by); });
        BOOST_TEST((failure.code() == errc::client_certificate_unusable), failure.what());
        return failure.what();
    }

    test::certificate mine = root.issue("somebody");
};

bool tells(error const& failure, std::string_view what)
{
    return std::string_view(failure.what()).find(what) != std::string_view::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(
    a_server_that_asks_who_calls, front_that_asks, *test::needs({"nginx", "openssl"})
)

BOOST_AUTO_TEST_CASE(accepts_a_certificate)
{
    client const hicap(showing(mine));
    auto const request = ask("a");
    auto const whole = create(hicap, request);
    BOOST_TEST(whole.headers().find("x-client-certificate").value_or("") == "CN=somebody");
    auto events = open_stream(hicap, request);
    BOOST_TEST(run(events.collect()).text() == whole.text());
}

BOOST_AUTO_TEST_CASE(accepts_it_on_a_resumed_session_too)
{
    client const hicap(showing(mine));
    auto const request = ask("a");
    auto first = open_stream(hicap, request);
    run(first.next());
    auto const second = create(hicap, request); // by another connection
    BOOST_TEST(second.headers().find("x-client-certificate").value_or("") == "CN=somebody");
    BOOST_TEST(hicap.statistics().connections_opened == 2U);
}

// nginx says so itself, in words.
BOOST_AUTO_TEST_CASE(refuses_none_and_says_so)
{
    client const hicap(showing({}));
    auto const request = ask("a");
    auto const failure = test::failure_of<api_error>([&] { create(hicap, request); });
    BOOST_TEST(failure.status() == 400);
    BOOST_TEST(tells(failure, "No required SSL certificate was sent"), failure.what());
    BOOST_TEST(failure.attempts().size() == 1U);
    BOOST_TEST(server.statistics().requests == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_one_of_another_authority)
{
    test::authority const other(folder, "other");
    client const hicap(showing(other.issue("stranger")));
    auto const request = ask("a");
    auto const failure = test::failure_of<api_error>([&] { create(hicap, request); });
    BOOST_TEST(failure.status() == 400);
    BOOST_TEST(tells(failure, "The SSL certificate error"), failure.what());
    BOOST_TEST(failure.attempts().size() == 1U);
}

BOOST_AUTO_TEST_CASE(may_do_so_by_an_alert)
{
    for (auto const* const version : {"-tls1_2", "-tls1_3"}) {
        BOOST_TEST_CONTEXT(version)
        {
            test::reserved_port const strict_port(context);
            test::strict_server strict(strict_port, root, version);
            strict.start();
            auto chosen = showing({});
            chosen.base_url = "https://" + strict_port.address() + "/v1";
            client const hicap(chosen);
            auto const request = ask("a");
            auto const failure = test::failure_of<error>([&] { create(hicap, request); });
            BOOST_TEST((failure.code() == errc::client_certificate_refused), failure.what());
            BOOST_TEST(tells(failure, "client_certificate_file"), failure.what());
            BOOST_TEST(failure.attempts().size() == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(is_not_even_called_with_files_that_do_not_fit)
{
    auto chosen = showing(mine);
    chosen.client_key_file = root.issue("somebody else").key_file;
    BOOST_TEST(refusal(chosen).find(chosen.client_key_file) != std::string::npos);

    chosen.client_key_file = mine.file; // no key
    BOOST_TEST(refusal(chosen).find(chosen.client_key_file) != std::string::npos);

    chosen.client_key_file = (folder / "nowhere").string();
    BOOST_TEST(refusal(chosen).find(chosen.client_key_file) != std::string::npos);

    chosen.client_key_file.clear();
    BOOST_TEST(refusal(chosen).find("client_key_file") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
