#include "support/hicap_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

using namespace hicap;

BOOST_FIXTURE_TEST_SUITE(chat_over_tls, test::hicap_fixture)

BOOST_AUTO_TEST_CASE(create_gives_the_whole_answer)
{
    client const hicap(options());
    auto const answer = create(hicap, ask("the sea"));

    BOOST_TEST(answer.http_status() == 200);
    BOOST_TEST(answer.model == "gpt-5");
    BOOST_TEST(answer.choices.size() == 1U);
    BOOST_TEST(!answer.text().empty());
    BOOST_TEST((answer.choices[0].finish_reason == chat::finish_reason::stop));
    BOOST_TEST_REQUIRE(answer.usage.has_value());
    BOOST_TEST(
        answer.usage->total_tokens == answer.usage->prompt_tokens + answer.usage->completion_tokens
    );
}

BOOST_AUTO_TEST_CASE(reply_tells_request_id_rate_limit_headers_and_raw_body)
{
    client const hicap(options());
    auto const answer = create(hicap, ask("the sea"));

    BOOST_TEST(answer.request_id().starts_with("req_"));
    BOOST_TEST(answer.headers().find("X-REQUEST-ID").value() == answer.request_id());
    BOOST_TEST(answer.rate_limit().requests.limit.value() > 0);
    BOOST_TEST(answer.rate_limit().tokens.remaining.value() > 0);
    BOOST_TEST(answer.rate_limit().requests.reset.has_value());
    BOOST_TEST(answer.raw().find(answer.id) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_auth_scheme_is_accepted)
{
    for (auto const scheme :
         {auth_scheme::bearer, auth_scheme::api_key_header, auth_scheme::both}) {
        auto chosen = options();
        chosen.auth = scheme;
        client const hicap(chosen);
        BOOST_TEST(create(hicap, ask("a")).http_status() == 200);
    }
}

BOOST_AUTO_TEST_CASE(key_and_base_url_come_from_the_environment)
{
    auto const given = options();
    ::setenv("HICAP_API_KEY", "sk-of-the-environment", 1);
    ::setenv("HICAP_BASE_URL", given.base_url.c_str(), 1);
    client_options only_trust;
    only_trust.ca_pem = given.ca_pem;
    client const hicap(only_trust);
    ::unsetenv("HICAP_API_KEY");
    ::unsetenv("HICAP_BASE_URL");

    BOOST_TEST(hicap.base_url() == given.base_url);
    BOOST_TEST(create(hicap, ask("a")).http_status() == 200);
}

BOOST_AUTO_TEST_CASE(extra_body_is_sent_and_overrules)
{
    client const hicap(options());
    request_options changed;
    changed.extra_body.set("n", raw_json("2"));
    auto request = ask("a");
    request.n = 1;
    auto const answer = create(hicap, request, changed);
    BOOST_TEST(answer.choices.size() == 2U);
}

BOOST_AUTO_TEST_CASE(tags_of_client_and_call_are_one_header)
{
    auto tagged = options();
    tagged.tags = {{"env", "test"}, {"feature", "search"}};
    client const hicap(tagged);
    request_options call;
    call.tags = {{"feature", "caf\xC3\xA9"}};
    // The emulator refuses a header that is not one object of strings.
    BOOST_TEST(create(hicap, ask("a"), call).http_status() == 200);
}

BOOST_AUTO_TEST_CASE(tool_calls_come_whole_and_go_back_as_history)
{
    client const hicap(options());
    auto request = ask_for_weather();

    auto const asked = create(hicap, request);
    BOOST_TEST_REQUIRE(asked.choices.size() == 1U);
    auto const& calls = asked.choices[0].message.tool_calls;
    BOOST_TEST_REQUIRE(calls.size() == 1U);
    auto const& call = std::get<chat::function_tool_call>(calls[0]);
    BOOST_TEST(call.function.name == "get_weather");
    BOOST_TEST((asked.choices[0].finish_reason == chat::finish_reason::tool_calls));

    chat::assistant_message said;
    said.tool_calls = calls;
    request.messages.emplace_back(std::move(said));
    request.messages.emplace_back(chat::tool(call.id, "sunny"));
    auto const answered = create(hicap, request);
    BOOST_TEST(!answered.text().empty());
}

BOOST_AUTO_TEST_CASE(a_completion_that_is_stored_can_be_retrieved)
{
    client const hicap(options());
    auto request = ask("the sea");
    request.store = true;
    auto const made = create(hicap, request);
    auto const completions = hicap.chat().completions();
    BOOST_TEST(run(completions.retrieve(made.id)).text() == made.text());

    auto messages = completions.messages(made.id);
    auto const* const message = run(messages.next());
    BOOST_TEST_REQUIRE(message != nullptr);
    BOOST_TEST((message->content == "the sea"));
    BOOST_TEST(messages.info().request_id().starts_with("req_"));
    while (run(messages.next()) != nullptr) {
    }

    auto const unknown_one = [&] { return run(completions.retrieve("chatcmpl-none")); };
    BOOST_CHECK_EXCEPTION(unknown_one(), api_error, [](api_error const& e) {
        return e.code() == errc::not_found;
    });
}

BOOST_AUTO_TEST_CASE(an_endpoint_without_an_operation_can_be_asked)
{
    client const hicap(options());
    raw_json const body(R"({"model":"gpt-5","messages":[{"role":"user","content":"a"}]})");
    auto const answer = run(hicap.request("POST", "/chat/completions", body));
    BOOST_TEST(answer.text().find("chat.completion") != std::string::npos);
    BOOST_TEST(answer.text() == answer.raw());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(chat_without_tls)

BOOST_AUTO_TEST_CASE(plain_http_works_for_local_servers)
{
    test::hicap_fixture local{emulator_options{}};
    client const hicap(local.options());
    auto const whole = local.create(hicap, local.ask("plain"));
    auto stream = local.open_stream(hicap, local.ask("plain"));
    auto const streamed = local.run(stream.collect());
    BOOST_TEST(streamed.text() == whole.text());
}

BOOST_AUTO_TEST_CASE(large_bodies_go_both_ways)
{
    test::hicap_fixture local{test::hicap_fixture::with_tls()};
    client const hicap(local.options());
    std::string const prompt(3'000'000, 'x');
    auto const asked = local.with({{"x-emulator-tokens", "200000"}});
    auto const answer = local.create(hicap, local.ask(prompt), asked);
    BOOST_TEST(answer.usage->completion_tokens == 200'000);
    BOOST_TEST(answer.text().size() > 200'000U);
}

BOOST_AUTO_TEST_SUITE_END()
