#include "support/temporary_folder.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/chat.hpp>
#include <hicap/error.hpp>
#include <hicap/images.hpp>
#include <hicap/responses.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hicap::test {
namespace {

using image_stream = stream<images::event>;

template <class Stream>
concept is_text = requires(Stream& events)
{
    events.text();
};

static_assert(!is_text<image_stream>, "an image is no text");
static_assert(is_text<stream<chat::chunk>> && is_text<stream<responses::event>>);

std::string const one_image =
    response(200, R"({"created":1,"data":[{"b64_json":"UE5H"}],"usage":{"input_tokens":1}})");

std::string event(std::string const& type, std::string const& more)
{
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"b64_json\":\"UE5H\"" + more +
           "}\n\n";
}

struct images_fixture : client_fixture
{
    images_fixture()
    {
        drawing.prompt = "a cat";
        form.prompt = "no hat";
        form.images.push_back(upload::bytes("PNG", "cat.png"));
    }

    [[nodiscard]] images::resource images() { return api().images(); }

    template <class T>
    started<T> start(asio::awaitable<T> operation)
    {
        return {context, std::move(operation)};
    }

    started<images::event const*> next(image_stream& from) { return {context, from.next()}; }

    static std::string body_of(wire const& far)
    {
        return far.sent.substr(far.sent.find("\r\n\r\n") + 4);
    }

    hicap::images::generate_request drawing;
    hicap::images::edit_form form;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_images, images_fixture)

BOOST_AUTO_TEST_CASE(images_are_drawn)
{
    auto const far = connect({one_image});
    auto call = start(images().generate(drawing));
    BOOST_TEST((call.get().data->front().b64_json == "UE5H"));
    BOOST_TEST(call.get().request_id() == "r1");
    BOOST_TEST(far->sent.starts_with("POST /v1/images/generations HTTP/1.1\r\n"));
    BOOST_TEST(body_of(*far) == R"({"prompt":"a cat"})");
}

BOOST_AUTO_TEST_CASE(a_stream_shows_images_on_their_way)
{
    auto const usage =
        std::string(R"(,"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3,)"
                    R"("input_tokens_details":{"text_tokens":1,"image_tokens":0}})");
    auto const far = connect({stream_response(
        event("image_generation.partial_image", R"(,"partial_image_index":0)") +
        event("image_generation.completed", usage) + event("image_generation.completed", usage)
    )});
    auto call = start(images().stream_generate(drawing));
    auto& events = call.get();
    auto const* const first = next(events).get();
    BOOST_TEST(std::get<hicap::images::partial_image>(*first).partial_image_index == 0);
    BOOST_TEST(!events.snapshot().data);
    BOOST_TEST((std::get<hicap::images::completed>(*next(events).get()).b64_json == "UE5H"));
    BOOST_TEST(next(events).get() != nullptr);
    BOOST_TEST(next(events).get() == nullptr);
    auto const& all = events.snapshot();
    BOOST_TEST(all.data->size() == 2u);
    BOOST_TEST(all.usage->total_tokens == 6);
    BOOST_TEST((all.usage->input_tokens_details->text_tokens == 2));
    BOOST_TEST(body_of(*far) == R"({"prompt":"a cat","stream":true})");
    BOOST_TEST(contains(far->sent, "\r\nAccept: text/event-stream\r\n"));
}

BOOST_AUTO_TEST_CASE(a_stream_without_a_whole_image_is_cut)
{
    auto const partial = event("image_edit.partial_image", R"(,"partial_image_index":0)");
    for (std::string const end : {"", "data: [DONE]\n\n"}) {
        images_fixture one;
        one.connect({stream_response(partial + end)});
        auto call = one.start(one.images().stream_generate(one.drawing));
        auto collects = one.start(call.get().collect());
        BOOST_TEST((collects.code() == errc::truncated_stream));
    }
}

BOOST_AUTO_TEST_CASE(an_error_in_a_stream_is_thrown)
{
    connect({stream_response(
        "data: {\"error\":{\"message\":\"no\",\"code\":\"moderation_blocked\"}}\n\n"
    )});
    auto call = start(images().stream_generate(drawing));
    BOOST_CHECK_EXCEPTION(next(call.get()).get(), api_error, [](api_error const& e) {
        return e.api_code() == "moderation_blocked" && e.request_id() == "r1";
    });
}

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_stream_is_one_event)
{
    connect({one_image});
    auto call = start(images().stream_generate(drawing));
    BOOST_TEST((std::get<hicap::images::completed>(*next(call.get()).get()).b64_json == "UE5H"));
    BOOST_TEST(next(call.get()).get() == nullptr);
    BOOST_TEST(call.get().snapshot().data->size() == 1u);
}

