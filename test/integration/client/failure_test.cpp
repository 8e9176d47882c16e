#include "support/hicap_fixture.hpp"
#include "support/security.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

using namespace hicap;

namespace {

/// What `operation` threw.
template <class Error, class Operation>
Error thrown_by(Operation operation)
{
    try {
        operation();
    } catch (Error const& failure) {
        return failure;
    }
    BOOST_FAIL("nothing was thrown");
    throw;
}

/// Answers the first bytes that come, promises a longer body than it sends, and closes.
asio::awaitable<void> refuse_early(asio::ip::tcp::acceptor acceptor)
{
    static constexpr std::string_view answer = "HTTP/1.1 413 Content Too Large\r\n"
                                               "x-request-id: r1\r\n"
                                               "Content-Length: 10\r\n\r\ntoo";
    auto peer = co_await acceptor.async_accept(asio::use_awaitable);
    char some[1024];
    co_await peer.async_read_some(asio::buffer(some), asio::use_awaitable);
    asio::write(peer, asio::buffer(answer));
    peer.shutdown(asio::ip::tcp::socket::shutdown_send);
}

struct failing_fixture : test::hicap_fixture
{
    client const hicap{options()};

    api_error create_fails(request_options const& fault)
    {
        auto const request = ask("a");
        return thrown_by<api_error>([&] { create(hicap, request, fault); });
    }

    stream<chat::chunk> open(request_options const& fault)
    {
        auto const request = ask("tell me of rivers");
        return open_stream(hicap, request, fault);
    }

