// One client in several threads. Run it under the thread sanitizer as well: scripts/test --sanitize
// thread.

#include "support/hicap_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <future>
#include <iostream>
#include <latch>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace hicap;
using namespace hicap::test;
using namespace std::chrono_literals;

namespace {

/// An emulator in a thread of its own, so that whatever a test does in others is the client's
/// doing.
struct emulator_thread
{
    emulator_thread() : server(context.get_executor(), hicap_fixture::with_tls())
    {
        rlimit descriptors{};
        ::getrlimit(RLIMIT_NOFILE, &descriptors);
        descriptors.rlim_cur = descriptors.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &descriptors);
        server.start();
        thread = std::thread([this] { context.run(); }); // it has work by now
    }

    emulator_thread(emulator_thread const&) = delete;
    emulator_thread& operator=(emulator_thread const&) = delete;

    ~emulator_thread()
    {
        server.stop();
        thread.join();
    }

    [[nodiscard]] client_options options() const
    {
        client_options made;
        made.api_key = "sk-canary-of-tests";
        made.base_url = server.base_url();
        made.ca_pem = server.ca_pem();
        made.deadlines.tls = 60s; // a sanitizer makes a thousand handshakes slow
        made.deadlines.connect = 60s;
        return made;
    }

    asio::io_context context{1};
    emulator server;
    std::thread thread;
};

struct tally
{
    std::atomic<std::size_t> whole{0};
    std::atomic<std::size_t> left{0};
    std::atomic<std::size_t> cancelled{0};
    std::atomic<std::size_t> failed{0};
    std::atomic<std::size_t> wrong{0};
    std::atomic<std::size_t> opened{0};
    std::string expected;
};

/// Opens when all have come.
class gate
{
public:
    gate(asio::any_io_executor executor, std::size_t expected)
        : opened_(std::move(executor)), missing_(expected)
    {}

    void come()
    {
        if (--missing_ == 0)
            opened_.close();
    }

    asio::awaitable<void> pass()
    {
        boost::system::error_code closed;
        co_await opened_.async_receive(asio::redirect_error(asio::use_awaitable, closed));
    }

private:
    asio::experimental::concurrent_channel<void(boost::system::error_code)> opened_;
    std::atomic<std::size_t> missing_;
};

/// Comes to a gate at the latest when it ends: the others do not wait for who has failed.
class arrival
{
public:
    explicit arrival(gate* at) : gate_(at) {}

    arrival(arrival const&) = delete;
    arrival& operator=(arrival const&) = delete;

    ~arrival() { come(); }

    void come()
    {
        if (auto* const at = std::exchange(gate_, nullptr))
            at->come();
    }

private:
    gate* gate_;
};

/// How a stream is read.
struct reading
{
    std::size_t max_events = 0; ///< 0: all of them
    gate* all_open = nullptr;   ///< to be passed before anything is read
    std::string pace = "0";     ///< tokens a second
    std::function<void()> then = [] {};
};

asio::awaitable<void> read_stream(client by, reading how, tally* into)
{
    auto const request = hicap_fixture::ask("hello from many threads");
    request_options options;
    options.extra_headers.emplace_back("x-emulator-tokens-per-second", how.pace);
    arrival here(how.all_open);
    auto events = co_await by.chat().completions().stream(request, options);
    ++into->opened;
    here.come();
    if (how.all_open != nullptr)
        co_await how.all_open->pass();
    how.then();
    std::string text;
    std::size_t count = 0;
    while (auto const* event = co_await events.next()) {
        text += event->text();
        if (++count == how.max_events) {
            ++into->left;
            co_return;
        }
    }
    if (text != into->expected)
        ++into->wrong;
    ++into->whole;
}

responses::request in_background()
{
    responses::request request;
    request.model = "gpt-5";
    request.input = "hello from many threads";
    request.background = true;
    return request;
}

request_options of_tokens(std::string const& count, std::string const& pace)
{
    request_options options;
    options.extra_headers.emplace_back("x-emulator-tokens", count);
    options.extra_headers.emplace_back("x-emulator-tokens-per-second", pace);
    return options;
}

