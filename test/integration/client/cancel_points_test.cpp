// Every operation is cancelled at every point where it can be suspended, and whatever it had is
// given back.

#include "api/core.hpp"
#include "http/url.hpp"
#include "support/counting.hpp"
#include "support/fake_resolver.hpp"
#include "support/hicap_fixture.hpp"
#include "support/relay.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace hicap;
using namespace hicap::test;
using namespace std::chrono_literals;

namespace {

// What a service does with a client, from the first connection on.

asio::awaitable<void> create(client by)
{
    auto const request = hicap_fixture::ask("hello");
    auto const answer = co_await by.chat().completions().create(request);
    BOOST_TEST(!answer.choices.empty());
}

asio::awaitable<void> create_twice(client by)
{
    co_await create(by);
    co_await create(by);
}

asio::awaitable<void> create_with_retries(client by)
{
    auto const request = hicap_fixture::ask("hello");
    request_options options;
    options.extra_headers.emplace_back("x-emulator-status", "503");
    bool refused = false;
    try {
        co_await by.chat().completions().create(request, options);
    } catch (api_error const& failure) {
        refused = true;
        BOOST_TEST(failure.attempts().size() == 3U);
    }
    BOOST_TEST(refused);
}

asio::awaitable<void> read_stream(client by)
{
    auto const request = hicap_fixture::ask("hello");
    auto events = co_await by.chat().completions().stream(request);
    while (auto const* event = co_await events.next())
        BOOST_TEST(!event->id.empty());
}

asio::awaitable<void> read_paced_stream(client by)
{
    auto const request = hicap_fixture::ask("hello");
    request_options options;
    options.extra_headers.emplace_back("x-emulator-tokens-per-second", "2000");
    options.extra_headers.emplace_back("x-emulator-tokens", "5");
    auto events = co_await by.chat().completions().stream(request, options);
    bool more = true;
    while (more) {
        bool at_hand = false;
        while (!at_hand)
            at_hand = co_await events.ready(1ms);
        auto const* const event = co_await events.next();
        more = event != nullptr;
    }
}

asio::awaitable<void> leave_stream(client by)
{
    auto const request = hicap_fixture::ask("hello");
    auto events = co_await by.chat().completions().stream(request);
    auto const* const event = co_await events.next();
    BOOST_TEST(event != nullptr);
}

asio::awaitable<void> collect(client by)
{
    auto const request = hicap_fixture::ask("hello");
    auto events = co_await by.chat().completions().stream(request);
    auto const whole = co_await events.collect();
    BOOST_TEST(!whole.choices.empty());
}

asio::awaitable<void> prewarm(client by)
{
    auto const opened = co_await by.prewarm(3);
    BOOST_TEST(opened == 3U);
    co_await create(by);
}

asio::awaitable<void> wait_for_the_pool(client by)
{
    auto const request = hicap_fixture::ask("hello");
    auto first = co_await by.chat().completions().stream(request);
    auto const executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, create(by), [](std::exception_ptr) {});
    co_await first.collect();
    co_await create(by);
}

asio::awaitable<void> read_slow_stream(client by)
{
    auto const request = hicap_fixture::ask("hello");
    request_options options;
    options.extra_headers.emplace_back("x-emulator-tokens-per-second", "0.001");
    auto events = co_await by.chat().completions().stream(request, options);
    co_await events.collect();
}

asio::awaitable<void> shut_down(client by)
{
    auto const executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, read_slow_stream(by), [](std::exception_ptr) {});
    co_await create(by);
    co_await by.shutdown(1ms);
}

asio::awaitable<void> request_untyped(client by)
{
    raw_json const body(R"({"model":"m","messages":[{"role":"user","content":"hello"}]})");
    auto const answer = co_await by.request("POST", "/chat/completions", body);
    BOOST_TEST(!answer.text().empty());
}

/// 3,000 bytes that begin as a PNG does, in three pieces that come later.
struct slow_file
{
    asio::awaitable<std::size_t> operator()(asio::mutable_buffer into)
    {
        co_await asio::post(asio::use_awaitable);
        auto const size = std::min<std::size_t>({into.size(), left, 1000});
        left -= size;
        std::memset(into.data(), 'x', size);
        if (size >= signature.size() && std::exchange(is_new, false))
            std::memcpy(into.data(), signature.data(), signature.size());
        co_return size;
    }

