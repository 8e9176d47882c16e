// The same as fault_matrix_test.cpp over TLS, where the faults are in the ciphertext.

#include "support/fault_sweep.hpp"
#include "support/security.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

constexpr std::size_t record_header = 5;
constexpr std::size_t record_overhead = record_header + 1 + 16; // the type within, and the tag

/// A reply to a request, record by record, and its bytes on the wire.
struct tls_answer
{
    explicit tls_answer(recorded_answer recorded) : what(std::move(recorded))
    {
        for (auto const& record : what.records)
            ends.push_back(size() + record.size() + record_overhead);
    }

    [[nodiscard]] std::size_t size() const { return ends.empty() ? 0 : ends.back(); }

    /// How much of the response the client can decrypt when so much of the wire has come.
    [[nodiscard]] std::size_t decrypted(std::size_t come) const
    {
        std::size_t text = 0;
        for (std::size_t i = 0; i != ends.size() && ends[i] <= come; ++i)
            text += what.records[i].size();
        return text;
    }

    /// All about the edges of records, and some within.
    [[nodiscard]] std::vector<std::size_t> places() const
    {
        constexpr std::size_t stride = 17;
        std::vector<std::size_t> some;
        std::size_t begin = 0;
        for (auto const end : ends) {
            for (auto at = begin; at != end; ++at)
                if (at < begin + record_header + 2 || at + 2 >= end || at % stride == 0)
                    some.push_back(at);
            begin = end;
        }
        some.push_back(size());
        return some;
    }

    recorded_answer what;
    std::vector<std::size_t> ends; ///< of the records, on the wire
};

tls_server& identity()
{
    static tls_server only;
    return only;
}

fault_sweep over_tls(std::string const& name, unsigned retries = 0)
{
    return fault_sweep("TLS: " + name, retries, &identity());
}

std::vector<tls_answer> const& lasting_answers()
{
    static std::vector<tls_answer> const all{
        tls_answer(recorded_create(framing::length)),
        tls_answer(record_events(framing::chunks)),
    };
    return all;
}

scripted_reply reply_with(tls_answer const& answer)
{
    scripted_reply made;
    made.records = answer.what.records;
    return made;
}

/// What the server says until the client can send its request, and behind that: its tickets.
struct handshake_sizes
{
    std::size_t flight = 0;
    std::size_t tickets = 0;
};

handshake_sizes measure_handshake()
{
    fault_trial one(&identity());
    auto& server = one.connect();
    handshake_sizes sizes;
    server.damage_to_handshake = [&sizes](std::string& bytes) {
        if (sizes.flight == 0)
            sizes.flight = bytes.size();
        else
            sizes.tickets = bytes.size() - sizes.flight;
    };
    one.run(false);
    return sizes;
}

/// Keeps so many bytes of the flight.
std::function<void(std::string&)> cut_flight(std::size_t size)
{
    return [size](std::string& bytes) { bytes.resize(std::min(bytes.size(), size)); };
}

/// Keeps the flight, and so many bytes of the tickets.
std::function<void(std::string&)> cut_tickets(std::size_t size)
{
    return [size, flight = std::size_t{0}](std::string& bytes) mutable {
        if (flight == 0)
            flight = bytes.size();
        else
            bytes.resize(flight + size);
    };
}

std::string name_of(ending how)
{
    return how == ending::fin ? "FIN" : how == ending::rst ? "RST" : "stall";
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_fault_matrix_tls)

