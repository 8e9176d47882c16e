#ifndef HICAP_TEST_FUZZ_EVENTS_FUZZ_HPP
#define HICAP_TEST_FUZZ_EVENTS_FUZZ_HPP

#include "fuzz.hpp"
#include "json/codec.hpp"
#include "json/reader.hpp"
#include "json/shape.hpp"
#include "unit/json/support.hpp"

#include <hicap/error.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace hicap::fuzz {

template <class T>
std::string encoded(T const& value)
{
    std::string text;
    json::encode(value, text);
    return text;
}

/// As Boost.JSON reads it; absent where it does not.
inline std::optional<boost::json::value> parsed(std::string_view text)
{
    boost::json::parse_options strict;
    strict.max_depth = json::default_max_depth;
    boost::system::error_code code;
    auto made = boost::json::parse({text.data(), text.size()}, code, {}, strict);
    if (code)
        return std::nullopt;
    return made;
}

/// Whether Boost.JSON may refuse it though the grammar allows it, or read no number in it: half a
/// surrogate pair, and exponents beyond an int or beyond a double.
inline bool is_beyond_reference(std::string_view text)
{
    if (text.find("\\ud") != std::string_view::npos || text.find("\\uD") != std::string_view::npos)
        return true;
    for (auto at = text.find_first_of("eE"); at != std::string_view::npos;
         at = text.find_first_of("eE", at + 1)) {
        auto const digits = text.substr(at + 1, 10).find_first_not_of("+-0123456789");
        if (digits == std::string_view::npos || digits > 2)
            return true;
    }
    return false;
}

/// Holds what the decoder says of a document against what Boost.JSON says.
inline void require_same_verdict(
    std::string_view text,
    boost::system::error_code const& code,
    std::optional<boost::json::value> const& reference
)
{
    bool const is_json = code != errc::invalid_json;
    require(
        is_json == reference.has_value() || (is_json && is_beyond_reference(text)),
        "JSON is what Boost.JSON takes for it"
    );
}

/// Whether all that `part` says stands in `whole` too. A member that the API promises and a server
/// left out is written as its default, so there may be more.
inline bool holds_all(boost::json::value const& whole, boost::json::value const& part)
{
    if (auto const* object = part.if_object()) {
        auto const* other = whole.if_object();
        return other != nullptr &&
               std::all_of(object->begin(), object->end(), [&](auto const& member) {
                   auto const* found = other->if_contains(member.key());
                   return found && holds_all(*found, member.value());
               });
    }
    if (auto const* array = part.if_array()) {
        auto const* other = whole.if_array();
        return other != nullptr && std::equal(
                                       other->begin(),
                                       other->end(),
                                       array->begin(),
                                       array->end(),
                                       [](auto const& a, auto const& b) { return holds_all(a, b); }
                                   );
    }
    return test::same(whole, part);
}

/// Whether `out`, which was written of what was read, says what the document `read` said.
inline void require_survived(boost::json::value const& read, std::string const& out)
{
    auto const written = parsed(out);
    bool const survived = written && holds_all(*written, read);
    if (!survived)
        std::fprintf(stderr, "%s\nbecame\n%s\n", boost::json::serialize(read).c_str(), out.c_str());
    require(survived, "what was read is written again");
}

/// The lines of `text` as documents: the full decoder against Boost.JSON, and decoding by the shape
/// of the line before against the full decoder.
template <class Event>
void compare_decoders(std::string_view text)
{
    json::shaped_decoder<Event> by_shape;
    Event reused{};
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        Event fresh{};
        auto const expected = json::decode(line, fresh);
        auto const got = by_shape.decode(line, reused);
        require(expected.code == got.code, "both decoders agree on what is wrong");
        require(expected.offset == got.offset, "both decoders agree on where it is");
        require(expected.mismatches.size() == got.mismatches.size(), "and on what misfits");
        auto const reference = parsed(line);
        require_same_verdict(line, expected.code, reference);
        if (!expected || !reference)
            continue;
        auto const out = encoded(fresh);
        require(out == encoded(reused), "both decoders give the same event");
        if (!is_beyond_reference(line))
            require_survived(*reference, out);
    }
}

} // namespace hicap::fuzz

#endif
