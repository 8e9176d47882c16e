// Responses in the background and those who leave them, against a server that keeps books.

#include "api/core.hpp"
#include "support/hicap_fixture.hpp"
#include "support/manual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace hicap;
using namespace hicap::test;
using namespace std::chrono_literals;
using responses::cancel_result;
using responses::event_stream;
using responses::response_status;

namespace {

struct background_world : hicap_fixture
{
    explicit background_world(emulator_options of_server = with_tls())
        : hicap_fixture(std::move(of_server))
    {}

    /// The client, made of these options.
    client& api()
    {
        if (!client_ && time) {
            detail::surroundings around;
            around.time = time;
            client_ = std::make_unique<client>(std::make_shared<detail::client_core>(how, around));
        } else if (!client_) {
            client_ = std::make_unique<client>(how);
        }
        return *client_;
    }

    /// From the beginning, the client's time passes only when the test says so: no deadline depends
    /// on how busy the machine is.
    void freeze() { time = std::make_shared<manual_clock>(); }

    static responses::request asking()
    {
        responses::request request;
        request.model = "gpt-5";
        request.input = "the sea";
        request.background = true;
        return request;
    }

    /// One that does not end by itself.
    static request_options endless() { return with({{"x-emulator-events", "in_progress"}}); }

    event_stream open(request_options const& of_call)
    {
        auto const request = asking();
        return run(api().responses().stream(request, of_call));
    }

    /// Lets the loop run until the client does nothing any more.
    void finish()
    {
        context.restart();
        while (api().statistics().calls_running != 0 && context.run_one() != 0) {
        }
    }

    void check_books(
        std::uint64_t abandoned, std::uint64_t cancelled, std::uint64_t finished, std::uint64_t lost
    )
    {
        auto const now = api().statistics();
        BOOST_TEST(now.responses_abandoned == abandoned);
        BOOST_TEST(now.responses_cancelled == cancelled);
        BOOST_TEST(now.responses_finished == finished);
        BOOST_TEST(now.responses_lost == lost);
        BOOST_TEST(server.statistics().responses_cancelled == cancelled);
    }

    /// The same, and whenever nothing else is left to do the client's time passes.
    void finish_in_time()
    {
        context.restart();
        while (api().statistics().calls_running != 0) {
            while (context.poll() != 0) {
            }
            if (api().statistics().calls_running != 0 && !time->advance_to_next())
                context.run_one();
        }
    }

