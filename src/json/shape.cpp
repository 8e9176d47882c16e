#include "json/shape.hpp"

#include "json/describe.hpp"
#include "json/reader.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace hicap::json {

namespace {

std::string& text_at(void* value) noexcept
{
    return *static_cast<std::string*>(value);
}

std::string_view between(char const* begin, char const* end) noexcept
{
    return {begin, static_cast<std::size_t>(end - begin)};
}

/// White space before a value is not its beginning: text that is kept would lack it.
bool begins_number(char const* at, char const* end) noexcept
{
    return at != end && (*at == '-' || (*at >= '0' && *at <= '9'));
}

/// Reads the number that begins at `at`. Where it ends, null where it is none or does not fit.
char const* read_number(kind how, void* value, char const* at, char const* end)
{
    reader in(between(at, end));
    if (!begins_number(at, end))
        return nullptr;
    if (how == kind::number) {
        auto const number = in.read_double();
        if (!number)
            return nullptr;
        *static_cast<double*>(value) = *number;
    } else {
        auto const number = in.read_integer();
        if (!number)
            return nullptr;
        if (how == kind::int64)
            *static_cast<std::int64_t*>(value) = *number;
        else if (std::in_range<std::int32_t>(*number))
            *static_cast<std::int32_t*>(value) = static_cast<std::int32_t>(*number);
        else
            return nullptr;
    }
    return at + in.offset();
}

} // namespace

decode_result shape::decode(std::string_view text, type const& how, void* into)
{
    if (into == into_ && match(text))
        return {};

    into_ = nullptr;
    holes_.clear();
    trace_.clear();
    bool const small = text.size() <= trace::max_document;
    auto result = decode_value(text, how, into, small ? &trace_ : nullptr);
    if (small && result && result.mismatches.empty() && trace_.complete()) {
        text_.assign(text);
        into_ = into;
    }
    return result;
}

/// Whether `text` is `text_` but for holes; their values have then been read. When not, some may
/// have been, and all is still in place for another try.
bool shape::match(std::string_view text)
{
    char const* at = text.data();
    char const* const end = at + text.size();
    std::size_t from = 0;
    for (std::size_t i = 0;; ++i) {
        bool last = i == holes_.size();
        auto size = (last ? text_.size() : holes_[i].begin) - from;
        auto const left = static_cast<std::size_t>(end - at);
        if (size > left || std::memcmp(at, text_.data() + from, size) != 0) {
            if (!make_hole(i, from, between(at, end)))
                return false;
            last = false;
            size = holes_[i].begin - from;
        }
        at += size;
        if (last)
            return at == end;
        from = holes_[i].end;
        at = fill(i, at, end);
        if (!at)
            return false;
    }
}

/// Makes hole `index` of the place where `rest` first differs from the known text behind `from`.
/// False: there is none.
bool shape::make_hole(std::size_t index, std::size_t from, std::string_view rest)
{
    auto const size = std::min(text_.size() - from, rest.size());
    auto const offset = from + common_bytes(text_.data() + from, rest.data(), size);
    auto const& places = trace_.places();
    // A value that the other begins with differs from it at its end.
    auto const found = std::ranges::lower_bound(places, offset, {}, &place::end);
    if (found == places.end() || found->begin > offset)
        return false;

    hole made{found->begin, found->end, found->kind, found->value, found->kept_at, 0};
    made.kept_size = made.end - made.begin;
    for (std::size_t i = 0; i != index; ++i) {
        auto const& before = holes_[i];
        if (before.value == made.value) // its size may have changed by now
            made.kept_at = made.kept_at + before.kept_size - (before.end - before.begin);
    }
    holes_.insert(holes_.begin() + static_cast<std::ptrdiff_t>(index), made);
    trace_.take_out(static_cast<std::size_t>(found - places.begin()));
    return true;
}

/// Reads what stands at `at` into hole `index`. Where it ends, null where it cannot be read.
char const* shape::fill(std::size_t index, char const* at, char const* end)
{
    auto const& to = holes_[index];
    bool const quoted = text_[to.end] == '"';
    if (to.kind == kind::unknown) {
        char const* const begin = at - (quoted ? 1 : 0);
        reader in(between(begin, end));
        std::string_view raw;
        if (!(quoted || begins_number(begin, end)) || !in.skip_value(raw))
            return nullptr;
        if (quoted)
            raw = raw.substr(1, raw.size() - 2);
        replace_kept(index, raw);
        return at + raw.size();
    }
    if (!quoted)
        return read_number(to.kind, to.value, at, end);
    auto& text = text_at(to.value);
    char const* const stop = skip_plain(at, end);
    if (stop != end && *stop == '"') {
        text.assign(at, stop);
        return stop;
    }
    char const* const quote = at - 1;
    reader in(between(quote, end));
    std::string_view view;
    if (!in.read_string(view, text))
        return nullptr;
    if (view.data() != text.data())
        text.assign(view);
    return quote + in.offset() - 1;
}

void shape::replace_kept(std::size_t index, std::string_view with)
{
    auto& to = holes_[index];
    text_at(to.value).replace(to.kept_at, to.kept_size, with);
    for (auto i = index + 1; i != holes_.size(); ++i) {
        if (holes_[i].value == to.value)
            holes_[i].kept_at = holes_[i].kept_at + with.size() - to.kept_size;
    }
    to.kept_size = with.size();
}

} // namespace hicap::json
