#ifndef HICAP_API_FORM_HPP
#define HICAP_API_FORM_HPP

#include "net/request_body.hpp"

#include <hicap/upload.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::detail {

/// A multipart/form-data body that is made while it is sent.
class form
{
public:
    explicit form(std::string boundary);

    void add(std::string_view name, std::string_view text);
    void add(std::string_view name, upload const& file);

    [[nodiscard]] std::string content_type() const;

    /// Of the whole body, in bytes; absent where the size of a file is not known.
    [[nodiscard]] std::optional<std::uint64_t> size() const;

    /// The body; without a known size in chunks, as HTTP/1.1 frames them.
    [[nodiscard]] std::shared_ptr<net::body_source> finish() &&;

    /// Some text, and the file that follows it.
    struct segment
    {
        std::string text;
        std::shared_ptr<upload_content const> file; ///< null in the last
    };

private:
    std::string boundary_;
    std::vector<segment> segments_;
};

} // namespace hicap::detail

#endif
