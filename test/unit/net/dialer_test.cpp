#include "net/dialer.hpp"
#include "support/fake_resolver.hpp"
#include "support/run.hpp"
#include "support/started.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_call.hpp"

#include <hicap/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using local = asio::local::stream_protocol;

/// Listens on a port of the system's choice.
struct listener
{
    explicit listener(asio::io_context& context, char const* address = "127.0.0.1", int port = 0)
        : acceptor(context)
    {
        tcp::endpoint const where(
            asio::ip::make_address(address), static_cast<std::uint16_t>(port)
        );
        acceptor.open(where.protocol());
        acceptor.bind(where);
        acceptor.listen();
        acceptor.non_blocking(true);
    }

    [[nodiscard]] std::string port() const
    {
        return std::to_string(acceptor.local_endpoint().port());
    }

    /// Whether a connection has come; then it is closed.
    bool was_reached()
    {
        boost::system::error_code code;
        tcp::socket const reached = acceptor.accept(code);
        return !code;
    }

    tcp::acceptor acceptor;
};

/// Listens on a port whose queue is full, so that connecting takes forever.
struct silent_listener
{
    explicit silent_listener(asio::io_context& context) : acceptor(context)
    {
        acceptor.open(tcp::v4());
        acceptor.bind({asio::ip::address_v4::loopback(), 0});
        acceptor.listen(0);
        for (int i = 0; i != 4; ++i) { // only the first is sure to have room
            auto& one = fills.emplace_back(context);
            one.async_connect(acceptor.local_endpoint(), [](boost::system::error_code) {});
        }
    }

    [[nodiscard]] int port() const { return acceptor.local_endpoint().port(); }

    tcp::acceptor acceptor;
    std::deque<tcp::socket> fills;
};

/// A port on which nobody listens: it is bound, so that nobody else gets it.
struct closed_port
{
    explicit closed_port(asio::io_context& context) : bound(context)
    {
        bound.open(tcp::v4());
        bound.bind({asio::ip::address_v4::loopback(), 0});
    }

    [[nodiscard]] std::string port() const { return std::to_string(bound.local_endpoint().port()); }

    tcp::socket bound;
};

/// Listens on a Unix socket whose queue is full.
struct full_queue
{
    explicit full_queue(asio::io_context& context) : acceptor(context)
    {
        local::endpoint const where(path);
        acceptor.open();
        acceptor.bind(where);
        acceptor.listen(0);
        for (bool room = true; room;) {
            auto& one = fills.emplace_back(context, local());
            one.native_non_blocking(true);
            room = ::connect(one.native_handle(), where.data(), socklen_t(where.size())) == 0;
        }
        fills.pop_back();
        acceptor.non_blocking(true);
    }

    /// Makes room.
    void take_all()
    {
        for (auto const& one : fills) {
            static_cast<void>(one);
            acceptor.accept().close();
        }
    }

    [[nodiscard]] net::dial_options options() const
    {
        net::dial_options made;
        made.unix_socket = path;
        return made;
    }

    temporary_folder folder;
    std::string path = (folder / "api.sock").string();
    local::acceptor acceptor;
    std::deque<local::socket> fills;
};

struct dialer_fixture
{
    [[nodiscard]] auto dial(net::dial_options options)
    {
        last = net::make_dialer(std::move(options));
        return started<std::unique_ptr<net::socket>>(context, last->dial(&with.on));
    }

    [[nodiscard]] auto dial(std::string host, std::string port)
    {
        net::dial_options options;
        options.host = std::move(host);
        options.port = std::move(port);
        return dial(std::move(options));
    }

    asio::io_context far_context{1};
    asio::io_context context{1};
    test_call with;
    fake_resolver system;
    std::shared_ptr<net::dialer> last;
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// The descriptor of this process that is connected to a port.
int descriptor_to(std::string const& port)
{
    for (int fd = 0; fd != 1024; ++fd) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && std::to_string(ntohs(peer.sin_port)) == port)
            return fd;
    }
    return -1;
}

int number_of(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    BOOST_TEST(::getsockopt(fd, level, name, &value, &size) == 0);
    return value;
}

