// The key goes to the origin of the base URL, over TLS where that says https, and nowhere else.

#include "support/faulty_server.hpp"
#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/images.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/responses.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

constexpr std::string_view key = "sk-canary-of-tests";

struct end_of_call
{
    boost::system::error_code code;
    std::string what;
};

template <class T>
end_of_call end_of(client_fixture& with, asio::awaitable<T> operation)
{
    started<T> one(with.context, std::move(operation));
    BOOST_TEST_REQUIRE(one.done());
    return {one.code(), one.what()};
}

using operation = std::function<end_of_call(client_fixture&)>;

/// One of each kind.
std::vector<operation> operations()
{
    std::vector<operation> all;
    all.push_back([](client_fixture& with) {
        return end_of(with, with.api().chat().completions().create(with.request));
    });
    all.push_back([](client_fixture& with) {
        return end_of(with, with.api().chat().completions().stream(with.request));
    });
    all.push_back([](client_fixture& with) {
        return end_of(with, with.api().chat().completions().retrieve("c1"));
    });
    all.push_back([](client_fixture& with) {
        return end_of(with, with.api().responses().remove("r1"));
    });
    all.push_back([](client_fixture& with) {
        images::generate_request asked;
        asked.prompt = "a cat";
        return end_of(with, with.api().images().generate(asked));
    });
    all.push_back([](client_fixture& with) {
        return end_of(with, with.api().request("GET", "/models"));
    });
    return all;
}

constexpr std::string_view locations[] = {
    "/v1/elsewhere",
    "http://api.test/v1/chat/completions",
    "https://api.test/v1/chat/completions",
    "http://api.test:8080/v1",
    "http://elsewhere.test/v1",
    "//elsewhere.test/v1",
    "http://api.test@elsewhere.test/v1",
};

void check_not_followed(client_fixture& with, end_of_call const& end, std::string_view location)
{
    BOOST_TEST((end.code == errc::unexpected_content), end.what);
    BOOST_TEST(contains(end.what, location), end.what);
    BOOST_TEST(!contains(end.what, key), end.what);
    BOOST_TEST(with.dialer->dials == 1u);
    BOOST_TEST(with.api().statistics().retries == 0u);
}

/// So that a client trusts the server, and speaks TLS to it.
void speak_tls(client_fixture& with, tls_server const& server)
{
    with.options.base_url = "https://api.test/v1";
    with.options.ca_pem = server.ca_pem();
    with.checks_requests = false;
}

/// A proxy that opens each tunnel and answers there itself, as if TLS were not spoken.
struct posing_proxy
{
    explicit posing_proxy(asio::io_context& context)
        : acceptor(context, {asio::ip::address_v4::loopback(), 0})
    {
        asio::co_spawn(context, serve(this), [](std::exception_ptr) {});
    }

    static asio::awaitable<void> serve(posing_proxy* self)
    {
        auto far = co_await self->acceptor.async_accept(asio::use_awaitable);
        std::string head;
        co_await asio::async_read_until(
            far, asio::dynamic_buffer(head), "\r\n\r\n", asio::use_awaitable
        );
        self->heard = head;
        std::string const answer = "HTTP/1.1 200 OK\r\n\r\n";
        co_await asio::async_write(far, asio::buffer(answer), asio::use_awaitable);
        std::string hello(1, '\0');
        co_await far.async_receive(asio::buffer(hello), asio::use_awaitable);
        self->heard += hello;
        co_await asio::async_write(far, asio::buffer(completion_response), asio::use_awaitable);
        std::string rest(1000, '\0');
        for (;;) {
            auto const got = co_await far.async_receive(asio::buffer(rest), asio::use_awaitable);
            self->heard.append(rest, 0, got);
        }
    }

    asio::ip::tcp::acceptor acceptor;
    std::string heard;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_redirect, client_fixture)

BOOST_AUTO_TEST_CASE(no_redirect_is_followed_and_no_key_goes_elsewhere, *security)
{
    for (int const status : {300, 301, 302, 303, 305, 306, 307, 308}) {
        for (auto const location : locations) {
            for (auto const& run : operations()) {
                BOOST_TEST_CONTEXT(status << " to " << location)
                {
                    client_fixture one;
                    one.checks_requests = false;
                    auto const line = "Location: " + std::string(location) + "\r\n";
                    auto const far = one.connect({response(status, "{}", line)});
                    auto const elsewhere = one.connect({completion_response});
                    check_not_followed(one, run(one), location);
                    BOOST_TEST(count(far->sent, " HTTP/1.1\r\n") == 1u);
                    BOOST_TEST(elsewhere->sent == "");
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_redirect_does_not_lead_from_tls_to_plain_text, *security)
{
    tls_server identity;
    for (int const status : {301, 302, 307, 308}) {
        client_fixture one;
        speak_tls(one, identity);
        faulty_server server(one.time, &identity);
        std::string const to = "http://api.test/v1/chat/completions";
        server.usual.records = {response(status, "", "Location: " + to + "\r\n")};
        one.dialer->connect(server.far);
        auto const plain = one.connect({completion_response});
        check_not_followed(one, operations().front()(one), to);
        BOOST_TEST(!contains(server.far->sent, key));
        BOOST_TEST(plain->sent == "");
    }
}

BOOST_AUTO_TEST_CASE(where_tls_fails_nothing_is_said_in_plain_text, *security)
{
    tls_server identity;
    std::string const hello_1_1("\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02", 11);
    for (std::string const& says :
         {completion_response,
          response(308, "", "Location: http://api.test/v1\r\n"),
          response(426, "", "Upgrade: HTTP/2.0\r\n"),
          std::string("\x15\x03\x01\x00\x02\x02\x46", 7), // an alert: protocol_version
          hello_1_1 + std::string(36, '\0')}) {
        client_fixture one;
        speak_tls(one, identity);
        one.options.retries.max_retries = 2;
        std::vector<std::shared_ptr<wire>> all;
        for (int i = 0; i != 4; ++i) {
            all.push_back(one.silent_server());
            all.back()->give(says);
            one.dialer->connect(all.back());
        }
        auto call = one.create();
        one.pass_to_next();
        one.pass_to_next();
        BOOST_TEST_REQUIRE(call.done());
        BOOST_TEST((call.code() == errc::tls_handshake), call.what());
        BOOST_TEST(one.dialer->dials == 3u);
        for (auto const& far : all) {
            BOOST_TEST((far->sent.empty() || far->sent.front() == '\x16')); // a handshake
            BOOST_TEST(!contains(far->sent, "HTTP/1.1"));
            BOOST_TEST(!contains(far->sent, key));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_proxy_gets_no_key_and_cannot_take_tls_away, *security)
{
    tls_server identity;
    speak_tls(*this, identity);
    options.retries.max_retries = 0;
    posing_proxy proxy(context);
    net::dial_options by_proxy;
    by_proxy.host = "api.test";
    by_proxy.port = "443";
    by_proxy.proxy.emplace();
    by_proxy.proxy->host = "127.0.0.1";
    by_proxy.proxy->port = std::to_string(proxy.acceptor.local_endpoint().port());
    network = net::make_dialer(std::move(by_proxy));
    auto call = create();
    call.finish();
    BOOST_TEST((call.code() == errc::tls_handshake), call.what());
    BOOST_TEST(contains(proxy.heard, "CONNECT api.test:443 HTTP/1.1\r\n"));
    BOOST_TEST(!contains(proxy.heard, "POST"));
    BOOST_TEST(!contains(proxy.heard, key));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
