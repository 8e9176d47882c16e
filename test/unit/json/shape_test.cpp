#include "json/chat_description.hpp"
#include "json/describe.hpp"
#include "json/images_description.hpp"
#include "json/responses_events_description.hpp"
#include "json/shape.hpp"
#include "support.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Not unnamed: GCC 12 gives `member_access` of such a struct's members one symbol in all files.
namespace shape_test {

class mood : public hicap::open_enum
{
public:
    using open_enum::open_enum;
};

struct circle
{
    static constexpr std::string_view tag = "circle";
    double radius = 0;
    hicap::unknown_members extra{};
};

/// It stores its tag, and two kinds of it differ by what a member says.
struct plain_text
{
    static constexpr std::array<std::string_view, 1> tags = {"text"};
    std::string type{};
    std::string language{};
    std::string words{};
    hicap::unknown_members extra{};
};

struct formal_text
{
    static constexpr std::array<std::string_view, 1> tags = {"text"};
    std::string type{};
    std::string language{};
    std::int64_t version = 0;
    hicap::unknown_members extra{};
};

struct group
{
    static constexpr std::string_view tag = "group";
    std::vector<std::variant<circle, plain_text, formal_text, group, hicap::unknown>> parts{};
    hicap::unknown_members extra{};
};

using part = std::variant<circle, plain_text, formal_text, group, hicap::unknown>;

struct pair
{
    std::int64_t x = 0;
    std::int32_t y = 0;
    std::string name{};
    hicap::unknown_members extra{};
};

/// A document with a member for each trap.
struct everything
{
    std::string text{};
    bool flag = false;
    std::int64_t big = 0;
    std::int32_t small = 0;
    double real = 0;
    mood how{};
    hicap::raw_json raw{};
    std::optional<std::string> maybe{};
    hicap::nullable<std::string> text_or_null{};
    hicap::nullable<pair> pair_or_null{};
    std::vector<pair> pairs{};
    std::map<std::string, std::string> labels{};
    std::optional<std::map<std::string, std::int64_t>> counts{};
    std::variant<std::int64_t, double, std::string> number_or_text = std::int64_t(0);
    std::vector<part> parts{};
    std::string sent_if_set{};
    std::int64_t number_if_set = 0;
    pair pair_if_set{};
    std::optional<std::string> maybe_if_set{};
    std::vector<std::string> names_if_set{};
    std::map<std::string, pair> map_if_set{};
    hicap::unknown_members extra{};
};

} // namespace shape_test

using namespace shape_test;

namespace hicap::json {

inline constexpr std::array<std::string_view, 2> formal_languages = {"json", "xml"};
inline constexpr std::array needs_of_plain_text = {
    requirement{.member = "words", .shape = token::string}};
inline constexpr std::array needs_of_formal_text = {
    requirement{.member = "language", .shape = token::string, .one_of = formal_languages},
    requirement{.member = "version"}};

template <>
inline constexpr std::span<requirement const> requirements<plain_text> = needs_of_plain_text;
template <>
inline constexpr std::span<requirement const> requirements<formal_text> = needs_of_formal_text;
template <>
inline constexpr bool tag_optional<plain_text> = true;

template <>
struct description<circle>
{
    static constexpr std::array members = {member<&circle::radius>("radius")};
};

template <>
struct description<plain_text>
{
    using t = plain_text;
    static constexpr std::array members = {
        member<&t::type>("type"), member<&t::language>("language"), member<&t::words>("words")};
};

template <>
struct description<formal_text>
{
    using t = formal_text;
    static constexpr std::array members = {
        member<&t::type>("type"), member<&t::language>("language"), member<&t::version>("version")};
};

template <>
struct description<group>
{
    static constexpr std::array members = {member<&group::parts>("parts")};
};

template <>
struct description<pair>
{
    using t = pair;
    static constexpr std::array members = {
        member<&t::x>("x"), member<&t::y>("y"), member<&t::name>("name")};
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
        member<&t::how>("how"),
        member<&t::raw>("raw"),
        member<&t::maybe>("maybe"),
        member<&t::text_or_null>("text_or_null"),
        member<&t::pair_or_null>("pair_or_null"),
        member<&t::pairs>("pairs"),
        member<&t::labels>("labels"),
        member<&t::counts>("counts"),
        member<&t::number_or_text>("number_or_text"),
        member<&t::parts>("parts"),
        member<&t::sent_if_set>("sent_if_set", when::not_empty),
        member<&t::number_if_set>("number_if_set", when::not_empty),
        member<&t::pair_if_set>("pair_if_set", when::not_empty),
        member<&t::maybe_if_set>("maybe_if_set", when::not_empty),
        member<&t::names_if_set>("names_if_set", when::not_empty),
        member<&t::map_if_set>("map_if_set", when::not_empty)};
};

} // namespace hicap::json

