// Documents that are cut, deep, huge or contradict themselves, for the types of the API.

#include "json/codec.hpp"
#include "support.hpp"
#include "support/security.hpp"

#include <hicap/chat_types.hpp>
#include <hicap/error.hpp>
#include <hicap/responses_events.hpp>
#include <hicap/responses_types.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace hicap;

namespace {

std::string fixture(std::string const& name)
{
    auto text = test::read_file(HICAP_TEST_DATA "/" + name);
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

/// What the fixture is a list or an object of.
std::vector<std::string> parts_of(std::string const& name)
{
    auto const whole = boost::json::parse(fixture(name));
    std::vector<std::string> parts;
    auto const add = [&](boost::json::value const& each) {
        auto const text = boost::json::serialize(each);
        parts.emplace_back(text.data(), text.size());
    };
    if (auto const* const list = whole.if_array()) {
        for (auto const& each : *list)
            add(each);
    } else {
        for (auto const& member : whole.get_object())
            add(member.value());
    }
    BOOST_TEST_REQUIRE(!parts.empty());
    return parts;
}

/// Checks that no proper prefix is taken for a document, and that the object is good afterwards.
template <class T>
void check_every_prefix(std::string const& text)
{
    T value;
    for (std::size_t size = 0; size != text.size(); ++size) {
        auto const result = json::decode(std::string_view(text).substr(0, size), value);
        BOOST_TEST_REQUIRE((result.code == errc::invalid_json), text.substr(0, size));
        BOOST_TEST_REQUIRE(result.offset <= size);
    }
    BOOST_TEST(bool(json::decode(text, value)));
    std::string out;
    json::encode(value, out);
    BOOST_TEST(test::same_text(out, text), out << " is not " << text);
}

std::string in_item_list(std::string const& item)
{
    return R"({"object":"list","data":[)" + item + R"(],"has_more":false})";
}

std::string repeated(std::string_view piece, std::size_t count)
{
    std::string made;
    for (std::size_t i = 0; i != count; ++i)
        made += piece;
    return made;
}

template <class T>
json::decode_result read(std::string const& text)
{
    T value;
    return json::decode(text, value);
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_hostile)

BOOST_AUTO_TEST_CASE(every_fixture_is_refused_when_it_is_cut_at_any_byte)
{
    check_every_prefix<chat::completion>(fixture("chat/completion.json"));
    check_every_prefix<chat::completion_request>(fixture("chat/request.json"));
    check_every_prefix<chat::stored_message_list>(fixture("chat/stored_messages.json"));
    for (auto const& each : parts_of("chat/chunks.json"))
        check_every_prefix<chat::chunk>(each);
    check_every_prefix<responses::response>(fixture("responses/response.json"));
    check_every_prefix<responses::request>(fixture("responses/request.json"));
    for (auto const& each : parts_of("responses/events.json"))
        check_every_prefix<responses::event>(each);
    for (auto const& each : parts_of("responses/items.json"))
        check_every_prefix<responses::item_list>(in_item_list(each));
    for (auto const& each : parts_of("responses/tools.json"))
        check_every_prefix<responses::request>(R"({"tools":[)" + each + "]}");
    for (auto const& each : parts_of("responses/tool_choices.json"))
        check_every_prefix<responses::request>(R"({"tool_choice":)" + each + "}");
}

BOOST_AUTO_TEST_CASE(deep_documents_are_refused_wherever_they_are_deep, *test::security)
{
    auto const nest = [](std::string const& open, std::string const& close, std::size_t levels) {
        return repeated(open, levels) + "1" + repeated(close, levels);
    };
    // What is not known, what is kept as it is, and what the API lets nest.
    auto const in_unknown = [&](std::size_t levels) {
        return read<chat::completion>(R"({"new":)" + nest("[", "]", levels) + "}");
    };
    auto const in_raw = [&](std::size_t levels) {
        return read<responses::request>(
            R"({"tools":[{"type":"function","name":"f","parameters":)" +
            nest(R"({"a":)", "}", levels) + "}]}"
        );
    };
    auto const in_filters = [&](std::size_t levels) {
        return read<responses::request>(
            R"({"tools":[{"type":"file_search","vector_store_ids":[],"filters":)" +
            repeated(R"({"type":"and","filters":[)", levels) + repeated("]}", levels) + "}]}"
        );
    };
    BOOST_TEST(bool(in_unknown(100)));
    BOOST_TEST(bool(in_raw(100)));
    BOOST_TEST(bool(in_filters(50)));
    for (std::size_t const levels : {200u, 10'000u, 1'000'000u}) {
        BOOST_TEST((in_unknown(levels).code == errc::invalid_json));
        BOOST_TEST((in_raw(levels).code == errc::invalid_json));
        BOOST_TEST((in_filters(levels).code == errc::invalid_json));
    }
}

BOOST_AUTO_TEST_CASE(many_small_elements_do_not_become_many_large_objects, *test::security)
{
    auto const list_of = [](std::string const& before, std::string const& each, std::size_t count) {
        return before + repeated(each + ",", count) + each + "]}";
    };
    // Each element is 3 bytes of text and hundreds of an object.
    constexpr std::size_t many = 200'000;
    BOOST_TEST((
        read<chat::completion>(list_of(R"({"choices":[)", "{}", many)).code == errc::body_too_large
    ));
    BOOST_TEST(
        (read<responses::response>(list_of(R"({"output":[)", "{}", many)).code ==
         errc::body_too_large)
    );
    BOOST_TEST(bool(read<chat::completion>(list_of(R"({"choices":[)", "{}", 1'000))));
    // A large text is no trouble.
    auto const large =
        R"({"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":")" +
        std::string(8'000'000, 'a') + R"("}}]})";
    chat::completion value;
    BOOST_TEST(bool(json::decode(large, value)));
    BOOST_TEST(value.text().size() == 8'000'000U);
}

BOOST_AUTO_TEST_CASE(
    of_members_that_come_twice_the_last_counts_however_often_they_come, *test::security
)
{
    chat::chunk chunk;
    BOOST_TEST(bool(json::decode(
        R"({"id":"a","choices":[{"index":0,"delta":{"content":"x","content":"y"}}],"new":1,)"
        R"("id":"b","choices":[{"index":1,"delta":{"content":"z"}}],"new":2})",
        chunk
    )));
    BOOST_TEST(chunk.id == "b");
    BOOST_TEST_REQUIRE(chunk.choices.size() == 1U);
    BOOST_TEST(chunk.choices[0].index == 1);
    BOOST_TEST(chunk.choices[0].delta.content.value() == "z");
    BOOST_TEST(chunk.extra.find("new").value() == "2");

    // A million of the same take the room of one.
    std::string text = R"({"choices":[)" + repeated(R"({"index":1},)", 100) + R"({"index":2}])";
    text += repeated(R"(,"id":"x")", 1'000'000) + "}";
    chat::completion value;
    BOOST_TEST(bool(json::decode(text, value)));
    BOOST_TEST(value.id == "x");
    BOOST_TEST(value.extra.empty());
}

BOOST_AUTO_TEST_SUITE_END()
