#include "api/chat_assembler.hpp"
#include "json/codec.hpp"
#include "support/security.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hicap::test {
namespace {

using chat_assembler = detail::assembler<chat::chunk>;

chat::chunk parse(std::string const& json)
{
    chat::chunk made;
    auto const result = json::decode(json, made);
    BOOST_TEST_REQUIRE(bool(result), json << ": " << result.what);
    BOOST_TEST(result.mismatches.empty(), json);
    return made;
}

/// A chunk whose one choice has this index and these members.
std::string choice(int index, std::string const& members)
{
    return R"({"choices":[{"index":)" + std::to_string(index) + "," + members + "}]}";
}

std::string delta(std::string const& members, int index = 0)
{
    return choice(index, "\"delta\":{" + members + "}");
}

std::string tool_call(std::string const& members)
{
    return delta("\"tool_calls\":[{" + members + "}]");
}

std::string finish(int index = 0)
{
    return choice(index, R"("delta":{},"finish_reason":"stop")");
}

/// With `looks` somebody reads what there is after each of them.
chat_assembler assembled(std::vector<std::string> const& chunks, bool looks = false)
{
    chat_assembler made;
    for (auto const& json : chunks) {
        made.add(parse(json), true);
        if (looks)
            static_cast<void>(made.get());
    }
    return made;
}

chat::completion whole(std::initializer_list<std::string> chunks)
{
    return assembled(chunks).take();
}

bool complete(std::initializer_list<std::string> chunks)
{
    bool const result = assembled(chunks).complete();
    chat_assembler without;
    for (auto const& json : chunks)
        without.add(parse(json), false);
    BOOST_TEST(without.complete() == result);
    BOOST_TEST(without.get().choices.empty());
    return result;
}

chat::function_tool_call const& call_of(chat::completion const& from, std::size_t index)
{
    return std::get<chat::function_tool_call>(from.choices.at(0).message.tool_calls.at(index));
}

std::size_t calls_of(chat::completion const& from)
{
    return from.choices.at(0).message.tool_calls.size();
}

void check_refused(std::string const& json)
{
    for (bool const assemble : {true, false}) {
        chat_assembler made;
        BOOST_CHECK_EXCEPTION(made.add(parse(json), assemble), error, [](error const& e) {
            return e.code() == errc::invalid_response;
        });
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_chat_assembler)

BOOST_AUTO_TEST_CASE(pieces_of_text_are_joined)
{
    auto const got = whole(
        {delta(R"("role":"assistant","content":"")"),
         delta(R"("content":"Hel")"),
         delta(R"("content":"lo")"),
         finish()}
    );
    BOOST_TEST_REQUIRE(got.choices.size() == 1u);
    BOOST_TEST((got.choices[0].message.role == chat::role("assistant")));
    BOOST_TEST(got.text() == "Hello");
    BOOST_TEST((got.choices[0].finish_reason == chat::finish_reason("stop")));
}

BOOST_AUTO_TEST_CASE(what_all_chunks_say_is_said_once)
{
    std::string const common =
        R"("id":"c1","object":"chat.completion.chunk","created":5,"model":"m","service_tier":)"
        R"("default","system_fingerprint":"fp","choices":[])";
    auto const got = whole({"{" + common + "}", "{" + common + "}"});
    BOOST_TEST(got.id == "c1");
    BOOST_TEST(got.created == 5);
    BOOST_TEST(got.model == "m");
    BOOST_TEST((got.service_tier == chat::service_tier("default")));
    BOOST_TEST(*got.system_fingerprint == "fp");
    BOOST_TEST(got.extra.empty());
}

BOOST_AUTO_TEST_CASE(an_announcement_without_content_does_not_hide_what_follows)
{
    auto const got = whole(
        {R"({"id":"","created":0,"model":"","choices":[],"prompt_filter_results":[1]})",
         R"({"id":"c1","created":5,"model":"m","choices":[]})"}
    );
    BOOST_TEST(got.id == "c1");
    BOOST_TEST(got.created == 5);
    BOOST_TEST(got.model == "m");
    BOOST_TEST(got.extra.find("prompt_filter_results").value() == "[1]");
}

BOOST_AUTO_TEST_CASE(choices_may_be_interleaved)
{
    auto const got = whole(
        {delta(R"("content":"b")", 1),
         delta(R"("content":"a")", 0),
         R"({"choices":[{"index":1,"delta":{"content":"B"}},{"index":0,"delta":{"content":"A"}}]})",
         finish(1),
         finish(0)}
    );
    BOOST_TEST_REQUIRE(got.choices.size() == 2u);
    BOOST_TEST(*got.choices[0].message.content == "aA");
    BOOST_TEST(*got.choices[1].message.content == "bB");
    BOOST_TEST(got.choices[0].index == 0);
    BOOST_TEST(got.choices[1].index == 1);
}

BOOST_AUTO_TEST_CASE(null_and_absent_content_are_told_apart)
{
    auto const absent = whole({delta(R"("role":"assistant")")});
    BOOST_TEST(absent.choices[0].message.content.is_absent());
    auto const null = whole({delta(R"("content":null)")});
    BOOST_TEST(null.choices[0].message.content.is_null());
    auto const text =
        whole({delta(R"("content":null)"), delta(R"("content":"a")"), delta(R"("content":null)")});
    BOOST_TEST(*text.choices[0].message.content == "a");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_joined)
{
    auto const got = whole({delta(R"("refusal":"I ")"), delta(R"("refusal":"can't")")});
    BOOST_TEST(*got.choices[0].message.refusal == "I can't");
}

BOOST_AUTO_TEST_CASE(arguments_of_a_tool_call_are_joined)
{
    auto const got = whole(
        {tool_call(R"("index":0,"id":"t1","type":"function","function":{"name":"f","arguments":""})"
         ),
         tool_call(R"("index":0,"function":{"arguments":"{\"a\":"})"),
         tool_call(R"("index":0,"function":{"arguments":"1}"})"),
         finish()}
    );
    BOOST_TEST_REQUIRE(calls_of(got) == 1u);
    BOOST_TEST(call_of(got, 0).id == "t1");
    BOOST_TEST(call_of(got, 0).function.name == "f");
    BOOST_TEST(call_of(got, 0).function.arguments == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(the_input_of_a_custom_tool_call_is_joined)
{
    for (auto const* const type : {R"("type":"custom",)", ""}) {
        auto const got = whole(
            {tool_call(
                 R"("index":0,"id":"c",)" + std::string(type) +
                 R"("custom":{"name":"g","input":""})"
             ),
             tool_call(R"("index":0,"custom":{"input":"ab"})"),
             tool_call(
                 R"("index":1,"id":"f","type":"function","function":{"name":"f","arguments":"{}"})"
             ),
             tool_call(R"("index":0,"custom":{"input":"cd"},"vendor":1)"),
             finish()}
        );
        BOOST_TEST_REQUIRE(calls_of(got) == 2u);
        auto const& call =
            std::get<chat::custom_tool_call>(got.choices[0].message.tool_calls.at(0));
        BOOST_TEST(call.id == "c");
        BOOST_TEST(call.custom.name == "g");
        BOOST_TEST(call.custom.input == "abcd");
        BOOST_TEST(call.custom.extra.empty());
        BOOST_TEST(call.extra.find("vendor").value() == "1");
        BOOST_TEST(call_of(got, 1).function.name == "f");
    }
    // The kind may be told after the id.
    auto const late = whole(
        {tool_call(R"("index":0,"id":"c")"),
         tool_call(R"("index":0,"type":"custom","custom":{"name":"g","input":"x"})")}
    );
    auto const& call = std::get<chat::custom_tool_call>(late.choices[0].message.tool_calls.at(0));
    BOOST_TEST(call.id == "c");
    BOOST_TEST(call.custom.input == "x");
}

BOOST_AUTO_TEST_CASE(unknown_members_of_what_is_called_are_kept)
{
    std::vector<std::string> const chunks = {
        tool_call(R"("index":0,"id":"f","function":{"name":"f","signature":"s1","v":1})"),
        tool_call(R"("index":1,"id":"c","type":"custom","custom":{"name":"g","signature":"c1"})"),
        tool_call(R"("index":0,"function":{"arguments":"{}","signature":"s2"})"),
        tool_call(R"("index":1,"custom":{"input":"x","w":[2]})"),
        delta(R"("function_call":{"name":"old","vendor":3})"),
        delta(R"("function_call":{"arguments":"{}"})")};
    for (bool const looks : {false, true}) {
        auto const got = assembled(chunks, looks).take();
        BOOST_TEST(call_of(got, 0).function.extra.text() == R"("signature":"s2","v":1)");
        BOOST_TEST(call_of(got, 0).extra.empty());
        auto const& message = got.choices[0].message;
        auto const& custom = std::get<chat::custom_tool_call>(message.tool_calls.at(1));
        BOOST_TEST(custom.custom.extra.text() == R"("signature":"c1","w":[2])");
        BOOST_TEST(message.function_call->extra.text() == R"("vendor":3)");
    }
}

BOOST_AUTO_TEST_CASE(a_tool_call_of_a_new_type_is_unknown)
{
    std::vector<std::string> const chunks = {
        tool_call(R"("index":0,"id":"h","type":"hologram","hologram":{"text":"a\"","n":1},"v":1)"),
        tool_call(R"("index":0,"hologram":{"text":"b","m":{"k":2}},"v":2)"),
        tool_call(R"("index":0,"id":"h","type":"hologram","w":"x")"),
        tool_call(R"("index":1,"id":"f","function":{"name":"f"})"),
        tool_call(R"("index":0,"hologram":{"text":"c"},"w":"x")")};
    for (bool const looks : {false, true}) {
        auto const got = assembled(chunks, looks).take();
        BOOST_TEST_REQUIRE(calls_of(got) == 2u);
        auto const& call = std::get<unknown>(got.choices[0].message.tool_calls[0]);
        BOOST_TEST(call.type == "hologram");
        BOOST_TEST(
            call.json.text() == R"({"id":"h","type":"hologram","v":2,"w":"x",)"
                                R"("hologram":{"text":"a\"bc","n":1,"m":{"k":2}}})"
        );
        BOOST_TEST(call_of(got, 1).function.name == "f");
    }
}

BOOST_AUTO_TEST_CASE(a_new_type_may_come_late_or_with_a_payload_that_is_known)
{
    for (bool const looks : {false, true}) {
        std::vector<std::string> const chunks = {
            tool_call(R"("index":0,"id":"h","function":{"name":"f","v":1},"hologram":{"t":"a"})"),
            tool_call(R"("index":0,"type":"hologram","function":{"arguments":"{"})"),
            tool_call(R"("index":0,"hologram":{"t":"b"},"function":{"arguments":"}"})")};
        auto const got = assembled(chunks, looks).take();
        auto const& call = std::get<unknown>(got.choices[0].message.tool_calls.at(0));
        BOOST_TEST(
            call.json.text() ==
            R"({"id":"h","type":"hologram","function":{"name":"f","arguments":"{}","v":1},)"
            R"("hologram":{"t":"ab"}})"
        );
    }
}

BOOST_AUTO_TEST_CASE(the_payload_says_what_a_tool_call_is)
{
    auto const custom = whole(
        {tool_call(R"("index":0,"id":"c","type":"function","custom":{"name":"g","input":"x"})"),
         tool_call(R"("index":0,"type":"function","custom":{"input":"y"})")}
    );
    auto const& of_custom =
        std::get<chat::custom_tool_call>(custom.choices[0].message.tool_calls.at(0));
    BOOST_TEST(of_custom.id == "c");
    BOOST_TEST(of_custom.custom.name == "g");
    BOOST_TEST(of_custom.custom.input == "xy");

    auto const function = whole(
        {tool_call(R"("index":0,"id":"f","type":"custom")"),
         tool_call(R"("index":0,"type":"custom","function":{"name":"f","arguments":"{}"})")}
    );
    BOOST_TEST(call_of(function, 0).id == "f");
    BOOST_TEST(call_of(function, 0).function.name == "f");
    BOOST_TEST(call_of(function, 0).function.arguments == "{}");

    // Where there are both, the type decides, and nothing is lost.
    auto const both = whole(
        {tool_call(R"("index":0,"type":"custom","function":{"name":"f"},"custom":{"name":"g"})"),
         tool_call(R"("index":0,"function":{"arguments":"{}"},"custom":{"input":"x"})")}
    );
    auto const& of_both =
        std::get<chat::custom_tool_call>(both.choices[0].message.tool_calls.at(0));
    BOOST_TEST(of_both.custom.input == "x");
    BOOST_TEST(of_both.extra.text() == R"("function":{"name":"f","arguments":"{}"})");

    // A payload that says nothing decides nothing.
    for (auto const& [first, second] :
         {std::pair(
              R"("index":0,"type":"function","function":{"name":"","arguments":""},"custom":{"name":"n"})",
              R"("index":0,"custom":{"input":"abc"})"
          ),
          std::pair(
              R"("index":0,"function":{},"custom":{"name":"n","x":1})",
              R"("index":0,"custom":{"input":"abc","x":1})"
          )}) {
        auto const dumped = whole({tool_call(first), tool_call(second)});
        auto const& told =
            std::get<chat::custom_tool_call>(dumped.choices[0].message.tool_calls.at(0));
        BOOST_TEST(told.custom.name == "n");
        BOOST_TEST(told.custom.input == "abc");
        BOOST_TEST(told.extra.empty());
    }

    // The second thoughts of a server, and a reader who looks at each.
    chat_assembler made;
    for (auto const& json :
         {tool_call(R"("index":0,"function":{"v":1})"),
          tool_call(R"("index":0,"custom":{"w":2})"),
          tool_call(R"("index":0,"function":{"name":"f","v":33})"),
          tool_call(R"("index":0,"custom":{"w":4,"x":5})")}) {
        made.add(parse(json), true);
        static_cast<void>(made.get());
    }
    auto const doubtful = made.take();
    BOOST_TEST(call_of(doubtful, 0).function.extra.text() == R"("v":33)");
    BOOST_TEST(call_of(doubtful, 0).extra.text() == R"("custom":{"w":4,"x":5})");
}

BOOST_AUTO_TEST_CASE(spoken_output_is_joined)
{
    auto const got = whole(
        {delta(R"("audio":null)"),
         delta(R"("audio":{"id":"audio_1","transcript":"Hel"})"),
         delta(R"("audio":{"data":"UklG","transcript":"lo","vendor":1})"),
         delta(R"("audio":{"data":"RgAA"})"),
         delta(R"("audio":{"id":"audio_1","expires_at":7})"),
         finish()}
    );
    auto const& sound = got.choices[0].message.audio;
    BOOST_TEST_REQUIRE(sound.has_value());
    BOOST_TEST(sound->id == "audio_1");
    BOOST_TEST(sound->data == "UklGRgAA");
    BOOST_TEST(sound->transcript == "Hello");
    BOOST_TEST(sound->expires_at == 7);
    BOOST_TEST(sound->extra.find("vendor").value() == "1");
    BOOST_TEST(whole({delta(R"("audio":null)")}).choices[0].message.audio.is_null());
}

BOOST_AUTO_TEST_CASE(annotations_are_appended)
{
    auto const cites = [](std::string const& url) {
        return delta(
            R"("annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":1,)"
            R"("title":"t","url":")" +
            url + R"("}}])"
        );
    };
    auto const got = whole({cites("a"), delta(R"("content":"x")"), cites("b")});
    auto const& found = got.choices[0].message.annotations;
    BOOST_TEST_REQUIRE(found.size() == 2u);
    BOOST_TEST(std::get<chat::url_citation_annotation>(found[1]).url_citation.url == "b");
}