namespace hicap::test {
namespace {

// What is compared ------------------------------------------------------------------------------

/// Writes down all that a value holds, by its tables: more than what is sent of it.
void dump(json::type const& how, void const* value, std::string& out)
{
    using namespace hicap::json;
    auto const text_of = [&]<class T>(std::type_identity<T>) -> T const& {
        return *static_cast<T const*>(value);
    };
    auto const put = [&](std::string_view text) {
        out.append(std::to_string(text.size())).append(":").append(text).append(" ");
    };
    switch (how.kind) {
    case kind::string:
        put(text_of(std::type_identity<std::string>()));
        break;
    case kind::boolean:
        out.append(text_of(std::type_identity<bool>()) ? "true " : "false ");
        break;
    case kind::int32:
        out.append(std::to_string(text_of(std::type_identity<std::int32_t>()))).append("i ");
        break;
    case kind::int64:
        out.append(std::to_string(text_of(std::type_identity<std::int64_t>()))).append("l ");
        break;
    case kind::number: {
        auto const bits = std::bit_cast<std::uint64_t>(text_of(std::type_identity<double>()));
        out.append(std::to_string(bits)).append("d ");
        break;
    }
    case kind::raw:
        put(text_of(std::type_identity<raw_json>()).text());
        break;
    case kind::unknown:
        put(text_of(std::type_identity<unknown>()).type);
        put(text_of(std::type_identity<unknown>()).json.text());
        break;
    case kind::optional:
    case kind::nullable: {
        auto const& table = static_cast<optional_type const&>(how);
        if (auto const* held = table.get(value))
            dump(*table.value, held, out);
        else
            out.append(table.is_null(value) ? "null " : "absent ");
        break;
    }
    case kind::array: {
        auto const& table = static_cast<array_type const&>(how);
        out.append("[");
        for (std::size_t i = 0; i != table.size(value); ++i)
            dump(*table.element, table.at(value, i), out);
        out.append("] ");
        break;
    }
    case kind::map: {
        struct state
        {
            json::type const& value;
            std::string& out;
        } context{*static_cast<map_type const&>(how).value, out};

        out.append("{");
        static_cast<map_type const&>(how)
            .visit(value, &context, [](void* erased, std::string const& key, void const* entry) {
                auto& [table, to] = *static_cast<state*>(erased);
                to.append(key).append("=");
                dump(table, entry, to);
            });
        out.append("} ");
        break;
    }
    case kind::object: {
        auto const& table = static_cast<object_type const&>(how);
        out.append("(");
        for (auto const& member : table.members())
            dump(*member.type, member.at(value), out);
        put(table.extra(value)->text());
        out.append(") ");
        break;
    }
    case kind::choice: {
        auto const& table = static_cast<choice_type const&>(how);
        auto const index = table.index(value);
        out.append("#").append(std::to_string(index)).append(" ");
        auto const& held = table.alternatives[index];
        dump(*held.type, held.hold(const_cast<void*>(value)), out);
        break;
    }
    }
}

template <class T>
std::string dump(T const& value)
{
    std::string out;
    dump(json::type_of<T>::value, json::erase(value), out);
    json::encode(value, out);
    return out;
}

std::string dump(json::decode_result const& result)
{
    auto out = result.code.message() + " at " + std::to_string(result.offset) + ": " + result.what;
    for (auto const& one : result.mismatches)
        out += "; " + one.path + " is " + one.found + ", not " + one.expected;
    return out;
}

/// Decodes each text in three ways, and remembers where they disagree.
template <class T>
class trial
{
public:
    /// Whether all ways agree.
    bool decode(std::string_view text)
    {
        T fresh;
        auto const expected = json::decode(text, fresh);
        auto const again = json::decode(text, reused_);
        auto const got = decoder_.decode(text, shaped_);
        bool const all_read = expected && again && got;
        auto const result = dump(expected);
        bool good = dump(got) == result && dump(again) == result;
        if (all_read) {
            auto const value = dump(fresh);
            good = good && dump(shaped_) == value && dump(reused_) == value;
        }
        if (!good)
            difference_ = "\n" + std::string(text) + "\nafter\n" + last_ + "\n" + dump(got) +
                          "\ninstead of\n" + result + "\n" +
                          (all_read ? dump(shaped_) + "\ninstead of\n" + dump(fresh) : "");
        last_ = text;
        return good;
    }

