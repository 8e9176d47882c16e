#ifndef HICAP_BOOST_JSON_HPP
#define HICAP_BOOST_JSON_HPP

#include <hicap/raw_json.hpp>

#include <boost/json/conversion.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace hicap {

/// `text` as a value of Boost.JSON. This is the one header that brings Boost.JSON with it, no other
/// includes it: whoever does links Boost::json.
///
/// Numbers become what Boost.JSON has for them: 64 bits, or a double that may be less exact than
/// the text. Of members of the same name the last counts.
[[nodiscard]] inline boost::json::value to_boost_json(raw_json const& text)
{
    boost::json::parse_options options;
    options.max_depth = 128; // as deep as a raw_json may be; the default is 32
    return boost::json::parse(text.text(), {}, options);
}

/// The text of `value`. Throws `hicap::error` with `errc::invalid_json` where it has no JSON text:
/// a double that is no number, or more than 128 levels.
[[nodiscard]] inline raw_json from_boost_json(boost::json::value const& value)
{
#if __has_include(<boost/json/serialize_options.hpp>)
    // By default it writes an infinite number as 1e99999, and null for what is no number.
    boost::json::serialize_options options;
    options.allow_infinity_and_nan = true; // as words that raw_json refuses
    return raw_json(boost::json::serialize(value, options));
#else
    return raw_json(boost::json::serialize(value));
#endif
}

/// For `boost::json::value_from`, also within types of your own.
inline void tag_invoke(boost::json::value_from_tag, boost::json::value& to, raw_json const& text)
{
    to = to_boost_json(text);
}

/// For `boost::json::value_to<hicap::raw_json>`, also within types of your own.
[[nodiscard]] inline raw_json
tag_invoke(boost::json::value_to_tag<raw_json>, boost::json::value const& value)
{
    return from_boost_json(value);
}

} // namespace hicap

#endif
