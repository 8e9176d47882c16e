#include "support/security.hpp"

#include <hicap/error.hpp>
#include <hicap/log_observer.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <limits>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;

constexpr log_level all_levels[] = {log_level::error, log_level::info, log_level::debug};

call_identity a_call()
{
    call_identity call;
    call.number = 12;
    call.method = "POST";
    call.path = "/chat/completions";
    return call;
}

attempt_event an_attempt()
{
    attempt_event event;
    event.call = a_call();
    event.number = 2;
    event.since_begin = 40ms;
    return event;
}

connection_event a_connection()
{
    connection_event event;
    event.call = a_call();
    event.attempt = 2;
    event.times.resolve = 3ms;
    event.times.connect = 12ms;
    event.times.tls = 40ms;
    event.since_begin = 55ms;
    return event;
}

first_byte_event a_first_byte()
{
    first_byte_event event;
    event.call = a_call();
    event.attempt = 2;
    event.status = 200;
    event.request_id = "req_1";
    event.since_begin = 910ms;
    return event;
}

first_event_event a_first_event()
{
    first_event_event event;
    event.call = a_call();
    event.since_begin = 950ms;
    return event;
}

retry_event a_retry()
{
    retry_event event;
    event.call = a_call();
    event.number = 1;
    event.failed.status = 429;
    event.failed.code = errc::rate_limited;
    event.failed.request_id = "req_0";
    event.failed.times.pool_wait = 15us;
    event.failed.times.first_byte = 300ms;
    event.failed.backoff = 500ms;
    event.since_begin = 301ms;
    return event;
}

end_event an_end(call_end how)
{
    end_event event;
    event.call = a_call();
    event.how = how;
    event.status = 200;
    event.request_id = "req_1";
    event.attempts = 1;
    event.events = 57;
    event.since_begin = 1204ms;
    return event;
}

/// Keeps the lines, each behind the level that it came with.
struct memory
{
    log_sink sink()
    {
        return [this](log_level level, std::string_view line) {
            static constexpr char const* names[] = {"error", "info", "debug"};
            lines.push_back(names[static_cast<int>(level)] + (": " + std::string(line)));
        };
    }

    strings lines;
};

/// The line of one event at the level `debug`, without the part that names the call.
template <class Event>
std::string line_of(void (observer::*hook)(Event const&) noexcept, Event const& event)
{
    std::string line;
    auto const log = make_log_observer(log_level::debug, [&line](log_level, std::string_view text) {
        line = text;
    });
    (*log.*hook)(event);
    std::string_view const prefix = "hicap call 12 POST /chat/completions ";
    BOOST_TEST_REQUIRE(line.starts_with(prefix));
    return line.substr(prefix.size());
}

std::string end_not_retried(std::string_view why)
{
    auto event = an_end(call_end::failed);
    event.code = errc::server_error;
    event.not_retried = why;
    return line_of(&observer::on_end, event);
}

std::string end_with_request_id(std::string_view id)
{
    auto event = an_end(call_end::completed);
    event.request_id = id;
    return line_of(&observer::on_end, event);
}

void tell_all(observer& log)
{
    log.on_attempt(an_attempt());
    log.on_connection(a_connection());
    log.on_first_byte(a_first_byte());
    log.on_retry(a_retry());
    log.on_first_event(a_first_event());
    for (auto const how :
         {call_end::completed, call_end::failed, call_end::cancelled, call_end::abandoned})
        log.on_end(an_end(how));
}

strings lines_at(log_level level)
{
    memory kept;
    tell_all(*make_log_observer(level, kept.sink()));
    return kept.lines;
}

/// Sends what goes to stderr to another file as long as it lives.
class redirected_stderr
{
public:
    explicit redirected_stderr(int to) : saved_(::dup(STDERR_FILENO))
    {
        BOOST_TEST_REQUIRE(saved_ != -1);
        BOOST_TEST_REQUIRE(::dup2(to, STDERR_FILENO) != -1);
    }

