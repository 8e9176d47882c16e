#include "http/multipart.hpp"
#include "support/security.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>

namespace hicap::test {

BOOST_AUTO_TEST_SUITE(http_multipart)

BOOST_AUTO_TEST_CASE(a_field_has_a_name_alone)
{
    BOOST_TEST(
        http::part_head("b", "model", {}, {}) ==
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n"
    );
}

BOOST_AUTO_TEST_CASE(a_file_has_its_name_and_type)
{
    BOOST_TEST(
        http::part_head("b", "image[]", "a b.png", "image/png") ==
        "--b\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"a b.png\"\r\n"
        "Content-Type: image/png\r\n\r\n"
    );
}

BOOST_AUTO_TEST_CASE(names_cannot_break_out_of_their_line, *security)
{
    BOOST_TEST(
        http::part_head("b", "n", "\"\r\nX: \\\xC3\xA4", {}) ==
        "--b\r\nContent-Disposition: form-data; name=\"n\"; "
        "filename=\"%22%0D%0AX: %5C\xC3\xA4\"\r\n\r\n"
    );
}

BOOST_AUTO_TEST_CASE(a_type_that_breaks_its_line_is_refused, *security)
{
    auto const make = [] { return http::part_head("b", "n", "f", "image/png\r\nX: y"); };
    BOOST_CHECK_EXCEPTION(make(), error, [](error const& e) {
        return e.code() == errc::invalid_header;
    });
}

BOOST_AUTO_TEST_CASE(a_form_ends_with_its_boundary)
{
    BOOST_TEST(http::form_end("b") == "--b--\r\n");
    BOOST_TEST(http::form_content_type("b") == "multipart/form-data; boundary=b");
}

BOOST_AUTO_TEST_CASE(boundaries_are_made_of_chance)
{
    double next = 0;
    auto const random = [&next] { return next = std::fmod(next + 0.617, 1.0); };
    auto const one = http::make_boundary(random);
    auto const other = http::make_boundary(random);
    BOOST_TEST(one.size() == other.size());
    BOOST_TEST(one.size() <= 70u); // RFC 2046
    BOOST_TEST(one != other);
    BOOST_TEST(http::make_boundary([] { return 0.999'999'999; }).ends_with("ffff"));
}

BOOST_AUTO_TEST_CASE(types_are_told_by_the_end_of_a_name)
{
    BOOST_TEST(http::content_type_of("a.png") == "image/png");
    BOOST_TEST(http::content_type_of("a.b.JPG") == "image/jpeg");
    BOOST_TEST(http::content_type_of("a.jpeg") == "image/jpeg");
    BOOST_TEST(http::content_type_of("a.webp") == "image/webp");
    BOOST_TEST(http::content_type_of("png") == "application/octet-stream");
    BOOST_TEST(http::content_type_of("a.") == "application/octet-stream");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
