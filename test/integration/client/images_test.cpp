#include "support/hicap_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <hicap/images.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <variant>

using namespace hicap;

namespace {

constexpr std::string_view png_mark = "\x89PNG\r\n";

struct images_over_tls : test::hicap_fixture
{
    images_over_tls()
    {
        drawing.model = "gpt-image-1";
        drawing.prompt = "a cat";
        drawing.size = images::size::square_1024;
    }

    /// The file of an image, as it came.
    static std::string bytes_of(images::result const& drawn)
    {
        return images::decode_base64(drawn.data->at(0).b64_json.value());
    }

    images::generate_request drawing;
    client api{options()};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_images, images_over_tls)

BOOST_AUTO_TEST_CASE(an_image_is_drawn_saved_and_changed)
{
    auto const drawn = run(api.images().generate(drawing));
    BOOST_TEST(bytes_of(drawn).starts_with(png_mark));

    test::temporary_folder const folder;
    auto const file = folder / "cat.png";
    images::save(drawn.data->at(0), file);
    std::ifstream in(file, std::ios::binary);
    std::string const saved{std::istreambuf_iterator<char>(in), {}};
    BOOST_TEST((saved == bytes_of(drawn)));

    images::edit_form form;
    form.model = "gpt-image-1";
    form.prompt = "no hat";
    form.images = {upload::file(file), upload::bytes(saved, "again.png")};
    BOOST_TEST(bytes_of(run(api.images().edit(form))).starts_with(png_mark));

    images::edit_request by_reference;
    by_reference.model = "gpt-image-1";
    by_reference.prompt = "no hat";
    by_reference.images.emplace_back().image_url =
        "data:image/png;base64," + drawn.data->at(0).b64_json.value();
    BOOST_TEST(bytes_of(run(api.images().edit(by_reference))).starts_with(png_mark));

    images::variation_form anew;
    anew.image = upload::file(file);
    anew.response_format = images::response_format::b64_json;
    BOOST_TEST(bytes_of(run(api.images().create_variation(anew))).starts_with(png_mark));
}

BOOST_AUTO_TEST_CASE(images_come_into_being)
{
    drawing.partial_images = 2;
    auto events = run(api.images().stream_generate(drawing));
    std::size_t partial = 0;
    while (auto const* const event = run(events.next()))
        partial += std::holds_alternative<images::partial_image>(*event) ? 1 : 0;
    BOOST_TEST(partial == 2U);
    BOOST_TEST(bytes_of(events.snapshot()).starts_with(png_mark));
    BOOST_TEST(events.snapshot().usage->total_tokens > 0);
}

BOOST_AUTO_TEST_SUITE_END()