    redirected_stderr(redirected_stderr const&) = delete;
    redirected_stderr& operator=(redirected_stderr const&) = delete;

    ~redirected_stderr()
    {
        ::dup2(saved_, STDERR_FILENO);
        ::close(saved_);
    }

private:
    int saved_;
};

/// Each write to one end arrives in one piece at the other.
struct datagrams
{
    datagrams()
    {
        BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
        // What does not fit is lost, and missed, where it would wait for a reader.
        BOOST_TEST_REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    }

    datagrams(datagrams const&) = delete;
    datagrams& operator=(datagrams const&) = delete;

    ~datagrams()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }

    /// What has been written and not received; absent where there is nothing.
    [[nodiscard]] std::optional<std::string> receive() const
    {
        char text[4096];
        auto const size = ::recv(ends[1], text, sizeof text, MSG_DONTWAIT);
        if (size < 0)
            return std::nullopt;
        return std::string(text, static_cast<std::size_t>(size));
    }

    int ends[2] = {-1, -1};
};

/// What is written to stderr while `what` runs, a string for each write.
template <class Action>
strings writes_of(Action what)
{
    datagrams const channel;
    {
        redirected_stderr const here(channel.ends[0]);
        what();
    }
    strings all;
    while (auto piece = channel.receive())
        all.push_back(std::move(*piece));
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_log_observer)

