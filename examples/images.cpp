// usage: example_images [directory]
//
// Draws an image and shows it as it comes into being: each preview is a file, and so is the image.
// Then changes it, sending the file along.
//
// It teaches:
// - a stream of images, whose events are variants;
// - `save` and `decode_base64`;
// - uploads: a form holds no more than 64 KiB of a file in memory.

#include <hicap/client.hpp>
#include <hicap/images.hpp>
#include <hicap/upload.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
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
        .partial_images = 2,
    };
    auto stream = co_await client.images().stream_generate(request);
    while (auto const* event = co_await stream.next()) {
        if (auto const* preview = std::get_if<images::partial_image>(event)) {
            auto const number = std::to_string(preview->partial_image_index);
            std::ofstream file(directory / ("preview-" + number + ".png"), std::ios::binary);
            file << images::decode_base64(preview->b64_json);
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

asio::awaitable<void> run(hicap::client client, fs::path directory)
{
    auto const first = co_await draw(client, std::move(directory));
    std::cout << first.string() << '\n';
    auto const second = co_await add_a_ship(client, first);
    std::cout << second.string() << '\n';
}

} // namespace

int main(int count, char** values)
{
    try {
        fs::path const directory(count > 1 ? values[1] : ".");
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
