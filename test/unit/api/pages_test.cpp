#include "support/run.hpp"
#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hicap::test {
namespace {

/// A page with messages of these ids; `more` is what the server says of those that follow.
std::string page(std::string const& ids, bool more, std::string const& last)
{
    std::string data;
    for (char const id : ids) {
        if (!data.empty())
            data += ',';
        data += std::string(R"({"id":")") + id + R"(","role":"user","content":"text"})";
    }
    return response(
        200,
        R"({"object":"list","data":[)" + data + R"(],"last_id":)" + last + R"(,"has_more":)" +
            (more ? "true" : "false") + "}"
    );
}

using list = pages<chat::stored_message>;

struct pages_fixture : client_fixture
{
    [[nodiscard]] chat::completions_resource completions() { return api().chat().completions(); }

    started<chat::stored_message const*> next(list& from) { return {context, from.next()}; }

    /// The ids of all that is left.
    std::string all(list& from)
    {
        std::string ids;
        while (auto const* const message = next(from).get())
            ids += message->id;
        return ids;
    }

    /// What the request line of the `n`-th request asked for.
    static std::string target(wire const& far, std::size_t n = 0)
    {
        std::string_view text = far.sent;
        for (; n != 0; --n)
            text = text.substr(text.find("\r\n\r\n") + 4);
        return std::string(text.substr(0, text.find(" HTTP/1.1")));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_pages, pages_fixture)

BOOST_AUTO_TEST_CASE(the_elements_of_all_pages_come_one_after_the_other)
{
    auto const far = connect({page("ab", true, "\"b\""), page("c", false, "\"c\"")});
    auto messages = completions().messages("chatcmpl-1");
    BOOST_TEST(dialer->dials == 0u);
    BOOST_TEST(next(messages).get()->id == "a");
    BOOST_TEST(messages.info().request_id() == "r1");
    BOOST_TEST(all(messages) == "bc");
    BOOST_TEST(next(messages).get() == nullptr);
    BOOST_TEST(target(*far) == "GET /v1/chat/completions/chatcmpl-1/messages");
    BOOST_TEST(target(*far, 1) == "GET /v1/chat/completions/chatcmpl-1/messages?after=b");
    BOOST_TEST(!contains(far->sent, "Content-"));
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_is_said_to_the_server)
{
    auto const far = connect({page("a", true, "\"a\""), page("", false, "null")});
    page_options which;
    which.after = "x y";
    which.limit = 5;
    which.order = "desc";
    request_options of_call;
    of_call.extra_query.emplace_back("k", "v"); // which the API does not know
    checks_requests = false;
    auto messages = completions().messages("a/b", which, of_call);
    BOOST_TEST(all(messages) == "a");
    auto const path = std::string("GET /v1/chat/completions/a%2Fb/messages");
    BOOST_TEST(target(*far) == path + "?after=x%20y&limit=5&order=desc&k=v");
    BOOST_TEST(target(*far, 1) == path + "?after=a&limit=5&order=desc&k=v");
}

BOOST_AUTO_TEST_CASE(a_server_that_leads_in_a_circle_is_refused, *security)
{
    for (auto const& [bad, last] :
         {std::pair("", "\"b\""),
          std::pair("", "null"),
          std::pair("c", "\"b\""),
          std::pair("b", "null")}) {
        client_fixture one;
        one.connect({page("b", true, "\"b\""), page(bad, true, last)});
        auto messages = one.api().chat().completions().messages("x");
        auto const next_id = [&] {
            started<chat::stored_message const*> gives(one.context, messages.next());
            return gives.get()->id;
        };
        BOOST_TEST(next_id() == "b");
        for (int i = 0; i != 2; ++i) {
            started<chat::stored_message const*> fails(one.context, messages.next());
            BOOST_TEST((fails.code() == errc::invalid_response), fails.what());
            BOOST_TEST(contains(fails.what(), "there is more"), fails.what());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_list_without_a_last_id_goes_on_behind_its_last_element)
{
    auto const far = connect(
        {response(200, R"({"data":[{"id":"a"},{"id":"b"}],"has_more":true})"),
         response(200, R"({"data":[{"id":"c"}],"has_more":true,"last_id":""})"),
         page("d", false, "null")}
    );
    auto messages = completions().messages("x");
    BOOST_TEST(all(messages) == "abcd");
    BOOST_TEST(target(*far, 1).ends_with("?after=b"));
    BOOST_TEST(target(*far, 2).ends_with("?after=c"));
}

BOOST_AUTO_TEST_CASE(a_page_is_given_before_it_is_said_that_no_other_can_be)
{
    connect({response(200, R"({"data":[{"role":"user"},{"role":"tool"}],"has_more":true})")});
    auto messages = completions().messages("x");
    BOOST_TEST((next(messages).get()->role == "user"));
    BOOST_TEST((next(messages).get()->role == "tool"));
    BOOST_TEST((next(messages).code() == errc::invalid_response));
}

BOOST_AUTO_TEST_CASE(a_page_that_fails_can_be_asked_for_again)
{
    options.retries.max_retries = 0;
    connect({page("a", true, "\"a\""), response(500, "{}"), page("b", false, "null")});
    auto messages = completions().messages("x");
    BOOST_TEST(next(messages).get()->id == "a");
    BOOST_TEST((next(messages).code() == errc::server_error));
    BOOST_TEST(all(messages) == "b");
}

BOOST_AUTO_TEST_CASE(a_page_that_is_waited_for_can_be_cancelled)
{
    auto const silent = connect({});
    auto messages = completions().messages("x");
    {
        auto waits = next(messages);
        waits.cancel();
        BOOST_TEST((waits.code() == asio::error::operation_aborted));
    }
    BOOST_TEST(!silent->open);
    connect({page("a", false, "null")});
    BOOST_TEST(all(messages) == "a");
}

BOOST_AUTO_TEST_CASE(at_any_turn_of_the_loop_nothing_is_lost)
{
    using asio::experimental::awaitable_operators::operator||;
    auto const turns = [](int count) -> asio::awaitable<void> {
        for (; count != 0; --count)
            co_await asio::post(asio::use_awaitable);
    };
    for (int patience = 0; patience != 12; ++patience) {
        for (bool const next_first : {true, false}) {
            client_fixture one;
            one.connect({page("ab", true, "\"b\""), page("cd", false, "null")});
            one.connect({page("cd", false, "null")}); // where the second was given up
            auto messages = one.api().chat().completions().messages("x");
            std::string ids;
            bool more = true;
            // The first page is at hand.
            started<chat::stored_message const*> first(one.context, messages.next());
            ids += first.get()->id;
            for (int round = 0; more && round != 100; ++round) {
                bool const waits = round % 3 == 2; // it gets on in the end
                auto const count = waits ? 50 : patience;
                if (next_first) {
                    auto const got = run(one.context, messages.next() || turns(count));
                    if (got.index() == 1)
                        continue;
                    more = std::get<0>(got) != nullptr;
                    ids += more ? std::get<0>(got)->id : "";
                } else {
                    auto const got = run(one.context, turns(count) || messages.next());
                    if (got.index() == 0)
                        continue;
                    more = std::get<1>(got) != nullptr;
                    ids += more ? std::get<1>(got)->id : "";
                }
            }
            BOOST_TEST_CONTEXT("patience " << patience << ", next first " << next_first)
            {
                BOOST_TEST(ids == "abcd");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_element_that_is_malformed_does_not_spoil_the_others)
{
    connect({response(200, R"({"data":[{"id":5},7,{"id":"b"}],"has_more":false})")});
    auto messages = completions().messages("x");
    BOOST_TEST(next(messages).get()->extra.find("id").value() == "5");
    BOOST_TEST(all(messages).ends_with("b"));
}

BOOST_AUTO_TEST_CASE(a_list_can_be_moved)
{
    connect({page("ab", false, "null")});
    auto messages = completions().messages("x");
    BOOST_TEST(next(messages).get()->id == "a");
    auto moved = std::move(messages);
    messages = std::move(moved);
    BOOST_TEST(all(messages) == "b");
}

BOOST_AUTO_TEST_CASE(an_empty_id_is_refused_at_once, *security)
{
    auto const ask = [&] { static_cast<void>(completions().messages("")); };
    BOOST_CHECK_EXCEPTION(ask(), error, [](error const& e) {
        return e.code() == errc::invalid_argument;
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
