#include "net/tunnel.hpp"
#include "support/scripted_socket.hpp"
#include "support/security.hpp"
#include "support/started.hpp"
#include "support/test_call.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct tunnel_fixture
{
    /// Asks for a tunnel, and gets as far as the answers of the proxy let it.
    void open(std::string authorization = {})
    {
        password = secret_string(std::move(authorization));
        under_way.emplace(context, ask());
    }

    asio::awaitable<bool> ask()
    {
        auto const deadline = with.on.begin(phase::connect);
        co_await net::open_tunnel(
            link.get(), "the proxy p.test", "api.test:443", &password, &with.on, deadline
        );
        co_return true;
    }

    /// Why there is no tunnel, if the proxy answers with `text`.
    std::string refusal(std::string_view text)
    {
        far->give(text);
        open();
        BOOST_TEST_REQUIRE(under_way->done());
        BOOST_TEST((under_way->code() == errc::proxy_refused));
        return under_way->what();
    }

    asio::io_context context{1};
    test_call with;
    std::shared_ptr<wire> far = std::make_shared<wire>(with.clock);
    std::unique_ptr<scripted_socket> link = std::make_unique<scripted_socket>(far);
    secret_string password;
    std::optional<started<bool>> under_way;
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

constexpr std::string_view yes = "HTTP/1.1 200 Connection established\r\nVia: proxy\r\n\r\n";

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_tunnel, tunnel_fixture)

