#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/observer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

std::string const refused = response(401, R"({"error":{"code":"invalid_api_key"}})");

struct ends final : observer
{
    void on_end(end_event const& event) noexcept override
    {
        how.push_back(event.how);
        codes.push_back(event.code);
    }

    std::vector<call_end> how;
    std::vector<boost::system::error_code> codes;
};

struct credentials_fixture : client_fixture
{
    credentials_fixture()
    {
        options.api_key.clear();
        options.observer = seen;
        options.credentials = [this](credentials_request asked) { return give(asked); };
    }

    asio::awaitable<std::string> give(credentials_request asked)
    {
        asked_for.push_back(asked.refused);
        if (takes != 0s) {
            net::alarm never(*time, co_await asio::this_coro::executor);
            co_await never.sleep_until(time->now() + takes);
        }
        if (broken)
            throw std::runtime_error("the vault is closed");
        co_return key + std::to_string(asked_for.size());
    }

    std::shared_ptr<ends> seen = std::make_shared<ends>();
    std::vector<bool> asked_for; ///< what was told each time that a key was asked for
    std::string key = "sk-";     ///< with a number behind it
    std::chrono::seconds takes{0};
    bool broken = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_credentials, credentials_fixture)

BOOST_AUTO_TEST_CASE(a_key_is_asked_for_each_time_that_a_request_is_sent)
{
    auto const far = connect({response(500, "{}"), completion_response, completion_response});
    auto call = create();
    pass_to_next();
    BOOST_TEST(call.get().attempts().size() == 2u);
    create().get();
    BOOST_TEST(asked_for == (std::vector<bool>{false, false, false}));
    for (auto const* const line : {"sk-1\r\n", "sk-2\r\n", "sk-3\r\n"})
        BOOST_TEST(count(far->sent, "\r\nAuthorization: Bearer " + std::string(line)) == 1u);
}

BOOST_AUTO_TEST_CASE(a_request_is_sent_with_the_key_last_and_as_with_a_fixed_one)
{
    auto const far = connect({completion_response});
    create().get();
    client_fixture other;
    other.options.api_key = "sk-1";
    auto const with_fixed_one = other.connect({completion_response});
    other.create().get();
    auto const head = far->sent.substr(0, far->sent.find("\r\n\r\n"));
    BOOST_TEST(head.ends_with("\r\nAuthorization: Bearer sk-1"), head);
    BOOST_TEST(far->sent.size() == with_fixed_one->sent.size());
    BOOST_TEST(count(far->sent, "\r\n\r\n") == 1u);
}

BOOST_AUTO_TEST_CASE(a_key_that_is_refused_is_replaced_once_and_at_once)
{
    options.retries.max_retries = 0;
    auto const far = connect({refused, completion_response});
    auto call = create();
    auto const& attempts = call.get().attempts();
    BOOST_TEST_REQUIRE(attempts.size() == 2u);
    BOOST_TEST((attempts[0].code == errc::authentication));
    BOOST_TEST((attempts[0].backoff == 0ms));
    BOOST_TEST(asked_for == (std::vector<bool>{false, true}));
    BOOST_TEST(contains(far->sent, "Bearer sk-2\r\n"));
    BOOST_TEST(api().statistics().retries == 0u);
}

BOOST_AUTO_TEST_CASE(a_second_key_that_is_refused_fails)
{
    connect({refused, refused, completion_response});
    auto call = create();
    BOOST_TEST_REQUIRE(call.done());
    BOOST_CHECK_EXCEPTION(call.get(), api_error, [](api_error const& e) {
        BOOST_TEST(e.attempts().size() == 2u);
        return e.code() == errc::authentication;
    });
    BOOST_TEST(asked_for == (std::vector<bool>{false, true}));
}

BOOST_AUTO_TEST_CASE(a_key_that_replaced_another_stays_in_use_while_the_call_is_retried)
{
    connect({refused, response(500, "{}"), completion_response});
    auto call = create();
    BOOST_TEST((pass_to_next() == 500ms));
    BOOST_TEST(call.get().attempts().size() == 3u);
    // The key that failed for another reason was not refused.
    BOOST_TEST(asked_for == (std::vector<bool>{false, true, false}));
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_after_the_deadline_of_the_call_is_not_used)
{
    options.deadlines.total = 10s;
    takes = 4s;
    auto const far = connect({completion_response});
    auto first = create();
    pass(4s);
    BOOST_TEST(first.get().text() == "Hello");
    auto const sent = far->sent.size();
    takes = 11s;
    auto call = create();
    pass(11s);
    BOOST_TEST((call.code() == errc::total_timeout));
    BOOST_TEST(
        contains(
            call.what(),
            "the call did not end within 10000 ms, see deadlines::total; it was in attempt 1: "
            "waiting for a key"
        ),
        call.what()
    );
    BOOST_TEST(far->sent.size() == sent);
    BOOST_TEST((seen->how.back() == call_end::failed));
}