    static constexpr std::string_view signature{
        "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0", 29};
    std::size_t left = 3000;
    bool is_new = true;
};

/// The image that a form brings, as a file would.
upload a_picture()
{
    auto const open = [] { return upload::reader(slow_file()); };
    return upload::source(open, 3000, "cat.png");
}

asio::awaitable<void> upload_image(client by)
{
    images::edit_form form;
    form.model = "gpt-image-1";
    form.prompt = "no hat";
    form.images.push_back(a_picture());
    auto const drawn = co_await by.images().edit(form);
    BOOST_TEST(drawn.data->size() == 1U);
}

asio::awaitable<void> stream_response(client by)
{
    responses::request request;
    request.model = "gpt-5";
    request.input = "hello";
    auto events = co_await by.responses().stream(request);
    while (auto const* event = co_await events.next())
        BOOST_TEST(event->index() != std::variant_npos);
}

images::generate_request a_cat()
{
    images::generate_request request;
    request.model = "gpt-image-1";
    request.prompt = "a cat";
    return request;
}

asio::awaitable<void> draw(client by)
{
    auto const request = a_cat();
    auto const drawn = co_await by.images().generate(request);
    BOOST_TEST(drawn.data->size() == 1U);
}

asio::awaitable<void> leave_image_stream(client by)
{
    auto request = a_cat();
    request.partial_images = 2;
    auto events = co_await by.images().stream_generate(request);
    auto const* const event = co_await events.next();
    BOOST_TEST(event != nullptr);
}

asio::awaitable<void> stream_an_edit(client by)
{
    images::edit_form form;
    form.model = "gpt-image-1";
    form.prompt = "no hat";
    form.partial_images = 1;
    form.images.push_back(a_picture());
    auto events = co_await by.images().stream_edit(form);
    auto const drawn = co_await events.collect();
    BOOST_TEST(drawn.data->size() == 1U);
}

asio::awaitable<void> draw_anew(client by)
{
    images::variation_form form;
    form.image = a_picture();
    auto const drawn = co_await by.images().create_variation(form);
    BOOST_TEST(drawn.data->size() == 1U);
}

asio::awaitable<void> list_messages(client by)
{
    auto request = hicap_fixture::ask("hello");
    request.store = true;
    auto const made = co_await by.chat().completions().create(request);
    auto const kept = co_await by.chat().completions().retrieve(made.id);
    BOOST_TEST(kept.id == made.id);
    auto messages = by.chat().completions().messages(made.id);
    std::size_t count = 0;
    while (auto const* message = co_await messages.next())
        count += message->id.empty() ? 0 : 1;
    BOOST_TEST(count != 0U);
}

asio::awaitable<void> keep_response(client by)
{
    responses::request request;
    request.model = "gpt-5";
    request.input = "hello";
    auto const made = co_await by.responses().create(request);
    auto const kept = co_await by.responses().retrieve(made.id);
    BOOST_TEST(kept.id == made.id);
    auto items = by.responses().input_items(made.id);
    auto const* const item = co_await items.next();
    BOOST_TEST(item != nullptr);
    auto const gone = co_await by.responses().remove(made.id);
    BOOST_TEST(gone.deleted);
}

asio::awaitable<void> read_text(client by)
{
    auto const request = hicap_fixture::ask("hello");
    auto events = co_await by.chat().completions().stream(request);
    auto words = events.text();
    std::size_t size = 0;
    bool more = true;
    while (more) {
        auto const piece = co_await words.next();
        more = piece.has_value();
        size += more ? piece->size() : 0;
    }
    BOOST_TEST(size != 0U);
}

asio::awaitable<void> open_session(client by)
{
    realtime::session_request const request;
    auto const session = co_await by.realtime().create_session(request);
    BOOST_TEST(session.http_status() == 200);
}

asio::awaitable<void> open_transcription_session(client by)
{
    realtime::transcription_session_request const request;
    auto const session = co_await by.realtime().create_transcription_session(request);
    BOOST_TEST(session.http_status() == 200);
}

asio::awaitable<std::string> give_key(credentials_request)
{
    co_await asio::post(asio::use_awaitable);
    std::string key = "sk-canary-of-tests";
    co_return key;
}

