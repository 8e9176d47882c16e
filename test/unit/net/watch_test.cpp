#include "net/watch.hpp"
#include "support/manual_clock.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

/// Takes down what it is told, and copies of the last event of each kind.
class recorder final : public observer
{
public:
    void on_attempt(attempt_event const& event) noexcept override
    {
        note("attempt", event.call, event.since_begin);
        last_attempt = event;
    }

    void on_connection(connection_event const& event) noexcept override
    {
        note("connection", event.call, event.since_begin);
        last_connection = event;
    }

    void on_first_byte(first_byte_event const& event) noexcept override
    {
        note("first byte", event.call, event.since_begin);
        last_first_byte = event;
        request_id = event.request_id;
    }

    void on_retry(retry_event const& event) noexcept override
    {
        note("retry", event.call, event.since_begin);
        last_retry = event;
    }

    void on_first_event(first_event_event const& event) noexcept override
    {
        note("first event", event.call, event.since_begin);
    }

    void on_end(end_event const& event) noexcept override
    {
        note("end", event.call, event.since_begin);
        last_end = event;
        request_id = event.request_id;
    }

    strings told;
    std::set<std::uint64_t> numbers;
    std::string method;
    std::string path;
    std::string request_id;
    attempt_event last_attempt;
    connection_event last_connection;
    first_byte_event last_first_byte;
    retry_event last_retry;
    end_event last_end;

private:
    void
    note(std::string const& what, call_identity const& call, std::chrono::microseconds since_begin)
    {
        told.push_back(what + " at " + std::to_string(since_begin.count()));
        numbers.insert(call.number);
        method = call.method;
        path = call.path;
    }
};

struct fixture
{
    std::shared_ptr<recorder> seen = std::make_shared<recorder>();
    std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>();

