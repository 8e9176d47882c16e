#include "emulator/base64.hpp"
#include "emulator/png.hpp"
#include "integration/emulator/client.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace emulator_test;
namespace emulation = hicap::emulation;

BOOST_AUTO_TEST_SUITE(emulator_images)

namespace {

constexpr char const* generations = "/images/generations";
constexpr char const* edits = "/images/edits";
constexpr char const* variations = "/images/variations";

// The start of a PNG of that size in base64: what its width and height are part of.
std::string base64_start(std::uint32_t width, std::uint32_t height)
{
    constexpr std::size_t whole_groups_of_head = 24;
    return emulation::encode_base64(
        emulation::draw_png({width, height, 1, false}).substr(0, whole_groups_of_head)
    );
}

std::string png(std::uint32_t width = 8, std::uint32_t height = 8)
{
    return emulation::draw_png({width, height, 7, false});
}

/// A form under construction.
class form
{
public:
    form& text(std::string const& name, std::string const& value)
    {
        body_ += "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value +
                 "\r\n";
        return *this;
    }

    form&
    file(std::string const& name, std::string const& content, std::string const& type = "image/png")
    {
        body_ += "--XX\r\nContent-Disposition: form-data; name=\"" + name +
                 "\"; filename=\"a.png\"\r\nContent-Type: " + type + "\r\n\r\n" + content + "\r\n";
        return *this;
    }

    reply send_to(running_emulator const& server, char const* path) const
    {
        return send(
            server,
            "POST",
            path,
            body_ + "--XX--\r\n",
            {{"content-type", "multipart/form-data; boundary=XX"}}
        );
    }

private:
    std::string body_;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_gpt_image_is_a_png_with_usage)
{
    running_emulator const server;
    auto const answer = send(
        server,
        "POST",
        generations,
        R"({"model":"gpt-image-1","prompt":"A cat","size":"1536x1024","quality":"low","n":2})"
    );

    auto const result = answer.json();
    BOOST_TEST(result.at("data").as_array().size() == 2U);
    BOOST_TEST(text_at(result, "/data/0/b64_json").starts_with(base64_start(1536, 1024)));
    BOOST_TEST(text_at(result, "/data/0/b64_json") != text_at(result, "/data/1/b64_json"));
    BOOST_TEST(text_at(result, "/size") == "1536x1024");
    BOOST_TEST(text_at(result, "/quality") == "low");
    BOOST_TEST(text_at(result, "/output_format") == "png");
    BOOST_TEST(text_at(result, "/background") == "opaque");
    BOOST_TEST(result.at_pointer("/usage/input_tokens_details/text_tokens").as_int64() == 2);
    BOOST_TEST(
        result.at_pointer("/usage/total_tokens").as_int64() ==
        result.at_pointer("/usage/input_tokens").as_int64() +
            result.at_pointer("/usage/output_tokens").as_int64()
    );
}

BOOST_AUTO_TEST_CASE(the_prompt_makes_the_picture)
{
    running_emulator const server;
    auto const draw = [&](std::string const& prompt) {
        return text_at(
            send(
                server,
                "POST",
                generations,
                R"({"size":"256x256","response_format":"b64_json","prompt":")" + prompt + "\"}"
            )
                .json(),
            "/data/0/b64_json"
        );
    };

    BOOST_TEST(draw("A cat") == draw("A cat"));
    BOOST_TEST(draw("A cat") != draw("A dog"));
}

BOOST_AUTO_TEST_CASE(a_link_leads_to_the_picture_without_a_key)
{
    running_emulator const server;
    auto const result =
        send(server, "POST", generations, R"({"prompt":"A cat","size":"512x512"})").json();
    auto const link = text_at(result, "/data/0/url");
    std::string const base = "http://localhost/v1";
    BOOST_TEST_REQUIRE(link.starts_with(base));
    BOOST_TEST(!result.as_object().contains("usage"));

    client connection(server->port());
    connection.send(request_text("GET", link.substr(base.size()), "", {}));
    auto const file = connection.receive();
    BOOST_TEST(file.status == 200);
    BOOST_TEST(file.header("content-type") == "image/png");
    BOOST_TEST(emulation::size_of_png(file.body)->width == 512U);
    for (auto const* wrong :
         {"1x1.png", "0x1-1.png", "4000x1-1.png", "3840x3840-1.png", "1x1-x.png", "1x1-1", "1x1-"})
        BOOST_TEST(send(server, "GET", "/images/files/" + std::string(wrong)).status == 404, wrong);
}