BOOST_AUTO_TEST_CASE(tool_calls_are_told_apart_by_their_index)
{
    auto const got = whole(
        {tool_call(R"("index":0,"id":"t0","function":{"name":"f","arguments":"a"})"),
         tool_call(R"("index":1,"id":"t1","function":{"name":"g","arguments":"b"})"),
         delta(R"("tool_calls":[{"index":1,"function":{"arguments":"B"}},)"
               R"({"index":0,"function":{"arguments":"A"}}])")}
    );
    BOOST_TEST_REQUIRE(calls_of(got) == 2u);
    BOOST_TEST(call_of(got, 0).function.arguments == "aA");
    BOOST_TEST(call_of(got, 1).function.arguments == "bB");
}

BOOST_AUTO_TEST_CASE(tool_calls_with_one_index_are_told_apart_by_their_id)
{
    auto const got = whole(
        {tool_call(R"("index":0,"id":"t0","function":{"name":"f","arguments":"a"})"),
         tool_call(R"("index":0,"id":"t1","function":{"name":"g","arguments":"b"})"),
         tool_call(R"("index":0,"function":{"arguments":"B"})"),
         tool_call(R"("index":0,"id":"t1","function":{"arguments":"!"})")}
    );
    BOOST_TEST_REQUIRE(calls_of(got) == 2u);
    BOOST_TEST(call_of(got, 0).function.arguments == "a");
    BOOST_TEST(call_of(got, 1).id == "t1");
    BOOST_TEST(call_of(got, 1).function.name == "g");
    BOOST_TEST(call_of(got, 1).function.arguments == "bB!");
}

