#include "emulator/service.hpp"
#include "integration/emulator/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace emulator_test;
namespace emulation = hicap::emulation;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(emulator_response_life)

namespace {

/// The service without sockets, at a time that the test sets.
class service_at
{
public:
    explicit service_at(double tokens_per_second) : service_(options_with(tokens_per_second), now_)
    {}

    emulation::response
    ask(std::string method,
        std::string path,
        std::string body = {},
        std::vector<std::pair<std::string, std::string>> const& headers = {})
    {
        emulation::request request;
        request.method = std::move(method);
        request.target = "/v1" + path;
        request.body = std::move(body);
        request.headers.append("api-key", "k");
        for (auto const& [name, value] : headers)
            request.headers.append(name, value);
        return service_.answer(request, now_);
    }

    json::value get(std::string path) { return json::parse(ask("GET", std::move(path)).body); }

    std::string create(
        std::string_view members = R"({"background":true})",
        std::vector<std::pair<std::string, std::string>> const& headers = {}
    )
    {
        auto const made = ask("POST", "/responses", response_body("Hello", members), headers);
        BOOST_TEST_REQUIRE(made.status == 200, made.body);
        auto const whole = json::parse(made.body);
        status_ = text_at(whole, "/status");
        return "/responses/" + text_at(whole, "/id");
    }

    std::string status(std::string const& path) { return text_at(get(path), "/status"); }

    std::string const& created_status() const { return status_; }

    void pass(std::chrono::milliseconds time) { now_ += time; }

private:
    static hicap::emulator_options options_with(double tokens_per_second)
    {
        hicap::emulator_options options;
        options.tokens_per_second = tokens_per_second;
        return options;
    }

