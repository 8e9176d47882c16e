#include "decode.hpp"
#include "sse/decoder.hpp"
#include "support/security.hpp"

#include <boost/test/unit_test.hpp>

namespace hicap::test {
namespace {

using sse::decoder;
using events = std::vector<owned_event>;

// Decodes `text` in all its splits and compares each time.
void check_events(std::string_view text, events const& expected)
{
    for_each_split(text, [&](pieces const& cut_text) {
        decoder tested;
        events found;
        BOOST_TEST((decode(tested, cut_text, found) == decoder::status::need_more));
        BOOST_TEST(found == expected, boost::test_tools::per_element());
    });
}

// The same with a bound: all splits bring the same events and end alike.
void check_failure(
    sse::limits bounds, std::string_view text, events const& expected, decoder::status failure
)
{
    for_each_split(text, [&](pieces const& cut_text) {
        decoder tested(bounds);
        events found;
        BOOST_TEST((decode(tested, cut_text, found) == failure));
        BOOST_TEST(found == expected, boost::test_tools::per_element());
        sse::event unused;
        BOOST_TEST((tested.next(unused) == failure));
    });
}

std::string with_line_ends(std::string_view text, std::string_view line_end)
{
    std::string out;
    for (char const c : text) {
        if (c == '\n')
            out += line_end;
        else
            out += c;
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sse_decoder)

BOOST_AUTO_TEST_CASE(every_line_end_gives_the_same_events)
{
    std::string_view const text =
        "data: one\n\n: ping\n\nevent: e\nid: 7\ndata: two\ndata:three\n\n";
    events const expected{{"", "one", ""}, {"e", "two\nthree", "7"}};
    for (std::string_view const line_end : {"\n", "\r", "\r\n"})
        check_events(with_line_ends(text, line_end), expected);
}

BOOST_AUTO_TEST_CASE(line_ends_mix)
{
    check_events(
        "data: a\r\ndata: b\rdata: c\n\r\ndata: d\n\rdata: e\r\r",
        {
            {"", "a\nb\nc", ""},
            {"", "d", ""},
            {"", "e", ""},
        }
    );
}

BOOST_AUTO_TEST_CASE(an_event_ended_by_cr_is_dispatched_at_once)
{
    decoder tested;
    sse::event event;
    tested.feed("data: a\r\r");
    BOOST_TEST((tested.next(event) == decoder::status::event));
    BOOST_TEST(event.data == "a");
    BOOST_TEST((tested.next(event) == decoder::status::need_more));
    // The LF belongs to the CR before it and is no line of its own.
    tested.feed("\ndata: b\n\n");
    BOOST_TEST((tested.next(event) == decoder::status::event));
    BOOST_TEST(event.data == "b");
}

BOOST_AUTO_TEST_CASE(one_space_after_the_colon_is_dropped)
{
    check_events(
        "data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\ndata: a \n\n",
        {
            {"", "a", ""},
            {"", "a", ""},
            {"", " a", ""},
            {"", "\ta", ""},
            {"", "a ", ""},
        }
    );
}

BOOST_AUTO_TEST_CASE(data_may_hold_colons_and_nul)
{
    check_events("data: a:b: c\n\n", {{"", "a:b: c", ""}});
    check_events(std::string_view("data: a\0b\n\n", 11), {{"", std::string("a\0b", 3), ""}});
}

BOOST_AUTO_TEST_CASE(data_lines_are_joined_by_lf_even_when_empty)
{
    check_events("data\n\n", {{"", "", ""}});
    check_events("data:\n\n", {{"", "", ""}});
    check_events("data\ndata\n\n", {{"", "\n", ""}});
    check_events("data: a\ndata:\ndata: b\n\n", {{"", "a\n\nb", ""}});
    check_events("data:\ndata: a\n\n", {{"", "\na", ""}});
}

BOOST_AUTO_TEST_CASE(comments_inside_an_event_change_nothing)
{
    check_events(":\ndata: a\n: data: x\ndata: b\n:y\n\n", {{"", "a\nb", ""}});
}

BOOST_AUTO_TEST_CASE(unknown_fields_are_ignored)
{
    check_events("datax: a\nDATA: b\n data: c\nfoo\nda:ta\ndat\n\ndata: d\n\n", {{"", "d", ""}});
}

BOOST_AUTO_TEST_CASE(fields_without_data_do_not_dispatch_and_reset_the_type)
{
    check_events(
        "event: lost\n\ndata: a\n\nid: 1\n\nretry: 5\n\ndata: b\n\n",
        {
            {"", "a", ""},
            {"", "b", "1"},
        }
    );
}

BOOST_AUTO_TEST_CASE(the_last_type_of_an_event_counts)
{
    check_events("event: a\nevent: b\ndata: 1\n\ndata: 2\n\n", {{"b", "1", ""}, {"", "2", ""}});
    check_events("event: a\ndata: 1\nevent\n\n", {{"", "1", ""}});
    check_events("data: 1\nevent: after\n\n", {{"after", "1", ""}});
}

BOOST_AUTO_TEST_CASE(the_type_outlives_the_line_that_brought_it)
{
    check_events(
        "event: type\ndata: 0123456789\ndata: 0123456789\n\n",
        {
            {"type", "0123456789\n0123456789", ""},
        }
    );
}

BOOST_AUTO_TEST_CASE(the_last_id_persists)
{
    check_events(
        "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
        {
            {"", "a", "1"},
            {"", "b", "1"},
            {"", "c", ""},
        }
    );
}

BOOST_AUTO_TEST_CASE(an_id_with_nul_is_ignored)
{
    check_events(std::string_view("id: 1\nid: 2\0\ndata: a\n\n", 22), {{"", "a", "1"}});
}

BOOST_AUTO_TEST_CASE(one_leading_byte_order_mark_is_skipped)
{
    check_events(
        "\xEF\xBB\xBF"
        "data: a\n\n",
        {{"", "a", ""}}
    );
    // A second one belongs to the name of the field, and so does one that is cut short.
    check_events(
        "\xEF\xBB\xBF\xEF\xBB\xBF"
        "data: a\n\ndata: b\n\n",
        {{"", "b", ""}}
    );
    check_events(
        "\xEF\xBB"
        "data: a\n\ndata: b\n\n",
        {{"", "b", ""}}
    );
    check_events(
        "\xEF"
        "\n\xEF\xBB\xBF"
        "data: a\n\ndata: b\n\n",
        {{"", "b", ""}}
    );
}

BOOST_AUTO_TEST_CASE(an_event_that_the_end_cuts_off_is_not_dispatched)
{
    check_events("data: a\n\ndata: b", {{"", "a", ""}});
    check_events("data: a\n\ndata: b\n", {{"", "a", ""}});
    check_events("data: a\n\ndata: b\r\n", {{"", "a", ""}});
    check_events("", {});
}

BOOST_AUTO_TEST_CASE(retry_takes_digits_only)
{
    struct row
    {
        std::string_view text;
        std::optional<std::chrono::milliseconds> expected;
    };

    using std::chrono::milliseconds;
    for (row const& it : std::initializer_list<row>{
             {"retry: 1500\n", milliseconds(1500)},
             {"retry:0\n", milliseconds(0)},
             {"retry: 007\n", milliseconds(7)},
             {"retry: 5\nretry: x\n", milliseconds(5)},
             {"retry\n", std::nullopt},
             {"retry: -5\n", std::nullopt},
             {"retry: +5\n", std::nullopt},
             {"retry: 5 \n", std::nullopt},
             {"retry:  5\n", std::nullopt},
             {"retry: 1.5\n", std::nullopt},
             {"retry: 99999999999999999999999\n", std::nullopt},
             {"retry: 5", std::nullopt},
         }) {
        BOOST_TEST_CONTEXT(it.text)
        {
            for_each_split(it.text, [&](pieces const& text) {
                decoder tested;
                events found;
                decode(tested, text, found);
                BOOST_TEST((tested.retry() == it.expected));
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(comments_are_counted)
{
    for_each_split(":\n: a\r\n\rdata: x\n:b\n\n: not yet whole", [](pieces const& text) {
        decoder tested;
        events found;
        decode(tested, text, found);
        BOOST_TEST(tested.comments() == 3U);
    });
}

BOOST_AUTO_TEST_CASE(reset_begins_a_new_stream)
{
    decoder tested;
    events found;
    decode(tested, cut("id: 1\nretry: 5\n: c\nevent: e\ndata: lost\ndata: par", {}), found);
    tested.reset();
    BOOST_TEST(tested.comments() == 0U);
    BOOST_TEST(!tested.retry().has_value());
    decode(
        tested,
        cut("\xEF\xBB\xBF"
            "data: a\n\n",
            {}),
        found
    );
    events const expected{{"", "a", ""}};
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_decoder_can_be_moved_between_pieces)
{
    decoder first;
    events found;
    decode(first, cut("event: short\nid: 1\ndata: a\n", {}), found);
    decoder second = std::move(first);
    decode(second, cut("\n", {}), found);
    events const expected{{"short", "a", "1"}};
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(data_of_the_greatest_size_passes)
{
    // Lines of 10 bytes, data of 10 bytes.
    sse::limits bounds;
    bounds.max_event = 10;
    for_each_split("data:12345\n\ndata:1\ndata:2345678\n\n", [&](pieces const& text) {
        decoder tested(bounds);
        events found;
        BOOST_TEST((decode(tested, text, found) == decoder::status::event_too_large));
        BOOST_TEST(found.size() == 1U);
    });
    for_each_split("data:1234\ndata:12345\n\n", [&](pieces const& text) {
        decoder tested(bounds);
        events found;
        BOOST_TEST((decode(tested, text, found) == decoder::status::need_more));
        events const expected{{"", "1234\n12345", ""}};
        BOOST_TEST(found == expected, boost::test_tools::per_element());
    });
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_fails, *security)
{
    sse::limits bounds;
    bounds.max_event = 10;
    auto const failure = decoder::status::event_too_large;
    check_failure(bounds, "data:1\n\ndata:123456\n\n", {{"", "1", ""}}, failure);
    check_failure(bounds, "data:1\n\ndata:123456", {{"", "1", ""}}, failure);
    check_failure(bounds, "some field: 1\n", {}, failure);
}

BOOST_AUTO_TEST_CASE(joined_data_that_is_too_long_fails, *security)
{
    sse::limits bounds;
    bounds.max_event = 10;
    check_failure(bounds, "data:12345\ndata:12345\n\n", {}, decoder::status::event_too_large);
    check_failure(
        bounds,
        "data:1\ndata:2\ndata:3\ndata:4\ndata:5\ndata:6\n\n",
        {},
        decoder::status::event_too_large
    );
}

BOOST_AUTO_TEST_CASE(a_comment_may_be_of_any_length)
{
    sse::limits bounds;
    bounds.max_event = 10;
    for_each_split(":12345678901234567890\ndata:1\n\n", [&](pieces const& text) {
        decoder tested(bounds);
        events found;
        BOOST_TEST((decode(tested, text, found) == decoder::status::need_more));
        BOOST_TEST(found.size() == 1U);
    });
}

BOOST_AUTO_TEST_CASE(a_flood_of_lines_without_data_fails, *security)
{
    sse::limits bounds;
    bounds.max_comments_between_events = 3;
    auto const failure = decoder::status::too_many_comments;
    check_failure(bounds, ":\n:\n:\n:\ndata: a\n\n", {}, failure);
    check_failure(bounds, "\n\n\n\ndata: a\n\n", {}, failure);
    check_failure(bounds, "id: 1\nid: 2\nevent: x\nfoo\n", {}, failure);
    // Each event starts anew.
    check_failure(
        bounds,
        ":\n:\n:\ndata: a\n\n:\n:\ndata: b\n:\n\n:\n:\n:\n:\n",
        {{"", "a", ""}, {"", "b", ""}},
        failure
    );
}

BOOST_AUTO_TEST_CASE(a_comment_that_never_ends_fails, *security)
{
    sse::limits bounds;
    bounds.max_comments_between_events = 3;
    std::string const long_line = ":" + std::string(4096, 'x');
    decoder endless(bounds);
    sse::event event;
    auto status = decoder::status::need_more;
    int pieces = 0;
    for (; status == decoder::status::need_more && pieces < 10; ++pieces) {
        endless.feed(long_line); // one line, as it has no end
        status = endless.next(event);
    }
    BOOST_TEST((status == decoder::status::too_many_comments));
    BOOST_TEST(pieces == 4);
    endless.feed("\n");
    BOOST_TEST((endless.next(event) == decoder::status::too_many_comments)); // for good

    // However it is cut, and as many lines as it has begun 4 KiB.
    for (std::size_t const cut : {std::size_t{1}, std::size_t{1000}, std::size_t{5000}}) {
        decoder tested(bounds);
        events found;
        auto const text = long_line + long_line + "\ndata: a\n\n";
        BOOST_TEST(
            (decode(tested, hicap::test::cut(text, {cut}), found) == decoder::status::need_more)
        );
        BOOST_TEST(found.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(an_event_begins_with_its_first_byte)
{
    auto const check = [](std::string_view text, bool has_begun) {
        BOOST_TEST_CONTEXT(text)
        for_each_split(text, [&](pieces const& split) {
            decoder tested;
            events found;
            decode(tested, split, found);
            BOOST_TEST(tested.has_begun() == has_begun);
        });
    };
    check("", false);
    check("event: a\ndata: 1\n\n", false);
    check("event: a\n\n", false);
    check("data: 1\n\n: a comment\n", false);
    check("data: 1\n\ne", true);
    check("data: 1\n\nevent: a\n", true);
    check("event: a\ndata: 1\n", true);
}

BOOST_AUTO_TEST_CASE(an_event_without_its_end_is_unfinished)
{
    auto const check = [](std::string_view text, std::string_view unfinished) {
        BOOST_TEST_CONTEXT(text)
        for_each_split(text, [&](pieces const& split) {
            decoder tested;
            events found;
            decode(tested, split, found);
            BOOST_TEST(tested.unfinished() == unfinished);
        });
    };
    check("", "");
    check("data: 1\n\n", "");
    check("data: 1\n\n: not data", "");
    check("data: 1\n\nid: 2\n", "");
    check("data: 1\n\nda", "da");
    check("data: 1\n\ndata: 2", "data: 2");
    check("data: 1\n\ndata: 2\n", "2\n");
    check("data: 1\n\ndata: 2\r", "2\n");
    check("data: 1\n\ndata: 2\ndata: 3", "2\ndata: 3");
}

BOOST_AUTO_TEST_CASE(reset_ends_a_failure)
{
    sse::limits bounds;
    bounds.max_event = 10;
    decoder tested(bounds);
    events found;
    decode(tested, cut("data: 0123456789\n\n", {}), found);
    tested.reset();
    BOOST_TEST((decode(tested, cut("data: 1\n\n", {}), found) == decoder::status::need_more));
    BOOST_TEST(found.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