BOOST_AUTO_TEST_CASE(each_image_of_an_answer_that_does_not_stream_is_an_event)
{
    auto const two = response(
        200,
        R"({"created":1,"data":[{"b64_json":"QQ=="},{"url":"https://x.test/b.png","new":1}],)"
        R"("usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}})"
    );
    connect({two, two});
    auto drawn = start(images().stream_generate(drawing));
    auto changed = start(images().stream_edit(form));
    auto const check = [this](image_stream& events, std::string_view type) {
        auto const& first = std::get<hicap::images::completed>(*next(events).get());
        BOOST_TEST(first.type == type);
        BOOST_TEST(first.b64_json == "QQ==");
        BOOST_TEST(!first.usage);
        auto const& second = std::get<hicap::images::completed>(*next(events).get());
        BOOST_TEST(second.type == type);
        BOOST_TEST((second.extra.string("url") == "https://x.test/b.png"));
        BOOST_TEST(second.extra.find("new").value() == "1");
        BOOST_TEST(second.usage->total_tokens == 3);
        BOOST_TEST(next(events).get() == nullptr);
        BOOST_TEST(events.snapshot().data->size() == 2u);
    };
    check(drawn.get(), "image_generation.completed");
    check(changed.get(), "image_edit.completed");
}

BOOST_AUTO_TEST_CASE(images_to_change_are_referred_to)
{
    auto const far = connect({one_image});
    hicap::images::edit_request asked;
    asked.prompt = "no hat";
    asked.images.emplace_back().file_id = "file-1";
    auto call = start(images().edit(asked));
    BOOST_TEST(call.get().data->size() == 1u);
    BOOST_TEST(far->sent.starts_with("POST /v1/images/edits HTTP/1.1\r\n"));
    BOOST_TEST(body_of(*far) == R"({"images":[{"file_id":"file-1"}],"prompt":"no hat"})");
}

BOOST_AUTO_TEST_CASE(images_to_change_are_sent_along)
{
    auto const far = connect({one_image});
    form.mask = upload::bytes("MASK", "", "image/png");
    form.n = 2;
    form.size = hicap::images::size::square_1024;
    form.extra.emplace_back("later", "x");
    auto call = start(images().edit(form));
    BOOST_TEST(call.get().data->size() == 1u);
    auto const& sent = far->sent;
    BOOST_TEST(contains(sent, "\r\nContent-Type: multipart/form-data; boundary=hicap-"));
    auto const body = body_of(*far);
    BOOST_TEST(contains(sent, "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"));
    BOOST_TEST(contains(
        body, "; name=\"image\"; filename=\"cat.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n"
    ));
    BOOST_TEST(contains(body, "; name=\"mask\"; filename=\"upload\"\r\n"));
    BOOST_TEST(contains(body, "; name=\"prompt\"\r\n\r\nno hat\r\n"));
    BOOST_TEST(contains(body, "; name=\"n\"\r\n\r\n2\r\n"));
    BOOST_TEST(contains(body, "; name=\"size\"\r\n\r\n1024x1024\r\n"));
    BOOST_TEST(contains(body, "; name=\"later\"\r\n\r\nx\r\n"));
    BOOST_TEST(!contains(body, "\"model\""));
    BOOST_TEST(!contains(body, "\"stream\""));
}

BOOST_AUTO_TEST_CASE(the_content_type_of_a_form_is_its_own)
{
    options.extra_headers = {{"content-type", "application/json"}, {"X-Own", "1"}};
    auto const far = connect({one_image, one_image});
    auto call = start(images().edit(form));
    BOOST_TEST(call.get().data->size() == 1u);
    auto const head = far->sent.substr(0, far->sent.find("\r\n\r\n"));
    BOOST_TEST(contains(head, "\r\nContent-Type: multipart/form-data; boundary=hicap-"));
    BOOST_TEST(!contains(head, "content-type:"), head);
    BOOST_TEST(contains(head, "\r\nX-Own: 1\r\n"));

    request_options of_call;
    of_call.extra_headers = {{"CONTENT-TYPE", "multipart/form-data"}};
    BOOST_CHECK_EXCEPTION(
        static_cast<void>(images().edit(form, of_call)),
        error,
        [](error const& refused) {
            return refused.code() == errc::invalid_header &&
                   contains(refused.what(), "Content-Type");
        }
    );
}

BOOST_AUTO_TEST_CASE(several_images_are_a_list)
{
    auto const far = connect({stream_response(event("image_edit.completed", ""))});
    form.images.push_back(upload::bytes("PNG2", "dog.png"));
    auto call = start(images().stream_edit(form));
    BOOST_TEST(next(call.get()).get() != nullptr);
    BOOST_TEST(count(far->sent, "; name=\"image[]\"; ") == 2u);
    BOOST_TEST(contains(far->sent, "; name=\"stream\"\r\n\r\ntrue\r\n"));
}

