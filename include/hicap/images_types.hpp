#ifndef HICAP_IMAGES_TYPES_HPP
#define HICAP_IMAGES_TYPES_HPP

#include <hicap/common_types.hpp>
#include <hicap/nullable.hpp>
#include <hicap/open_enum.hpp>
#include <hicap/unknown_members.hpp>
#include <hicap/upload.hpp>
#include <hicap/visibility.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

HICAP_API_BEGIN

/// The bodies of the image endpoints, named as in the API reference.
///
/// The conventions are those of <hicap/common_types.hpp>.
///
/// Thread safety of all: distinct objects safe, shared objects unsafe.
namespace hicap::images {

// Values ----------------------------------------------------------------------------------------

/// A model that draws. Which of them an operation takes differs.
class model : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view gpt_image_2 = "gpt-image-2";
    static constexpr std::string_view gpt_image_2_of_2026_04_21 = "gpt-image-2-2026-04-21";
    static constexpr std::string_view gpt_image_1_5 = "gpt-image-1.5";
    static constexpr std::string_view gpt_image_1 = "gpt-image-1";
    static constexpr std::string_view gpt_image_1_mini = "gpt-image-1-mini";
    static constexpr std::string_view chatgpt_image_latest = "chatgpt-image-latest";
    static constexpr std::string_view dall_e_3 = "dall-e-3";
    static constexpr std::string_view dall_e_2 = "dall-e-2";
};

/// A kind of image file.
class output_format : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view png = "png";
    static constexpr std::string_view jpeg = "jpeg";
    static constexpr std::string_view webp = "webp";
};

/// What is behind the things that are drawn. Transparent needs `png` or `webp`.
class background : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view transparent = "transparent";
    static constexpr std::string_view opaque = "opaque";
    static constexpr std::string_view automatic = "auto";
};

/// How much work goes into an image.
class quality : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view standard = "standard";
    static constexpr std::string_view hd = "hd";
    static constexpr std::string_view low = "low";
    static constexpr std::string_view medium = "medium";
    static constexpr std::string_view high = "high";
    static constexpr std::string_view automatic = "auto";
};

/// Width and height in pixels. Which of them a model draws differs; `gpt-image-2` takes any in
/// steps of 16.
class size : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view automatic = "auto";
    static constexpr std::string_view square_256 = "256x256";
    static constexpr std::string_view square_512 = "512x512";
    static constexpr std::string_view square_1024 = "1024x1024";
    static constexpr std::string_view landscape_1536 = "1536x1024";
    static constexpr std::string_view portrait_1536 = "1024x1536";
    static constexpr std::string_view landscape_1792 = "1792x1024";
    static constexpr std::string_view portrait_1792 = "1024x1792";
};

/// How an image comes: as a URL that lives for an hour, or as base64. Only for DALL-E models; the
/// others always give base64.
class response_format : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view url = "url";
    static constexpr std::string_view b64_json = "b64_json";
};

/// How strictly content is filtered.
class moderation : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view low = "low";
    static constexpr std::string_view automatic = "auto";
};

/// The manner of `dall-e-3`.
class style : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view vivid = "vivid";
    static constexpr std::string_view natural = "natural";
};

/// How closely an edit keeps to the features of its images.
class input_fidelity : public open_enum
{
public:
    using open_enum::open_enum;
    static constexpr std::string_view high = "high";
    static constexpr std::string_view low = "low";
};

// Requests --------------------------------------------------------------------------------------

/// Images to draw. Page: POST /images/generations, request.
///
/// `stream` is not a member: `generate` and `stream_generate` say which it is.
struct generate_request
{
    /// At most 32000 characters.
    std::string prompt{};
    /// Such as `gpt-image-1.5`. Default: dall-e-2.
    std::optional<images::model> model{};
    /// 1..10; 1 for dall-e-3. Default: 1.
    std::optional<std::int64_t> n{};
    /// Default: auto.
    std::optional<images::quality> quality{};
    /// Default: auto.
    std::optional<images::size> size{};
    /// Default: auto.
    std::optional<images::background> background{};
    /// Default: png.
    std::optional<images::output_format> output_format{};
    /// 0..100, for jpeg and webp. Default: 100.
    std::optional<std::int64_t> output_compression{};
    /// Default: url.
    std::optional<images::response_format> response_format{};
    /// Default: auto.
    std::optional<images::moderation> moderation{};
    /// Default: vivid.
    std::optional<images::style> style{};
    /// 0..3 images on the way to the whole one; only for a stream. Default: 0.
    std::optional<std::int64_t> partial_images{};
    /// A stable name of the end user.
    std::optional<std::string> user{};
    unknown_members extra{};
};

/// An image that the server can find: either of the two.
struct image_reference
{
    /// An http or https URL, or a data URL.
    std::optional<std::string> image_url{};
    std::optional<std::string> file_id{};
    unknown_members extra{};
};

