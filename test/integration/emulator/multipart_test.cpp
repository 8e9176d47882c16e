#include "emulator/multipart.hpp"
#include "emulator/refusal.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace hicap::emulation;

BOOST_AUTO_TEST_SUITE(emulator_multipart)

namespace {

constexpr char const* type = "multipart/form-data; boundary=XX";

// A part with that head and content.
std::string part(std::string const& head, std::string const& content)
{
    return "--XX\r\n" + head + "\r\n\r\n" + content + "\r\n";
}

std::string named(std::string const& name, std::string const& content)
{
    return part("Content-Disposition: form-data; name=\"" + name + '"', content);
}

constexpr char const* end = "--XX--\r\n";

bool is_refused(std::string const& content_type, std::string const& body)
{
    try {
        (void)parse_form(content_type, body);
        return false;
    } catch (refusal const& why) {
        return why.status() == 400;
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(parts_are_told_apart)
{
    auto const body = named("prompt", "A cat") +
                      part(
                          "content-disposition:form-data; name=image ;filename=\"a\\\"b.png\"\r\n"
                          "Content-Type: image/png; x=y\r\nX-Other: 1",
                          std::string("\x00\r\n--X\r\n--", 10)
                      ) +
                      named("empty", "") + end;
    auto const parts = parse_form(type, body);

    BOOST_TEST_REQUIRE(parts.size() == 3U);
    BOOST_TEST(parts[0].name == "prompt");
    BOOST_TEST(parts[0].content == "A cat");
    BOOST_TEST(parts[0].content_type == "text/plain");
    BOOST_TEST(!parts[0].filename.has_value());
    BOOST_TEST(parts[1].name == "image");
    BOOST_TEST(*parts[1].filename == "a\"b.png");
    BOOST_TEST(parts[1].content_type == "image/png");
    BOOST_TEST(parts[1].content == std::string("\x00\r\n--X\r\n--", 10));
    BOOST_TEST(parts[2].content == "");
}

BOOST_AUTO_TEST_CASE(the_boundary_may_be_quoted_and_padded)
{
    BOOST_TEST(
        parse_form(
            "Multipart/Form-Data;charset=x; Boundary=\"X X\"",
            "--X X \t\r\n"
            "Content-Disposition: form-data; name=a\r\n\r\n1\r\n--X X--"
        )
            .size() == 1U
    );
}

BOOST_AUTO_TEST_CASE(a_type_without_a_proper_boundary_is_refused)
{
    auto const body = named("a", "1") + end;
    BOOST_TEST(!is_refused(type, body));
    for (auto const& wrong : std::vector<std::string>{
             "",
             "multipart/form-data",
             "multipart/form-data; boundary=",
             "multipart/form-data; boundary=\"\"",
             "multipart/form-data; boundary=\"XX",
             "multipart/form-data; boundary=\"XX \"",
             "multipart/form-data; boundary=XX; boundary=XX",
             "multipart/form-data; boundary=X{X}",
             "multipart/form-data; boundary=" + std::string(71, 'X'),
             "multipart/mixed; boundary=XX",
             "multipart/form-data boundary=XX",
             "multipart/form-data; =XX",
             "multipart/form-data; boundary",
             "multipart/form-data; boundary=XX YY",
         })
        BOOST_TEST(is_refused(wrong, body), wrong);
}

BOOST_AUTO_TEST_CASE(what_is_not_a_form_is_refused)
{
    auto const disposition = std::string("Content-Disposition: form-data; name=a");
    for (auto const& wrong : std::vector<std::string>{
             "",
             "--XX--\r\n",
             "--XX",
             "preamble\r\n" + named("a", "1") + end,
             "\r\n" + named("a", "1") + end,
             named("a", "1"),
             named("a", "1") + "--XX",
             named("a", "1") + "--XX-",
             named("a", "1") + "--XX--epilogue",
             named("a", "1") + "--XX--\r\n\r\n",
             "--XXY\r\n" + disposition + "\r\n\r\n1\r\n" + end,
             "--XX\n" + disposition + "\n\n1\n--XX--\n",
             "--XX\r\n\r\n1\r\n--XX--\r\n",
             part("Content-Type: text/plain", "1") + end,
             part("Content-Disposition: attachment; name=a", "1") + end,
             part("Content-Disposition: form-data", "1") + end,
             part("Content-Disposition: form-data; name=\"\"", "1") + end,
             part("Content-Disposition: form-data; name=a; name=b", "1") + end,
             part("Content-Disposition: form-data; name=\"a", "1") + end,
             part("Content-Disposition: form-data; name=a; filename*=UTF-8''x", "1") + end,
             part(disposition + "\r\n" + disposition, "1") + end,
             part(disposition + "\r\nContent-Type: a/b\r\nContent-Type: a/b", "1") + end,
             part(disposition + "\r\nContent-Transfer-Encoding: base64", "1") + end,
             part(disposition + "\r\nno header", "1") + end,
             part(disposition + "\r\n: no name", "1") + end,
             part(disposition + "\r\n folded: line", "1") + end,
             part(disposition + "\r\nx: a\nb", "1") + end,
             part(disposition + std::string("\r\nx: \0", 6), "1") + end,
         })
        BOOST_TEST(is_refused(type, wrong), wrong);
}

BOOST_AUTO_TEST_CASE(parts_and_their_heads_are_bounded)
{
    std::string body;
    for (int i = 0; i != 64; ++i)
        body += named("a", "1");
    BOOST_TEST(parse_form(type, body + end).size() == 64U);
    BOOST_TEST(is_refused(type, body + named("a", "1") + end));

    auto const head = "Content-Disposition: form-data; name=a\r\nx: ";
    BOOST_TEST(!is_refused(type, part(head + std::string(8000, 'x'), "1") + end));
    BOOST_TEST(is_refused(type, part(head + std::string(9000, 'x'), "1") + end));
}

BOOST_AUTO_TEST_CASE(a_form_that_ends_early_is_refused_wherever_it_ends)
{
    auto const whole = named("a", "1") + named("b", "\r\n2") + "--XX--";
    BOOST_TEST(!is_refused(type, whole));
    for (std::size_t size = 0; size != whole.size(); ++size)
        BOOST_TEST(is_refused(type, whole.substr(0, size)), size);
}

BOOST_AUTO_TEST_CASE(a_changed_byte_is_read_or_refused)
{
    auto const whole = named("a", "1") + named("b", "2") + end;
    for (std::size_t i = 0; i != whole.size(); ++i) {
        for (auto const byte : {'\0', '\r', '\n', '"', ';', ':', '-', '\xff'}) {
            auto changed = whole;
            changed[i] = byte;
            if (is_refused(type, changed))
                continue;
            for (auto const& each : parse_form(type, changed))
                BOOST_TEST(!each.name.empty());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
