#include "json/codec.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/error.hpp>
#include <hicap/responses.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hicap::test {
namespace {

using response_stream = responses::event_stream;

std::string const whole_response = response(
    200,
    R"({"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[
        {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[
        {"type":"output_text","text":"Hello","annotations":[]}]}]})"
);

/// An event of this type, with members behind it.
std::string event(std::string const& type, std::string const& more)
{
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + (more.empty() ? "" : ",") +
           more + "}\n\n";
}

std::string life(std::string const& type, std::string const& status, std::string const& more = "")
{
    return event(
        "response." + type,
        R"("response":{"id":"resp_1","created_at":1,"model":"m","status":")" + status + R"(")" +
            more + "}"
    );
}

/// Where something is in a response.
std::string place(int output, int content = 0)
{
    return R"("item_id":"i","output_index":)" + std::to_string(output) + R"(,"content_index":)" +
           std::to_string(content) + R"(,"summary_index":)" + std::to_string(content) +
           R"(,"command_index":)" + std::to_string(content);
}

struct responses_fixture : client_fixture
{
    responses_fixture()
    {
        asked.model = "gpt-5";
        asked.input = "a question";
    }

    [[nodiscard]] responses::resource of_api() { return api().responses(); }

    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        return {context, std::move(operation)};
    }

    started<responses::event const*> next(response_stream& from) { return start(from.next()); }

    static std::string all_text_in(asio::io_context& context, response_stream& from)
    {
        auto text = from.text();
        std::string all;
        for (;;) {
            started<std::optional<std::string_view>> waits(context, text.next());
            auto const piece = waits.get();
            if (!piece)
                return all;
            BOOST_TEST(!piece->empty());
            all += *piece;
        }
    }

    std::string all_text(response_stream& from) { return all_text_in(context, from); }

    /// What a stream of these events comes to.
    responses::response collect(std::string const& events)
    {
        client_fixture one;
        one.connect({stream_response(
            life("created", "in_progress") + events + life("completed", "completed")
        )});
        started<response_stream> opens(one.context, one.api().responses().stream(asked));
        started<responses::response> collects(one.context, opens.get().collect());
        return collects.get();
    }

    responses::request asked;
};

std::string written(responses::output_item const& item)
{
    responses::response whole;
    whole.output.push_back(item);
    std::string text;
    json::encode(whole, text);
    auto const begin = text.find("\"output\":[") + 10;
    return text.substr(begin, text.rfind(']') - begin);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_responses, responses_fixture)

BOOST_AUTO_TEST_CASE(a_response_is_made)
{
    auto const far = connect({whole_response});
    auto call = start(of_api().create(asked));
    BOOST_TEST(call.get().text() == "Hello");
    BOOST_TEST(call.get().request_id() == "r1");
    BOOST_TEST(far->sent.starts_with("POST /v1/responses HTTP/1.1\r\n"));
    BOOST_TEST(far->sent.ends_with(R"({"model":"gpt-5","input":"a question"})"));
}

BOOST_AUTO_TEST_CASE(members_can_be_added)
{
    auto const far = connect({whole_response});
    request_options of_call;
    of_call.extra_body.set("thinking", raw_json("true"));
    start(of_api().create(asked, of_call)).get();
    BOOST_TEST(far->sent.ends_with(R"("thinking":true})"));
}

BOOST_AUTO_TEST_CASE(a_stream_tells_of_a_response_as_it_grows)
{
    auto const far = connect({stream_response(
        life("created", "in_progress") +
        event(
            "response.output_item.added",
            R"("output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","content":[]})"
        ) +
        event("response.output_text.delta", place(0) + R"(,"delta":"Hel")") +
        event("response.output_text.delta", place(0) + R"(,"delta":"lo")") +
        life(
            "completed",
            "completed",
            R"(,"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3})"
        ) +
        event("response.output_text.delta", place(0) + R"(,"delta":"nobody reads this")")
    )});
    auto opens = start(of_api().stream(asked));
    auto& events = opens.get();
    BOOST_TEST(std::holds_alternative<responses::created>(*next(events).get()));
    BOOST_TEST((events.snapshot().status == "in_progress"));
    next(events).get();
    BOOST_TEST(next(events).get()->text() == "Hel");
    BOOST_TEST(events.snapshot().text() == "Hel");
    BOOST_TEST(next(events).get()->text() == "lo");
    BOOST_TEST(next(events).get()->terminal());
    BOOST_TEST(next(events).get() == nullptr);
    BOOST_TEST(next(events).get() == nullptr);
    BOOST_TEST(events.snapshot().text() == "Hello");
    BOOST_TEST((events.snapshot().usage->total_tokens == 3));
    BOOST_TEST((events.snapshot().status == "completed"));
    BOOST_TEST(far->sent.ends_with(R"({"model":"gpt-5","input":"a question","stream":true})"));
}