    /// What went wrong last.
    [[nodiscard]] std::string const& difference() const noexcept { return difference_; }

    /// The object of the shaped decoder, which no user could write to.
    [[nodiscard]] T& shaped() noexcept { return shaped_; }

private:
    json::shaped_decoder<T> decoder_;
    T shaped_;
    T reused_;
    std::string last_;
    std::string difference_;
};

template <class T>
void agree_on(std::initializer_list<std::string_view> texts)
{
    trial<T> run;
    for (auto const text : texts)
        BOOST_TEST(run.decode(text), run.difference());
}

/// Whether the second text is read by the shape of the first, and both right: what stays the same
/// is then not read again, so that a change to it by others stays.
template <auto Flag, class T>
bool matches(std::string_view first, std::string_view second)
{
    trial<T> run;
    BOOST_TEST(run.decode(first), run.difference());
    BOOST_TEST(run.decode(second), run.difference());

    json::shaped_decoder<T> decoder;
    T value;
    BOOST_TEST(bool(decoder.decode(first, value)));
    bool const was = value.*Flag;
    value.*Flag = !was;
    BOOST_TEST(bool(decoder.decode(second, value)));
    return value.*Flag != was;
}

bool matches(std::string_view first, std::string_view second)
{
    return matches<&everything::flag, everything>(first, second);
}

// What is decoded -------------------------------------------------------------------------------

std::vector<std::string> fixture(std::string const& name)
{
    std::vector<std::string> texts;
    auto const list = boost::json::parse(read_file(HICAP_TEST_DATA "/" + name));
    for (auto const& one : list.as_array())
        texts.push_back(boost::json::serialize(one));
    return texts;
}

/// The lines of the streams that the API reference shows, where it is at hand.
std::vector<std::string> samples(std::string_view endpoint)
{
    std::vector<std::string> texts;
    char const* const set = std::getenv("HICAP_API_DATA");
    auto const file = std::string(set ? set : HICAP_API_DATA_DEFAULT) + "/examples.json";
    if (!std::filesystem::exists(file)) {
        std::fputs(("SKIPPED: no API samples, set HICAP_API_DATA: " + file + "\n").c_str(), stdout);
        return texts;
    }
    auto const all = boost::json::parse(read_file(file));
    boost::json::string_view const key(endpoint.data(), endpoint.size());
    for (auto const& sample : all.at(key).as_array()) {
        auto const* stream = sample.at("response").if_string();
        if (!stream)
            continue;
        std::istringstream lines{std::string(*stream)};
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("data: "))
                line.erase(0, 6);
            if (line.starts_with('{'))
                texts.push_back(line);
        }
    }
    return texts;
}

std::vector<std::string> operator+(std::vector<std::string> left, std::vector<std::string> right)
{
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

std::vector<std::string> chat_chunks()
{
    return fixture("chat/chunks.json") + samples("POST /chat/completions");
}

std::vector<std::string> responses_events()
{
    return fixture("responses/events.json") + samples("POST /responses");
}

std::vector<std::string> image_events()
{
    return {
        R"({"type":"image_generation.partial_image","b64_json":"AA==","partial_image_index":1,)"
        R"("created_at":1760000000,"size":"1024x1024","quality":"high","output_format":"png"})",
        R"({"type":"image_edit.completed","b64_json":"AA==","created_at":1760000000,)"
        R"("size":"1024x1024","quality":"high","background":"opaque","output_format":"webp",)"
        R"("usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3,)"
        R"("input_tokens_details":{"text_tokens":1,"image_tokens":0}},"later":true})",
        R"({"type":"image_generation.later","x":1})"};
}

std::vector<std::string> everything_documents()
{
    return {
        R"({"text":"a","flag":true,"big":1,"small":2,"real":0.5,"how":"good","raw":{"a":[1]},)"
        R"("maybe":"m","text_or_null":"n","pair_or_null":{"x":1,"y":2,"name":"p","later":"l"},)"
        R"("pairs":[{"x":1,"y":2,"name":"a"},{"x":3,"y":4,"name":"b","z":5}],)"
        R"("labels":{"a":"b"},"counts":{"a":1,"b":2},"number_or_text":7,)"
        R"("parts":[{"type":"circle","radius":1.5,"c":"d"},{"type":"text","words":"w"},)"
        R"({"type":"text","language":"json","version":1},{"type":"group","parts":[)"
        R"({"words":"w","language":"en"},{"type":"later","x":1}]}],"sent_if_set":"s",)"
        R"("number_if_set":1,"pair_if_set":{"x":1},"maybe_if_set":"m","names_if_set":["a","b"],)"
        R"("map_if_set":{"k":{"x":1,"y":1,"name":"n"}},"later":"x","more":-1.5e3,"last":"y"})",
        R"({"later":"x","text":"a","more":12,"flag":false,"rest":{"a":"b"},"big":0,"real":-0,)"
        R"("last":"\u00e9\n","pair_or_null":{"x":1},"number_or_text":1.5})",
        R"( { "big" : 12 , "unknown" : 1 , "text" : "" , "number_or_text" : "text" } )",
        R"({"parts":[{"type":"text","language":"xml","version":"v","words":"w"},{"words":"only"}],)"
        R"("names_if_set":[],"map_if_set":{},"pair_if_set":{},"sent_if_set":"","maybe":null})"};
}

