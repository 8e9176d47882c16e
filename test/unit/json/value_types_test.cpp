#include "json/codec.hpp"

#include <hicap/chat_types.hpp>
#include <hicap/error.hpp>
#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/raw_json.hpp>
#include <hicap/unknown_members.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using hicap::nullable;
using hicap::raw_json;
using hicap::unknown_members;

namespace {

class colour : public hicap::open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view red = "red";
};

struct paint
{
    std::optional<colour> first{};
    nullable<colour> second{};
    nullable<std::variant<std::string, std::vector<int>>> third{};
    nullable<double> fourth{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(value_types)

BOOST_AUTO_TEST_CASE(an_open_enum_compares_with_names_and_keeps_any_string)
{
    colour value = colour::red;
    BOOST_TEST((value == colour::red));
    BOOST_TEST((value == "red"));
    BOOST_TEST(("red" == value));
    BOOST_TEST((value == std::string("red")));
    BOOST_TEST((value == colour("red")));
    BOOST_TEST((value != "blue"));
    value = "ultraviolet";
    BOOST_TEST(value.str() == "ultraviolet");
    BOOST_TEST(colour().empty());
}

BOOST_AUTO_TEST_CASE(designated_initializers_take_what_converts)
{
    paint const value{.first = colour::red, .second = "blue", .third = "text", .fourth = 0.5};
    BOOST_TEST((value.first == "red"));
    BOOST_TEST((value.second == colour("blue")));
    BOOST_TEST((value.second == "blue"));
    BOOST_TEST(std::get<std::string>(*value.third) == "text");
    BOOST_TEST((value.fourth == 0.5));
    paint const empty{.second = hicap::null, .fourth = std::nullopt};
    BOOST_TEST(empty.second.is_null());
    BOOST_TEST(empty.fourth.is_absent());
    BOOST_TEST(empty.third.is_absent());
}

BOOST_AUTO_TEST_CASE(a_nullable_has_three_states)
{
    nullable<std::string> value;
    BOOST_TEST(value.is_absent());
    BOOST_TEST(!value.is_null());
    BOOST_TEST(!value.has_value());
    BOOST_TEST((value == std::nullopt));
    BOOST_TEST((value != hicap::null));
    BOOST_TEST((value != ""));

    value = hicap::null;
    BOOST_TEST(value.is_null());
    BOOST_TEST((value == hicap::null));
    BOOST_TEST((value != nullable<std::string>()));
    BOOST_TEST(value.value_or("other") == "other");
    BOOST_CHECK_THROW((void)value.value(), std::bad_optional_access);

    value = "text";
    BOOST_TEST(value.has_value());
    BOOST_TEST(bool(value));
    BOOST_TEST(*value == "text");
    BOOST_TEST(value->size() == 4u);
    BOOST_TEST(value.value() == "text");
    BOOST_TEST((value == "text"));
    BOOST_TEST((value == nullable<std::string>("text")));

    BOOST_TEST(value.emplace(3u, 'x') == "xxx");
    value.reset();
    BOOST_TEST(value.is_absent());
    value = {};
    BOOST_TEST(value.is_absent());
    value.emplace();
    BOOST_TEST(*value == "");
}

BOOST_AUTO_TEST_CASE(raw_json_keeps_its_text_and_refuses_what_is_not_json)
{
    BOOST_TEST(raw_json().text() == "null");
    BOOST_TEST(raw_json(R"( {"a" : 1.0} )").text() == R"( {"a" : 1.0} )");
    BOOST_TEST((raw_json("[1]") == raw_json(std::string("[1]"))));
    BOOST_TEST(raw_json::quoted("a\"\n\xC3\xA9").text() == "\"a\\\"\\n\xC3\xA9\"");
    BOOST_CHECK_EXCEPTION(raw_json("{\"a\":}"), hicap::error, [](hicap::error const& e) {
        return e.code() == hicap::errc::invalid_json &&
               std::string_view(e.what()).find("byte 5") != std::string_view::npos;
    });
    BOOST_CHECK_THROW(raw_json(""), hicap::error);
    BOOST_CHECK_THROW(raw_json("1 2"), hicap::error);
    BOOST_CHECK_EXCEPTION((void)raw_json::quoted("\xFF"), hicap::error, [](auto const& e) {
        return e.code() == hicap::errc::invalid_argument;
    });
}

BOOST_AUTO_TEST_CASE(raw_json_that_was_moved_from_is_sent_as_null)
{
    raw_json schema(R"({"type":"object","properties":{"city":{"type":"string"}}})");
    auto const taken = std::move(schema);
    hicap::chat::function_tool tool;
    tool.function.name = "weather";
    tool.function.parameters = schema; // NOLINT(bugprone-use-after-move): by mistake
    hicap::chat::completion_request asked;
    asked.tools.emplace_back(tool);
    std::string out;
    hicap::json::encode(asked, out);
    BOOST_TEST(out.find(R"({"name":"weather","parameters":null})") != std::string::npos, out);

    unknown_members members;
    members.set("a", schema);
    BOOST_TEST(members.text() == R"("a":null)");
}

BOOST_AUTO_TEST_CASE(unknown_members_with_members_of_their_own_stay_whole)
{
    unknown_members members{{"a", raw_json("1")}, {"b", raw_json(R"({"c":1,"a":{"d":2}})")}};
    BOOST_TEST(members.erase("a"));
    BOOST_TEST(members.text() == R"("b":{"c":1,"a":{"d":2}})");
    members.set("e", raw_json("3"));
    members.set("e", raw_json("4"));
    BOOST_TEST(members.text() == R"("b":{"c":1,"a":{"d":2}},"e":4)");
}

BOOST_AUTO_TEST_CASE(unknown_members_are_found_replaced_and_removed)
{
    unknown_members members{{"a", raw_json("1")}, {"b\"", raw_json(R"("x\ny")")}};
    BOOST_TEST(members.text() == R"("a":1,"b\"":"x\ny")");
    BOOST_TEST(members.find("a").value() == "1");
    BOOST_TEST(members.find("b\"").value() == R"("x\ny")");
    BOOST_TEST(members.string("b\"").value() == "x\ny");
    BOOST_TEST(!members.string("a").has_value());
    BOOST_TEST(!members.find("c").has_value());
    BOOST_TEST(!members.string("c").has_value());

    members.set("a", raw_json("[2,{}]"));
    members.set("c", raw_json());
    std::string seen;
    members.for_each([&](std::string_view name, std::string_view json) {
        seen.append(name).append("=").append(json).append(";");
    });
    BOOST_TEST(seen == R"(b"="x\ny";a=[2,{}];c=null;)");
    BOOST_TEST(members.erase("a"));
    BOOST_TEST(!members.erase("a"));
    BOOST_TEST(members.text() == R"("b\"":"x\ny","c":null)");
    BOOST_TEST(members.erase("b\""));
    BOOST_TEST(members.erase("c"));
    BOOST_TEST(members.empty());
    BOOST_CHECK_THROW(members.set("\xFF", raw_json()), hicap::error);
    members.set("a", raw_json());
    members.clear();
    BOOST_TEST(members.empty());
}

BOOST_AUTO_TEST_SUITE_END()
