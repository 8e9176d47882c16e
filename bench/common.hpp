#ifndef HICAP_BENCH_COMMON_HPP
#define HICAP_BENCH_COMMON_HPP

#include "corpus.hpp"

#include <hicap/chat_types.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// A program's arguments: pairs of `--name value`.
class command_line
{
public:
    command_line(int count, char** words, std::initializer_list<std::string_view> known)
    {
        for (int i = 1; i < count; i += 2) {
            std::string_view const name = words[i];
            bool found = false;
            for (auto const one : known)
                found = found || one == name;
            if (!found || i + 1 == count)
                throw std::runtime_error("unknown or incomplete argument: " + std::string(name));
            values_[std::string(name)] = words[i + 1];
        }
    }

    [[nodiscard]] std::string text(std::string const& name) const
    {
        auto const at = values_.find(name);
        if (at == values_.end())
            throw std::runtime_error("missing argument: " + name);
        return at->second;
    }

    [[nodiscard]] bool has(std::string const& name) const { return values_.contains(name); }

    [[nodiscard]] std::size_t number(std::string const& name, std::size_t otherwise) const
    {
        auto const at = values_.find(name);
        return at == values_.end() ? otherwise : std::stoul(at->second);
    }

private:
    std::map<std::string, std::string> values_;
};

/// What is measured of a client.
enum class subject
{
    work,  ///< the cost of answers, or of the events of streams, on connections that are kept
    fresh, ///< of answers, each on a connection of its own
    first_events, ///< how long each of the streams, one after the other, takes to its first event
    hold          ///< the memory of streams that are open and silent
};

/// What a client is to do: `answers` whole answers, or as many streams of `events` events each, on
/// `connections` connections.
struct job
{
    std::string port;
    std::string ca_file;
    std::size_t connections;
    subject what;
    bool streams;
    std::size_t answers;
    std::size_t events;
    std::size_t fewer_events; ///< unless 0, the cost of streams of this length is subtracted
    std::size_t per_record;   ///< events in one TLS record
    std::size_t pace;         ///< records a second in one stream; 0: as fast as they go
};

