// When a chat stream that has no mark at its end is whole.

#include "unit/api/chat_stream.hpp"
#include "unit/api/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace hicap::test {
namespace {

std::string const usage_event =
    "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n";

struct chat_end_fixture : client_fixture
{
    chat_end_fixture() { options.pool.max_idle = 0; } // each stream has a server of its own

    /// What reading a stream of these events comes to.
    boost::system::error_code end_of(std::string const& events, request_options const& of_call = {})
    {
        connect({stream_response(events)});
        auto opens = open_stream(of_call);
        started reads(context, opens.get().collect());
        BOOST_TEST_REQUIRE(reads.done());
        return reads.code();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_chat_end, chat_end_fixture)

BOOST_AUTO_TEST_CASE(without_more_words_one_choice_is_all)
{
    BOOST_TEST(!end_of(text_event("a") + finish_event()));
    BOOST_TEST(!end_of(text_event("a", 1) + finish_event(1)));
    BOOST_TEST((end_of(text_event("a")) == errc::truncated_stream));
    BOOST_TEST((end_of("") == errc::truncated_stream));
}

BOOST_AUTO_TEST_CASE(as_many_choices_as_were_asked_for_have_to_finish)
{
    request.n = 2;
    auto const first = text_event("a") + finish_event();
    auto const second = text_event("b", 1) + finish_event(1);
    BOOST_TEST((end_of(first) == errc::truncated_stream));
    BOOST_TEST((end_of(first + text_event("b", 1)) == errc::truncated_stream));
    BOOST_TEST(!end_of(first + second));
    BOOST_TEST(!end_of(first + done_event)); // which says that this is all
}

BOOST_AUTO_TEST_CASE(the_number_of_choices_may_be_said_beside_the_request)
{
    auto const first = text_event("a") + finish_event();
    request_options of_call;
    of_call.extra_body.set("n", raw_json("2"));
    BOOST_TEST((end_of(first, of_call) == errc::truncated_stream));
    request.n = 2;
    of_call.extra_body.set("n", raw_json("1")); // goes before that
    BOOST_TEST(!end_of(first, of_call));
    of_call.extra_body.set("n", raw_json("null"));
    BOOST_TEST(!end_of(first, of_call));
}

BOOST_AUTO_TEST_CASE(the_number_of_choices_may_be_said_for_all_requests)
{
    options.extra_body.set("n", raw_json("2"));
    auto const first = text_event("a") + finish_event();
    BOOST_TEST((end_of(first) == errc::truncated_stream));
    request.n = 1; // goes before that
    BOOST_TEST(!end_of(first));
}

BOOST_AUTO_TEST_CASE(usage_that_was_asked_for_has_to_come)
{
    request.stream_options.emplace().include_usage = true;
    auto const whole = text_event("a") + finish_event();
    BOOST_TEST((end_of(whole) == errc::truncated_stream));
    BOOST_TEST(!end_of(whole + usage_event));
    BOOST_TEST(!end_of(whole + done_event)); // a server need not know of it
    request.stream_options->include_usage = false;
    BOOST_TEST(!end_of(whole));
}

BOOST_AUTO_TEST_CASE(usage_may_be_asked_for_beside_the_request)
{
    auto const whole = text_event("a") + finish_event();
    request_options of_call;
    of_call.extra_body.set("stream_options", raw_json(R"({"include_usage":true})"));
    BOOST_TEST((end_of(whole, of_call) == errc::truncated_stream));
    BOOST_TEST(!end_of(whole + usage_event, of_call));
}

BOOST_AUTO_TEST_CASE(without_assembly_the_end_is_the_same)
{
    request.n = 2;
    request.stream_options.emplace().include_usage = true;
    request_options of_call;
    of_call.assemble = false;
    auto const whole = finish_event(0) + finish_event(1);
    BOOST_TEST((end_of(finish_event() + usage_event, of_call) == errc::truncated_stream));
    BOOST_TEST((end_of(whole, of_call) == errc::truncated_stream));
    BOOST_TEST(!end_of(whole + usage_event, of_call));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
