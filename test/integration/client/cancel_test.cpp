#include "support/hicap_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace hicap;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

asio::awaitable<std::string> text_of(client hicap, chat::completion_request request)
{
    auto events = co_await hicap.chat().completions().stream(request);
    std::string text;
    while (auto const* chunk = co_await events.next())
        text += chunk->text();
    co_return text;
}

/// Goes through the event loop `count` times: a timer whose time is told in turns of the loop.
asio::awaitable<void> turns(int count)
{
    for (int i = 0; i != count; ++i)
        co_await asio::post(asio::use_awaitable);
}

asio::awaitable<void> real_timer(std::chrono::microseconds time)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

struct interrupted
{
    std::string text;
    int cancelled = 0;
};

/// Reads a stream and interrupts every `next` after as many turns as its number says.
asio::awaitable<interrupted>
read_interrupted(client hicap, chat::completion_request request, int max_turns, bool next_first)
{
    auto events = co_await hicap.chat().completions().stream(request);
    interrupted result;
    for (int round = 0;; ++round) {
        int const patience = round % (max_turns + 1);
        chat::chunk const* chunk = nullptr;
        if (next_first) {
            auto const either = co_await (events.next() || turns(patience));
            if (either.index() == 1) {
                ++result.cancelled;
                continue;
            }
            chunk = std::get<0>(either);
        } else {
            auto const either = co_await (turns(patience) || events.next());
            if (either.index() == 0) {
                ++result.cancelled;
                continue;
            }
            chunk = std::get<1>(either);
        }
        if (chunk == nullptr)
            co_return result;
        result.text += chunk->text();
    }
}

asio::awaitable<std::string> read_with_heartbeats(client hicap, chat::completion_request request)
{
    auto events = co_await hicap.chat().completions().stream(request);
    std::string text;
    for (int round = 0;; ++round) {
        auto const either =
            co_await (events.next() || real_timer(std::chrono::microseconds(round % 50)));
        if (either.index() == 1)
            continue;
        auto const* const chunk = std::get<0>(either);
        if (chunk == nullptr)
            co_return text;
        text += chunk->text();
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cancelling_next, test::hicap_fixture)

BOOST_AUTO_TEST_CASE(at_any_turn_of_the_loop_loses_nothing)
{
    client const hicap(options());
    auto request = ask("the longest river and its delta");
    request.n = 2;
    auto const expected = run(text_of(hicap, request));
    int cancelled = 0;
    for (bool const next_first : {true, false}) {
        for (int max_turns = 3; max_turns != 40; ++max_turns) {
            auto const got = run(read_interrupted(hicap, request, max_turns, next_first));
            BOOST_TEST(got.text == expected);
            cancelled += got.cancelled;
        }
    }
    BOOST_TEST_MESSAGE("next was cancelled " << cancelled << " times");
    BOOST_TEST(cancelled > 500);
}

BOOST_AUTO_TEST_CASE(by_a_real_timer_loses_nothing)
{
    client const hicap(options());
    auto const request = ask("the longest river and its delta");
    auto const expected = run(text_of(hicap, request));
    for (int i = 0; i != 20; ++i)
        BOOST_TEST(run(read_with_heartbeats(hicap, request)) == expected);
}

BOOST_AUTO_TEST_CASE(by_a_slot_is_operation_aborted_and_can_be_continued)
{
    client const hicap(options());
    auto const request = ask("rivers");
    auto const expected = run(text_of(hicap, request));
    auto events = open_stream(hicap, request, with({{"x-emulator-tokens-per-second", "20"}}));
    BOOST_TEST((run(events.next()) != nullptr)); // the role
    BOOST_TEST((run(events.next()) != nullptr)); // the first token; the second takes its time

    asio::cancellation_signal signal;
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(
        context,
        events.next(),
        asio::bind_cancellation_slot(
            signal.slot(),
            [&](std::exception_ptr thrown, chat::chunk const*) {
                failure = thrown;
                done = true;
            }
        )
    );
    settle();
    BOOST_TEST(!done);
    signal.emit(asio::cancellation_type::terminal);
    settle();
    BOOST_TEST_REQUIRE(done);
    BOOST_CHECK_EXCEPTION(
        std::rethrow_exception(failure),
        boost::system::system_error,
        [](auto const& thrown) { return thrown.code() == condition::cancelled; }
    );
    BOOST_TEST((events.snapshot().text() == expected.substr(0, events.snapshot().text().size())));
    BOOST_TEST((run(events.next()) != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(cancelling_create, test::hicap_fixture)

BOOST_AUTO_TEST_CASE(at_any_turn_of_the_loop_closes_the_connection_and_the_next_request_works)
{
    client const hicap(options());
    auto const request = ask("a");
    auto const expected = create(hicap, request).text().size();
    int cancelled = 0;
    for (int patience = 0; patience != 60; ++patience) {
        auto const either =
            run([](client one, chat::completion_request asked, int count) -> asio::awaitable<bool> {
                auto const result =
                    co_await (one.chat().completions().create(asked) || turns(count));
                co_return result.index() == 1;
            }(hicap, request, patience));
        cancelled += either ? 1 : 0;
        BOOST_TEST(create(hicap, request).text().size() == expected);
    }
    BOOST_TEST(cancelled > 0);
}

BOOST_AUTO_TEST_CASE(destroying_the_context_in_any_turn_leaks_nothing)
{
    // What leaks is found by the address sanitizer's leak check at exit.
    int unfinished = 0;
    for (int steps = 0; steps != 80; ++steps) {
        test::hicap_fixture local;
        client const hicap(local.options());
        auto const request = local.ask("a");
        bool done = false;
        asio::co_spawn(
            local.context,
            text_of(hicap, request),
            [&done](std::exception_ptr failure, std::string const&) {
                done = true;
                BOOST_TEST(!failure);
            }
        );
        for (int i = 0; i != steps && !done; ++i)
            local.context.run_one();
        unfinished += done ? 0 : 1;
    }
    BOOST_TEST(unfinished > 10);
}

BOOST_AUTO_TEST_SUITE_END()