responses::request in_background()
{
    responses::request request;
    request.model = "gpt-5";
    request.input = "hello";
    request.background = true;
    return request;
}

request_options paced()
{
    request_options options;
    options.extra_headers.emplace_back("x-emulator-tokens-per-second", "2000");
    options.extra_headers.emplace_back("x-emulator-tokens", "3");
    return options;
}

asio::awaitable<void> leave_background_stream(client by)
{
    auto const request = in_background();
    auto const options = paced();
    auto events = co_await by.responses().stream(request, options);
    for (int i = 0; i != 3; ++i) {
        auto const* const event = co_await events.next();
        BOOST_TEST(event != nullptr);
    }
}

asio::awaitable<void> cancel_background_stream(client by)
{
    auto const request = in_background();
    auto const options = paced();
    auto events = co_await by.responses().stream(request, options);
    auto const outcome = co_await events.cancel();
    BOOST_TEST((outcome.result != responses::cancel_result::unreachable));
}

/// Each connection breaks after three events.
asio::awaitable<void> read_broken_stream(client by)
{
    auto const request = in_background();
    auto options = paced();
    options.extra_headers.emplace_back("x-emulator-events", "3");
    auto events = co_await by.responses().stream(request, options);
    auto const whole = co_await events.collect();
    BOOST_TEST((whole.status == responses::response_status::completed));
}

asio::awaitable<void> resume_stream(client by)
{
    auto const request = in_background();
    auto const options = paced();
    auto const made = co_await by.responses().create(request, options);
    auto events = co_await by.responses().resume(made.id, 1);
    auto const whole = co_await events.collect_or_throw();
    BOOST_TEST(!whole.text().empty());
}

asio::awaitable<void> wait(client by)
{
    auto const request = in_background();
    auto const options = paced();
    responses::wait_options often;
    often.first_pause = 1ms;
    auto const made = co_await by.responses().create(request, options);
    auto const whole = co_await by.responses().wait(made.id, often);
    BOOST_TEST(!whole.text().empty());
}

asio::awaitable<void> cancel_by_id(client by)
{
    auto const request = in_background();
    request_options options;
    options.extra_headers.emplace_back("x-emulator-tokens-per-second", "0.001");
    auto const made = co_await by.responses().create(request, options);
    auto const outcome = co_await by.responses().cancel(made.id);
    BOOST_TEST((outcome.status == responses::response_status::cancelled));
}

asio::awaitable<void> create_and_wait(client by)
{
    auto const request = in_background();
    auto const options = paced();
    responses::wait_options often;
    often.first_pause = 1ms;
    auto const whole = co_await by.responses().create_and_wait(request, often, options);
    BOOST_TEST(!whole.text().empty());
}

/// How the server is reached.
enum class route
{
    address,
    name, ///< which is looked up
    proxy,
    unix_socket
};

struct operation
{
    char const* name;
    asio::awaitable<void> (*run)(client);
    std::size_t max_connections = 10;
    bool ends_client = false;
    route by = route::address;
    bool asks_for_key = false; // a callback gives it
    bool has_company = false;  // whose handlers are counted with its own
};

constexpr operation operations[] = {
    {"create", create},
    {"create on a connection that is open", create_twice},
    {"create with retries", create_with_retries},
    {"stream to its end", read_stream},
    {"stream with heartbeats", read_paced_stream},
    {"stream destroyed before its end", leave_stream},
    {"collect", collect},
    {"prewarm", prewarm},
    {"wait for a connection", wait_for_the_pool, 1, false, route::address, false, true},
    {"shut down", shut_down, 10, true, route::address, false, true},
    {"create at a host that has a name", create, 10, false, route::name},
    {"create through a proxy", create, 10, false, route::proxy},
    {"create at a Unix socket", create, 10, false, route::unix_socket},
    {"create with a key that a callback gives", create, 10, false, route::address, true},
    {"a request without a type", request_untyped},
    {"an upload from a source", upload_image},
    {"an image", draw},
    {"stream of images destroyed before its end", leave_image_stream},
    {"what is stored of a completion, and its messages", list_messages},
    {"what is stored of a response, and its items", keep_response},
    {"the text of a stream", read_text},
    {"a stream of an edit from a source", stream_an_edit},
    {"a variation from a source", draw_anew},
    {"a realtime session", open_session},
    {"a realtime session that transcribes", open_transcription_session},
    {"stream of a response", stream_response},
    {"stream in the background destroyed before its end", leave_background_stream},
    {"stream in the background cancelled", cancel_background_stream},
    {"stream in the background over many connections", read_broken_stream},
    {"resume", resume_stream},
    {"wait", wait},
    {"cancel by an id", cancel_by_id},
    {"create and wait", create_and_wait},
};

