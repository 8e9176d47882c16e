#ifndef HICAP_TEST_JSON_SUPPORT_HPP
#define HICAP_TEST_JSON_SUPPORT_HPP

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hicap::test {

inline std::string read_file(std::string const& name)
{
    std::ifstream file(name, std::ios::binary);
    if (!file)
        throw std::runtime_error("cannot read " + name);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A number as it is: this type holds all integers of 64 bits and all doubles.
inline long double exactly(boost::json::value const& number)
{
    static_assert(std::numeric_limits<long double>::digits >= 64);
    if (auto const* const whole = number.if_int64())
        return static_cast<long double>(*whole);
    if (auto const* const large = number.if_uint64())
        return static_cast<long double>(*large);
    return static_cast<long double>(number.get_double());
}

/// Equal as JSON: the order of members does not count, nor how a number is written.
inline bool same(boost::json::value const& left, boost::json::value const& right)
{
    if (left.is_number() && right.is_number())
        return exactly(left) == exactly(right);
    if (left.kind() != right.kind())
        return false;
    if (auto const* object = left.if_object()) {
        auto const& other = right.get_object();
        return object->size() == other.size() &&
               std::all_of(object->begin(), object->end(), [&](auto const& member) {
                   auto const* found = other.if_contains(member.key());
                   return found && same(member.value(), *found);
               });
    }
    if (auto const* array = left.if_array())
        return std::equal(
            array->begin(),
            array->end(),
            right.get_array().begin(),
            right.get_array().end(),
            [](auto const& a, auto const& b) { return same(a, b); }
        );
    return left == right;
}

inline bool same_text(std::string_view left, std::string_view right)
{
    auto const parse = [](std::string_view text) {
        return boost::json::parse(boost::json::string_view(text.data(), text.size()));
    };
    return same(parse(left), parse(right));
}

} // namespace hicap::test

#endif
