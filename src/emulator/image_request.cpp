#include "emulator/image_request.hpp"

#include "emulator/members.hpp"
#include "emulator/multipart.hpp"
#include "emulator/refusal.hpp"
#include "emulator/shared_members.hpp"
#include "emulator/target.hpp"
#include "emulator/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace hicap::emulation {
namespace {

constexpr std::size_t max_images = 16;
constexpr std::int64_t tokens_of_image = 194;

constexpr std::size_t mebibyte = 1024 * 1024;

std::string_view content_type_of(request const& http)
{
    auto const* type = http.headers.find("content-type");
    return type != nullptr ? std::string_view(*type) : std::string_view();
}

bool is_form(request const& http)
{
    constexpr std::string_view type = "multipart/form-data";
    return equal_ignoring_case(content_type_of(http).substr(0, type.size()), type);
}

void check_file(form_part const& part, std::size_t max_size)
{
    if (!part.filename)
        throw invalid_request("'" + part.name + "' must be a file.", "invalid_type", part.name);
    auto const& type = part.content_type;
    if (type != "image/png" && type != "image/jpeg" && type != "image/webp")
        throw invalid_request(
            "'" + part.name + "' has the type '" + type +
                "'; it must be one of image/png, image/jpeg, image/webp.",
            "unsupported_file_mimetype",
            part.name
        );
    if (part.content.empty())
        throw invalid_request("'" + part.name + "' is empty.", "empty_file", part.name);
    if (part.content.size() > max_size)
        throw invalid_request(
            "'" + part.name + "' is larger than " + std::to_string(max_size / mebibyte) + " MiB.",
            "image_file_too_large",
            part.name
        );
}

/// The parts of a form: files, and the other members as an object.
struct image_form
{
    std::vector<form_part> images;
    std::optional<form_part> mask;
    json::object others;
};

image_form read_form(request const& http)
{
    image_form form;
    text_pairs texts;
    for (auto& part : parse_form(content_type_of(http), http.body)) {
        if (part.name == "image" || part.name == "image[]")
            form.images.push_back(std::move(part));
        else if (part.name == "mask")
            form.mask = std::move(part);
        else
            texts.emplace_back(part.name, std::string(part.content));
    }
    form.others = object_of_texts(
        texts,
        {{"n", typed_member::kind::integer},
         {"partial_images", typed_member::kind::integer},
         {"output_compression", typed_member::kind::integer},
         {"stream", typed_member::kind::boolean}}
    );
    if (form.images.empty())
        throw invalid_request(
            "'image' is required and missing.", "missing_required_parameter", "image"
        );
    return form;
}

void check_edit_form(image_form const& form, std::string_view model)
{
    auto const is_old = model == "dall-e-2";
    if (form.images.size() > (is_old ? 1 : max_images))
        throw invalid_request(
            std::string("'image' may come at most ") + (is_old ? "once." : "16 times."),
            "array_above_max_length",
            "image"
        );
    for (auto const& image : form.images)
        check_file(image, (is_old ? 4 : 50) * mebibyte);
    if (form.mask)
        check_file(*form.mask, 4 * mebibyte);
}

void check_variation_form(image_form const& form)
{
    if (form.images.size() != 1)
        throw invalid_request("'image' may come once.", "array_above_max_length", "image");
    auto const& image = form.images.front();
    check_file(image, 4 * mebibyte);
    auto const size = size_of_png(image.content);
    if (!size)
        throw invalid_request("'image' must be a PNG.", "invalid_image_format", "image");
    if (size->width != size->height)
        throw invalid_request("'image' must be square.", "invalid_image_size", "image");
}

// Of a request in JSON: each is either a link or a file's id.
void check_reference(members const& image)
{
    auto const has_link = image.text("image_url").has_value();
    auto const has_id = image.text("file_id").has_value();
    if (has_link == has_id)
        image.refuse_value("image_url", "either 'image_url' or 'file_id' is needed");
}

std::size_t check_references(members const& body)
{
    (void)body.require("images");
    auto const& images = *body.array("images", 1, max_images);
    for (std::size_t i = 0; i != images.size(); ++i)
        check_reference(members(images[i], element_path("images", i)));
    if (auto const mask = body.child("mask"))
        check_reference(*mask);
    return images.size();
}

// Members of which only GPT image models know.
constexpr std::array<std::string_view, 7> gpt_members = {
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "stream",
    "partial_images",
    "input_fidelity",
};

void read_model(members const& body, image_request& request)
{
    if (auto const model = body.text("model")) {
        request.model = *model;
    } else if (request.task == image_task::generation) {
        auto const wants_gpt =
            std::any_of(gpt_members.begin(), gpt_members.end(), [&](std::string_view name) {
                return body.find(name) != nullptr;
            });
        request.model = wants_gpt ? "gpt-image-1" : "dall-e-2";
    } else {
        request.model = request.task == image_task::edit ? "gpt-image-1.5" : "dall-e-2";
    }
    if (request.model.empty())
        body.refuse_value("model", "it is empty");
    request.is_gpt = !request.model.starts_with("dall-e");
    if (request.task == image_task::variation && request.model != "dall-e-2")
        body.refuse_value("model", "only dall-e-2 makes variations");
    if (request.task == image_task::edit && request.model == "dall-e-3")
        body.refuse_value("model", "dall-e-3 does not edit");
    if (request.is_gpt)
        return;
    for (auto const name : gpt_members) {
        if (body.find(name) != nullptr)
            body.refuse_value(name, "only GPT image models know it");
    }
}

void read_prompt(members const& body, image_request& request)
{
    if (request.task == image_task::variation)
        return;
    std::size_t most = 32'000;
    if (!request.is_gpt)
        most = request.model == "dall-e-3" ? 4000 : 1000;
    request.prompt = body.require_text("prompt");
    if (request.prompt.empty())
        body.refuse_value("prompt", "it is empty");
    (void)body.text("prompt", most);
    request.text_tokens = static_cast<std::int64_t>(split_tokens(request.prompt).size());
}

// Beside those, gpt-image-2 makes any size in steps of 16.
std::array<std::string_view, 3> sizes_of(std::string_view model) noexcept
{
    if (model == "dall-e-2")
        return {"256x256", "512x512", "1024x1024"};
    if (model == "dall-e-3")
        return {"1024x1024", "1792x1024", "1024x1792"};
    return {"1024x1024", "1536x1024", "1024x1536"};
}

void read_size(members const& body, image_request& request)
{
    auto size = body.text("size").value_or("auto");
    if (size == "auto")
        size = "1024x1024";
    auto const allowed = sizes_of(request.model);
    auto const pixels = read_image_size(size);
    auto const is_free = request.model.starts_with("gpt-image-2") && pixels &&
                         pixels->width % 16 == 0 && pixels->height % 16 == 0;
    auto const is_listed = std::find(allowed.begin(), allowed.end(), size) != allowed.end();
    if (!is_free && !is_listed)
        body.refuse_value("size", "this model does not make images of that size");
    request.size = size;
    request.canvas.width = pixels->width;
    request.canvas.height = pixels->height;
}

void read_quality(members const& body, image_request& request)
{
    if (request.is_gpt)
        request.quality =
            body.one_of("quality", {"low", "medium", "high", "auto"}).value_or("auto");
    else if (request.model == "dall-e-3")
        request.quality = body.one_of("quality", {"standard", "hd", "auto"}).value_or("auto");
    else
        request.quality = body.one_of("quality", {"standard", "auto"}).value_or("auto");
    if (request.quality == "auto")
        request.quality = "medium";
    if (body.one_of("style", {"vivid", "natural"}) && request.model != "dall-e-3")
        body.refuse_value("style", "only dall-e-3 knows it");
}

void read_format(members const& body, image_request& request)
{
    if (auto const form = body.one_of("response_format", {"url", "b64_json"})) {
        if (request.is_gpt)
            body.refuse_value("response_format", "GPT image models give base64 and do not know it");
        request.as_link = *form == "url";
    } else {
        request.as_link = !request.is_gpt;
    }
    request.output_format = body.one_of("output_format", {"png", "jpeg", "webp"}).value_or("png");
    if (body.integer("output_compression", 0, 100).value_or(100) != 100 &&
        request.output_format == "png")
        body.refuse_value("output_compression", "a PNG has none");
    auto const background = body.one_of("background", {"transparent", "opaque", "auto"});
    request.canvas.transparent = background == "transparent";
    if (request.canvas.transparent) {
        request.background = "transparent";
        if (request.output_format == "jpeg")
            body.refuse_value("background", "a JPEG cannot be transparent");
    }
    (void)body.one_of("moderation", {"low", "auto"});
    (void)body.one_of("input_fidelity", {"high", "low"});
}

void read_amount(members const& body, image_request& request)
{
    constexpr std::int64_t most = 10;
    request.count = body.integer("n", 1, request.model == "dall-e-3" ? 1 : most).value_or(1);
    request.stream = body.boolean("stream").value_or(false);
    request.partial_images = body.integer("partial_images", 0, 3).value_or(0);
    if (request.partial_images != 0 && !request.stream)
        body.refuse_value("partial_images", "it needs 'stream' to be true");
}

image_request read_members(members const& body, image_task task)
{
    image_request request;
    request.task = task;
    read_model(body, request);
    read_prompt(body, request);
    read_size(body, request);
    read_quality(body, request);
    read_format(body, request);
    read_amount(body, request);
    (void)body.text("user");
    look_up_model(request.model);
    request.canvas.seed = hash(request.prompt, static_cast<std::uint64_t>(task));
    return request;
}

image_request read_form_request(request const& http, image_task task)
{
    auto const form = read_form(http);
    auto request = read_members(members(form.others), task);
    if (task == image_task::edit)
        check_edit_form(form, request.model);
    else
        check_variation_form(form);
    for (auto const& image : form.images)
        request.canvas.seed = hash(image.content, request.canvas.seed);
    request.image_tokens = tokens_of_image * static_cast<std::int64_t>(form.images.size());
    return request;
}

image_request read_json_request(request const& http, image_task task)
{
    auto const object = parse_object(http.body);
    members const body(object);
    auto request = read_members(body, task);
    if (task == image_task::edit)
        request.image_tokens = tokens_of_image * static_cast<std::int64_t>(check_references(body));
    return request;
}

} // namespace

image_request read_image_request(request const& http, image_task task)
{
    if (task == image_task::variation || (task == image_task::edit && is_form(http)))
        return read_form_request(http, task);
    return read_json_request(http, task);
}

std::optional<image_size> read_image_size(std::string_view text) noexcept
{
    constexpr std::uint32_t max_side = 3840;
    constexpr std::uint64_t max_pixels = 8'294'400;

    image_size size{};
    auto const* const end = text.data() + text.size();
    auto const width = std::from_chars(text.data(), end, size.width);
    if (width.ec != std::errc() || width.ptr == end || *width.ptr != 'x')
        return std::nullopt;
    auto const height = std::from_chars(width.ptr + 1, end, size.height);
    if (height.ec != std::errc() || height.ptr != end)
        return std::nullopt;
    auto const is_drawable = size.width != 0 && size.height != 0 && size.width <= max_side &&
                             size.height <= max_side &&
                             std::uint64_t{size.width} * size.height <= max_pixels;
    return is_drawable ? std::optional(size) : std::nullopt;
}

} // namespace hicap::emulation