/// A stream of a response in the background, which is left after so many events.
asio::awaitable<void> leave_behind(client by, std::size_t count, tally* into)
{
    auto const request = in_background();
    auto const options = of_tokens("200", "50");
    auto events = co_await by.responses().stream(request, options);
    ++into->opened;
    for (std::size_t i = 0; i != count; ++i)
        if (co_await events.next() == nullptr)
            ++into->wrong;
    ++into->left;
}

/// A stream in the background whose connections break after three events each. It is left after so
/// many events, 0: at its end.
asio::awaitable<void> read_broken(client by, std::size_t max_events, tally* into)
{
    auto const request = in_background();
    auto options = of_tokens("8", "0");
    options.extra_headers.emplace_back("x-emulator-events", "3");
    auto events = co_await by.responses().stream(request, options);
    ++into->opened;
    std::size_t count = 0;
    while (auto const* event = co_await events.next()) {
        auto const number = event->sequence_number();
        if (!number || static_cast<std::size_t>(*number) != count)
            ++into->wrong;
        if (++count == max_events) {
            ++into->left;
            co_return;
        }
    }
    if (events.snapshot().status != responses::response_status::completed)
        ++into->wrong;
    ++into->whole;
}

/// One such stream after the other.
asio::awaitable<void> read_many_broken(client by, std::size_t streams, tally* into)
{
    for (std::size_t i = 0; i != streams; ++i)
        co_await read_broken(by, i % 2 == 0 ? 0 : i, into);
}

asio::awaitable<void> create_and_wait(client by, tally* into)
{
    auto const request = in_background();
    auto const options = of_tokens("4", "400");
    responses::wait_options often;
    often.first_pause = 1ms;
    often.max_pause = 4ms;
    auto const made = co_await by.responses().create(request, options);
    ++into->opened;
    auto const whole = co_await by.responses().wait(made.id, often);
    if (whole.status != responses::response_status::completed)
        ++into->wrong;
    ++into->whole;
}

/// Takes so long in each of its steps that a cancellation may meet it anywhere.
asio::awaitable<void> create_slowly(client by, tally* into)
{
    auto const request = in_background();
    auto options = of_tokens("200", "50");
    options.extra_headers.emplace_back("x-emulator-delay-head", "2");
    responses::wait_options const usual;
    auto const made = co_await by.responses().create_and_wait(request, usual, options);
    ++into->whole;
}

asio::awaitable<void> warm(client by, std::size_t count, tally* into)
{
    into->opened += co_await by.prewarm(count);
    ++into->whole;
}

/// Who cancels a call after some time. A coroutine is cancelled where it runs, so it needs a strand
/// then, that of the timer.
struct impatient_caller : std::enable_shared_from_this<impatient_caller>
{
    explicit impatient_caller(asio::any_io_executor const& strand) : timer(strand) {}

    void wait_for(std::chrono::microseconds patience)
    {
        timer.expires_after(patience);
        timer.async_wait([self = shared_from_this()](boost::system::error_code code) {
            if (!code)
                self->signal.emit(asio::cancellation_type::terminal);
        });
    }

    asio::cancellation_signal signal;
    asio::steady_timer timer;
};

void count_end(std::exception_ptr const& failure, tally& into)
{
    if (!failure)
        return;
    try {
        std::rethrow_exception(failure);
    } catch (boost::system::system_error const& thrown) {
        if (thrown.code() == condition::cancelled) {
            ++into.cancelled;
        } else {
            ++into.failed;
            std::cerr << thrown.what() << '\n';
        }
    }
}

