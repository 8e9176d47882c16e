#include "support/hicap_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace hicap;

namespace {

asio::awaitable<std::string> read_text(stream<chat::chunk>& events)
{
    std::string text;
    while (auto const* chunk = co_await events.next())
        text += chunk->text();
    co_return text;
}

asio::awaitable<std::string> read_deltas(stream<chat::chunk>& events)
{
    std::string all;
    auto text = events.text();
    while (auto const piece = co_await text.next())
        all += *piece;
    co_return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(chat_streams, test::hicap_fixture)

BOOST_AUTO_TEST_CASE(chunks_add_up_to_the_whole_answer)
{
    client const hicap(options());
    auto const whole = create(hicap, ask("rivers"));

    auto events = open_stream(hicap, ask("rivers"));
    BOOST_TEST(events.http_status() == 200);
    BOOST_TEST(events.request_id().starts_with("req_"));
    BOOST_TEST(events.rate_limit().requests.remaining.has_value());

    BOOST_TEST(run(read_text(events)) == whole.text());
    BOOST_TEST(events.snapshot().text() == whole.text());
    BOOST_TEST((events.snapshot().choices[0].finish_reason == chat::finish_reason::stop));
    BOOST_TEST(events.snapshot().model == "gpt-5");
}

BOOST_AUTO_TEST_CASE(after_the_end_next_is_null_again_and_again)
{
    client const hicap(options());
    auto events = open_stream(hicap, ask("rivers"));
    run(read_text(events));
    BOOST_TEST((run(events.next()) == nullptr));
    BOOST_TEST((run(events.next()) == nullptr));
}

BOOST_AUTO_TEST_CASE(text_gives_the_deltas_alone)
{
    client const hicap(options());
    auto first = open_stream(hicap, ask("rivers"));
    auto second = open_stream(hicap, ask("rivers"));
    BOOST_TEST(run(read_deltas(first)) == run(read_text(second)));
}

BOOST_AUTO_TEST_CASE(collect_gives_the_final_value_with_usage)
{
    client const hicap(options());
    auto request = ask("rivers");
    request.stream_options = chat::stream_options{.include_usage = true};
    auto events = open_stream(hicap, request);
    auto const all = run(events.collect());
    BOOST_TEST_REQUIRE(all.usage.has_value());
    BOOST_TEST(all.usage->completion_tokens > 0);
    BOOST_TEST(!all.text().empty());
}

BOOST_AUTO_TEST_CASE(choices_that_interleave_are_told_apart)
{
    client const hicap(options());
    auto request = ask("rivers");
    request.n = 3;
    auto const whole = create(hicap, request);
    auto events = open_stream(hicap, request);
    auto const streamed = run(events.collect());
    BOOST_TEST_REQUIRE(streamed.choices.size() == 3U);
    for (std::size_t i = 0; i != 3; ++i) {
        BOOST_TEST(
            streamed.choices[i].message.content.value() == whole.choices[i].message.content.value()
        );
        BOOST_TEST(streamed.choices[i].finish_reason.str() == whole.choices[i].finish_reason.str());
    }
}

BOOST_AUTO_TEST_CASE(tool_calls_are_assembled_from_their_pieces)
{
    client const hicap(options());
    auto request = ask_for_weather();

    auto const whole = create(hicap, request);
    auto events = open_stream(hicap, request);
    auto const streamed = run(events.collect());

    auto const& expected = whole.choices[0].message.tool_calls;
    auto const& got = streamed.choices[0].message.tool_calls;
    BOOST_TEST_REQUIRE(got.size() == expected.size());
    auto const& call = std::get<chat::function_tool_call>(got[0]);
    BOOST_TEST(call.function.name == "get_weather");
    BOOST_TEST(!call.id.empty());
    BOOST_TEST(
        call.function.arguments ==
        std::get<chat::function_tool_call>(expected[0]).function.arguments
    );
    BOOST_TEST((streamed.choices[0].finish_reason == chat::finish_reason::tool_calls));
}

BOOST_AUTO_TEST_CASE(members_of_other_vendors_are_assembled_in_extra)
{
    client const hicap(options());
    auto request = ask("rivers");
    request.extra.set("thinking", raw_json(R"({"type":"enabled","budget_tokens":100})"));
    auto events = open_stream(hicap, request);

    std::string reasoning;
    while (auto const* chunk = run(events.next()))
        for (auto const& choice : chunk->choices)
            reasoning += choice.delta.extra.string("reasoning_content").value_or("");
    BOOST_TEST(!reasoning.empty());
    auto const& message = events.snapshot().choices[0].message;
    BOOST_TEST(message.extra.string("reasoning_content").value() == reasoning);
}

BOOST_AUTO_TEST_CASE(without_assembling_the_snapshot_stays_empty)
{
    client const hicap(options());
    request_options plain;
    plain.assemble = false;
    auto events = open_stream(hicap, ask("rivers"), plain);
    BOOST_TEST(!run(read_text(events)).empty());
    BOOST_TEST(events.snapshot().choices.empty());
}

BOOST_AUTO_TEST_CASE(a_stream_can_be_moved_between_events)
{
    client const hicap(options());
    auto const whole = create(hicap, ask("rivers"));
    auto first = open_stream(hicap, ask("rivers"));
    std::string text(run(first.next())->text());
    text += run(first.next())->text();
    auto second = std::move(first);
    text += run(read_text(second));
    BOOST_TEST(text == whole.text());
}

BOOST_AUTO_TEST_CASE(dropping_a_stream_stops_the_server)
{
    client const hicap(options());
    auto const slow = with({{"x-emulator-tokens", "100000"}});
    {
        auto events = open_stream(hicap, ask("rivers"), slow);
        for (int i = 0; i != 5; ++i)
            BOOST_TEST((run(events.next()) != nullptr));
    }
    while (server.statistics().streams_abandoned == 0)
        context.run_one();
    BOOST_TEST(server.statistics().streams_finished == 0U);
    BOOST_TEST(server.statistics().tokens_generated < 100'000U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_not_read_holds_the_server_back)
{
    client const hicap(options());
    constexpr std::uint64_t wished = 1'000'000; // far more than sockets hold
    auto const endless = with({{"x-emulator-tokens", std::to_string(wished)}});
    auto events = open_stream(hicap, ask("rivers"), endless);
    BOOST_TEST((run(events.next()) != nullptr));

    std::uint64_t made = 0;
    while (std::exchange(made, server.statistics().tokens_generated) != made)
        settle();
    BOOST_TEST(made < wished);
}

BOOST_AUTO_TEST_CASE(a_default_constructed_stream_can_be_destroyed_and_assigned)
{
    client const hicap(options());
    stream<chat::chunk> events;
    events = open_stream(hicap, ask("rivers"));
    BOOST_TEST(!run(read_text(events)).empty());
}

BOOST_AUTO_TEST_SUITE_END()