/// Images to change. Page: POST /images/edits, request as JSON.
struct edit_request
{
    /// 1..16.
    std::vector<image_reference> images{};
    /// At most 32000 characters.
    std::string prompt{};
    /// Such as `gpt-image-1.5`, the default.
    std::optional<images::model> model{};
    /// Its transparent parts are those to be changed.
    std::optional<image_reference> mask{};
    /// 1..10. Default: 1.
    std::optional<std::int64_t> n{};
    /// Default: auto.
    std::optional<images::quality> quality{};
    std::optional<images::input_fidelity> input_fidelity{};
    /// Default: auto.
    std::optional<images::size> size{};
    /// Default: auto.
    std::optional<images::background> background{};
    /// Default: png.
    std::optional<images::output_format> output_format{};
    /// 0..100, for jpeg and webp. Default: 100.
    std::optional<std::int64_t> output_compression{};
    /// Default: auto.
    std::optional<images::moderation> moderation{};
    /// 0..3; only for a stream. Default: 0.
    std::optional<std::int64_t> partial_images{};
    /// A stable name of the end user.
    std::optional<std::string> user{};
    unknown_members extra{};
};

/// Images to change, sent along. Page: POST /images/edits, request as multipart/form-data.
struct edit_form
{
    /// 1..16 of png, webp or jpg, below 50 MB each; dall-e-2 takes one.
    std::vector<upload> images{};
    std::string prompt{};
    /// Such as `gpt-image-1.5`, the default.
    std::optional<images::model> model{};
    /// A png below 4 MB of the size of the first image; its transparent parts are to be changed.
    upload mask{};
    /// 1..10. Default: 1.
    std::optional<std::int64_t> n{};
    /// Default: auto.
    std::optional<images::quality> quality{};
    std::optional<images::input_fidelity> input_fidelity{};
    /// Default: 1024x1024.
    std::optional<images::size> size{};
    /// Default: auto.
    std::optional<images::background> background{};
    /// Default: png.
    std::optional<images::output_format> output_format{};
    /// 0..100, for jpeg and webp. Default: 100.
    std::optional<std::int64_t> output_compression{};
    std::optional<images::response_format> response_format{};
    /// 0..3; only for a stream. Default: 0.
    std::optional<std::int64_t> partial_images{};
    /// A stable name of the end user.
    std::optional<std::string> user{};
    /// Further fields, name and text.
    std::vector<std::pair<std::string, std::string>> extra{};
};

/// An image to draw anew. Page: POST /images/variations.
struct variation_form
{
    /// A square png below 4 MB.
    upload image{};
    /// Default: dall-e-2.
    std::optional<images::model> model{};
    /// 1..10. Default: 1.
    std::optional<std::int64_t> n{};
    /// Default: url.
    std::optional<images::response_format> response_format{};
    /// Default: 1024x1024.
    std::optional<images::size> size{};
    /// A stable name of the end user.
    std::optional<std::string> user{};
    /// Further fields, name and text.
    std::vector<std::pair<std::string, std::string>> extra{};
};

// Answers ---------------------------------------------------------------------------------------

/// An image: base64 or a URL.
struct image
{
    /// Base64 of the file, see `decode_base64` and `save`.
    nullable<std::string> b64_json{};
    nullable<std::string> url{};
    /// What dall-e-3 made of the prompt.
    nullable<std::string> revised_prompt{};
    unknown_members extra{};
};

/// What kinds of tokens were counted.
struct tokens_details
{
    nullable<std::int64_t> text_tokens{};
    nullable<std::int64_t> image_tokens{};
    unknown_members extra{};
};

/// What a request cost, in tokens.
struct usage
{
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t total_tokens = 0;
    nullable<tokens_details> input_tokens_details{};
    nullable<tokens_details> output_tokens_details{};
    unknown_members extra{};
};

/// Images. Page: POST /images/generations, /images/edits and /images/variations, response.
struct result
{
    /// Seconds since 1970.
    std::int64_t created = 0;
    nullable<std::vector<image>> data{};
    nullable<images::background> background{};
    nullable<images::output_format> output_format{};
    nullable<images::size> size{};
    nullable<images::quality> quality{};
    nullable<images::usage> usage{};
    unknown_members extra{};
};

// Events of a stream ----------------------------------------------------------------------------

/// An image on its way. Page: POST /images/generations and /images/edits with `stream`.
struct partial_image
{
    static constexpr std::array<std::string_view, 2> tags = {
        "image_generation.partial_image", "image_edit.partial_image"};
    std::string type{tags.front()};
    /// Base64 of the file.
    std::string b64_json{};
    /// From 0.
    std::int64_t partial_image_index = 0;
    /// Seconds since 1970.
    nullable<std::int64_t> created_at{};
    nullable<images::size> size{};
    nullable<images::quality> quality{};
    nullable<images::background> background{};
    nullable<images::output_format> output_format{};
    unknown_members extra{};
};

/// An image is complete. With `n` above 1 there are several.
struct completed
{
    static constexpr std::array<std::string_view, 2> tags = {
        "image_generation.completed", "image_edit.completed"};
    std::string type{tags.front()};
    /// Base64 of the file.
    std::string b64_json{};
    /// Seconds since 1970.
    nullable<std::int64_t> created_at{};
    nullable<images::size> size{};
    nullable<images::quality> quality{};
    nullable<images::background> background{};
    nullable<images::output_format> output_format{};
    nullable<images::usage> usage{};
    unknown_members extra{};
};

/// An event of a stream, for `std::visit`, `std::get_if` and `std::holds_alternative`.
struct event : std::variant<partial_image, completed, unknown>
{
    using variant::variant;
};

} // namespace hicap::images

HICAP_API_END

#endif