// How documents are changed ---------------------------------------------------------------------

/// Where the values and members of a JSON text are.
struct anatomy
{
    using span = std::pair<std::size_t, std::size_t>;

    std::vector<span> scalars;
    std::vector<span> values;  // all
    std::vector<span> members; // with their names
    std::vector<span> elements;

    explicit anatomy(std::string_view text)
    {
        json::reader in(text);
        visit(in);
    }

private:
    void visit(json::reader& in)
    {
        auto const found = in.peek();
        auto const begin = in.offset();
        std::string_view view;
        std::string scratch;
        if (found == json::token::object && in.enter_object()) {
            while (in.next_name()) {
                auto const name = in.name_offset();
                if (!in.read_name(view, scratch))
                    return;
                visit(in);
                members.emplace_back(name, in.offset());
            }
        } else if (found == json::token::array && in.enter_array()) {
            while (in.next_element()) {
                (void)in.peek();
                auto const element = in.offset();
                visit(in);
                elements.emplace_back(element, in.offset());
            }
        } else if (in.skip_value(view)) {
            scalars.emplace_back(begin, in.offset());
        }
        if (!in.failed())
            values.emplace_back(begin, in.offset());
    }
};

class mutator
{
public:
    explicit mutator(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t end)
    {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }

    /// `text` with one change. Most leave it a document like before.
    std::string change(std::string text)
    {
        anatomy const parts(text);
        auto const replace = [&](anatomy::span at, std::string_view with) {
            text.replace(at.first, at.second - at.first, with);
        };
        auto const double_up = [&](anatomy::span at) {
            auto const copy = text.substr(at.first, at.second - at.first);
            text.insert(at.second, "," + copy);
        };
        auto const drop = [&](anatomy::span at) {
            if (at.second < text.size() && text[at.second] == ',')
                ++at.second;
            else if (at.first > 0 && text[at.first - 1] == ',')
                --at.first;
            text.erase(at.first, at.second - at.first);
        };
        switch (below(16)) {
        case 0:
            if (!text.empty())
                text[below(text.size())] = static_cast<char>(below(256));
            break;
        case 1: {
            constexpr std::string_view bytes = " \t\"\\,:{}[]-0.e\x01\x80\xff";
            text.insert(below(text.size() + 1), 1, bytes[below(bytes.size())]);
            break;
        }
        case 2:
            text.resize(below(text.size() + 1));
            break;
        case 3:
            if (!parts.members.empty())
                drop(pick(parts.members));
            break;
        case 4:
            if (!parts.members.empty())
                double_up(pick(parts.members));
            break;
        case 5:
            if (!parts.elements.empty())
                double_up(pick(parts.elements));
            break;
        case 6:
            if (!parts.elements.empty())
                drop(pick(parts.elements));
            break;
        case 7:
            if (!parts.values.empty())
                replace(pick(parts.values), any_value());
            break;
        default: // what a stream does: other values of the same kind
            if (!parts.scalars.empty()) {
                auto const at = pick(parts.scalars);
                if (text[at.first] == '"')
                    replace(at, text_value(text));
                else if (text[at.first] == '-' || (text[at.first] >= '0' && text[at.first] <= '9'))
                    replace(at, pick(numbers));
            }
        }
        return text;
    }

private:
    template <class List>
    typename List::value_type pick(List const& list)
    {
        return list[below(list.size())];
    }

    std::string_view any_value()
    {
        constexpr std::array<std::string_view, 10> others = {
            "null",
            "true",
            "false",
            "{}",
            "[]",
            "[1]",
            R"({"type":"text"})",
            R"(["a",2])",
            " 1",
            "nul"};
        auto const index = below(others.size() + 2);
        return index < others.size() ? others[index]
                                     : (index == others.size() ? pick(strings) : pick(numbers));
    }

