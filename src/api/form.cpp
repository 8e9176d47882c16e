#include "api/form.hpp"

#include "api/upload_content.hpp"
#include "http/multipart.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace hicap::detail {
namespace {

using segments = std::vector<form::segment>;

bool can_be_repeated(segments const& of) noexcept
{
    return std::ranges::all_of(of, [](auto const& one) {
        return !one.file || one.file->repeatable;
    });
}

class form_reader final : public net::body_reader
{
public:
    /// `whole` must outlive it.
    explicit form_reader(segments const& whole) noexcept : at_(whole.begin()), end_(whole.end()) {}

    asio::awaitable<std::string_view> next() override
    {
        for (; at_ != end_; ++at_) {
            if (!std::exchange(in_file_, true)) {
                if (at_->file)
                    file_ = at_->file->open();
                if (!at_->text.empty())
                    co_return at_->text;
            }
            if (file_) {
                auto const piece = co_await file_->next();
                if (!piece.empty())
                    co_return piece;
            }
            file_.reset();
            in_file_ = false;
        }
        co_return std::string_view();
    }

private:
    segments::const_iterator at_;
    segments::const_iterator end_;
    std::unique_ptr<net::body_reader> file_;
    bool in_file_ = false; // the text of the present segment has been given
};

/// Frames pieces as chunks.
class chunk_reader final : public net::body_reader
{
public:
    explicit chunk_reader(std::unique_ptr<net::body_reader> from) noexcept : from_(std::move(from))
    {}

    asio::awaitable<std::string_view> next() override
    {
        if (ended_)
            co_return std::string_view();
        auto const piece = co_await from_->next();
        ended_ = piece.empty();
        std::array<char, 16> size{};
        auto const written =
            std::to_chars(size.data(), size.data() + size.size(), piece.size(), 16);
        framed_.assign(size.data(), written.ptr);
        framed_ += "\r\n";
        framed_ += piece;
        framed_ += "\r\n";
        co_return framed_;
    }

private:
    std::unique_ptr<net::body_reader> from_;
    std::string framed_;
    bool ended_ = false;
};

class form_source final : public net::body_source
{
public:
    form_source(segments whole, bool chunked)
        : segments_(std::move(whole)), repeatable_(can_be_repeated(segments_)), chunked_(chunked)
    {}

    [[nodiscard]] std::unique_ptr<net::body_reader> open() override
    {
        auto plain = std::make_unique<form_reader>(segments_);
        if (!chunked_)
            return plain;
        return std::make_unique<chunk_reader>(std::move(plain));
    }

    [[nodiscard]] bool repeatable() const noexcept override { return repeatable_; }

private:
    segments segments_;
    bool repeatable_;
    bool chunked_;
};

} // namespace

form::form(std::string boundary) : boundary_(std::move(boundary)), segments_(1) {}

void form::add(std::string_view name, std::string_view text)
{
    auto& to = segments_.back().text;
    to += http::part_head(boundary_, name, {}, {});
    to += text;
    to += http::part_end;
}

void form::add(std::string_view name, upload const& file)
{
    auto& before = segments_.back();
    // Without a filename it would be a text.
    auto const* const filename = file.filename().empty() ? "upload" : file.filename().c_str();
    before.text += http::part_head(boundary_, name, filename, file.content_type());
    before.file = file.content();
    segments_.emplace_back().text = http::part_end;
}

std::string form::content_type() const
{
    return http::form_content_type(boundary_);
}

std::optional<std::uint64_t> form::size() const
{
    std::uint64_t sum = http::form_end(boundary_).size();
    for (auto const& one : segments_) {
        sum += one.text.size();
        if (!one.file)
            continue;
        if (!one.file->size)
            return std::nullopt;
        sum += *one.file->size;
    }
    return sum;
}

std::shared_ptr<net::body_source> form::finish() &&
{
    bool const chunked = !size();
    segments_.back().text += http::form_end(boundary_);
    return std::make_shared<form_source>(std::move(segments_), chunked);
}

} // namespace hicap::detail
