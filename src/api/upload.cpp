#include "api/upload_content.hpp"
#include "http/multipart.hpp"

#include <hicap/error.hpp>
#include <hicap/upload.hpp>

#include <system_error>

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

namespace hicap {
namespace {

using detail::upload_content;
using detail::upload_slice;

[[noreturn]] void refuse(std::string const& what)
{
    throw error(errc::invalid_argument, what);
}

/// Counts what comes against what was promised.
class counter
{
public:
    counter(std::string filename, std::optional<std::uint64_t> size)
        : filename_(std::move(filename)), size_(size)
    {}

    /// To be told of every piece, the empty one at the end included.
    void count(std::size_t size)
    {
        got_ += size;
        if (size_ && (got_ > *size_ || (size == 0 && got_ < *size_))) {
            refuse(
                "the upload \"" + escape_for_display(filename_, 128) + "\" was to have " +
                std::to_string(*size_) + " bytes, and has " +
                (size == 0 ? std::to_string(got_) : "more")
            );
        }
    }

private:
    std::string filename_;
    std::optional<std::uint64_t> size_;
    std::uint64_t got_ = 0;
};

class memory_content final : public upload_content
{
public:
    explicit memory_content(std::string text)
        : upload_content(text.size(), true), text_(std::move(text))
    {}

    [[nodiscard]] std::unique_ptr<net::body_reader> open() const override
    {
        return std::make_unique<reader>(text_);
    }

private:
    class reader final : public net::body_reader
    {
    public:
        explicit reader(std::string_view rest) noexcept : rest_(rest) {}

        asio::awaitable<std::string_view> next() override { co_return std::exchange(rest_, {}); }

    private:
        std::string_view rest_;
    };

    std::string text_;
};

class file_content final : public upload_content
{
public:
    file_content(std::filesystem::path path, std::uint64_t known_size)
        : upload_content(known_size, true), path_(std::move(path))
    {}

    [[nodiscard]] std::unique_ptr<net::body_reader> open() const override
    {
        return std::make_unique<reader>(path_, *size);
    }

private:
    class reader final : public net::body_reader
    {
    public:
        reader(std::filesystem::path const& path, std::uint64_t size)
            : file_(path, std::ios::binary), progress_(path.string(), size), buffer_(upload_slice)
        {
            if (!file_)
                refuse("the upload " + path.string() + " cannot be opened any more");
        }

        asio::awaitable<std::string_view> next() override
        {
            file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
            auto const got = static_cast<std::size_t>(file_.gcount());
            progress_.count(got);
            co_return std::string_view(buffer_.data(), got);
        }

    private:
        std::ifstream file_;
        counter progress_;
        std::vector<char> buffer_;
    };

    std::filesystem::path path_;
};

class source_content final : public upload_content
{
public:
    source_content(
        upload::opener open,
        std::optional<std::uint64_t> known_size,
        std::string filename,
        bool can_be_repeated
    )
        : upload_content(known_size, can_be_repeated), open_(std::move(open)),
          filename_(std::move(filename))
    {}

    [[nodiscard]] std::unique_ptr<net::body_reader> open() const override
    {
        return std::make_unique<reader>(open_(), counter(filename_, size));
    }

private:
    class reader final : public net::body_reader
    {
    public:
        reader(upload::reader read, counter progress)
            : read_(std::move(read)), progress_(std::move(progress)), buffer_(upload_slice)
        {}

        asio::awaitable<std::string_view> next() override
        {
            auto const into = asio::buffer(buffer_);
            auto const got = std::min(co_await read_(into), buffer_.size());
            progress_.count(got);
            co_return std::string_view(buffer_.data(), got);
        }

    private:
        upload::reader read_;
        counter progress_;
        std::vector<char> buffer_;
    };

    upload::opener open_;
    std::string filename_;
};

std::string type_or_guess(std::string given, std::string_view filename)
{
    return given.empty() ? std::string(http::content_type_of(filename)) : std::move(given);
}

} // namespace

upload::upload(
    std::shared_ptr<detail::upload_content const> content,
    std::string filename,
    std::string content_type
)
    : content_(std::move(content)), filename_(std::move(filename)),
      content_type_(type_or_guess(std::move(content_type), filename_))
{}

upload upload::bytes(std::string content, std::string filename, std::string content_type)
{
    return {
        std::make_shared<memory_content>(std::move(content)),
        std::move(filename),
        std::move(content_type)};
}

upload upload::file(std::filesystem::path const& path, std::string content_type)
{
    std::error_code code;
    auto const size = std::filesystem::file_size(path, code);
    if (code)
        refuse("the upload " + path.string() + ": " + code.message());
    if (!std::ifstream(path, std::ios::binary))
        refuse("the upload " + path.string() + " cannot be opened");
    return {
        std::make_shared<file_content>(path, size),
        path.filename().string(),
        std::move(content_type)};
}

upload upload::source(
    opener open, std::optional<std::uint64_t> size, std::string filename, std::string content_type
)
{
    auto content = std::make_shared<source_content>(std::move(open), size, filename, true);
    return {std::move(content), std::move(filename), std::move(content_type)};
}

upload upload::source_once(
    reader read, std::optional<std::uint64_t> size, std::string filename, std::string content_type
)
{
    auto const open = [only = std::move(read)] { return only; };
    auto content = std::make_shared<source_content>(open, size, filename, false);
    return {std::move(content), std::move(filename), std::move(content_type)};
}

std::optional<std::uint64_t> upload::size() const noexcept
{
    return content_ ? content_->size : std::uint64_t{0};
}

} // namespace hicap
