// Each fault at every byte of an exchange: a whole client, in virtual time, gives the right error
// or the whole answer. It never hangs, no event comes twice or is lost, nothing short looks whole,
// and the next request finds the client in order.

#include "support/fault_sweep.hpp"
#include "support/security.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

using namespace std::chrono_literals;

struct printer
{
    ~printer() { fault_matrix::of_program().print(std::cout); }
};

BOOST_TEST_GLOBAL_FIXTURE(printer);

/// A reply that is cut short of its wire, or ends there, after `come` bytes.
scripted_reply cut_reply(recorded_answer const& what, std::size_t come, ending then)
{
    scripted_reply made;
    made.records = what.records;
    made.damage = [come](std::string& bytes) { bytes.resize(come); };
    made.then = then;
    return made;
}

scripted_reply whole_reply(recorded_answer const& what)
{
    auto const then = what.how == framing::close ? ending::fin : ending::stay;
    return cut_reply(what, what.size, then);
}

scripted_reply reply_of(std::string bytes, ending then)
{
    scripted_reply made;
    made.records = {std::move(bytes)};
    made.then = then;
    return made;
}

std::string name_of(ending how)
{
    return how == ending::fin ? "FIN" : how == ending::rst ? "RST" : "stall";
}

constexpr std::array endings{ending::fin, ending::rst, ending::stay};

std::vector<recorded_answer> const& all_answers()
{
    static std::vector<recorded_answer> const all{
        recorded_create(framing::length),
        recorded_create(framing::chunks),
        recorded_create(framing::close),
        record_events(framing::chunks),
        record_events(framing::close),
    };
    return all;
}

/// Those that a connection survives.
std::vector<recorded_answer> const& lasting_answers()
{
    static std::vector<recorded_answer> const all{
        recorded_create(framing::length),
        record_events(framing::chunks),
    };
    return all;
}

recorded_answer const& answer_for(bool streams)
{
    return lasting_answers()[streams ? 1 : 0];
}

/// A failure of the server, in answer to `streams`.
recorded_answer failure(bool streams)
{
    auto made = record(
        "500 Internal Server Error",
        "application/json",
        R"({"error":{"message":"no","type":"server_error","param":null,"code":null}})",
        framing::length,
        {20}
    );
    made.streams = streams;
    return made;
}

expected failure_status(int status, errc code)
{
    expected made(code);
    made.status = status;
    return made;
}

/// The request as it goes out, to count its bytes.
std::size_t request_size(bool streams)
{
    fault_trial one;
    auto const& server = one.connect();
    one.run(streams);
    return server.far->sent.size();
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_fault_matrix)