BOOST_AUTO_TEST_CASE(an_id_that_is_repeated_begins_no_new_call)
{
    auto const got = whole(
        {tool_call(R"("index":0,"id":"t0","function":{"name":"f","arguments":"a"})"),
         tool_call(R"("index":0,"id":"t0","function":{"name":"f","arguments":"b"})"),
         tool_call(R"("index":0,"id":"","function":{"name":"","arguments":"c"})"),
         tool_call(R"("index":0,"id":null,"function":{"name":null,"arguments":"d"})")}
    );
    BOOST_TEST_REQUIRE(calls_of(got) == 1u);
    BOOST_TEST(call_of(got, 0).function.name == "f");
    BOOST_TEST(call_of(got, 0).function.arguments == "abcd");
}

BOOST_AUTO_TEST_CASE(an_id_may_be_missing_or_late)
{
    auto const missing = whole(
        {tool_call(R"("index":0,"function":{"name":"f"})"),
         tool_call(R"("index":0,"function":{"arguments":"a"})")}
    );
    BOOST_TEST_REQUIRE(calls_of(missing) == 1u);
    BOOST_TEST(call_of(missing, 0).id.empty());
    BOOST_TEST(call_of(missing, 0).function.arguments == "a");

    auto const late = whole(
        {tool_call(R"("index":0,"function":{"name":"f"})"),
         tool_call(R"("index":0,"id":"t0","function":{"arguments":"a"})")}
    );
    BOOST_TEST_REQUIRE(calls_of(late) == 1u);
    BOOST_TEST(call_of(late, 0).id == "t0");
    BOOST_TEST(call_of(late, 0).function.name == "f");
}