BOOST_AUTO_TEST_CASE(error_tells_of_calls_that_failed)
{
    strings const expected{
        "error: hicap call 12 POST /chat/completions ended failed status=200 attempts=1 events=57 "
        "request_id=req_1 took=1.204s"};
    BOOST_TEST(lines_at(log_level::error) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(info_tells_of_retries_and_how_calls_end)
{
    strings const expected{
        "info: hicap call 12 POST /chat/completions attempt 1 failed status=429 error=hicap:7 "
        "message=\"too many requests\" reused=no pool_wait=15us first_byte=300ms request_id=req_0 "
        "backoff=500ms at=301ms",
        "info: hicap call 12 POST /chat/completions ended completed status=200 attempts=1 "
        "events=57 request_id=req_1 took=1.204s",
        "error: hicap call 12 POST /chat/completions ended failed status=200 attempts=1 events=57 "
        "request_id=req_1 took=1.204s",
        "info: hicap call 12 POST /chat/completions ended cancelled status=200 attempts=1 "
        "events=57 request_id=req_1 took=1.204s",
        "info: hicap call 12 POST /chat/completions ended abandoned status=200 attempts=1 "
        "events=57 request_id=req_1 took=1.204s"};
    BOOST_TEST(lines_at(log_level::info) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(debug_tells_all)
{
    auto lines = lines_at(log_level::debug);
    BOOST_TEST_REQUIRE(lines.size() == 9U);
    strings const not_in_info{
        "debug: hicap call 12 POST /chat/completions attempt 2 begins at=40ms",
        "debug: hicap call 12 POST /chat/completions attempt 2 connected reused=no resolve=3ms "
        "connect=12ms tls=40ms at=55ms",
        "debug: hicap call 12 POST /chat/completions attempt 2 answered status=200 "
        "request_id=req_1 at=910ms",
        "debug: hicap call 12 POST /chat/completions first event at=950ms"};
    auto const is_debug = [](std::string const& line) { return line.starts_with("debug:"); };
    strings debug;
    std::ranges::copy_if(lines, std::back_inserter(debug), is_debug);
    std::erase_if(lines, is_debug);
    BOOST_TEST(debug == not_in_info, boost::test_tools::per_element());
    BOOST_TEST(lines == lines_at(log_level::info), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_connection_from_the_pool_and_a_resumed_session_are_told)
{
    connection_event event;
    event.call = a_call();
    event.reused = true;
    event.resumed_session = true;
    event.times.pool_wait = 1500us;
    event.since_begin = 2ms;
    BOOST_TEST(
        line_of(&observer::on_connection, event) ==
        "attempt 1 connected reused=yes resumed=yes pool_wait=1ms at=2ms"
    );
}

BOOST_AUTO_TEST_CASE(a_connection_that_failed_is_told_with_its_reason)
{
    auto event = a_connection();
    event.times.tls.reset();
    event.times.connect = 5s;
    event.code = errc::connect_timeout;
    event.since_begin = 5003ms;
    BOOST_TEST(
        line_of(&observer::on_connection, event) ==
        "attempt 2 not connected resolve=3ms connect=5.000s error=hicap:402 message=\"no "
        "connection was made in time\" at=5.003s"
    );
}

BOOST_AUTO_TEST_CASE(codes_of_other_categories_are_told_by_name)
{
    auto event = an_end(call_end::failed);
    event.status = 0;
    event.request_id = {};
    event.code = boost::asio::error::host_not_found;
    BOOST_TEST(
        line_of(&observer::on_end, event) ==
        "ended failed error=asio.netdb:1 message=\"Host not found (authoritative)\" attempts=1 "
        "events=57 took=1.204s"
    );
}

BOOST_AUTO_TEST_CASE(why_a_call_was_not_tried_again_is_told)
{
    auto const told = end_not_retried("no retries left after 2");
    auto const reason = std::string_view(" reason=\"no retries left after 2\" attempts=1 ");
    BOOST_TEST(told.find(reason) != std::string::npos, told);
    BOOST_TEST(end_not_retried("").find("reason") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_replay_has_no_backoff)
{
    retry_event event;
    event.call = a_call();
    event.number = 2;
    event.failed.code = boost::asio::error::eof;
    event.failed.reused_connection = true;
    event.failed.replayed = true;
    event.since_begin = 7ms;
    BOOST_TEST(
        line_of(&observer::on_retry, event) ==
        "attempt 2 failed error=asio.misc:2 message=\"End of file\" reused=yes replayed=yes at=7ms"
    );
}

BOOST_AUTO_TEST_CASE(times_have_the_unit_that_suits_them)
{
    std::pair<std::chrono::microseconds, char const*> const samples[] = {
        {0us, "0us"},
        {999us, "999us"},
        {1ms, "1ms"},
        {999'999us, "999ms"},
        {1s, "1.000s"},
        {1'002'999us, "1.002s"},
        {1'020ms, "1.020s"},
        {59'999ms, "59.999s"},
        {std::chrono::hours(30), "108000.000s"},
        {std::chrono::microseconds::max(), "9223372036854.775s"}};
    for (auto const& [time, text] : samples) {
        auto event = a_first_event();
        event.since_begin = time;
        BOOST_TEST(
            line_of(&observer::on_first_event, event) == "first event at=" + std::string(text)
        );
    }
}

BOOST_AUTO_TEST_CASE(the_largest_numbers_fit)
{
    auto event = an_end(call_end::completed);
    event.attempts = std::numeric_limits<unsigned>::max();
    event.events = std::numeric_limits<std::uint64_t>::max();
    event.status = std::numeric_limits<int>::min();
    BOOST_TEST(
        line_of(&observer::on_end, event) ==
        "ended completed status=-2147483648 attempts=4294967295 events=18446744073709551615 "
        "request_id=req_1 took=1.204s"
    );
}

BOOST_AUTO_TEST_CASE(a_call_without_a_path_is_named_by_its_method)
{
    memory kept;
    attempt_event event;
    event.call.number = 3;
    event.call.method = "CONNECT";
    make_log_observer(log_level::debug, kept.sink())->on_attempt(event);
    strings const expected{"debug: hicap call 3 CONNECT attempt 1 begins at=0us"};
    BOOST_TEST(kept.lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_path_with_a_hostile_id_stays_one_word, *security)
{
    memory kept;
    attempt_event event;
    event.call.number = 3;
    event.call.method = "GET";
    event.call.path = "/responses/a\nhicap call 4";
    make_log_observer(log_level::debug, kept.sink())->on_attempt(event);
    strings const expected{
        R"(debug: hicap call 3 GET "/responses/a\nhicap call 4" attempt 1 begins at=0us)"};
    BOOST_TEST(kept.lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_request_id_cannot_forge_a_line_or_a_key, *security)
{
    auto const told = [](std::string_view id, std::string const& shown) {
        BOOST_TEST(
            end_with_request_id(id) ==
            "ended completed status=200 attempts=1 events=57 request_id=" + shown + " took=1.204s"
        );
    };
    told("req-1_=/+.~", "req-1_=/+.~");
    told("1\r\nhicap call 9", R"("1\x0d\nhicap call 9")");
    told("1 took=0us", R"("1 took=0us")");
    told("1\" took=0us", R"("1\" took=0us")");
    told("1\\", R"("1\\")");
    told("\x1b[2J\x7f", R"("\x1b[2J\x7f")");
    told({"\0\t", 2}, R"("\x00\x09")");
    told("\xff\xc2\x9b", R"("\xff\xc2\x9b")");
    told("\xC3\xBC", "\"\xC3\xBC\"");
}

BOOST_AUTO_TEST_CASE(a_request_id_is_told_whole_up_to_128_bytes)
{
    std::string const id(128, 'a');
    BOOST_TEST(end_with_request_id(id).find("request_id=" + id + " ") != std::string::npos);
    BOOST_TEST(
        end_with_request_id(id + 'b').find("request_id=\"" + id + "...\" ") != std::string::npos
    );
}

BOOST_AUTO_TEST_CASE(a_line_is_bounded_whatever_the_server_sends, *security)
{
    for (char const c : {'a', ' ', '\n', '"', '\\', '\xff', '\0'}) {
        std::string const endless(std::size_t{1} << 20, c);

        auto answered = a_first_byte();
        answered.request_id = endless;
        BOOST_TEST(line_of(&observer::on_first_byte, answered).size() < 256U);

        auto failed = a_retry();
        failed.failed.request_id = endless;
        BOOST_TEST(line_of(&observer::on_retry, failed).size() < 384U);

        BOOST_TEST(end_with_request_id(endless).size() < 256U);
    }
}

BOOST_AUTO_TEST_CASE(a_sink_that_throws_disturbs_nobody)
{
    int lines = 0;
    auto const log = make_log_observer(log_level::debug, [&lines](log_level, std::string_view) {
        if (++lines % 3 == 0)
            throw std::bad_alloc();
        if (lines % 3 == 1)
            throw std::runtime_error("the disk is full");
        throw 1;
    });
    tell_all(*log);
    BOOST_TEST(lines == 9);
}

BOOST_AUTO_TEST_CASE(without_a_sink_each_line_is_one_write_to_stderr)
{
    for (auto const level : all_levels) {
        strings expected;
        memory kept;
        tell_all(*make_log_observer(level, kept.sink()));
        for (auto const& line : kept.lines)
            expected.push_back(line.substr(line.find("hicap")) + '\n');
        auto const written = writes_of([level] { tell_all(*make_log_observer(level)); });
        BOOST_TEST(written == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(threads_write_whole_lines_to_stderr)
{
    // Setup
    constexpr int lines = 2000;
    auto* const file = std::tmpfile();
    BOOST_TEST_REQUIRE(file != nullptr);
    auto const log = make_log_observer(log_level::debug);
    auto const write = [&log](std::uint64_t number, std::size_t length) {
        std::string const id(length, 'a');
        auto event = an_end(call_end::completed);
        event.call.number = number;
        event.request_id = id;
        for (int i = 0; i != lines; ++i)
            log->on_end(event);
    };
    auto const expected = [](std::string const& number, std::size_t length) {
        return "hicap call " + number +
               " POST /chat/completions ended completed status=200 attempts=1 events=57 "
               "request_id=" +
               std::string(length, 'a') + " took=1.204s\n";
    };

    // Run
    {
        redirected_stderr const here(::fileno(file));
        std::thread other([&write] { write(1, 5); });
        write(2, 100);
        other.join();
    }

    // Check
    std::rewind(file);
    int of_first = 0;
    int of_second = 0;
    int broken = 0;
    char line[1024];
    while (std::fgets(line, sizeof line, file) != nullptr) {
        if (line == expected("1", 5))
            ++of_first;
        else if (line == expected("2", 100))
            ++of_second;
        else
            ++broken;
    }
    std::fclose(file);
    BOOST_TEST(of_first == lines);
    BOOST_TEST(of_second == lines);
    BOOST_TEST(broken == 0);
}

BOOST_AUTO_TEST_CASE(threads_give_whole_lines_to_a_sink)
{
    // Setup
    constexpr std::size_t lines = 2000;
    std::mutex mutex;
    strings kept;
    auto const log = make_log_observer(log_level::info, [&](log_level, std::string_view line) {
        std::lock_guard const lock(mutex);
        kept.emplace_back(line);
    });
    auto const write = [&log](std::uint64_t number) {
        auto event = an_end(call_end::completed);
        event.call.number = number;
        for (std::size_t i = 0; i != lines; ++i)
            log->on_end(event);
    };

    // Run
    std::thread other([&write] { write(1); });
    write(2);
    other.join();

    // Check
    auto const expected = [](std::string const& number) {
        return "hicap call " + number +
               " POST /chat/completions ended completed status=200 attempts=1 events=57 "
               "request_id=req_1 took=1.204s";
    };
    BOOST_TEST(kept.size() == 2 * lines);
    for (auto const* const number : {"1", "2"}) {
        auto const count = std::count(kept.begin(), kept.end(), expected(number));
        BOOST_TEST(static_cast<std::size_t>(count) == lines);
    }
}

BOOST_AUTO_TEST_CASE(a_level_is_chosen_by_its_name)
{
    std::pair<char const*, log_level> const names[] = {
        {"error", log_level::error}, {"info", log_level::info}, {"debug", log_level::debug}};
    for (auto const& [name, level] : names) {
        auto const by_name = make_log_observer(std::string_view(name));
        auto const written = writes_of([&by_name] { tell_all(*by_name); });
        BOOST_TEST(written.size() == lines_at(level).size());
    }
}

BOOST_AUTO_TEST_CASE(off_and_an_empty_text_make_no_log)
{
    BOOST_TEST((make_log_observer("off") == nullptr));
    BOOST_TEST((make_log_observer("") == nullptr));
}

BOOST_AUTO_TEST_CASE(an_unknown_level_is_refused_with_those_that_there_are)
{
    auto const says = [](std::string const& message) {
        return [message](error const& thrown) {
            BOOST_TEST((thrown.code() == errc::invalid_argument));
            BOOST_TEST(std::string(thrown.what()).find(message) != std::string::npos);
            return true;
        };
    };
    auto const make = [](std::string const& level) { return make_log_observer(level); };
    BOOST_CHECK_EXCEPTION(
        make("verbose"),
        error,
        says("HICAP_LOG is \"verbose\": it must be error, info, debug or off")
    );
    BOOST_CHECK_EXCEPTION(make("DEBUG"), error, says("HICAP_LOG is \"DEBUG\":"));
    BOOST_CHECK_EXCEPTION(make("a\n\x1b"), error, says(R"("a\n\x1b":)"));
    std::string const endless(std::size_t{1} << 20, 'x');
    BOOST_CHECK_EXCEPTION(make(endless), error, says('"' + std::string(128, 'x') + "...\":"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
