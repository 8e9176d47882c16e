#ifndef HICAP_EMULATOR_TARGET_HPP
#define HICAP_EMULATOR_TARGET_HPP

#include <boost/json/object.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::emulation {

using text_pairs = std::vector<std::pair<std::string, std::string>>;

/// The segments of a path that begins with a slash, as they were sent.
[[nodiscard]] std::vector<std::string_view> split_path(std::string_view path);

/// Undoes percent-encoding. Throws `refusal` for an escape that is none.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// The names and values of the query of a request's target, decoded.
[[nodiscard]] text_pairs read_query(std::string_view target);

/// A member whose text stands for something else than a string.
struct typed_member
{
    enum class kind
    {
        integer,
        boolean,
    };

    std::string_view name;
    kind type;
};

/// Members that came as texts, in a query or a form, as the object that `members` reads. A text
/// that does not fit its type stays a string, so that `members` refuses it. A name that comes more
/// than once, or ends in `[]`, becomes an array.
[[nodiscard]] boost::json::object
object_of_texts(text_pairs const& texts, std::initializer_list<typed_member> typed);

} // namespace hicap::emulation

#endif