BOOST_AUTO_TEST_CASE(a_key_with_a_line_break_is_never_sent, *security)
{
    key = "sk-secret\r\nEvil: ";
    auto call = create();
    BOOST_TEST((call.code() == errc::invalid_header));
    BOOST_TEST(!contains(call.what(), "secret"), call.what());
    BOOST_TEST(contains(call.what(), "client_options::credentials"), call.what());
    BOOST_TEST(contains(call.what(), "line break"), call.what());
    BOOST_TEST(dialer->dials == 0u);
    BOOST_TEST(seen->how == (std::vector<call_end>{call_end::failed}));
}

BOOST_AUTO_TEST_CASE(an_empty_key_is_none)
{
    options.credentials = [](credentials_request) -> asio::awaitable<std::string> { co_return ""; };
    auto call = create();
    BOOST_TEST((call.code() == errc::missing_api_key));
    BOOST_TEST(contains(call.what(), "client_options::credentials"), call.what());
    BOOST_TEST(dialer->dials == 0u);
    BOOST_TEST(seen->how == (std::vector<call_end>{call_end::failed}));
    BOOST_TEST((seen->codes.at(0) == errc::missing_api_key));
}

BOOST_AUTO_TEST_CASE(what_it_throws_comes_out)
{
    broken = true;
    auto call = create();
    BOOST_CHECK_EXCEPTION(call.get(), std::runtime_error, [](std::runtime_error const& e) {
        return e.what() == std::string_view("the vault is closed");
    });
    BOOST_TEST(dialer->dials == 0u);
    BOOST_TEST(api().statistics().calls_running == 0u);
    BOOST_TEST(seen->how == (std::vector<call_end>{call_end::failed}));
}

BOOST_AUTO_TEST_CASE(what_fails_between_attempts_tells_of_those_before)
{
    options.credentials = [](credentials_request asked) -> asio::awaitable<std::string> {
        co_return asked.refused ? "" : "sk-1";
    };
    connect({refused});
    auto call = create();
    BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& e) {
        BOOST_TEST_REQUIRE(e.attempts().size() == 1u);
        BOOST_TEST(e.attempts()[0].status == 401);
        return e.code() == errc::missing_api_key;
    });
}

BOOST_AUTO_TEST_CASE(it_may_take_its_time_and_be_cancelled)
{
    takes = 30s;
    connect({completion_response});
    auto call = create();
    BOOST_TEST(dialer->dials == 0u);
    BOOST_TEST((pass_to_next() == 30s));
    BOOST_TEST(call.get().text() == "Hello");
    auto cancelled = create();
    cancelled.cancel();
    BOOST_TEST((cancelled.code() == asio::error::operation_aborted));
    BOOST_TEST(seen->how == (std::vector<call_end>{call_end::completed, call_end::cancelled}));
}

BOOST_AUTO_TEST_CASE(several_calls_ask_at_the_same_time)
{
    takes = 1s;
    connect({completion_response});
    connect({completion_response});
    auto first = create();
    auto second = create();
    BOOST_TEST(asked_for.size() == 2u);
    pass(1s);
    BOOST_TEST(first.done());
    BOOST_TEST(second.done());
}

BOOST_AUTO_TEST_CASE(the_key_is_sent_as_the_scheme_says)
{
    options.pool.max_idle = 0;
    for (auto const scheme :
         {auth_scheme::bearer, auth_scheme::api_key_header, auth_scheme::both}) {
        client_fixture other;
        other.options = options;
        other.options.auth = scheme;
        asked_for.clear();
        auto const far = other.connect({completion_response});
        other.create().get();
        bool const as_bearer = scheme != auth_scheme::api_key_header;
        bool const as_header = scheme != auth_scheme::bearer;
        BOOST_TEST(contains(far->sent, "\r\nAuthorization: Bearer sk-1\r\n") == as_bearer);
        BOOST_TEST(contains(far->sent, "\r\napi-key: sk-1\r\n") == as_header);
    }
}

BOOST_AUTO_TEST_CASE(a_header_of_the_user_takes_the_place_of_the_key)
{
    options.auth = auth_scheme::both;
    auto const far = connect({completion_response});
    request_options of_call;
    of_call.extra_headers = {{"authorization", "Basic x"}, {"API-Key", "y"}};
    create(of_call).get();
    BOOST_TEST(contains(far->sent, "\r\nauthorization: Basic x\r\n"));
    BOOST_TEST(contains(far->sent, "\r\nAPI-Key: y\r\n"));
    BOOST_TEST(!contains(far->sent, "sk-1"));
}

BOOST_AUTO_TEST_CASE(without_a_callback_a_key_that_is_refused_fails_at_once)
{
    client_fixture other;
    other.connect({refused, completion_response});
    auto call = other.create();
    BOOST_TEST((call.code() == errc::authentication));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