    std::string text_value(std::string const& text)
    {
        switch (below(6)) {
        case 0:
            return '"' + std::string(below(5000), 'x') + '"';
        case 1: { // another text of the same document, such as a tag
            anatomy const parts(text);
            auto const at = pick(parts.scalars);
            if (text[at.first] == '"')
                return text.substr(at.first, at.second - at.first);
            [[fallthrough]];
        }
        default:
            return std::string(pick(strings));
        }
    }

    static constexpr std::array<std::string_view, 23> strings = {
        R"("")",
        R"("a")",
        R"("a longer text than fits a small string")",
        R"("\n\"\\\/")",
        R"("\u00e9 \ud83d\ude00")",
        R"("\ud83d alone")",
        R"("\u12")",
        R"("\x")",
        "\"caf\xc3\xa9\"",
        "\"half \xc3\"",
        "\"overlong \xc0\xaf\"",
        "\"surrogate \xed\xa0\x80\"",
        "\"control \x01\"",
        R"("text")",
        R"("circle")",
        R"("json")",
        R"("response.output_text.delta")",
        R"("response.refusal.delta")",
        R"("message")",
        R"("output_text")",
        R"(")",
        R"("x","x":"y")",
        R"( "spaced" )"};
    static constexpr std::array<std::string_view, 23> numbers = {
        "0",
        "-0",
        "1",
        "1.0",
        "1.5",
        "-1",
        "1e3",
        "1E+2",
        "1e-2",
        "0.0e400",
        "1e400",
        "2147483647",
        "2147483648",
        "-2147483649",
        "9223372036854775807",
        "9223372036854775808",
        "123456789012345678901234567890",
        "01",
        "-",
        "1.",
        "1e",
        " 2",
        "3 "};

    std::mt19937 random_;
};