inline job read_job(int count, char** words)
{
    command_line const line(
        count,
        words,
        {"--port",
         "--ca-file",
         "--connections",
         "--requests",
         "--streams",
         "--fresh",
         "--first",
         "--hold",
         "--events",
         "--fewer-events",
         "--per-record",
         "--pace"}
    );
    job made{
        .port = line.text("--port"),
        .ca_file = line.text("--ca-file"),
        .connections = line.number("--connections", 32),
        .what = subject::work,
        .streams = false,
        .answers = line.number("--requests", 10'000),
        .events = line.number("--events", 1'000),
        .fewer_events = line.number("--fewer-events", 0),
        .per_record = line.number("--per-record", 1),
        .pace = line.number("--pace", 0),
    };
    auto const asks_for = [&](char const* name, subject what, bool streams) {
        if (!line.has(name))
            return;
        made.what = what;
        made.streams = streams;
        made.answers = line.number(name, 0);
    };
    asks_for("--streams", subject::work, true);
    asks_for("--fresh", subject::fresh, false);
    asks_for("--first", subject::first_events, true);
    asks_for("--hold", subject::hold, true);
    if (made.what == subject::first_events)
        made.connections = 1;
    if (made.connections == 0 || made.answers == 0 || made.events == 0 || made.per_record == 0)
        throw std::runtime_error("what is counted must not be 0");
    if (made.fewer_events >= made.events)
        throw std::runtime_error("--fewer-events must be less than --events");
    return made;
}

/// Before the clock starts every connection is opened and serves this: buffers have their size
/// then.
constexpr std::size_t warm_up_answers = 8;
constexpr std::size_t warm_up_events = 16;

/// Of all connections together. Thousands are warm when each has served one.
inline std::size_t answers_to_warm_up(job const& work)
{
    return work.connections * (work.connections > 1'000 ? 1 : warm_up_answers);
}

/// The request of every measurement: about 270 bytes of JSON.
inline hicap::chat::completion_request make_request()
{
    return {
        .model = "gpt-5",
        .messages =
            {
                hicap::chat::system_message{.content = "You answer in one short paragraph."},
                hicap::chat::user_message{
                    .content = "Name the longest rivers of Europe, each with its length and the "
                               "sea that it flows into."},
            },
        .max_completion_tokens = 512,
        .temperature = 0.5,
    };
}

/// Of all text of one answer, however it came in pieces: the sum of its bytes, and the sum of all
/// sums on the way, modulo 2^32. Cheap, and any language can compute it.
class text_digest
{
public:
    void add(std::string_view piece)
    {
        for (char const c : piece) {
            sum_ += static_cast<unsigned char>(c);
            sums_ += sum_;
        }
    }

    [[nodiscard]] std::uint64_t value() const noexcept
    {
        return std::uint64_t{sums_} << 32U | sum_;
    }

private:
    std::uint32_t sum_ = 0;
    std::uint32_t sums_ = 0;
};

/// What came of a job: counted by the client, and compared with what had to come.
struct tally
{
    std::uint64_t answers = 0;
    std::uint64_t events = 0;
    std::uint64_t digests = 0; ///< their sum

    void add(text_digest const& answer)
    {
        ++answers;
        digests += answer.value();
    }

    friend bool operator==(tally const&, tally const&) = default;
};

inline tally expected_of(job const& work)
{
    text_digest one;
    if (work.streams) {
        for (std::size_t i = 0; i != work.events; ++i)
            one.add(token(i));
    } else {
        one.add(whole_answer());
    }
    return {
        .answers = work.answers,
        .events = work.streams ? work.answers * (work.events + events_around_tokens) : 0,
        .digests = work.answers * one.value(),
    };
}

/// The CPU time of this process, and the time on the wall.
class stopwatch
{
public:
    [[nodiscard]] double cpu() const { return cpu_now() - cpu_start_; }

    [[nodiscard]] double wall() const
    {
        return std::chrono::duration<double>(clock::now() - wall_start_).count();
    }

private:
    using clock = std::chrono::steady_clock;

    static double cpu_now()
    {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        auto const seconds = [](timeval const& t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        return seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }

    double cpu_start_ = cpu_now();
    clock::time_point wall_start_ = clock::now();
};

/// What work has cost, in seconds.
struct cost
{
    double cpu = 0;
    double wall = 0;
};

/// Throws where the text that came is not the text that was sent.
inline void check(job const& work, tally const& came)
{
    if (came != expected_of(work))
        throw std::runtime_error("checksum mismatch: what came is not what the server has sent");
}

/// Runs the job by `run(answers, events)`, which gives a tally, and prints the figures, one a line.
template <class Run>
void measure_work(job const& work, Run const& run)
{
    auto const measured = [&](std::size_t events) {
        stopwatch const watch;
        auto const came = run(work.answers, events);
        cost const all{.cpu = watch.cpu(), .wall = watch.wall()};
        auto as_asked = work;
        as_asked.events = events;
        check(as_asked, came);
        return all;
    };
    auto const few = work.fewer_events != 0 ? measured(work.fewer_events) : cost{};
    auto const all = measured(work.events);
    auto const events = work.fewer_events != 0 ? work.events - work.fewer_events
                                               : work.events + events_around_tokens;
    auto const units = static_cast<double>(work.streams ? work.answers * events : work.answers);
    std::printf("cpu_us_per_unit %.4f\n", (all.cpu - few.cpu) / units * 1e6);
    std::printf("wall_us_per_unit %.4f\n", (all.wall - few.wall) / units * 1e6);
}

/// The server tells it, so that two clients can be seen to ask the same.
inline void report_request_size(std::string_view size)
{
    std::printf("request_bytes %.*s\n", static_cast<int>(size.size()), size.data());
}

/// How many of the connections that were opened for the job have resumed a session.
inline void report_resumed(job const& work, std::size_t resumed)
{
    std::printf(
        "resumed_share %.3f\n", static_cast<double>(resumed) / static_cast<double>(work.answers)
    );
}

/// `seconds`: of each stream, from the call to its first event.
inline void report_first_events(std::vector<double> seconds)
{
    std::sort(seconds.begin(), seconds.end());
    std::printf("first_us_median %.2f\n", seconds[seconds.size() / 2] * 1e6);
    std::printf("first_us_p99 %.2f\n", seconds[seconds.size() * 99 / 100] * 1e6);
}

/// Runs a program's `work` and shows what it throws.
template <class Function>
int guarded(char const* name, Function const& work)
{
    try {
        work();
        return 0;
    } catch (std::exception const& failure) {
        std::fprintf(stderr, "%s: %s\n", name, failure.what());
        return 1;
    }
}

} // namespace bench

#endif