BOOST_AUTO_TEST_CASE(a_function_call_of_old_is_joined)
{
    auto const got = whole(
        {delta(R"("function_call":{"name":"f","arguments":""})"),
         delta(R"("function_call":{"arguments":"{"})"),
         delta(R"("function_call":{"arguments":"}"})")}
    );
    auto const& call = *got.choices[0].message.function_call;
    BOOST_TEST(call.name == "f");
    BOOST_TEST(call.arguments == "{}");
}

BOOST_AUTO_TEST_CASE(the_usage_comes_in_a_chunk_without_choices)
{
    auto const got = whole(
        {delta(R"("content":"a")"),
         finish(),
         R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})"}
    );
    BOOST_TEST(got.usage->total_tokens == 3);
    BOOST_TEST(got.text() == "a");
    auto const null_behind =
        whole({R"({"choices":[],"usage":{"total_tokens":3}})", R"({"choices":[],"usage":null})"});
    BOOST_TEST(null_behind.usage->total_tokens == 3);
}

BOOST_AUTO_TEST_CASE(more_unknown_members_than_any_answer_has_are_refused, *security)
{
    std::string members;
    for (int i = 0; i != 300; ++i)
        members += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":1";
    auto const chunk = parse(delta(members));
    detail::assembler<chat::chunk> made;
    BOOST_CHECK_EXCEPTION(made.add(chunk, true), error, [](error const& thrown) {
        return thrown.code() == errc::invalid_response;
    });
    BOOST_CHECK_NO_THROW(made.add(chunk, false));
}