/// Streams of documents, most of them like the one before.
template <class T>
void agree_on_mutations(std::vector<std::string> const& documents, int streams)
{
    mutator random(20);
    for (int i = 0; i != streams; ++i) {
        trial<T> run;
        auto text = documents[random.below(documents.size())];
        for (int step = 0; step != 20; ++step) {
            if (!run.decode(text)) {
                BOOST_ERROR(run.difference());
                return;
            }
            // A document beyond repair would be all that the rest of the stream tells.
            auto const other = random.below(8) == 0;
            auto next = random.change(other ? documents[random.below(documents.size())] : text);
            T value;
            if (!run.decode(next)) {
                BOOST_ERROR(run.difference());
                return;
            }
            if (json::decode(next, value) && next.size() < 6000)
                text = std::move(next);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_shape)

// Fast ------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_changes_in_strings_and_numbers_is_matched)
{
    constexpr std::string_view base =
        R"({"text":"a","flag":true,"big":1,"small":2,"real":1.5,"how":"fine","later":"x"})";
    for (std::string_view const other : {
             R"({"text":"b","flag":true,"big":1,"small":2,"real":1.5,"how":"fine","later":"x"})",
             R"({"text":"","flag":true,"big":1,"small":2,"real":1.5,"how":"fine","later":"x"})",
             R"({"text":"a b","flag":true,"big":1,"small":2,"real":1.5,"how":"fine","later":"x"})",
             R"({"text":"\n","flag":true,"big":1,"small":2,"real":1.5,"how":"fine","later":"x"})",
             R"({"text":"a","flag":true,"big":12,"small":2,"real":1.5,"how":"fine","later":"x"})",
             R"({"text":"a","flag":true,"big":1.0,"small":2,"real":1.5,"how":"fine","later":"x"})",
             R"({"text":"a","flag":true,"big":1,"small":-2,"real":1e9,"how":"bad","later":"yes"})",
         })
        BOOST_TEST(matches(base, other), other);
}

BOOST_AUTO_TEST_CASE(text_beside_escapes_and_beyond_ascii_is_matched)
{
    BOOST_TEST(matches(
        "{\"flag\":true,\"text\":\"\\u00e9\"}", "{\"flag\":true,\"text\":\"\xc3\xa9 \\\" \"}"
    ));
}

BOOST_AUTO_TEST_CASE(elements_are_matched_once_they_have_their_storage)
{
    constexpr std::string_view one =
        R"({"flag":true,"pairs":[{"x":1,"name":"a"},{"x":2,"name":"b"}]})";
    constexpr std::string_view two =
        R"({"flag":true,"pairs":[{"x":3,"name":"c"},{"x":4,"name":"d"}]})";
    json::shaped_decoder<everything> decoder;
    everything value;
    BOOST_TEST(bool(decoder.decode(one, value)));
    BOOST_TEST(bool(decoder.decode(two, value)));
    value.flag = false;
    BOOST_TEST(bool(decoder.decode(one, value)));
    BOOST_TEST(!value.flag);
    BOOST_TEST(value.pairs[0].name == "a");
    BOOST_TEST(value.pairs[1].x == 2);
}

BOOST_AUTO_TEST_CASE(a_document_may_outgrow_the_size_that_is_learnt)
{
    auto const with = [](std::string const& text) {
        return R"({"flag":true,"text":")" + text + R"(","big":1})";
    };
    BOOST_TEST(matches(with("a"), with(std::string(100000, 'b'))));
    BOOST_TEST(!matches(with(std::string(100000, 'b')), with("a")));
}

// Exact -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_is_no_value_of_its_kind_fails_as_ever)
{
    auto const both = [](std::string const& first, std::string const& second) {
        agree_on<everything>({first, second, first, second, second, first});
    };
    constexpr std::string_view bad_strings[] = {
        "\\x", "\\u12", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\x01", "\\", "a", "a\"b"};
    for (auto const bad : bad_strings) {
        auto const text = std::string(bad);
        both(R"({"text":"a","big":1})", R"({"text":")" + text + R"(","big":1})");
        both(R"({"later":"a","big":1})", R"({"later":")" + text + R"(","big":1})");
        both(R"({"text":"a","big":1})", R"({"text":")" + text);
    }
    constexpr std::string_view bad_numbers[] = {
        "01",
        "-",
        "1.",
        "1e",
        "1e400",
        "2147483648",
        "9223372036854775808",
        "1.5",
        "+1",
        ".5",
        "\"1\"",
        "null",
        "true",
        "",
        "0x1",
        "1 2"};
    for (auto const bad : bad_numbers) {
        for (std::string const name : {"big", "small", "real", "later", "number_or_text"})
            both(
                R"({")" + name + R"(":1,"flag":true})",
                R"({")" + name + R"(":)" + std::string(bad) + R"(,"flag":true})"
            );
    }
}

BOOST_AUTO_TEST_CASE(white_space_before_and_behind_a_value_is_kept_where_text_is)
{
    agree_on<everything>(
        {R"({"later":1,"big":1})",
         R"({"later": 2,"big":1})",
         R"({"later":  3 ,"big": 1})",
         R"({"later":  4 ,"big":  1 })",
         R"({"later":  "4" ,"big":  1 })",
         R"({"later":  "5"  ,"big":  1 })",
         R"({"later":  "5"  ,"big":  1 }  )",
         R"({"later":  "5"  ,"big":  1 }  x)",
         R"({"later":  "5"  ,"big":  1 })"}
    );
}

BOOST_AUTO_TEST_CASE(a_tag_chooses_the_kind_anew)
{
    agree_on<everything>(
        {R"({"parts":[{"type":"circle","radius":1}]})",
         R"({"parts":[{"type":"circle","radius":2}]})",
         R"({"parts":[{"type":"square","radius":2}]})",
         R"({"parts":[{"type":"squash","radius":2}]})",
         R"({"parts":[{"type":"text","words":"2"}]})",
         R"({"parts":[{"type":"text","words":"3"}]})",
         R"({"parts":[{"type":"next","words":"3"}]})"}
    );
    agree_on<responses::event>(
        {R"({"type":"response.refusal.delta","delta":"a","sequence_number":1})",
         R"({"type":"response.refusal.delta","delta":"b","sequence_number":2})",
         R"({"type":"response.refusal.dalta","delta":"b","sequence_number":2})",
         R"({"type":"response.refusal.dolta","delta":"b","sequence_number":2})",
         R"({"type":"response.refusal.delta","delta":"c","sequence_number":3})"}
    );
}

BOOST_AUTO_TEST_CASE(a_member_that_chooses_among_kinds_of_one_tag_is_no_hole)
{
    agree_on<everything>(
        {R"({"parts":[{"type":"text","language":"json","version":1,"words":"w"}]})",
         R"({"parts":[{"type":"text","language":"json","version":2,"words":"v"}]})",
         R"({"parts":[{"type":"text","language":"html","version":2,"words":"v"}]})",
         R"({"parts":[{"type":"text","language":"xml","version":2,"words":"v"}]})",
         R"({"parts":[{"type":"text","language":"xml","version":null,"words":"v"}]})",
         R"({"parts":[{"language":"xml","version":3,"words":"v"}]})",
         R"({"parts":[{"language":"csv","version":3,"words":"v"}]})"}
    );
}

BOOST_AUTO_TEST_CASE(a_number_of_a_union_turns_from_integer_to_double_and_back)
{
    agree_on<everything>(
        {R"({"number_or_text":1})",
         R"({"number_or_text":1.5})",
         R"({"number_or_text":2})",
         R"({"number_or_text":1e3})",
         R"({"number_or_text":9223372036854775808})",
         R"({"number_or_text":"9"})",
         R"({"number_or_text":"8"})",
         R"({"number_or_text":8})"}
    );
}

BOOST_AUTO_TEST_CASE(members_that_are_sent_only_when_set_are_kept_when_empty)
{
    agree_on<everything>(
        {R"({"sent_if_set":"a","number_if_set":1,"pair_if_set":{"x":1},"maybe_if_set":"m"})",
         R"({"sent_if_set":"","number_if_set":1,"pair_if_set":{"x":1},"maybe_if_set":"m"})",
         R"({"sent_if_set":"a","number_if_set":1,"pair_if_set":{"x":1},"maybe_if_set":"m"})",
         R"({"sent_if_set":"a","number_if_set":0,"pair_if_set":{"x":1},"maybe_if_set":"m"})",
         R"({"sent_if_set":"a","number_if_set":-0,"pair_if_set":{"x":1},"maybe_if_set":"m"})",
         R"({"sent_if_set":"a","number_if_set":2,"pair_if_set":{"x":0},"maybe_if_set":"m"})",
         R"({"sent_if_set":"a","number_if_set":2,"pair_if_set":{"x":3},"maybe_if_set":""})",
         R"({"names_if_set":["a"],"map_if_set":{"k":{"x":1}}})",
         R"({"names_if_set":[""],"map_if_set":{"k":{"x":0}}})",
         R"({"names_if_set":["b"],"map_if_set":{"l":{"x":0}}})",
         R"({"names_if_set":[],"map_if_set":{}})"}
    );
}

BOOST_AUTO_TEST_CASE(values_become_null_and_come_back)
{
    agree_on<everything>(
        {R"({"text_or_null":"a","pair_or_null":{"x":1,"name":"n","l":1},"maybe":"m"})",
         R"({"text_or_null":"b","pair_or_null":{"x":2,"name":"o","l":2},"maybe":"o"})",
         R"({"text_or_null":null,"pair_or_null":{"x":2,"name":"o","l":2},"maybe":"o"})",
         R"({"text_or_null":"b","pair_or_null":null,"maybe":"o"})",
         R"({"text_or_null":"b","pair_or_null":{"x":2},"maybe":null})",
         R"({"text_or_null":"b","pair_or_null":{"x":2,"name":"o","l":2},"maybe":"o"})",
         R"({"text_or_null":"c","maybe":"o"})",
         R"({"text_or_null":"d","maybe":"o"})"}
    );
}

BOOST_AUTO_TEST_CASE(members_that_come_twice_keep_their_last_value)
{
    agree_on<everything>(
        {R"({"text":"a","text":"b"})",
         R"({"text":"c","text":"b"})",
         R"({"text":"c","text":"d"})",
         R"({"text":"c","text":1})",
         R"({"text":null,"text":"e"})",
         R"({"text":null,"text":"f"})",
         R"({"later":"a","later":"b"})",
         R"({"later":"c","later":"b"})",
         R"({"later":"longer","later":"longer, too"})",
         R"({"later":"","later":1})",
         R"({"labels":{"a":"1","a":"2"},"counts":{"a":1,"a":2}})",
         R"({"labels":{"a":"3","a":"2"},"counts":{"a":3,"a":2}})",
         R"({"parts":[{"type":"circle","type":"text","radius":1}]})",
         R"({"parts":[{"type":"circle","type":"next","radius":1}]})"}
    );
}

BOOST_AUTO_TEST_CASE(unknown_members_grow_and_shrink_where_they_are_kept)
{
    agree_on<everything>(
        {R"({"a":"1","text":"t","b":2,"c":"3","d":[4],"e":5})",
         R"({"a":"1","text":"u","b":2,"c":"33","d":[4],"e":5})",
         R"({"a":"1111","text":"u","b":2,"c":"333","d":[4],"e":5})",
         R"({"a":"","text":"","b":22222,"c":"","d":[4],"e":5})",
         R"({"a":"x","text":"u","b":-1.5e7,"c":"y","d":[4],"e":55})",
         R"({"a":"1","text":"u","b":2,"c":"3","d":[4],"e":5})",
         R"({"a":"\u00e9\"","text":"u","b":2,"c":"\\","d":[4],"e":5})",
         R"({"a":"\u00e9\"","text":"u","b":2,"c":"\\","d":[5],"e":5})",
         R"({"a":null,"text":"u","b":2,"c":"\\","d":[5],"e":5})"}
    );
}

