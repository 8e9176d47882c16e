#ifndef HICAP_TEST_JSON_ROUND_TRIP_HPP
#define HICAP_TEST_JSON_ROUND_TRIP_HPP

#include "json/describe.hpp"
#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {

/// `text` as a `T`. Nothing in it may be of another type than promised.
template <class T>
T read(std::string_view text)
{
    T value;
    auto const result = json::decode(text, value);
    BOOST_TEST_REQUIRE(bool(result), result.what << " at " << result.offset << " of " << text);
    for (auto const& m : result.mismatches)
        BOOST_ERROR(m.path + ": expected " + m.expected + ", found " + m.found);
    return value;
}

template <class T>
std::string written(T const& value)
{
    std::string out;
    json::encode(value, out);
    return out;
}

/// The same, and what is written of it is `text` again.
template <class T>
T survives(std::string_view text)
{
    auto value = read<T>(text);
    auto const out = written(value);
    BOOST_TEST(same_text(out, text), out << "\nis not\n" << text);
    return value;
}

/// Walks a type's tables, and values along them: which members and kinds there are, and which of
/// them occurred in some value.
class coverage
{
public:
    /// Of a struct's or a union's table: a member by its name, a kind by its number.
    using entry = std::pair<json::type const*, std::string>;

    template <class T>
    void add(T const& value)
    {
        walk(json::type_of<T>::value, json::erase(value));
    }

    /// Takes what is reached from `T` as covered elsewhere.
    template <class T>
    void leave_out()
    {
        coverage elsewhere;
        elsewhere.walk(json::type_of<T>::value, nullptr);
        left_out_.merge(elsewhere.declared_);
    }

    /// Checks that everything occurred.
    void check() const
    {
        for (auto const& part : declared_) {
            if (!used_.contains(part) && !left_out_.contains(part))
                BOOST_ERROR(name(part) + " occurs nowhere");
        }
    }

private:
    void walk(json::type const& how, void const* value)
    {
        using namespace hicap::json;
        if (!value && !declaring_.insert(&how).second)
            return; // the type is recursive
        switch (how.kind) {
        case kind::optional:
        case kind::nullable: {
            auto const& table = static_cast<optional_type const&>(how);
            walk(*table.value, value ? table.get(value) : nullptr);
            break;
        }
        case kind::array: {
            auto const& table = static_cast<array_type const&>(how);
            walk(*table.element, nullptr);
            for (std::size_t i = 0; value && i != table.size(value); ++i)
                walk(*table.element, table.at(value, i));
            break;
        }
        case kind::map: {
            auto const& table = static_cast<map_type const&>(how);
            walk(*table.value, nullptr);
            if (value) {
                struct state
                {
                    coverage& self;
                    type const& how;
                } context{*this, *table.value};

                table.visit(value, &context, [](void* erased, std::string const&, void const* at) {
                    auto& [self, element] = *static_cast<state*>(erased);
                    self.walk(element, at);
                });
            }
            break;
        }
        case kind::choice: {
            auto const& table = static_cast<choice_type const&>(how);
            for (std::size_t i = 0; i != table.alternatives.size(); ++i) {
                auto const& candidate = table.alternatives[i];
                declared_.emplace(&how, std::to_string(i));
                if (value && table.index(value) == i) {
                    used_.emplace(&how, std::to_string(i));
                    walk(*candidate.type, candidate.hold(const_cast<void*>(value)));
                } else {
                    walk(*candidate.type, nullptr);
                }
            }
            break;
        }
        case kind::object: {
            auto const& table = static_cast<object_type const&>(how);
            for (auto const& member : table.members()) {
                declared_.emplace(&how, member.name);
                if (value && says_something(*member.type, member.at(value)))
                    used_.emplace(&how, member.name);
                walk(*member.type, value ? member.at(value) : nullptr);
            }
            break;
        }
        default:
            break;
        }
    }

    static bool says_something(json::type const& how, void const* value)
    {
        using namespace hicap::json;
        switch (how.kind) {
        case kind::string:
            return !static_cast<std::string const*>(value)->empty();
        case kind::boolean:
            return *static_cast<bool const*>(value);
        case kind::int32:
            return *static_cast<std::int32_t const*>(value) != 0;
        case kind::int64:
            return *static_cast<std::int64_t const*>(value) != 0;
        case kind::number:
            return *static_cast<double const*>(value) != 0;
        case kind::optional:
        case kind::nullable:
            return static_cast<optional_type const&>(how).get(value) != nullptr;
        case kind::array:
            return static_cast<array_type const&>(how).size(value) != 0;
        case kind::map:
            return !static_cast<map_type const&>(how).empty(value);
        default:
            return true;
        }
    }

    static std::string name(entry const& part)
    {
        using namespace hicap::json;
        if (part.first->kind == kind::choice)
            return "kind " + part.second + " of a union of " +
                   std::to_string(static_cast<choice_type const*>(part.first)->alternatives.size());
        auto const& table = *static_cast<object_type const*>(part.first);
        return part.second + ", beside " + std::string(table.members().front().name) + " of " +
               std::string(table.tag);
    }

    std::set<entry> declared_;
    std::set<entry> used_;
    std::set<entry> left_out_;
    std::set<json::type const*> declaring_;
};

} // namespace hicap::test

#endif