BOOST_AUTO_TEST_CASE(the_text_alone_is_a_stream_too)
{
    connect({stream_response(
        event("response.output_text.delta", place(0) + R"(,"delta":"a")") +
        event("response.refusal.delta", place(0, 1) + R"(,"delta":"no")") +
        event("response.output_text.delta", place(0) + R"(,"delta":"b")") +
        life("completed", "completed")
    )});
    auto opens = start(of_api().stream(asked));
    BOOST_TEST(all_text(opens.get()) == "ab");
}

BOOST_AUTO_TEST_CASE(a_response_that_comes_whole_has_text_too)
{
    connect({whole_response});
    auto opens = start(of_api().stream(asked));
    BOOST_TEST(all_text(opens.get()) == "Hello");
}

BOOST_AUTO_TEST_CASE(what_the_pieces_have_not_told_comes_at_the_end)
{
    auto const output = [](std::string const& text) {
        return R"(,"output":[{"type":"message","id":"m","role":"assistant","content":[)"
               R"({"type":"output_text","text":")" +
               text + R"("}]}])";
    };
    auto const piece = event("response.output_text.delta", place(0) + R"(,"delta":"Hel")");
    for (auto const& [text, events] :
         {std::pair("Hello", life("created", "in_progress") + piece),
          std::pair("Hel", life("created", "in_progress") + piece),
          std::pair("Hello", life("created", "in_progress"))}) {
        client_fixture one;
        one.connect({stream_response(events + life("completed", "completed", output(text)))});
        started<response_stream> opens(one.context, one.api().responses().stream(asked));
        BOOST_TEST(all_text_in(one.context, opens.get()) == text);
    }
    // Where it is not known what came before the first piece, there is nothing to be told.
    connect(
        {stream_response(piece + life("completed", "completed", output("He said: Hel"))),
         stream_response(
             life("created", "in_progress") + piece +
             life("completed", "completed", output("Hello"))
         )}
    );
    auto opens = start(of_api().stream(asked));
    BOOST_TEST(all_text(opens.get()) == "Hel");
    // What was read otherwise is not told again.
    auto other = start(of_api().stream(asked));
    next(other.get()).get();
    next(other.get()).get();
    BOOST_TEST(all_text(other.get()) == "lo");
}

BOOST_AUTO_TEST_CASE(text_that_was_lost_or_told_elsewhere_is_not_made_up)
{
    std::string const whole =
        R"(,"output":[{"type":"message","id":"m","role":"assistant","content":[)"
        R"({"type":"output_text","text":"AAABBBCCC"}]}])";
    auto const piece = [](std::string const& text) {
        return event("response.output_text.delta", place(0) + R"(,"delta":")" + text + '"');
    };
    connect({stream_response(
        life("created", "in_progress") + piece("AAA") + "data: {broken\n\n" + piece("CCC") +
        life("completed", "completed", whole)
    )});
    auto opens = start(of_api().stream(asked));
    auto text = opens.get().text();
    std::string told;
    for (int i = 0; i != 4; ++i) {
        auto next = start(text.next());
        if (next.code() == errc::invalid_json)
            continue; // that event alone is lost
        told += next.get().value_or("");
    }
    BOOST_TEST(told == "AAACCC");

    // Behind the last piece nothing is left to be told.
    client_fixture one;
    one.connect({stream_response(life("completed", "completed", whole))});
    started<response_stream> resumes(one.context, one.api().responses().resume("resp_1", 41));
    BOOST_TEST(all_text_in(one.context, resumes.get()) == "");
}

