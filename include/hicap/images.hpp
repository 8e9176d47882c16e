#ifndef HICAP_IMAGES_HPP
#define HICAP_IMAGES_HPP

#include <hicap/images_types.hpp>
#include <hicap/reply.hpp>
#include <hicap/request_options.hpp>
#include <hicap/stream.hpp>
#include <hicap/temporaries.hpp>
#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace hicap::detail {

class client_core;

} // namespace hicap::detail

HICAP_API_BEGIN

namespace hicap {

namespace asio = boost::asio;

/// What a stream of these events assembles.
template <>
struct stream_traits<images::event>
{
    /// See `stream::snapshot`.
    using snapshot = images::result;
    /// See `stream::text`.
    static constexpr bool has_text = false;
};

extern template class stream<images::event>;

namespace images {

/// The operations on images: `client.images()`.
///
/// Requests and options are read before an operation returns its awaitable: they need not outlive
/// the call. What they say wrongly is thrown by the call itself, as `hicap::error` with
/// `errc::invalid_header`, `invalid_argument` or `invalid_json`.
///
/// A form is sent as multipart/form-data while its files are read; see `upload` for what is kept in
/// memory, and for files that make a request one that is never sent again.
///
/// Cancellation of all: terminal; the connection is closed. Errors of all: as
/// `chat::completions_resource::create`.
///
/// Thread safety: shared objects safe.
class resource
{
public:
    /// For the library.
    explicit resource(std::shared_ptr<detail::client_core> core) noexcept;

    /// Draws images. Page: POST /images/generations.
    [[nodiscard]] asio::awaitable<reply<result>> generate(generate_request const& request) const;
    [[nodiscard]] asio::awaitable<reply<result>>
    generate(generate_request const& request, request_options const& options) const;

    /// The same, and shows how the images come into being. The stream ends with its body; its
    /// `snapshot` has the images that are complete. Page: POST /images/generations.
    [[nodiscard]] asio::awaitable<stream<event>> stream_generate(generate_request const& request
    ) const;
    [[nodiscard]] asio::awaitable<stream<event>>
    stream_generate(generate_request const& request, request_options const& options) const;

    /// Changes images that the server can find, or that are in the request as data URLs.
    /// Page: POST /images/edits.
    [[nodiscard]] asio::awaitable<reply<result>> edit(edit_request const& request) const;
    [[nodiscard]] asio::awaitable<reply<result>>
    edit(edit_request const& request, request_options const& options) const;

    /// Changes images that are sent along. Page: POST /images/edits.
    [[nodiscard]] asio::awaitable<reply<result>> edit(edit_form const& request) const;
    [[nodiscard]] asio::awaitable<reply<result>>
    edit(edit_form const& request, request_options const& options) const;

    /// The same as streams, see `stream_generate`.
    [[nodiscard]] asio::awaitable<stream<event>> stream_edit(edit_request const& request) const;
    [[nodiscard]] asio::awaitable<stream<event>>
    stream_edit(edit_request const& request, request_options const& options) const;
    [[nodiscard]] asio::awaitable<stream<event>> stream_edit(edit_form const& request) const;
    [[nodiscard]] asio::awaitable<stream<event>>
    stream_edit(edit_form const& request, request_options const& options) const;

    /// Draws an image anew. Page: POST /images/variations.
    [[nodiscard]] asio::awaitable<reply<result>> create_variation(variation_form const& request
    ) const;
    [[nodiscard]] asio::awaitable<reply<result>>
    create_variation(variation_form const& request, request_options const& options) const;

    HICAP_REFUSE_TEMPORARIES(generate, generate_request)
    HICAP_REFUSE_TEMPORARIES(stream_generate, generate_request)
    HICAP_REFUSE_TEMPORARIES(edit, edit_request)
    HICAP_REFUSE_TEMPORARIES(edit, edit_form)
    HICAP_REFUSE_TEMPORARIES(stream_edit, edit_request)
    HICAP_REFUSE_TEMPORARIES(stream_edit, edit_form)
    HICAP_REFUSE_TEMPORARIES(create_variation, variation_form)

private:
    std::shared_ptr<detail::client_core> core_;
};

/// The bytes of an image that came as base64, such as `image::b64_json` and
/// `partial_image::b64_json`. Throws `hicap::error` with `errc::invalid_argument` where it is none.
[[nodiscard]] std::string decode_base64(std::string_view text);

/// Writes the image to a file, in place of one that is there, by way of `FILE.part` beside it. One
/// that came as a URL is not fetched: `errc::invalid_argument`. Throws `hicap::error` with the code
/// of the system where it cannot be written, and leaves nothing half-written behind then.
void save(image const& picture, std::filesystem::path const& file);

} // namespace images
} // namespace hicap

HICAP_API_END

#endif
