#include "json/codec.hpp"
#include "json/describe.hpp"
#include "support.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// A small API of our own with every kind of member that a description may have.

namespace {

class tone : public hicap::open_enum
{
public:
    using open_enum::open_enum;
};

struct point
{
    std::int64_t x = 0;
    std::int32_t y = 0;
    hicap::unknown_members extra{};
};

struct circle
{
    static constexpr std::string_view tag = "circle";
    double radius = 0;
    hicap::unknown_members extra{};
};

/// One struct for two kinds, which stores the one that it is.
struct polygon
{
    static constexpr std::array<std::string_view, 2> tags = {"triangle", "square"};
    std::string kind{};
    double side = 0;
    hicap::unknown_members extra{};
};

/// A recursive kind.
struct group
{
    static constexpr std::string_view tag = "group";
    std::vector<std::variant<circle, polygon, group, hicap::unknown>> shapes{};
    hicap::unknown_members extra{};
};

using shape = std::variant<circle, polygon, group, hicap::unknown>;

struct everything
{
    std::string text{};
    bool flag = false;
    std::int64_t big = 0;
    std::int32_t small = 0;
    double real = 0;
    tone mood{};
    hicap::raw_json raw{};
    std::optional<std::string> maybe{};
    std::optional<hicap::raw_json> maybe_raw{};
    hicap::nullable<std::string> null_or_text{};
    hicap::nullable<std::vector<point>> null_or_points{};
    std::vector<std::string> names{};
    std::vector<point> points{};
    std::vector<tone> moods{};
    std::vector<std::int64_t> optional_list{};
    std::map<std::string, std::string> labels{};
    std::map<std::string, std::vector<double>, std::less<>> series{};
    point nested{};
    std::optional<point> maybe_nested{};
    std::vector<shape> shapes{};
    std::optional<std::variant<std::string, std::vector<std::string>>> stop{};
    std::variant<std::string, double, bool, std::vector<std::int64_t>, point> any_shape{};
    std::variant<tone, circle, hicap::raw_json> choice{};
    hicap::unknown_members extra{};
};

} // namespace

namespace hicap::json {

template <>
inline constexpr std::string_view tag_key<circle> = "kind";
template <>
inline constexpr std::string_view tag_key<polygon> = "kind";
template <>
inline constexpr std::string_view tag_key<group> = "kind";

template <>
struct description<point>
{
    static constexpr std::array members = {member<&point::x>("x"), member<&point::y>("y")};
};

template <>
struct description<circle>
{
    static constexpr std::array members = {member<&circle::radius>("radius")};
};

template <>
struct description<polygon>
{
    static constexpr std::array members = {
        member<&polygon::kind>("kind"), member<&polygon::side>("side")};
};

template <>
struct description<group>
{
    static constexpr std::array members = {member<&group::shapes>("shapes")};
};

template <>
struct description<everything>
{
    using t = everything;
    static constexpr std::array members = {
        member<&t::text>("text"),
        member<&t::flag>("flag"),
        member<&t::big>("big"),
        member<&t::small>("small"),
        member<&t::real>("real"),
        member<&t::mood>("mood"),
        member<&t::raw>("raw"),
        member<&t::maybe>("maybe"),
        member<&t::maybe_raw>("maybe_raw"),
        member<&t::null_or_text>("null_or_text"),
        member<&t::null_or_points>("null_or_points"),
        member<&t::names>("names"),
        member<&t::points>("points"),
        member<&t::moods>("moods"),
        member<&t::optional_list>("optional_list", when::not_empty),
        member<&t::labels>("labels", when::not_empty),
        member<&t::series>("series", when::not_empty),
        member<&t::nested>("nested"),
        member<&t::maybe_nested>("maybe_nested"),
        member<&t::shapes>("shapes", when::not_empty),
        member<&t::stop>("stop"),
        member<&t::any_shape>("any_shape"),
        member<&t::choice>("choice"),
    };
};

} // namespace hicap::json

