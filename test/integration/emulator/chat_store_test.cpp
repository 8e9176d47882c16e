#include "integration/emulator/client.hpp"

#include <boost/test/unit_test.hpp>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_chat_store)

namespace {

std::string path_of(json::value const& completion)
{
    return "/chat/completions/" + text_at(completion, "/id");
}

} // namespace

BOOST_AUTO_TEST_CASE(a_stored_completion_can_be_read_again)
{
    running_emulator const server;
    auto const answer =
        ask(server, chat_body("Hello", R"({"store":true,"seed":9007199254740993,"user":"me"})"));
    auto const made = answer.json();

    auto const stored = send(server, "GET", path_of(made)).json();
    for (auto const* member : {"id", "object", "created", "model", "usage"})
        BOOST_TEST((stored.at(member) == made.at(member)), member);
    auto const* text = "/choices/0/message/content";
    BOOST_TEST(text_at(stored, text) == text_at(made, text));
    BOOST_TEST(text_at(stored, "/request_id") == answer.header("x-request-id"));
    BOOST_TEST(stored.at("seed").as_int64() == 9007199254740993);
    BOOST_TEST(text_at(stored, "/input_user") == "me");
    BOOST_TEST(stored.at("tools").is_null());
    BOOST_TEST(stored.at_pointer("/choices/0/message/tool_calls").is_null());
}

BOOST_AUTO_TEST_CASE(a_stream_is_stored_when_it_has_ended)
{
    running_emulator const server;
    auto const body = chat_body("Hello", R"({"store":true,"stream":true})");
    auto const chunks = ask(server, body).chunks();
    auto const path = path_of(chunks.front());

    BOOST_TEST(text_at(send(server, "GET", path).json(), "/object") == "chat.completion");
    auto const cut = ask(server, body, {{"x-emulator-events", "2"}, {"x-emulator-cut", "clean"}});
    auto const start = cut.body.find("chatcmpl-");
    auto const id = cut.body.substr(start, cut.body.find('"', start) - start);
    BOOST_TEST(send(server, "GET", "/chat/completions/" + id).status == 404);
}

BOOST_AUTO_TEST_CASE(what_is_not_stored_is_not_found)
{
    running_emulator const server;
    auto const made = ask(server, chat_body("Hello")).json();

    for (auto const* tail : {"", "/messages"}) {
        auto const answer = send(server, "GET", path_of(made) + tail);
        BOOST_TEST(answer.status == 404);
        BOOST_TEST(answer.error("type") == "not_found_error");
        BOOST_TEST(answer.error("param") == "completion_id");
    }
}

BOOST_AUTO_TEST_CASE(messages_come_in_pages_the_first_first)
{
    running_emulator const server;
    auto const made = ask(server, chat_body("x", R"({"store":true,"messages":[
            {"role":"system","content":"one"},
            {"role":"user","name":"me","content":[{"type":"text","text":"two"}]},
            {"role":"assistant","content":"three"},{"role":"user","content":"four"}]})"))
                          .json();
    auto const path = path_of(made) + "/messages";

    auto const first = send(server, "GET", path + "?limit=3").json();
    BOOST_TEST(text_at(first, "/object") == "list");
    BOOST_TEST(text_at(first, "/data/0/content") == "one");
    BOOST_TEST(text_at(first, "/data/1/content_parts/0/text") == "two");
    BOOST_TEST(text_at(first, "/data/1/name") == "me");
    BOOST_TEST(first.at("has_more").as_bool());
    BOOST_TEST(text_at(first, "/first_id") == text_at(first, "/data/0/id"));
    auto const second = send(server, "GET", path + "?after=" + text_at(first, "/last_id")).json();
    BOOST_TEST(second.at("data").as_array().size() == 1U);
    BOOST_TEST(text_at(second, "/data/0/content") == "four");
    BOOST_TEST(!second.at("has_more").as_bool());
    auto const backward = send(server, "GET", path + "?order=desc").json();
    BOOST_TEST(text_at(backward, "/data/0/content") == "four");
    auto const none = send(server, "GET", path + "?after=" + text_at(second, "/last_id")).json();
    BOOST_TEST(none.at("data").as_array().empty());
    BOOST_TEST(none.at("last_id").is_null());
}

BOOST_AUTO_TEST_SUITE_END()