BOOST_AUTO_TEST_CASE(unknown_texts_of_a_delta_grow_as_the_content_does)
{
    auto made = assembled(
        {delta(R"("reasoning_content":"Let ","note":"n")"),
         delta(R"("reasoning_content":"\"me\" ","score":1)"),
         delta(R"("reasoning_content":null,"score":2)"),
         delta(R"("reasoning_content":"think")")}
    );
    auto const& extra = made.get().choices[0].message.extra;
    BOOST_TEST(extra.string("reasoning_content").value() == "Let \"me\" think");
    BOOST_TEST(extra.string("note").value() == "n");
    BOOST_TEST(extra.find("score").value() == "2");
    // Looking does not disturb.
    made.add(parse(delta(R"("reasoning_content":"!")")), true);
    BOOST_TEST(
        made.get().choices[0].message.extra.string("reasoning_content").value() ==
        "Let \"me\" think!"
    );
    BOOST_TEST(
        made.take().choices[0].message.extra.string("reasoning_content").value() ==
        "Let \"me\" think!"
    );
}

BOOST_AUTO_TEST_CASE(unknown_members_are_the_same_however_often_one_looks)
{
    std::vector<std::string> const chunks = {
        delta(R"("r":"a\"","n":1)"),
        delta(R"("n":222,"s":"x")"),
        delta(R"("r":"b\n","s":null)"),
        delta(R"("n":3,"r":"c","s":"y","t":{"u":1})"),
        delta(R"("s":7)"),
        delta(R"("s":"text again","t":"now a text")"),
        delta(R"("s":"!","r":"\u00e9")")};
    for (unsigned looks = 0; looks != 1u << chunks.size(); ++looks) {
        chat_assembler made;
        for (std::size_t i = 0; i != chunks.size(); ++i) {
            made.add(parse(chunks[i]), true);
            if ((looks >> i & 1) != 0)
                static_cast<void>(made.get());
        }
        auto const& extra = made.get().choices[0].message.extra;
        BOOST_TEST(
            extra.text() ==
            "\"r\":\"a\\\"b\\nc\u00e9\",\"n\":3,\"s\":\"text again!\",\"t\":\"now a text\""
        );
    }
}