    /// Reads until `next` throws, and counts the events before.
    error stream_breaks(stream<chat::chunk>& events, int& count)
    {
        return thrown_by<error>([&] {
            while (run(events.next()) != nullptr)
                ++count;
        });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_errors, failing_fixture)

BOOST_AUTO_TEST_CASE(statuses_map_to_codes_types_and_conditions)
{
    struct row
    {
        char const* status;
        errc code;
        char const* type;
        bool retryable;
    };

    static constexpr row rows[] = {
        {"400", errc::invalid_request, "invalid_request_error", false},
        {"401", errc::authentication, "authentication_error", false},
        {"403", errc::permission_denied, "permission_error", false},
        {"404", errc::not_found, "not_found_error", false},
        {"429", errc::rate_limited, "rate_limit_error", true},
        {"500", errc::server_error, "api_error", true},
        {"503", errc::overloaded, "overloaded_error", true},
    };
    for (auto const& expected : rows) {
        BOOST_TEST_CONTEXT("status " << expected.status)
        {
            auto const failure = create_fails(with({{"x-emulator-status", expected.status}}));
            BOOST_TEST((failure.code() == expected.code));
            BOOST_TEST(failure.status() == std::stoi(expected.status));
            BOOST_TEST(failure.type() == expected.type);
            BOOST_TEST(failure.request_id().starts_with("req_"));
            BOOST_TEST((failure.code() == condition::retryable) == expected.retryable);
            BOOST_TEST(!failure.message().empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(
    a_wrong_key_is_an_authentication_error_that_never_shows_the_key, *test::security
)
{
    test::hicap_fixture guarded([] {
        auto made = with_tls();
        made.api_key = "sk-right";
        return made;
    }());
    auto wrong = guarded.options();
    wrong.api_key = "sk-canary-that-is-wrong";
    client const stranger(wrong);
    auto const request = guarded.ask("a");
    auto const failure = thrown_by<api_error>([&] { guarded.create(stranger, request); });
    BOOST_TEST((failure.code() == condition::authentication));
    BOOST_TEST(failure.api_code() == "invalid_api_key");
    BOOST_TEST(std::string(failure.what()).find("sk-canary") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refused_request_names_its_param)
{
    auto request = ask("a");
    request.temperature = 3;
    auto const failure = thrown_by<api_error>([&] { create(hicap, request); });
    BOOST_TEST(failure.status() == 400);
    BOOST_TEST(failure.param() == "temperature");
    faults_of_requests.clear(); // it was wrong on purpose
    BOOST_TEST((failure.code() == condition::invalid_request));
}

BOOST_AUTO_TEST_CASE(rate_limits_tell_how_long_to_wait)
{
    auto const failure =
        create_fails(with({{"x-emulator-status", "429"}, {"x-emulator-retry-after", "7"}}));
    BOOST_TEST((failure.retry_after() == std::chrono::seconds(7)));
    BOOST_TEST(failure.rate_limit().requests.limit.has_value());
}

BOOST_AUTO_TEST_CASE(a_used_up_quota_is_not_retryable)
{
    auto const failure =
        create_fails(with({{"x-emulator-status", "429"}, {"x-emulator-code", "insufficient_quota"}})
        );
    BOOST_TEST((failure.code() == errc::insufficient_quota));
    BOOST_TEST((failure.code() == condition::rate_limited));
    BOOST_TEST((failure.code() != condition::retryable));
}

BOOST_AUTO_TEST_CASE(odd_error_bodies_are_kept)
{
    auto const text =
        create_fails(with({{"x-emulator-status", "500"}, {"x-emulator-body", "text"}}));
    BOOST_TEST(text.status() == 500);
    BOOST_TEST(!text.body().empty());
    BOOST_TEST(text.type().empty());

    auto const empty =
        create_fails(with({{"x-emulator-status", "400"}, {"x-emulator-body", "empty"}}));
    BOOST_TEST((empty.code() == errc::invalid_request));
    BOOST_TEST(empty.body().empty());

    auto const string =
        create_fails(with({{"x-emulator-status", "400"}, {"x-emulator-body", "string-error"}}));
    BOOST_TEST(!string.message().empty());
}

BOOST_AUTO_TEST_CASE(errors_come_before_a_stream_begins)
{
    auto const request = ask("a");
    auto const failure = thrown_by<api_error>([&] {
        open_stream(hicap, request, with({{"x-emulator-status", "503"}}));
    });
    BOOST_TEST((failure.code() == errc::overloaded));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(broken_streams, failing_fixture)

BOOST_AUTO_TEST_CASE(a_stream_that_is_cut_is_an_error_and_never_a_short_answer)
{
    for (auto const* const how : {"fin", "clean", "rst", "no-close-notify"}) {
        BOOST_TEST_CONTEXT(how)
        {
            auto events = open(with({{"x-emulator-events", "4"}, {"x-emulator-cut", how}}));
            int count = 0;
            auto const failure = stream_breaks(events, count);
            if (how != std::string("rst")) // which may overtake what was sent before
                BOOST_TEST(count == 4);
            BOOST_TEST(
                (failure.code() == condition::invalid_response ||
                 failure.code() == condition::connection)
            );
            BOOST_TEST(failure.request_id() == events.request_id());
            if (how == std::string("clean"))
                BOOST_TEST((failure.code() == errc::truncated_stream));

            // Asking again does not make it whole.
            int more = 0;
            BOOST_TEST((stream_breaks(events, more).code() == failure.code()));
            BOOST_TEST(more == 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_broken_stream_keeps_what_came_before)
{
    auto events = open(with({{"x-emulator-events", "4"}, {"x-emulator-cut", "clean"}}));
    std::string text;
    thrown_by<error>([&] {
        while (auto const* chunk = run(events.next()))
            text += chunk->text();
    });
    BOOST_TEST(!text.empty());
    BOOST_TEST(events.snapshot().text() == text);
}

BOOST_AUTO_TEST_CASE(an_error_object_in_mid_stream_is_an_api_error)
{
    auto events = open(with({{"x-emulator-stream-error", "3"}}));
    int count = 0;
    auto const failure = thrown_by<api_error>([&] {
        while (run(events.next()) != nullptr)
            ++count;
    });
    BOOST_TEST(count == 3);
    BOOST_TEST(failure.status() == 200);
    BOOST_TEST(!failure.message().empty());
    BOOST_TEST(failure.request_id() == events.request_id());
}

BOOST_AUTO_TEST_CASE(html_in_place_of_an_answer_is_shown_in_part)
{
    auto const html = with({{"x-emulator-content", "html"}});
    auto const request = ask("a");
    auto const of_stream = thrown_by<error>([&] { open_stream(hicap, request, html); });
    BOOST_TEST((of_stream.code() == errc::unexpected_content));
    auto const of_create = thrown_by<error>([&] { create(hicap, request, html); });
    BOOST_TEST((of_create.code() == errc::unexpected_content));
    BOOST_TEST(std::string(of_create.what()).find("text/html") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(connections_that_fail, test::hicap_fixture)

BOOST_AUTO_TEST_CASE(an_unknown_host_is_named)
{
    auto nowhere = options();
    nowhere.base_url = "https://does-not-exist.invalid/v1";
    client const hicap(nowhere);
    auto const request = ask("a");
    auto const failure = thrown_by<error>([&] { create(hicap, request); });
    BOOST_TEST((failure.code() == condition::connection));
    BOOST_TEST(std::string(failure.what()).find("does-not-exist.invalid") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refused_connection_names_host_and_port)
{
    // A port that was free a moment ago and that nobody listens on.
    asio::ip::tcp::acceptor closed(context, {asio::ip::address_v4::loopback(), 0});
    auto const port = std::to_string(closed.local_endpoint().port());
    closed.close();

    auto nobody = options();
    nobody.base_url = "https://127.0.0.1:" + port + "/v1";
    client const hicap(nobody);
    auto const request = ask("a");
    auto const failure = thrown_by<error>([&] { create(hicap, request); });
    BOOST_TEST((failure.code() == asio::error::connection_refused));
    BOOST_TEST((failure.code() == condition::retryable));
    BOOST_TEST(std::string(failure.what()).find(port) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_before_the_body_is_sent_counts)
{
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    auto plain = options();
    plain.base_url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/v1";
    client const hicap(plain);
    auto const request = ask(std::string(8'000'000, 'x'));
    asio::co_spawn(context, refuse_early(std::move(acceptor)), asio::detached);

    auto const failure = thrown_by<api_error>([&] { create(hicap, request); });
    BOOST_TEST(failure.status() == 413);
    BOOST_TEST(failure.request_id() == "r1");
    BOOST_TEST((failure.code() != condition::retryable));
}

BOOST_AUTO_TEST_CASE(the_status_counts_when_the_body_that_explains_it_breaks_off)
{
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    auto plain = options();
    plain.base_url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/v1";
    client const hicap(plain);
    auto const request = ask("a");
    asio::co_spawn(context, refuse_early(std::move(acceptor)), asio::detached);

    auto const failure = thrown_by<api_error>([&] { create(hicap, request); });
    BOOST_TEST(failure.status() == 413);
    BOOST_TEST(failure.body() == "too");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(options_that_cannot_be_used)

BOOST_AUTO_TEST_CASE(each_is_refused_with_its_code)
{
    struct row
    {
        client_options given;
        errc code;
    };

    client_options good;
    good.api_key = "k";
    good.base_url = "http://localhost/v1";

    auto no_key = good;
    no_key.api_key.clear();
    auto bad_key = good;
    bad_key.api_key = "k\r\nx: y";
    auto bad_url = good;
    bad_url.base_url = "localhost:80";
    auto bad_file = good;
    bad_file.base_url = "https://localhost/v1";
    bad_file.ca_file = "/nonexistent/ca.pem";
    auto bad_pem = good;
    bad_pem.base_url = "https://localhost/v1";
    bad_pem.ca_pem = "not a certificate";
    auto reserved = good;
    reserved.extra_headers = {{"Content-Length", "5"}};
    auto tags_by_hand = good;
    tags_by_hand.extra_headers = {{"X-Hicap-Tags", "{}"}};

    for (auto const& [given, code] : {
             row{no_key, errc::missing_api_key},
             row{bad_key, errc::invalid_header},
             row{bad_url, errc::invalid_base_url},
             row{bad_file, errc::ca_file_unreadable},
             row{bad_pem, errc::ca_file_unreadable},
             row{reserved, errc::invalid_header},
             row{tags_by_hand, errc::invalid_header},
         }) {
        auto const failure = thrown_by<error>([&options = given] { client{options}; });
        BOOST_TEST((failure.code() == code), failure.what());
    }
}

BOOST_AUTO_TEST_CASE(a_call_refuses_headers_before_anything_is_sent, *test::security)
{
    test::hicap_fixture local;
    client const hicap(local.options());
    auto const request = local.ask("a");
    auto const injected = local.with({{"x-a", "1\r\nx-b: 2"}});
    auto const failure = thrown_by<error>([&] { local.create(hicap, request, injected); });
    BOOST_TEST((failure.code() == errc::invalid_header));
    local.settle();
    BOOST_TEST(local.server.statistics().connections_accepted == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