    client_options how = options();
    std::shared_ptr<manual_clock> time; ///< null: the real one

private:
    std::unique_ptr<client> client_;
};

/// How a caller leaves.
enum class leaving
{
    destroys,
    is_cancelled,
    throws,
    loses_a_race,
    cancels,
    number_of_ways
};

struct left_too_early : std::runtime_error
{
    left_too_early() : runtime_error("something else went wrong") {}
};

/// What the callers have seen together.
struct tally
{
    std::size_t left = 0;
    std::size_t lost = 0;
    std::size_t doubled = 0;
    std::vector<std::string> ids;
};

/// Reads without an end, and leaves its stream to whoever has cancelled it.
asio::awaitable<void> read_on(event_stream* events)
{
    bool more = true;
    while (more)
        more = co_await events->next() != nullptr;
}

asio::awaitable<void> one_turn()
{
    co_await asio::post(asio::use_awaitable);
    co_await asio::post(asio::use_awaitable);
}

/// A caller that opens a stream, reads so many events of it, and leaves in its way.
/// `stop` is emitted then, where it is not null. With `cut` its connections do not last.
asio::awaitable<void> come_and_go(
    client by,
    leaving how,
    std::size_t count,
    tally* sum,
    asio::cancellation_signal* stop,
    bool cut = false
)
{
    using namespace asio::experimental::awaitable_operators;
    auto const executor = co_await asio::this_coro::executor;
    auto const request = background_world::asking();
    request_options of_call;
    of_call.extra_headers.emplace_back("x-emulator-tokens", "200");
    of_call.extra_headers.emplace_back("x-emulator-tokens-per-second", "20");
    if (cut) // each connection
        of_call.extra_headers.emplace_back("x-emulator-cut-after", "3000");
    auto events = co_await by.responses().stream(request, of_call);
    std::int64_t expected = 0;
    for (std::size_t i = 0; i != count; ++i) {
        auto const* const event = co_await events.next();
        auto const number = event->sequence_number().value();
        sum->lost += number > expected ? 1 : 0;
        sum->doubled += number < expected ? 1 : 0;
        expected = number + 1;
    }
    if (count != 0)
        sum->ids.emplace_back(events.response_id());
    ++sum->left;
    if (stop != nullptr)
        asio::post(executor, [stop] { stop->emit(asio::cancellation_type::terminal); });
    if (how == leaving::throws)
        throw left_too_early();
    if (how == leaving::is_cancelled)
        co_await read_on(&events);
    if (how == leaving::loses_a_race)
        co_await (read_on(&events) || one_turn());
    if (how == leaving::cancels) {
        auto const outcome = co_await events.cancel();
        BOOST_TEST((outcome.result != cancel_result::unreachable));
    }
}

asio::awaitable<void>
open_elsewhere(client by, responses::request asked, request_options of_call, event_stream* to)
{
    *to = co_await by.responses().stream(asked, of_call);
    auto const* const first = co_await to->next();
    BOOST_TEST(first != nullptr);
}

/// Lets this process open that many descriptors, where its hard limit allows it.
bool allow_descriptors(rlim_t count)
{
    rlimit now{};
    getrlimit(RLIMIT_NOFILE, &now);
    if (now.rlim_cur < count) {
        now.rlim_cur = std::min(count, now.rlim_max);
        setrlimit(RLIMIT_NOFILE, &now);
    }
    return now.rlim_cur >= count;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_background, background_world)

BOOST_AUTO_TEST_CASE(five_hundred_streams_are_abandoned_at_random_moments)
{
    constexpr std::size_t number = 500;
    if (!allow_descriptors(2'500)) {
        BOOST_TEST_MESSAGE("skipped: this process may not open 2,500 descriptors");
        return;
    }
    freeze();
    how.retries.max_retries = 2;
    how.retries.initial_backoff = 0ms; // no pause: the time stands still
    std::mt19937 random(20'261);
    std::uniform_int_distribution<std::size_t> some(0, 40);
    tally sum;
    std::size_t ended = 0;
    std::vector<asio::cancellation_signal> signals(number);
    for (std::size_t i = 0; i != number; ++i) {
        auto const ways = static_cast<std::size_t>(leaving::number_of_ways);
        auto const way = static_cast<leaving>(i % ways);
        auto const done = [&ended](std::exception_ptr) { ++ended; };
        asio::co_spawn(
            context,
            come_and_go(
                api(),
                way,
                some(random),
                &sum,
                way == leaving::is_cancelled ? &signals[i] : nullptr,
                i % 5 == 0
            ),
            asio::bind_cancellation_slot(signals[i].slot(), done)
        );
    }
    context.restart();
    while (ended != number && context.run_one() != 0) {
    }
    finish();

    auto const books = api().statistics();
    auto const of_server = server.statistics();
    auto const over = of_server.responses_cancelled + books.responses_finished;
    std::cout << "abandoned: " << books.responses_abandoned << ", still running: " << number - over
              << ", events lost: " << sum.lost << ", events doubled: " << sum.doubled << std::endl;
    BOOST_TEST(books.responses_abandoned == number);
    BOOST_TEST(of_server.responses_cancelled == books.responses_cancelled);
    BOOST_TEST(books.responses_cancelled + books.responses_finished == number);
    BOOST_TEST(books.responses_lost == 0U);
    BOOST_TEST(sum.lost == 0U);
    BOOST_TEST(sum.doubled == 0U);

    // A request for each response, one to cancel it and those to open its stream again: that took
    // one round trip, and the server says itself that no token was made behind it.
    BOOST_TEST(sum.left == number);
    BOOST_TEST(books.retries > 0U);
    BOOST_TEST(of_server.requests == 2 * number + books.retries);
    auto const tokens = of_server.tokens_generated;
    BOOST_TEST(sum.ids.size() > number / 2);
    for (auto const& id : sum.ids)
        BOOST_TEST((run(api().responses().retrieve(id)).status != response_status::in_progress));
    BOOST_TEST(server.statistics().tokens_generated == tokens);
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_destroyed_at_every_event)
{
    // The rows of the table, where the response runs in the background.
    auto const paced = with({{"x-emulator-tokens", "3"}, {"x-emulator-tokens-per-second", "100"}});
    std::size_t const all = [&] {
        auto events = open(paced);
        std::size_t count = 0;
        while (run(events.next()) != nullptr)
            ++count;
        return count;
    }();
    BOOST_TEST_REQUIRE(all > 5U);
    std::uint64_t abandoned = 0;
    for (std::size_t read = 0; read != all; ++read) {
        {
            auto events = open(paced);
            for (std::size_t i = 0; i != read; ++i)
                BOOST_TEST_REQUIRE(run(events.next()) != nullptr);
        }
        finish();
        auto const now = api().statistics();
        BOOST_TEST(now.responses_abandoned == ++abandoned);
        BOOST_TEST(now.responses_cancelled + now.responses_finished == abandoned);
        BOOST_TEST(server.statistics().responses_cancelled == now.responses_cancelled);
    }
    // One that was read to its last event has ended.
    {
        auto events = open(paced);
        for (std::size_t i = 0; i != all; ++i)
            BOOST_TEST_REQUIRE(run(events.next()) != nullptr);
    }
    finish();
    BOOST_TEST(api().statistics().responses_abandoned == abandoned);
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_cancelled_at_every_event)
{
    for (std::size_t read = 0; read != 4; ++read) {
        auto events = open(endless());
        for (std::size_t i = 0; i != read; ++i)
            BOOST_TEST_REQUIRE(run(events.next()) != nullptr);
        auto const outcome = run(events.cancel());
        BOOST_TEST((outcome.result == cancel_result::cancelled));
        BOOST_TEST((outcome.value_or_throw().status == response_status::cancelled));
        BOOST_TEST(
            (run(api().responses().retrieve(outcome.response->id)).status ==
             response_status::cancelled)
        );
    }
    check_books(4, 4, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_over_on_the_server_brings_its_response)
{
    // As fast as it goes it is complete when the server is asked.
    auto events = open({});
    BOOST_TEST_REQUIRE(run(events.next()) != nullptr);
    auto const outcome = run(events.cancel());
    BOOST_TEST((outcome.result == cancel_result::already_finished));
    BOOST_TEST((outcome.value_or_throw().status == response_status::completed));
    BOOST_TEST(!outcome.response->text().empty());
    BOOST_TEST(events.snapshot().text() == outcome.response->text());
    check_books(1, 0, 1, 0);
}

BOOST_AUTO_TEST_CASE(a_response_may_be_kept_running)
{
    auto keeping = endless();
    keeping.on_abandon = on_abandon::keep_running;
    std::string id;
    {
        auto events = open(keeping);
        run(events.next());
        id = events.response_id();
    }
    finish();
    BOOST_TEST((run(api().responses().retrieve(id)).status == response_status::in_progress));
    {
        auto events = run(api().responses().resume(id, 0));
        BOOST_TEST(run(events.next())->sequence_number().value() == 1);
    }
    finish();
    BOOST_TEST((run(api().responses().retrieve(id)).status == response_status::in_progress));
    check_books(0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(whatever_tears_a_caller_down_cancels_the_response)
{
    std::uint64_t count = 0;
    for (auto const way :
         {leaving::destroys, leaving::is_cancelled, leaving::throws, leaving::loses_a_race}) {
        for (std::size_t const read : {0U, 1U, 5U}) {
            tally sum;
            asio::cancellation_signal signal;
            bool done = false;
            asio::co_spawn(
                context,
                come_and_go(api(), way, read, &sum, nullptr),
                asio::bind_cancellation_slot(
                    signal.slot(), [&done](std::exception_ptr) { done = true; }
                )
            );
            context.restart();
            while (sum.left == 0)
                context.run_one();
            signal.emit(asio::cancellation_type::terminal);
            while (!done)
                context.run_one();
            finish();
            check_books(count + 1, count + 1, 0, 0);
            ++count;
        }
    }
}

BOOST_AUTO_TEST_CASE(a_loop_that_is_stopped_may_go_on)
{
    auto events = std::make_unique<event_stream>(open(endless()));
    run(events->next());
    context.stop();
    events.reset();
    BOOST_TEST(api().statistics().responses_abandoned == 1U);
    BOOST_TEST(server.statistics().responses_cancelled == 0U);
    finish();
    check_books(1, 1, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_loses_what_was_abandoned)
{
    auto const request = asking();
    auto const how_long = endless();
    std::uint64_t lost = 0;
    for (bool const stream_ends_first : {true, false}) {
        // The server has a loop of its own, which goes on.
        auto own = std::make_unique<asio::io_context>(1);
        auto events = std::make_unique<event_stream>();
        bool done = false;
        asio::co_spawn(
            *own,
            open_elsewhere(api(), request, how_long, events.get()),
            [&done](std::exception_ptr) { done = true; }
        );
        context.restart();
        while (!done) {
            own->poll();
            context.poll();
        }
        std::string const id(events->response_id());
        if (!stream_ends_first)
            own.reset();
        events.reset();
        own.reset();
        ++lost;
        auto const now = api().statistics();
        BOOST_TEST(now.responses_abandoned == lost);
        BOOST_TEST(now.responses_lost == lost);
        BOOST_TEST(now.calls_running == 0U);
        BOOST_TEST((run(api().responses().retrieve(id)).status == response_status::in_progress));
    }
}

// wait ------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_response_is_waited_for)
{
    responses::wait_options often;
    often.first_pause = 5ms;
    auto const paced = with({{"x-emulator-tokens", "10"}, {"x-emulator-tokens-per-second", "200"}});
    auto const request = asking();
    auto const made = run(api().responses().create(request, paced));
    BOOST_TEST((made.status == response_status::queued));
    auto const whole = run(api().responses().wait(made.id, often));
    BOOST_TEST((whole.status == response_status::completed));
    BOOST_TEST(!whole.text().empty());

    auto const at_once = run(api().responses().create_and_wait(request, often, paced));
    BOOST_TEST(at_once.value_or_throw().text() == whole.text());
    check_books(0, 0, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_cancelled_cancels_the_response)
{
    using namespace asio::experimental::awaitable_operators;
    auto const request = asking();
    auto const of_call = endless();
    auto const made = run(api().responses().create(request, of_call));
    run(api().responses().wait(made.id) || one_turn());
    finish();
    BOOST_TEST((run(api().responses().retrieve(made.id)).status == response_status::cancelled));
    check_books(1, 1, 0, 0);
}

// Storms ----------------------------------------------------------------------------------------

namespace {

/// Many streams that are left in the same moment.
std::vector<event_stream> open_many(background_world& in, std::size_t number)
{
    std::vector<event_stream> all;
    for (std::size_t i = 0; i != number; ++i) {
        all.push_back(in.open(background_world::endless()));
        BOOST_TEST_REQUIRE(in.run(all.back().next()) != nullptr);
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_storm_of_cancels_survives_a_server_that_is_slow)
{
    freeze();
    auto all = open_many(*this, 50);
    emulator_fault slow;
    slow.delay_head = 100ms;
    server.script(std::vector<emulator_fault>(50, slow));
    all.clear();
    finish();
    check_books(50, 50, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_storm_of_cancels_survives_a_server_that_fails)
{
    freeze();
    auto all = open_many(*this, 50);
    emulator_fault fails;
    fails.status = 503;
    emulator_fault breaks;
    breaks.cut_after = 0;
    std::vector<emulator_fault> faults(75, fails);
    faults.resize(100, breaks);
    server.script(faults);
    all.clear();
    finish_in_time();
    check_books(50, 50, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_storm_of_cancels_survives_a_limit_of_rates)
{
    freeze();
    auto all = open_many(*this, 50);
    emulator_fault limited;
    limited.status = 429;
    limited.code = "rate_limit_exceeded";
    limited.retry_after = "2";
    server.script(std::vector<emulator_fault>(100, limited));
    all.clear();
    finish_in_time();
    check_books(50, 50, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_storm_of_cancels_survives_a_pool_that_is_full)
{
    how.pool.max_connections = 20;
    how.pool.max_waiters = 0;
    auto all = open_many(*this, 20);
    all.clear();
    finish();
    check_books(20, 20, 0, 0);
}

BOOST_AUTO_TEST_CASE(a_storm_of_cancels_is_joined_by_shutdown)
{
    auto all = open_many(*this, 50);
    all.clear();
    BOOST_TEST(run(api().shutdown(10s)) == 0U);
    check_books(50, 50, 0, 0);
    BOOST_TEST(api().statistics().calls_running == 0U);
}

// Connections that break ------------------------------------------------------------------------

namespace {

struct seen_events
{
    std::vector<std::string> all;
    std::string text;
    boost::system::error_code code;
    bool opened = false;
};

/// Opens a stream and reads it to its end.
asio::awaitable<seen_events> see(client by, event_stream* events)
{
    auto const request = background_world::asking();
    seen_events made;
    try {
        *events = co_await by.responses().stream(request);
        made.opened = true;
        while (auto const* const event = co_await events->next()) {
            made.all.push_back(
                std::to_string(event->sequence_number().value_or(-1)) + ' ' +
                std::string(event->type())
            );
            made.text += event->text();
        }
    } catch (boost::system::system_error const& failure) {
        made.code = failure.code();
    }
    co_return made;
}

/// What a stream of 3 tokens brings.
seen_events see_whole(background_world& in)
{
    emulator_fault none;
    none.tokens = 3;
    in.server.script({none});
    event_stream events;
    return in.run(see(in.api(), &events));
}

/// Checks that such a stream whose first connection ends so brings the same as one whose
/// connection holds. False where the connection broke before it brought an id.
bool goes_on_after(background_world& in, emulator_fault fault, seen_events const& wanted)
{
    fault.tokens = 3;
    emulator_fault none;
    none.tokens = 3;
    in.server.script({fault, none}); // where nothing came the request is sent again
    event_stream events;
    auto const got = in.run(see(in.api(), &events));
    if (!got.opened || (got.all.empty() && got.code))
        return false;
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST((got.all == wanted.all));
    BOOST_TEST(got.text == wanted.text);
    BOOST_TEST(events.snapshot().text() == wanted.text);
    BOOST_TEST((events.snapshot().status == response_status::completed));
    return true;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_at_any_byte_costs_no_event)
{
    emulator_options plain;
    background_world in(plain);
    in.how.retries.max_retries = 2;
    in.how.retries.initial_backoff = 0ms;
    auto const wanted = see_whole(in);
    BOOST_TEST_REQUIRE(wanted.all.size() > 8U);
    std::size_t went_on = 0;
    std::size_t nameless = 0;
    bool cut_short = true; // beyond its end the response is whole
    for (std::uint64_t bytes = 0; cut_short; ++bytes) {
        BOOST_TEST_CONTEXT("after " << bytes << " bytes")
        {
            // A client has its own budget of retries.
            background_world one(plain);
            one.how.retries = in.how.retries;
            emulator_fault cut;
            cut.cut_after = bytes;
            if (goes_on_after(one, cut, wanted))
                ++went_on;
            else
                ++nameless;
            cut_short = one.server.statistics().streams_cut != 0;
        }
    }
    std::cout << "connections that broke: " << went_on + nameless
              << ", before the first event: " << nameless << std::endl;
    BOOST_TEST(went_on > 2 * nameless);
    BOOST_TEST(went_on > 2'000U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_at_any_event_in_any_way_costs_none)
{
    how.retries.max_retries = 2;
    how.retries.initial_backoff = 0ms;
    how.deadlines.idle = 200ms;
    auto const wanted = see_whole(*this);
    using ending = emulator_fault::ending;
    std::size_t resumed = 0;
    for (auto const how_it_ends :
         {ending::fin, ending::clean, ending::no_close_notify, ending::rst, ending::half_record}) {
        for (std::size_t count = 1; count != wanted.all.size(); ++count) {
            background_world one;
            one.how.retries = how.retries;
            emulator_fault cut;
            cut.events = count;
            cut.cut = how_it_ends;
            // A reset may overtake what was sent, the id too.
            bool const went_on = goes_on_after(one, cut, wanted);
            BOOST_TEST((went_on || how_it_ends == ending::rst));
            resumed += went_on ? 1 : 0;
        }
    }
    BOOST_TEST(resumed >= 4 * (wanted.all.size() - 1));
    // A stream that falls silent is one that is lost.
    emulator_fault silent;
    silent.stall_after_events = 4;
    BOOST_TEST(goes_on_after(*this, silent, wanted));
}

BOOST_AUTO_TEST_SUITE_END()