namespace {

using hicap::json::decode;
using hicap::json::decode_result;

char const* const full_text = R"({
    "text": "a\u00e9", "flag": true, "big": 9223372036854775807, "small": -2147483648,
    "real": 0.1, "mood": "calm", "raw": {"k": [1, 2.50]}, "maybe": "m", "maybe_raw": null,
    "null_or_text": null, "null_or_points": [{"x": 1, "y": 2}],
    "names": ["a", "b"], "points": [{"x": 1, "y": 2, "z": 3}], "moods": ["x"],
    "optional_list": [1], "labels": {"k": "v", "": "w"}, "series": {"s": [1, 0.5]},
    "nested": {"y": 5, "x": 4}, "maybe_nested": {"x": 0, "y": 0},
    "shapes": [{"kind": "circle", "radius": 2}, {"side": 3, "kind": "square"},
        {"kind": "group", "shapes": [{"kind": "group", "shapes": []}, {"kind": "blob", "goo": 1}]},
        {"no": "kind"}, {"kind": 5}],
    "stop": ["x", "y"], "any_shape": {"x": 7, "y": 8}, "choice": {"kind": "cube", "a": 1},
    "later": {"new": true}, "also\"": null
})";

everything read(std::string_view text)
{
    everything value;
    auto const result = decode(text, value);
    BOOST_TEST_REQUIRE(bool(result), result.what << " at " << result.offset);
    for (auto const& m : result.mismatches)
        BOOST_TEST_MESSAGE(m.path << ": expected " << m.expected << ", found " << m.found);
    return value;
}

template <class T>
std::string written(T const& value)
{
    std::string out;
    hicap::json::encode(value, out);
    return out;
}