BOOST_AUTO_TEST_CASE(lists_grow_shrink_and_move)
{
    std::string text = R"({"pairs":[)";
    trial<everything> run;
    for (int i = 0; i != 40; ++i) {
        text += i == 0 ? "" : ",";
        text += R"({"x":1,"name":"a rather long name, on the heap","l":"m"})";
        for (auto const name : {"x", "some other name that is on the heap", "y"}) {
            auto whole = text + "]}";
            BOOST_TEST(run.decode(whole), run.difference());
            whole.replace(whole.rfind("a rather"), 8, name);
            BOOST_TEST(run.decode(whole), run.difference());
        }
    }
    agree_on<everything>(
        {R"({"pairs":[{"x":1},{"x":2},{"x":3}]})",
         R"({"pairs":[{"x":1},{"x":2},{"x":4}]})",
         R"({"pairs":[{"x":1},{"x":5}]})",
         R"({"pairs":[{"x":6},{"x":5}]})",
         R"({"pairs":[]})",
         R"({"pairs":[{"x":6},{"x":5}]})"}
    );
}

BOOST_AUTO_TEST_CASE(a_document_with_more_values_than_are_noted_is_read_all_the_same)
{
    auto const document = [](int changed) {
        std::string text = R"({"pairs":[)";
        for (int i = 0; i != 100; ++i)
            text += (i == 0 ? "" : ",") + (R"({"x":)" + std::to_string(i == changed ? 7 : 0)) + "}";
        return text + R"(],"text":"t"})";
    };
    trial<everything> run;
    for (int const changed : {0, 0, 1, 63, 64, 99, 5})
        BOOST_TEST(run.decode(document(changed)), run.difference());
}

