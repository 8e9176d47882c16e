#include "json/codec.hpp"
#include "support/hicap_fixture.hpp"

#include <hicap/responses.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace hicap;

namespace {

struct responses_over_tls : test::hicap_fixture
{
    [[nodiscard]] static responses::request asking(std::string prompt)
    {
        responses::request request;
        request.model = "gpt-5";
        request.input = std::move(prompt);
        return request;
    }

    responses::event_stream open(responses::request const& request, request_options const& how = {})
    {
        return run(api.responses().stream(request, how));
    }

    client api{options()};
};

std::string written(responses::output_item const& item)
{
    responses::response whole;
    whole.output.push_back(item);
    std::string text;
    json::encode(whole, text);
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_responses, responses_over_tls)

BOOST_AUTO_TEST_CASE(a_response_is_made_stored_and_removed)
{
    auto const request = asking("the sea");
    auto const made = run(api.responses().create(request));
    BOOST_TEST((made.status == responses::response_status::completed));
    BOOST_TEST(!made.text().empty());
    BOOST_TEST(made.usage->total_tokens > 0);

    auto const stored = run(api.responses().retrieve(made.id));
    BOOST_TEST(stored.text() == made.text());
    auto items = api.responses().input_items(made.id);
    auto const* const item = run(items.next());
    BOOST_TEST_REQUIRE(item != nullptr);
    BOOST_TEST(std::holds_alternative<responses::input_message>(*item));
    BOOST_TEST(run(items.next()) == nullptr);

    BOOST_TEST(run(api.responses().remove(made.id)).deleted);
    auto const again = [&] { return run(api.responses().retrieve(made.id)); };
    BOOST_CHECK_EXCEPTION(again(), api_error, [](api_error const& e) {
        return e.code() == errc::not_found;
    });
}

BOOST_AUTO_TEST_CASE(a_stream_comes_to_what_is_stored)
{
    auto const request = asking("the sea");
    auto events = open(request);
    std::string text;
    std::int64_t number = 0;
    while (auto const* const event = run(events.next())) {
        BOOST_TEST(event->sequence_number().value() == number++);
        BOOST_TEST(!std::holds_alternative<unknown>(*event));
        text += event->text();
    }
    auto const& whole = events.snapshot();
    BOOST_TEST(whole.text() == text);
    BOOST_TEST((whole.status == responses::response_status::completed));
    BOOST_TEST(run(api.responses().retrieve(whole.id)).text() == text);
    BOOST_TEST(api.statistics().connections_opened == 1U);
}

BOOST_AUTO_TEST_CASE(every_kind_of_event_has_a_type)
{
    auto const request = asking("everything");
    std::set<std::size_t> kinds;
    auto events = open(request, with({{"x-emulator-events", "all"}}));
    std::vector<responses::output_item> told; // before the last event tells all of it
    while (auto const* const event = run(events.next())) {
        BOOST_TEST(!std::holds_alternative<unknown>(*event), event->type());
        kinds.insert(event->index());
        if (!event->terminal())
            told = events.snapshot().output;
    }
    // What the events tell is what is stored in the end.
    auto const stored = run(api.responses().retrieve(events.snapshot().id));
    BOOST_TEST_REQUIRE(stored.output.size() == told.size());
    for (std::size_t i = 0; i != told.size(); ++i)
        BOOST_TEST(written(told[i]) == written(stored.output[i]), "item " << i);
    for (auto const* const end : {"failed", "incomplete"}) {
        auto ending = open(request, with({{"x-emulator-events", end}}));
        while (auto const* const event = run(ending.next()))
            kinds.insert(event->index());
        BOOST_TEST((ending.snapshot().status == std::string_view(end)));
    }
    // The last is thrown in place of being given.
    auto failing = open(request, with({{"x-emulator-events", "error"}}));
    auto const drain = [&] {
        while (run(failing.next()) != nullptr) {
        }
    };
    BOOST_CHECK_EXCEPTION(drain(), api_error, [](api_error const& e) {
        return e.status() == 200 && !e.message().empty() && !e.request_id().empty();
    });
    BOOST_TEST(kinds.size() + 1 == 58U);
}

BOOST_AUTO_TEST_CASE(every_kind_of_item_has_a_type_and_can_be_sent_back)
{
    auto request = asking("everything");
    auto const all = with({{"x-emulator-items", "all"}});
    auto const made = run(api.responses().create(request, all));
    std::set<std::size_t> kinds;
    std::vector<responses::input_item> next;
    for (auto const& item : made.output) {
        BOOST_TEST(!std::holds_alternative<unknown>(item));
        kinds.insert(item.index());
        next.push_back(responses::as_input(item));
    }
    BOOST_TEST(kinds.size() == 28U);
    next.emplace_back(responses::user("go on"));
    request.input = next;
    BOOST_TEST(!run(api.responses().create(request)).text().empty());
}

BOOST_AUTO_TEST_CASE(a_function_is_called_and_answered)
{
    auto request = asking("get_weather for Paris please");
    responses::function_tool weather;
    weather.name = "get_weather";
    weather.parameters =
        raw_json(R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})"
        );
    request.tools.emplace_back(weather);
    auto events = open(request);
    auto const done = run(events.collect());
    responses::function_call const* call = nullptr;
    for (auto const& item : done.output)
        if (auto const* const one = std::get_if<responses::function_call>(&item))
            call = one;
    BOOST_TEST_REQUIRE(call != nullptr);
    BOOST_TEST(call->name == "get_weather");
    BOOST_TEST(raw_json(call->arguments).text().find("city") != std::string::npos);

    request.previous_response_id = done.id;
    std::vector<responses::input_item> next;
    next.emplace_back(responses::function_result(call->call_id, "12 degrees"));
    request.input = next;
    auto const answer = run(api.responses().create(request));
    BOOST_TEST((answer.status == responses::response_status::completed));
}

BOOST_AUTO_TEST_CASE(a_response_in_the_background_is_cancelled)
{
    auto request = asking("for ever");
    request.background = true;
    auto const queued = with({{"x-emulator-events", "queued"}});
    auto const made = run(api.responses().create(request, queued));
    BOOST_TEST((made.status == responses::response_status::queued));
    auto const cancelled = run(api.responses().cancel(made.id));
    BOOST_TEST((cancelled.status == responses::response_status::cancelled));
    BOOST_TEST(server.statistics().responses_cancelled == 1U);
    auto const stored = run(api.responses().retrieve(made.id));
    BOOST_TEST((stored.status == responses::response_status::cancelled));
}

BOOST_AUTO_TEST_CASE(items_are_listed_page_by_page)
{
    auto request = asking("");
    std::vector<responses::input_item> items;
    for (int i = 0; i != 7; ++i)
        items.emplace_back(responses::user("message " + std::to_string(i)));
    request.input = items;
    auto const made = run(api.responses().create(request));
    page_options which;
    which.limit = 3;
    which.order = "asc";
    auto pages = api.responses().input_items(made.id, which);
    std::size_t count = 0;
    while (auto const* const item = run(pages.next())) {
        auto const& message = std::get<responses::input_message>(*item);
        auto const& text = std::get<responses::input_text>(message.content.at(0)).text;
        BOOST_TEST(text == "message " + std::to_string(count++));
    }
    BOOST_TEST(count == 7U);
}

BOOST_AUTO_TEST_SUITE_END()