BOOST_AUTO_TEST_CASE(a_stream_brings_drafts_and_then_the_picture)
{
    running_emulator const server;
    auto const events = send(
                            server,
                            "POST",
                            generations,
                            R"({"model":"gpt-image-1","prompt":"A cat","stream":true,
                                "partial_images":2,"n":2,"background":"transparent"})"
    )
                            .named_events();

    BOOST_TEST_REQUIRE(events.size() == 6U);
    for (std::size_t i = 0; i != events.size(); ++i) {
        auto const is_whole = i % 3 == 2;
        auto const type =
            is_whole ? "image_generation.completed" : "image_generation.partial_image";
        BOOST_TEST(text_at(events[i], "/type") == type);
        BOOST_TEST(text_at(events[i], "/b64_json").starts_with(base64_start(1024, 1024)));
        BOOST_TEST(text_at(events[i], "/background") == "transparent");
        BOOST_TEST(events[i].as_object().contains("usage") == is_whole);
        if (!is_whole)
            BOOST_TEST(events[i].at("partial_image_index").to_number<std::size_t>() == i % 3);
    }
    auto const whole = send(
                           server,
                           "POST",
                           generations,
                           R"({"model":"gpt-image-1","prompt":"A cat","background":"transparent"})"
    )
                           .json();
    BOOST_TEST(text_at(whole, "/data/0/b64_json") == text_at(events[2], "/b64_json"));
}

BOOST_AUTO_TEST_CASE(a_form_with_pictures_is_edited)
{
    running_emulator const server;
    auto const one = form().text("prompt", "Paint it").file("image", png()).send_to(server, edits);
    BOOST_TEST(one.status == 200, one.body);
    BOOST_TEST(one.json().at_pointer("/usage/input_tokens_details/image_tokens").as_int64() > 0);

    form several;
    several.text("prompt", "Paint it").text("stream", "true").text("partial_images", "1");
    for (int i = 0; i != 16; ++i)
        several.file("image[]", png(), i % 2 == 0 ? "image/jpeg" : "image/webp");
    several.file("mask", png());
    auto const events = several.send_to(server, edits).named_events();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    BOOST_TEST(text_at(events[0], "/type") == "image_edit.partial_image");
    BOOST_TEST(text_at(events[1], "/type") == "image_edit.completed");
    several.file("image[]", png());
    BOOST_TEST(several.send_to(server, edits).error("param") == "image");
}

BOOST_AUTO_TEST_CASE(pictures_elsewhere_are_edited)
{
    running_emulator const server;
    auto const answer = send(
        server,
        "POST",
        edits,
        R"({"prompt":"Paint it","images":[{"image_url":"https://example.com/a.png"},
            {"file_id":"file-1"}],"mask":{"file_id":"file-2"}})"
    );

    BOOST_TEST(answer.status == 200, answer.body);
    std::vector<std::pair<char const*, char const*>> const table = {
        {R"({"prompt":"x"})", "images"},
        {R"({"prompt":"x","images":[]})", "images"},
        {R"({"prompt":"x","images":[{}]})", "images[0].image_url"},
        {R"({"prompt":"x","images":[{"file_id":"a","image_url":"b"}]})", "images[0].image_url"},
        {R"({"prompt":"x","images":[{"file_id":"a"}],"mask":{}})", "mask.image_url"},
        {R"({"images":[{"file_id":"a"}]})", "prompt"},
    };
    for (auto const& [body, param] : table) {
        auto const refused = send(server, "POST", edits, body);
        BOOST_TEST(refused.status == 400, body);
        BOOST_TEST(refused.error("param") == param);
    }
}

