#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Takes its time for the name and for the connection.
class slow_dialer final : public net::dialer
{
public:
    slow_dialer(milliseconds resolve, milliseconds connect) : resolve_(resolve), connect_(connect)
    {}

    [[nodiscard]] asio::awaitable<std::unique_ptr<net::socket>> dial(net::call* on) override
    {
        co_await take(on, phase::resolve, resolve_);
        co_await take(on, phase::connect, connect_);
        co_return std::make_unique<scripted_socket>(far);
    }

    std::shared_ptr<wire> far;

private:
    static asio::awaitable<void> take(net::call* on, phase which, milliseconds length)
    {
        auto const begin = on->time().now();
        auto const deadline = on->begin(which);
        net::alarm never(on->time(), co_await asio::this_coro::executor);
        co_await never.sleep_until(std::min(begin + length, deadline));
        if (begin + length > deadline)
            on->throw_late("dialling");
        on->end();
    }

    milliseconds resolve_;
    milliseconds connect_;
};

struct deadline_fixture : client_fixture
{
    deadline_fixture() { options.retries.max_retries = 0; }

    /// Checks that `call` fails with `expected` after `length`, and gives what is said of it.
    std::string check_late(started<completion_reply>& call, milliseconds length, errc expected)
    {
        pass(length - 1ms);
        BOOST_TEST(!call.done());
        pass(1ms);
        BOOST_TEST(call.done());
        BOOST_TEST((call.code() == expected), call.what());
        BOOST_TEST((call.code() == condition::timeout));
        return call.what();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_open_deadline, deadline_fixture)

BOOST_AUTO_TEST_CASE(waiting_for_a_connection_has_a_deadline)
{
    options.pool.max_connections = 1;
    options.deadlines.pool_wait = 3s;
    connect({});
    auto first = create();
    auto second = create();
    auto const what = check_late(second, 3s, errc::pool_wait_timeout);
    BOOST_TEST(contains(what, "3000 ms, see deadlines::pool_wait (pool wait 3.0 s)"), what);
    BOOST_CHECK_EXCEPTION(second.get(), error, [](error const& e) {
        BOOST_TEST_REQUIRE(e.attempts().size() == 1u);
        BOOST_TEST((e.attempts()[0].times.pool_wait == 3s));
        return e.attempts()[0].code == errc::pool_wait_timeout;
    });
}

BOOST_AUTO_TEST_CASE(looking_up_the_name_has_a_deadline)
{
    network = std::make_shared<slow_dialer>(1h, 0ms);
    auto call = create();
    auto const what = check_late(call, 5s, errc::resolve_timeout);
    BOOST_TEST(contains(what, "5000 ms, see deadlines::resolve (resolve 5.0 s)"), what);
}

BOOST_AUTO_TEST_CASE(connecting_has_a_deadline)
{
    network = std::make_shared<slow_dialer>(30ms, 1h);
    options.deadlines.connect = 2s;
    auto call = create();
    pass(30ms);
    auto const what = check_late(call, 2s, errc::connect_timeout);
    BOOST_TEST(contains(what, "see deadlines::connect (resolve 30 ms, connect 2.0 s)"), what);
}

BOOST_AUTO_TEST_CASE(the_handshake_of_tls_has_a_deadline, *security)
{
    options.base_url = "https://api.test/v1";
    options.dangerous_accept_any_certificate = true;
    auto const slow = std::make_shared<slow_dialer>(10ms, 20ms);
    slow->far = silent_server();
    network = slow;
    auto call = create();
    pass(10ms);
    pass(20ms);
    auto const what = check_late(call, 10s, errc::tls_timeout);
    BOOST_TEST(
        contains(what, "see deadlines::tls (resolve 10 ms, connect 20 ms, tls 10.0 s)"), what
    );
    BOOST_TEST(!slow->far->open);
}

BOOST_AUTO_TEST_CASE(a_response_has_a_deadline_and_its_request_is_not_sent_again)
{
    options.retries.max_retries = 2;
    auto const slow = std::make_shared<slow_dialer>(10ms, 20ms);
    slow->far = silent_server();
    network = slow;
    request_options of_call;
    of_call.deadlines.first_byte = 4s;
    auto call = create(of_call);
    pass(10ms);
    pass(20ms);
    auto const what = check_late(call, 4s, errc::first_byte_timeout);
    BOOST_TEST(
        contains(
            what,
            "waiting for a response did not end within 4000 ms, see deadlines::first_byte "
            "(resolve 10 ms, connect 20 ms, first byte 4.0 s)"
        ),
        what
    );
    BOOST_TEST(count(slow->far->sent, "POST ") == 1u);
    BOOST_TEST(!slow->far->open);
}

BOOST_AUTO_TEST_CASE(
    a_request_that_the_server_does_not_read_has_the_deadline_of_its_response, *security
)
{
    auto const far = connect({});
    far->set_window(10);
    auto call = create();
    check_late(call, 10min, errc::first_byte_timeout);
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_has_a_deadline)
{
    options.deadlines.idle = 7s;
    auto const far = connect({completion_response.substr(0, completion_response.size() - 1)});
    auto call = create();
    auto const what = check_late(call, 7s, errc::idle_timeout);
    BOOST_TEST(contains(what, "7000 ms, see deadlines::idle"), what);
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(the_whole_call_has_a_deadline_that_spans_its_attempts, *security)
{
    options.retries.max_retries = 5;
    options.deadlines.total = 3s;
    connect({response(500, "{}"), response(500, "{}")});
    auto call = create();
    pass(500ms);
    pass(1s);
    auto const what = check_late(call, 1500ms, errc::total_timeout);
    BOOST_TEST(
        contains(
            what,
            "the call did not end within 3000 ms, see deadlines::total; it was in attempt 3: "
            "waiting for a response (first byte 1.5 s)"
        ),
        what
    );
    BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& e) {
        BOOST_TEST_REQUIRE(e.attempts().size() == 3u);
        return e.attempts()[2].code == errc::total_timeout;
    });
}