    emulation::time_point now_ = emulation::time_point() + 1h;
    emulation::service service_;
    std::string status_;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_response_is_kept_until_it_is_deleted)
{
    running_emulator const server;
    auto const made = send(server, "POST", "/responses", response_body("Hello")).json();
    auto const path = "/responses/" + text_at(made, "/id");

    BOOST_TEST((send(server, "GET", path).json() == made));
    auto const gone = send(server, "DELETE", path);
    BOOST_TEST(gone.status == 200);
    BOOST_TEST(text_at(gone.json(), "/id") == text_at(made, "/id"));
    BOOST_TEST(text_at(gone.json(), "/object") == "response");
    BOOST_TEST(gone.json().at("deleted").as_bool());
    for (auto const* method : {"GET", "DELETE"}) {
        auto const answer = send(server, method, path);
        BOOST_TEST(answer.status == 404);
        BOOST_TEST(answer.error("type") == "not_found_error");
        BOOST_TEST(answer.error("param") == "response_id");
    }
}

BOOST_AUTO_TEST_CASE(a_response_that_is_not_stored_is_not_kept)
{
    running_emulator const server;
    auto const made =
        send(server, "POST", "/responses", response_body("Hello", R"({"store":false})")).json();

    BOOST_TEST(send(server, "GET", "/responses/" + text_at(made, "/id")).status == 404);
}

BOOST_AUTO_TEST_CASE(the_oldest_makes_room_for_the_1025th)
{
    service_at service(0);
    auto const first = service.create("{}");
    auto const second = service.create("{}");
    for (int i = 0; i != 1023; ++i)
        service.create("{}");

    BOOST_TEST(service.ask("GET", first).status == 404);
    BOOST_TEST(service.ask("GET", second).status == 200);
}

BOOST_AUTO_TEST_CASE(a_background_response_goes_on_as_time_passes)
{
    service_at service(10);
    auto const path = service.create();

    BOOST_TEST(service.created_status() == "queued");
    BOOST_TEST(service.status(path) == "queued");
    service.pass(100ms);
    BOOST_TEST(service.status(path) == "in_progress");
    BOOST_TEST(service.get(path).at("output").as_array().empty());
    service.pass(1h);
    auto const whole = service.get(path);
    BOOST_TEST(text_at(whole, "/status") == "completed");
    BOOST_TEST(whole.at("usage").is_object());
    BOOST_TEST(!whole.at("completed_at").is_null());
}

BOOST_AUTO_TEST_CASE(without_a_pace_it_is_complete_when_it_is_looked_at)
{
    service_at service(0);
    auto const path = service.create();

    BOOST_TEST(service.created_status() == "queued");
    BOOST_TEST(service.status(path) == "completed");
}

BOOST_AUTO_TEST_CASE(the_tokens_of_the_background_are_told_once)
{
    service_at service(10);
    auto const path = service.create();
    service.pass(600ms);

    BOOST_TEST(service.ask("GET", path).tokens == 5U);
    BOOST_TEST(service.ask("GET", path).tokens == 0U);
    service.pass(200ms);
    auto const later = service.ask("GET", path);
    BOOST_TEST(later.tokens == 2U);
    BOOST_TEST(later.tokens_per_second == 0);
}

BOOST_AUTO_TEST_CASE(cancelling_stops_the_work_for_good)
{
    service_at service(10);
    auto const path = service.create();
    service.pass(600ms);

    auto const cancelled = service.ask("POST", path + "/cancel");
    BOOST_TEST(cancelled.status == 200);
    BOOST_TEST(cancelled.cancelled);
    BOOST_TEST(cancelled.tokens == 5U);
    BOOST_TEST(text_at(json::parse(cancelled.body), "/status") == "cancelled");
    service.pass(1h);
    auto const later = service.ask("GET", path);
    BOOST_TEST(later.tokens == 0U);
    BOOST_TEST(text_at(json::parse(later.body), "/status") == "cancelled");
    BOOST_TEST(json::parse(later.body).at("usage").is_null());
    auto const again = service.ask("POST", path + "/cancel");
    BOOST_TEST(!again.cancelled);
    BOOST_TEST(again.body == later.body);
}

BOOST_AUTO_TEST_CASE(a_complete_response_is_not_changed_by_cancelling)
{
    service_at service(0);
    auto const path = service.create();
    auto const before = service.ask("GET", path).body;
    auto const cancelled = service.ask("POST", path + "/cancel");

    BOOST_TEST(!cancelled.cancelled);
    BOOST_TEST(cancelled.body == before);
}

BOOST_AUTO_TEST_CASE(only_the_background_can_be_cancelled)
{
    service_at service(0);
    BOOST_TEST(service.ask("POST", service.create("{}") + "/cancel").status == 400);
    BOOST_TEST(service.ask("POST", "/responses/resp_1/cancel").status == 404);
}

BOOST_AUTO_TEST_CASE(a_background_response_can_stay_or_fail_on_demand)
{
    service_at service(10);
    auto const path_with = [&](char const* word) {
        return service.create(R"({"background":true})", {{"x-emulator-events", word}});
    };
    auto const queued = path_with("queued");
    auto const working = path_with("in_progress");
    auto const failing = path_with("failed");
    auto const broken = path_with("error");
    auto const filtered = path_with("incomplete");
    service.pass(24h * 300);

    BOOST_TEST(service.status(queued) == "queued");
    BOOST_TEST(service.status(working) == "in_progress");
    BOOST_TEST(service.status(failing) == "failed");
    BOOST_TEST(text_at(service.get(failing), "/error/code") == "server_error");
    BOOST_TEST(service.status(broken) == "failed");
    BOOST_TEST(service.status(filtered) == "incomplete");
    BOOST_TEST(text_at(service.get(filtered), "/incomplete_details/reason") == "content_filter");
    for (auto const& path : {queued, working}) {
        BOOST_TEST(service.ask("POST", path + "/cancel").cancelled);
        BOOST_TEST(service.status(path) == "cancelled");
    }
}

BOOST_AUTO_TEST_CASE(an_unfinished_response_cannot_be_continued)
{
    service_at service(10);
    auto const path = service.create();
    auto const id = path.substr(path.find("resp_"));
    auto const body = response_body("x", R"({"previous_response_id":")" + id + R"("})");

    BOOST_TEST(service.ask("POST", "/responses", body).status == 400);
    service.pass(1h);
    BOOST_TEST(service.ask("POST", "/responses", body).status == 200);
}

BOOST_AUTO_TEST_CASE(events_come_again_after_a_number)
{
    running_emulator const server;
    auto const body = response_body("Hello", R"({"stream":true})");
    auto const made = send(server, "POST", "/responses", body).named_events();
    auto const path = "/responses/" + text_at(made.front(), "/response/id");

    auto const again = send(server, "GET", path + "?stream=true&include_obfuscation=false");
    BOOST_TEST(again.named_events().size() == made.size());
    auto const after = send(server, "GET", path + "?stream=true&starting_after=4").named_events();
    BOOST_TEST(after.size() == made.size() - 5);
    BOOST_TEST(after.front().at("sequence_number").to_number<int>() == 5);
    BOOST_TEST((after.back() == made.back()));
    BOOST_TEST(send(server, "GET", path + "?stream=true&starting_after=9999").body == "");
}

BOOST_AUTO_TEST_CASE(the_query_is_checked)
{
    running_emulator const server;
    auto const made = send(server, "POST", "/responses", response_body("Hello")).json();
    auto const path = "/responses/" + text_at(made, "/id");
    std::vector<std::pair<char const*, char const*>> const table = {
        {"?stream=maybe", "stream"},
        {"?starting_after=1", "starting_after"},
        {"?stream=true&starting_after=x", "starting_after"},
        {"?stream=true&starting_after=-1", "starting_after"},
        {"/input_items?limit=0", "limit"},
        {"/input_items?limit=101", "limit"},
        {"/input_items?order=up", "order"},
        {"/input_items?after=msg_1", "after"},
    };
    for (auto const& [query, param] : table) {
        auto const answer = send(server, "GET", path + query);
        BOOST_TEST(answer.status == 400, query);
        BOOST_TEST(answer.error("param") == param);
    }
    BOOST_TEST(send(server, "GET", path + "?include[]=a&include=b").status == 200);
}

BOOST_AUTO_TEST_CASE(input_items_come_in_pages_the_last_first)
{
    running_emulator const server;
    auto const made = send(
                          server,
                          "POST",
                          "/responses",
                          response_body("x", R"({"input":[{"role":"user","content":"one"},
                {"role":"assistant","content":"two"},{"role":"user","content":"three"}]})")
    )
                          .json();
    auto const path = "/responses/" + text_at(made, "/id") + "/input_items";

    auto const first = send(server, "GET", path + "?limit=2").json();
    BOOST_TEST(text_at(first, "/object") == "list");
    BOOST_TEST(text_at(first, "/data/0/content/0/text") == "three");
    BOOST_TEST(text_at(first, "/data/1/content/0/type") == "output_text");
    BOOST_TEST(first.at("has_more").as_bool());
    BOOST_TEST((first.at("first_id") == first.at_pointer("/data/0/id")));
    auto const last = text_at(first, "/last_id");
    auto const second = send(server, "GET", path + "?limit=2&after=" + last).json();
    BOOST_TEST(second.at("data").as_array().size() == 1U);
    BOOST_TEST(text_at(second, "/data/0/content/0/text") == "one");
    BOOST_TEST(!second.at("has_more").as_bool());
    auto const ascending = send(server, "GET", path + "?order=asc").json();
    BOOST_TEST(text_at(ascending, "/data/0/content/0/text") == "one");
}