BOOST_AUTO_TEST_CASE(a_square_png_is_varied)
{
    running_emulator const server;
    auto const answer = form()
                            .file("image", png())
                            .text("n", "2")
                            .text("size", "256x256")
                            .text("response_format", "b64_json")
                            .send_to(server, variations);
    BOOST_TEST(answer.json().at("data").as_array().size() == 2U, answer.body);
    BOOST_TEST(text_at(answer.json(), "/data/1/b64_json").starts_with(base64_start(256, 256)));

    std::vector<std::pair<form, char const*>> const table = {
        {form().text("n", "1"), "missing_required_parameter"},
        {form().text("image", "a.png"), "invalid_type"},
        {form().file("image", ""), "empty_file"},
        {form().file("image", "no PNG"), "invalid_image_format"},
        {form().file("image", png(8, 16)), "invalid_image_size"},
        {form().file("image", png(), "text/plain"), "unsupported_file_mimetype"},
        {form().file("image", png()).file("image", png()), "array_above_max_length"},
        {form().file("image", png()).text("n", "two"), "invalid_type"},
        {form().file("image", png()).text("n", "11"), "integer_above_max_value"},
        {form().file("image", png()).text("model", "dall-e-3"), "invalid_value"},
        {form().file("image", png() + std::string(4'194'304, 'x')), "image_file_too_large"},
    };
    for (auto const& [wrong, code] : table) {
        auto const refused = wrong.send_to(server, variations);
        BOOST_TEST(refused.status == 400);
        BOOST_TEST(refused.error("code") == code);
    }
    BOOST_TEST(send(server, "POST", variations, "{}").error("code") == "invalid_multipart");
}

BOOST_AUTO_TEST_CASE(each_model_has_rules_of_its_own)
{
    struct rule
    {
        char const* members;
        char const* param; ///< of the refusal; empty where there is none
    };

    std::vector<rule> const rules = {
        {R"("model":"dall-e-2","n":10,"size":"256x256")", ""},
        {R"("model":"dall-e-2","size":"1536x1024")", "size"},
        {R"("model":"dall-e-2","background":"opaque")", "background"},
        {R"("model":"dall-e-2","style":"vivid")", "style"},
        {R"("model":"dall-e-3","style":"vivid","quality":"hd","size":"1792x1024")", ""},
        {R"("model":"dall-e-3","n":2)", "n"},
        {R"("model":"dall-e-3","stream":true)", "stream"},
        {R"("model":"gpt-image-1","n":0)", "n"},
        {R"("model":"gpt-image-1","n":11)", "n"},
        {R"("model":"gpt-image-1","response_format":"url")", "response_format"},
        {R"("model":"gpt-image-1","quality":"hd")", "quality"},
        {R"("model":"gpt-image-1","size":"1000x1000")", "size"},
        {R"("model":"gpt-image-2","size":"1280x720")", ""},
        {R"("model":"gpt-image-2","size":"1281x720")", "size"},
        {R"("model":"gpt-image-2","size":"3840x3840")", "size"},
        {R"("model":"gpt-image-1","partial_images":1)", "partial_images"},
        {R"("model":"gpt-image-1","stream":true,"partial_images":4)", "partial_images"},
        {R"("model":"gpt-image-1","output_format":"jpeg","background":"transparent")",
         "background"},
        {R"("model":"gpt-image-1","output_format":"webp","output_compression":50)", ""},
        {R"("model":"gpt-image-1","output_compression":50)", "output_compression"},
        {R"("model":"gpt-image-1","size":"auto","moderation":"low")", ""},
        {R"("model":null,"size":null,"n":null,"unknown":1)", ""},
        {R"("model":1)", "model"},
        {R"("prompt":"")", "prompt"},
        {R"("prompt":null)", "prompt"},
    };
    running_emulator const server;
    for (auto const& rule : rules) {
        auto const body = R"({"prompt":"A cat",)" + std::string(rule.members) + '}';
        auto const answer = send(server, "POST", generations, body);
        auto const is_fine = std::string_view(rule.param).empty();
        BOOST_TEST(answer.status == (is_fine ? 200 : 400), body);
        if (!is_fine)
            BOOST_TEST(answer.error("param") == rule.param, body);
    }
    auto const long_prompt = R"({"prompt":")" + std::string(1001, 'x') + "\"}";
    BOOST_TEST(send(server, "POST", generations, long_prompt).error("param") == "prompt");
    auto const missing = R"({"prompt":"x","model":"model-that-does-not-exist"})";
    BOOST_TEST(send(server, "POST", generations, missing).status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
