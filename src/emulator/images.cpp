#include "emulator/images.hpp"

#include "emulator/answers.hpp"
#include "emulator/base64.hpp"
#include "emulator/image_request.hpp"
#include "emulator/png.hpp"
#include "emulator/refusal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <string>
#include <utility>

namespace hicap::emulation {
namespace {

namespace json = boost::json;

constexpr std::string_view file_ending = ".png";

picture picture_of(image_request const& request, std::int64_t index)
{
    auto result = request.canvas;
    result.seed += static_cast<std::uint64_t>(index);
    return result;
}

std::int64_t tokens_of_output(image_request const& request)
{
    constexpr std::int64_t pixels_of_token = 1024;
    auto const pixels = std::int64_t{request.canvas.width} * request.canvas.height;
    auto const tokens = pixels / pixels_of_token;
    if (request.quality == "low")
        return tokens / 4 + 1;
    return request.quality == "high" ? tokens * 4 : tokens;
}

json::object usage_of(image_request const& request, std::int64_t images)
{
    auto const input = request.text_tokens + request.image_tokens;
    auto const output = tokens_of_output(request) * images;
    json::object usage;
    usage["input_tokens"] = input;
    usage["input_tokens_details"] =
        json::object{{"text_tokens", request.text_tokens}, {"image_tokens", request.image_tokens}};
    usage["output_tokens"] = output;
    usage["total_tokens"] = input + output;
    return usage;
}

// The name says all there is to draw, so that nothing has to be kept.
std::string link_of(call const& call, picture const& picture)
{
    auto const& target = call.http.target;
    auto const* host = call.http.headers.find("host");
    std::string link = call.tls ? "https://" : "http://";
    link += host != nullptr ? *host : "localhost";
    link += target.substr(0, target.find("/images/"));
    link += "/images/files/" + std::to_string(picture.width) + 'x' +
            std::to_string(picture.height) + '-' + std::to_string(picture.seed);
    link += file_ending;
    return link;
}

json::object whole_answer(call const& call, image_request const& request)
{
    json::array images;
    for (std::int64_t i = 0; i != request.count; ++i) {
        auto const picture = picture_of(request, i);
        json::object image;
        if (request.as_link)
            image["url"] = link_of(call, picture);
        else
            image["b64_json"] = encode_base64(draw_png(picture));
        if (request.model == "dall-e-3")
            image["revised_prompt"] = request.prompt + ", in four colours";
        images.push_back(std::move(image));
    }
    json::object result;
    result["created"] = seconds_of_epoch();
    result["data"] = std::move(images);
    if (!request.is_gpt)
        return result;
    result["background"] = request.background;
    result["output_format"] = request.output_format;
    result["size"] = request.size;
    result["quality"] = request.quality;
    auto usage = usage_of(request, request.count);
    usage["output_tokens_details"] =
        json::object{{"image_tokens", usage["output_tokens"]}, {"text_tokens", 0}};
    result["usage"] = std::move(usage);
    return result;
}

/// Of each image its drafts and then the image.
class image_source : public event_source
{
public:
    explicit image_source(image_request request)
        : request_(std::move(request)),
          prefix_(request_.task == image_task::edit ? "image_edit." : "image_generation.")
    {}

    std::optional<event> next() override
    {
        if (image_ == request_.count)
            return std::nullopt;
        auto const is_whole = draft_ == request_.partial_images;
        auto picture = picture_of(request_, image_);
        if (!is_whole)
            picture.seed = ~picture.seed - static_cast<std::uint64_t>(draft_);

        event result;
        result.name = prefix_ + (is_whole ? "completed" : "partial_image");
        json::object whole;
        whole["type"] = result.name;
        whole["b64_json"] = encode_base64(draw_png(picture));
        whole["created_at"] = seconds_of_epoch();
        whole["size"] = request_.size;
        whole["quality"] = request_.quality;
        whole["background"] = request_.background;
        whole["output_format"] = request_.output_format;
        if (is_whole) {
            whole["usage"] = usage_of(request_, 1);
            result.tokens = static_cast<std::uint64_t>(tokens_of_output(request_));
            ++image_;
            draft_ = 0;
        } else {
            whole["partial_image_index"] = draft_++;
        }
        result.data = json::serialize(whole);
        return result;
    }

private:
    image_request request_;
    std::string prefix_;
    std::int64_t image_ = 0;
    std::int64_t draft_ = 0;
};

response make_images(call const& call, image_task task)
{
    auto request = read_image_request(call.http, task);
    auto const prompt_tokens = request.text_tokens + request.image_tokens;
    auto const tokens = static_cast<std::uint64_t>(tokens_of_output(request) * request.count);
    auto const as_json = call.fault.content == emulator_fault::other_content::json;
    auto result = request.stream && !as_json
                      ? stream_answer(std::make_unique<image_source>(std::move(request)))
                      : json_answer(whole_answer(call, request));
    result.prompt_tokens = prompt_tokens;
    result.tokens = tokens;
    return result;
}

std::optional<picture> read_file_name(std::string_view name)
{
    auto const dash = name.find('-');
    if (dash == std::string_view::npos || !name.ends_with(file_ending))
        return std::nullopt;
    auto const size = read_image_size(name.substr(0, dash));
    auto const seed = name.substr(dash + 1, name.size() - dash - 1 - file_ending.size());
    picture result;
    auto const* const end = seed.data() + seed.size();
    auto const parsed = std::from_chars(seed.data(), end, result.seed);
    if (!size || parsed.ec != std::errc() || parsed.ptr != end)
        return std::nullopt;
    result.width = size->width;
    result.height = size->height;
    return result;
}

} // namespace

response generate_images(call const& call)
{
    return make_images(call, image_task::generation);
}

response edit_images(call const& call)
{
    return make_images(call, image_task::edit);
}

response vary_image(call const& call)
{
    return make_images(call, image_task::variation);
}

response get_image_file(call const& call)
{
    auto const picture = read_file_name(call.parameters.front());
    if (!picture)
        throw refusal(404, "There is no file '" + call.parameters.front() + "'.");
    response result;
    result.headers.append("content-type", "image/png");
    result.body = draw_png(*picture);
    return result;
}

} // namespace hicap::emulation
