#ifndef HICAP_UPLOAD_HPP
#define HICAP_UPLOAD_HPP

#include <hicap/visibility.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::detail {

class upload_content;

} // namespace hicap::detail

HICAP_API_BEGIN

namespace hicap {

namespace asio = boost::asio;

/// A file to send: from memory, from the file system, or from a source of your own, such as another
/// connection. Files and sources are read while they are sent, so a request never holds more than a
/// slice of 64 KiB of them.
///
/// Copies share the content. Thread safety: distinct objects safe, shared objects unsafe.
class upload
{
public:
    /// Fills the buffer with the bytes that come next, at least one; 0 at the end. What it throws,
    /// the call throws. `deadlines::total` is looked at when it completes, and does not stop it.
    using reader = std::function<asio::awaitable<std::size_t>(asio::mutable_buffer)>;

    /// Begins at the first byte. It is called once for each time that the request is sent.
    using opener = std::function<reader()>;

    /// No file.
    upload() = default;

    /// `content` as a file that is called `filename`. `content_type` is told by the ending of the
    /// name where it is empty. A file without a name is sent as `upload`.
    [[nodiscard]] static upload
    bytes(std::string content, std::string filename, std::string content_type = {});

    /// The file at `path`. It is opened when it is sent, and read on the thread of the request, as
    /// the page cache is faster than any thread. Its size must not change meanwhile.
    ///
    /// Throws `hicap::error` with `errc::invalid_argument` where it cannot be read.
    [[nodiscard]] static upload
    file(std::filesystem::path const& path, std::string content_type = {});

    /// What `open` gives. `size`, in bytes, is sent ahead where it is known; a content that turns
    /// out to be shorter or longer ends the request with `errc::invalid_argument`. Where it is not
    /// known the request is sent in chunks, which not every gateway takes.
    [[nodiscard]] static upload source(
        opener open,
        std::optional<std::uint64_t> size,
        std::string filename,
        std::string content_type = {}
    );

    /// The same for what can be read only once. A request that holds it is never sent again.
    [[nodiscard]] static upload source_once(
        reader read,
        std::optional<std::uint64_t> size,
        std::string filename,
        std::string content_type = {}
    );

    /// Whether there is no file.
    [[nodiscard]] bool empty() const noexcept { return content_ == nullptr; }

    /// The name that the server is told.
    [[nodiscard]] std::string const& filename() const noexcept { return filename_; }

    /// The media type that the server is told.
    [[nodiscard]] std::string const& content_type() const noexcept { return content_type_; }

    /// In bytes; absent where it is not known.
    [[nodiscard]] std::optional<std::uint64_t> size() const noexcept;

    /// For the library.
    [[nodiscard]] std::shared_ptr<detail::upload_content const> const& content() const noexcept
    {
        return content_;
    }

private:
    upload(
        std::shared_ptr<detail::upload_content const> content,
        std::string filename,
        std::string content_type
    );

    std::shared_ptr<detail::upload_content const> content_;
    std::string filename_;
    std::string content_type_;
};

} // namespace hicap

HICAP_API_END

#endif