BOOST_AUTO_TEST_CASE(a_form_is_sent_again)
{
    auto const far = connect({response(500, "{}"), one_image});
    auto call = start(images().edit(form));
    BOOST_TEST((pass_to_next() == std::chrono::milliseconds(500)));
    BOOST_TEST(call.get().attempts().size() == 2u);
    auto const half = far->sent.size() / 2;
    BOOST_TEST(far->sent.substr(0, half) == far->sent.substr(half));
}

BOOST_AUTO_TEST_CASE(a_form_that_can_be_read_once_is_not_sent_again)
{
    connect({response(500, "{}"), one_image});
    auto const none = [](asio::mutable_buffer) -> asio::awaitable<std::size_t> { co_return 0; };
    form.images = {upload::source_once(none, 0, "a.png")};
    auto call = start(images().edit(form));
    BOOST_TEST((call.code() == errc::server_error));
    BOOST_TEST(contains(call.what(), "cannot be read twice"), call.what());
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_as_a_connection_does_is_not_sent_again)
{
    for (bool const at_once : {true, false}) {
        static constexpr auto fails = [] {
            throw error(asio::error::connection_reset, "of the source");
        };
        auto const open = [at_once]() -> upload::reader {
            if (at_once)
                fails();
            return [](asio::mutable_buffer) -> asio::awaitable<std::size_t> {
                fails();
                co_return 0;
            };
        };
        form.images = {upload::source(open, std::nullopt, "a.png")};
        connect({});
        auto call = start(images().edit(form));
        BOOST_TEST((call.code() == asio::error::connection_reset));
        BOOST_TEST(!contains(call.what(), "api.test"), call.what());
    }
    BOOST_TEST(dialer->dials == 2u);
    BOOST_TEST(api().statistics().retries == 0u);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_destroyed_closes_its_connection)
{
    auto const far = connect({stream_head + event("image_generation.partial_image", "")});
    {
        auto opens = start(images().stream_generate(drawing));
        auto& events = opens.get();
        BOOST_TEST((next(events).get() != nullptr));
        BOOST_TEST(far->open);
    }
    settle();
    BOOST_TEST(!far->open);
}

BOOST_AUTO_TEST_CASE(an_image_is_drawn_anew)
{
    auto const far = connect({one_image});
    hicap::images::variation_form asked;
    asked.image = upload::bytes("PNG", "cat.png");
    asked.n = 3;
    auto call = start(images().create_variation(asked));
    BOOST_TEST(call.get().data->size() == 1u);
    BOOST_TEST(far->sent.starts_with("POST /v1/images/variations HTTP/1.1\r\n"));
    BOOST_TEST(contains(body_of(*far), "; name=\"image\"; filename=\"cat.png\"\r\n"));
}

BOOST_AUTO_TEST_CASE(a_form_without_a_file_is_refused_at_once)
{
    auto const refuses = [&](auto const& asked, auto send) {
        try {
            static_cast<void>(send(asked));
        } catch (error const& e) {
            return e.code() == errc::invalid_argument;
        }
        return false;
    };
    auto const edit = [&](hicap::images::edit_form const& asked) { return images().edit(asked); };
    auto const vary = [&](hicap::images::variation_form const& asked) {
        return images().create_variation(asked);
    };
    BOOST_TEST(refuses(hicap::images::edit_form(), edit));
    form.images.emplace_back();
    BOOST_TEST(refuses(form, edit));
    BOOST_TEST(refuses(hicap::images::variation_form(), vary));
}

BOOST_AUTO_TEST_CASE(an_image_is_saved)
{
    temporary_folder const folder;
    hicap::images::image picture;
    BOOST_CHECK_THROW(hicap::images::save(picture, folder / "a.png"), error);
    picture.b64_json = "UE5H";
    hicap::images::save(picture, folder / "a.png");
    std::ifstream file(folder / "a.png");
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    BOOST_TEST(text == "PNG");
    BOOST_TEST(hicap::images::decode_base64("UE5H") == "PNG");
    picture.b64_json = "*";
    BOOST_CHECK_EXCEPTION(
        hicap::images::save(picture, folder / "b.png"),
        error,
        [](error const& e) { return e.code() == errc::invalid_argument; }
    );
    BOOST_TEST(!std::filesystem::exists(folder / "b.png"));
    picture.b64_json = "UE5H";
    BOOST_CHECK_EXCEPTION(
        hicap::images::save(picture, folder / "missing" / "c.png"),
        error,
        [](error const& e) { return e.code() == boost::system::errc::no_such_file_or_directory; }
    );
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test