std::string text_of_one(client const& by)
{
    asio::io_context context;
    auto const request = hicap_fixture::ask("hello from many threads");
    auto events = run(context, by.chat().completions().stream(request));
    auto const whole = run(context, events.collect());
    return whole.choices.at(0).message.content.value_or("");
}

} // namespace

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(a_thousand_streams_on_four_threads_with_random_cancels)
{
    constexpr std::size_t streams = 1000;
    emulator_thread far;
    client const by(far.options());
    tally sums;
    sums.expected = text_of_one(by);

    asio::thread_pool pool(4);
    std::latch ended(streams);
    gate all_open(pool.get_executor(), streams);
    std::mt19937 random(20'260'101);
    for (std::size_t i = 0; i != streams; ++i) {
        auto const kind = random() % 4;
        reading how;
        how.all_open = &all_open;
        how.max_events = kind == 1 ? 1 + random() % 20 : 0;
        auto const patience = std::chrono::microseconds(random() % 200'000);
        if (kind < 3) { // whole ones and those that are left early, without a strand
            asio::co_spawn(pool, read_stream(by, how, &sums), [&](std::exception_ptr failure) {
                count_end(failure, sums);
                ended.count_down();
            });
            continue;
        }

        asio::any_io_executor const strand = asio::make_strand(pool);
        auto const reader = std::make_shared<impatient_caller>(strand);
        how.pace = "10"; // it is still going on when it is cancelled
        how.then = [reader, patience] { reader->wait_for(patience); };
        asio::post(strand, [&, reader, strand, how] {
            asio::co_spawn(
                strand,
                read_stream(by, how, &sums),
                asio::bind_cancellation_slot(
                    reader->signal.slot(),
                    [&, reader](std::exception_ptr failure) {
                        reader->timer.cancel();
                        count_end(failure, sums);
                        ended.count_down();
                    }
                )
            );
        });
    }
    ended.wait();
    pool.join();

    auto const books = by.statistics();
    std::cout << "streams read: " << sums.whole << ", left: " << sums.left
              << ", cancelled: " << sums.cancelled << ", connections: " << books.connections_opened
              << std::endl;
    BOOST_TEST(sums.failed == 0U);
    BOOST_TEST(sums.wrong == 0U);
    BOOST_TEST(sums.opened == streams); // and nobody read on before all were open
    BOOST_TEST(sums.cancelled > 0U);
    BOOST_TEST(sums.whole + sums.left + sums.cancelled == streams);
    BOOST_TEST(books.calls_running == 0U);
    BOOST_TEST(books.connections_leased == 0U);
    BOOST_TEST(books.connections_dialling == 0U);
}

BOOST_AUTO_TEST_CASE(responses_are_left_behind_by_four_threads)
{
    constexpr std::size_t streams = 120;
    emulator_thread far;
    client const by(far.options());
    tally sums;
    std::mt19937 random(20'260'102);
    asio::thread_pool pool(4);
    for (std::size_t i = 0; i != streams; ++i) {
        asio::co_spawn(
            pool,
            leave_behind(by, random() % 12, &sums),
            [&](std::exception_ptr failure) { count_end(failure, sums); }
        );
    }
    pool.join(); // with the tasks that cancel them

    auto const books = by.statistics();
    BOOST_TEST(sums.failed == 0U);
    BOOST_TEST(sums.wrong == 0U);
    BOOST_TEST(sums.left == streams);
    BOOST_TEST(books.responses_abandoned == streams);
    BOOST_TEST(books.responses_lost == 0U);
    BOOST_TEST(books.responses_cancelled + books.responses_finished == streams);
    BOOST_TEST(far.server.statistics().responses_cancelled == books.responses_cancelled);
    BOOST_TEST(books.calls_running == 0U);
    BOOST_TEST(books.connections_leased == 0U);
}

BOOST_AUTO_TEST_CASE(responses_that_a_shutdown_stops_are_cancelled_by_four_threads)
{
    constexpr std::size_t streams = 40;
    emulator_thread far;
    client const by(far.options());
    tally sums;
    asio::thread_pool pool(4);
    std::latch ended(streams);
    for (std::size_t i = 0; i != streams; ++i) {
        asio::co_spawn(pool, leave_behind(by, 10'000, &sums), [&](std::exception_ptr failure) {
            count_end(failure, sums);
            ended.count_down();
        });
    }
    while (sums.opened != streams)
        std::this_thread::yield();
    asio::io_context other;
    auto const stopped = run(other, by.shutdown(0ms));
    ended.wait();
    pool.join();
    auto const books = by.statistics();
    BOOST_TEST(stopped == streams);
    BOOST_TEST(sums.cancelled == streams);
    BOOST_TEST(books.responses_abandoned == streams);
    BOOST_TEST(books.responses_cancelled + books.responses_lost == streams);
    BOOST_TEST(far.server.statistics().responses_cancelled >= books.responses_cancelled);
    BOOST_TEST(books.calls_running == 0U);
}

BOOST_AUTO_TEST_CASE(streams_that_break_go_on_in_four_threads)
{
    constexpr std::size_t readers = 4;
    constexpr std::size_t each = 12;
    constexpr std::size_t streams = readers * each;
    emulator_thread far;
    auto options = far.options();
    options.retries.initial_backoff = 1ms;
    client const by(options);
    tally sums;
    asio::thread_pool pool(4);
    for (std::size_t i = 0; i != readers; ++i) {
        asio::co_spawn(pool, read_many_broken(by, each, &sums), [&](std::exception_ptr failure) {
            count_end(failure, sums);
        });
    }
    pool.join();

    auto const books = by.statistics();
    BOOST_TEST(sums.failed == 0U);
    BOOST_TEST(sums.wrong == 0U);
    BOOST_TEST(sums.opened == streams);
    BOOST_TEST(sums.whole + sums.left == streams);
    BOOST_TEST(sums.whole > 0U);
    BOOST_TEST(books.retries > streams);
    BOOST_TEST(books.responses_abandoned == sums.left);
    BOOST_TEST(books.responses_lost == 0U);
    BOOST_TEST(books.calls_running == 0U);
    BOOST_TEST(books.connections_leased == 0U);
}

BOOST_AUTO_TEST_CASE(responses_are_waited_for_by_four_threads)
{
    constexpr std::size_t calls = 80;
    emulator_thread far;
    client const by(far.options());
    tally sums;
    asio::thread_pool pool(4);
    for (std::size_t i = 0; i != calls; ++i) {
        asio::co_spawn(pool, create_and_wait(by, &sums), [&](std::exception_ptr failure) {
            count_end(failure, sums);
        });
    }
    pool.join();
    auto const books = by.statistics();
    BOOST_TEST(sums.failed == 0U);
    BOOST_TEST(sums.wrong == 0U);
    BOOST_TEST(sums.whole == calls);
    BOOST_TEST(books.responses_abandoned == 0U);
    BOOST_TEST(books.calls_running == 0U);
    BOOST_TEST(books.connections_leased == 0U);
}

BOOST_AUTO_TEST_CASE(calls_that_make_responses_are_cancelled_on_four_threads)
{
    constexpr std::size_t calls = 80;
    emulator_thread far;
    client const by(far.options());
    tally sums;
    std::mt19937 random(20'260'104);
    asio::thread_pool pool(4);
    for (std::size_t i = 0; i != calls; ++i) {
        asio::any_io_executor const strand = asio::make_strand(pool);
        auto const who = std::make_shared<impatient_caller>(strand);
        auto const patience = std::chrono::microseconds(random() % 30'000);
        asio::post(strand, [&, who, strand, patience] {
            asio::co_spawn(
                strand,
                create_slowly(by, &sums),
                asio::bind_cancellation_slot(
                    who->signal.slot(),
                    [&, who](std::exception_ptr failure) {
                        who->timer.cancel();
                        count_end(failure, sums);
                    }
                )
            );
            who->wait_for(patience);
        });
    }
    pool.join(); // with the tasks that cancel what they have made
    auto const books = by.statistics();
    std::cout << "responses cancelled while they were made or waited for: " << sums.cancelled
              << ", abandoned: " << books.responses_abandoned << std::endl;
    BOOST_TEST(sums.failed == 0U);
    BOOST_TEST(sums.cancelled == calls);
    BOOST_TEST(books.responses_lost == 0U);
    BOOST_TEST(books.responses_cancelled + books.responses_finished == books.responses_abandoned);
    BOOST_TEST(far.server.statistics().responses_cancelled == books.responses_cancelled);
    BOOST_TEST(books.calls_running == 0U);
    BOOST_TEST(books.connections_leased == 0U);
}

BOOST_AUTO_TEST_CASE(connections_are_opened_in_advance_by_four_threads)
{
    constexpr std::size_t callers = 10;
    emulator_thread far;
    auto options = far.options();
    options.pool.max_connections = 32;
    options.pool.max_idle = 32;
    client const by(options);
    tally sums;
    asio::thread_pool pool(4);
    for (std::size_t i = 0; i != callers; ++i) {
        asio::co_spawn(pool, warm(by, 8, &sums), [&](std::exception_ptr failure) {
            count_end(failure, sums);
        });
    }
    pool.join();
    auto const books = by.statistics();
    BOOST_TEST(sums.failed == 0U);
    BOOST_TEST(sums.whole == callers);
    BOOST_TEST(sums.opened >= 32U);
    BOOST_TEST(books.connections_idle <= 32U);
    BOOST_TEST(books.connections_leased == 0U);
    BOOST_TEST(books.calls_running == 0U);
}

BOOST_AUTO_TEST_CASE(few_connections_are_shared_by_four_threads)
{
    constexpr std::size_t calls = 400;
    emulator_thread far;
    auto options = far.options();
    options.pool.max_connections = 8;
    options.deadlines.pool_wait = 120s;
    client const by(options);
    tally sums;
    sums.expected = text_of_one(by);

    asio::thread_pool pool(4);
    for (std::size_t i = 0; i != calls; ++i) {
        asio::co_spawn(pool, read_stream(by, {}, &sums), [&](std::exception_ptr failure) {
            count_end(failure, sums);
        });
    }
    pool.join();
    BOOST_TEST(sums.whole == calls);
    BOOST_TEST(sums.wrong == 0U);
    // Not just 9, the last of the context in which the expected text was read: one is closed where
    // the rest of its stream is late, as on a machine that has much else to do.
    BOOST_TEST(far.server.statistics().connections_accepted <= calls / 10);
}

BOOST_AUTO_TEST_CASE(one_client_serves_several_event_loops)
{
    constexpr std::size_t loops = 4;
    constexpr std::size_t calls = 50;
    emulator_thread far;
    auto options = far.options();
    options.pool.max_connections = 12; // so that loops wait for each other
    options.deadlines.pool_wait = 120s;
    client const by(options);
    tally sums;
    sums.expected = text_of_one(by);

    std::vector<std::thread> threads;
    for (std::size_t i = 0; i != loops; ++i) {
        threads.emplace_back([&] {
            asio::io_context context(1);
            for (std::size_t call = 0; call != calls; ++call) {
                asio::co_spawn(
                    context,
                    read_stream(by, {}, &sums),
                    [&](std::exception_ptr failure) { count_end(failure, sums); }
                );
            }
            context.run();
        });
    }
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(sums.whole == loops * calls);
    BOOST_TEST(sums.wrong == 0U);
    BOOST_TEST(by.statistics().connections_idle == 0U); // they ended with their loops
}

BOOST_AUTO_TEST_CASE(shut_down_from_another_thread)
{
    constexpr std::size_t streams = 200;
    emulator_thread far;
    client const by(far.options());
    tally sums;
    sums.expected = text_of_one(by);

    asio::thread_pool pool(4);
    for (std::size_t i = 0; i != streams; ++i) {
        asio::co_spawn(pool, read_stream(by, {}, &sums), [&](std::exception_ptr failure) {
            count_end(failure, sums);
        });
    }
    asio::io_context other;
    auto const stopped = run(other, by.shutdown(5ms));
    pool.join();
    BOOST_TEST(sums.failed == 0U);
    BOOST_TEST(sums.wrong == 0U);
    BOOST_TEST(sums.whole + sums.cancelled == streams);
    BOOST_TEST(stopped <= streams);
    auto const books = by.statistics();
    BOOST_TEST(books.calls_running == 0U);
    BOOST_TEST(books.connections_leased + books.connections_idle == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
