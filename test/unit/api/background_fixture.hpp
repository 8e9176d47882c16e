#ifndef HICAP_TEST_UNIT_API_BACKGROUND_FIXTURE_HPP
#define HICAP_TEST_UNIT_API_BACKGROUND_FIXTURE_HPP

#include "unit/api/client_fixture.hpp"

#include <hicap/responses.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {

/// A response with this status, as JSON.
inline std::string response_json(std::string const& status, std::string const& more = "")
{
    return R"({"id":"resp_1","object":"response","created_at":1,"model":"m","status":")" + status +
           R"(")" + more + "}";
}

inline std::string const saved_text =
    R"(,"output":[{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[)"
    R"({"type":"output_text","text":"Hello","annotations":[]}]}])";

/// The events of a response in the background that says "Hello".
inline std::vector<std::string> const& background_events()
{
    auto const event = [](std::string const& type, int number, std::string const& more) {
        return "event: " + type + "\ndata: {\"type\":\"" + type +
               "\",\"sequence_number\":" + std::to_string(number) + "," + more + "}\n\n";
    };
    auto const life = [&event](std::string const& type, int number, std::string const& json) {
        return event("response." + type, number, "\"response\":" + json);
    };
    auto const delta = [&event](int number, std::string const& text) {
        return event(
            "response.output_text.delta",
            number,
            R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":")" + text + '"'
        );
    };
    static std::vector<std::string> const all{
        life("created", 0, response_json("queued")),
        life("queued", 1, response_json("queued")),
        life("in_progress", 2, response_json("in_progress")),
        event(
            "response.output_item.added",
            3,
            R"("output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","content":[]})"
        ),
        delta(4, "Hel"),
        event("response.hologram.rotated", 5, R"("angle":1)"), // newer than this library
        delta(6, "lo"),
        life("completed", 7, response_json("completed", saved_text)),
    };
    return all;
}

inline std::string join_events(std::size_t first, std::size_t end)
{
    std::string text;
    for (auto i = first; i < end; ++i)
        text += background_events()[i];
    return text;
}

/// What a server answers to a request, and how it leaves the connection then.
struct wire_answer
{
    std::string text;
    bool closes = false;
    boost::system::error_code fails{};
};

/// A client, and a question that is answered in the background.
struct background_fixture : client_fixture
{
    using response_stream = responses::event_stream;
    using response_reply = reply<responses::response>;

    background_fixture()
    {
        asked.model = "gpt-5";
        asked.input = "a question";
        asked.background = true;
        options.retries.max_retries = 2;
    }

    [[nodiscard]] responses::resource of_api() { return api().responses(); }

    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        return {context, std::move(operation)};
    }

    started<responses::event const*> next(response_stream& from) { return start(from.next()); }

    /// The server that is dialled next, which answers each request by what this makes of it.
    std::shared_ptr<wire> serve(std::function<wire_answer(std::string const& request)> answer)
    {
        auto far = silent_server();
        far->when_sent = [to = far.get(),
                          answer = std::move(answer),
                          got = std::string()](std::string_view sent) mutable {
            got += sent;
            auto const head = got.find("\r\n\r\n");
            if (head == std::string::npos)
                return;
            auto const length = got.find("Content-Length: ");
            std::size_t size = head + 4;
            if (length < head)
                size += std::stoul(got.substr(length + 16));
            if (got.size() < size)
                return;
            auto const said = answer(got.substr(0, size));
            got.erase(0, size);
            to->give(said.text);
            if (said.closes)
                to->close();
            else if (said.fails)
                to->fail(said.fails);
        };
        dialer->connect(far);
        return far;
    }

    /// Lets time pass until `call` is done or nothing is left to wait for.
    template <class T>
    void finish(started<T>& call)
    {
        while (!call.done() && time->next())
            pass_to_next();
    }

    /// Spends the budget of retries that the client's calls share. Precondition: nobody is served.
    void spend_retries()
    {
        for (int i = 0; i != 40; ++i) { // each takes two
            auto fails = create();
            finish(fails);
            BOOST_TEST((fails.code() == asio::error::connection_refused));
        }
    }

    /// The client's books: abandoned, cancelled, finished, lost.
    void check_books(
        std::uint64_t abandoned, std::uint64_t cancelled, std::uint64_t finished, std::uint64_t lost
    )
    {
        auto const now = api().statistics();
        BOOST_TEST(now.responses_abandoned == abandoned);
        BOOST_TEST(now.responses_cancelled == cancelled);
        BOOST_TEST(now.responses_finished == finished);
        BOOST_TEST(now.responses_lost == lost);
    }

    void check_nothing_runs()
    {
        auto const now = api().statistics();
        BOOST_TEST(now.calls_running == 0u);
        BOOST_TEST(now.calls_waiting == 0u);
        BOOST_TEST(now.connections_leased == 0u);
        BOOST_TEST(now.connections_dialling == 0u);
    }

    static bool is_cancel(std::string_view sent)
    {
        return sent.starts_with("POST /v1/responses/resp_1/cancel HTTP/1.1\r\n");
    }

    std::string const cancelled_answer = response(200, response_json("cancelled"));

    responses::request asked;
};

} // namespace hicap::test

#endif