    [[nodiscard]] std::unique_ptr<net::watch> begin() const
    {
        return std::make_unique<net::watch>(seen, time, "POST", "/chat/completions");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_watch, fixture)

BOOST_AUTO_TEST_CASE(a_stream_is_told_in_order_with_the_time_since_its_begin)
{
    auto watched = begin();
    watched->attempt_begins();
    time->advance(12ms);
    watched->connected({}, false, {});
    time->advance(30ms);
    watched->first_byte(200, "req_1");
    time->advance(500us);
    watched->event();
    time->advance(2s);
    watched->event();
    watched->ends(call_end::completed);
    watched.reset();

    strings const expected{
        "attempt at 0",
        "connection at 12000",
        "first byte at 42000",
        "first event at 42500",
        "end at 2042500"};
    BOOST_TEST(seen->told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_event_names_the_call)
{
    // Setup: texts that are gone when the events come
    std::string method = "POST";
    std::string path = "/chat/completions";
    auto watched = std::make_unique<net::watch>(seen, time, method, path);
    method.assign(method.size(), 'x');
    path.assign(path.size(), 'x');

    // Run, check
    auto const names_it = [this] { return seen->method + " " + seen->path; };
    watched->attempt_begins();
    BOOST_TEST(names_it() == "POST /chat/completions");
    watched->connected({}, false, {});
    BOOST_TEST(names_it() == "POST /chat/completions");
    watched->first_byte(429, {});
    BOOST_TEST(names_it() == "POST /chat/completions");
    watched->retry_follows({});
    BOOST_TEST(names_it() == "POST /chat/completions");
    watched->event();
    BOOST_TEST(names_it() == "POST /chat/completions");
    watched.reset();
    BOOST_TEST(names_it() == "POST /chat/completions");
    BOOST_TEST(seen->told.size() == 6U);
    BOOST_TEST(seen->numbers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_is_told_with_its_phases)
{
    auto watched = begin();
    watched->attempt_begins();
    attempt made;
    made.reused_connection = true;
    made.times.pool_wait = 3ms;
    watched->connected(made, true, {});

    BOOST_TEST(seen->last_connection.attempt == 1U);
    BOOST_TEST(seen->last_connection.reused);
    BOOST_TEST(seen->last_connection.resumed_session);
    BOOST_TEST((seen->last_connection.times.pool_wait == 3ms));
    BOOST_TEST(!seen->last_connection.times.resolve.has_value());
    BOOST_TEST(!seen->last_connection.code);
}

BOOST_AUTO_TEST_CASE(a_connection_that_failed_is_told_with_its_code)
{
    auto watched = begin();
    watched->attempt_begins();
    attempt made;
    made.times.resolve = 5s;
    watched->connected(made, false, errc::resolve_timeout);

    BOOST_TEST(!seen->last_connection.reused);
    BOOST_TEST((seen->last_connection.times.resolve == 5s));
    BOOST_TEST((seen->last_connection.code == errc::resolve_timeout));
}

BOOST_AUTO_TEST_CASE(attempts_are_counted_from_1)
{
    // Setup
    auto watched = begin();
    attempt failed;
    failed.status = 503;
    failed.code = errc::overloaded;
    failed.request_id = "req_1";
    failed.backoff = 500ms;

    // Run, check
    watched->attempt_begins();
    BOOST_TEST(seen->last_attempt.number == 1U);
    watched->connected({}, false, {});
    BOOST_TEST(seen->last_connection.attempt == 1U);
    watched->first_byte(503, "req_1");
    BOOST_TEST(seen->last_first_byte.attempt == 1U);
    BOOST_TEST(seen->last_first_byte.status == 503);
    BOOST_TEST(seen->request_id == "req_1");
    watched->retry_follows(failed);
    BOOST_TEST(seen->last_retry.number == 1U);
    BOOST_TEST(seen->last_retry.failed.status == 503);
    BOOST_TEST((seen->last_retry.failed.code == errc::overloaded));
    BOOST_TEST(seen->last_retry.failed.request_id == "req_1");
    BOOST_TEST((seen->last_retry.failed.backoff == 500ms));

    watched->attempt_begins();
    BOOST_TEST(seen->last_attempt.number == 2U);
    watched->connected({}, false, {});
    BOOST_TEST(seen->last_connection.attempt == 2U);
    watched->retry_follows(failed);
    BOOST_TEST(seen->last_retry.number == 2U);

    watched->attempt_begins();
    watched->first_byte(200, "req_2");
    BOOST_TEST(seen->last_first_byte.attempt == 3U);
    watched.reset();
    BOOST_TEST(seen->last_end.attempts == 3U);
    BOOST_TEST(seen->last_end.status == 200);
    BOOST_TEST(seen->request_id == "req_2");
}

BOOST_AUTO_TEST_CASE(the_end_counts_the_events_and_the_first_is_told_once)
{
    auto watched = begin();
    for (int i = 0; i != 57; ++i)
        watched->event();
    watched->ends(call_end::completed);
    watched.reset();

    strings const expected{"first event at 0", "end at 0"};
    BOOST_TEST(seen->told == expected, boost::test_tools::per_element());
    BOOST_TEST(seen->last_end.events == 57U);
}

BOOST_AUTO_TEST_CASE(the_end_is_abandoned_unless_something_else_is_said)
{
    begin().reset();

    BOOST_TEST((seen->last_end.how == call_end::abandoned));
    BOOST_TEST(!seen->last_end.code);
    BOOST_TEST(seen->last_end.status == 0);
    BOOST_TEST(seen->last_end.attempts == 0U);
    BOOST_TEST(seen->last_end.events == 0U);
    BOOST_TEST(seen->request_id.empty());
}

BOOST_AUTO_TEST_CASE(the_last_word_about_the_end_counts)
{
    auto watched = begin();
    watched->ends(call_end::failed, errc::invalid_json);
    watched->ends(call_end::completed);
    watched.reset();
    BOOST_TEST((seen->last_end.how == call_end::completed));
    BOOST_TEST(!seen->last_end.code);

    watched = begin();
    watched->ends(call_end::completed);
    watched->ends(call_end::failed, errc::idle_timeout);
    watched.reset();
    BOOST_TEST((seen->last_end.how == call_end::failed));
    BOOST_TEST((seen->last_end.code == errc::idle_timeout));
}

BOOST_AUTO_TEST_CASE(saying_how_it_ends_tells_nobody_before_it_does)
{
    auto watched = begin();
    watched->ends(call_end::completed);
    BOOST_TEST(seen->told.empty());
    time->advance(1s);
    watched.reset();
    strings const expected{"end at 1000000"};
    BOOST_TEST(seen->told == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_observer_lives_as_long_as_it_is_told)
{
    // Setup
    auto watched = begin();
    std::weak_ptr<recorder> const alive = seen;
    seen.reset();

    // Run, check
    watched->event();
    BOOST_TEST(!alive.expired());
    watched.reset();
    BOOST_TEST(alive.expired());
}

BOOST_AUTO_TEST_CASE(without_an_observer_nothing_happens)
{
    auto const use = [](net::watch& watched) {
        watched.attempt_begins();
        watched.connected({}, false, errc::connect_timeout);
        watched.first_byte(200, "req_1");
        watched.retry_follows({});
        watched.event();
        watched.event();
        watched.ends(call_end::completed);
    };

    net::watch of_nobody;
    use(of_nobody);
    net::watch without_clock(nullptr, nullptr, "POST", "/chat/completions");
    use(without_clock);
    BOOST_TEST(seen->told.empty());
}

BOOST_AUTO_TEST_CASE(numbers_are_unique_across_threads)
{
    // Setup
    constexpr std::size_t calls = 200;
    auto const other = std::make_shared<recorder>();
    auto const make_calls = [this](std::shared_ptr<recorder> const& who) {
        for (std::size_t i = 0; i != calls; ++i)
            net::watch const watched(who, time, "POST", "/chat/completions");
    };

    // Run
    std::thread second([&] { make_calls(other); });
    make_calls(seen);
    second.join();

    // Check
    auto all = seen->numbers;
    all.insert(other->numbers.begin(), other->numbers.end());
    BOOST_TEST(all.size() == 2 * calls);
    BOOST_TEST(all.count(0) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
