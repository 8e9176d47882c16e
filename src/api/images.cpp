#include "api/form.hpp"
#include "api/images_assembler.hpp"
#include "api/operation.hpp"
#include "base/base64.hpp"
#include "http/multipart.hpp"
#include "json/codec.hpp"

#include <hicap/error.hpp>
#include <hicap/images.hpp>

#include <system_error>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace hicap {

template class stream<images::event>;

namespace images {
namespace {

using detail::client_core;

constexpr std::string_view generations = "/images/generations";
constexpr std::string_view edits = "/images/edits";
constexpr std::string_view variations = "/images/variations";

enum class answers
{
    whole,
    streamed
};

client_core::accepts accepted(answers how) noexcept
{
    return how == answers::whole ? client_core::accepts::json : client_core::accepts::event_stream;
}

/// The event of one image, which may be missing, in an answer that came whole.
completed event_of(result const& whole, image const* picture)
{
    completed made;
    made.created_at = whole.created;
    made.background = whole.background;
    made.output_format = whole.output_format;
    made.size = whole.size;
    made.quality = whole.quality;
    if (picture == nullptr)
        return made;
    made.b64_json = picture->b64_json.value_or(std::string());
    made.extra = picture->extra;
    auto const keep = [&made](std::string_view name, nullable<std::string> const& text) {
        if (text)
            made.extra.set(name, raw_json::quoted(*text));
    };
    keep("url", picture->url);
    keep("revised_prompt", picture->revised_prompt);
    return made;
}

/// The events of an answer that came whole. The last has what all of it cost.
std::vector<event> drawn_events(result const& whole)
{
    std::vector<event> all;
    if (whole.data) {
        for (auto const& picture : *whole.data)
            all.emplace_back(event_of(whole, &picture));
    }
    if (all.empty())
        all.emplace_back(event_of(whole, nullptr));
    std::get<completed>(all.back()).usage = whole.usage;
    return all;
}

std::vector<event> changed_events(result const& whole)
{
    auto all = drawn_events(whole);
    for (auto& one : all)
        std::get<completed>(one).type = completed::tags.back();
    return all;
}

template <class Request>
detail::prepared_request prepare_json(
    client_core const& core,
    std::string_view path,
    Request const& request,
    answers how,
    request_options const& options
)
{
    auto members = options.extra_body;
    if (how == answers::streamed)
        members.set("stream", raw_json("true"));
    std::string body;
    json::encode_with(request, members, body);
    return core.prepare_post(path, std::move(body), accepted(how), options);
}

/// Adds the fields that have a value.
class fields
{
public:
    explicit fields(client_core const& core)
        : form_(http::make_boundary([&core] { return core.random(); }))
    {}

    void add(std::string_view name, std::string_view text) { form_.add(name, text); }

    void add(std::string_view name, std::optional<std::string> const& text)
    {
        if (text)
            form_.add(name, *text);
    }

    void add(std::string_view name, std::optional<std::int64_t> const& number)
    {
        if (number)
            form_.add(name, std::to_string(*number));
    }

    template <std::derived_from<open_enum> T>
    void add(std::string_view name, std::optional<T> const& value)
    {
        if (value)
            form_.add(name, value->str());
    }

    void add(std::string_view name, upload const& file) { form_.add(name, file); }

    void add(std::vector<std::pair<std::string, std::string>> const& more)
    {
        for (auto const& [name, text] : more)
            form_.add(name, text);
    }