BOOST_AUTO_TEST_CASE(a_connection_that_ends_breaks_or_falls_silent)
{
    for (auto const how : endings) {
        fault_sweep sweep(name_of(how) + " after N bytes");
        for (auto const& what : all_answers())
            for (std::size_t n = 0; n <= what.size; ++n)
                sweep.run(
                    what,
                    n,
                    [&](fault_trial& trial) {
                        trial.connect().replies = {cut_reply(what, n, how)};
                    },
                    after_cut(what, n, how)
                );
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_in_pieces)
{
    fault_sweep splits("wait between two bytes");
    fault_sweep drips("wait between all bytes");
    for (auto const& what : all_answers()) {
        for (std::size_t n = 0; n <= what.size; ++n) {
            auto reply = whole_reply(what);
            reply.splits = {n};
            auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
            splits.run(what, n, give, whole(what));
        }
        auto reply = whole_reply(what);
        reply.drips = true;
        auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
        drips.run(what, 0, give, whole(what));
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_slowly)
{
    // One byte a second is too slow for the head, and for an event, but not for a body in which
    // every byte is progress.
    fault_sweep sweep("a byte a second from N on");
    for (auto const& what : all_answers()) {
        for (auto const n : {std::size_t{0}, what.head, what.head + 1}) {
            auto const start = [&](fault_trial& trial) {
                auto& server = trial.connect();
                server.replies = {reply_of(what.bytes().substr(0, n), ending::stay)};
                server.drip_later(what.bytes().substr(n), 1s);
            };
            auto want = n < what.head ? expected(errc::first_byte_timeout, trial_limits::first_byte)
                                      : expected(errc::idle_timeout, trial_limits::idle);
            if (n >= what.head && !what.streams && what.how != framing::close) {
                want = whole(what);
                want.took = std::chrono::seconds(what.size - n - 1);
            } else if (n >= what.head && !what.streams) {
                want.took +=
                    std::chrono::seconds(what.size - n - 1); // for the end that does not come
            }
            sweep.run(what, n, start, want);
        }
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_change_on_their_way)
{
    // Whatever comes of it, what was before the change is delivered as it was.
    fault_sweep turned("a bit turned at N");
    fault_sweep inserted("garbage inserted at N");
    for (auto const& what : all_answers()) {
        for (std::size_t n = 0; n <= what.size; ++n) {
            auto reply = whole_reply(what);
            expected want = anything_behind(what, n);
            auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
            reply.damage = [n](std::string& bytes) { bytes.insert(n, "\xFF{\n", 3); };
            inserted.run(what, n, give, want);
            if (n == what.size)
                continue;
            reply.damage = [n](std::string& bytes) {
                bytes[n] = static_cast<char>(bytes[n] ^ (1 << (n % 7)));
            };
            turned.run(what, n, give, want);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_second_attempt_that_answers)
{
    for (auto const how : {ending::fin, ending::rst}) {
        fault_sweep sweep(name_of(how) + " after N bytes, one retry", 1);
        for (auto const& what : lasting_answers()) {
            for (std::size_t n = 0; n <= what.size; ++n) {
                auto const give = [&](fault_trial& trial) {
                    trial.connect().replies = {cut_reply(what, n, how)};
                    trial.connect().replies = {whole_reply(what)};
                };
                // What has begun to answer is not asked again.
                auto const want = n == 0 ? after_retry(whole(what)) : after_cut(what, n, how);
                sweep.run(what, n, give, want);
            }
        }
    }

    fault_sweep dials("no connection, one retry", 1);
    for (auto const& what : lasting_answers()) {
        auto const answer = [&](fault_trial& trial) {
            trial.connect().replies = {whole_reply(what)};
        };
        auto const refused = [&](fault_trial& trial) {
            trial.dialer().fail(asio::error::connection_refused);
            answer(trial);
        };
        dials.run(what, 0, refused, after_retry(whole(what)));
        auto const silent = [&](fault_trial& trial) {
            trial.dialer().hang();
            answer(trial);
        };
        auto want = after_retry(whole(what));
        want.took += trial_limits::connect;
        dials.run(what, 1, silent, want);
        auto const twice = [&](fault_trial& trial) {
            trial.dialer().fail(asio::error::connection_refused);
            trial.dialer().fail(asio::error::connection_refused);
        };
        dials.run(what, 2, twice, after_retry(expected(asio::error::connection_refused)));
    }
}

BOOST_AUTO_TEST_CASE(a_used_connection_that_dies)
{
    for (auto const how : endings) {
        fault_sweep sweep("used connection: " + name_of(how) + " after N bytes");
        std::size_t const stride = how == ending::fin ? 1 : 5;
        for (auto const& what : lasting_answers()) {
            for (std::size_t n = 0; n <= what.size; n += stride) {
                auto const give = [&](fault_trial& trial) {
                    auto const& first = answer_for(!what.streams);
                    trial.connect().replies = {whole_reply(first), cut_reply(what, n, how)};
                    trial.warm_up(first);
                    trial.connect().replies = {whole_reply(what)};
                };
                auto want = after_cut(what, n, how);
                if (n == 0 && how != ending::stay) {
                    want = whole(what); // replayed, free
                    want.attempts = 2;
                }
                sweep.run(what, n, give, want);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_server_that_is_cut)
{
    for (auto const how : endings) {
        fault_sweep once("500, " + name_of(how) + " after N bytes");
        fault_sweep again("500, " + name_of(how) + " after N bytes, one retry", 1);
        for (bool const streams : {false, true}) {
            auto const what = failure(streams);
            for (std::size_t n = 0; n <= what.size; ++n) {
                auto const give = [&](fault_trial& trial) {
                    trial.connect().replies = {cut_reply(what, n, how)};
                };
                auto want = after_cut(what, n, how);
                if (n >= what.head)
                    want = failure_status(500, errc::server_error);
                if (n >= what.head && n < what.size && how == ending::stay)
                    want.took = trial_limits::idle;
                once.run(what, n, give, want);

                auto const& good = answer_for(streams);
                auto const twice = [&](fault_trial& trial) {
                    auto const second = whole_reply(good);
                    trial.connect().replies = {cut_reply(what, n, how), second};
                    trial.connect().replies = {second};
                };
                bool const retried = n >= what.head || (n == 0 && how != ending::stay);
                auto recovered = after_retry(whole(good));
                if (n >= what.head)
                    recovered.took += want.took;
                again.run(what, n, twice, retried ? recovered : want);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_length_that_is_wrong)
{
    auto const with_length = [](recorded_answer what, std::size_t length) {
        auto& head = what.records.front();
        auto const place = head.find("Content-Length: ") + 16;
        head.replace(place, head.find('\r', place) - place, std::to_string(length));
        auto const size = what.bytes().size();
        what.head = head.size();
        for (auto& end : what.ends)
            end = end + size - what.size;
        what.done = what.done == wire::never ? what.done : what.done + size - what.size;
        what.enough = what.streams ? what.done : wire::never;
        what.size = size;
        return what;
    };
    fault_sweep shorter("Content-Length shorter than the body, at N");
    fault_sweep longer("Content-Length longer, FIN");
    fault_sweep waiting("Content-Length longer, stall");
    for (auto const& right : {recorded_create(framing::length), record_events(framing::length)}) {
        auto const body = right.size - right.head;
        for (std::size_t n = 0; n != body; ++n) {
            auto const what = with_length(right, n);
            auto const give = [&](fault_trial& trial) {
                trial.connect().replies = {cut_reply(what, what.size, ending::stay)};
            };
            shorter.run(what, n, give, after_end_of_body(what, what.head + n));
        }
        for (std::size_t const more : {1U, 2U, 9U, 1'000'000'000U}) {
            auto const what = with_length(right, body + more);
            for (auto const how : {ending::fin, ending::stay}) {
                auto const give = [&](fault_trial& trial) {
                    trial.connect().replies = {cut_reply(what, what.size, how)};
                };
                auto& sweep = how == ending::fin ? longer : waiting;
                sweep.run(what, more, give, after_cut(what, what.size, how));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_too_early_in_good_form)
{
    fault_sweep sweep("last chunk after N bytes of the body");
    for (auto const& what : {recorded_create(framing::close), record_events(framing::close)}) {
        auto const body = what.bytes().substr(what.head);
        for (std::size_t n = 0; n <= body.size(); ++n) {
            auto const type = what.streams ? "text/event-stream" : "application/json";
            auto const shorter =
                record("200 OK", type, body.substr(0, n), framing::chunks, {n / 2});
            auto const give = [&](fault_trial& trial) {
                trial.connect().replies = {cut_reply(shorter, shorter.size, ending::stay)};
            };
            sweep.run(what, n, give, after_end_of_body(what, what.head + n));
        }
    }
}

BOOST_AUTO_TEST_CASE(chunks_of_a_size_that_is_none)
{
    fault_sweep sweep("malformed size of chunk N");
    static std::vector<std::string> const sizes{
        "", "g", "-5", "+5", "0x5", "ffffffffffffffffff", " 5", "5 5", "5;\x01\r"};
    for (auto const& what : {recorded_create(framing::chunks), record_events(framing::chunks)}) {
        std::size_t begin = what.head;
        for (std::size_t i = 1; i != what.records.size(); ++i) {
            for (auto const& size : sizes) {
                auto bad = what.records;
                bad[i].replace(0, bad[i].find('\r'), size);
                scripted_reply reply;
                reply.records = bad;
                auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
                expected want(errc::invalid_response);
                want.events = what.events_within(begin);
                sweep.run(what, i, give, begin >= what.enough ? whole(what) : want);
            }
            begin += what.records[i].size();
        }
    }

    // The bytes of the chunk itself come before the one that shows it.
    fault_sweep wrong("size of chunk N off by one");
    for (auto const& what : {recorded_create(framing::chunks), record_events(framing::chunks)}) {
        std::size_t begin = what.head;
        for (std::size_t i = 1; i + 1 != what.records.size(); ++i) {
            auto const end = begin + what.records[i].size();
            for (int const by : {-1, 1}) {
                auto bad = what.records;
                auto const line = bad[i].find('\r');
                auto const size = std::stol(bad[i].substr(0, line), nullptr, 16) + by;
                char text[20];
                std::snprintf(text, sizeof text, "%lx", size);
                bad[i].replace(0, line, text);
                scripted_reply reply;
                reply.records = bad;
                auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
                // One byte less is the last line feed, without which the event is not whole.
                auto const come = by < 0 ? end - 3 : end;
                expected want(errc::invalid_response);
                want.events = what.events_within(come);
                wrong.run(what, i, give, come >= what.enough ? whole(what) : want);
            }
            begin = end;
        }
    }
}

BOOST_AUTO_TEST_CASE(framing_that_contradicts_itself, *security)
{
    fault_sweep sweep("contradictory framing");
    static std::vector<std::string> const fields{
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5x\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length:\r\n",
        "Content-Length : 5\r\n",
    };
    for (auto const& good : lasting_answers()) {
        auto const status = std::string("HTTP/1.1 200 OK\r\nContent-Type: ") +
                            (good.streams ? "text/event-stream\r\n" : "application/json\r\n");
        for (std::size_t n = 0; n != fields.size(); ++n) {
            auto const reply = reply_of(status + fields[n] + "\r\n{}", ending::stay);
            auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
            sweep.run(good, n, give, expected(errc::invalid_response));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_has_no_end, *security)
{
    std::string const flood(100 * 1024, 'a');
    std::string fields;
    std::string interims;
    while (fields.size() < flood.size())
        fields += "x-y: z\r\n";
    while (interims.size() < flood.size())
        interims += "HTTP/1.1 103 Early Hints\r\nx-y: z\r\n\r\n";
    std::string const status = "HTTP/1.1 200 OK\r\n";
    std::string const chunked = status + "Transfer-Encoding: chunked\r\n\r\n";
    std::vector<std::string> const floods{
        status + fields,
        status + "x-y: " + flood,
        status + flood,
        "HTTP/1.1 200 " + flood,
        interims,
        chunked + "5;" + flood,
        chunked + std::string(flood.size(), '0'),
    };
    fault_sweep sweep("a head, or a line between chunks, without end");
    for (auto const& good : lasting_answers()) {
        for (std::size_t n = 0; n != floods.size(); ++n) {
            auto const reply = reply_of(floods[n], ending::stay);
            auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
            sweep.run(good, n, give, expected(errc::header_too_large));
        }
    }
    fault_sweep trailers("a trailer without end");
    for (auto const& good : {recorded_create(framing::chunks), record_events(framing::chunks)}) {
        auto reply = whole_reply(good);
        reply.records.back() = "0\r\n" + fields;
        reply.damage = [](std::string&) {};
        auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
        trailers.run(good, 0, give, good.streams ? whole(good) : expected(errc::header_too_large));
    }
}

BOOST_AUTO_TEST_CASE(comments_in_place_of_events, *security)
{
    fault_sweep flood("comments without end after event N");
    fault_sweep slow("comments alone every 10 s after event N");
    fault_sweep empty("empty events alone every 10 s after event N");
    auto const what = record_events(framing::close);
    std::string comments;
    for (std::size_t i = 0; i <= trial_limits::max_comments; ++i)
        comments += ":\n";
    for (std::size_t n = 0; n <= what.ends.size(); ++n) {
        auto reply = whole_reply(record_events(framing::close, n, ""));
        reply.then = ending::stay;
        auto const beat = [&reply](std::string const& pulse) {
            return [&reply, pulse](fault_trial& trial) {
                auto& server = trial.connect();
                server.replies = {reply};
                server.beat(pulse, 10s);
            };
        };
        expected late(errc::idle_timeout, trial_limits::idle);
        late.events = n;
        slow.run(what, n, beat(": still there\n\n"), late);
        empty.run(what, n, beat("event: ping\n\n"), late);

        reply.records.push_back(comments);
        reply.damage = [](std::string&) {};
        expected many(errc::too_many_comments);
        many.events = n;
        auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
        flood.run(what, n, give, many);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_type)
{
    fault_sweep html("HTML, FIN after N bytes");
    fault_sweep swapped("JSON in place of events and reverse, FIN after N bytes");
    for (bool const streams : {false, true}) {
        auto page = record("200 OK", "text/html", "<html>Hello</html>", framing::length, {6});
        page.streams = streams;
        for (std::size_t n = 0; n <= page.size; ++n) {
            auto const give = [&](fault_trial& trial) {
                trial.connect().replies = {cut_reply(page, n, ending::fin)};
            };
            auto want = after_cut(page, n, ending::fin);
            html.run(page, n, give, n == page.size ? expected(errc::unexpected_content) : want);
        }

        auto other = streams ? recorded_create(framing::length) : record_events(framing::chunks);
        auto const enough = other.size;
        other.streams = streams;
        other.ends.clear();
        other.enough = enough;
        for (std::size_t n = 0; n <= other.size; ++n) {
            auto const give = [&](fault_trial& trial) {
                trial.connect().replies = {cut_reply(other, n, ending::fin)};
            };
            auto want = after_cut(other, n, ending::fin);
            if (n == other.size && !streams)
                want = expected(errc::unexpected_content);
            want.one_event = streams && n == other.size;
            swapped.run(other, n, give, want);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_error_in_place_of_an_event)
{
    std::string const object = R"({"error":{"message":"no","type":"overloaded_error"}})";
    fault_sweep sweep("error object after event N");
    for (auto const how : {framing::chunks, framing::close, framing::length}) {
        for (std::size_t n = 0; n <= recorded_events().size(); ++n) {
            for (auto const* const behind : {"", "data: [DONE]\n\n"}) {
                auto what = record_events(how, n, "data: " + object + "\n\n" + behind);
                auto const give = [&](fault_trial& trial) {
                    trial.connect().replies = {whole_reply(what)};
                };
                auto want = failure_status(200, errc::overloaded);
                want.events = n;
                sweep.run(what, n, give, want);
            }
        }
        auto const what = record("200 OK", "application/json", object, how, {10});
        auto const give = [&](fault_trial& trial) {
            trial.connect().replies = {whole_reply(what)};
        };
        sweep.run(what, 0, give, failure_status(200, errc::overloaded));
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_take_the_request)
{
    fault_sweep stalls("server reads N bytes of the request and stops");
    fault_sweep breaks("server breaks after N bytes of the request");
    fault_sweep refuses("server refuses after N bytes of the request, breaks");
    fault_sweep answers("server answers after N bytes of the request, stops");
    auto refusal = record(
        "400 Bad Request", "application/json", R"({"error":{"message":"no"}})", framing::length, {}
    );
    for (auto const& what : lasting_answers()) {
        auto const size = request_size(what.streams);
        for (std::size_t n = 0; n < size; ++n) {
            auto const stall = [&](fault_trial& trial) { trial.connect().far->set_window(n); };
            expected const late(errc::first_byte_timeout, trial_limits::first_byte);
            stalls.run(what, n, stall, late);

            auto const cut = [&](fault_trial& trial) { trial.connect().break_writes_after(n); };
            breaks.run(what, n, cut, expected(asio::error::broken_pipe));
            if (n == 0)
                continue;

            auto const refuse = [&](fault_trial& trial) {
                auto& server = trial.connect();
                server.replies = {whole_reply(refusal)};
                server.replies.front().after = n;
                server.break_writes_after(n);
            };
            refuses.run(what, n, refuse, failure_status(400, errc::invalid_request));

            auto const answer = [&](fault_trial& trial) {
                auto& server = trial.connect();
                server.replies = {whole_reply(what)};
                server.replies.front().after = n;
                server.far->set_window(n);
            };
            answers.run(what, n, answer, whole(what));
        }
    }

    fault_sweep replays("used connection: breaks after N bytes of the request");
    for (auto const& what : lasting_answers()) {
        auto const size = request_size(what.streams);
        auto const before = request_size(!what.streams);
        for (std::size_t n = 1; n < size; ++n) {
            auto const cut = [&](fault_trial& trial) {
                auto& server = trial.connect();
                auto const& first = answer_for(!what.streams);
                server.replies = {whole_reply(first)};
                trial.warm_up(first);
                server.break_writes_after(before + n);
                trial.connect().replies = {whole_reply(what)};
            };
            auto want = whole(what);
            want.attempts = 2;
            replays.run(what, n, cut, want);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
