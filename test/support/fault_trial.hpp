#ifndef HICAP_TEST_SUPPORT_FAULT_TRIAL_HPP
#define HICAP_TEST_SUPPORT_FAULT_TRIAL_HPP

#include "api/core.hpp"
#include "support/faulty_server.hpp"
#include "support/manual_clock.hpp"
#include "support/recorded_answer.hpp"
#include "support/scripted_dialer.hpp"
#include "support/thrown.hpp"
#include "support/tls_server.hpp"

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hicap::test {

using std::chrono::milliseconds;

/// The deadlines of a trial: each of another length, so that the time tells which one passed.
struct trial_limits
{
    static constexpr milliseconds connect{1'000};
    static constexpr milliseconds tls{2'000};
    static constexpr milliseconds first_byte{60'000};
    static constexpr milliseconds idle{30'000};
    static constexpr milliseconds backoff{500}; ///< before the first retry
    static constexpr std::size_t max_comments = 200;
};

/// What an operation came to.
struct trial_outcome
{
    boost::system::error_code code;  ///< none: it gave its answer
    int status = 0;                  ///< of an `api_error`
    std::vector<std::string> events; ///< that a stream delivered, by `shown`
    std::string text;                ///< that they brought
    std::string answer;              ///< by `shown`; after an error what was assembled until then
    std::size_t attempts = 0;
    milliseconds took{0};
    /// What must not be, whatever the fault: empty where all is well.
    std::string wrong;

    [[nodiscard]] std::string name() const
    {
        if (!code)
            return "whole answer";
        if (status != 0)
            return "api_error " + std::to_string(status);
        if (code.category() != hicap_category())
            return code == asio::error::connection_reset     ? "connection_reset"
                   : code == asio::error::broken_pipe        ? "broken_pipe"
                   : code == asio::error::connection_refused ? "connection_refused"
                                                             : code.message();
        switch (static_cast<errc>(code.value())) {
        case errc::truncated_stream:
            return "truncated_stream";
        case errc::truncated_response:
            return "truncated_response";
        case errc::invalid_response:
            return "invalid_response";
        case errc::unexpected_content:
            return "unexpected_content";
        case errc::invalid_json:
            return "invalid_json";
        case errc::header_too_large:
            return "header_too_large";
        case errc::too_many_comments:
            return "too_many_comments";
        case errc::tls_handshake:
            return "tls_handshake";
        case errc::tls_failure:
            return "tls_failure";
        case errc::tls_timeout:
            return "tls_timeout";
        case errc::connect_timeout:
            return "connect_timeout";
        case errc::first_byte_timeout:
            return "first_byte_timeout";
        case errc::idle_timeout:
            return "idle_timeout";
        default:
            return code.message();
        }
    }
};

/// A whole client against scripted servers, without a network and in virtual time.
///
/// Its servers are dialled in the order of `connect`. What no script tells them they answer well,
/// and in other words than those of the script.
class fault_trial
{
public:
    /// `identity` is null where there is no TLS.
    explicit fault_trial(tls_server* identity = nullptr, unsigned retries = 0)
        : identity_(identity), client_(make_core(retries))
    {}

    fault_trial(fault_trial const&) = delete;
    fault_trial& operator=(fault_trial const&) = delete;

    /// The server that is dialled next.
    faulty_server& connect()
    {
        auto& made = *servers_.emplace_back(std::make_unique<faulty_server>(clock_, identity_));
        made.usual.records = after_fault().records;
        dialer_->connect(made.far);
        return made;
    }

    scripted_dialer& dialer() noexcept { return *dialer_; }

    /// Runs an operation to its end. Checks what has to be true after any fault.
    trial_outcome run(bool streams)
    {
        trial_outcome result;
        auto const begin = clock_->now();
        bool const done = drive(streams ? stream(&result) : create(&result));
        result.took = std::chrono::duration_cast<milliseconds>(clock_->now() - begin);
        if (!done) {
            result.wrong = "it hangs: no deadline is pending";
            return result;
        }
        settle();
        check_nothing_is_left(result);
        return result;
    }

    /// Runs an operation that meets no fault, so that there is a used connection.
    void warm_up(recorded_answer const& what)
    {
        auto const came = run(what.streams);
        BOOST_TEST_REQUIRE(came.wrong.empty());
        BOOST_TEST_REQUIRE(came.answer == recorded_whole());
    }

    /// Runs a request that meets no fault, which must have its own answer at once.
    void check_goes_on(trial_outcome& so_far)
    {
        for (auto const& server : servers_)
            if (server->far->sent.empty()) // the fault did not come to it
                server->replies.clear();
        connect();
        auto const next = run(false);
        if (so_far.wrong.empty() && !next.wrong.empty())
            so_far.wrong = "the next request: " + next.wrong;
        if (so_far.wrong.empty() && (next.code || next.answer != next_answer || next.attempts != 1))
            so_far.wrong = "the next request: " + next.name() + ' ' + next.answer;
    }

private:
    static constexpr char const* key = "sk-canary-of-the-matrix";
    static constexpr char const* next_answer = "c2 m assistant \"next\" stop";

    /// Differs from all that a fault may leave behind.
    static recorded_answer const& after_fault()
    {
        static auto const made = record(
            "200 OK",
            "application/json",
            R"({"id":"c2","object":"chat.completion","created":1,"model":"m","choices":[)"
            R"({"index":0,"message":{"role":"assistant","content":"next"},)"
            R"("finish_reason":"stop"}]})",
            framing::length,
            {}
        );
        return made;
    }

    std::shared_ptr<detail::client_core> make_core(unsigned retries) const
    {
        client_options options;
        options.api_key = key;
        options.base_url = identity_ != nullptr ? "https://api.test/v1" : "http://api.test/v1";
        if (identity_ != nullptr)
            options.ca_pem = identity_->ca_pem();
        options.proxy.from_environment = false;
        options.deadlines.connect = trial_limits::connect;
        options.deadlines.tls = trial_limits::tls;
        options.deadlines.first_byte = trial_limits::first_byte;
        options.deadlines.idle = trial_limits::idle;
        options.limits.max_comments = trial_limits::max_comments;
        options.retries.max_retries = retries;
        options.retries.initial_backoff = trial_limits::backoff;
        detail::surroundings world;
        world.time = clock_;
        world.dialer = dialer_;
        world.random = [] { return 0.0; };
        return std::make_shared<detail::client_core>(options, std::move(world));
    }

    static chat::completion_request const& request()
    {
        static chat::completion_request const made{.model = "m", .messages = {chat::user("hi")}};
        return made;
    }

    static void take_failure(std::exception_ptr const& failure, trial_outcome* into)
    {
        if (words_of(failure).find(key) != std::string::npos)
            into->wrong = "it shows the key";
        try {
            std::rethrow_exception(failure);
        } catch (api_error const& thrown) {
            into->code = thrown.code();
            into->status = thrown.status();
            into->attempts = thrown.attempts().size();
        } catch (error const& thrown) {
            into->code = thrown.code();
            into->attempts = thrown.attempts().size();
        } catch (boost::system::system_error const& thrown) {
            into->code = thrown.code();
            into->wrong = std::string("not an error of the library: ") + thrown.what();
        }
    }

    asio::awaitable<void> create(trial_outcome* into)
    {
        std::exception_ptr failure;
        try {
            auto const answer = co_await client_.chat().completions().create(request());
            into->answer = shown(answer);
            into->attempts = answer.attempts().size();
        } catch (boost::system::system_error const&) {
            failure = std::current_exception();
        }
        if (failure)
            take_failure(failure, into);
    }

    asio::awaitable<void> stream(trial_outcome* into)
    {
        hicap::stream<chat::chunk> events;
        std::exception_ptr failure;
        try {
            events = co_await client_.chat().completions().stream(request());
        } catch (boost::system::system_error const&) {
            failure = std::current_exception();
        }
        if (failure) {
            take_failure(failure, into);
            co_return;
        }
        into->attempts = events.attempts().size();
        try {
            while (auto const* const event = co_await events.next()) {
                into->events.push_back(shown(*event));
                into->text += event->text();
            }
        } catch (boost::system::system_error const&) {
            failure = std::current_exception();
        }
        if (failure)
            take_failure(failure, into);
        into->answer = shown(events.snapshot());
        if (std::string(events.snapshot().text()) != into->text)
            into->wrong = "the snapshot has another text than the events";
        if (into->code == errc::invalid_json) // that loses one event, not the stream
            co_return;
        auto const first = into->code;
        boost::system::error_code again;
        bool more = false;
        try {
            more = co_await events.next() != nullptr;
        } catch (boost::system::system_error const& thrown) {
            again = thrown.code();
        }
        if (more || again != first)
            into->wrong = "the stream says something else when it is asked again";
    }

    /// Does all that can be done now; true when something was done at a later time than before.
    bool step()
    {
        context_.restart();
        context_.poll();
        auto const timer = clock_->next();
        auto* const beating = servers_.empty() || servers_.front()->pulse_period.count() == 0
                                  ? nullptr
                                  : servers_.front().get();
        if (timer && beating != nullptr && beating->far->open) {
            if (next_beat_ == net::clock::time_point{})
                next_beat_ = clock_->now();
            if (next_beat_ <= *timer) {
                clock_->advance_to(next_beat_);
                next_beat_ += beating->pulse_period;
                beating->beat_once();
                return true;
            }
        }
        return clock_->advance_to_next();
    }

    /// Whether it ends.
    bool drive(asio::awaitable<void> operation)
    {
        bool done = false;
        std::exception_ptr unexpected;
        asio::co_spawn(context_, std::move(operation), [&](std::exception_ptr thrown) {
            done = true;
            unexpected = thrown;
        });
        do {
            context_.restart();
            context_.poll();
        } while (!done && step());
        if (unexpected)
            std::rethrow_exception(unexpected);
        return done;
    }

    /// Lets what goes on in the background come to its end.
    void settle()
    {
        while (step()) {
        }
    }

    void check_nothing_is_left(trial_outcome& result) const
    {
        auto const now = client_.statistics();
        if (now.connections_leased + now.connections_dialling + now.calls_waiting != 0)
            result.wrong = "a connection is still in use";
        else if (now.calls_running != 0)
            result.wrong = "the call still runs";
    }

    tls_server* identity_;
    std::shared_ptr<manual_clock> clock_ = std::make_shared<manual_clock>();
    std::shared_ptr<scripted_dialer> dialer_ = std::make_shared<scripted_dialer>();
    std::deque<std::unique_ptr<faulty_server>> servers_;
    asio::io_context context_{1};
    hicap::client client_;
    net::clock::time_point next_beat_{};
};

} // namespace hicap::test

#endif