/// How the cancellation comes.
enum class way
{
    slot_before, ///< by a slot, when the handler that resumes the coroutine is about to run
    slot_after,  ///< by a slot, when the coroutine has just been suspended
    either_side  ///< by `||`, whose other side ends
};

struct world : hicap_fixture
{
    world() { names.define("api.test", {"127.0.0.1"}); }

    client make(operation const& what)
    {
        auto chosen = options();
        if (what.asks_for_key) {
            chosen.api_key.clear();
            chosen.credentials = give_key;
        }
        chosen.pool.max_connections = what.max_connections;
        chosen.retries.max_retries = 2;
        chosen.retries.initial_backoff = 1ms;
        auto const where = http::parse_base_url(chosen.base_url).origin;
        net::dial_options dialling;
        dialling.host = what.by == route::name ? "api.test" : where.host;
        dialling.port = where.port;
        if (what.by == route::proxy)
            dialling.proxy = net::tunnel_options{"127.0.0.1", between.port(), {}};
        if (what.by == route::unix_socket)
            dialling.unix_socket = between.path();
        detail::surroundings around;
        around.time = std::make_shared<counting_clock>(live);
        around.dialer =
            std::make_shared<counting_dialer>(live, net::make_dialer(std::move(dialling)));
        return client(std::make_shared<detail::client_core>(chosen, std::move(around)));
    }

    fake_resolver names;
    relay between{server.port()};
    std::shared_ptr<live_objects> live = std::make_shared<live_objects>();
};

/// Complete when the timer is cancelled.
asio::awaitable<void> wait_for(asio::steady_timer* when)
{
    boost::system::error_code code;
    co_await when->async_wait(asio::redirect_error(asio::use_awaitable, code));
}

/// What an operation came to, and how many handlers had run by then.
struct ending
{
    bool whole = false;
    std::size_t handlers = 0;
};

asio::awaitable<void>
witnessed(asio::awaitable<void> what, handler_count const* count, ending* into)
{
    co_await std::move(what);
    into->whole = true;
    into->handlers = count->handlers;
}

/// Boost 1.81 lets an exception escape from a coroutine that is cancelled before it has run, so the
/// count begins when it has.
asio::awaitable<void> run_counted(asio::awaitable<void> what, handler_count* count)
{
    co_await asio::post(asio::use_awaitable);
    count->handlers = 0;
    co_await std::move(what);
}

asio::awaitable<void> run_either(asio::awaitable<void> what, asio::steady_timer* stop)
{
    using namespace asio::experimental::awaitable_operators;
    co_await (std::move(what) || wait_for(stop));
}

constexpr std::size_t never = std::size_t{1} << 32;

struct result
{
    std::size_t handlers = 0;
    std::size_t leaks = 0;
};