BOOST_AUTO_TEST_CASE(unknown_texts_of_choices_are_apart)
{
    auto const got =
        whole({delta(R"("r":"a")", 0), delta(R"("r":"b")", 1), delta(R"("r":"A")", 0)});
    BOOST_TEST(got.choices[0].message.extra.string("r").value() == "aA");
    BOOST_TEST(got.choices[1].message.extra.string("r").value() == "b");
}

BOOST_AUTO_TEST_CASE(unknown_members_elsewhere_are_kept)
{
    auto const got = whole(
        {R"({"provider":"x","choices":[{"index":0,"delta":{},"native":"y"}]})",
         tool_call(R"("index":0,"id":"t0","function":{"name":"f"},"vendor":{"a":1})")}
    );
    BOOST_TEST(got.extra.string("provider").value() == "x");
    BOOST_TEST(got.choices[0].extra.string("native").value() == "y");
    BOOST_TEST(call_of(got, 0).extra.find("vendor").value() == R"({"a":1})");
}

BOOST_AUTO_TEST_CASE(log_probabilities_are_appended)
{
    auto const token = [](char const* text) {
        return R"({"token":")" + std::string(text) + R"(","logprob":-1,"bytes":null,)" +
               R"("top_logprobs":[]})";
    };
    auto const piece = [&](char const* text) {
        return choice(
            0,
            R"("delta":{"content":")" + std::string(text) + R"("},"logprobs":{"content":[)" +
                token(text) + R"(],"refusal":null})"
        );
    };
    auto const got = whole({piece("a"), choice(0, R"("delta":{},"logprobs":null)"), piece("b")});
    auto const& tokens = *got.choices[0].logprobs->content;
    BOOST_TEST_REQUIRE(tokens.size() == 2u);
    BOOST_TEST(tokens[0].token == "a");
    BOOST_TEST(tokens[1].token == "b");
}