/// What comes out when `text` is a member and all others are at rest.
std::string member_after_round_trip(std::string const& name, std::string const& json)
{
    auto const out = written(read("{\"" + name + "\":" + json + "}"));
    hicap::json::reader in(out);
    std::string scratch;
    auto at = in.peek_member(name, scratch);
    std::string_view raw;
    return at && at->skip_value(raw) ? std::string(raw) : "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_codec)

BOOST_AUTO_TEST_CASE(every_kind_of_member_is_read)
{
    auto const value = read(full_text);
    BOOST_TEST(value.text == "a\xC3\xA9");
    BOOST_TEST(value.flag);
    BOOST_TEST(value.big == std::numeric_limits<std::int64_t>::max());
    BOOST_TEST(value.small == std::numeric_limits<std::int32_t>::min());
    BOOST_TEST(value.real == 0.1);
    BOOST_TEST((value.mood == "calm"));
    BOOST_TEST(value.raw.text() == R"({"k": [1, 2.50]})");
    BOOST_TEST(value.maybe.value() == "m");
    BOOST_TEST(value.maybe_raw.value().text() == "null");
    BOOST_TEST(value.null_or_text.is_null());
    BOOST_TEST(value.null_or_points.value().at(0).y == 2);
    BOOST_TEST(value.names == (std::vector<std::string>{"a", "b"}));
    BOOST_TEST(value.points.at(0).x == 1);
    BOOST_TEST(value.points.at(0).extra.find("z").value() == "3");
    BOOST_TEST((value.moods.at(0) == "x"));
    BOOST_TEST(value.optional_list == std::vector<std::int64_t>{1});
    BOOST_TEST(value.labels.at("k") == "v");
    BOOST_TEST(value.labels.at("") == "w");
    BOOST_TEST(value.series.at("s").at(1) == 0.5);
    BOOST_TEST(value.nested.x == 4);
    BOOST_TEST(value.maybe_nested.has_value());
    BOOST_TEST(std::get<std::vector<std::string>>(*value.stop).at(1) == "y");
    BOOST_TEST(std::get<point>(value.any_shape).y == 8);
    BOOST_TEST(std::get<hicap::raw_json>(value.choice).text() == R"({"kind": "cube", "a": 1})");
    BOOST_TEST(value.extra.find("later").value() == R"({"new": true})");
    BOOST_TEST(value.extra.find("also\"").value() == "null");

    BOOST_TEST_REQUIRE(value.shapes.size() == 5u);
    BOOST_TEST(std::get<circle>(value.shapes[0]).radius == 2);
    BOOST_TEST(std::get<polygon>(value.shapes[1]).kind == "square");
    auto const& inner = std::get<group>(value.shapes[2]).shapes;
    BOOST_TEST(std::get<group>(inner.at(0)).shapes.empty());
    BOOST_TEST(std::get<hicap::unknown>(inner.at(1)).type == "blob");
    BOOST_TEST(
        std::get<hicap::unknown>(inner.at(1)).json.text() == R"({"kind": "blob", "goo": 1})"
    );
    BOOST_TEST(std::get<hicap::unknown>(value.shapes[3]).type == "");
    BOOST_TEST(std::get<hicap::unknown>(value.shapes[4]).type == "");
}

BOOST_AUTO_TEST_CASE(what_was_read_is_written_again)
{
    auto const out = written(read(full_text));
    BOOST_TEST(hicap::test::same_text(out, full_text), out);
    BOOST_TEST(written(read(out)) == out);
}

BOOST_AUTO_TEST_CASE(an_object_that_is_used_again_keeps_nothing_of_before)
{
    everything value;
    BOOST_TEST(bool(decode(full_text, value)));
    BOOST_TEST(bool(decode("{}", value)));
    BOOST_TEST(written(value) == written(everything()));
    BOOST_TEST(bool(decode(full_text, value)));
    BOOST_TEST(hicap::test::same_text(written(value), full_text));
}

BOOST_AUTO_TEST_CASE(absent_null_and_value_stay_apart)
{
    BOOST_TEST(read("{}").null_or_text.is_absent());
    BOOST_TEST(member_after_round_trip("null_or_text", "null") == "null");
    BOOST_TEST(member_after_round_trip("null_or_text", R"("x")") == R"("x")");
    BOOST_TEST(written(everything()).find("null_or_text") == std::string::npos);
    BOOST_TEST(written(everything()).find("maybe") == std::string::npos);
    BOOST_TEST(written(everything()).find("labels") == std::string::npos);
    BOOST_TEST(written(everything()).find("\"names\":[]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_null_where_none_belongs_is_written_back_until_a_value_is_given)
{
    for (auto const* name :
         {"text",
          "flag",
          "big",
          "small",
          "real",
          "mood",
          "maybe",
          "names",
          "labels",
          "nested",
          "maybe_nested",
          "shapes",
          "stop",
          "any_shape",
          "optional_list"}) {
        everything value;
        auto const result = decode("{\"" + std::string(name) + "\":null}", value);
        BOOST_TEST(bool(result));
        BOOST_TEST(result.mismatches.empty());
        BOOST_TEST(value.extra.find(name).value() == "null");
        BOOST_TEST(member_after_round_trip(name, "null") == "null", name);
    }
    auto value = read(R"({"text":null,"maybe":null,"names":null,"later":1})");
    value.text = "t";
    value.maybe = "m";
    value.names = {"n"};
    auto const out = written(value);
    BOOST_TEST(out.find(R"("text":"t")") != std::string::npos);
    BOOST_TEST(out.find(R"("maybe":"m")") != std::string::npos);
    BOOST_TEST(out.find(R"("names":["n"])") != std::string::npos);
    BOOST_TEST(out.find(R"("later":1)") != std::string::npos);
    BOOST_TEST(hicap::test::same_text(out, out)); // no member twice
    auto const again = read(out);
    BOOST_TEST(again.extra.text() == R"("later":1)");
}

BOOST_AUTO_TEST_CASE(a_list_that_is_left_out_when_empty_comes_back_when_it_came_empty)
{
    BOOST_TEST(member_after_round_trip("optional_list", "[]") == "[]");
    BOOST_TEST(member_after_round_trip("labels", "{}") == "{}");
    auto value = read(R"({"optional_list":[],"labels":{ }})");
    value.optional_list.push_back(3);
    BOOST_TEST(written(value).find(R"("optional_list":[3])") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_wrong_type_is_reported_with_its_path_and_written_back)
{
    struct example
    {
        char const* text;
        char const* path;
        char const* expected;
        char const* found;
    };

    for (auto const& [text, path, expected, found] : {
             example{R"({"text":5})", "text", "string", "number"},
             example{R"({"flag":"true"})", "flag", "boolean", "string"},
             example{R"({"big":"5"})", "big", "integer", "string"},
             example{R"({"big":1.5})", "big", "integer of 64 bits", "another number"},
             example{
                 R"({"big":9223372036854775808})", "big", "integer of 64 bits", "another number"},
             example{R"({"small":2147483648})", "small", "integer of 32 bits", "another number"},
             example{R"({"real":true})", "real", "number", "boolean"},
             example{
                 R"({"real":1e999})",
                 "real",
                 "number within the range of double",
                 "another number"},
             example{R"({"mood":{}})", "mood", "string", "object"},
             example{R"({"maybe":[1]})", "maybe", "string", "array"},
             example{R"({"null_or_text":false})", "null_or_text", "string", "boolean"},
             example{R"({"names":"a"})", "names", "array", "string"},
             example{R"({"names":["a",1]})", "names[1]", "string", "number"},
             example{R"({"names":["a",null]})", "names[1]", "string", "null"},
             example{R"({"points":[{"x":"1","y":2}]})", "points[0].x", "integer", "string"},
             example{R"({"points":[{"x":1,"y":2},7]})", "points[1]", "object", "number"},
             example{
                 R"({"null_or_points":[{"x":1,"y":2},7]})",
                 "null_or_points[1]",
                 "object",
                 "number"},
             example{R"({"labels":{"k":1,"l":"v"}})", "labels.k", "string", "number"},
             example{R"({"labels":[]})", "labels", "object", "array"},
             example{R"({"series":{"s":[1,"2"]}})", "series.s[1]", "number", "string"},
             example{R"({"nested":"x"})", "nested", "object", "string"},
             example{R"({"nested":{"x":1,"y":[]}})", "nested.y", "integer", "array"},
             example{R"({"stop":5})", "stop", "another type", "number"},
             example{
                 R"({"shapes":[{"kind":"group","shapes":[{"kind":"circle","radius":"2"}]}]})",
                 "shapes[0].shapes[0].radius",
                 "number",
                 "string"},
             example{R"({"shapes":["circle"]})", "shapes[0]", "one of the known kinds", "string"},
             example{R"({"shapes":{}})", "shapes", "array", "object"},
         }) {
        BOOST_TEST_CONTEXT(text)
        {
            everything value;
            auto const result = decode(std::string_view(text), value);
            BOOST_TEST(bool(result));
            BOOST_TEST_REQUIRE(result.mismatches.size() == 1u);
            BOOST_TEST(result.mismatches[0].path == path);
            BOOST_TEST(result.mismatches[0].expected == expected);
            BOOST_TEST(result.mismatches[0].found == found);
            // Everything that came is written again, beside the required members.
            auto const out = written(value);
            auto const came = boost::json::parse(text).as_object();
            auto const went = boost::json::parse(out).as_object();
            for (auto const& member : came)
                BOOST_TEST(
                    hicap::test::same(went.at(member.key()), member.value()),
                    went.at(member.key()) << " is not " << member.value()
                );
        }
    }
}

BOOST_AUTO_TEST_CASE(the_good_elements_of_a_list_are_kept)
{
    auto const value = read(R"({"points":[{"x":1},7,{"x":3}],"labels":{"a":"b","c":1}})");
    BOOST_TEST_REQUIRE(value.points.size() == 3u);
    BOOST_TEST(value.points[0].x == 1);
    BOOST_TEST(value.points[1].x == 0);
    BOOST_TEST(value.points[2].x == 3);
    BOOST_TEST(value.labels.size() == 1u);
    BOOST_TEST(value.labels.at("a") == "b");
}

BOOST_AUTO_TEST_CASE(of_a_member_that_comes_twice_the_last_counts)
{
    BOOST_TEST(read(R"({"text":"a","text":"b"})").text == "b");
    BOOST_TEST(read(R"({"text":1,"text":"b"})").extra.empty());
    BOOST_TEST(member_after_round_trip("text", R"("a","text":null)") == "null");
    BOOST_TEST(member_after_round_trip("text", R"("a","text":5)") == "5");
    BOOST_TEST(member_after_round_trip("names", R"([1],"names":["a"])") == R"(["a"])");
    BOOST_TEST(member_after_round_trip("text", R"(1,"text":"b","text":2)") == "2");
    BOOST_TEST(member_after_round_trip("text", R"(1,"text":2,"text":"b")") == R"("b")");
    BOOST_TEST(read(R"({"text":1,"later":3,"text":"b"})").extra.text() == R"("later":3)");
    BOOST_TEST(read(R"({"later":1,"later":2})").extra.find("later").value() == "2");
}

BOOST_AUTO_TEST_CASE(of_a_tag_that_comes_twice_the_last_counts)
{
    auto const after = [](std::string_view text) {
        circle value;
        BOOST_TEST(bool(decode(text, value)));
        return written(value);
    };
    BOOST_TEST(
        after(R"({"kind":"oval","later":{"x":1},"kind":"circle","radius":1})") ==
        R"({"kind":"circle","radius":1,"later":{"x":1}})"
    );
    BOOST_TEST(
        after(R"({"kind":"oval","kind":"circle","kind":"egg","radius":1})") ==
        R"({"radius":1,"kind":"egg"})"
    );
}

BOOST_AUTO_TEST_CASE(the_tag_may_come_last_or_be_spelt_with_escapes)
{
    auto const value =
        read(R"({"shapes":[{"radius":1,"more":{"kind":"square"},"k\u0069nd":"circl\u0065"}]})");
    BOOST_TEST(std::get<circle>(value.shapes.at(0)).radius == 1);
    BOOST_TEST(std::get<circle>(value.shapes.at(0)).extra.text() == R"("more":{"kind":"square"})");
    BOOST_TEST(
        written(std::get<circle>(value.shapes.at(0))) ==
        R"({"kind":"circle","radius":1,"more":{"kind":"square"}})"
    );
}

BOOST_AUTO_TEST_CASE(alternatives_change_in_place)
{
    everything value;
    for (auto const* text :
         {R"({"shapes":[{"kind":"circle","radius":1}],"any_shape":"s"})",
          R"({"shapes":[{"kind":"square","side":1}],"any_shape":2.5})",
          R"({"shapes":[{"kind":"new"}],"any_shape":true})",
          R"({"shapes":[{"kind":"group","shapes":[]}],"any_shape":[1,2]})",
          R"({"shapes":[7],"any_shape":{"x":1,"y":2}})"}) {
        BOOST_TEST(bool(decode(std::string_view(text), value)));
        auto const out = boost::json::parse(written(value)).as_object();
        auto const came = boost::json::parse(text).as_object();
        BOOST_TEST(hicap::test::same(out.at("shapes"), came.at("shapes")));
        BOOST_TEST(hicap::test::same(out.at("any_shape"), came.at("any_shape")));
    }
}

BOOST_AUTO_TEST_CASE(text_that_is_not_json_gives_its_offset)
{
    for (std::string const text :
         {"",
          "{",
          R"({"text":"a",})",
          R"({"text":"a"} x)",
          R"({"points":[{"x":1]})",
          R"({"later":[1,}})",
          R"({"shapes":[{"a":1,"kind":"circle",}]})",
          R"({"raw":{)",
          R"({"labels":{"a":"b"})",
          "\"",
          R"({"text":"\ud83d\u"})",
          R"({"text")",
          R"({"big":01})"}) {
        everything value;
        auto const result = decode(text, value);
        BOOST_TEST(!result, text);
        BOOST_TEST((result.code == hicap::errc::invalid_json));
        BOOST_TEST(!result.what.empty());
        BOOST_TEST(result.offset <= text.size());
        // Still a value like any other.
        BOOST_TEST(bool(decode(full_text, value)));
        BOOST_TEST(hicap::test::same_text(written(value), full_text));
    }
    everything value;
    BOOST_TEST(decode(R"({"text":"a","flag":tru})", value).offset == 19u);
}

BOOST_AUTO_TEST_CASE(every_proper_prefix_of_a_document_is_refused)
{
    std::string const text = full_text;
    everything value;
    for (std::size_t size = 0; size != text.size(); ++size)
        BOOST_TEST_REQUIRE(!decode(text.substr(0, size), value));
}

BOOST_AUTO_TEST_CASE(a_document_of_another_type_is_refused)
{
    everything ignored;
    BOOST_TEST((decode("<html>", ignored).code == hicap::errc::invalid_json));
    BOOST_TEST((decode("[] x", ignored).code == hicap::errc::invalid_json));
    for (auto const* text : {"[]", "null", "5", "\"text\"", "true"}) {
        everything value;
        auto const result = decode(std::string_view(text), value);
        BOOST_TEST(!result);
        BOOST_TEST((result.code == hicap::errc::unexpected_content));
        BOOST_TEST(result.what.find("expected object") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(depth_is_bounded_for_known_and_unknown_members)
{
    auto const nested_groups = [](std::size_t levels) {
        std::string text = "{\"shapes\":[";
        for (std::size_t i = 0; i != levels; ++i)
            text += R"({"kind":"group","shapes":[)";
        for (std::size_t i = 0; i != levels; ++i)
            text += "]}";
        return text + "]}";
    };
    everything value;
    BOOST_TEST(bool(decode(nested_groups(63), value)));
    BOOST_TEST(!decode(nested_groups(64), value));
    BOOST_TEST(!decode(nested_groups(100'000), value));
    BOOST_TEST(!decode("{\"later\":" + std::string(1'000'000, '['), value));
    BOOST_TEST(!decode("{\"raw\":" + std::string(1'000'000, '['), value));
}

BOOST_AUTO_TEST_CASE(the_list_of_mismatches_is_bounded)
{
    std::string text = R"({"names":[0)";
    for (int i = 0; i != 1000; ++i)
        text += ",0";
    text += "]}";
    everything value;
    auto const result = decode(text, value);
    BOOST_TEST(bool(result));
    BOOST_TEST(result.mismatches.size() == decode_result::max_mismatches);
}

BOOST_AUTO_TEST_CASE(further_members_take_the_place_of_those_of_the_same_name)
{
    auto value = read(R"({"x":1,"y":2,"a":3,"b":4})");
    point p;
    BOOST_TEST(bool(decode(R"({"x":1,"y":2,"a":3,"b":4})", p)));
    hicap::unknown_members const body{
        {"y", hicap::raw_json("[]")}, {"b", hicap::raw_json("null")}, {"c", hicap::raw_json("5")}};
    std::string out = ">";
    hicap::json::encode_with(p, body, out);
    BOOST_TEST(out == R"(>{"x":1,"a":3,"y":[],"b":null,"c":5})");
    out.clear();
    hicap::json::encode_with(p, {}, out);
    BOOST_TEST(out == R"({"x":1,"y":2,"a":3,"b":4})");
    out.clear();
    hicap::json::encode_with(circle{}, {{"kind", hicap::raw_json::quoted("disc")}}, out);
    BOOST_TEST(out == R"({"radius":0,"kind":"disc"})");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_is_refused_by_its_path_and_leaves_no_half_body)
{
    auto const message = [](everything const& value) {
        std::string out = "before";
        try {
            hicap::json::encode(value, out);
        } catch (hicap::error const& e) {
            BOOST_TEST((e.code() == hicap::errc::invalid_argument));
            BOOST_TEST(out == "before");
            return std::string(e.what());
        }
        return std::string();
    };
    everything value;
    value.names = {"good", "\xFF"};
    BOOST_TEST(message(value).find("names[1]") != std::string::npos);
    value = {};
    value.shapes = {group{.shapes = {circle{.radius = std::numeric_limits<double>::infinity()}}}};
    BOOST_TEST(message(value).find("shapes[0].shapes[0].radius") != std::string::npos);
    value = {};
    value.labels = {{"\xFF", "v"}};
    BOOST_TEST(message(value).find("labels.") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_tag_of_another_value_is_kept)
{
    circle value;
    BOOST_TEST(bool(decode(R"({"kind":"ellipse","radius":1})", value)));
    BOOST_TEST(written(value) == R"({"radius":1,"kind":"ellipse"})");
    BOOST_TEST(bool(decode(R"({"radius":1})", value)));
    BOOST_TEST(written(value) == R"({"kind":"circle","radius":1})");
}

BOOST_AUTO_TEST_SUITE_END()
