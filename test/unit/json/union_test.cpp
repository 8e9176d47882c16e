#include "json/codec.hpp"
#include "json/describe.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Kinds that their tag does not tell apart.

namespace {

/// What needs no tag: anything that somebody said.
struct remark
{
    static constexpr std::array<std::string_view, 1> tags = {"message"};
    hicap::nullable<std::string> type{};
    std::string role{};
    std::variant<std::string, std::vector<std::string>> content{};
    hicap::unknown_members extra{};
};

struct question
{
    static constexpr std::string_view tag = "message";
    std::string role{};
    std::vector<std::string> content{};
    hicap::unknown_members extra{};
};

struct answer
{
    static constexpr std::string_view tag = "message";
    std::string role{};
    std::string id{};
    std::vector<std::string> content{};
    hicap::unknown_members extra{};
};

struct mention
{
    static constexpr std::array<std::string_view, 1> tags = {"link"};
    hicap::nullable<std::string> type = "link";
    std::string id{};
    hicap::unknown_members extra{};
};

struct noise
{
    static constexpr std::string_view tag = "noise";
    std::int64_t volume = 0;
    hicap::unknown_members extra{};
};

struct item : std::variant<remark, question, answer, mention, noise, hicap::unknown>
{
    using variant::variant;
};

} // namespace

namespace hicap::json {

template <>
inline constexpr bool tag_optional<remark> = true;
template <>
inline constexpr bool tag_optional<mention> = true;

constexpr std::array needs_role = {requirement{"role", token::string}};
template <>
inline constexpr std::span<requirement const> requirements<remark> = needs_role;

constexpr std::array<std::string_view, 2> who_asks = {"user", "system"};
constexpr std::array asks = {
    requirement{"role", token::string, who_asks}, requirement{"content", token::array}};
template <>
inline constexpr std::span<requirement const> requirements<question> = asks;

constexpr std::array<std::string_view, 1> who_answers = {"assistant"};
constexpr std::array answers = {requirement{"role", token::string, who_answers}, requirement{"id"}};
template <>
inline constexpr std::span<requirement const> requirements<answer> = answers;

constexpr std::array needs_id = {requirement{"id", token::string}};
template <>
inline constexpr std::span<requirement const> requirements<mention> = needs_id;

template <>
struct description<remark>
{
    static constexpr std::array members = {
        member<&remark::type>("type"),
        member<&remark::role>("role"),
        member<&remark::content>("content")};
};

template <>
struct description<question>
{
    static constexpr std::array members = {
        member<&question::role>("role"), member<&question::content>("content")};
};

template <>
struct description<answer>
{
    static constexpr std::array members = {
        member<&answer::role>("role"),
        member<&answer::id>("id"),
        member<&answer::content>("content")};
};

template <>
struct description<mention>
{
    static constexpr std::array members = {
        member<&mention::type>("type"), member<&mention::id>("id")};
};

template <>
struct description<noise>
{
    static constexpr std::array members = {member<&noise::volume>("volume")};
};

} // namespace hicap::json

namespace {

item read(std::string_view text)
{
    item made;
    auto const result = hicap::json::decode(text, made);
    BOOST_TEST_REQUIRE(bool(result), result.what);
    BOOST_TEST(result.mismatches.empty());
    return made;
}

std::string written(item const& made)
{
    std::string text;
    hicap::json::encode(made, text);
    return text;
}

/// Checks that `text` is read as a `Kind` and comes back as it was.
template <class Kind>
void check(std::string_view text)
{
    BOOST_TEST_CONTEXT(text)
    {
        auto const made = read(text);
        BOOST_TEST(std::holds_alternative<Kind>(made));
        BOOST_TEST(written(made) == text);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_union)

BOOST_AUTO_TEST_CASE(kinds_of_one_tag_are_told_apart_by_their_members)
{
    check<question>(R"({"type":"message","role":"user","content":["a"]})");
    check<answer>(R"({"type":"message","role":"assistant","id":"m1","content":["a"]})");
    check<remark>(R"({"type":"message","role":"assistant","content":["a"]})");
    check<remark>(R"({"type":"message","role":"user","content":"a"})");
    check<remark>(R"({"type":"message","role":"critic","content":["a"]})");
    check<noise>(R"({"type":"noise","volume":1})");
}

BOOST_AUTO_TEST_CASE(the_place_of_a_member_does_not_count)
{
    auto const made =
        read(R"({"content":["a"],"id":"m1","role":"assist\u0061nt","type":"message"})");
    BOOST_TEST_REQUIRE(std::holds_alternative<answer>(made));
    BOOST_TEST(std::get<answer>(made).id == "m1");
}

BOOST_AUTO_TEST_CASE(a_kind_may_need_no_tag)
{
    check<remark>(R"({"role":"user","content":"a"})");
    check<remark>(R"({"type":null,"role":"user","content":"a"})");
    check<mention>(R"({"id":"x"})");
    check<mention>(R"({"type":null,"id":"x"})");
    check<mention>(R"({"type":"link","id":"x"})");
}

BOOST_AUTO_TEST_CASE(what_meets_no_requirement_is_unknown)
{
    check<hicap::unknown>(R"({"type":"message","content":"a"})");
    check<hicap::unknown>(R"({"type":"message","role":null,"content":"a"})");
    check<hicap::unknown>(R"({"type":"message","role":5})");
    check<hicap::unknown>(R"({})");
    check<hicap::unknown>(R"({"id":null})");
}

BOOST_AUTO_TEST_CASE(where_no_other_has_the_tag_nothing_more_is_required)
{
    check<mention>(R"({"type":"link","id":null})");
    item made;
    auto const result = hicap::json::decode(R"({"type":"link","id":5})", made);
    BOOST_TEST_REQUIRE(result.mismatches.size() == 1U);
    BOOST_TEST(result.mismatches.front().path == "id");
    BOOST_TEST(std::holds_alternative<mention>(made));
    BOOST_TEST(written(made) == R"({"type":"link","id":5})");
}

BOOST_AUTO_TEST_CASE(an_integer_is_not_rounded_where_it_may_be_one)
{
    auto const check_kind = [](std::string_view text, std::size_t kind) {
        std::variant<std::int64_t, double, hicap::raw_json> number;
        BOOST_TEST(bool(hicap::json::decode(text, number)));
        BOOST_TEST(number.index() == kind, text);
        std::string out;
        hicap::json::encode(number, out);
        BOOST_TEST(out == text);
    };
    check_kind("9223372036854775807", 0);
    check_kind("-9223372036854775808", 0);
    check_kind("0.5", 1);
    check_kind("1e+30", 1);
    check_kind("\"1\"", 2);
    std::variant<double, std::int64_t> other_order;
    BOOST_TEST(bool(hicap::json::decode("9007199254740993", other_order)));
    BOOST_TEST(std::get<std::int64_t>(other_order) == 9'007'199'254'740'993);
    BOOST_TEST(bool(hicap::json::decode("9223372036854775808", other_order)));
    BOOST_TEST(std::get<double>(other_order) == 9'223'372'036'854'775'808.0);
}

BOOST_AUTO_TEST_CASE(what_is_made_by_hand_says_no_more_than_it_must)
{
    remark const said{.role = "user", .content = "a"};
    BOOST_TEST(written(said) == R"({"role":"user","content":"a"})");
    mention const to{.id = "x"};
    BOOST_TEST(written(to) == R"({"type":"link","id":"x"})");
}

BOOST_AUTO_TEST_SUITE_END()