BOOST_AUTO_TEST_CASE(a_request_says_where_to)
{
    far->give(yes);
    open();
    BOOST_TEST_REQUIRE(under_way->done());
    BOOST_TEST(under_way->get());
    BOOST_TEST(far->sent == "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_request_has_the_password_if_there_is_one)
{
    far->give(yes);
    open("Basic dTpw");
    BOOST_TEST(under_way->get());
    BOOST_TEST(
        far->sent == "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n"
                     "Proxy-Authorization: Basic dTpw\r\n\r\n"
    );
}

BOOST_AUTO_TEST_CASE(any_success_is_one_whatever_its_head_says_of_a_body)
{
    for (std::string_view const text :
         {"HTTP/1.1 200 OK\r\n\r\n",
          "HTTP/1.0 200 OK\r\n\r\n",
          "HTTP/1.1 299 Fine\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
        BOOST_TEST_CONTEXT(text)
        {
            far->give(text);
            open();
            BOOST_TEST_REQUIRE(under_way->done());
            BOOST_TEST(under_way->get());
        }
    }
}

BOOST_AUTO_TEST_CASE(an_answer_comes_however_it_is_cut)
{
    std::string const wait = "HTTP/1.1 100 Continue\r\n\r\n";
    for (auto const& answer : {std::string(yes), wait + std::string(yes)}) {
        for_each_split(answer, [this](pieces const& text) {
            far->give(text);
            open();
            BOOST_TEST_REQUIRE(under_way->done());
            BOOST_TEST(under_way->get());
        });
    }
}

BOOST_AUTO_TEST_CASE(an_interim_answer_counts_once)
{
    std::string const wait = "HTTP/1.1 102 X\r\nX: " + std::string(7'000, 'x') + "\r\n\r\n";
    far->give(wait);
    far->give(byte_by_byte(yes));
    open();
    BOOST_TEST_REQUIRE(under_way->done());
    BOOST_TEST(under_way->get());
}

BOOST_AUTO_TEST_CASE(a_request_goes_however_little_the_socket_takes)
{
    far->max_send = 1;
    far->send_blocks = true;
    far->give(yes);
    open("Basic dTpw");
    BOOST_TEST_REQUIRE(under_way->done());
    BOOST_TEST(under_way->get());
    BOOST_TEST(contains(far->sent, "Basic dTpw\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_refusal_tells_the_status_and_the_target)
{
    auto const text = refusal("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\n");
    BOOST_TEST(contains(text, "the proxy p.test opened no tunnel to api.test:443: "), text);
    BOOST_TEST(contains(text, "502"), text);
}

BOOST_AUTO_TEST_CASE(a_proxy_that_wants_a_password_is_named_as_such)
{
    auto const text = refusal("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n");
    BOOST_TEST(contains(text, "user and password (407)"), text);
}

BOOST_AUTO_TEST_CASE(a_redirect_is_no_tunnel, *security)
{
    refusal("HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(no_error_shows_the_password, *security)
{
    far->give("HTTP/1.1 407 No\r\n\r\n");
    open("Basic c2VjcmV0");
    BOOST_TEST((under_way->code() == errc::proxy_refused));
    BOOST_TEST(!contains(under_way->what(), "c2VjcmV0"));
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_refused)
{
    for (std::string_view const text :
         {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 999999 OK\r\n\r\n", "\x15\x03\x01"}) {
        BOOST_TEST_CONTEXT(text)
        {
            far = std::make_shared<wire>(with.clock);
            link = std::make_unique<scripted_socket>(far);
            refusal(text);
        }
    }
}

BOOST_AUTO_TEST_CASE(bytes_behind_the_head_are_refused, *security)
{
    // They would be taken for the server's.
    auto const text = refusal(std::string(yes) + "x");
    BOOST_TEST(contains(text, "nobody has asked for"), text);
}

BOOST_AUTO_TEST_CASE(a_head_without_end_is_refused, *security)
{
    refusal("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
}

BOOST_AUTO_TEST_CASE(a_close_before_the_end_of_the_head_is_a_refusal)
{
    far->give(yes.substr(0, yes.size() - 1));
    far->close();
    open();
    BOOST_TEST_REQUIRE(under_way->done());
    BOOST_TEST((under_way->code() == errc::proxy_refused));
    BOOST_TEST(contains(under_way->what(), "closed the connection"), under_way->what());
}

BOOST_AUTO_TEST_CASE(a_failure_at_any_call_is_an_error)
{
    std::size_t n = 0;
    for (;; ++n) {
        auto const broken = std::make_shared<wire>(with.clock);
        broken->give(byte_by_byte(yes));
        broken->fail_at = n;
        broken->fail_with = asio::error::connection_reset;
        link = std::make_unique<scripted_socket>(broken);
        open();
        BOOST_TEST_REQUIRE(under_way->done());
        if (!broken->failed)
            break;
        auto const code = under_way->code();
        auto const wait = code == asio::error::operation_aborted;
        BOOST_TEST((wait || code == asio::error::connection_reset), code.message());
    }
    BOOST_TEST(n > yes.size());
}

BOOST_AUTO_TEST_CASE(a_proxy_that_does_not_answer_is_waited_for_until_the_deadline, *security)
{
    far->give("HTTP/1.1 200 OK\r\n");
    open();
    with.clock->advance(5s - 1ns);
    under_way->poll();
    BOOST_TEST(!under_way->done());
    with.clock->advance(1ns);
    under_way->poll();
    BOOST_TEST_REQUIRE(under_way->done());
    BOOST_TEST((under_way->code() == errc::connect_timeout));
    BOOST_TEST(contains(under_way->what(), "asking the proxy p.test for a tunnel to api.test:443"));
}

BOOST_AUTO_TEST_CASE(a_proxy_that_does_not_read_is_waited_for_until_the_deadline, *security)
{
    far->set_window(10);
    open();
    BOOST_TEST(!under_way->done());
    with.clock->advance(5s);
    under_way->poll();
    BOOST_TEST((under_way->code() == errc::connect_timeout));
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_wait)
{
    net::waiting const here(*with.operation, *link);
    open();
    with.operation->stop();
    under_way->poll();
    BOOST_TEST_REQUIRE(under_way->done());
    BOOST_TEST((under_way->code() == errc::client_shut_down));
}

BOOST_AUTO_TEST_CASE(a_stop_while_it_sends_is_no_fault_of_the_proxy)
{
    net::waiting const here(*with.operation, *link);
    far->max_send = 10;
    far->when_sent = [this](std::string_view) { with.operation->stop(); };
    open();
    BOOST_TEST_REQUIRE(under_way->done());
    BOOST_TEST((under_way->code() == errc::client_shut_down), under_way->what());
}

BOOST_AUTO_TEST_CASE(a_stop_before_it_receives_is_no_fault_of_the_proxy)
{
    net::waiting const here(*with.operation, *link);
    far->when_sent = [this](std::string_view) { with.operation->stop(); };
    open();
    BOOST_TEST_REQUIRE(under_way->done());
    BOOST_TEST((under_way->code() == errc::client_shut_down), under_way->what());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
