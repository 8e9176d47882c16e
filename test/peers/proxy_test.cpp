#include "peers/peers.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace hicap;

namespace {

char const* const password = "open-se%73ame"; // as it may stand in a URL
char const* const user = "tester";

/// Sets a variable of the environment as long as it lives.
class variable
{
public:
    variable(char const* name, std::string const& value) : name_(name)
    {
        ::setenv(name, value.c_str(), 1);
    }

    variable(variable const&) = delete;
    variable& operator=(variable const&) = delete;

    ~variable() { ::unsetenv(name_); }

private:
    char const* name_;
};

/// An emulator with TLS, and a proxy that wants a password.
struct behind_proxy : test::hicap_fixture
{
    behind_proxy() { start(server.port()); }

    /// Lets the proxy open tunnels to this port alone.
    void start(unsigned allowed)
    {
        program.emplace(
            folder,
            "Listen 127.0.0.1\nPort " + port.number() + "\nBasicAuth " + user +
                " open-sesame\nConnectPort " + std::to_string(allowed) + "\n"
        );
        program->start();
    }

    [[nodiscard]] std::string url(std::string const& credentials) const
    {
        return "http://" + credentials + port.address();
    }

    [[nodiscard]] std::string good_url() const
    {
        return url(std::string(user) + ':' + password + '@');
    }

    [[nodiscard]] client_options through(std::string const& proxy) const
    {
        auto made = options();
        made.proxy.url = proxy;
        return made;
    }

    /// How a request through the proxy fails.
    error failure(client_options const& by)
    {
        client const hicap(by);
        auto const request = ask("a");
        return test::failure_of<error>([&] { create(hicap, request); });
    }

    /// How many tunnels the proxy was asked for since it was started. Ends it.
    std::size_t tunnels()
    {
        auto const log = program->stop();
        std::size_t count = 0;
        for (auto at = log.find(": CONNECT "); at != std::string::npos;
             at = log.find(": CONNECT ", at + 1))
            ++count;
        return count;
    }

    test::temporary_folder folder;
    test::reserved_port port{context};
    std::optional<test::tinyproxy> program;
};

bool tells(error const& failure, std::string_view what)
{
    return std::string_view(failure.what()).find(what) != std::string_view::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_proxy, behind_proxy, *test::needs({"tinyproxy"}))

BOOST_AUTO_TEST_CASE(passes_calls_and_streams)
{
    client const hicap(through(good_url()));
    auto const request = ask("a");

    auto const whole = create(hicap, request);
    auto events = open_stream(hicap, request);
    auto const assembled = run(events.collect());

    BOOST_TEST(!whole.text().empty());
    BOOST_TEST(assembled.text() == whole.text());
    BOOST_TEST(server.statistics().requests == 2U);
    BOOST_TEST(tunnels() == 1U);
}

BOOST_AUTO_TEST_CASE(is_asked_for_a_tunnel_to_a_plain_server_too)
{
    emulator plain(context.get_executor());
    plain.start();
    program->stop();
    start(plain.port());
    auto chosen = through(good_url());
    chosen.base_url = plain.base_url();
    client const hicap(chosen);
    auto const request = ask("a");

    BOOST_TEST(create(hicap, request).http_status() == 200);
    BOOST_TEST(tunnels() == 1U);
}

BOOST_AUTO_TEST_CASE(gets_a_tunnel_for_each_connection)
{
    client const hicap(through(good_url()));
    BOOST_TEST(run(hicap.prewarm(5)) == 5U);
    BOOST_TEST(server.statistics().connections_open == 5U);
    BOOST_TEST(tunnels() == 5U);
}

BOOST_AUTO_TEST_CASE(refuses_a_wrong_password)
{
    auto const refused = failure(through(url("tester:abracadabra@")));
    BOOST_TEST((refused.code() == errc::proxy_refused));
    BOOST_TEST(tells(refused, "user and password (401)"), refused.what()); // in place of 407
    BOOST_TEST(!tells(refused, "abracadabra"));
    BOOST_TEST(!tells(refused, "tester"));
    BOOST_TEST(server.statistics().connections_accepted == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_a_client_without_a_password)
{
    auto const refused = failure(through(url("")));
    BOOST_TEST((refused.code() == errc::proxy_refused));
    BOOST_TEST(tells(refused, "user and password (407)"), refused.what());
}

BOOST_AUTO_TEST_CASE(refuses_ports_that_it_does_not_allow)
{
    program->stop();
    start(1);
    auto const refused = failure(through(good_url()));
    BOOST_TEST((refused.code() == errc::proxy_refused));
    BOOST_TEST(tells(refused, "403"));
    BOOST_TEST(tells(refused, "127.0.0.1:" + std::to_string(server.port())));
    BOOST_TEST(!tells(refused, "sesame"));
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_reach)
{
    server.stop();
    settle();
    auto const refused = failure(through(good_url()));
    BOOST_TEST((refused.code() == errc::proxy_refused));
    BOOST_TEST(tells(refused, "status 500"));
}

BOOST_AUTO_TEST_CASE(that_does_not_run_is_named)
{
    program->stop();
    auto const refused = failure(through(good_url()));
    BOOST_TEST((refused.code() == asio::error::connection_refused));
    BOOST_TEST(tells(refused, "the proxy 127.0.0.1 port " + port.number()));
    BOOST_TEST(!tells(refused, "sesame"));
    BOOST_TEST(!tells(refused, user));
}

BOOST_AUTO_TEST_CASE(is_left_out_for_hosts_that_are_excepted)
{
    auto chosen = through(good_url());
    chosen.proxy.no_proxy = "elsewhere.example, 127.0.0.0/8";
    client const hicap(chosen);
    auto const request = ask("a");
    BOOST_TEST(create(hicap, request).http_status() == 200);
    BOOST_TEST(tunnels() == 0U);
}

BOOST_AUTO_TEST_CASE(is_taken_from_the_environment_where_that_is_asked_for)
{
    variable const set("HTTPS_PROXY", good_url());
    auto chosen = options();
    auto const request = ask("a");
    client const deaf(chosen);
    chosen.proxy.from_environment = true;
    client const hicap(chosen);
    create(deaf, request);
    create(hicap, request);
    BOOST_TEST(server.statistics().connections_accepted == 2U);
    BOOST_TEST(tunnels() == 1U);
}

BOOST_AUTO_TEST_CASE(is_left_out_where_the_environment_says_so)
{
    variable const set("HTTPS_PROXY", good_url());
    variable const excepted("NO_PROXY", "127.0.0.1");
    auto chosen = options();
    chosen.proxy.from_environment = true;
    client const hicap(chosen);
    auto const request = ask("a");
    create(hicap, request);
    BOOST_TEST(tunnels() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