BOOST_AUTO_TEST_CASE(a_stream_without_an_end_is_cut)
{
    auto const begun = life("created", "in_progress");
    for (std::string const end : {"", "data: [DONE]\n\n"}) { // which gateways put behind anything
        client_fixture one;
        one.connect({stream_response(begun + end)});
        started<response_stream> opens(one.context, one.api().responses().stream(asked));
        started<responses::response> collects(one.context, opens.get().collect());
        BOOST_TEST((collects.code() == errc::truncated_stream));
        BOOST_TEST(opens.get().snapshot().id == "resp_1");
    }
}

BOOST_AUTO_TEST_CASE(a_response_that_failed_is_no_error)
{
    for (auto const* const end : {"failed", "incomplete"}) {
        client_fixture one;
        one.connect({stream_response(life(end, end))});
        started<response_stream> opens(one.context, one.api().responses().stream(asked));
        started<responses::response> collects(one.context, opens.get().collect());
        BOOST_TEST((collects.get().status == std::string_view(end)));
    }
}

BOOST_AUTO_TEST_CASE(an_error_in_place_of_a_response_is_thrown)
{
    std::string const object =
        R"({"error":{"message":"overloaded","type":"overloaded_error","code":null,"param":null}})";
    auto const check = [](auto& call) {
        BOOST_CHECK_EXCEPTION(call.get(), api_error, [](api_error const& e) {
            return e.message() == "overloaded" && e.type() == "overloaded_error" &&
                   e.status() == 200 && e.request_id() == "r1" && !e.body().empty();
        });
    };
    asked.background = true;
    connect(
        {response(200, object),
         response(200, object),
         response(200, object),
         response(200, object),
         response(200, R"({"error":"overloaded"})")}
    );
    auto created = start(of_api().create(asked));
    check(created);
    auto waited = start(of_api().create_and_wait(asked));
    check(waited);
    auto retrieved = start(of_api().retrieve("resp_1"));
    check(retrieved);
    auto streamed = start(of_api().stream(asked));
    check(streamed);
    auto text = start(of_api().retrieve("resp_1"));
    BOOST_CHECK_EXCEPTION(text.get(), api_error, [](api_error const& e) {
        return e.message() == "overloaded";
    });
}

BOOST_AUTO_TEST_CASE(a_response_with_an_error_of_its_own_is_no_error)
{
    connect({response(
        200,
        R"({"id":"resp_1","status":"failed","error":{"code":"server_error","message":"m"},"new":1})"
    )});
    auto call = start(of_api().create(asked));
    BOOST_TEST(call.get().error->message == "m");
}

