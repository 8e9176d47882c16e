#include "json/reader.hpp"
#include "json/writer.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

using hicap::json::path;
using hicap::json::writer;

namespace {

std::string written(std::string_view text)
{
    std::string out;
    writer(out).string(text, path());
    return out;
}

std::string numbered(double value)
{
    std::string out;
    writer(out).number(value, path());
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_writer)

BOOST_AUTO_TEST_CASE(commas_stand_where_they_belong)
{
    path const root;
    std::string out = "data: ";
    writer to(out);
    to.begin_object();
    to.plain_name("a");
    to.begin_array();
    to.integer(1);
    to.begin_array();
    to.end_array();
    to.begin_object();
    to.end_object();
    to.null();
    to.end_array();
    to.name("b\"", root);
    to.boolean(true);
    to.raw(R"("c":[1,2],"d":{})");
    to.plain_name("e");
    to.string("x", root);
    to.end_object();
    BOOST_TEST(out == R"(data: {"a":[1,[],{},null],"b\"":true,"c":[1,2],"d":{},"e":"x"})");
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_as_little_as_json_allows)
{
    BOOST_TEST(written("") == R"("")");
    BOOST_TEST(written("a/b <c> & 'd'") == R"("a/b <c> & 'd'")");
    BOOST_TEST(written("\"\\\b\f\n\r\t") == R"("\"\\\b\f\n\r\t")");
    BOOST_TEST(written(std::string("\0\x01\x1F\x7F", 4)) == "\"\\u0000\\u0001\\u001f\x7F\"");
    BOOST_TEST(written("caf\xC3\xA9 \xF0\x9F\x98\x80") == "\"caf\xC3\xA9 \xF0\x9F\x98\x80\"");
}

BOOST_AUTO_TEST_CASE(random_text_reads_back_as_it_was)
{
    std::mt19937 random(7);
    std::vector<std::string> const pieces = {
        "a",
        "\"",
        "\\",
        "\n",
        std::string(1, '\0'),
        "\x1F",
        "\x7F",
        "\xC2\x80",
        "\xDF\xBF",
        "\xE0\xA0\x80",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF",
        "plain text of some length"};
    for (int round = 0; round != 2000; ++round) {
        std::string text;
        for (auto count = random() % 40; count != 0; --count)
            text += pieces[random() % pieces.size()];
        auto const json = written(text);
        hicap::json::reader in(json);
        std::string scratch;
        std::string_view view;
        BOOST_TEST_REQUIRE(in.read_string(view, scratch));
        BOOST_TEST_REQUIRE(in.finish());
        BOOST_TEST_REQUIRE(view == text);
    }
}

BOOST_AUTO_TEST_CASE(numbers_read_back_as_they_were)
{
    std::string out;
    writer to(out);
    to.begin_array();
    to.integer(std::numeric_limits<std::int64_t>::min());
    to.integer(std::numeric_limits<std::int64_t>::max());
    to.end_array();
    BOOST_TEST(out == "[-9223372036854775808,9223372036854775807]");

    BOOST_TEST(numbered(0.1) == "0.1");
    BOOST_TEST(numbered(1) == "1");
    BOOST_TEST(numbered(-1e-7) == "-1e-07");
    std::mt19937_64 random(11);
    for (int round = 0; round != 2000; ++round) {
        auto const bits = random();
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        if (!std::isfinite(value))
            continue;
        auto const text = numbered(value);
        BOOST_TEST_REQUIRE(hicap::json::reader(text).read_double().value() == value);
    }
}

BOOST_AUTO_TEST_CASE(what_json_cannot_hold_is_refused_by_name)
{
    path const root;
    path const list{&root, "messages"};
    path const element{&list, {}, 2};
    path const member{&element, "content"};
    auto const refused = [&](auto write) {
        std::string out;
        writer to(out);
        try {
            write(to);
        } catch (hicap::error const& e) {
            BOOST_TEST((e.code() == hicap::errc::invalid_argument));
            return std::string(e.what());
        }
        return std::string();
    };
    auto const names = [](std::string const& message) {
        return message.find("messages[2].content") != std::string::npos;
    };
    BOOST_TEST(names(refused([&](writer& to) { to.string("ab\xFF", member); })));
    BOOST_TEST(names(refused([&](writer& to) { to.string("\xED\xA0\x80", member); })));
    BOOST_TEST(names(refused([&](writer& to) { to.name("\xC3", member); })));
    BOOST_TEST(names(refused([&](writer& to) {
        to.number(std::numeric_limits<double>::quiet_NaN(), member);
    })));
    BOOST_TEST(names(refused([&](writer& to) {
        to.number(-std::numeric_limits<double>::infinity(), member);
    })));
}

BOOST_AUTO_TEST_SUITE_END()