/// Dials and waits for the connection once, so that it has a timer, too.
asio::awaitable<std::unique_ptr<net::socket>>
use_once(std::shared_ptr<net::dialer> by, net::call* on)
{
    auto link = co_await by->dial(on);
    auto const deadline = on->time().now() + 1h;
    bool const ready = co_await link->ready(net::interest::write, deadline);
    BOOST_TEST(ready);
    link->rest();
    co_return link;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(net_dialer, dialer_fixture)

BOOST_AUTO_TEST_CASE(an_address_is_connected_to)
{
    listener far(far_context);
    auto dials = dial("127.0.0.1", far.port());
    dials.finish();
    auto const link = std::move(dials.get());
    BOOST_TEST((link->send("hello", 5).what == net::socket::status::done));
    far.acceptor.non_blocking(false);
    auto reached = far.acceptor.accept();
    char data[5];
    asio::read(reached, asio::buffer(data));
    BOOST_TEST(std::string(data, 5) == "hello");
    BOOST_TEST((with.on.made.times.connect == 0us));
    BOOST_TEST(!with.on.made.times.resolve.has_value());
    BOOST_TEST(with.clock->pending() == 0u);
    context.restart();
    context.run(); // returns: nothing is left
}

BOOST_AUTO_TEST_CASE(a_program_that_is_executed_does_not_get_a_connection)
{
    listener const far(far_context);
    auto dials = dial("127.0.0.1", far.port());
    dials.finish();
    BOOST_TEST((dials.get() != nullptr));
    auto const fd = descriptor_to(far.port());
    BOOST_TEST_REQUIRE(fd >= 0);
    BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(a_socket_that_cannot_be_opened_fails_the_call)
{
    listener const far(far_context);
    rlimit before{};
    BOOST_TEST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    auto dials_before = dial("127.0.0.1", far.port()); // has opened what the context needs
    dials_before.finish();
    // What it does under the limit UBSan must have seen before: to look at a type it opens files.
    show(std::make_exception_ptr(error(errc::invalid_argument, "the types are known")));
    rlimit none = before;
    none.rlim_cur = 0;
    BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    auto dials = dial("127.0.0.1", far.port());
    dials.finish();
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST((dials.code() == asio::error::no_descriptors));
    BOOST_TEST(contains(dials.what(), "cannot connect to 127.0.0.1 port "), dials.what());
}

BOOST_AUTO_TEST_CASE(a_connection_keeps_no_loop_running_whose_executor_counts_as_work)
{
    listener const far(far_context);
    net::dial_options options;
    options.host = "127.0.0.1";
    options.port = far.port();
    last = net::make_dialer(std::move(options));
    for (auto const& time : {net::system_clock(), std::shared_ptr<net::clock>(with.clock)}) {
        net::call on(time, {}, net::clock::time_point::max(), with.operation);
        std::unique_ptr<net::socket> kept;
        auto const keep = [&](std::exception_ptr, std::unique_ptr<net::socket> opened) {
            kept = std::move(opened);
        };
        asio::co_spawn(
            asio::require(context.get_executor(), asio::execution::outstanding_work.tracked),
            use_once(last, &on),
            keep
        );
        context.restart();
        context.run(); // returns
        BOOST_TEST((kept != nullptr));
    }
}

BOOST_AUTO_TEST_CASE(a_name_is_looked_up_and_connected_to)
{
    listener far(far_context);
    system.define("api.test", {"127.0.0.1"});
    auto dials = dial("api.test", far.port());
    dials.finish();
    BOOST_TEST((dials.get() != nullptr));
    BOOST_TEST(with.on.made.times.resolve.has_value());
    BOOST_TEST(with.on.made.times.connect.has_value());
}

BOOST_AUTO_TEST_CASE(a_refusal_tells_where_and_keeps_its_code)
{
    closed_port const nobody(far_context);
    auto dials = dial("127.0.0.1", nobody.port());
    dials.finish();
    BOOST_TEST((dials.code() == asio::error::connection_refused));
    BOOST_TEST((dials.code() == condition::connection));
    BOOST_TEST(
        contains(
            dials.what(),
            "cannot connect to 127.0.0.1 port " + nobody.port() +
                " (is the server running, and is its address right?): "
        ),
        dials.what()
    );
}

BOOST_AUTO_TEST_CASE(an_address_that_fails_gives_way_to_the_next_at_once)
{
    listener far(far_context, "127.0.0.2");
    system.define("api.test", {"::1", "127.0.0.1", "127.0.0.2"}); // it listens on the last alone
    auto dials = dial("api.test", far.port());
    dials.finish(); // while the clock stands still
    BOOST_TEST(dials.code().message() == boost::system::error_code().message());
    BOOST_TEST(far.was_reached());
}

BOOST_AUTO_TEST_CASE(a_host_that_cannot_be_reached_is_looked_up_again)
{
    listener const far(far_context, "127.0.0.2");
    system.define("api.test", {"127.0.0.1"}); // where it does not listen
    auto moved = dial("api.test", far.port());
    moved.finish();
    BOOST_TEST((moved.code() == asio::error::connection_refused));
    system.define("api.test", {"127.0.0.2"});
    for (unsigned const lookups : {2u, 2u}) {
        auto dials = started<std::unique_ptr<net::socket>>(context, last->dial(&with.on));
        dials.finish();
        BOOST_TEST((dials.get() != nullptr));
        BOOST_TEST(system.lookups() == lookups); // one that has served is used again
    }
}

BOOST_AUTO_TEST_CASE(when_all_addresses_fail_the_first_says_why)
{
    closed_port const nobody(far_context);
    system.define("api.test", {"127.0.0.1", "127.0.0.3"});
    auto dials = dial("api.test", nobody.port());
    dials.finish();
    BOOST_TEST((dials.code() == asio::error::connection_refused));
    BOOST_TEST(
        contains(dials.what(), "cannot connect to api.test port " + nobody.port()), dials.what()
    );
}

BOOST_AUTO_TEST_CASE(an_address_that_does_not_answer_gets_a_head_start_and_no_more)
{
    std::optional<silent_listener> slow;
    std::optional<listener> free;
    while (!free) { // another process may have that port at the other address
        slow.emplace(far_context);
        try {
            free.emplace(far_context, "127.0.0.2", slow->port());
        } catch (boost::system::system_error const& thrown) {
            BOOST_TEST_REQUIRE((thrown.code() == asio::error::address_in_use));
        }
    }
    auto& fast = *free;
    system.define("api.test", {"127.0.0.1", "127.0.0.2"});
    auto dials = dial("api.test", fast.port());
    auto const start = with.clock->now();
    while (with.clock->next() != start + 250ms)
        context.run_one();
    BOOST_TEST(!fast.was_reached());
    with.clock->advance(250ms);
    dials.finish();
    BOOST_TEST((dials.get() != nullptr));
    BOOST_TEST(fast.was_reached());
    BOOST_TEST((with.on.made.times.connect == 250ms));
    dials.poll();
    context.restart();
    context.run(); // returns: the other address is not waited for
}

BOOST_AUTO_TEST_CASE(a_connect_ends_at_its_deadline)
{
    silent_listener const slow(far_context);
    auto dials = dial("127.0.0.1", std::to_string(slow.port()));
    with.clock->advance(5s - 1ns);
    dials.poll();
    BOOST_TEST(!dials.done());
    with.clock->advance(1ns);
    dials.poll();
    BOOST_TEST_REQUIRE(dials.done());
    BOOST_TEST((dials.code() == errc::connect_timeout));
    BOOST_TEST(contains(dials.what(), "connecting to 127.0.0.1 port "), dials.what());
    BOOST_TEST((with.on.made.times.connect == 5s));
    context.restart();
    context.run(); // returns
}

BOOST_AUTO_TEST_CASE(a_connect_that_is_cancelled_or_stopped_leaves_nothing_behind)
{
    silent_listener const slow(far_context);
    for (bool const by_stop : {false, true}) {
        auto dials = dial("127.0.0.1", std::to_string(slow.port()));
        BOOST_TEST(!dials.done());
        if (by_stop)
            with.operation->stop();
        else
            dials.cancel();
        dials.poll();
        BOOST_TEST_REQUIRE(dials.done());
        if (by_stop)
            BOOST_TEST((dials.code() == errc::client_shut_down));
        else
            BOOST_TEST((dials.code() == asio::error::operation_aborted));
        BOOST_TEST(with.clock->pending() == 0u);
        context.restart();
        context.run(); // returns
    }
}

BOOST_AUTO_TEST_CASE(a_connect_may_be_stopped_by_another_thread)
{
    silent_listener const slow(far_context);
    auto dials = dial("127.0.0.1", std::to_string(slow.port()));
    std::thread other([this] { with.operation->stop(); });
    dials.finish();
    other.join();
    BOOST_TEST((dials.code() == errc::client_shut_down));
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_connected_to_in_place_of_the_host)
{
    temporary_folder const folder;
    auto const path = (folder / "api.sock").string();
    local::acceptor acceptor(far_context, local::endpoint(path));
    net::dial_options options;
    options.host = "nobody.test";
    options.port = "443";
    options.unix_socket = path;
    auto dials = dial(std::move(options));
    dials.finish();
    auto const link = std::move(dials.get());
    BOOST_TEST((link->send("hello", 5).what == net::socket::status::done));
    auto reached = acceptor.accept();
    char data[5];
    asio::read(reached, asio::buffer(data));
    BOOST_TEST(std::string(data, 5) == "hello");
    BOOST_TEST(system.lookups() == 0u);
    BOOST_TEST(with.on.made.times.connect.has_value());
}

BOOST_AUTO_TEST_CASE(a_unix_socket_that_is_not_there_is_named)
{
    temporary_folder const folder;
    net::dial_options options;
    options.unix_socket = (folder / "missing.sock").string();
    auto dials = dial(std::move(options));
    dials.finish();
    BOOST_TEST((dials.code() == boost::system::errc::no_such_file_or_directory));
    BOOST_TEST(contains(dials.what(), "cannot connect to the Unix socket \""), dials.what());
    BOOST_TEST(contains(dials.what(), "missing.sock\""), dials.what());
}

BOOST_AUTO_TEST_CASE(a_path_that_is_too_long_for_a_unix_socket_is_refused_before_any_call)
{
    net::dial_options too_long;
    too_long.unix_socket = '/' + std::string(200, 'x');
    auto const make = [&] { return net::make_dialer(std::move(too_long)); };
    BOOST_CHECK_EXCEPTION(make(), error, [](error const& thrown) {
        return thrown.code() == errc::invalid_argument &&
               contains(thrown.what(), "client_options::unix_socket has 201 bytes");
    });
    net::dial_options just_fits;
    just_fits.unix_socket = '/' + std::string(sizeof(sockaddr_un::sun_path) - 2, 'x');
    auto dials = dial(std::move(just_fits));
    dials.finish();
    BOOST_TEST((dials.code() == boost::system::errc::no_such_file_or_directory));
}

#ifdef __linux__
BOOST_AUTO_TEST_CASE(a_unix_socket_whose_queue_is_full_is_tried_again)
{
    full_queue far(far_context);
    auto const start = with.clock->now();
    auto dials = dial(far.options());
    for (auto const pause : {10ms, 20ms}) {
        while (!dials.done() && with.clock->next() != start + pause)
            context.run_one();
        BOOST_TEST_REQUIRE(!dials.done());
        if (pause == 20ms)
            far.take_all();
        with.clock->advance(10ms);
    }
    dials.finish();
    auto const link = std::move(dials.get());
    BOOST_TEST((link->send("hello", 5).what == net::socket::status::done));
    far.acceptor.non_blocking(false);
    auto reached = far.acceptor.accept();
    char data[5];
    asio::read(reached, asio::buffer(data));
    BOOST_TEST(std::string(data, 5) == "hello");
    BOOST_TEST((with.on.made.times.connect == 20ms));
    BOOST_TEST(with.clock->pending() == 0u);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_whose_queue_stays_full_is_tried_until_the_deadline)
{
    full_queue const far(far_context);
    auto dials = dial(far.options());
    while (!dials.done() && with.clock->advance_to_next())
        dials.poll();
    BOOST_TEST_REQUIRE(dials.done());
    BOOST_TEST((dials.code() == errc::connect_timeout));
    BOOST_TEST(contains(dials.what(), "connecting to the Unix socket \""), dials.what());
    BOOST_TEST((with.on.made.times.connect == 5s));
}

BOOST_AUTO_TEST_CASE(a_connect_to_a_full_queue_may_be_cancelled_or_stopped)
{
    full_queue const far(far_context);
    for (bool const by_stop : {false, true}) {
        auto const start = with.clock->now();
        auto dials = dial(far.options());
        while (!dials.done() && with.clock->next() != start + 10ms)
            context.run_one();
        if (by_stop)
            with.operation->stop();
        else
            dials.cancel();
        dials.poll();
        BOOST_TEST_REQUIRE(dials.done());
        if (by_stop)
            BOOST_TEST((dials.code() == errc::client_shut_down));
        else
            BOOST_TEST((dials.code() == asio::error::operation_aborted));
        BOOST_TEST(with.clock->pending() == 0u);
    }
}

BOOST_AUTO_TEST_CASE(the_system_is_told_to_watch_the_connection)
{
    listener const far(far_context);
    net::dial_options options;
    options.host = "127.0.0.1";
    options.port = far.port();
    options.tcp.keep_alive_idle = 31s;
    options.tcp.keep_alive_interval = 11s;
    options.tcp.keep_alive_probes = 4;
    options.tcp.user_timeout = 61s;
    auto dials = dial(std::move(options));
    dials.finish();
    auto const link = std::move(dials.get());
    auto const fd = descriptor_to(far.port());
    BOOST_TEST_REQUIRE(fd >= 0);
    BOOST_TEST(number_of(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
    BOOST_TEST(number_of(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
    BOOST_TEST(number_of(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 31);
    BOOST_TEST(number_of(fd, IPPROTO_TCP, TCP_KEEPINTVL) == 11);
    BOOST_TEST(number_of(fd, IPPROTO_TCP, TCP_KEEPCNT) == 4);
    BOOST_TEST(number_of(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) == 61'000);
}

BOOST_AUTO_TEST_CASE(what_is_turned_off_is_left_to_the_system)
{
    listener const far(far_context);
    net::dial_options options;
    options.host = "127.0.0.1";
    options.port = far.port();
    options.tcp.keep_alive = false;
    options.tcp.user_timeout = 0ms;
    auto dials = dial(std::move(options));
    dials.finish();
    auto const link = std::move(dials.get());
    auto const fd = descriptor_to(far.port());
    BOOST_TEST_REQUIRE(fd >= 0);
    BOOST_TEST(number_of(fd, SOL_SOCKET, SO_KEEPALIVE) == 0);
    BOOST_TEST(number_of(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);
}
#endif

BOOST_AUTO_TEST_CASE(a_proxy_is_asked_for_a_tunnel_to_the_host)
{
    struct row
    {
        char const* host;
        std::string_view target;
    };

    constexpr row rows[] = {{"api.test", "api.test:443"}, {"2001:db8::1", "[2001:db8::1]:443"}};
    for (auto const& one : rows) {
        with.on.made = {};
        listener proxy(far_context);
        system.define("proxy.test", {"127.0.0.1"});
        net::dial_options options;
        options.host = one.host;
        options.port = "443";
        options.proxy.emplace();
        options.proxy->host = "proxy.test";
        options.proxy->port = proxy.port();
        options.proxy->authorization = secret_string("Basic dTpw");
        auto dials = dial(std::move(options));
        while (!with.on.made.times.resolve)
            context.run_one();
        dials.poll(); // connects: on this machine that takes no wait
        proxy.acceptor.non_blocking(false);
        auto reached = proxy.acceptor.accept();
        std::string asked;
        dials.poll();
        asio::read_until(reached, asio::dynamic_buffer(asked), "\r\n\r\n");
        BOOST_TEST(asked.starts_with("CONNECT " + std::string(one.target) + " HTTP/1.1\r\n"));
        BOOST_TEST(contains(asked, "\r\nProxy-Authorization: Basic dTpw\r\n"));
        BOOST_TEST(!dials.done());
        asio::write(reached, asio::buffer(std::string("HTTP/1.1 200 OK\r\n\r\n")));
        dials.finish();
        auto const link = std::move(dials.get());
        link->send("hello", 5);
        char data[5];
        asio::read(reached, asio::buffer(data));
        BOOST_TEST(std::string(data, 5) == "hello");
    }
}

BOOST_AUTO_TEST_CASE(a_proxy_that_is_not_there_is_named)
{
    closed_port const nobody(far_context);
    net::dial_options options;
    options.host = "api.test";
    options.port = "443";
    options.proxy.emplace();
    options.proxy->host = "127.0.0.1";
    options.proxy->port = nobody.port();
    auto dials = dial(std::move(options));
    dials.finish();
    BOOST_TEST((dials.code() == asio::error::connection_refused));
    BOOST_TEST(contains(dials.what(), "the proxy 127.0.0.1 port "), dials.what());
}

BOOST_AUTO_TEST_CASE(a_proxy_whose_name_nobody_knows_is_named)
{
    net::dial_options options;
    options.host = "api.test";
    options.port = "443";
    options.proxy.emplace();
    options.proxy->host = "proxy.test";
    options.proxy->port = "3128";
    auto dials = dial(std::move(options));
    dials.finish();
    BOOST_TEST((dials.code() == asio::error::host_not_found));
    BOOST_TEST(
        contains(dials.what(), "cannot resolve the proxy's host name \"proxy.test\""), dials.what()
    );
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