/// Runs the operation, cancels it at its n-th handler (0: never), and looks what is left.
result run(world& in, operation const& what, way how, std::size_t at)
{
    handler_count count;
    count.handlers = never; // until it has begun to run
    asio::cancellation_signal signal;
    asio::steady_timer stop(in.context, asio::steady_timer::time_point::max());
    auto const cancel = [&](std::size_t number) {
        if (number != at)
            return;
        if (how == way::either_side)
            stop.expires_at(asio::steady_timer::time_point::min()); // also where it waits later
        else
            signal.emit(asio::cancellation_type::terminal);
    };
    if (how == way::slot_after)
        count.after = cancel;
    else
        count.before = cancel;

    result found;
    {
        auto by = in.make(what);
        bool done = false;
        std::exception_ptr failure;
        ending end;
        auto operation = witnessed(what.run(by), &count, &end);
        if (how == way::either_side)
            operation = run_either(std::move(operation), &stop);
        operation = run_counted(std::move(operation), &count);
        counting_executor const executor(in.context.get_executor(), &count);
        asio::any_io_executor const erased(executor);
        asio::co_spawn(
            erased,
            std::move(operation),
            asio::bind_cancellation_slot(
                signal.slot(),
                [&](std::exception_ptr thrown) {
                    done = true;
                    failure = std::move(thrown);
                }
            )
        );
        while (!done)
            in.context.run_one();
        found.handlers = count.handlers;
        // What has ended well all the same was about to end when the cancellation came: its result
        // was on its way, or, where another coroutine has to run first, the cancellation was.
        std::size_t const on_its_way = how == way::either_side ? 6 : 1;
        if (at != 0 && end.whole && !what.has_company)
            BOOST_TEST(end.handlers <= at + on_its_way, "swallowed a cancellation at " << at);
        try {
            if (failure)
                std::rethrow_exception(failure);
        } catch (boost::system::system_error const& thrown) {
            BOOST_TEST((thrown.code() == condition::cancelled), thrown.what());
            BOOST_TEST(at != 0U);
        }
        if (what.ends_client)
            in.run(by.shutdown(1ms));
        while (by.statistics().calls_running != 0) // what goes on in the background
            in.context.run_one();

        // What was cancelled stands in nobody's way.
        if (!what.ends_client)
            BOOST_CHECK_NO_THROW(in.run(create(by)));
        auto const books = by.statistics();
        found.leaks += books.calls_running + books.connections_leased + books.connections_dialling +
                       books.calls_waiting;
    }
    in.settle();
    found.leaks += in.live->sockets + in.live->timers;
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cancel_points)

BOOST_AUTO_TEST_CASE(nothing_is_left_of_what_is_cancelled_wherever_it_is)
{
    world in;
    std::size_t points = 0;
    std::size_t leaks = 0;
    for (auto const& what : operations) {
        for (auto const how : {way::slot_before, way::slot_after, way::either_side}) {
            BOOST_TEST_CONTEXT(what.name << ", way " << static_cast<int>(how))
            {
                auto const whole = run(in, what, how, 0);
                leaks += whole.leaks;
                // A run may take more handlers than another, so on until one is not reached.
                for (std::size_t at = 1;; ++at) {
                    auto const cut = run(in, what, how, at);
                    if (cut.leaks != 0)
                        BOOST_TEST(cut.leaks == 0U, "leaks at handler " << at);
                    leaks += cut.leaks;
                    if (cut.handlers < at)
                        break;
                    ++points;
                }
            }
        }
    }
    std::cout << "cancellation points: " << points << ", leaks: " << leaks << std::endl;
    BOOST_TEST(points > 200U);
    BOOST_TEST(leaks == 0U);
}

BOOST_AUTO_TEST_CASE(the_event_loop_may_end_wherever_an_operation_is)
{
    std::size_t points = 0;
    for (auto const& what : operations) {
        for (bool const client_first : {true, false}) {
            bool reached = true;
            for (std::size_t at = 1; reached; ++at) {
                BOOST_TEST_CONTEXT(what.name << ", handler " << at)
                {
                    auto in = std::make_unique<world>();
                    auto const live = in->live;
                    auto by = std::make_unique<client>(in->make(what));
                    handler_count count;
                    count.handlers = never;
                    reached = false;
                    bool done = false;
                    count.before = [&](std::size_t number) { reached = reached || number == at; };
                    auto operation = run_counted(what.run(*by), &count);
                    counting_executor const executor(in->context.get_executor(), &count);
                    asio::any_io_executor const erased(executor);
                    asio::co_spawn(erased, std::move(operation), [&](std::exception_ptr) {
                        done = true;
                    });
                    while (!done && !reached)
                        in->context.run_one();
                    if (client_first)
                        by.reset();
                    in.reset();
                    by.reset();
                    BOOST_TEST(live->sockets == 0U);
                    BOOST_TEST(live->timers == 0U);
                    points += reached ? 1 : 0;
                }
            }
        }
    }
    std::cout << "points where the event loop ended: " << points << std::endl;
    BOOST_TEST(points > 150U);
}

BOOST_AUTO_TEST_SUITE_END()
