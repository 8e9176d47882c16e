#include "json/images_description.hpp"
#include "round_trip.hpp"

#include <hicap/images_types.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>

namespace hicap::test {
namespace {

constexpr std::string_view generate = R"({
    "prompt": "a cat in a h\u00e4t", "model": "gpt-image-1.5", "n": 2, "quality": "high",
    "size": "1024x1024", "background": "transparent", "output_format": "webp",
    "output_compression": 90, "response_format": "b64_json", "moderation": "low",
    "style": "vivid", "partial_images": 3, "user": "u1", "later": {"x": [1]}
})";

constexpr std::string_view edit = R"({
    "images": [{"image_url": "data:image/png;base64,AA=="}, {"file_id": "file-1", "later": 1}],
    "prompt": "no hat", "model": "gpt-image-2", "mask": {"file_id": "file-2"}, "n": 1,
    "quality": "auto", "input_fidelity": "high", "size": "auto", "background": "opaque",
    "output_format": "png", "output_compression": 100, "moderation": "auto",
    "partial_images": 1, "user": "u1", "later": null
})";

constexpr std::string_view result = R"({
    "created": 1760000000, "data": [
        {"b64_json": "iVBORw0KGgo=", "revised_prompt": "a cat", "content_filter_results": {}},
        {"url": "https://img.test/1.png", "b64_json": null}],
    "background": "opaque", "output_format": "png", "size": "1024x1536", "quality": "low",
    "usage": {"input_tokens": 10, "output_tokens": 1000, "total_tokens": 1010,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 0},
        "output_tokens_details": {"image_tokens": 1000, "text_tokens": 0}}
})";

constexpr std::string_view partial = R"({
    "type": "image_generation.partial_image", "b64_json": "AA==", "partial_image_index": 1,
    "created_at": 1760000000, "size": "1024x1024", "quality": "high",
    "background": "transparent", "output_format": "png"
})";

constexpr std::string_view completed = R"({
    "type": "image_edit.completed", "b64_json": "AA==", "created_at": 1760000000,
    "size": "1024x1024", "quality": "high", "background": "opaque", "output_format": "webp",
    "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3,
        "input_tokens_details": {"text_tokens": 1, "image_tokens": 0}}, "later": true
})";

} // namespace

BOOST_AUTO_TEST_SUITE(json_images)

BOOST_AUTO_TEST_CASE(every_member_and_kind_survives)
{
    coverage seen;
    seen.add(survives<images::generate_request>(generate));
    seen.add(survives<images::edit_request>(edit));
    seen.add(survives<images::result>(result));
    seen.add(survives<images::event>(partial));
    seen.add(survives<images::event>(completed));
    seen.add(survives<images::event>(R"({"type": "image_generation.later", "x": 1})"));
    seen.check();
}

BOOST_AUTO_TEST_CASE(what_may_be_left_out_may_be_left_out)
{
    survives<images::generate_request>(R"({"prompt": "a"})");
    survives<images::edit_request>(R"({"images": [], "prompt": "a"})");
    survives<images::result>(R"({"created": 1})");
    survives<images::result>(R"({"created": 1, "data": null, "usage": null, "size": null})");
    survives<images::event>(R"({"type": "image_generation.partial_image", "b64_json": "AA==",
        "partial_image_index": 0})");
    survives<images::event>(R"({"type": "image_generation.completed", "b64_json": "AA=="})");
}

BOOST_AUTO_TEST_CASE(one_struct_stands_for_the_events_of_both_endpoints)
{
    for (auto const* const type :
         {"image_generation.partial_image",
          "image_edit.partial_image",
          "image_generation.completed",
          "image_edit.completed"}) {
        auto const text =
            R"({"type":")" + std::string(type) + R"(","b64_json":"AA==","partial_image_index":2})";
        auto const event = survives<images::event>(text);
        BOOST_TEST(
            std::holds_alternative<images::completed>(event) ==
            std::string_view(type).ends_with("completed")
        );
    }
}

BOOST_AUTO_TEST_CASE(what_is_of_another_type_is_kept)
{
    images::result value;
    auto const read = json::decode(R"({"created":"1760000000","data":[{"url":5},7]})", value);
    BOOST_TEST(bool(read));
    BOOST_TEST_REQUIRE(read.mismatches.size() == 3u);
    BOOST_TEST(read.mismatches[0].path == "created");
    BOOST_TEST(read.mismatches[1].path == "data[0].url");
    BOOST_TEST(read.mismatches[2].path == "data[1]");
    BOOST_TEST(same_text(written(value), R"({"created":"1760000000","data":[{"url":5},7]})"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
