// usage: example_images [directory]
//
// Draws an image and shows it as it comes into being: each preview is a file, and so is the image.
// Then changes it, sending the file along, and draws it anew; and draws another at one go, and
// changes that within the request.
//
// It teaches:
// - a stream of images, whose events are variants;
// - `save`, which writes them to files;
// - uploads: a form holds no more than 64 KiB of a file in memory;
// - images that a request names in place of carrying them: by URL, here a data URL.

#include <hicap/client.hpp>
#include <hicap/images.hpp>
#include <hicap/upload.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <variant>

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace images = hicap::images;

namespace {

// [draw
asio::awaitable<fs::path> draw(hicap::client client, fs::path directory)
{
    images::generate_request request{
        .prompt = "A lighthouse in the fog",
        .model = "gpt-image-1.5",
        .size = "1024x1024", // variations are made of squares
        .partial_images = 2,
    };
    auto stream = co_await client.images().stream_generate(request);
    while (auto const* event = co_await stream.next()) {
        if (auto const* preview = std::get_if<images::partial_image>(event)) {
            auto const number = std::to_string(preview->partial_image_index);
            images::image const picture{.b64_json = preview->b64_json};
            images::save(picture, directory / ("preview-" + number + ".png"));
            std::cout << "preview " << number << '\n';
        }
    }
    auto const file = directory / "lighthouse.png";
    images::save(stream.snapshot().data.value().at(0), file);
    co_return file;
}

// draw]

// [edit
asio::awaitable<fs::path> add_a_ship(hicap::client client, fs::path picture)
{
    images::edit_form request{
        .images = {hicap::upload::file(picture)},
        .prompt = "Add a ship",
        .model = "gpt-image-1.5",
    };
    auto const result = co_await client.images().edit(request);
    auto const file = picture.replace_filename("lighthouse-with-ship.png");
    images::save(result.data.value().at(0), file);
    co_return file;
}

// edit]

// [variation
asio::awaitable<fs::path> draw_anew(hicap::client client, fs::path picture)
{
    images::variation_form request{
        .image = hicap::upload::file(picture),
        .response_format = images::response_format::b64_json,
    };
    auto const result = co_await client.images().create_variation(request);
    auto const file = picture.replace_filename("lighthouse-anew.png");
    images::save(result.data.value().at(0), file);
    co_return file;
}

// variation]

// [generate
asio::awaitable<images::image> draw_at_once(hicap::client client, std::string what)
{
    images::generate_request request{
        .prompt = std::move(what),
        .model = "gpt-image-1.5",
        .quality = images::quality::low,
    };
    auto const result = co_await client.images().generate(request);
    co_return result.data.value().at(0);
}

// generate]

// [reference
asio::awaitable<images::image> repaint(hicap::client client, std::string url, std::string how)
{
    images::edit_request request{
        .images = {{.image_url = std::move(url)}}, // https://..., or data:image/png;base64,...
        .prompt = std::move(how),
        .model = "gpt-image-1.5",
    };
    auto const result = co_await client.images().edit(request);
    co_return result.data.value().at(0);
}

// reference]

asio::awaitable<void> run(hicap::client client, fs::path directory)
{
    auto const first = co_await draw(client, directory);
    std::cout << first.string() << '\n';
    auto const second = co_await add_a_ship(client, first);
    std::cout << second.string() << '\n';
    auto const third = co_await draw_anew(client, first);
    std::cout << third.string() << '\n';

    auto const anchor = co_await draw_at_once(client, "An anchor");
    auto const url = "data:image/png;base64," + anchor.b64_json.value();
    auto const painted = co_await repaint(client, url, "In red");
    auto const file = directory / "anchor.png";
    images::save(painted, file);
    std::cout << file.string() << '\n';
}

} // namespace

int main(int count, char** values)
{
    try {
        fs::path const directory(count > 1 ? values[1] : ".");
        fs::create_directories(directory); // before anything is paid for
        asio::io_context context(1);
        asio::co_spawn(context, run(hicap::client(), directory), [](std::exception_ptr failure) {
            if (failure)
                std::rethrow_exception(failure);
        });
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "images: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
