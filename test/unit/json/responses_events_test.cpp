#include "json/responses_events_description.hpp"
#include "round_trip.hpp"

#include <hicap/responses_events.hpp>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hicap::test {
namespace {

using namespace hicap::responses;

// Without `unknown`.
static_assert(std::variant_size_v<event::variant> == 58 + 1);

std::vector<std::string> events()
{
    std::vector<std::string> texts;
    auto const list = boost::json::parse(read_file(HICAP_TEST_DATA "/responses/events.json"));
    for (auto const& one : list.as_array())
        texts.push_back(boost::json::serialize(one));
    return texts;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_responses_events)

BOOST_AUTO_TEST_CASE(every_kind_and_member_survives)
{
    coverage seen;
    seen.leave_out<response>();
    seen.leave_out<output_item>();
    seen.leave_out<output_part>();
    seen.leave_out<annotation>();
    seen.leave_out<shell_output>();
    std::set<std::size_t> kinds;
    event reused;
    for (auto const& text : events()) {
        auto const one = survives<event>(text);
        seen.add(one);
        BOOST_TEST(kinds.insert(one.index()).second, text);
        BOOST_TEST(one.type() == boost::json::parse(text).at("type").as_string());
        BOOST_TEST(one.sequence_number().value() == 3);

        // The object of a stream is filled again and again.
        BOOST_TEST(bool(json::decode(text, reused)));
        BOOST_TEST(same_text(written(reused), text));
    }
    BOOST_TEST(kinds.size() == 58u);
    seen.add(survives<event>(R"({"type":"response.reasoning_summary_part.added","output_index":1,
        "item_id":"i","summary_index":1,"part":{"type":"later"}})"));
    seen.add(survives<event>(R"({"type":"response.hologram.delta","sequence_number":1,"x":[]})"));
    seen.check();
}

BOOST_AUTO_TEST_CASE(a_kind_that_is_not_known_keeps_its_name_and_number)
{
    auto const one = survives<event>(R"({"type":"response.hologram.delta","sequence_number":1})");
    BOOST_TEST(one.type() == "response.hologram.delta");
    BOOST_TEST(one.sequence_number().value() == 1);
    BOOST_TEST(one.text().empty());
    BOOST_TEST(!one.terminal());
}

BOOST_AUTO_TEST_CASE(an_event_says_what_it_adds)
{
    auto const one = read<event>(R"({"type":"response.output_text.delta","delta":"Hi"})");
    BOOST_TEST(one.text() == "Hi");
    BOOST_TEST(!one.sequence_number());
    std::size_t last = 0;
    std::size_t whole = 0;
    for (auto const& text : events()) {
        auto const each = read<event>(text);
        last += each.terminal() ? 1 : 0;
        whole += each.response() != nullptr ? 1 : 0;
        if (each.response() != nullptr)
            BOOST_TEST(each.response()->id == "resp_1");
    }
    BOOST_TEST(last == 4u);
    BOOST_TEST(whole == 6u);
}

BOOST_AUTO_TEST_CASE(an_error_may_be_nested)
{
    auto const text = R"({"type":"error","error":{"type":"t","code":"c","message":"m"}})";
    auto const one = survives<event>(text);
    BOOST_TEST((std::get<error_event>(one).error->message == "m"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
