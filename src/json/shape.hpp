#ifndef HICAP_JSON_SHAPE_HPP
#define HICAP_JSON_SHAPE_HPP

#include "json/codec.hpp"
#include "json/trace.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::json {

struct type;

/// Decodes one document after another into the same object, faster where a document is like the
/// one before but for some strings and numbers, as the events of a stream are.
///
/// Of a document that the decoder has read, the text is kept, with the places of its strings and
/// numbers and the addresses that they were read to. The next document is compared with that text.
/// Where they first differ inside a place, this becomes a hole: what stands there is read by the
/// reader, to the address, and comparing goes on behind it. Holes stay holes, so the documents of
/// a steady stream are compared in the few runs between the values that change, and every byte is
/// either equal to one that the decoder has accepted or read as the decoder would. Where they
/// differ elsewhere, or the reader refuses what stands in a hole, the decoder reads the document
/// from its beginning, and it is the one to be compared with next.
class shape
{
public:
    shape() = default;
    shape(shape const&) = delete;
    shape& operator=(shape const&) = delete;

    [[nodiscard]] decode_result decode(std::string_view text, type const& how, void* into);

private:
    struct hole
    {
        std::size_t begin; // in `text_`
        std::size_t end;
        json::kind kind;
        void* value;
        // Of text in an `unknown_members`: where that of this hole stands by now.
        std::size_t kept_at;
        std::size_t kept_size;
    };

    [[nodiscard]] bool match(std::string_view text);
    [[nodiscard]] bool make_hole(std::size_t index, std::size_t from, std::string_view rest);
    [[nodiscard]] char const* fill(std::size_t index, char const* at, char const* end);
    void replace_kept(std::size_t index, std::string_view with);

    void* into_ = nullptr; // what `text_` was read to; null where no document is known
    std::string text_;
    trace trace_;             // of what is no hole
    std::vector<hole> holes_; // in the order of the text
};

/// `decode`, for objects that are decoded into over and over, with the same result.
///
/// Precondition: between two calls with the same `into` nobody else writes to it, moves from it or
/// ends its life. Another object may be given at any time, and has no advantage from what came
/// before.
///
/// Takes memory in proportion to the last document, up to `trace::max_document` bytes and
/// `trace::max_places` places; larger documents are decoded as ever. Allocates nothing while
/// documents repeat in shape and size.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
template <class T>
class shaped_decoder
{
public:
    /// As `json::decode`. Instantiated in the file that describes `T`.
    [[nodiscard]] decode_result decode(std::string_view text, T& into);

private:
    shape shape_;
};

} // namespace hicap::json

#endif