BOOST_AUTO_TEST_CASE(the_whole_call_has_a_deadline_also_before_it_has_a_connection)
{
    options.retries.max_retries = 5;
    options.pool.max_connections = 1;
    request_options of_call;
    of_call.deadlines.total = 1s;
    dialer->hang();
    auto dialling = create(of_call);
    check_late(dialling, 1s, errc::total_timeout);
    dialer->hang();
    auto other = create();
    auto waiting = create(of_call);
    check_late(waiting, 1s, errc::total_timeout);
}

BOOST_AUTO_TEST_CASE(a_connection_that_does_not_come_in_time_is_tried_again)
{
    options.retries.max_retries = 1;
    dialer->hang();
    connect({completion_response});
    auto call = create();
    BOOST_TEST((pass_to_next() == 5s));
    BOOST_TEST((pass_to_next() == 500ms));
    auto const& attempts = call.get().attempts();
    BOOST_TEST_REQUIRE(attempts.size() == 2u);
    BOOST_TEST((attempts[0].code == errc::connect_timeout));
    BOOST_TEST((attempts[0].times.connect == 5s));
}

BOOST_AUTO_TEST_CASE(a_deadline_of_the_call_takes_the_place_of_that_of_the_client)
{
    options.deadlines.first_byte = 1s;
    options.deadlines.connect = 2s;
    request_options of_call;
    of_call.deadlines.first_byte = deadlines::none;
    connect({});
    auto call = create(of_call);
    pass(1000h);
    BOOST_TEST(!call.done());
    dialer->hang();
    auto other = create(of_call);
    check_late(other, 2s, errc::connect_timeout);
}

BOOST_AUTO_TEST_CASE(a_deadline_that_is_none_is_refused)
{
    request_options of_call;
    of_call.deadlines.idle = 0s;
    BOOST_CHECK_EXCEPTION(create(of_call), error, [](error const& e) {
        return e.code() == errc::invalid_argument && contains(e.what(), "deadlines::idle");
    });
    client_fixture other;
    other.options.deadlines.tls = -1ms;
    BOOST_CHECK_EXCEPTION(other.api(), error, [](error const& e) {
        return e.code() == errc::invalid_argument && contains(e.what(), "deadlines::tls");
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