BOOST_AUTO_TEST_CASE(an_error_event_is_thrown)
{
    for (auto const* const members :
         {R"("code":"c1","message":"m1","param":"p1")",
          R"("error":{"type":"server_error","code":"c1","message":"m1","param":"p1"})",
          R"("message":"m1","error":{"code":"c1","message":"other","param":"p1"})"}) {
        client_fixture one;
        one.connect({stream_response(life("created", "in_progress") + event("error", members))});
        request_options of_call;
        for (bool const assemble : {true, false}) {
            of_call.assemble = assemble;
            one.connect({stream_response(life("created", "in_progress") + event("error", members))}
            );
            started<response_stream> opens(
                one.context, one.api().responses().stream(asked, of_call)
            );
            for (int i = 0; i != 1; ++i)
                started<responses::event const*>(one.context, opens.get().next()).get();
            started<responses::event const*> waits(one.context, opens.get().next());
            BOOST_CHECK_EXCEPTION(waits.get(), api_error, [](api_error const& e) {
                return e.api_code() == "c1" && e.message() == "m1" && e.param() == "p1" &&
                       e.request_id() == "r1" && e.status() == 200;
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_stream_is_one_event)
{
    connect({whole_response});
    auto opens = start(of_api().stream(asked));
    BOOST_TEST(std::holds_alternative<responses::completed>(*next(opens.get()).get()));
    BOOST_TEST(next(opens.get()).get() == nullptr);
    BOOST_TEST(opens.get().snapshot().text() == "Hello");
}

BOOST_AUTO_TEST_CASE(all_pieces_are_put_together)
{
    auto const item = [](int index, std::string const& json) {
        return event(
            "response.output_item.added",
            R"("output_index":)" + std::to_string(index) + R"(,"item":)" + json
        );
    };
    auto const delta = [](std::string const& type, std::string const& where, std::string const& text
                       ) { return event("response." + type, where + R"(,"delta":)" + text); };
    auto const done = collect(
        item(0, R"({"type":"reasoning","id":"i","summary":[]})") +
        delta("reasoning_summary_text.delta", place(0, 1), "\"s\"") +
        delta("reasoning_summary_text.delta", place(0, 1), "\"t\"") +
        delta("reasoning_text.delta", place(0), "\"r\"") +
        item(1, R"({"type":"function_call","call_id":"c","name":"f","arguments":""})") +
        delta("function_call_arguments.delta", place(1), R"("{\"a\"")") +
        delta("function_call_arguments.delta", place(1), "\":1}\"") +
        item(2, R"({"type":"custom_tool_call","call_id":"c","name":"g","input":""})") +
        delta("custom_tool_call_input.delta", place(2), "\"x\"") +
        item(3, R"({"type":"mcp_call","id":"i","server_label":"s","name":"n","arguments":""})") +
        delta("mcp_call_arguments.delta", place(3), "\"{}\"") +
        item(
            4,
            R"({"type":"code_interpreter_call","id":"i","status":"in_progress","container_id":"k","code":null})"
        ) +
        delta("code_interpreter_call_code.delta", place(4), "\"1+\"") +
        delta("code_interpreter_call_code.delta", place(4), "\"1\"") +
        event("response.code_interpreter_call.interpreting", place(4)) +
        item(5, R"({"type":"shell_call","call_id":"c","action":{"commands":[]}})") +
        event("response.shell_call_command.added", place(5) + R"(,"command":"l")") +
        delta("shell_call_command.delta", place(5), "\"s\"") +
        item(6, R"({"type":"shell_call_output","call_id":"c","output":[]})") +
        delta("shell_call_output_content.delta", place(6), R"({"stdout":"o"})") +
        delta("shell_call_output_content.delta", place(6), R"({"stdout":"k","stderr":"e"})") +
        delta("refusal.delta", place(7, 1), "\"no\"") +
        delta(
            "output_text.delta",
            place(7),
            R"("t","logprobs":[{"token":"t","logprob":-1,"top_logprobs":[{"token":"u","logprob":-2}]}])"
        ) +
        event(
            "response.output_text.annotation.added",
            place(7) +
                R"(,"annotation_index":0,"annotation":{"type":"file_path","file_id":"f","index":1})"
        )
    );
    BOOST_TEST_REQUIRE(done.output.size() == 8u);
    BOOST_TEST((done.status == "completed"));
    auto const& thoughts = std::get<responses::reasoning>(done.output[0]);
    BOOST_TEST(std::get<responses::summary_text>(thoughts.summary.at(1)).text == "st");
    BOOST_TEST(std::get<responses::reasoning_text>(thoughts.content->at(0)).text == "r");
    BOOST_TEST(std::get<responses::function_call>(done.output[1]).arguments == R"({"a":1})");
    BOOST_TEST(std::get<responses::custom_tool_call>(done.output[2]).input == "x");
    BOOST_TEST(std::get<responses::mcp_call>(done.output[3]).arguments == "{}");
    auto const& code = std::get<responses::code_interpreter_call>(done.output[4]);
    BOOST_TEST((code.code == "1+1"));
    BOOST_TEST((code.status == "interpreting"));
    BOOST_TEST(std::get<responses::shell_call>(done.output[5]).action.commands.at(0) == "ls");
    auto const& output = std::get<responses::shell_call_output>(done.output[6]).output.at(0);
    BOOST_TEST(output.stdout_text == "ok");
    BOOST_TEST(output.stderr_text == "e");
    auto const& message = std::get<responses::output_message>(done.output[7]);
    auto const& text = std::get<responses::output_text>(message.content.at(0));
    BOOST_TEST(text.text == "t");
    BOOST_TEST(text.logprobs->at(0).top_logprobs.at(0).token == "u");
    BOOST_TEST(std::get<responses::file_path>(text.annotations->at(0)).file_id == "f");
    BOOST_TEST(std::get<responses::refusal_part>(message.content.at(1)).refusal == "no");
}

BOOST_AUTO_TEST_CASE(what_comes_whole_takes_the_place_of_its_pieces)
{
    auto const done = collect(
        event("response.output_text.delta", place(0) + R"(,"delta":"lost")") +
        event("response.output_text.done", place(0) + R"(,"text":"text")") +
        event(
            "response.content_part.done",
            place(0, 1) + R"(,"part":{"type":"refusal","refusal":"r"})"
        ) +
        event(
            "response.output_item.done", R"("output_index":1,"item":{"type":"hologram","id":"h"})"
        )
    );
    BOOST_TEST(done.text() == "text");
    BOOST_TEST(written(done.output.at(1)) == R"({"type":"hologram","id":"h"})");
}

BOOST_AUTO_TEST_CASE(a_part_of_reasoning_makes_reasoning)
{
    for (auto const* const type : {"response.content_part.added", "response.content_part.done"}) {
        auto const done = collect(
            event(type, place(0, 1) + R"(,"part":{"type":"reasoning_text","text":"a","v":1})") +
            event("response.reasoning_text.delta", place(0, 1) + R"(,"delta":"b")") +
            event(
                "response.output_item.added",
                R"("output_index":1,"item":{"type":"message","id":"m","role":"assistant","content":[]})"
            ) +
            event(type, place(1) + R"(,"part":{"type":"reasoning_text","text":"c"})")
        );
        auto const& thoughts = std::get<responses::reasoning>(done.output.at(0));
        auto const& text = std::get<responses::reasoning_text>(thoughts.content->at(1));
        BOOST_TEST(text.text == "ab");
        BOOST_TEST(text.extra.text() == R"("v":1)");
        auto const& message = std::get<responses::output_message>(done.output.at(1));
        BOOST_TEST(std::get<responses::reasoning_text>(message.content.at(0)).text == "c");
    }
}

BOOST_AUTO_TEST_CASE(what_comes_for_an_item_of_another_kind_changes_nothing)
{
    auto const item = [](int index, std::string const& json) {
        return event(
            "response.output_item.added",
            R"("output_index":)" + std::to_string(index) + R"(,"item":)" + json
        );
    };
    std::string const thoughts =
        R"({"type":"reasoning","id":"r","encrypted_content":"e","summary":[]})";
    std::string const hologram = R"({"type":"hologram","id":"h"})";
    std::string const message =
        R"({"type":"message","id":"m","role":"assistant","content":[{"type":"refusal","refusal":"no"}]})";
    std::string others;
    for (int i = 0; i != 3; ++i) {
        for (auto const* const part :
             {R"({"type":"new","x":1})", R"({"type":"output_text","text":"a"})"}) {
            if (i != 2)
                others += event(
                    "response.content_part.added", place(i) + R"(,"part":)" + std::string(part)
                );
        }
        for (auto const* const type :
             {"output_text",
              "function_call_arguments",
              "custom_tool_call_input",
              "mcp_call_arguments",
              "code_interpreter_call_code",
              "shell_call_command"})
            others +=
                event("response." + std::string(type) + ".delta", place(i) + R"(,"delta":"x")");
        others += event("response.output_text.done", place(i) + R"(,"text":"x")");
        others += event("response.function_call_arguments.done", place(i) + R"(,"arguments":"x")");
        others += event("response.web_search_call.searching", place(i));
        others += event(
            "response.shell_call_output_content.delta", place(i) + R"(,"delta":{"stdout":"x"})"
        );
    }
    others += event("response.reasoning_text.delta", place(2) + R"(,"delta":"x")");
    others += event("response.reasoning_summary_text.delta", place(1) + R"(,"delta":"x")");
    auto const done = collect(item(0, thoughts) + item(1, hologram) + item(2, message) + others);
    BOOST_TEST_REQUIRE(done.output.size() == 3u);
    auto const& kept = std::get<responses::reasoning>(done.output[0]);
    BOOST_TEST((kept.encrypted_content == "e"));
    BOOST_TEST(kept.content.is_absent());
    BOOST_TEST(kept.summary.empty());
    BOOST_TEST(written(done.output[1]) == hologram);
    auto const& said = std::get<responses::output_message>(done.output[2]);
    BOOST_TEST_REQUIRE(said.content.size() == 1u);
    BOOST_TEST(std::get<responses::refusal_part>(said.content[0]).refusal == "no");
}

BOOST_AUTO_TEST_CASE(an_index_beyond_all_reason_is_refused)
{
    for (auto const* const index : {"-1", "100001", "9223372036854775807"}) {
        client_fixture one;
        one.connect({stream_response(event(
            "response.output_text.delta",
            R"("delta":"x","content_index":0,"output_index":)" + std::string(index)
        ))});
        started<response_stream> opens(one.context, one.api().responses().stream(asked));
        started<responses::response> collects(one.context, opens.get().collect());
        BOOST_TEST((collects.code() == errc::invalid_response), index);
    }
}

BOOST_AUTO_TEST_CASE(what_may_be_missing_before_what_comes_is_bounded)
{
    auto const delta = [](int item, int part) {
        return event(
            "response.output_text.delta",
            R"("delta":"x","content_index":)" + std::to_string(part) + R"(,"output_index":)" +
                std::to_string(item)
        );
    };
    // A stream that is resumed begins in the midst.
    auto const midst = collect(
        delta(300, 700) +
        event("response.completed", R"("response":{"id":"r","status":"completed"})")
    );
    BOOST_TEST(midst.output.size() == 301u);
    for (auto const& events : {delta(1'025, 0), delta(300, 725), delta(600, 0) + delta(600, 500)}) {
        client_fixture one;
        one.connect({stream_response(events)});
        started<response_stream> opens(one.context, one.api().responses().stream(asked));
        started<responses::response> collects(one.context, opens.get().collect());
        BOOST_TEST((collects.code() == errc::invalid_response));
        BOOST_TEST(contains(collects.what(), "are missing"), collects.what());
    }
}

BOOST_AUTO_TEST_CASE(a_stored_response_is_retrieved)
{
    auto const far = connect({whole_response});
    responses::retrieve_options which;
    which.include = {responses::include::encrypted_reasoning, responses::include::output_logprobs};
    auto call = start(of_api().retrieve("resp/1", which));
    BOOST_TEST(call.get().text() == "Hello");
    BOOST_TEST(
        far->sent.starts_with("GET /v1/responses/resp%2F1?include=reasoning.encrypted_content"
                              "&include=message.output_text.logprobs HTTP/1.1\r\n")
    );
}

BOOST_AUTO_TEST_CASE(what_items_leave_out_can_be_asked_for)
{
    std::string const page =
        R"({"data":[{"type":"new","id":"i1"}],"has_more":true,"first_id":"i1"})";
    auto const far =
        connect({response(200, page), response(200, R"({"data":[],"has_more":false})")});
    responses::list_options which;
    which.limit = 1;
    which.include = {responses::include::encrypted_reasoning, responses::include::output_logprobs};
    auto items = of_api().input_items("resp_1", which);
    BOOST_TEST(std::holds_alternative<unknown>(*start(items.next()).get()));
    BOOST_TEST(start(items.next()).get() == nullptr);
    auto const path = std::string("GET /v1/responses/resp_1/input_items?include="
                                  "reasoning.encrypted_content&include="
                                  "message.output_text.logprobs");
    BOOST_TEST(far->sent.starts_with(path + "&limit=1 HTTP/1.1\r\n"));
    BOOST_TEST(contains(far->sent, path + "&after=i1&limit=1 HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(the_text_of_an_event_is_at_hand)
{
    connect(
        {stream_response(
             life("created", "in_progress") + "data: {\"type\":\n\n" +
             event("response.output_text.delta", place(0) + R"(,"delta":"a")") +
             life("completed", "completed")
         ),
         whole_response}
    );
    auto opens = start(of_api().stream(asked));
    auto& events = opens.get();
    BOOST_TEST(events.raw().empty());
    next(events).get();
    BOOST_TEST(events.raw().starts_with(R"({"type":"response.created","response":{)"));
    BOOST_TEST((next(events).code() == errc::invalid_json));
    BOOST_TEST(events.raw() == R"({"type":)");
    next(events).get();
    BOOST_TEST(events.raw().ends_with(R"("delta":"a"})"));
    BOOST_TEST(start(events.ready(std::chrono::milliseconds(0))).get());
    BOOST_TEST(events.raw().empty());
    next(events).get();
    BOOST_TEST(events.raw().starts_with(R"({"type":"response.completed")"));
    BOOST_TEST(next(events).get() == nullptr);
    BOOST_TEST(events.raw().empty());

    auto other = start(of_api().stream(asked));
    next(other.get()).get();
    BOOST_TEST(other.get().raw().starts_with(R"({"id":"resp_1")"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_read_is_told_by_its_error)
{
    auto const long_text = R"({"id":"sk-canary-of-tests)" + std::string(100'000, 'x');
    connect({response(200, R"({"id":)"), response(200, "[1]"), response(200, long_text)});
    for (auto const* const body : {R"({"id":)", "[1]"}) {
        auto call = start(of_api().create(asked));
        BOOST_CHECK_EXCEPTION(call.get(), error, [body](error const& e) {
            BOOST_TEST(e.body() == body);
            return e.code() == errc::invalid_json || e.code() == errc::unexpected_content;
        });
    }
    auto call = start(of_api().create(asked));
    BOOST_CHECK_EXCEPTION(call.get(), error, [](error const& e) {
        BOOST_TEST(!contains(e.body(), "sk-canary"));
        return e.body().size() == 64u * 1024 && e.body().starts_with(R"({"id":"***xxx)");
    });
}

BOOST_AUTO_TEST_CASE(the_background_may_be_the_usual_place)
{
    options.extra_body.set("background", raw_json("true"));
    auto const far = connect({});
    for (bool const background : {true, false}) {
        if (!background)
            asked.background = false;
        auto const used = background ? far : connect({});
        auto call = start(of_api().create(asked));
        call.cancel();
        settle();
        // The answer has the id by which it can be cancelled.
        BOOST_TEST(used->open == background);
    }
}

BOOST_AUTO_TEST_CASE(a_response_in_the_background_is_cancelled)
{
    auto const far = connect({whole_response});
    auto call = start(of_api().cancel("resp_1"));
    BOOST_TEST(call.get().id == "resp_1");
    BOOST_TEST(far->sent.starts_with("POST /v1/responses/resp_1/cancel HTTP/1.1\r\n"));
    BOOST_TEST(contains(far->sent, "\r\nContent-Length: 0\r\n"));
}

BOOST_AUTO_TEST_CASE(a_stored_response_is_removed)
{
    auto const far = connect(
        {response(200, R"({"id":"resp_1","object":"response","deleted":true})"),
         "HTTP/1.1 204 No Content\r\nx-request-id: r2\r\n\r\n",
         response(404, R"({"error":{"message":"gone"}})")}
    );
    auto first = start(of_api().remove("resp_1"));
    BOOST_TEST(first.get().deleted);
    auto second = start(of_api().remove("resp_2"));
    BOOST_TEST(second.get().deleted);
    BOOST_TEST(second.get().id == "resp_2");
    BOOST_TEST((start(of_api().remove("resp_3")).code() == errc::not_found));
    BOOST_TEST(far->sent.starts_with("DELETE /v1/responses/resp_1 HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(what_a_response_was_made_from_is_listed)
{
    auto const far = connect(
        {response(
             200,
             R"({"object":"list","data":[{"type":"message","id":"m1","role":"user","content":[]}],
            "last_id":"m1","has_more":true})"
         ),
         response(200, R"({"object":"list","data":[{"type":"later"}],"has_more":false})")}
    );
    auto items = of_api().input_items("resp_1");
    BOOST_TEST(std::get<responses::input_message>(*start(items.next()).get()).id.value() == "m1");
    BOOST_TEST(std::holds_alternative<unknown>(*start(items.next()).get()));
    BOOST_TEST(start(items.next()).get() == nullptr);
    BOOST_TEST(contains(far->sent, "GET /v1/responses/resp_1/input_items?after=m1 HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