BOOST_AUTO_TEST_CASE(a_session_that_is_cut_breaks_or_falls_silent, *security)
{
    for (auto const how : {ending::fin, ending::rst, ending::stay}) {
        auto const* const more = how == ending::fin ? ", no close_notify" : "";
        auto sweep = over_tls(name_of(how) + " after N bytes" + more);
        for (auto const& answer : lasting_answers()) {
            for (auto const n : answer.places()) {
                auto reply = reply_with(answer);
                reply.damage = [n](std::string& bytes) { bytes.resize(n); };
                reply.then = how;
                auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
                sweep.run(answer.what, n, give, after_cut(answer.what, answer.decrypted(n), how));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_body_whose_end_is_that_of_the_session)
{
    auto ended = over_tls("close_notify after N bytes of the response");
    auto cut = over_tls("until close, FIN alone after N bytes of the response");
    for (auto const& what : {recorded_create(framing::close), record_events(framing::close)}) {
        auto const all = what.bytes();
        std::vector<std::size_t> places(what.ends);
        for (std::size_t n = 0; n < all.size(); n += 13)
            places.push_back(n);
        places.push_back(all.size());
        for (auto const n : places) {
            scripted_reply reply;
            if (n != 0)
                reply.records = {all.substr(0, n)};
            reply.then = ending::fin;
            auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
            // Anybody on the path can forge a FIN.
            expected forged(errc::truncated_response);
            forged.events = what.events_within(n);
            cut.run(what, n, give, n >= what.enough ? whole(what) : forged);
            reply.close_notify = true;
            ended.run(what, n, give, after_cut(what, n, ending::fin));
        }
    }
}

BOOST_AUTO_TEST_CASE(records_that_come_in_pieces)
{
    auto splits = over_tls("wait between two bytes");
    auto drips = over_tls("wait between all bytes");
    for (auto const& answer : lasting_answers()) {
        auto reply = reply_with(answer);
        auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
        for (auto const n : answer.places()) {
            reply.splits = {n};
            splits.run(answer.what, n, give, whole(answer.what));
        }
        reply.drips = true;
        drips.run(answer.what, 0, give, whole(answer.what));
    }
}

BOOST_AUTO_TEST_CASE(records_that_change_on_their_way, *security)
{
    // Not a byte of a record that was changed is believed.
    auto turned = over_tls("a bit turned at N");
    auto inserted = over_tls("garbage inserted at N");
    auto lost = over_tls("record N lost");
    for (auto const& answer : lasting_answers()) {
        auto reply = reply_with(answer);
        reply.then = ending::rst; // should a length have grown, and more be waited for
        auto const give = [&](fault_trial& trial) { trial.connect().replies = {reply}; };
        auto const wanted = [&](std::size_t come) {
            auto want = after_cut(answer.what, answer.decrypted(come), ending::rst);
            if (want.code)
                want.code = errc::tls_failure;
            return want;
        };
        std::size_t begin = 0;
        for (std::size_t i = 0; i != answer.ends.size(); ++i) {
            auto const end = answer.ends[i];
            for (auto const n : answer.places()) {
                if (n < begin || n >= end)
                    continue;
                auto want = wanted(n);
                // Ciphertext is random: what is inserted must not be what was there.
                bool const in_header = n < begin + record_header;
                reply.damage = [n, in_header](std::string& bytes) {
                    bool const same = !in_header && bytes[n] == '\x17';
                    bytes.insert(n, same ? "\x18\x03\x03" : "\x17\x03\x03", 3);
                };
                want.or_code = asio::error::connection_reset;
                inserted.run(answer.what, n, give, want);
                reply.damage = [n](std::string& bytes) {
                    bytes[n] = static_cast<char>(bytes[n] ^ (1 << (n % 7)));
                };
                turned.run(answer.what, n, give, want);
            }
            reply.damage = [begin, end](std::string& bytes) { bytes.erase(begin, end - begin); };
            auto want = wanted(begin);
            if (i + 1 == answer.ends.size() && want.code)
                want.code = asio::error::connection_reset; // none is there to show it
            lost.run(answer.what, i, give, want);
            begin = end;
        }
    }
}

BOOST_AUTO_TEST_CASE(a_handshake_that_is_cut)
{
    constexpr std::size_t stride = 23;
    constexpr std::size_t spread = 8;             // signatures are not all of one size,
    constexpr std::size_t spread_of_tickets = 32; // and tickets neither
    auto const sizes = measure_handshake();
    auto const& answer = lasting_answers().front();
    for (auto const how : {ending::fin, ending::rst, ending::stay}) {
        auto const sweep_over = [&](std::string const& part,
                                    std::size_t size,
                                    auto const& cut_at,
                                    expected const& right,
                                    bool retried) {
            auto const name = name_of(how) + " after N bytes of the " + part;
            auto once = over_tls(name);
            auto again = over_tls(name + ", one retry", 1);
            auto recovered = after_retry(whole(answer.what));
            recovered.took += right.took;
            for (std::size_t n = 0; n < size; n += stride) {
                auto const cut = [&](fault_trial& trial) {
                    auto& server = trial.connect();
                    server.damage_to_handshake = cut_at(n);
                    server.after_handshake_damage = how;
                };
                once.run(answer.what, n, cut, right);
                auto const twice = [&](fault_trial& trial) {
                    cut(trial);
                    trial.connect().replies = {reply_with(answer)};
                };
                again.run(answer.what, n, twice, retried ? recovered : right);
            }
        };
        auto const failed = how == ending::fin   ? expected(errc::tls_handshake)
                            : how == ending::rst ? expected(asio::error::connection_reset)
                                                 : expected(errc::tls_timeout, trial_limits::tls);
        sweep_over("handshake", sizes.flight - spread, &cut_flight, failed, true);
        auto const silent = after_cut(answer.what, 0, how);
        sweep_over(
            "tickets", sizes.tickets - spread_of_tickets, &cut_tickets, silent, how != ending::stay
        );
    }
}

BOOST_AUTO_TEST_CASE(a_handshake_that_changes_on_its_way, *security)
{
    auto turned = over_tls("a bit turned at N of the handshake");
    auto const sizes = measure_handshake();
    auto const& answer = lasting_answers().front();
    for (std::size_t n = 0; n < sizes.flight + sizes.tickets; n += 11) {
        auto const give = [&](fault_trial& trial) {
            auto& server = trial.connect();
            server.replies = {reply_with(answer)};
            server.damage_to_handshake = [n](std::string& bytes) {
                if (n < bytes.size())
                    bytes[n] = static_cast<char>(bytes[n] ^ (1 << (n % 7)));
            };
        };
        auto want = anything_behind(answer.what, 0);
        want.answer = recorded_whole();
        turned.run(answer.what, n, give, want);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
