#ifndef HICAP_JSON_IMAGES_DESCRIPTION_HPP
#define HICAP_JSON_IMAGES_DESCRIPTION_HPP

#include "json/describe.hpp"

#include <hicap/images_types.hpp>

namespace hicap::json {

template <>
struct description<images::generate_request>
{
    using t = images::generate_request;
    static constexpr std::array members = {
        member<&t::prompt>("prompt"),
        member<&t::model>("model"),
        member<&t::n>("n"),
        member<&t::quality>("quality"),
        member<&t::size>("size"),
        member<&t::background>("background"),
        member<&t::output_format>("output_format"),
        member<&t::output_compression>("output_compression"),
        member<&t::response_format>("response_format"),
        member<&t::moderation>("moderation"),
        member<&t::style>("style"),
        member<&t::partial_images>("partial_images"),
        member<&t::user>("user")};
};

template <>
struct description<images::image_reference>
{
    using t = images::image_reference;
    static constexpr std::array members = {
        member<&t::image_url>("image_url"), member<&t::file_id>("file_id")};
};

template <>
struct description<images::edit_request>
{
    using t = images::edit_request;
    static constexpr std::array members = {
        member<&t::images>("images"),
        member<&t::prompt>("prompt"),
        member<&t::model>("model"),
        member<&t::mask>("mask"),
        member<&t::n>("n"),
        member<&t::quality>("quality"),
        member<&t::input_fidelity>("input_fidelity"),
        member<&t::size>("size"),
        member<&t::background>("background"),
        member<&t::output_format>("output_format"),
        member<&t::output_compression>("output_compression"),
        member<&t::moderation>("moderation"),
        member<&t::partial_images>("partial_images"),
        member<&t::user>("user")};
};

template <>
struct description<images::image>
{
    using t = images::image;
    static constexpr std::array members = {
        member<&t::b64_json>("b64_json"),
        member<&t::url>("url"),
        member<&t::revised_prompt>("revised_prompt")};
};

template <>
struct description<images::tokens_details>
{
    using t = images::tokens_details;
    static constexpr std::array members = {
        member<&t::text_tokens>("text_tokens"), member<&t::image_tokens>("image_tokens")};
};

template <>
struct description<images::usage>
{
    using t = images::usage;
    static constexpr std::array members = {
        member<&t::input_tokens>("input_tokens"),
        member<&t::output_tokens>("output_tokens"),
        member<&t::total_tokens>("total_tokens"),
        member<&t::input_tokens_details>("input_tokens_details"),
        member<&t::output_tokens_details>("output_tokens_details")};
};

template <>
struct description<images::result>
{
    using t = images::result;
    static constexpr std::array members = {
        member<&t::created>("created"),
        member<&t::data>("data"),
        member<&t::background>("background"),
        member<&t::output_format>("output_format"),
        member<&t::size>("size"),
        member<&t::quality>("quality"),
        member<&t::usage>("usage")};
};

template <>
struct description<images::partial_image>
{
    using t = images::partial_image;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::b64_json>("b64_json"),
        member<&t::partial_image_index>("partial_image_index"),
        member<&t::created_at>("created_at"),
        member<&t::size>("size"),
        member<&t::quality>("quality"),
        member<&t::background>("background"),
        member<&t::output_format>("output_format")};
};

template <>
struct description<images::completed>
{
    using t = images::completed;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::b64_json>("b64_json"),
        member<&t::created_at>("created_at"),
        member<&t::size>("size"),
        member<&t::quality>("quality"),
        member<&t::background>("background"),
        member<&t::output_format>("output_format"),
        member<&t::usage>("usage")};
};

} // namespace hicap::json

#endif