BOOST_AUTO_TEST_CASE(log_probabilities_may_be_null_throughout)
{
    auto const null = whole({choice(0, R"("delta":{},"logprobs":null)"), finish()});
    BOOST_TEST(null.choices[0].logprobs.is_null());
    auto const absent = whole({finish()});
    BOOST_TEST(absent.choices[0].logprobs.is_absent());
}

BOOST_AUTO_TEST_CASE(a_choice_has_an_index_below_128, *security)
{
    BOOST_TEST(whole({delta(R"("content":"a")", 127)}).choices.size() == 128u);
    check_refused(delta(R"("content":"a")", 128));
    check_refused(delta(R"("content":"a")", -1));
    check_refused(R"({"choices":[{"index":9223372036854775807,"delta":{}}]})");
    check_refused(R"({"choices":[{"index":-9223372036854775808,"delta":{}}]})");
}

BOOST_AUTO_TEST_CASE(a_tool_call_has_an_index_below_128, *security)
{
    BOOST_TEST(calls_of(whole({tool_call(R"("index":127,"id":"t")")})) == 1u);
    for (auto const* const index : {"128", "-1", "9223372036854775807"}) {
        chat_assembler made;
        auto const chunk = parse(tool_call("\"index\":" + std::string(index) + ",\"id\":\"t\""));
        BOOST_CHECK_EXCEPTION(made.add(chunk, true), error, [](error const& e) {
            return e.code() == errc::invalid_response;
        });
    }
}

BOOST_AUTO_TEST_CASE(ids_cannot_make_more_than_128_tool_calls, *security)
{
    chat_assembler made;
    auto const add = [&made](int i) {
        made.add(parse(tool_call(R"("index":0,"id":")" + std::to_string(i) + "\"")), true);
    };
    for (int i = 0; i != 128; ++i)
        add(i);
    BOOST_CHECK_EXCEPTION(add(128), error, [](error const& e) {
        return e.code() == errc::invalid_response;
    });
}

BOOST_AUTO_TEST_CASE(it_is_complete_when_every_choice_that_began_has_finished)
{
    BOOST_TEST(!complete({}));
    BOOST_TEST(!complete({R"({"choices":[]})"}));
    BOOST_TEST(!complete({delta(R"("content":"a")")}));
    BOOST_TEST(!complete({choice(0, R"("delta":{},"finish_reason":null)")}));
    BOOST_TEST(!complete({choice(0, R"("delta":{},"finish_reason":"")")}));
    BOOST_TEST(complete({finish()}));
    BOOST_TEST(complete({choice(0, R"("delta":{},"finish_reason":"a_reason_of_tomorrow")")}));
    BOOST_TEST(complete({finish(), R"({"choices":[],"usage":{"total_tokens":3}})"}));
    BOOST_TEST(complete({finish(), choice(0, R"("delta":{},"finish_reason":null)")}));
    BOOST_TEST(!complete({finish(0), delta(R"("content":"a")", 1)}));
    BOOST_TEST(complete({finish(0), delta(R"("content":"a")", 1), finish(1)}));
    BOOST_TEST(complete({finish(5)})); // those before it have not begun
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