BOOST_AUTO_TEST_CASE(a_background_stream_goes_on_without_its_client)
{
    // Where each event is late, the client leaves between the making of one and its sending.
    for (auto const* delay : {"0", "10"}) {
        running_emulator const server;
        client connection(server->port());
        connection.send(request_text(
            "POST",
            "/responses",
            response_body("Hello", R"({"stream":true,"background":true})"),
            {{"api-key", "k"},
             {"x-emulator-tokens-per-second", "500"},
             {"x-emulator-delay-event", delay}}
        ));
        auto const head = connection.receive_until("response.output_text.delta");
        auto const start = head.find("resp_");
        auto const path = "/responses/" + head.substr(start, head.find('"', start) - start);
        connection.close();

        auto const rest =
            send(server, "GET", path + "?stream=true&starting_after=3").named_events();
        BOOST_TEST(rest.front().at("sequence_number").to_number<int>() == 4);
        BOOST_TEST(text_at(rest.back(), "/type") == "response.completed");
        auto const whole = send(server, "GET", path).json();
        BOOST_TEST((whole == rest.back().at("response")));
        BOOST_TEST(
            server->statistics().tokens_generated ==
            whole.at_pointer("/usage/output_tokens").to_number<std::uint64_t>()
        );
    }
}

BOOST_AUTO_TEST_CASE(a_stream_ends_when_its_response_is_cancelled_or_deleted)
{
    running_emulator const server;
    for (auto const* method : {"POST", "DELETE"}) {
        client connection(server->port());
        connection.send(request_text(
            "POST",
            "/responses",
            response_body("Hello", R"({"stream":true,"background":true})"),
            {{"api-key", "k"}, {"x-emulator-events", "queued"}}
        ));
        auto const head = connection.receive_until("response.queued");
        auto const start = head.find("resp_");
        auto const path = "/responses/" + head.substr(start, head.find('"', start) - start);
        auto const is_post = std::string_view(method) == "POST";

        BOOST_TEST(send(server, method, is_post ? path + "/cancel" : path).status == 200);

        // The last chunk is all that is left to come.
        connection.receive_until("0\r\n\r\n");
    }
    BOOST_TEST(server->statistics().responses_cancelled == 1U);
    BOOST_TEST(server->statistics().tokens_generated == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_in_the_foreground_can_be_watched)
{
    running_emulator const server;
    client connection(server->port());
    connection.send(request_text(
        "POST",
        "/responses",
        response_body("Hello", R"({"stream":true})"),
        {{"api-key", "k"}, {"x-emulator-tokens-per-second", "500"}}
    ));
    auto const head = connection.receive_until("response.output_item.added");
    auto const start = head.find("resp_");
    auto const path = "/responses/" + head.substr(start, head.find('"', start) - start);

    auto const watched = send(server, "GET", path + "?stream=true").named_events();
    BOOST_TEST(text_at(watched.back(), "/type") == "response.completed");
    BOOST_TEST(watched.front().at("sequence_number").to_number<int>() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