BOOST_AUTO_TEST_CASE(another_object_is_decoded_from_the_beginning)
{
    constexpr std::string_view text = R"({"text":"a","big":1})";
    json::shaped_decoder<everything> decoder;
    everything first;
    everything second;
    BOOST_TEST(bool(decoder.decode(text, first)));
    BOOST_TEST(bool(decoder.decode(text, second)));
    BOOST_TEST(dump(first) == dump(second));
    BOOST_TEST(bool(decoder.decode(R"({"text":"b","big":2})", first)));
    BOOST_TEST(first.text == "b");
    BOOST_TEST(second.text == "a");
}

BOOST_AUTO_TEST_CASE(after_a_failure_the_next_document_is_read_whole)
{
    agree_on<everything>(
        {R"({"text":"a","maybe":"m","later":"x"})",
         R"({"text":"b","maybe":"n","later":"y"})",
         R"({"text":"c","maybe":"o","later":"z)",
         R"({"text":"d","maybe":"m","later":"x"})",
         R"([])",
         R"({"text":"d","maybe":"m","later":"x"})",
         "",
         R"({"text":"d","maybe":"m"})"}
    );
}

// Exact for whatever comes ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(both_decoders_agree_on_every_pair_of_chat_chunks)
{
    auto const texts = chat_chunks();
    trial<chat::chunk> run;
    for (auto const& first : texts) {
        for (auto const& second : texts)
            BOOST_TEST((run.decode(first) && run.decode(second)), run.difference());
    }
}

BOOST_AUTO_TEST_CASE(both_decoders_agree_on_every_pair_of_responses_events)
{
    auto const texts = fixture("responses/events.json");
    trial<responses::event> run;
    for (auto const& first : texts) {
        for (auto const& second : texts)
            BOOST_TEST((run.decode(first) && run.decode(second)), run.difference());
    }
}

BOOST_AUTO_TEST_CASE(both_decoders_agree_on_mutations_of_everything)
{
    agree_on_mutations<everything>(everything_documents(), 500);
}

BOOST_AUTO_TEST_CASE(both_decoders_agree_on_mutations_of_chat_chunks)
{
    agree_on_mutations<chat::chunk>(chat_chunks(), 500);
}

BOOST_AUTO_TEST_CASE(both_decoders_agree_on_mutations_of_responses_events)
{
    agree_on_mutations<responses::event>(responses_events(), 500);
}

BOOST_AUTO_TEST_CASE(both_decoders_agree_on_mutations_of_image_events)
{
    agree_on_mutations<images::event>(image_events(), 100);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
