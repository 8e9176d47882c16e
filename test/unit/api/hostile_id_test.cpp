// An id is one segment of a path, whatever is in it and whoever gave it.

#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/responses.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {
namespace {

struct hostile_id_fixture : client_fixture
{
    hostile_id_fixture() { checks_requests = false; }

    /// Runs it to its end, whatever that is.
    template <class T>
    void run(asio::awaitable<T> operation)
    {
        started<T> one(context, std::move(operation));
        BOOST_TEST(one.done());
    }

    template <class T>
    void run(pages<T> list)
    {
        started<T const*> one(context, list.next());
        BOOST_TEST(one.done());
    }
};

/// What takes an id, and what it asks for.
struct id_operation
{
    std::string_view name;
    std::string_view before; ///< of the id, in the request
    std::string_view behind;
    std::function<void(hostile_id_fixture&, std::string const& id)> run;
};

std::vector<id_operation> const& id_operations()
{
    using fixture = hostile_id_fixture;
    static std::vector<id_operation> const all{
        {"chat retrieve",
         "GET /v1/chat/completions/",
         " ",
         [](fixture& with, std::string const& id) {
             with.run(with.api().chat().completions().retrieve(id));
         }},
        {"chat messages",
         "GET /v1/chat/completions/",
         "/messages ",
         [](fixture& with, std::string const& id) {
             with.run(with.api().chat().completions().messages(id));
         }},
        {"retrieve",
         "GET /v1/responses/",
         " ",
         [](fixture& with, std::string const& id) {
             with.run(with.api().responses().retrieve(id));
         }},
        {"resume",
         "GET /v1/responses/",
         "?stream=true ",
         [](fixture& with, std::string const& id) { with.run(with.api().responses().resume(id)); }},
        {"wait",
         "GET /v1/responses/",
         " ",
         [](fixture& with, std::string const& id) { with.run(with.api().responses().wait(id)); }},
        {"cancel",
         "POST /v1/responses/",
         "/cancel ",
         [](fixture& with, std::string const& id) { with.run(with.api().responses().cancel(id)); }},
        {"remove",
         "DELETE /v1/responses/",
         " ",
         [](fixture& with, std::string const& id) { with.run(with.api().responses().remove(id)); }},
        {"input items",
         "GET /v1/responses/",
         "/input_items ",
         [](fixture& with, std::string const& id) {
             with.run(with.api().responses().input_items(id));
         }},
    };
    return all;
}

std::string const not_found = response(404, R"({"error":{"message":"none","type":"a"}})");

/// A response in the background that the server gave this id.
std::string named(std::string const& id)
{
    return R"({"id":")" + id + R"(","object":"response","background":true,"status":"queued"})";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_hostile_id, hostile_id_fixture)

BOOST_AUTO_TEST_CASE(an_id_stays_one_segment_of_its_path, *security)
{
    std::pair<std::string, std::string_view> const ids[] = {
        {"../../admin", "..%2F..%2Fadmin"},
        {"../", "..%2F"},
        {"%2e%2e", "%252e%252e"},
        {"%2e%2e%2fadmin", "%252e%252e%252fadmin"},
        {"a/b", "a%2Fb"},
        {"/", "%2F"},
        {"a\\..\\b", "a%5C..%5Cb"},
        {"a?stream=true", "a%3Fstream%3Dtrue"},
        {"a#b", "a%23b"},
        {"a;b=c&d", "a%3Bb%3Dc%26d"},
        {"a b", "a%20b"},
        {"a HTTP/1.1\r\nEvil: 1\r\n\r\n", "a%20HTTP%2F1.1%0D%0AEvil%3A%201%0D%0A%0D%0A"},
        {std::string("a\0b", 3), "a%00b"},
        {"\x7f\x80\xff", "%7F%80%FF"},
        {"...", "..."},
        {std::string(10'000, 'x'), ""},
    };
    for (auto const& [id, encoded] : ids) {
        for (auto const& operation : id_operations()) {
            BOOST_TEST_CONTEXT(operation.name << ' ' << encoded)
            {
                hostile_id_fixture one;
                auto const far = one.connect({not_found});
                operation.run(one, id);
                std::string expected(operation.before);
                expected += encoded.empty() ? id : std::string(encoded);
                expected += operation.behind;
                BOOST_TEST(far->sent.starts_with(expected), far->sent.substr(0, 200));
                BOOST_TEST(count(far->sent, " HTTP/1.1\r\n") == 1u);
                BOOST_TEST(!contains(far->sent, "\nEvil"));
                BOOST_TEST(one.dialer->dials == 1u);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_id_that_would_name_another_path_is_refused, *security)
{
    for (std::string const id : {"", ".", ".."}) {
        for (auto const& operation : id_operations()) {
            BOOST_TEST_CONTEXT(operation.name << " \"" << id << '"')
            {
                hostile_id_fixture one;
                BOOST_CHECK_EXCEPTION(operation.run(one, id), error, [](error const& e) {
                    return e.code() == errc::invalid_argument;
                });
                BOOST_TEST(one.dialer->dials == 0u);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_id_that_a_server_gave_leads_nowhere_else, *security)
{
    responses::request asked;
    asked.model = "gpt-5";
    asked.background = true;
    for (bool const streams : {true, false}) {
        for (std::string const id : {"..", ".", "../../admin", "x/cancel?", "x HTTP/1.1"}) {
            BOOST_TEST_CONTEXT(id << (streams ? ", of a stream" : ""))
            {
                hostile_id_fixture one;
                auto const event = R"(data: {"type":"response.created","sequence_number":0,)"
                                   R"("response":)" +
                                   named(id) + "}\n\n";
                auto const far =
                    one.connect({streams ? stream_head + event : response(200, named(id))});
                auto const next = one.connect({not_found, not_found, not_found});
                if (streams) {
                    std::optional<started<responses::event_stream>> opens;
                    opens.emplace(one.context, one.api().responses().stream(asked));
                    BOOST_TEST_REQUIRE(opens->done());
                    {
                        started<responses::event const*> first(one.context, opens->get().next());
                        BOOST_TEST_REQUIRE(first.get() != nullptr);
                    }
                    opens.reset(); // which cancels it
                } else {
                    started<reply<responses::response>> waits(
                        one.context, one.api().responses().create_and_wait(asked)
                    );
                    for (int i = 0; i != 3 && !waits.done(); ++i)
                        one.pass_to_next();
                    BOOST_TEST_REQUIRE(waits.done());
                    BOOST_TEST(!!waits.code());
                }
                one.settle();
                auto const sent =
                    (streams ? "" : far->sent.substr(far->sent.find("\r\n\r\n"))) + next->sent;
                BOOST_TEST(!contains(sent, "/admin"));
                BOOST_TEST(!contains(sent, "/../"));
                BOOST_TEST(!contains(sent, "/./"));
                BOOST_TEST(!contains(sent, "/responses/.. "));
                BOOST_TEST(!contains(sent, "cancel?"));
                if (id.size() > 2)
                    BOOST_TEST(contains(sent, "/v1/responses/" + id.substr(0, 1)), sent);
                BOOST_TEST(one.api().statistics().calls_running == 0u);
                if (streams)
                    BOOST_TEST(one.api().statistics().responses_abandoned == 1u);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_place_in_a_list_that_a_server_gave_is_encoded, *security)
{
    auto const far = connect(
        {response(
             200,
             R"({"object":"list","data":[{"id":"a"}],"has_more":true,)"
             R"("last_id":"x&limit=9#\r\nEvil: 1 HTTP/1.1"})"
         ),
         not_found}
    );
    auto list = api().chat().completions().messages("c1");
    started<chat::stored_message const*> first(context, list.next());
    BOOST_TEST_REQUIRE(first.get() != nullptr);
    started<chat::stored_message const*> second(context, list.next());
    BOOST_TEST(second.done());
    BOOST_TEST(
        contains(far->sent, "after=x%26limit%3D9%23%0D%0AEvil%3A%201%20HTTP%2F1.1 HTTP/1.1\r\n"),
        far->sent
    );
    BOOST_TEST(!contains(far->sent, "\nEvil"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
