#ifndef HICAP_TEST_CONFORMANCE_INSTANCES_HPP
#define HICAP_TEST_CONFORMANCE_INSTANCES_HPP

#include <boost/json.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

namespace json = boost::json;

/// The name of a member, and the value of a tag or an enum, that no schema has.
inline constexpr json::string_view from_the_future = "from-the-future";

/// The schema that a reference leads to, or the schema itself.
[[nodiscard]] json::object const& resolve(json::value const& document, json::object const& schema);

/// The name of the schema that is referred to, empty for one that stands here.
[[nodiscard]] std::string referred(json::object const& schema);

/// The members that an object of that schema may have, none where it does not say.
[[nodiscard]] json::object const& properties(json::object const& schema);

/// Whether there is no more to it than `{"type":"null"}`.
[[nodiscard]] bool is_null(json::object const& schema);

/// The alternatives of a union, null left out, unions among them not resolved; empty where the
/// schema is none.
[[nodiscard]] std::vector<json::object const*> alternatives(json::object const& schema);

/// The same with the alternatives of unions in their place, however deep.
[[nodiscard]] std::vector<json::object const*>
all_alternatives(json::value const& document, json::object const& schema);

/// Makes JSON by schemas.
class instance_maker
{
public:
    enum class members
    {
        all,
        required,
        all_and_unknown, ///< each object has one that no schema has
    };

    explicit instance_maker(json::value const& document) : document_(document) {}

    [[nodiscard]] json::value make(json::object const& schema, members which);

    /// Calls `visit` with instances that differ in one thing each from one that has all members:
    /// in each value (boundaries, other scripts, empty ones), in each kind of each union, known or
    /// not, in each member that is null or missing. What stands two references away is left as it
    /// is, as it has instances of its own.
    void for_each(
        json::object const& schema, std::function<void(json::value const& instance)> const& visit
    );

private:
    [[nodiscard]] json::value make(json::object const& schema);
    [[nodiscard]] json::value
    make_union(json::object const& schema, std::vector<json::object const*> const& kinds);
    [[nodiscard]] json::value make_object(json::object const& schema);
    [[nodiscard]] json::value make_array(json::object const& schema);
    [[nodiscard]] json::value make_string(json::object const& schema);
    [[nodiscard]] json::value make_integer(json::object const& schema);
    [[nodiscard]] json::value make_number(json::object const& schema);
    [[nodiscard]] json::value make_anything();
    [[nodiscard]] json::object const& properties_of(json::object const& schema);
    [[nodiscard]] std::string tag_of(std::vector<json::object const*> const& kinds);
    [[nodiscard]] bool has_null(json::object const& schema);

    /// Which of so many options is to be taken here.
    [[nodiscard]] std::size_t decide(std::size_t options);

    json::value const& document_;
    members which_ = members::all;
    std::size_t depth_ = 0;  ///< in references
    std::size_t forced_ = 0; ///< the kind of the next union plus one, 0 for any
    std::size_t future_ = 0;

    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
    std::size_t site_ = 0;
    std::size_t other_site_ = nowhere;
    std::size_t other_option_ = 0;
    std::vector<std::size_t> options_; ///< at each site
};

} // namespace conformance

#endif