    detail::prepared_request prepare(
        client_core const& core, std::string_view path, answers how, request_options const& options
    ) &&
    {
        detail::endpoint const where{"POST", path, path};
        detail::payload carried;
        carried.content_type = form_.content_type();
        carried.size = form_.size();
        carried.pieces = std::move(form_).finish();
        return core.prepare(where, std::move(carried), accepted(how), options);
    }

private:
    detail::form form_;
};

[[noreturn]] void refuse(char const* what)
{
    throw error(errc::invalid_argument, what);
}

detail::prepared_request prepare_form(
    client_core const& core, edit_form const& from, answers how, request_options const& options
)
{
    if (from.images.empty() ||
        std::ranges::any_of(from.images, [](auto const& file) { return file.empty(); }))
        refuse("images::edit_form::images has no file, or one that is empty: see hicap::upload");
    fields form(core);
    // One has the name of the API reference, several the name of a list.
    auto const* const name = from.images.size() == 1 ? "image" : "image[]";
    for (auto const& file : from.images)
        form.add(name, file);
    if (!from.mask.empty())
        form.add("mask", from.mask);
    form.add("prompt", std::string_view(from.prompt));
    form.add("model", from.model);
    form.add("n", from.n);
    form.add("quality", from.quality);
    form.add("input_fidelity", from.input_fidelity);
    form.add("size", from.size);
    form.add("background", from.background);
    form.add("output_format", from.output_format);
    form.add("output_compression", from.output_compression);
    form.add("response_format", from.response_format);
    form.add("partial_images", from.partial_images);
    form.add("user", from.user);
    form.add(from.extra);
    if (how == answers::streamed)
        form.add("stream", std::string_view("true"));
    return std::move(form).prepare(core, edits, how, options);
}

detail::prepared_request
prepare_form(client_core const& core, variation_form const& from, request_options const& options)
{
    if (from.image.empty())
        refuse("images::variation_form::image is empty: see hicap::upload");
    fields form(core);
    form.add("image", from.image);
    form.add("model", from.model);
    form.add("n", from.n);
    form.add("response_format", from.response_format);
    form.add("size", from.size);
    form.add("user", from.user);
    form.add(from.extra);
    return std::move(form).prepare(core, variations, answers::whole, options);
}

asio::awaitable<stream<event>> open(
    std::shared_ptr<client_core> core,
    detail::prepared_request prepared,
    bool assemble,
    std::vector<event> (*as_events)(result const&)
)
{
    detail::stream_manner<event> const how{assemble, nullptr, as_events};
    return detail::open_stream<event>(std::move(core), std::move(prepared), how);
}

} // namespace

resource::resource(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}

asio::awaitable<reply<result>> resource::generate(generate_request const& request) const
{
    request_options const none;
    return generate(request, none);
}

asio::awaitable<reply<result>>
resource::generate(generate_request const& request, request_options const& options) const
{
    return detail::fetch<result>(
        core_, prepare_json(*core_, generations, request, answers::whole, options)
    );
}

asio::awaitable<stream<event>> resource::stream_generate(generate_request const& request) const
{
    request_options const none;
    return stream_generate(request, none);
}

asio::awaitable<stream<event>>
resource::stream_generate(generate_request const& request, request_options const& options) const
{
    auto prepared = prepare_json(*core_, generations, request, answers::streamed, options);
    return open(core_, std::move(prepared), options.assemble, &drawn_events);
}

asio::awaitable<reply<result>> resource::edit(edit_request const& request) const
{
    request_options const none;
    return edit(request, none);
}

asio::awaitable<reply<result>>
resource::edit(edit_request const& request, request_options const& options) const
{
    return detail::fetch<result>(
        core_, prepare_json(*core_, edits, request, answers::whole, options)
    );
}

asio::awaitable<reply<result>> resource::edit(edit_form const& request) const
{
    request_options const none;
    return edit(request, none);
}

asio::awaitable<reply<result>>
resource::edit(edit_form const& request, request_options const& options) const
{
    return detail::fetch<result>(core_, prepare_form(*core_, request, answers::whole, options));
}

asio::awaitable<stream<event>> resource::stream_edit(edit_request const& request) const
{
    request_options const none;
    return stream_edit(request, none);
}

asio::awaitable<stream<event>>
resource::stream_edit(edit_request const& request, request_options const& options) const
{
    auto prepared = prepare_json(*core_, edits, request, answers::streamed, options);
    return open(core_, std::move(prepared), options.assemble, &changed_events);
}

asio::awaitable<stream<event>> resource::stream_edit(edit_form const& request) const
{
    request_options const none;
    return stream_edit(request, none);
}

asio::awaitable<stream<event>>
resource::stream_edit(edit_form const& request, request_options const& options) const
{
    auto prepared = prepare_form(*core_, request, answers::streamed, options);
    return open(core_, std::move(prepared), options.assemble, &changed_events);
}

asio::awaitable<reply<result>> resource::create_variation(variation_form const& request) const
{
    request_options const none;
    return create_variation(request, none);
}

asio::awaitable<reply<result>>
resource::create_variation(variation_form const& request, request_options const& options) const
{
    return detail::fetch<result>(core_, prepare_form(*core_, request, options));
}

std::string decode_base64(std::string_view text)
{
    auto bytes = hicap::decode_base64(text);
    if (!bytes)
        refuse("this is no base64");
    return *std::move(bytes);
}

void save(image const& picture, std::filesystem::path const& file)
{
    if (!picture.b64_json) {
        refuse("the image did not come as base64: ask for response_format::b64_json, or fetch "
               "image::url");
    }
    auto const bytes = images::decode_base64(*picture.b64_json);
    auto const fail = [&file](std::error_code code) {
        throw error(
            boost::system::error_code(code.value(), boost::system::system_category()),
            "writing " + file.string()
        );
    };
    auto half = file;
    half += ".part";
    std::ofstream out(half, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    std::error_code code;
    if (!out) {
        code.assign(errno == 0 ? EIO : errno, std::system_category());
        std::error_code ignored;
        std::filesystem::remove(half, ignored);
        fail(code);
    }
    std::filesystem::rename(half, file, code);
    if (code) {
        std::error_code ignored;
        std::filesystem::remove(half, ignored);
        fail(code);
    }
}

} // namespace images
} // namespace hicap
